/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The clock registers (HHI) of the SM1 SoC. See meson_clocks.c.
 */
#ifndef ODROIDC4_MESON_CLOCKS_H
#define ODROIDC4_MESON_CLOCKS_H

#include "hw/sysbus.h"

#define TYPE_MESON_CLOCKS "meson-clocks"
OBJECT_DECLARE_SIMPLE_TYPE(MesonClocks, MESON_CLOCKS)

#define MESON_CLOCKS_SIZE 0x400

struct MesonClocks {
    SysBusDevice parent_obj;
    MemoryRegion registers;
    uint32_t values[MESON_CLOCKS_SIZE / 4];
};

#endif
