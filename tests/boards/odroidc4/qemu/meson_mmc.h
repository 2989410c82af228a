/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The SD/eMMC engine of Amlogic's Meson SoCs (version 3, "axg"). See meson_mmc.c.
 */
#ifndef ODROIDC4_MESON_MMC_H
#define ODROIDC4_MESON_MMC_H

#include "hw/sysbus.h"

#include "emmc.h"

#define TYPE_MESON_MMC "meson-mmc"
OBJECT_DECLARE_SIMPLE_TYPE(MesonMmc, MESON_MMC)

/* The name of its input that holds it in reset. */
#define MESON_MMC_RESET "reset"

#define MESON_MMC_REGISTERS_SIZE 0x800
#define MESON_MMC_BUFFER_OFFSET  0x200
#define MESON_MMC_BUFFER_SIZE    (MESON_MMC_REGISTERS_SIZE - MESON_MMC_BUFFER_OFFSET)

struct MesonMmc {
    SysBusDevice parent_obj;
    MemoryRegion registers;
    BlockBackend *media;
    struct emmc card;
    qemu_irq irq;
    QEMUTimer *finish; /* rings when what was started is to be done */

    uint32_t values[MESON_MMC_BUFFER_OFFSET / 4]; /* registers that are as they were written */
    uint32_t status;                              /* the bits that stay until they are cleared */
    bool is_chain;                                /* what was started is a chain of descriptors */
    uint8_t buffer[MESON_MMC_BUFFER_SIZE];
};

#endif
