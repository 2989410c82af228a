/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The guest's device tree: the board's, with everything disabled that the VM is not granted, and
 * with the guest's own memory, CPUs, firmware and boot arguments. The nodes are edited from the
 * last to the first, so that an edit moves only what has been dealt with.
 */
#include <libfdt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "compose.h"
#include "compose_edit.h"
#include "diag.h"

#define TREE_ROOM 0x10000 /* for what is added to a tree */

/* What becomes of a node. */
enum fate {
    FATE_KEEP,
    FATE_DISABLE,
    FATE_DELETE,
};

static bool is_named(const char *name, const char *wanted)
{
    size_t length = strlen(wanted);
    return strncmp(name, wanted, length) == 0 && (name[length] == '\0' || name[length] == '@');
}

/* Whether the zone is about a sensor that the guest has. */
static bool zone_has_sensor(const struct compose *compose, size_t vm, size_t zone)
{
    size_t length;
    const fdt32_t *sensors = devnode_property(compose->devtree, zone, "thermal-sensors", &length);
    size_t sensor =
        length < 4 ? NODE_NONE : devtree_by_phandle(compose->devtree, fdt32_ld(sensors));
    return sensor != NODE_NONE && compose_has(compose, vm, compose_device_of(compose, sensor));
}

/* Nodes that are not devices, but that the kernel goes by. */
static enum fate fate_of_description(const struct compose *compose, size_t vm, size_t index)
{
    const struct devtree *devtree = compose->devtree;
    const struct devnode *node = &devtree->nodes[index];
    const char *parent = devtree->nodes[node->parent].path;
    const char *type = devnode_string(devtree, index, "device_type");
    if (node->parent == 0 && (is_named(node->name, "cpus") || is_named(node->name, "chosen") ||
                              (type != NULL && strcmp(type, "memory") == 0))) {
        return FATE_DELETE;
    }
    if (devnode_is_compatible(devtree, index, "arm,psci*") ||
        is_named(node->name, "cooling-maps")) {
        return FATE_DELETE;
    }
    if (devnode_is_gic(devtree, node->parent) && !compose_has(compose, vm, index)) {
        return FATE_DELETE; /* frames for messages */
    }
    if (strcmp(parent, "/reserved-memory") == 0 &&
        devnode_property(devtree, index, "reg", NULL) != NULL) {
        return FATE_DELETE; /* the board's RAM, of which the guest has another part */
    }
    if (strcmp(parent, "/thermal-zones") == 0 && !zone_has_sensor(compose, vm, index)) {
        return FATE_DELETE;
    }
    return FATE_KEEP;
}

static enum fate fate_of(const struct compose *compose, size_t vm, size_t index)
{
    const struct devtree *devtree = compose->devtree;
    enum fate fate = fate_of_description(compose, vm, index);
    if (fate == FATE_KEEP && !edit_has_devices(compose->vms[vm].request) &&
        !edit_is_core(devtree, index)) {
        return FATE_DELETE;
    }
    const struct devnode *node = &devtree->nodes[index];
    bool is_device = devclass_is_device(devtree, index) || (node->reg_count != 0 && !node->is_bus);
    if (fate != FATE_KEEP || !is_device || compose_has(compose, vm, index) ||
        devnode_is_gic(devtree, index) ||
        devnode_is_compatible(devtree, index, "arm,armv8-timer") ||
        strcmp(devtree->nodes[node->parent].path, "/reserved-memory") == 0) {
        return fate;
    }
    return FATE_DISABLE;
}

/* A guest has the distributor, and a CPU interface or redistributors, and none of what a hypervisor
 * or message-signalled interrupts need. */
static void edit_gic(struct edit *edit, size_t index)
{
    static const char *const never[] = {"interrupts", "msi-controller", "#msi-cells", "mbi-ranges",
                                        "mbi-alias"};
    const struct devtree *devtree = edit->compose->devtree;
    const struct board *board = edit->compose->board;
    size_t length;
    const void *reg = devnode_property(devtree, index, "reg", &length);
    size_t parent = devtree->nodes[index].parent;
    size_t entry = 4 * (devnode_cell(devtree, parent, "#address-cells", 2) +
                        devnode_cell(devtree, parent, "#size-cells", 1));
    size_t kept = board->gic_version == 2 ? 2 : 1 + board->gicr_count;
    if (length > kept * entry) {
        edit_set(edit, index, "reg", reg, kept * entry);
    }
    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
        edit_delete_property(edit, index, never[i]);
    }
}

/* Memory that is set aside anywhere: the guest's RAM is no place where the board's tree wants it,
 * and smaller. */
static void edit_set_aside(struct edit *edit, size_t index)
{
    const struct devtree *devtree = edit->compose->devtree;
    uint64_t most = (edit->compose->vms[edit->vm].ram.size / 4) & -(uint64_t)PAGE_SIZE_2M;
    size_t length;
    const void *size = devnode_property(devtree, index, "size", &length);
    edit_delete_property(edit, index, "alloc-ranges");
    if (length != 0 && length <= 8 && length % 4 == 0 &&
        tree_cells(size, (int)(length / 4)) > most) {
        uint8_t cells[8];
        edit_put_cells(cells, most, length / 4);
        edit_set(edit, index, "size", cells, length);
    }
}

/* A bridge's windows are as large as what is granted. */
static void edit_pci(struct edit *edit, size_t index)
{
    const struct devtree *devtree = edit->compose->devtree;
    size_t length;
    const uint8_t *ranges = devnode_property(devtree, index, "ranges", &length);
    size_t parent = devtree->nodes[index].parent;
    size_t size_cells = devnode_cell(devtree, index, "#size-cells", 1);
    size_t before = 3 + devnode_cell(devtree, parent, "#address-cells", 2);
    size_t entry = 4 * (before + size_cells);
    uint8_t *cut = alloc_array(length, 1);
    memcpy(cut, ranges, length);
    for (size_t at = 0; size_cells == 2 && at + entry <= length; at += entry) {
        uint8_t *size = cut + at + 4 * before;
        if (tree_cells(size, 2) > COMPOSE_WINDOW_MAX) {
            edit_put_cells(size, COMPOSE_WINDOW_MAX, 2);
        }
    }
    edit_set(edit, index, "ranges", cut, length);
    free(cut);
}

static void edit_granted(struct edit *edit, size_t index)
{
    /* None of them is granted. */
    static const char *const never[] = {"iommus", "iommu-map", "iommu-map-mask"};
    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
        edit_delete_property(edit, index, never[i]);
    }
    edit_dropped(edit, index);
    if (edit->compose->devtree->nodes[index].is_pci) {
        edit_pci(edit, index);
    }
}

static void edit_node(struct edit *edit, size_t index)
{
    const struct compose *compose = edit->compose;
    const struct devtree *devtree = compose->devtree;
    switch (fate_of(compose, edit->vm, index)) {
    case FATE_DELETE:
        edit_delete(edit, index);
        return;
    case FATE_DISABLE:
        if (!tree_disabled(&devtree->tree, devtree->nodes[index].offset)) {
            edit_set(edit, index, "status", "disabled", sizeof("disabled"));
        }
        return;
    case FATE_KEEP:
        break;
    }
    if (devnode_is_gic(devtree, index)) {
        edit_gic(edit, index);
    } else if (strcmp(devtree->nodes[devtree->nodes[index].parent].path, "/reserved-memory") == 0) {
        edit_set_aside(edit, index);
    } else if (compose_has(compose, edit->vm, index)) {
        edit_granted(edit, index);
    }
}

/* ---- What is the guest's own ---- */

static void add_memory(struct edit *edit)
{
    const struct range *ram = &edit->compose->vms[edit->vm].ram;
    size_t address_cells = devnode_cell(edit->compose->devtree, 0, "#address-cells", 2);
    size_t size_cells = devnode_cell(edit->compose->devtree, 0, "#size-cells", 1);
    uint8_t reg[16];
    char name[64];
    snprintf(name, sizeof(name), "memory@%" PRIx64, ram->base);
    if (address_cells < 1 || address_cells > 2 || size_cells < 1 || size_cells > 2) {
        edit_fail(edit, -FDT_ERR_BADNCELLS);
        return;
    }
    edit_put_cells(reg, ram->base, address_cells);
    edit_put_cells(reg + 4 * address_cells, ram->size, size_cells);
    int node = edit_add_node(edit, 0, name);
    edit_add(edit, node, "device_type", "memory", sizeof("memory"));
    edit_add(edit, node, "reg", reg, 4 * (address_cells + size_cells));
}

/* The compatible strings of the core that boots. */
static const void *core_compatible(const struct devtree *devtree, size_t *length)
{
    size_t cpus = devtree_by_path(devtree, "/cpus");
    for (size_t i = cpus + 1; cpus != NODE_NONE && i < devtree->nodes[cpus].end; i++) {
        const char *type = devnode_string(devtree, i, "device_type");
        if (type != NULL && strcmp(type, "cpu") == 0) {
            return devnode_property(devtree, i, "compatible", length);
        }
    }
    *length = 0;
    return NULL;
}

static void add_cpus(struct edit *edit)
{
    static const char generic[] = "arm,armv8";
    size_t length;
    const void *compatible = core_compatible(edit->compose->devtree, &length);
    int cpus = edit_add_node(edit, 0, "cpus");
    edit_add_cell(edit, cpus, "#address-cells", 1);
    edit_add_cell(edit, cpus, "#size-cells", 0);
    /* A new node comes before its elder siblings. */
    for (uint32_t i = edit->compose->vms[edit->vm].request->vcpu_count; i-- > 0;) {
        char name[16];
        snprintf(name, sizeof(name), "cpu@%" PRIx32, i);
        int cpu = edit_add_node(edit, cpus, name);
        edit_add(edit, cpu, "device_type", "cpu", sizeof("cpu"));
        edit_add(edit, cpu, "compatible", length == 0 ? generic : compatible,
                 length == 0 ? sizeof(generic) : length);
        edit_add_cell(edit, cpu, "reg", i);
        edit_add(edit, cpu, "enable-method", "psci", sizeof("psci"));
    }
}

/* The guest calls its VMM as it would call firmware. */
static void add_psci(struct edit *edit)
{
    static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2";
    int psci = edit_add_node(edit, 0, "psci");
    edit_add(edit, psci, "compatible", compatible, sizeof(compatible));
    edit_add(edit, psci, "method", "smc", sizeof("smc"));
}

static void add_chosen(struct edit *edit)
{
    const struct compose *compose = edit->compose;
    const struct composed_vm *composed = &compose->vms[edit->vm];
    size_t old = devtree_by_path(compose->devtree, "/chosen");
    size_t console = devtree_console(compose->devtree);
    uint8_t cells[8];
    int chosen = edit_add_node(edit, 0, "chosen");
    edit_add_bootargs(edit, chosen);
    if (console != NODE_NONE && compose_has(compose, edit->vm, console)) {
        const char *path = devnode_string(compose->devtree, old, "stdout-path");
        edit_add(edit, chosen, "stdout-path", path, strlen(path) + 1);
    }
    if (composed->initrd.size != 0) {
        edit_put_cells(cells, composed->initrd_gpa, 2);
        edit_add(edit, chosen, "linux,initrd-start", cells, sizeof(cells));
        edit_put_cells(cells, composed->initrd_gpa + composed->initrd.size, 2);
        edit_add(edit, chosen, "linux,initrd-end", cells, sizeof(cells));
    }
}

static bool open_tree(struct compose *compose, size_t vm)
{
    const void *fdt = compose->devtree->tree.fdt;
    struct composed_vm *composed = &compose->vms[vm];
    size_t size = (size_t)fdt_totalsize(fdt) * 2 + TREE_ROOM;
    composed->tree = alloc_array(size, 1);
    return fdt_open_into(fdt, composed->tree, (int)size) == 0;
}

bool compose_guest(struct compose *compose, size_t vm)
{
    struct composed_vm *composed = &compose->vms[vm];
    struct edit edit = {.compose = compose, .vm = vm};
    if (!open_tree(compose, vm)) {
        diag_error(&compose->devtree->tree.at, "the tree is too large to be changed");
        return false;
    }
    edit.fdt = composed->tree;
    edit_open(&edit);
    for (size_t i = compose->devtree->node_count; i-- > 1;) {
        edit_node(&edit, i);
    }
    edit_add_virtio(&edit);
    add_memory(&edit);
    add_cpus(&edit);
    add_psci(&edit);
    add_chosen(&edit);
    edit_add_clocks(&edit);
    while (edit.error == 0 && fdt_num_mem_rsv(edit.fdt) > 0) {
        edit_fail(&edit, fdt_del_mem_rsv(edit.fdt, 0));
    }
    if (edit.error == 0) {
        edit_fail(&edit, fdt_pack(edit.fdt));
        composed->tree_size = fdt_totalsize(edit.fdt);
    }
    if (edit.error == 0 && composed->tree_size > COMPOSE_TREE_ROOM) {
        diag_error(&compose->devtree->tree.at,
                   "the tree of VM \"%s\" would have 0x%zx bytes; Linux takes 0x%x at most",
                   composed->request->name, composed->tree_size, COMPOSE_TREE_ROOM);
        edit.is_refused = true;
    }
    return edit_close(&edit);
}
