/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The reset controller of the SM1 SoC. See meson_reset.c.
 */
#ifndef ODROIDC4_MESON_RESET_H
#define ODROIDC4_MESON_RESET_H

#include "hw/sysbus.h"

#define TYPE_MESON_RESET "meson-reset"
OBJECT_DECLARE_SIMPLE_TYPE(MesonReset, MESON_RESET)

#define MESON_RESET_BANK_COUNT 8
#define MESON_RESET_LINE_COUNT (32 * MESON_RESET_BANK_COUNT)

struct MesonReset {
    SysBusDevice parent_obj;
    MemoryRegion registers;
    uint32_t levels[MESON_RESET_BANK_COUNT]; /* a one: not in reset */
    qemu_irq lines[MESON_RESET_LINE_COUNT];  /* high: in reset; numbered as in device trees */
};

#endif
