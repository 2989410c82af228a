/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The watchdog of the SM1 SoC. See meson_watchdog.c.
 */
#ifndef ODROIDC4_MESON_WATCHDOG_H
#define ODROIDC4_MESON_WATCHDOG_H

#include "hw/sysbus.h"

#define TYPE_MESON_WATCHDOG "meson-watchdog"
OBJECT_DECLARE_SIMPLE_TYPE(MesonWatchdog, MESON_WATCHDOG)

struct MesonWatchdog {
    SysBusDevice parent_obj;
    MemoryRegion registers;
    QEMUTimer *bark;
    uint32_t control, timeout;
    int64_t started; /* virtual time (ns) of the last start or kick */
};

#endif
