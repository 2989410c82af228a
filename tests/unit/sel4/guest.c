/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A VMM on the model of seL4, with what its guest does. See sel4.h.
 */
#include "sel4.h"

#include <stdlib.h>

#include <libvmm/arch/aarch64/fault.h>
#include <libvmm/guest.h>
#include <libvmm/platform_sel4.h>

#include "esr.h"
#include "platform.h"

#define GUEST_RAM 0x40000000ul

static uint8_t ram[1 << 16];

static struct {
    struct vm_info info;
    struct vm_info_region region;
    struct vm_info_irq irq;
} table;

static void table_fill(enum vm_irq_kind kind)
{
    table.info = (struct vm_info){
        .magic = VM_INFO_MAGIC,
        .version = VM_INFO_VERSION,
        .size = sizeof table,
        .vm_name = "guest",
        .vcpu_count = SEL4_VCPU_COUNT,
        .gic_version = 2,
        .gicd_gpa = SEL4_GICD,
        .gicd_size = 0x10000,
        .irq_lines = 288,
        .region_offset = (uint32_t)((uintptr_t)&table.region - (uintptr_t)&table),
        .region_count = 1,
        .irq_offset = (uint32_t)((uintptr_t)&table.irq - (uintptr_t)&table),
        .irq_count = 1,
    };
    table.region = (struct vm_info_region){
        .gpa = GUEST_RAM, .size = sizeof ram, .vmm_va = (uintptr_t)ram, .name = "ram"};
    table.irq = (struct vm_info_irq){SEL4_IRQ, kind, SEL4_CHANNEL, 0};
}

bool sel4_takes_straight(void)
{
    table_fill(VM_IRQ_STRAIGHT);
    return platform_sel4_vm_info_set(&table.info);
}

/* A machine cannot be reset below the VMM: what earlier tests left is served first. */
static void leftovers_serve(void)
{
    for (unsigned vcpu = 0; vcpu < SEL4_VCPU_COUNT; vcpu++) {
        platform_virq_update(vcpu, 27, VIRQ_OP_CLEAR_PENDING);
        for (int i = 0; i < 4; i++) {
            while (sel4_vcpus[vcpu].list[i].is_used) {
                sel4_end(vcpu, i);
            }
        }
    }
}

void sel4_start(void)
{
    table_fill(VM_IRQ_CHANNEL);
    if (!platform_sel4_vm_info_set(&table.info) || !guest_init((arch_guest_init_t){0})) {
        abort();
    }
    leftovers_serve();
    sel4_reset();
    sel4_gicd_store(0, 0x000, 1); /* GICD_CTLR */
}

bool sel4_fault(unsigned vcpu, uint64_t label, uint64_t mr0, uint64_t mr1, uint64_t mr2,
                uint64_t mr3)
{
    sel4_message_set((seL4_Word[]){mr0, mr1, mr2, mr3});
    return fault_handle(vcpu, MSGINFO(label, 4));
}

/* A word access by x5. */
static void access(unsigned vcpu, uint64_t gpa, uint64_t syndrome)
{
    syndrome |= ESR_EC_FIELD(ESR_EC_DABT_LOWER) | ESR_IL | ESR_ISV | 2u << 22 | 5u << 16 | 7;
    if (!sel4_fault(vcpu, seL4_Fault_VMFault, sel4_register(vcpu, SEL4_PC), gpa, 0, syndrome)) {
        abort();
    }
}

uint32_t sel4_gicd_load(unsigned vcpu, uint32_t offset)
{
    access(vcpu, SEL4_GICD + offset, 0);
    return (uint32_t)sel4_register(vcpu, 5);
}

void sel4_gicd_store(unsigned vcpu, uint32_t offset, uint32_t value)
{
    sel4_register_set(vcpu, 5, value);
    access(vcpu, SEL4_GICD + offset, ESR_WNR);
}

void sel4_gicd_set_bit(uint32_t offset, unsigned intid)
{
    sel4_gicd_store(0, offset + intid / 32 * 4, 1u << intid % 32);
}

void sel4_end(unsigned vcpu, int index)
{
    sel4_vcpus[vcpu].list[index].is_used = false;
    sel4_fault(vcpu, seL4_Fault_VGICMaintenance, (seL4_Word)index, 0, 0, 0);
}

int sel4_serve(unsigned vcpu)
{
    int index = sel4_take(vcpu);
    if (index < 0) {
        return -1;
    }
    int intid = (int)sel4_vcpus[vcpu].list[index].intid;
    sel4_end(vcpu, index);
    return intid;
}

/* The host's caches need no cleaning. */
void platform_memory_zero(void *va, size_t size)
{
    __builtin_memset(va, 0, size);
}

void platform_cache_clean(const void *va, size_t size)
{
    (void)va;
    (void)size;
}
