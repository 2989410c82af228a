/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Distributor and CPU interface of the model. See gic.h.
 */
#include "gic.h"

#include <stddef.h>
#include <string.h>

#include "arch.h"
#include "drivers/gicv2.h"

#define CNT_CTL_ENABLE 1u
#define CNT_CTL_IMASK  2u

struct gic gic;
const char *gic_mistake;

void gic_forbid(const char *what)
{
    if (gic_mistake == NULL) {
        gic_mistake = what;
    }
}

void gic_reset(unsigned list_reg_count)
{
    memset(&gic, 0, sizeof gic);
    gic.list_reg_count = list_reg_count;
    memset(gic.targets, 1, 32);
    gic_mistake = NULL;
}

static bool timer_line(uint64_t ctl, uint64_t now, uint64_t cval)
{
    return (ctl & (CNT_CTL_ENABLE | CNT_CTL_IMASK)) == CNT_CTL_ENABLE && now >= cval;
}

/* The lines of the core's own interrupts follow what drives them. */
static bool line_of(uint32_t intid)
{
    const struct fake_sysregs *regs = &fake_sysregs;

    switch (intid) {
    case 25:
        return gich_maintenance();
    case 26:
        return timer_line(regs->cnthp_ctl_el2, regs->cntpct_el0, regs->cnthp_cval_el2);
    case 27:
        return timer_line(regs->cntv_ctl_el0, regs->cntpct_el0 - regs->cntvoff_el2,
                          regs->cntv_cval_el0);
    case 30:
        return timer_line(regs->cntp_ctl_el0, regs->cntpct_el0, regs->cntp_cval_el0);
    default:
        return gic.level[intid];
    }
}

void gic_pulse(uint32_t intid)
{
    gic.latched[intid] = true;
}

bool gic_is_pending(uint32_t intid)
{
    return gic.latched[intid] || (!gic.edge[intid] && line_of(intid));
}

/* ---- Distributor ---- */

/* The state behind a bank of one-bit registers: a set bank at `set`, a clear bank 0x80 above. */
static bool *bank_of(uint32_t set)
{
    switch (set) {
    case GICD_ISENABLER - KERNEL_GICD_VA:
        return gic.enabled;
    case GICD_ISPENDR - KERNEL_GICD_VA:
        return gic.latched;
    default:
        return gic.active;
    }
}

static void bits_write(uint32_t offset, uint32_t value)
{
    bool *bank = bank_of(offset & ~0xffu);
    bool set = (offset & 0x80) == 0;
    uint32_t first = (offset & 0x7f) * 8;

    for (uint32_t i = 0; i < 32 && first + i < GIC_LINE_COUNT; i++) {
        if ((value >> i & 1) != 0) {
            bank[first + i] = set;
        }
    }
}

static uint32_t bits_read(uint32_t offset)
{
    const bool *bank = bank_of(offset & ~0xffu);
    uint32_t first = (offset & 0x7f) * 8;
    uint32_t value = 0;

    for (uint32_t i = 0; i < 32 && first + i < GIC_LINE_COUNT; i++) {
        bool bit = bank == gic.latched ? gic_is_pending(first + i) : bank[first + i];
        value |= (uint32_t)bit << i;
    }
    return value;
}

static uint32_t targets_read(uint32_t first)
{
    uint32_t value = 0;
    for (uint32_t i = 0; i < 4 && first + i < GIC_LINE_COUNT; i++) {
        value |= (uint32_t)gic.targets[first + i] << 8 * i;
    }
    return value;
}

uint32_t gicd_read(uint32_t offset)
{
    if (offset == 0x004) {
        return 0x1f; /* GICD_TYPER: 1020 lines, one core */
    }
    if (offset >= 0x100 && offset < 0x400) {
        return bits_read(offset);
    }
    if (offset >= 0x800 && offset < 0xc00) {
        return targets_read(offset - 0x800);
    }
    if (offset >= 0xc00 && offset < 0xd00) {
        uint32_t value = 0;
        for (uint32_t i = 0, first = (offset - 0xc00) * 4; i < 16 && first + i < GIC_LINE_COUNT;
             i++) {
            value |= gic.edge[first + i] ? 2u << 2 * i : 0;
        }
        return value;
    }
    gic_forbid("read of a distributor register that the kernel has no business with");
    return 0;
}

void gicd_write(uint32_t offset, uint32_t value)
{
    if (offset == 0x000) {
        return;
    }
    if (offset >= 0x100 && offset < 0x400) {
        bits_write(offset, value);
    } else if (offset >= 0xc08 && offset < 0xd00) {
        for (uint32_t i = 0, first = (offset - 0xc00) * 4; i < 16 && first + i < GIC_LINE_COUNT;
             i++) {
            gic.edge[first + i] = (value >> 2 * i & 2) != 0;
        }
    } else {
        gic_forbid("write to a distributor register that the kernel has no business with");
    }
}

void gicd_write8(uint32_t offset, uint8_t value)
{
    if (offset >= 0x400 && offset < 0x400 + GIC_LINE_COUNT) {
        gic.priority[offset - 0x400] = value;
    } else if (offset >= 0x820 && offset < 0x800 + GIC_LINE_COUNT) {
        gic.targets[offset - 0x800] = value;
    } else {
        gic_forbid("byte write to a distributor register that takes none");
    }
}

/* ---- CPU interface ---- */

/* The most urgent interrupt that the core would take, or GIC_SPURIOUS. */
static uint32_t best(void)
{
    uint32_t found = GIC_SPURIOUS;
    uint32_t limit = gic.gicc_pmr;

    if (gic.running_count > 0 && gic.running[gic.running_count - 1] < limit) {
        limit = gic.running[gic.running_count - 1];
    }
    for (uint32_t i = 0; i < GIC_LINE_COUNT; i++) {
        if (gic.enabled[i] && !gic.active[i] && (gic.targets[i] & 1) != 0 &&
            gic.priority[i] < limit && gic_is_pending(i)) {
            limit = gic.priority[i];
            found = i;
        }
    }
    return (gic.gicc_ctlr & GICC_CTLR_ENABLE) != 0 ? found : GIC_SPURIOUS;
}

bool gic_is_signalled(void)
{
    return best() != GIC_SPURIOUS;
}

uint32_t gicc_read(uint32_t offset)
{
    if (offset != GICC_IAR - KERNEL_GICC_VA) {
        gic_forbid("read of a CPU interface register that the kernel has no business with");
        return 0;
    }
    uint32_t intid = best();
    if (intid != GIC_SPURIOUS) {
        gic.active[intid] = true;
        gic.latched[intid] = false;
        gic.running[gic.running_count++] = gic.priority[intid];
    }
    return intid;
}

void gic_end(uint32_t intid)
{
    if (intid >= GIC_LINE_COUNT) {
        gic_forbid("end of an interrupt that does not exist");
        return;
    }
    gic.active[intid] = false;
}

void gicc_write(uint32_t offset, uint32_t value)
{
    switch (offset) {
    case GICC_CTLR - KERNEL_GICC_VA:
        gic.gicc_ctlr = value;
        break;
    case GICC_PMR - KERNEL_GICC_VA:
        gic.gicc_pmr = value;
        break;
    case GICC_BPR - KERNEL_GICC_VA:
        break;
    case GICC_EOIR - KERNEL_GICC_VA:
        if (gic.running_count == 0) {
            gic_forbid("priority drop without an acknowledged interrupt");
        } else {
            gic.running_count--;
        }
        break;
    case GICC_DIR - KERNEL_GICC_VA:
        gic_end(value & 0x3ff);
        break;
    default:
        gic_forbid("write to a CPU interface register that the kernel has no business with");
    }
}
