/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Bringing a GICv2 to a known state; see gic.h.
 */
#include "gic.h"

static void unexpected(uint64_t stamp)
{
    (void)stamp;
    platform_die("an interrupt that was not expected");
}

irq_handler *irq_hook = unexpected;

void gic_init(void)
{
    gicc_write(GICC_CTLR, 0);
    gicd_write(GICD_CTLR, 0);
    uint32_t lines = 32 * ((gicd_read(GICD_TYPER) & 0x1f) + 1);
    for (uint32_t intid = 0; intid < lines; intid += 32) {
        gicd_write(GICD_ICENABLER + intid / 8, UINT32_MAX);
        gicd_write(GICD_ICPENDR + intid / 8, UINT32_MAX);
        gicd_write(GICD_ICACTIVER + intid / 8, UINT32_MAX);
        gicd_write(GICD_IGROUPR + intid / 8, 0);
    }
    for (uint32_t intid = 0; intid < lines; intid += 4) {
        gicd_write(GICD_IPRIORITYR + intid, GIC_PRIORITY * 0x01010101u);
        gicd_write(GICD_ITARGETSR + intid, 0x01010101);
    }
    for (uint32_t intid = 32; intid < lines; intid += 16) {
        gicd_write(GICD_ICFGR + intid / 4, 0);
    }
    gicd_write(GICD_CTLR, 1);
    gicc_write(GICC_PMR, 0xff);
    gicc_write(GICC_BPR, 0);
    gicc_write(GICC_CTLR, GICC_CTLR_ENABLE);
}
