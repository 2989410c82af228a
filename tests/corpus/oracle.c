/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A second reading of a device tree: nodes and registers.
 */
#include "oracle.h"

#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#define PA_LIMIT    (UINT64_C(1) << 40)
#define PHANDLE_MAX 0x10000
#define REG_MAX     4096

/* Room for one more of `count` elements of `size` bytes; the program ends if there is none. */
static void *grow(void *array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return array;
    }
    *capacity = *capacity == 0 ? 64 : *capacity * 2;
    array = realloc(array, *capacity * size);
    if (array == NULL) {
        abort();
    }
    return array;
}

void spans_add(struct spans *spans, uint64_t base, uint64_t size)
{
    spans->entries = grow(spans->entries, spans->count, &spans->capacity, sizeof(*spans->entries));
    spans->entries[spans->count++] = (struct span){base, size};
}

void spans_free(struct spans *spans)
{
    free(spans->entries);
    *spans = (struct spans){0};
}

const struct span *spans_hit(const struct spans *spans, uint64_t base, uint64_t size)
{
    for (size_t i = 0; i < spans->count; i++) {
        const struct span *span = &spans->entries[i];
        if (base < span->base + span->size && span->base < base + size) {
            return span;
        }
    }
    return NULL;
}

static int span_compare(const void *left, const void *right)
{
    const struct span *a = left;
    const struct span *b = right;
    return (a->base > b->base) - (a->base < b->base);
}

void spans_sort(struct spans *spans)
{
    if (spans->count > 1) {
        qsort(spans->entries, spans->count, sizeof(*spans->entries), span_compare);
    }
}

bool spans_cover(const struct spans *spans, uint64_t base, uint64_t size)
{
    uint64_t at = base, end = base + size;
    for (size_t i = 0; i < spans->count && at < end; i++) {
        const struct span *span = &spans->entries[i];
        if (span->base > at) {
            return false;
        }
        if (span->base + span->size > at) {
            at = span->base + span->size;
        }
    }
    return at >= end;
}

/* ---- Nodes ---- */

static bool says_okay(const void *fdt, int offset)
{
    int length;
    const char *status = fdt_getprop(fdt, offset, "status", &length);
    return status == NULL || strncmp(status, "ok", (size_t)length) == 0 ||
           strncmp(status, "okay", (size_t)length) == 0;
}

/* Says of a node, once those above it are known, what it is. */
static void sort_node(struct oracle *oracle, size_t node)
{
    static const char *const theirs[] = {"arm,gic-v",      "smmu",   "arm,mmu-4",
                                         "arm,mmu-5",      "-iommu", "arm,armv7-timer-mem",
                                         "arm,armv8-timer"};
    struct oracle_node *self = &oracle->nodes[node];
    self->compatible =
        fdt_getprop(oracle->fdt, self->offset, "compatible", &self->compatible_length);
    self->gic = fdt_getprop(oracle->fdt, self->offset, "interrupt-controller", NULL) != NULL &&
                (oracle_compatible_has(oracle, node, "-gic") ||
                 oracle_compatible_has(oracle, node, ",gic-") ||
                 oracle_compatible_has(oracle, node, "-qgic"));
    self->kernels = self->gic || (self->parent >= 0 && oracle->nodes[self->parent].kernels);
    for (size_t i = 0; i < sizeof(theirs) / sizeof(theirs[0]); i++) {
        self->kernels = self->kernels || oracle_compatible_has(oracle, node, theirs[i]);
    }
    const char *name = fdt_get_name(oracle->fdt, self->offset, NULL);
    self->kernels = self->kernels || strncmp(name, "iommu@", 6) == 0;
    /* Each of Rockchip's is one device's, and in a page with it. */
    if (oracle_compatible_has(oracle, node, "rockchip,iommu") ||
        oracle_compatible_has(oracle, node, "rockchip,rk3568-iommu")) {
        self->kernels = false;
    }
    /* A frame raises only the interrupts that are said here. */
    if (oracle_compatible_has(oracle, node, "arm,gic-v2m-frame") &&
        fdt_getprop(oracle->fdt, self->offset, "arm,msi-base-spi", NULL) != NULL &&
        fdt_getprop(oracle->fdt, self->offset, "arm,msi-num-spis", NULL) != NULL) {
        self->kernels = false;
    }
}

static void add_subtree(struct oracle *oracle, int offset, int parent)
{
    int index = (int)oracle->count, child;
    oracle->nodes = grow(oracle->nodes, oracle->count, &oracle->capacity, sizeof(*oracle->nodes));
    bool enabled = parent < 0 || (oracle->nodes[parent].enabled && says_okay(oracle->fdt, offset));
    oracle->nodes[oracle->count++] =
        (struct oracle_node){.offset = offset, .parent = parent, .enabled = enabled};
    sort_node(oracle, (size_t)index);
    uint32_t phandle = fdt_get_phandle(oracle->fdt, offset);
    if (phandle != 0 && phandle < PHANDLE_MAX && oracle->by_phandle[phandle] < 0) {
        oracle->by_phandle[phandle] = index;
    }
    fdt_for_each_subnode(child, oracle->fdt, offset)
    {
        add_subtree(oracle, child, index);
    }
}

void oracle_open(struct oracle *oracle, const void *fdt)
{
    *oracle = (struct oracle){.fdt = fdt, .by_phandle = malloc(PHANDLE_MAX * sizeof(int))};
    for (size_t i = 0; i < PHANDLE_MAX; i++) {
        oracle->by_phandle[i] = -1;
    }
    add_subtree(oracle, 0, -1);
}

void oracle_close(struct oracle *oracle)
{
    free(oracle->nodes);
    free(oracle->by_phandle);
    *oracle = (struct oracle){0};
}

int oracle_at(const struct oracle *oracle, int offset)
{
    size_t first = 0, last = oracle->count;
    while (first < last) {
        size_t middle = (first + last) / 2;
        if (oracle->nodes[middle].offset < offset) {
            first = middle + 1;
        } else {
            last = middle;
        }
    }
    return first < oracle->count && oracle->nodes[first].offset == offset ? (int)first : -1;
}

int oracle_phandle(const struct oracle *oracle, uint32_t phandle)
{
    return phandle < PHANDLE_MAX ? oracle->by_phandle[phandle] : -1;
}

bool oracle_compatible_has(const struct oracle *oracle, size_t node, const char *text)
{
    const struct oracle_node *self = &oracle->nodes[node];
    return self->compatible != NULL &&
           memmem(self->compatible, (size_t)self->compatible_length, text, strlen(text)) != NULL;
}

bool oracle_is_pci(const struct oracle *oracle, size_t node)
{
    int length;
    const char *type = fdt_getprop(oracle->fdt, oracle->nodes[node].offset, "device_type", &length);
    return type != NULL && length == 4 && memcmp(type, "pci", 4) == 0;
}

bool oracle_is_gic(const struct oracle *oracle, size_t node)
{
    return oracle->nodes[node].gic;
}

bool oracle_is_kernels(const struct oracle *oracle, size_t node)
{
    return oracle->nodes[node].kernels;
}

/* ---- Registers ---- */

static int cells_said(const struct oracle *oracle, int node, const char *name, int otherwise)
{
    int length;
    const fdt32_t *cells = fdt_getprop(oracle->fdt, oracle->nodes[node].offset, name, &length);
    return cells == NULL || length != 4 ? otherwise : (int)fdt32_ld(cells);
}

/* A number of up to 128 bits; `skip` leading cells are somebody else's. */
static unsigned __int128 number(const fdt32_t *cells, int count)
{
    unsigned __int128 value = 0;
    for (int i = 0; i < count; i++) {
        value = value << 32 | fdt32_ld(&cells[i]);
    }
    return value;
}

/* Takes an address on the bus below `bus` up to the root; false if a bus on the way does not pass
 * it on. */
static bool to_root(const struct oracle *oracle, int bus, unsigned __int128 *address,
                    unsigned __int128 size)
{
    for (; oracle->nodes[bus].parent >= 0; bus = oracle->nodes[bus].parent) {
        int length, parent = oracle->nodes[bus].parent;
        const fdt32_t *ranges =
            fdt_getprop(oracle->fdt, oracle->nodes[bus].offset, "ranges", &length);
        int inner = cells_said(oracle, bus, "#address-cells", 2);
        int sizes = cells_said(oracle, bus, "#size-cells", 1);
        int outer = cells_said(oracle, parent, "#address-cells", 2);
        int entry = inner + outer + sizes;
        bool found = ranges != NULL && length == 0;
        if (ranges == NULL || oracle_is_pci(oracle, (size_t)bus)) {
            return false;
        }
        for (int i = 0; !found && entry > 0 && i < length / 4 / entry; i++) {
            const fdt32_t *at = ranges + i * entry;
            unsigned __int128 base = number(at, inner), room = number(at + inner + outer, sizes);
            if (*address >= base && *address + size <= base + room) {
                *address = *address - base + number(at + inner, outer);
                found = true;
            }
        }
        if (!found) {
            return false;
        }
    }
    return *address + size <= PA_LIMIT;
}

static void add_windows(const struct oracle *oracle, size_t node, uint64_t window_max,
                        struct spans *spans)
{
    int length, parent = oracle->nodes[node].parent;
    const fdt32_t *ranges = fdt_getprop(oracle->fdt, oracle->nodes[node].offset, "ranges", &length);
    int outer = cells_said(oracle, parent, "#address-cells", 2);
    int sizes = cells_said(oracle, (int)node, "#size-cells", 2);
    for (int i = 0; ranges != NULL && i < length / 4 / (3 + outer + sizes); i++) {
        const fdt32_t *at = ranges + i * (3 + outer + sizes);
        unsigned __int128 address = number(at + 3, outer), size = number(at + 3 + outer, sizes);
        if (size != 0 && to_root(oracle, parent, &address, size)) {
            spans_add(spans, (uint64_t)address, size > window_max ? window_max : (uint64_t)size);
        }
    }
}

void oracle_regs(const struct oracle *oracle, size_t node, uint64_t window_max, struct spans *spans)
{
    int length, parent = oracle->nodes[node].parent;
    const fdt32_t *reg = fdt_getprop(oracle->fdt, oracle->nodes[node].offset, "reg", &length);
    if (parent < 0) {
        return;
    }
    int addresses = cells_said(oracle, parent, "#address-cells", 2);
    int sizes = cells_said(oracle, parent, "#size-cells", 1);
    int entry = addresses + sizes;
    for (int i = 0; reg != NULL && entry > 0 && i < REG_MAX && i < length / 4 / entry; i++) {
        unsigned __int128 address = number(reg + i * entry, addresses);
        unsigned __int128 size = number(reg + i * entry + addresses, sizes);
        if (size != 0 && to_root(oracle, parent, &address, size)) {
            spans_add(spans, (uint64_t)address, (uint64_t)size);
        }
    }
    if (oracle_is_pci(oracle, node)) {
        add_windows(oracle, node, window_max, spans);
    }
}
