/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The model behind fake.h. Its interrupt state follows kernel/virq.c and drover/abi.h.
 */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

#include <sanitizer/asan_interface.h>

#include <libvmm/arch/aarch64/fault.h>
#include <libvmm/guest.h>
#include <libvmm/virq.h>

#include "esr.h"
#include "guest_state.h"

char microkit_name[NAME_SIZE] = "VMM";

struct fake fake;

static uint8_t ram[FAKE_RAM_SIZE + FAKE_BEHIND] __attribute__((aligned(4096)));

static struct {
    struct vm_info info;
    struct vm_info_region regions[3];
    struct vm_info_irq irqs[4];
} table;

struct vm_info *const fake_vm_info = &table.info;

void fake_power_on(unsigned vcpu_count)
{
    memset(&fake, 0, sizeof fake);
    memset(&guest, 0, sizeof guest);
    fake.ticks_per_look = 1;
    table.info = (struct vm_info){
        .magic = VM_INFO_MAGIC,
        .version = VM_INFO_VERSION,
        .size = sizeof table,
        .vm_name = "linux",
        .vcpu_count = vcpu_count,
        .gic_version = 2,
        .gicd_gpa = FAKE_GICD,
        .gicd_size = FAKE_GICD_SIZE,
        .irq_lines = FAKE_IRQ_LINES,
        .region_offset = (uint32_t)((uintptr_t)table.regions - (uintptr_t)&table),
        .region_count = 3,
        .irq_offset = (uint32_t)((uintptr_t)table.irqs - (uintptr_t)&table),
        .irq_count = 4,
    };
    table.regions[0] = (struct vm_info_region){
        .gpa = FAKE_UART, .size = 0x1000, .name = "uart", .kind = VM_REGION_DEVICE};
    table.regions[1] = (struct vm_info_region){.gpa = FAKE_RAM,
                                               .size = FAKE_RAM_SIZE,
                                               .vmm_va = (uintptr_t)ram,
                                               .perms = 7,
                                               .name = "guest_ram"};
    table.regions[2] = (struct vm_info_region){
        .gpa = FAKE_PRIVATE, .size = 0x200000, .perms = 7, .name = "private"};
    table.irqs[0] = (struct vm_info_irq){FAKE_IRQ_LEVEL, VM_IRQ_CHANNEL, FAKE_CH_LEVEL, 0};
    table.irqs[1] = (struct vm_info_irq){FAKE_IRQ_EDGE, VM_IRQ_CHANNEL, FAKE_CH_EDGE, 1};
    table.irqs[2] = (struct vm_info_irq){FAKE_IRQ_STRAIGHT, VM_IRQ_STRAIGHT, 0, 1};
    table.irqs[3] = (struct vm_info_irq){FAKE_IRQ_STRAIGHT_LEVEL, VM_IRQ_STRAIGHT, 0, 0};
}

void fake_start(unsigned vcpu_count)
{
    fake_power_on(vcpu_count);
    ASAN_POISON_MEMORY_REGION(ram + FAKE_RAM_SIZE, FAKE_BEHIND);
    if (!guest_init((arch_guest_init_t){0})) {
        abort();
    }
    fake_logged("");
}

static struct guest_handlers kept_handlers;

void fake_reset_handlers_keep(void)
{
    kept_handlers = guest.life.reset;
}

void fake_reset_handlers_restore(void)
{
    guest.life.reset = kept_handlers;
}

void fake_devices_reset(void)
{
    for (unsigned i = 0; i < guest.life.reset.count; i++) {
        guest.life.reset.entries[i].function(guest.life.reset.entries[i].data);
    }
}

uint8_t *fake_ram(uint64_t gpa)
{
    return &ram[gpa - FAKE_RAM];
}

uint8_t *fake_behind(void)
{
    ASAN_UNPOISON_MEMORY_REGION(ram + FAKE_RAM_SIZE, FAKE_BEHIND);
    return ram + FAKE_RAM_SIZE;
}

bool fake_logged(const char *text)
{
    bool found = strstr(fake.log, text) != NULL;
    fake.log[0] = '\0';
    fake.log_length = 0;
    return found;
}

/* ---- The guest ---- */

static unsigned log2_of(unsigned size)
{
    return (unsigned)__builtin_ctz(size);
}

static void access(unsigned vcpu, uint64_t gpa, uint64_t syndrome)
{
    struct vcpu_page *page = &fake.pages[vcpu];
    page->esr =
        ESR_EC_FIELD(ESR_EC_DABT_LOWER) | ESR_IL | ESR_ISV | ESR_SF | 5u << 16 | 7 | syndrome;
    page->fault_gpa = gpa;
    page->far_va = gpa;
    fault_handle(vcpu, MSGINFO((uint64_t)FAULT_VM, 0));
}

uint64_t fake_load(unsigned vcpu, uint64_t gpa, unsigned size)
{
    access(vcpu, gpa, (uint64_t)log2_of(size) << 22);
    return fake.pages[vcpu].x[5];
}

void fake_store(unsigned vcpu, uint64_t gpa, unsigned size, uint64_t value)
{
    fake.pages[vcpu].x[5] = value;
    access(vcpu, gpa, (uint64_t)log2_of(size) << 22 | ESR_WNR);
}

uint32_t gicd_load(uint32_t offset)
{
    return (uint32_t)fake_load(0, FAKE_GICD + offset, 4);
}

void gicd_store(uint32_t offset, uint32_t value)
{
    fake_store(0, FAKE_GICD + offset, 4, value);
}

bool gicd_bit(uint32_t offset, uint32_t intid)
{
    return (gicd_load(offset + intid / 32 * 4) >> intid % 32 & 1) != 0;
}

void gicd_set_bit(uint32_t offset, uint32_t intid)
{
    gicd_store(offset + intid / 32 * 4, 1u << intid % 32);
}

unsigned fake_slot(uint32_t intid_and_source)
{
    uint32_t intid = intid_and_source & 0x3ff;
    return intid < 16 ? 1024 + (intid_and_source >> 10 & 7) * 16 + intid : intid;
}

static uint32_t taken_of(unsigned slot)
{
    return slot < 1024 ? slot : (slot - 1024) % 16 | (slot - 1024) / 16 << 10;
}

uint32_t fake_take(unsigned vcpu)
{
    struct fake_virq *best = NULL;
    for (unsigned i = 0; i < FAKE_SLOT_COUNT; i++) { /* of equals the one with the lowest INTID */
        struct fake_virq *virq = &fake.virqs[vcpu][(1024 + i) % FAKE_SLOT_COUNT];
        if (virq->pending && !virq->active && (best == NULL || virq->priority < best->priority)) {
            best = virq;
        }
    }
    if (best == NULL) {
        return 1023;
    }
    best->pending = false;
    best->active = true;
    return taken_of((unsigned)(best - fake.virqs[vcpu]));
}

void fake_end(unsigned vcpu, uint32_t taken)
{
    struct fake_virq *virq = &fake.virqs[vcpu][fake_slot(taken)];
    uint32_t intid = taken & 0x3ff;
    virq->active = false;
    if (virq->hw) {
        fake.physical_active[virq->channel] = false;
    }
    if (virq->pending) {
        return;
    }
    bool report = virq->eoi && !virq->hw;
    *virq = (struct fake_virq){0};
    if (report) {
        memset(fake.pages[vcpu].eoi, 0, sizeof fake.pages[vcpu].eoi);
        fake.pages[vcpu].eoi[intid / 64] = 1ull << intid % 64;
        fault_handle(vcpu, MSGINFO((uint64_t)FAULT_VGIC_MAINTENANCE, 0));
    }
}

bool fake_fire(unsigned channel)
{
    if (fake.physical_active[channel]) {
        return false;
    }
    fake.physical_active[channel] = true;
    virq_handle_passthrough(channel);
    return true;
}

/* ---- What a VMM calls ---- */

void microkit_arm_smc_call(const seL4_ARM_SMCContext *args, seL4_ARM_SMCContext *response)
{
    fake.smc_called = args->x0;
    response->x0 = 0;
}

void microkit_notify(microkit_channel channel)
{
    fake.notify_count[channel]++;
}

void microkit_deferred_notify(microkit_channel channel)
{
    fake.notify_count[channel]++;
}

/* ---- The platform ---- */

const struct vm_info *platform_vm_info(void)
{
    return &table.info;
}

struct vcpu_page *platform_vcpu_page(unsigned vcpu)
{
    return &fake.pages[vcpu];
}

uint64_t platform_fault_take(unsigned vcpu, uint64_t label)
{
    (void)vcpu;
    return label;
}

void platform_fault_done(unsigned vcpu)
{
    (void)vcpu;
}

bool platform_vcpu_start(unsigned vcpu, uint64_t entry)
{
    fake.pages[vcpu].pc = entry;
    fake.running[vcpu] = !fake.start_refused;
    return fake.running[vcpu];
}

void platform_vcpu_stop(unsigned vcpu)
{
    fake.running[vcpu] = false;
}

void platform_vcpu_wait(unsigned vcpu)
{
    fake.wait_count[vcpu]++;
}

uint64_t platform_vcpu_read(unsigned vcpu, enum vcpu_reg reg)
{
    return fake.regs[vcpu][reg];
}

void platform_vcpu_write(unsigned vcpu, enum vcpu_reg reg, uint64_t value)
{
    fake.regs[vcpu][reg] = value;
}

void platform_virq_inject(unsigned vcpu, uint32_t word)
{
    struct fake_virq *virq = &fake.virqs[vcpu][fake_slot(word & 0x1fff)];
    fake.inject_count++;
    if (virq->pending || virq->active) {
        virq->pending = true;
        if ((word & INJECT_HW) != 0) {
            virq->hw = true;
            virq->channel = (uint8_t)(word >> 24 & 0x3f);
        } else {
            virq->eoi |= !virq->hw && (word & INJECT_EOI) != 0;
        }
        return;
    }
    *virq = (struct fake_virq){
        .pending = true,
        .hw = (word & INJECT_HW) != 0,
        .eoi = (word & INJECT_EOI) != 0,
        .group1 = (word & INJECT_GROUP1) != 0,
        .priority = (uint8_t)(word >> 16),
        .channel = (uint8_t)(word >> 24 & 0x3f),
    };
}

static bool is_bound(uint32_t intid)
{
    return intid == 27 || intid == 30 || intid == FAKE_IRQ_STRAIGHT ||
           intid == FAKE_IRQ_STRAIGHT_LEVEL;
}

void platform_virq_state(unsigned vcpu, uint32_t first_intid, uint32_t *pending, uint32_t *active)
{
    *pending = 0;
    *active = 0;
    for (unsigned slot = 0; slot < FAKE_SLOT_COUNT; slot++) {
        uint32_t intid = taken_of(slot) & 0x3ff;
        if (intid - first_intid < 32) {
            struct fake_virq *virq = &fake.virqs[vcpu][slot];
            struct fake_bound *bound = &fake.bound[vcpu][intid];
            *pending |= (uint32_t)(virq->pending || bound->pending) << intid % 32;
            *active |= (uint32_t)(virq->active || bound->active) << intid % 32;
        }
    }
}

static void bound_update(struct fake_bound *bound, uint32_t op)
{
    switch (op & 0xff) {
    case VIRQ_OP_CLEAR_PENDING:
        bound->pending = false;
        break;
    case VIRQ_OP_SET_PENDING:
        bound->pending = true;
        break;
    case VIRQ_OP_SET_ACTIVE:
        bound->active = true;
        break;
    case VIRQ_OP_CLEAR_ACTIVE:
        bound->active = false;
        break;
    default:
        break;
    }
}

static void virq_update(struct fake_virq *virq, uint32_t op)
{
    switch (op & 0xff) {
    case VIRQ_OP_CLEAR_PENDING:
        if (virq->pending && !virq->active && virq->hw) {
            fake.physical_active[virq->channel] = false;
        }
        virq->pending = false;
        break;
    case VIRQ_OP_WITHDRAW:
        virq->pending = false;
        break;
    case VIRQ_OP_SET_ACTIVE:
        virq->active = true;
        virq->priority = (uint8_t)(op >> 8);
        break;
    case VIRQ_OP_CLEAR_ACTIVE:
        if (virq->active && virq->hw) {
            fake.physical_active[virq->channel] = false;
        }
        virq->active = false;
        break;
    default:
        break;
    }
}

uint32_t platform_virq_update(unsigned vcpu, uint32_t intid_and_source, uint32_t op)
{
    uint32_t intid = intid_and_source & 0x3ff;
    if (is_bound(intid)) {
        struct fake_bound *bound = &fake.bound[vcpu][intid];
        uint32_t before =
            (bound->pending ? VIRQ_STATE_PENDING : 0u) | (bound->active ? VIRQ_STATE_ACTIVE : 0u);
        bound_update(bound, op);
        return before;
    }
    struct fake_virq *virq = &fake.virqs[vcpu][fake_slot(intid_and_source)];
    uint32_t before =
        (virq->pending ? VIRQ_STATE_PENDING : 0u) | (virq->active ? VIRQ_STATE_ACTIVE : 0u);
    virq_update(virq, op);
    if (!virq->pending && !virq->active) {
        *virq = (struct fake_virq){0};
    }
    return before;
}

/* The interrupt goes to `vcpu` now: what is pending comes along, what is active stays. */
static void straight_move(unsigned vcpu, uint32_t intid)
{
    unsigned from = fake.straight_vcpu[intid];
    if (from != vcpu) {
        fake.bound[vcpu][intid].pending |= fake.bound[from][intid].pending;
        fake.bound[from][intid].pending = false;
        fake.straight_vcpu[intid] = vcpu;
    }
}

void platform_virq_config(unsigned vcpu, uint32_t intid, uint32_t flags)
{
    if (intid >= 32) {
        straight_move(vcpu, intid);
    }
    fake.bound[vcpu][intid].config = flags;
    fake.bound[vcpu][intid].config_count++;
}

void platform_irq_ack(unsigned channel)
{
    fake.ack_count[channel]++;
    fake.physical_active[channel] = false;
}

void platform_notify(unsigned channel)
{
    fake.notify_count[channel]++;
}

bool platform_smc(uint64_t x[8])
{
    if (table.info.smc_allowed == 0) {
        return false;
    }
    fake.smc_called = x[0];
    for (unsigned i = 0; i < 8; i++) {
        x[i] = 0x1000 + i;
    }
    return true;
}

bool platform_can_reset_interrupts(void)
{
    return !fake.cannot_reset;
}

/* What is held of a physical interrupt is ended; what is pending at the distributor stays. */
void platform_interrupts_reset(unsigned vcpu)
{
    for (unsigned slot = 0; slot < FAKE_SLOT_COUNT; slot++) {
        struct fake_virq *virq = &fake.virqs[vcpu][slot];
        if ((virq->pending || virq->active) && virq->hw) {
            fake.physical_active[virq->channel] = false;
        }
        *virq = (struct fake_virq){0};
    }
    for (unsigned intid = 0; intid < 1024; intid++) {
        fake.bound[vcpu][intid].active = false;
    }
    fake.reset_count[vcpu]++;
}

void platform_memory_zero(void *va, size_t size)
{
    memset(va, 0, size);
    fake.cleaned_bytes += size;
}

uint64_t platform_ticks(void)
{
    fake.ticks += fake.ticks_per_look;
    return fake.ticks;
}

uint64_t platform_ticks_per_second(void)
{
    return FAKE_TICK_RATE;
}

void platform_cache_clean(const void *va, size_t size)
{
    (void)va;
    fake.cleaned_bytes += size;
}

void platform_putc(char character)
{
    if (fake.log_length < sizeof fake.log - 1) {
        fake.log[fake.log_length++] = character;
        fake.log[fake.log_length] = '\0';
    }
    fake.log_lines += character == '\n';
}
