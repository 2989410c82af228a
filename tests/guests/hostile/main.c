/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A guest that tries everything it was not given. What it must see is what hardware shows where
 * there is nothing: a synchronous external abort, exact and recoverable. What it must do is live.
 */
#include "access.h"
#include "console.h"
#include "gic.h"
#include "mmu.h"
#include "platform.h"
#include "string.h"
#include "wild.h"

#define UPPER_VA 0xffffff8000000000 /* the first VA that TTBR1 translates with 39-bit VAs */

/* GPAs behind which there is nothing on any machine this runs on. */
static const uint64_t nowhere[] = {
    0x0b000000,   /* between devices, Device memory whether the MMU is on or not */
    0x2000000000, /* beyond RAM */
    0x5fffff0000,
};

/* GPAs that a machine has and a guest of Drover is not given. */
static const uint64_t forbidden[] = {
    0x00000000, /* flash */
    0x08020000, /* GICv2m */
    0x08030000, /* GICH: the list registers */
    0x08040000, /* GICV, but for where the guest has its CPU interface */
    0x09020000, /* fw_cfg, which can write anywhere by DMA */
    0x10000000, /* PCI windows */
    0x7ffff000, /* RAM beyond the guest's */
};

/* A page that guest.system lets the guest read, and nobody else has. */
#define READABLE 0x0b800000

static void nothing_from(const uint64_t *gpas, size_t count, bool fetch)
{
    for (size_t i = 0; i < count; i++) {
        accesses_to_nothing(gpas[i]);
        accesses_to_nothing(gpas[i] + 0xfc0); /* the end of the page */
        accesses_to_nothing(gpas[i] + 0x801); /* unaligned */
        accesses_to_nothing(gpas[i] + 0xfff); /* across pages */
        if (fetch) {
            fetch_from_nothing(gpas[i]);
        }
    }
}

/* Without `fetch` where the guest's own stage 1 would refuse execution first. */
static void everywhere(bool forbidden_too, bool fetch)
{
    nothing_from(nowhere, sizeof nowhere / sizeof *nowhere, fetch);
    if (forbidden_too) {
        nothing_from(forbidden, sizeof forbidden / sizeof *forbidden, fetch);
        uint64_t end = platform.ram_base + platform.ram_size;
        nothing_from(&end, 1, fetch); /* the first byte after its RAM */
    }
}

static void readable(bool is_there)
{
    if (is_there) {
        accesses_to_readable(READABLE);
        accesses_to_readable(READABLE + 0x801);
    }
}

static void step(const char *what)
{
    print("hostile guest tries %s\n", what);
}

void guest_main(void)
{
    if (!platform.gicd || !platform.gicc || !platform.rtc || !platform.gpio) {
        platform_die("the device tree lacks a GICv2, a PL031 or a PL061");
    }
    bool is_virtual = string_has_word(platform.bootargs, "drover");
    gic_init();
    step("memory that is not there, MMU off");
    everywhere(is_virtual, true);
    readable(is_virtual);
    step("memory that is not there, MMU on");
    mmu_enable(nowhere[1]);
    everywhere(is_virtual, false);
    readable(is_virtual);
    step("translation tables that are not there");
    walk_into_nothing(UPPER_VA);
    mmu_table_set(300, nowhere[1]);
    walk_into_nothing(300ull << 30);
    if (is_virtual) { /* a device's registers are no tables of a guest's */
        mmu_table_set(301, platform.rtc);
        walk_into_nothing(301ull << 30);
    }
    step("every access to the distributor");
    accesses_to_device(platform.gicd + GICD_IPRIORITYR + 64);
    accesses_to_device(platform.gicd + 0xff8);
    step("instructions");
    wild_instructions();
    step("firmware calls");
    wild_firmware_calls();
    step("system registers");
    wild_system_registers();
    step("interrupts without end");
    wild_interrupts();
    if (is_virtual) { /* QEMU's own GIC model ends on an assertion */
        step("random accesses to the distributor");
        wild_distributor();
        step("the same on all CPUs");
        wild_cpus();
        step("random accesses to the CPU interface");
        wild_interface();
    }
    if (wrong_count) {
        print("hostile guest: %u of %u accesses answered wrongly\n", wrong_count, access_count);
    } else {
        print("hostile guest lives: %u accesses\n", access_count);
    }
}
