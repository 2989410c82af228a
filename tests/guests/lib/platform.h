/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a guest knows of its machine, all of it from the device tree, and the frame it runs in:
 * platform_start() reads the tree, opens the console, calls guest_main() and powers off.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* GPAs are 0, INTIDs are 0, where the tree has no such device. */
struct platform {
    uint64_t dtb;
    uint64_t ram_base;
    uint64_t ram_size;
    uint64_t uart; /* PL011 that /chosen names */
    uint64_t gicd; /* GICv2 distributor */
    uint64_t gicc; /* GICv2 CPU interface */
    uint64_t rtc;  /* PL031 */
    uint64_t gpio; /* PL061 */
    uint32_t rtc_irq;
    uint32_t gpio_irq;
    bool psci_hvc;        /* PSCI by HVC, else by SMC */
    const char *bootargs; /* of /chosen, or NULL: flags of a guest */
};

extern struct platform platform;

/* The guest proper. Runs at EL1, interrupts masked, MMU off. The machine is switched off after it.
 */
void guest_main(void);

/* Entry from start.S; `dtb` is a GPA. Does not return. */
void platform_start(uint64_t dtb) __attribute__((noreturn));

/* Says what went wrong and switches off. */
void platform_die(const char *why) __attribute__((noreturn));

/* An exception that no probe expected (from probe.S). */
void platform_exception(uint64_t esr, uint64_t elr, uint64_t far) __attribute__((noreturn));
