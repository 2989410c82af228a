/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the portable kernel asks of the machine, answered by memory and models. See machine.h.
 */
#include "machine.h"

#include <stdlib.h>
#include <string.h>

#include "cpu_setup.h"
#include "firmware.h"

struct fake_sysregs fake_sysregs;
uint64_t fake_translation;
uint64_t fake_forgotten_vttbr;
struct machine machine;

/* What exception.c calls in assembly. */
void fpu_save(struct fpu_state *state);
void fpu_restore(const struct fpu_state *state);

void machine_reset(unsigned list_reg_count, size_t object_size)
{
    free(machine.objects);
    memset(&machine, 0, sizeof machine);
    memset(&fake_sysregs, 0, sizeof fake_sysregs);
    machine.objects = calloc(1, object_size);
    machine.object_size = object_size;
    fake_sysregs.cntfrq_el0 = FAKE_HZ;
    fake_translation = 0;
    fake_forgotten_vttbr = 0;
    gic_reset(list_reg_count);
}

void cpu_setup(struct cpu *cpu)
{
    memset(cpu, 0, sizeof *cpu);
    cpu->ready.top = -1;
}

void *kernel_va(uint64_t va)
{
    switch (va & ~0xfffffffull) {
    case KERNEL_MANIFEST_VA:
        return machine.manifest + (va - KERNEL_MANIFEST_VA);
    case KERNEL_OBJECT_VA:
        return (uint8_t *)machine.objects + (va - KERNEL_OBJECT_VA);
    case KERNEL_MESSAGE_VA:
        return machine.message_pages[(va - KERNEL_MESSAGE_VA) / PAGE_SIZE_4K];
    case KERNEL_VCPU_VA:
        return machine.vcpu_pages[(va - KERNEL_VCPU_VA) / PAGE_SIZE_4K];
    default:
        abort();
    }
}

/* Device windows lie 1 MiB apart. */
#define WINDOW(va) ((va) & ~0xfffffull)
#define OFFSET(va) ((uint32_t)((va)&0xfffff))

uint32_t mmio_read32(uint64_t va)
{
    switch (WINDOW(va)) {
    case KERNEL_GICD_VA:
        return gicd_read(OFFSET(va));
    case KERNEL_GICC_VA:
        return gicc_read(OFFSET(va));
    case KERNEL_GICH_VA:
        return gich_read(OFFSET(va));
    case KERNEL_UART_VA:
        return 0;
    default:
        abort();
    }
}

static void uart_write(char c)
{
    if (machine.uart_length == sizeof machine.uart - 1) {
        machine.uart_length = 0;
    }
    machine.uart[machine.uart_length++] = c;
    machine.uart[machine.uart_length] = '\0';
}

void mmio_write32(uint64_t va, uint32_t value)
{
    switch (WINDOW(va)) {
    case KERNEL_GICD_VA:
        gicd_write(OFFSET(va), value);
        break;
    case KERNEL_GICC_VA:
        gicc_write(OFFSET(va), value);
        break;
    case KERNEL_GICH_VA:
        gich_write(OFFSET(va), value);
        break;
    case KERNEL_UART_VA:
        uart_write((char)value);
        break;
    default:
        abort();
    }
}

void mmio_write8(uint64_t va, uint8_t value)
{
    if (WINDOW(va) != KERNEL_GICD_VA) {
        abort();
    }
    gicd_write8(OFFSET(va), value);
}

void firmware_call(uint64_t x[8])
{
    machine.firmware_calls++;
    for (unsigned i = 0; i < 8; i++) {
        x[i]++;
    }
}

void fpu_save(struct fpu_state *state)
{
    *state = machine.fpu;
}

void fpu_restore(const struct fpu_state *state)
{
    machine.fpu = *state;
}
