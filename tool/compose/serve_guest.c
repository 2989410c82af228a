/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What guests see of it: virtio devices, each at a page where the board has nothing, in memory that
 * its guest reads and its VMM writes, and with an interrupt that nothing on the board raises; and
 * for VMMs, the configuration space of their guests' PCI host bridges.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "alloc.h"
#include "compose.h"
#include "diag.h"

#define PLACE_SIZE UINT64_C(0x100000)  /* all devices of a VM are in one such place, by pages */
#define GPA_LIMIT  (UINT64_C(1) << 32) /* what a tree with one address cell can say */
#define SPI_FIRST  32
#define BUS_CONFIG                                                                                 \
    (UINT64_C(1) << 20) /* bytes of an ECAM for a bus (PCI Express Base 4.0, 7.2.2) */

/* ---- Places ---- */

static bool touches(const struct range *ranges, size_t count, uint64_t gpa)
{
    for (size_t i = 0; i < count; i++) {
        if (range_overlaps(&ranges[i], gpa, PLACE_SIZE)) {
            return true;
        }
    }
    return false;
}

/* The first place where the board has nothing, neither devices nor RAM; not at the very beginning,
 * where null pointers lead. 0 if there is none. */
static uint64_t find_place(const struct board *board)
{
    for (uint64_t gpa = PLACE_SIZE; gpa < GPA_LIMIT; gpa += PLACE_SIZE) {
        if (!touches(board->devices, board->device_count, gpa) &&
            !touches(board->memory, board->memory_count, gpa) &&
            !touches(board->reserved, board->reserved_count, gpa)) {
            return gpa;
        }
    }
    return 0;
}

/* ---- Interrupts ---- */

/* Marks what the board's tree has anything raise. */
static bool *used_intids(const struct compose *compose)
{
    bool *used = alloc_array(GIC_LINES_MAX, sizeof(*used));
    for (size_t i = 1; i < compose->devtree->node_count; i++) {
        struct devirqs irqs;
        devnode_irqs(compose->devtree, i, &irqs);
        for (size_t k = 0; k < irqs.count; k++) {
            const struct devirq *irq = &irqs.entries[k];
            if (irq->problem == NULL && irq->is_gic && irq->intid < GIC_LINES_MAX) {
                used[irq->intid] = true;
            }
        }
        free(irqs.entries);
    }
    for (size_t i = 0; i < compose->irq_count; i++) {
        used[compose->irqs[i].intid] = true;
    }
    return used;
}

/* The last SPI below `intid` that is free; 0 if there is none. The last ones are those that a tree
 * which leaves something out is least likely to be wrong about. */
static uint32_t free_intid(const bool *used, uint32_t intid)
{
    while (intid > SPI_FIRST) {
        if (!used[--intid]) {
            return intid;
        }
    }
    return 0;
}

static int device_compare(const void *left, const void *right)
{
    const struct serve_device *a = left;
    const struct serve_device *b = right;
    if (a->vm != b->vm) {
        return a->vm < b->vm ? -1 : 1;
    }
    return (a->order > b->order) - (a->order < b->order);
}

/* Orders the devices by VM, each VM's as they were added, and gives each its place. */
static bool place_devices(struct compose *compose)
{
    struct serve *serve = &compose->serve;
    const struct board *board = compose->board;
    uint64_t place = find_place(board), gpa = 0;
    uint32_t intid = 0;
    bool sound = true;
    for (size_t i = 0; i < serve->device_count; i++) {
        serve->devices[i].order = i;
    }
    if (serve->device_count > 1) {
        qsort(serve->devices, serve->device_count, sizeof(*serve->devices), device_compare);
    }
    bool *used = used_intids(compose);
    for (size_t i = 0; i < serve->device_count; i++) {
        struct serve_device *device = &serve->devices[i];
        bool is_first = i == 0 || serve->devices[i - 1].vm != device->vm;
        gpa = is_first ? place : gpa + PAGE_SIZE_4K;
        intid = free_intid(used, is_first ? board->irq_lines : intid);
        if (place == 0 || intid == 0) {
            diag_error(&compose->devtree->tree.at,
                       "VM \"%s\": for its virtio devices the board has no free %s",
                       compose->request->vms[device->vm].name,
                       intid == 0 ? "interrupt" : "1 MiB of addresses below 4 GiB");
            sound = false;
            break;
        }
        device->gpa = gpa;
        device->intid = intid;
    }
    free(used);
    return sound;
}

/* The page of registers of each device: a read of the guest's is no trap. */
static void add_pages(struct compose *compose)
{
    struct serve *serve = &compose->serve;
    for (size_t i = 0; i < serve->device_count; i++) {
        struct serve_device *device = &serve->devices[i];
        size_t vmm = serve_vmm(serve, device->vm);
        char *name =
            serve_text("%s_virtio_%" PRIx64, compose->request->vms[device->vm].name, device->gpa);
        device->page =
            serve_add_region(serve, name, GUEST_DEVICE_SIZE, "registers of a virtio device");
        device->page_va = serve_add_map(serve, vmm, device->page, true);
        serve->maps[serve->map_count - 1].is_device = true;
    }
}

/* ---- PCI ---- */

/* The buses of a bridge: `bus-range`, as far as its ECAM reaches. */
static struct guest_pci describe_pci(const struct compose *compose, size_t node,
                                     const struct range *ecam)
{
    size_t length;
    const uint8_t *cells = devnode_property(compose->devtree, node, "bus-range", &length);
    uint64_t first = length == 8 ? tree_cells(cells, 1) : 0;
    uint64_t last = length == 8 ? tree_cells(cells + 4, 1) : 255;
    uint64_t room = ecam->size / BUS_CONFIG;
    uint64_t count = last < first ? 0 : last - first + 1;
    return (struct guest_pci){.ecam_size = ecam->size,
                              .bus_first = (uint32_t)first,
                              .bus_count = (uint32_t)(count < room ? count : room)};
}

/* Maps the configuration space of a bridge into the VMM. */
static void add_pci(struct compose *compose, size_t vm, size_t node)
{
    struct serve *serve = &compose->serve;
    struct range ecam = compose_ecam(compose, node);
    size_t vmm = serve_vmm(serve, vm);
    struct serve_pci row = {.vm = vm, .node = node, .pci = describe_pci(compose, node, &ecam)};
    uint64_t large = (serve->pds[vmm].va_next + PAGE_SIZE_2M - 1) & -(uint64_t)PAGE_SIZE_2M;
    row.pci.ecam_va = large + ecam.base % PAGE_SIZE_2M; /* large pages stay possible */
    for (size_t i = 0; i < compose->region_count; i++) {
        const struct region_row *pages = &compose->regions[i];
        if (pages->vm != vm || !range_overlaps(&ecam, pages->pages.base, pages->pages.size)) {
            continue;
        }
        size_t region = serve_add_region(serve, compose_region_name(compose, pages),
                                         pages->pages.size, "configuration space of PCI");
        serve->regions[region].is_declared = true;
        serve->regions[region].is_large = pages->is_large;
        serve_add_map_at(serve, vmm, region, row.pci.ecam_va + (pages->pages.base - ecam.base),
                         true);
        serve->maps[serve->map_count - 1].is_device = true;
    }
    serve->pcis =
        alloc_grow(serve->pcis, serve->pci_count, &serve->pci_capacity, sizeof(*serve->pcis));
    serve->pcis[serve->pci_count++] = row;
}

bool serve_guests(struct compose *compose)
{
    for (size_t vm = 0; vm < compose->vm_count; vm++) {
        for (size_t i = 0; i < compose->vms[vm].grant_count; i++) {
            size_t node = compose->vms[vm].grants[i].node;
            if (compose_ecam(compose, node).size != 0) {
                add_pci(compose, vm, node);
            }
        }
    }
    if (!place_devices(compose)) {
        return false;
    }
    add_pages(compose);
    return true;
}
