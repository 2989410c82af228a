/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading a flattened device tree: PAs through the buses above a node, interrupts, and refusals
 * that name the node.
 */
#include "tree.h"

#include <libfdt.h>
#include <string.h>

#include "diag.h"

#define PATH_SIZE     256
#define TREE_SIZE_MAX (16 << 20) /* bytes; Linux takes 2 MiB (booting.rst) */
#define CELLS_MAX     2          /* a PA of more than 64 bits is on no board of ours */
#define GIC_SPI_BASE  32 /* INTID of SPI 0 and of PPI 0: GICv2 architecture IHI 0048B, 2.2.1 */
#define GIC_PPI_BASE  16

enum lookup tree_bad(const struct tree *tree, int node, const char *what)
{
    char path[PATH_SIZE];
    if (fdt_get_path(tree->fdt, node, path, sizeof(path)) != 0) {
        strcpy(path, "?");
    }
    diag_error(&tree->at, "node %s: %s", path, what);
    return LOOKUP_BAD;
}

/* libfdt's check of older versions cannot be trusted with a hostile tree. Version 17 is of 2005. */
static int tree_check(const void *bytes, size_t size)
{
    if (size < sizeof(struct fdt_header)) {
        return -FDT_ERR_TRUNCATED;
    }
    if (size > TREE_SIZE_MAX) {
        return -FDT_ERR_NOSPACE;
    }
    if (fdt_magic(bytes) != FDT_MAGIC) {
        return -FDT_ERR_BADMAGIC;
    }
    if (fdt_version(bytes) < FDT_LAST_SUPPORTED_VERSION) {
        return -FDT_ERR_BADVERSION;
    }
    return fdt_check_full(bytes, size);
}

bool tree_open(struct tree *tree, const void *bytes, size_t size, const char *path)
{
    *tree = (struct tree){.fdt = bytes, .at = {.file = path}};
    int error = tree_check(bytes, size);
    if (error != 0) {
        diag_error(&tree->at, "not a flattened device tree: %s", fdt_strerror(error));
        return false;
    }
    return true;
}

uint64_t tree_cells(const void *property, int count)
{
    const fdt32_t *cells = property;
    uint64_t value = 0;
    for (int i = 0; i < count; i++) {
        value = value << 32 | fdt32_ld(&cells[i]);
    }
    return value;
}

/* Cells of an address and a size of the children of `bus`. */
static bool bus_cells(const struct tree *tree, int bus, int *address_cells, int *size_cells)
{
    *address_cells = fdt_address_cells(tree->fdt, bus);
    *size_cells = fdt_size_cells(tree->fdt, bus);
    return *address_cells >= 1 && *address_cells <= CELLS_MAX && *size_cells >= 0 &&
           *size_cells <= CELLS_MAX;
}

/* Turns a bus address of the children of `bus` into one of the children of its parent. */
static enum lookup bus_translate(const struct tree *tree, int bus, int parent, uint64_t *address)
{
    int length;
    const fdt32_t *ranges = fdt_getprop(tree->fdt, bus, "ranges", &length);
    if (ranges == NULL) {
        return tree_bad(tree, bus, "no \"ranges\": its children have no PA");
    }
    if (length == 0) {
        return LOOKUP_FOUND;
    }
    int child_cells, size_cells, parent_cells, unused;
    if (!bus_cells(tree, bus, &child_cells, &size_cells) ||
        !bus_cells(tree, parent, &parent_cells, &unused)) {
        return tree_bad(tree, bus, "\"#address-cells\" or \"#size-cells\" is not 1 or 2");
    }
    int entry_cells = child_cells + parent_cells + size_cells;
    int count = length / 4 / entry_cells;
    for (int i = 0; i < count; i++) {
        const fdt32_t *entry = ranges + (ptrdiff_t)i * entry_cells;
        uint64_t base = tree_cells(entry, child_cells);
        uint64_t target = tree_cells(entry + child_cells, parent_cells);
        uint64_t size = tree_cells(entry + child_cells + parent_cells, size_cells);
        if (*address >= base && *address - base < size) {
            *address = target + (*address - base);
            return LOOKUP_FOUND;
        }
    }
    return tree_bad(tree, bus, "\"ranges\" does not cover the address of a child");
}

enum lookup tree_reg(const struct tree *tree, int node, int index, struct range *range)
{
    int length;
    const fdt32_t *reg = fdt_getprop(tree->fdt, node, "reg", &length);
    int bus = fdt_parent_offset(tree->fdt, node);
    int address_cells, size_cells;
    if (reg == NULL || bus < 0) {
        return LOOKUP_ABSENT;
    }
    if (!bus_cells(tree, bus, &address_cells, &size_cells)) {
        return tree_bad(tree, bus, "\"#address-cells\" or \"#size-cells\" is not 1 or 2");
    }
    int entry_cells = address_cells + size_cells;
    if (index >= length / 4 / entry_cells) {
        return LOOKUP_ABSENT;
    }
    reg += (ptrdiff_t)index * entry_cells;
    range->base = tree_cells(reg, address_cells);
    range->size = tree_cells(reg + address_cells, size_cells);
    while (bus > 0) {
        int parent = fdt_parent_offset(tree->fdt, bus);
        if (parent < 0 || bus_translate(tree, bus, parent, &range->base) != LOOKUP_FOUND) {
            return LOOKUP_BAD;
        }
        bus = parent;
    }
    if (!range_is_physical(range)) {
        return tree_bad(tree, node, "\"reg\" ends beyond 40 bits of PA");
    }
    return LOOKUP_FOUND;
}

bool tree_disabled(const struct tree *tree, int node)
{
    int length;
    const char *status = fdt_getprop(tree->fdt, node, "status", &length);
    return status != NULL && !(length == 3 && memcmp(status, "ok", 3) == 0) &&
           !(length == 5 && memcmp(status, "okay", 5) == 0);
}

uint32_t tree_irq(const struct tree *tree, int node, int index, uint32_t otherwise)
{
    int length;
    const fdt32_t *cells = fdt_getprop(tree->fdt, node, "interrupts", &length);
    if (cells == NULL || index >= length / 12) {
        return otherwise;
    }
    uint32_t number = fdt32_ld(&cells[index * 3 + 1]);
    uint32_t base = fdt32_ld(&cells[index * 3]) == 1 ? GIC_PPI_BASE : GIC_SPI_BASE;
    return number < GIC_LINES_MAX - base ? base + number : otherwise;
}

int tree_find(const struct tree *tree, const char *const *compatible, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int node = fdt_node_offset_by_compatible(tree->fdt, -1, compatible[i]);
        if (node >= 0) {
            return node;
        }
    }
    return -1;
}
