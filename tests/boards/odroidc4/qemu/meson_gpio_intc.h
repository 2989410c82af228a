/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The GPIO interrupt controller of the SM1 SoC. See meson_gpio_intc.c.
 */
#ifndef ODROIDC4_MESON_GPIO_INTC_H
#define ODROIDC4_MESON_GPIO_INTC_H

#include "hw/sysbus.h"

#define TYPE_MESON_GPIO_INTC "meson-gpio-intc"
OBJECT_DECLARE_SIMPLE_TYPE(MesonGpioIntc, MESON_GPIO_INTC)

#define MESON_GPIO_INTC_PAD_COUNT     100
#define MESON_GPIO_INTC_CHANNEL_COUNT 8

struct MesonGpioIntc {
    SysBusDevice parent_obj;
    MemoryRegion registers;
    qemu_irq channels[MESON_GPIO_INTC_CHANNEL_COUNT];
    uint32_t values[4];
    bool pads[MESON_GPIO_INTC_PAD_COUNT]; /* high; numbered as in device trees */
};

#endif
