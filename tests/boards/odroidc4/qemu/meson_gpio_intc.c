/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The GPIO interrupt controller of the SM1 SoC: eight channels to the GIC, each with a pad of its
 * choice, by level or edge, as it is or inverted. Registers and bits are those of Linux's
 * irq-meson-gpio driver; nothing is filtered. No device drives a pad here: QEMU's monitor can, with
 * `qom-set /machine/gpio-intc pulse PAD`, which makes the pad high for a moment.
 */
#include "qemu/osdep.h"
#include "hw/irq.h"
#include "qapi/error.h"
#include "qapi/visitor.h"

#include "meson_gpio_intc.h"

#define MODE   0x0 /* rw  a bit a channel: one edge (7-0), both edges (15-8), inverted (23-16) */
#define SELECT 0x4 /* rw  the pads of channels 0 to 3, a byte each; at 0x8 those of 4 to 7 */

#define MODE_EDGE(channel)     (1u << (channel))
#define MODE_BOTH(channel)     (1u << ((channel) + 8))
#define MODE_INVERTED(channel) (1u << ((channel) + 16))

#define REGISTERS_SIZE 0x10

static unsigned selected_pad(const MesonGpioIntc *intc, unsigned channel)
{
    return intc->values[(SELECT + channel / 4 * 4) / 4] >> channel % 4 * 8 & 0xff;
}

/* The level at a channel's input, after the inverter. */
static bool channel_level(const MesonGpioIntc *intc, unsigned channel)
{
    unsigned pad = selected_pad(intc, channel);
    bool is_high = pad < MESON_GPIO_INTC_PAD_COUNT && intc->pads[pad];

    return is_high != ((intc->values[MODE / 4] & MODE_INVERTED(channel)) != 0);
}

/* Channels that pass a level on follow it; the others rest low between their edges. */
static void update_levels(MesonGpioIntc *intc)
{
    for (unsigned channel = 0; channel < MESON_GPIO_INTC_CHANNEL_COUNT; channel++) {
        bool is_edge = intc->values[MODE / 4] & (MODE_EDGE(channel) | MODE_BOTH(channel));

        qemu_set_irq(intc->channels[channel], !is_edge && channel_level(intc, channel));
    }
}

static void set_pad(void *opaque, int pad, int level)
{
    MesonGpioIntc *intc = opaque;
    bool is_change = intc->pads[pad] != (level != 0);

    intc->pads[pad] = level != 0;
    for (unsigned channel = 0; is_change && channel < MESON_GPIO_INTC_CHANNEL_COUNT; channel++) {
        uint32_t mode = intc->values[MODE / 4];

        if (selected_pad(intc, channel) == pad &&
            (mode & MODE_BOTH(channel) ||
             (mode & MODE_EDGE(channel) && channel_level(intc, channel)))) {
            qemu_irq_pulse(intc->channels[channel]);
        }
    }
    update_levels(intc);
}

static uint64_t read_register(void *opaque, hwaddr offset, unsigned size)
{
    const MesonGpioIntc *intc = opaque;

    return intc->values[offset / 4];
}

static void write_register(void *opaque, hwaddr offset, uint64_t value, unsigned size)
{
    MesonGpioIntc *intc = opaque;

    intc->values[offset / 4] = value;
    update_levels(intc);
}

static const MemoryRegionOps register_ops = {
    .read = read_register,
    .write = write_register,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid.min_access_size = 4,
    .valid.max_access_size = 4,
};

static void reset(DeviceState *device)
{
    MesonGpioIntc *intc = MESON_GPIO_INTC(device);

    memset(intc->values, 0, sizeof(intc->values));
    memset(intc->pads, 0, sizeof(intc->pads));
}

static void set_pulse(Object *object, Visitor *visitor, const char *name, void *opaque,
                      Error **errp)
{
    uint32_t pad;

    if (!visit_type_uint32(visitor, name, &pad, errp)) {
        return;
    }
    if (pad >= MESON_GPIO_INTC_PAD_COUNT) {
        error_setg(errp, "there are pads 0 to %d", MESON_GPIO_INTC_PAD_COUNT - 1);
        return;
    }
    set_pad(MESON_GPIO_INTC(object), pad, 1);
    set_pad(MESON_GPIO_INTC(object), pad, 0);
}

static void instance_init(Object *object)
{
    MesonGpioIntc *intc = MESON_GPIO_INTC(object);

    memory_region_init_io(&intc->registers, object, &register_ops, intc, TYPE_MESON_GPIO_INTC,
                          REGISTERS_SIZE);
    sysbus_init_mmio(SYS_BUS_DEVICE(object), &intc->registers);
    for (unsigned channel = 0; channel < MESON_GPIO_INTC_CHANNEL_COUNT; channel++) {
        sysbus_init_irq(SYS_BUS_DEVICE(object), &intc->channels[channel]);
    }
    qdev_init_gpio_in(DEVICE(object), set_pad, MESON_GPIO_INTC_PAD_COUNT);
    object_property_add(object, "pulse", "uint32", NULL, set_pulse, NULL, NULL);
}

static void class_init(ObjectClass *class, void *data)
{
    DEVICE_CLASS(class)->reset = reset;
}

static const TypeInfo type_info = {
    .name = TYPE_MESON_GPIO_INTC,
    .parent = TYPE_SYS_BUS_DEVICE,
    .instance_size = sizeof(MesonGpioIntc),
    .instance_init = instance_init,
    .class_init = class_init,
};

static void register_types(void)
{
    type_register_static(&type_info);
}

type_init(register_types)
