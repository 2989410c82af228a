/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtual interface of the model: list registers as the kernel writes them, and what a guest
 * that acknowledges and ends interrupts does to them. See gic.h.
 */
#include "gic.h"

#include <stddef.h>

#include "arch.h"
#include "drivers/gicv2.h"

#define HCR_WRITABLE 0xf80000ffu
#define MISR_EOI     (1u << 0)
#define MISR_LRENP   (1u << 2)
#define MISR_NP      (1u << 3)

static bool is_eoi(uint32_t lr)
{
    return (lr & (LR_STATE_MASK | LR_HW)) == 0 && (lr & LR_EOI) != 0;
}

static uint32_t list_regs_where(bool (*is_so)(uint32_t))
{
    uint32_t mask = 0;
    for (unsigned i = 0; i < gic.list_reg_count; i++) {
        mask |= is_so(gic.list_regs[i]) ? 1u << i : 0;
    }
    return mask;
}

static bool is_empty(uint32_t lr)
{
    return (lr & LR_STATE_MASK) == 0 && !is_eoi(lr);
}

static bool is_pending(uint32_t lr)
{
    return (lr & LR_PENDING) != 0;
}

static uint32_t misr(void)
{
    uint32_t value = list_regs_where(is_eoi) != 0 ? MISR_EOI : 0;

    if ((gic.hcr & GICH_HCR_LRENPIE) != 0 && gic.hcr >> GICH_HCR_EOICOUNT_SHIFT != 0) {
        value |= MISR_LRENP;
    }
    if ((gic.hcr & GICH_HCR_NPIE) != 0 && list_regs_where(is_pending) == 0) {
        value |= MISR_NP;
    }
    return value;
}

bool gich_maintenance(void)
{
    return (gic.hcr & GICH_HCR_EN) != 0 && misr() != 0;
}

uint32_t gich_read(uint32_t offset)
{
    switch (offset) {
    case GICH_HCR - KERNEL_GICH_VA:
        return gic.hcr;
    case GICH_VTR - KERNEL_GICH_VA:
        return 0x90000000 | (gic.list_reg_count - 1);
    case GICH_VMCR - KERNEL_GICH_VA:
        return gic.vmcr;
    case GICH_MISR - KERNEL_GICH_VA:
        return (gic.hcr & GICH_HCR_EN) != 0 ? misr() : 0;
    case GICH_EISR - KERNEL_GICH_VA:
        return list_regs_where(is_eoi);
    case GICH_ELRSR - KERNEL_GICH_VA:
        return list_regs_where(is_empty);
    case GICH_APR - KERNEL_GICH_VA:
        return gic.apr;
    default:
        break;
    }
    uint32_t index = (offset - 0x100) / 4;
    if (offset < 0x100 || index >= gic.list_reg_count) {
        gic_forbid("read of a list register that does not exist");
        return 0;
    }
    return gic.list_regs[index];
}

/* IHI 0048B, 5.3.8: two list registers never hold the same interrupt, and the "pending and active"
 * of a hardware interrupt is the distributor's to keep. */
static void list_reg_check(unsigned index)
{
    uint32_t lr = gic.list_regs[index];
    uint32_t mask = (lr & LR_VINTID_MASK) < 16 && (lr & LR_HW) == 0
                        ? LR_VINTID_MASK | 7u << LR_SOURCE_SHIFT
                        : LR_VINTID_MASK;

    if ((lr & LR_STATE_MASK) == 0) {
        return;
    }
    if ((lr & LR_HW) != 0 && (lr & LR_STATE_MASK) == LR_STATE_MASK) {
        gic_forbid("hardware interrupt pending and active in a list register");
    }
    for (unsigned i = 0; i < gic.list_reg_count; i++) {
        uint32_t other = gic.list_regs[i];
        if (i != index && (other & LR_STATE_MASK) != 0 && ((other ^ lr) & mask) == 0) {
            gic_forbid("one interrupt in two list registers");
        }
    }
}

void gich_write(uint32_t offset, uint32_t value)
{
    switch (offset) {
    case GICH_HCR - KERNEL_GICH_VA:
        gic.hcr = value & HCR_WRITABLE;
        return;
    case GICH_VMCR - KERNEL_GICH_VA:
        gic.vmcr = value;
        return;
    case GICH_APR - KERNEL_GICH_VA:
        gic.apr = value;
        return;
    default:
        break;
    }
    uint32_t index = (offset - 0x100) / 4;
    if (offset < 0x100 || index >= gic.list_reg_count) {
        gic_forbid("write to a list register that does not exist");
        return;
    }
    gic.list_regs[index] = value;
    list_reg_check(index);
}

/* ---- The guest's side; its own mask is open and its binary point 0 ---- */

static uint32_t priority_of(uint32_t lr)
{
    return lr >> LR_PRIORITY_SHIFT & 0x1f;
}

/* What GICV_IAR returns and GICV_EOIR takes for this list register. */
static uint32_t name_of(uint32_t lr)
{
    uint32_t intid = lr & LR_VINTID_MASK;
    bool has_source = intid < 16 && (lr & LR_HW) == 0;
    return has_source ? lr & (LR_VINTID_MASK | 7u << LR_SOURCE_SHIFT) : intid;
}

uint32_t gicv_acknowledge(void)
{
    uint32_t running = gic.apr != 0 ? (uint32_t)__builtin_ctz(gic.apr) : 32;
    uint32_t *found = NULL;

    for (unsigned i = 0; i < gic.list_reg_count && (gic.hcr & GICH_HCR_EN) != 0; i++) {
        uint32_t *lr = &gic.list_regs[i];
        if ((*lr & LR_STATE_MASK) == LR_PENDING && priority_of(*lr) < running) {
            running = priority_of(*lr);
            found = lr;
        }
    }
    if (found == NULL) {
        return GIC_SPURIOUS;
    }
    *found = (*found & ~LR_STATE_MASK) | LR_ACTIVE;
    gic.apr |= 1u << running;
    return name_of(*found);
}

void gicv_end(uint32_t acknowledged)
{
    if (gic.apr == 0) {
        return;
    }
    gic.apr &= gic.apr - 1;
    for (unsigned i = 0; i < gic.list_reg_count; i++) {
        uint32_t lr = gic.list_regs[i];
        if ((lr & LR_ACTIVE) != 0 && name_of(lr) == acknowledged) {
            gic.list_regs[i] = lr & ~LR_ACTIVE;
            if ((lr & LR_HW) != 0) {
                gic_end(lr >> LR_PINTID_SHIFT & LR_VINTID_MASK);
            }
            return;
        }
    }
    gic.hcr += 1u << GICH_HCR_EOICOUNT_SHIFT;
}
