/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a guest's tree says of virtio devices, and what is left of the board's where the guest has
 * nothing else.
 */
#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compose_edit.h"

#define GIC_SPI         0 /* arm,gic.yaml: the first cell of an interrupt */
#define GIC_SPI_FIRST   32
#define GIC_EDGE_RISING 1
#define CELLS_MAX       8

/* The GIC's node; NODE_NONE if there is none that a node can refer to. */
static size_t find_gic(const struct devtree *devtree)
{
    for (size_t i = 1; i < devtree->node_count; i++) {
        if (devnode_is_gic(devtree, i) && devtree->nodes[i].phandle != 0) {
            return i;
        }
    }
    return NODE_NONE;
}

static void add_reg(struct edit *edit, int node, uint64_t gpa)
{
    size_t address_cells = devnode_cell(edit->compose->devtree, 0, "#address-cells", 2);
    size_t size_cells = devnode_cell(edit->compose->devtree, 0, "#size-cells", 1);
    uint8_t reg[16];
    if (address_cells < 1 || address_cells > 2 || size_cells < 1 || size_cells > 2) {
        edit_fail(edit, -FDT_ERR_BADNCELLS);
        return;
    }
    edit_put_cells(reg, gpa, address_cells);
    edit_put_cells(reg + 4 * address_cells, GUEST_DEVICE_SIZE, size_cells);
    edit_add(edit, node, "reg", reg, 4 * (address_cells + size_cells));
}

static void add_interrupt(struct edit *edit, int node, size_t gic, uint32_t intid)
{
    /* The VMM raises the line anew for each reason, and the end of an edge costs the guest no exit.
     */
    const uint32_t values[] = {GIC_SPI, intid - GIC_SPI_FIRST, GIC_EDGE_RISING};
    size_t count = devnode_cell(edit->compose->devtree, gic, "#interrupt-cells", 3);
    uint8_t cells[4 * CELLS_MAX] = {0}; /* cells that no GIC has a meaning for yet are 0 */
    if (count < 3 || count > CELLS_MAX) {
        edit_fail(edit, -FDT_ERR_BADNCELLS);
        return;
    }
    for (size_t i = 0; i < 3; i++) {
        edit_put_cells(cells + 4 * i, values[i], 1);
    }
    edit_add_cell(edit, node, "interrupt-parent", edit->compose->devtree->nodes[gic].phandle);
    edit_add(edit, node, "interrupts", cells, 4 * count);
}

void edit_add_virtio(struct edit *edit)
{
    const struct serve *serve = &edit->compose->serve;
    size_t gic = find_gic(edit->compose->devtree);
    /* A new node comes before its elder siblings. */
    for (size_t i = serve->device_count; i-- > 0;) {
        const struct serve_device *device = &serve->devices[i];
        char name[64];
        if (device->vm != edit->vm) {
            continue;
        }
        if (gic == NODE_NONE) {
            edit_fail(edit, -FDT_ERR_NOPHANDLES);
            return;
        }
        snprintf(name, sizeof(name), "virtio@%" PRIx64, device->gpa);
        int node = edit_add_node(edit, 0, name);
        edit_add(edit, node, "compatible", "virtio,mmio", sizeof("virtio,mmio"));
        add_reg(edit, node, device->gpa);
        add_interrupt(edit, node, gic, device->intid);
        edit_add(edit, node, "dma-coherent", NULL, 0);
    }
}

bool edit_has_devices(const struct vm_request *request)
{
    return request->give.count != 0 || request->gives_all;
}

bool edit_is_core(const struct devtree *devtree, size_t index)
{
    for (size_t i = index; i < devtree->nodes[index].end; i++) {
        if (devnode_is_gic(devtree, i) || devnode_is_compatible(devtree, i, "arm,armv8-timer")) {
            return true;
        }
    }
    return false;
}

/* Whether the command line has a word that begins so. */
static bool has_word(const char *bootargs, const char *beginning)
{
    const char *at = bootargs == NULL ? NULL : strstr(bootargs, beginning);
    while (at != NULL && at != bootargs && at[-1] != ' ') {
        at = strstr(at + 1, beginning);
    }
    return at != NULL;
}

/* A virtio-console is no console that Linux finds by itself. A VMM has copied what the guest sends
 * when the guest comes back from telling it, so that an interrupt to say so is for nothing; but
 * that is not worth a command line in place of the one that a kernel may have built in. */
void edit_add_bootargs(struct edit *edit, int chosen)
{
    const struct vm_request *request = edit->compose->vms[edit->vm].request;
    const char *own = request->bootargs;
    bool needs_console = request->uses.console && !has_word(own, "console=");
    bool has_network =
        request->uses.services[SERVICE_NET].from != NULL || request->serves[SERVICE_NET];
    if (own == NULL && !needs_console) {
        return;
    }
    const char *console = needs_console ? "console=hvc0 " : "";
    const char *network =
        has_network && !has_word(own, "virtio_net.napi_tx=") ? "virtio_net.napi_tx=0 " : "";
    char *text = serve_text("%s%s%s", console, network, own == NULL ? "" : own);
    size_t length = strlen(text);
    if (length != 0 && text[length - 1] == ' ') {
        text[--length] = '\0';
    }
    edit_add(edit, chosen, "bootargs", text, length + 1);
    free(text);
}
