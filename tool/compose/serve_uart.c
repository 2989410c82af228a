/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The UART that is shared: that there is a driver for it, that nobody else has it, and what its
 * driver is told of it.
 */
#include <sddf/resources/device.h>
#include <stdlib.h>
#include <string.h>

#include "compose.h"
#include "diag.h"

/* The UARTs for which there is a driver. */
static const struct {
    const char *compatible;
    const char *program;
} drivers[] = {
    {"arm,pl011", "serial_driver_pl011.elf"},
    {"amlogic,meson-gx-uart", "serial_driver_meson.elf"},
    {"amlogic,meson-g12a-uart", "serial_driver_meson.elf"},
    {"amlogic,meson-ao-uart", "serial_driver_meson.elf"},
    {"amlogic,meson-uart", "serial_driver_meson.elf"},
};

const char *serve_uart_program(const struct devtree *devtree, size_t node)
{
    for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
        if (devnode_is_compatible(devtree, node, drivers[i].compatible)) {
            return drivers[i].program;
        }
    }
    return NULL;
}

/* ---- The UART becomes the driver's ---- */

/* The node that is asked for, or NODE_NONE, reported. */
static size_t find_uart(const struct compose *compose)
{
    const struct source at = {.file = compose->request->path};
    const struct devtree *devtree = compose->devtree;
    const char *name = compose->request->console;
    size_t node = devtree_by_path(devtree, name);
    for (size_t i = 1; i < devtree->node_count && node == NODE_NONE; i++) {
        node = devtree->nodes[i].is_enabled && devnode_is_compatible(devtree, i, name) ? i : node;
    }
    if (node == NODE_NONE || node == 0) {
        diag_error(&at, "\"console\": \"%s\" is no node, alias or compatible string of the tree",
                   name);
        return NODE_NONE;
    }
    return node;
}

/* Whether a driver can have it: it is a UART that there is one for, with its registers and one
 * interrupt. */
static bool check_uart(const struct compose *compose, size_t owner, size_t node)
{
    const struct devtree *devtree = compose->devtree;
    const char *reason;
    if (!devtree->nodes[node].is_enabled) {
        compose_error(compose, node, "\"console\": it is disabled in the board's tree");
        return false;
    }
    if (!compose_can_give(compose, owner, node, &reason)) {
        compose_error(compose, node, "\"console\": it cannot be given: %s", reason);
        return false;
    }
    if (serve_uart_program(devtree, node) == NULL) {
        compose_error(compose, node,
                      "\"console\": there is no driver for it; there are drivers for \"arm,pl011\" "
                      "and for \"amlogic,meson-uart\" and its kin");
        return false;
    }
    return true;
}

/* Says of VMs that have what the UART does not work without: a native driver uses it as the boot
 * loader left it. */
static void note_needs(struct compose *compose, size_t uart)
{
    struct devrefs refs;
    devnode_refs(compose->devtree, uart, &refs);
    for (size_t i = 0; i < refs.count; i++) {
        const struct devref *ref = &refs.entries[i];
        if (ref->problem != NULL || ref->kind != REF_NEEDED) {
            continue;
        }
        size_t device = compose_device_of(compose, ref->target);
        for (size_t vm = 0; vm < compose->vm_count; vm++) {
            if (compose_has(compose, vm, device)) {
                compose_note(compose, vm, NOTE_CONSOLE, device,
                             "the shared console %s needs it too (\"%s\"); a Linux that turns off "
                             "what none of its devices uses has to leave it on, which "
                             "clk_ignore_unused and pd_ignore_unused in --bootargs see to",
                             compose->devtree->nodes[uart].path, ref->property);
                break;
            }
        }
    }
    free(refs.entries);
}

bool serve_select(struct compose *compose)
{
    if (compose->request->console == NULL) {
        return true;
    }
    size_t owner = compose->vm_count;
    size_t node = find_uart(compose);
    if (node == NODE_NONE || !check_uart(compose, owner, node)) {
        return false;
    }
    compose_grant(compose, owner, node, WHY_GIVEN, NODE_NONE, NULL);
    note_needs(compose, node);
    return true;
}

/* ---- Its driver ---- */

/* The driver's registers and interrupts. */
bool serve_uart_resources(struct compose *compose, size_t driver)
{
    struct serve *serve = &compose->serve;
    size_t owner = serve->pds[driver].owner;
    size_t node = compose->vms[owner].grants[0].node;
    device_resources_t resources;
    memset(&resources, 0, sizeof(resources));
    memcpy(resources.magic, DEVICE_MAGIC, sizeof(resources.magic));
    uint64_t pa = compose->devtree->nodes[node].reg_count == 0
                      ? 0
                      : compose->devtree->nodes[node].regs[0].base;
    for (size_t i = 0; i < compose->region_count; i++) {
        const struct region_row *row = &compose->regions[i];
        if (row->vm == owner && resources.num_regions < DEVICE_MAX_REGIONS) {
            size_t region = serve_add_region(serve, compose_region_name(compose, row),
                                             row->pages.size, "registers");
            serve->regions[region].is_declared = true;
            serve->regions[region].is_large = row->is_large;
            uint64_t va = serve_add_map(serve, driver, region, true);
            serve->maps[serve->map_count - 1].is_device = true;
            bool is_first = pa >= row->pages.base && pa - row->pages.base < row->pages.size;
            resources.regions[resources.num_regions++] = (device_region_resource_t){
                .region = {.vaddr = (void *)(uintptr_t)(va + (is_first ? pa - row->pages.base : 0)),
                           .size = row->pages.size - (is_first ? pa - row->pages.base : 0)},
                .io_addr = is_first ? pa : row->pages.base};
        }
    }
    for (size_t i = 0; i < compose->irq_count; i++) {
        const struct irq_row *row = &compose->irqs[i];
        if (row->vm == owner && resources.num_irqs < DEVICE_MAX_IRQS) {
            struct serve_irq *irq = serve_add_irq(serve, driver, row->intid, node);
            irq->is_edge = row->trigger == TRIGGER_EDGE;
            resources.irqs[resources.num_irqs++].id = (uint8_t)irq->id;
        }
    }
    if (resources.num_regions == 0 || resources.num_irqs == 0) {
        compose_error(compose, node, "\"console\": the tree gives it %s",
                      resources.num_regions == 0 ? "no registers" : "no interrupt");
        return false;
    }
    serve_add_config(serve, driver, ".device_resources", &resources, sizeof(resources));
    return true;
}
