/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The reset controller of the SM1 SoC: 256 lines, each with a bit that gives a pulse and a bit that
 * holds a level. Registers are those of Linux's reset-meson driver.
 */
#include "qemu/osdep.h"
#include "hw/irq.h"

#include "meson_reset.h"

#define PULSE          0x04 /* -w  a bank of 32 every 4: a one resets for a moment */
#define LEVEL          0x80 /* rw  likewise: a zero holds in reset */
#define BANKS_SIZE     (4 * MESON_RESET_BANK_COUNT)
#define REGISTERS_SIZE 0xa0

static bool is_in(hwaddr offset, hwaddr first)
{
    return offset >= first && offset - first < BANKS_SIZE;
}

static uint64_t read_register(void *opaque, hwaddr offset, unsigned size)
{
    const MesonReset *controller = opaque;

    return is_in(offset, LEVEL) ? controller->levels[(offset - LEVEL) / 4] : 0;
}

static void pulse(MesonReset *controller, unsigned bank, uint32_t bits)
{
    for (unsigned bit = 0; bit < 32; bit++) {
        if (bits & 1u << bit && controller->levels[bank] & 1u << bit) {
            qemu_irq_pulse(controller->lines[32 * bank + bit]);
        }
    }
}

static void set_levels(MesonReset *controller, unsigned bank, uint32_t levels)
{
    controller->levels[bank] = levels;
    for (unsigned bit = 0; bit < 32; bit++) {
        qemu_set_irq(controller->lines[32 * bank + bit], !(levels & 1u << bit));
    }
}

static void write_register(void *opaque, hwaddr offset, uint64_t value, unsigned size)
{
    if (is_in(offset, PULSE)) {
        pulse(opaque, (offset - PULSE) / 4, value);
    } else if (is_in(offset, LEVEL)) {
        set_levels(opaque, (offset - LEVEL) / 4, value);
    }
}

static const MemoryRegionOps register_ops = {
    .read = read_register,
    .write = write_register,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid.min_access_size = 4,
    .valid.max_access_size = 4,
};

/* Nothing is held in reset: whatever U-Boot has done, it is done. */
static void reset(DeviceState *device)
{
    memset(MESON_RESET(device)->levels, 0xff, sizeof(MESON_RESET(device)->levels));
}

static void instance_init(Object *object)
{
    MesonReset *controller = MESON_RESET(object);

    memory_region_init_io(&controller->registers, object, &register_ops, controller,
                          TYPE_MESON_RESET, REGISTERS_SIZE);
    sysbus_init_mmio(SYS_BUS_DEVICE(object), &controller->registers);
    qdev_init_gpio_out(DEVICE(object), controller->lines, MESON_RESET_LINE_COUNT);
}

static void class_init(ObjectClass *class, void *data)
{
    DEVICE_CLASS(class)->reset = reset;
}

static const TypeInfo type_info = {
    .name = TYPE_MESON_RESET,
    .parent = TYPE_SYS_BUS_DEVICE,
    .instance_size = sizeof(MesonReset),
    .instance_init = instance_init,
    .class_init = class_init,
};

static void register_types(void)
{
    type_register_static(&type_info);
}

type_init(register_types)
