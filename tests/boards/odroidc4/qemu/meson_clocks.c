/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The clock registers (HHI) of the SM1 SoC: they keep what is written to them, and a PLL that is on
 * says that it has locked. No clock is made. Offsets and bits are those of Linux's g12a clock
 * driver.
 */
#include "qemu/osdep.h"

#include "meson_clocks.h"

#define PLL_LOCKED  (1u << 31)
#define PLL_RESET   (1u << 29)
#define PLL_ENABLED (1u << 28)

/* GP0, PCIe, HIFI, fixed, system, HDMI, system 1: each PLL's first control register. */
static const hwaddr plls[] = {0x40, 0x98, 0xd8, 0x2a0, 0x2f4, 0x320, 0x380};

/*
 * What is on before Linux looks. From 24 MHz the fixed PLL makes 24 * 166.67 / 2 = 2000 MHz, the
 * system PLL 24 * 200 / 4 = 1200 MHz. The dividers are plausible and nobody's.
 */
static const struct {
    hwaddr offset;
    uint32_t value;
} reset_values[] = {
    {0x2a0, PLL_ENABLED | 1 << 16 | 1 << 10 | 166},
    {0x2a4, 0x15555}, /* the fraction, of 17 bits */
    {0x2f4, PLL_ENABLED | 2 << 16 | 1 << 10 | 200},
};

static bool is_pll(hwaddr offset)
{
    for (size_t i = 0; i < ARRAY_SIZE(plls); i++) {
        if (plls[i] == offset) {
            return true;
        }
    }
    return false;
}

static uint64_t read_register(void *opaque, hwaddr offset, unsigned size)
{
    const MesonClocks *clocks = opaque;
    uint32_t value = clocks->values[offset / 4];

    if (is_pll(offset)) {
        value &= ~PLL_LOCKED;
        value |= (value & (PLL_ENABLED | PLL_RESET)) == PLL_ENABLED ? PLL_LOCKED : 0;
    }
    return value;
}

static void write_register(void *opaque, hwaddr offset, uint64_t value, unsigned size)
{
    MesonClocks *clocks = opaque;

    clocks->values[offset / 4] = value;
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
    MesonClocks *clocks = MESON_CLOCKS(device);

    memset(clocks->values, 0, sizeof(clocks->values));
    for (size_t i = 0; i < ARRAY_SIZE(reset_values); i++) {
        clocks->values[reset_values[i].offset / 4] = reset_values[i].value;
    }
}

static void instance_init(Object *object)
{
    MesonClocks *clocks = MESON_CLOCKS(object);

    memory_region_init_io(&clocks->registers, object, &register_ops, clocks, TYPE_MESON_CLOCKS,
                          MESON_CLOCKS_SIZE);
    sysbus_init_mmio(SYS_BUS_DEVICE(object), &clocks->registers);
}

static void class_init(ObjectClass *class, void *data)
{
    DEVICE_CLASS(class)->reset = reset;
}

static const TypeInfo type_info = {
    .name = TYPE_MESON_CLOCKS,
    .parent = TYPE_SYS_BUS_DEVICE,
    .instance_size = sizeof(MesonClocks),
    .instance_init = instance_init,
    .class_init = class_init,
};

static void register_types(void)
{
    type_register_static(&type_info);
}

type_init(register_types)
