/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The watchdog of the SM1 SoC: counts up at 24 MHz divided, and resets the machine when it arrives.
 * Registers and bits are those of Linux's meson_gxbb_wdt driver.
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "sysemu/watchdog.h"

#include "meson_watchdog.h"

#define CONTROL 0x0 /* rw  divider (17-0), on (18), reset the SoC (21) */
#define COUNT   0x8 /* rw  where it is (31-16, read only), where it ends (15-0) */
#define KICK    0xc /* -w  any value: from the beginning */

#define CONTROL_DIVIDER 0x3ffffu
#define CONTROL_ENABLE  (1u << 18)
#define CONTROL_RESET   (1u << 21)

#define COUNT_END 0xffffu

#define REGISTERS_SIZE 0x10
#define INPUT_MHZ      24

static int64_t now_ns(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

static int64_t tick_ns(const MesonWatchdog *watchdog)
{
    return (int64_t)MAX(watchdog->control & CONTROL_DIVIDER, 1) * 1000 / INPUT_MHZ;
}

static void restart(MesonWatchdog *watchdog)
{
    watchdog->started = now_ns();
    if (watchdog->control & CONTROL_ENABLE) {
        timer_mod(watchdog->bark,
                  watchdog->started + (watchdog->timeout & COUNT_END) * tick_ns(watchdog));
    } else {
        timer_del(watchdog->bark);
    }
}

static void bark(void *opaque)
{
    const MesonWatchdog *watchdog = opaque;

    if (watchdog->control & CONTROL_RESET) {
        watchdog_perform_action();
    }
}

static uint64_t read_register(void *opaque, hwaddr offset, unsigned size)
{
    const MesonWatchdog *watchdog = opaque;
    uint64_t count = 0;

    if (offset == CONTROL) {
        return watchdog->control;
    }
    if (offset != COUNT) {
        return 0;
    }
    if (watchdog->control & CONTROL_ENABLE) {
        count = (now_ns() - watchdog->started) / tick_ns(watchdog);
    }
    return MIN(count, COUNT_END) << 16 | (watchdog->timeout & COUNT_END);
}

/* A new end does not begin anew; a new control word does when it turns the watchdog on. */
static void write_register(void *opaque, hwaddr offset, uint64_t value, unsigned size)
{
    MesonWatchdog *watchdog = opaque;
    uint32_t before = watchdog->control;

    switch (offset) {
    case CONTROL:
        watchdog->control = value;
        if ((before ^ value) & (CONTROL_ENABLE | CONTROL_DIVIDER)) {
            restart(watchdog);
        }
        break;
    case COUNT:
        watchdog->timeout = value;
        if (timer_pending(watchdog->bark)) {
            timer_mod(watchdog->bark, watchdog->started + (value & COUNT_END) * tick_ns(watchdog));
        }
        break;
    case KICK:
        restart(watchdog);
        break;
    }
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
    MesonWatchdog *watchdog = MESON_WATCHDOG(device);

    watchdog->control = 0;
    watchdog->timeout = COUNT_END;
    timer_del(watchdog->bark);
}

static void realize(DeviceState *device, Error **errp)
{
    MESON_WATCHDOG(device)->bark = timer_new_ns(QEMU_CLOCK_VIRTUAL, bark, device);
}

static void instance_init(Object *object)
{
    MesonWatchdog *watchdog = MESON_WATCHDOG(object);

    memory_region_init_io(&watchdog->registers, object, &register_ops, watchdog,
                          TYPE_MESON_WATCHDOG, REGISTERS_SIZE);
    sysbus_init_mmio(SYS_BUS_DEVICE(object), &watchdog->registers);
}

static void class_init(ObjectClass *class, void *data)
{
    DEVICE_CLASS(class)->realize = realize;
    DEVICE_CLASS(class)->reset = reset;
}

static const TypeInfo type_info = {
    .name = TYPE_MESON_WATCHDOG,
    .parent = TYPE_SYS_BUS_DEVICE,
    .instance_size = sizeof(MesonWatchdog),
    .instance_init = instance_init,
    .class_init = class_init,
};

static void register_types(void)
{
    type_register_static(&type_info);
}

type_init(register_types)
