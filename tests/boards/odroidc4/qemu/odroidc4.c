/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A machine for QEMU after Hardkernel's Odroid C4 (Amlogic S905X3, SM1): four cores with EL2, a
 * GIC-400, the console's UART, the eMMC and what the drivers of these two ask for. It enters a
 * kernel at EL2 as the board's U-Boot does, and answers PSCI by SMC as the board's firmware does.
 * Addresses and interrupts are those of Linux's meson-sm1-odroid-c4.dts; what was invented is in
 * ../README.md.
 */
#include "qemu/osdep.h"
#include "exec/address-spaces.h"
#include "hw/arm/boot.h"
#include "hw/boards.h"
#include "hw/intc/arm_gic.h"
#include "hw/misc/unimp.h"
#include "hw/qdev-properties.h"
#include "qapi/error.h"
#include "qemu/units.h"
#include "sysemu/blockdev.h"
#include "sysemu/sysemu.h"
#include "target/arm/cpu.h"

#include "meson_clocks.h"
#include "meson_gpio_intc.h"
#include "meson_mmc.h"
#include "meson_reset.h"
#include "meson_uart.h"
#include "meson_watchdog.h"

#define CORE_COUNT        4
#define COUNTER_FREQUENCY 24000000
#define CORTEX_A55_R2P0   0x412fd050 /* what MIDR_EL1 reads as */

/* RAM ends where the first device may begin. */
#define RAM_SIZE (0xf5800000ull)

#define GIC_BASE          0xffc00000 /* what CBAR reads as */
#define GIC_DISTRIBUTOR   0xffc01000
#define GIC_CPU_INTERFACE 0xffc02000
#define GIC_HYPERVISOR    0xffc04000
#define GIC_VIRTUAL_CPU   0xffc06000
#define GIC_SPI_COUNT     256
#define GIC_PRIVATE_COUNT 32

/* Private interrupts, as INTIDs. */
#define INTID_MAINTENANCE      25
#define INTID_HYPERVISOR_TIMER 26
#define INTID_VIRTUAL_TIMER    27
#define INTID_SECURE_TIMER     29
#define INTID_PHYSICAL_TIMER   30

#define PAD_BANKS  0xff634000
#define CLOCKS     0xff63c000
#define ALWAYS_ON  0xff800000
#define UART       0xff803000
#define RESETS     0xffd01000
#define GPIO_INTC  0xffd0f080
#define WATCHDOG   0xffd0f0d0
#define EMMC       0xffe07000
#define GPIO_SPI   64 /* and seven more */
#define UART_SPI   193
#define EMMC_SPI   191
#define EMMC_RESET 46

/* Register blocks without a model that keep what is written to them. */
#define KEPT_SIZE 0x2000

static DeviceState *create_gic(void)
{
    DeviceState *gic = qdev_new(TYPE_ARM_GIC);
    SysBusDevice *bus = SYS_BUS_DEVICE(gic);

    qdev_prop_set_uint32(gic, "num-cpu", CORE_COUNT);
    qdev_prop_set_uint32(gic, "num-irq", GIC_PRIVATE_COUNT + GIC_SPI_COUNT);
    qdev_prop_set_uint32(gic, "revision", 2);
    qdev_prop_set_bit(gic, "has-virtualization-extensions", true);
    sysbus_realize_and_unref(bus, &error_fatal);
    sysbus_mmio_map(bus, 0, GIC_DISTRIBUTOR);
    sysbus_mmio_map(bus, 1, GIC_CPU_INTERFACE);
    sysbus_mmio_map(bus, 2, GIC_HYPERVISOR);
    sysbus_mmio_map(bus, 3, GIC_VIRTUAL_CPU);
    return gic;
}

/* The input of a core's private interrupt: the GIC's inputs are the SPIs, then 32 for each core. */
static qemu_irq private_input(DeviceState *gic, unsigned core, unsigned intid)
{
    return qdev_get_gpio_in(gic, GIC_SPI_COUNT + GIC_PRIVATE_COUNT * core + intid);
}

static void create_core(DeviceState *gic, unsigned index)
{
    Object *core = object_new(ARM_CPU_TYPE_NAME("cortex-a53"));
    SysBusDevice *bus = SYS_BUS_DEVICE(gic);

    object_property_set_int(core, "midr", CORTEX_A55_R2P0, &error_fatal);
    object_property_set_bool(core, "has_el3", false, &error_fatal);
    object_property_set_int(core, "reset-cbar", GIC_BASE, &error_fatal);
    object_property_set_int(core, "cntfrq", COUNTER_FREQUENCY, &error_fatal);
    qdev_realize(DEVICE(core), NULL, &error_fatal);

    qdev_connect_gpio_out(DEVICE(core), GTIMER_PHYS,
                          private_input(gic, index, INTID_PHYSICAL_TIMER));
    qdev_connect_gpio_out(DEVICE(core), GTIMER_VIRT,
                          private_input(gic, index, INTID_VIRTUAL_TIMER));
    qdev_connect_gpio_out(DEVICE(core), GTIMER_HYP,
                          private_input(gic, index, INTID_HYPERVISOR_TIMER));
    qdev_connect_gpio_out(DEVICE(core), GTIMER_SEC, private_input(gic, index, INTID_SECURE_TIMER));

    /* The GIC's outputs: a kind for all cores, then the next kind. */
    sysbus_connect_irq(bus, index, qdev_get_gpio_in(DEVICE(core), ARM_CPU_IRQ));
    sysbus_connect_irq(bus, index + CORE_COUNT, qdev_get_gpio_in(DEVICE(core), ARM_CPU_FIQ));
    sysbus_connect_irq(bus, index + 2 * CORE_COUNT, qdev_get_gpio_in(DEVICE(core), ARM_CPU_VIRQ));
    sysbus_connect_irq(bus, index + 3 * CORE_COUNT, qdev_get_gpio_in(DEVICE(core), ARM_CPU_VFIQ));
    sysbus_connect_irq(bus, index + 4 * CORE_COUNT, private_input(gic, index, INTID_MAINTENANCE));
}

static void create_memory(MachineState *machine)
{
    MemoryRegion *ram = g_new(MemoryRegion, 1);

    if (machine->ram_size < RAM_SIZE) {
        error_setg(&error_fatal,
                   "odroidc4: the board has 4 GiB of RAM; leave -m away, or give -m 4G");
    }
    memory_region_init_alias(ram, NULL, "odroidc4.ram", machine->ram, 0, RAM_SIZE);
    memory_region_add_subregion(get_system_memory(), 0, ram);
    create_unimplemented_device("odroidc4.devices", RAM_SIZE, 4 * GiB - RAM_SIZE);
}

static void create_kept(const char *name, hwaddr address)
{
    MemoryRegion *kept = g_new(MemoryRegion, 1);

    memory_region_init_ram(kept, NULL, name, KEPT_SIZE, &error_fatal);
    memory_region_add_subregion(get_system_memory(), address, kept);
}

static void create_emmc(DeviceState *gic, DeviceState *resets)
{
    DeviceState *emmc = qdev_new(TYPE_MESON_MMC);
    DriveInfo *drive = drive_get(IF_SD, 0, 0);

    if (drive != NULL) {
        qdev_prop_set_drive_err(emmc, "drive", blk_by_legacy_dinfo(drive), &error_fatal);
    }
    sysbus_realize_and_unref(SYS_BUS_DEVICE(emmc), &error_fatal);
    sysbus_mmio_map(SYS_BUS_DEVICE(emmc), 0, EMMC);
    sysbus_connect_irq(SYS_BUS_DEVICE(emmc), 0, qdev_get_gpio_in(gic, EMMC_SPI));
    qdev_connect_gpio_out(resets, EMMC_RESET, qdev_get_gpio_in_named(emmc, MESON_MMC_RESET, 0));
}

static void create_gpio_intc(MachineState *machine, DeviceState *gic)
{
    DeviceState *intc = qdev_new(TYPE_MESON_GPIO_INTC);

    object_property_add_child(OBJECT(machine), "gpio-intc", OBJECT(intc));
    sysbus_realize_and_unref(SYS_BUS_DEVICE(intc), &error_fatal);
    sysbus_mmio_map(SYS_BUS_DEVICE(intc), 0, GPIO_INTC);
    for (unsigned channel = 0; channel < MESON_GPIO_INTC_CHANNEL_COUNT; channel++) {
        sysbus_connect_irq(SYS_BUS_DEVICE(intc), channel,
                           qdev_get_gpio_in(gic, GPIO_SPI + channel));
    }
}

static void create_uart(DeviceState *gic)
{
    DeviceState *uart = qdev_new(TYPE_MESON_UART);

    qdev_prop_set_chr(uart, "chardev", serial_hd(0));
    sysbus_realize_and_unref(SYS_BUS_DEVICE(uart), &error_fatal);
    sysbus_mmio_map(SYS_BUS_DEVICE(uart), 0, UART);
    sysbus_connect_irq(SYS_BUS_DEVICE(uart), 0, qdev_get_gpio_in(gic, UART_SPI));
}

static void machine_init(MachineState *machine)
{
    static struct arm_boot_info boot = {
        .loader_start = 0,
        .ram_size = RAM_SIZE,
        .psci_conduit = QEMU_PSCI_CONDUIT_SMC,
    };
    DeviceState *gic = create_gic();
    DeviceState *resets = sysbus_create_simple(TYPE_MESON_RESET, RESETS, NULL);

    create_memory(machine);
    for (unsigned i = 0; i < CORE_COUNT; i++) {
        create_core(gic, i);
    }
    create_kept("odroidc4.pad-banks", PAD_BANKS);
    create_kept("odroidc4.always-on", ALWAYS_ON);
    sysbus_create_simple(TYPE_MESON_CLOCKS, CLOCKS, NULL);
    sysbus_create_simple(TYPE_MESON_WATCHDOG, WATCHDOG, NULL);
    create_gpio_intc(machine, gic);
    create_uart(gic);
    create_emmc(gic, resets);
    arm_load_kernel(ARM_CPU(first_cpu), machine, &boot);
}

static void class_init(MachineClass *machine_class)
{
    machine_class->desc = "Hardkernel Odroid C4, as far as Drover's tests need it";
    machine_class->init = machine_init;
    machine_class->min_cpus = CORE_COUNT;
    machine_class->default_cpus = CORE_COUNT;
    machine_class->max_cpus = CORE_COUNT;
    machine_class->default_ram_size = 4 * GiB;
    machine_class->default_ram_id = "odroidc4.dram";
    machine_class->block_default_type = IF_SD;
    machine_class->ignore_memory_transaction_failures = false;
}

DEFINE_MACHINE("odroidc4", class_init)
