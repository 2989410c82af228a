/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Start-up of a guest in C: device tree, console, the guest, power off.
 */
#include "platform.h"
#include "console.h"
#include "fdt.h"
#include "psci.h"
#include "string.h"

struct platform platform;

/* The node that /chosen/stdout-path names: a path, or an alias of one. */
static bool console_node(const struct fdt *fdt, const struct fdt_node *chosen,
                         struct fdt_node *node)
{
    const char *path = fdt_string(fdt, chosen, "stdout-path");
    if (!path) {
        return false;
    }
    if (*path == '/') {
        return fdt_find_path(fdt, path, node);
    }
    char alias[32] = {0};
    for (uint32_t i = 0; i < sizeof alias - 1 && path[i] && path[i] != ':'; i++) {
        alias[i] = path[i];
    }
    struct fdt_node aliases;
    path = fdt_find_path(fdt, "/aliases", &aliases) ? fdt_string(fdt, &aliases, alias) : NULL;
    return path && fdt_find_path(fdt, path, node);
}

static bool gic_node(const struct fdt *fdt, struct fdt_node *node)
{
    return fdt_find_compatible(fdt, "arm,cortex-a15-gic", node) ||
           fdt_find_compatible(fdt, "arm,gic-400", node);
}

static void platform_read(const struct fdt *fdt)
{
    struct fdt_node node;
    if (fdt_find_path(fdt, "/chosen", &node)) {
        platform.bootargs = fdt_string(fdt, &node, "bootargs");
        struct fdt_node uart;
        platform.uart = console_node(fdt, &node, &uart) ? fdt_reg(fdt, &uart, 0, NULL) : 0;
    }
    if (gic_node(fdt, &node)) {
        platform.gicd = fdt_reg(fdt, &node, 0, NULL);
        platform.gicc = fdt_reg(fdt, &node, 1, NULL);
    }
    if (fdt_find_compatible(fdt, "arm,pl031", &node)) {
        platform.rtc = fdt_reg(fdt, &node, 0, NULL);
        platform.rtc_irq = fdt_intid(fdt, &node);
    }
    if (fdt_find_compatible(fdt, "arm,pl061", &node)) {
        platform.gpio = fdt_reg(fdt, &node, 0, NULL);
        platform.gpio_irq = fdt_intid(fdt, &node);
    }
    if (fdt_find_path(fdt, "/psci", &node)) {
        const char *method = fdt_string(fdt, &node, "method");
        platform.psci_hvc = method && string_equal(method, "hvc");
    }
    if (fdt_find_path(fdt, "/memory", &node)) {
        platform.ram_base = fdt_reg(fdt, &node, 0, &platform.ram_size);
    }
}

void platform_start(uint64_t dtb)
{
    struct fdt fdt;
    platform.dtb = dtb;
    if (fdt_open(&fdt, (const void *)dtb)) {
        platform_read(&fdt);
    }
    guest_main();
    psci_call(PSCI_SYSTEM_OFF, 0, 0, 0);
    for (;;) {
        __asm__ volatile("wfi");
    }
}

void platform_die(const char *why)
{
    print("guest stops: %s\n", why);
    psci_call(PSCI_SYSTEM_OFF, 0, 0, 0);
    for (;;) {
        __asm__ volatile("wfi");
    }
}

void platform_exception(uint64_t esr, uint64_t elr, uint64_t far)
{
    print("exception: ESR %x at %x, FAR %x\n", esr, elr, far);
    platform_die("an exception that was not expected");
}
