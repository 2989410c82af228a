/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Set-up of the GICv2; what runs often stands inline in the header.
 */
#include "drivers/gicv2.h"

/* SPIs are one target byte each; reading a banked target byte (PPI) gives this core's own bit. */
static uint8_t own_target(void)
{
    for (unsigned i = 0; i < 8; i++) {
        uint32_t targets = mmio_read32(GICD_ITARGETSR + i * 4ul);
        targets |= targets >> 16;
        targets |= targets >> 8;
        if ((targets & 0xff) != 0) {
            return (uint8_t)targets;
        }
    }
    return 1;
}

static void distributor_init(uint32_t line_count)
{
    uint32_t implemented = ((mmio_read32(GICD_TYPER) & 0x1f) + 1) * 32;
    if (line_count > implemented) {
        line_count = implemented;
    }
    mmio_write32(GICD_CTLR, 0);
    for (uint32_t i = 0; i < line_count; i += 32) {
        uint64_t word = i / 32 * 4ul;
        mmio_write32(GICD_ICENABLER + word, ~0u);
        mmio_write32(GICD_ICPENDR + word, ~0u);
        mmio_write32(GICD_ICACTIVER + word, ~0u);
    }
    mmio_write32(GICD_CTLR, 1);
}

unsigned gic_init(uint32_t line_count)
{
    distributor_init(line_count);
    mmio_write32(GICC_PMR, 0xff);
    mmio_write32(GICC_BPR, 0);
    mmio_write32(GICC_CTLR, GICC_CTLR_ENABLE | GICC_CTLR_EOIMODE);

    unsigned list_reg_count = GICH_VTR_LIST_REGS(mmio_read32(GICH_VTR));
    for (unsigned i = 0; i < list_reg_count; i++) {
        mmio_write32(GICH_LR(i), 0);
    }
    mmio_write32(GICH_APR, 0);
    mmio_write32(GICH_VMCR, 0);
    mmio_write32(GICH_HCR, GICH_HCR_EN);
    return list_reg_count;
}

void gic_configure(uint32_t intid, bool edge, uint8_t priority)
{
    mmio_write8(GICD_IPRIORITYR + intid, priority);
    if (intid < 32) {
        return;
    }
    uint64_t config = GICD_ICFGR + intid / 16 * 4;
    uint32_t bit = 2u << intid % 16 * 2;
    uint32_t value = mmio_read32(config);
    mmio_write32(config, edge ? value | bit : value & ~bit);
    mmio_write8(GICD_ITARGETSR + intid, own_target());
}
