/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Room for the guests: each gets the end of the largest hole that is left of RAM, where it is at
 * its own PA, and its payload in it. Kept clear are what firmware has reserved and the place where
 * the image goes, which grows upwards from there.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "alloc.h"
#include "compose.h"
#include "diag.h"

#define IMAGE_ROOM (UINT64_C(32) << 20) /* for the kernel, the VMMs and their tables */
#define DMA_EASY   (UINT64_C(1) << 32)  /* what a device reaches whose tree says nothing */

static uint64_t up_2m(uint64_t value)
{
    return (value + PAGE_SIZE_2M - 1) & -(uint64_t)PAGE_SIZE_2M;
}

struct holes {
    struct range *entries;
    size_t count, capacity;
};

static void hole_add(struct holes *holes, uint64_t base, uint64_t end)
{
    base = up_2m(base);
    end &= -(uint64_t)PAGE_SIZE_2M;
    if (base < end) {
        holes->entries =
            alloc_grow(holes->entries, holes->count, &holes->capacity, sizeof(*holes->entries));
        holes->entries[holes->count++] = (struct range){.base = base, .size = end - base};
    }
}

/* Takes a range out of all holes. */
static void holes_cut(struct holes *holes, const struct range *taken)
{
    struct holes left = {0};
    for (size_t i = 0; i < holes->count; i++) {
        const struct range *hole = &holes->entries[i];
        uint64_t end = hole->base + hole->size, taken_end = taken->base + taken->size;
        if (!range_overlaps(hole, taken->base, taken->size)) {
            hole_add(&left, hole->base, end);
            continue;
        }
        if (taken->base > hole->base) {
            hole_add(&left, hole->base, taken->base);
        }
        if (taken_end < end) {
            hole_add(&left, taken_end, end);
        }
    }
    free(holes->entries);
    *holes = left;
}

/* Keeps of the holes what lies in one of the windows. */
static void holes_clip(struct holes *holes, const struct window *windows, size_t count)
{
    struct holes left = {0};
    for (size_t i = 0; i < holes->count; i++) {
        const struct range *hole = &holes->entries[i];
        for (size_t k = 0; k < count; k++) {
            uint64_t base = hole->base > windows[k].pa ? hole->base : windows[k].pa;
            uint64_t end = hole->base + hole->size;
            uint64_t window_end = windows[k].pa + windows[k].size;
            hole_add(&left, base, end < window_end ? end : window_end);
        }
    }
    free(holes->entries);
    *holes = left;
}

static struct holes holes_copy(const struct holes *holes)
{
    struct holes copy = {0};
    for (size_t i = 0; i < holes->count; i++) {
        hole_add(&copy, holes->entries[i].base, holes->entries[i].base + holes->entries[i].size);
    }
    return copy;
}

/* Bytes of the image that are known: the payloads, once a VM, programs, and what PDs share. */
static uint64_t image_room(const struct compose *compose)
{
    uint64_t size = IMAGE_ROOM;
    for (size_t vm = 0; vm < compose->vm_count; vm++) {
        size += compose->vms[vm].kernel.size + compose->vms[vm].initrd.size + COMPOSE_TREE_ROOM;
    }
    for (size_t i = 0; i < compose->serve.region_count; i++) {
        const struct serve_region *region = &compose->serve.regions[i];
        size += region->is_declared ? 0 : region->size + (region->is_large ? PAGE_SIZE_2M : 0);
    }
    for (size_t i = 0; i < compose->serve.pd_count; i++) {
        size += compose->serve.pds[i].image_size;
    }
    return up_2m(size);
}

static struct holes holes_of_board(const struct compose *compose)
{
    const struct board *board = compose->board;
    struct holes holes = {0};
    for (size_t i = 0; i < board->memory_count; i++) {
        hole_add(&holes, board->memory[i].base, board->memory[i].base + board->memory[i].size);
    }
    for (size_t i = 0; i < board->reserved_count; i++) {
        holes_cut(&holes, &board->reserved[i]);
    }
    struct range image = {.base = board->image_pa, .size = image_room(compose)};
    holes_cut(&holes, &image);
    return holes;
}

/* The largest hole, or an empty range. */
static struct range holes_largest(const struct holes *holes)
{
    struct range largest = {0};
    for (size_t i = 0; i < holes->count; i++) {
        largest = holes->entries[i].size > largest.size ? holes->entries[i] : largest;
    }
    return largest;
}

/* The largest hole that every bus master of the VM reaches. */
static struct range hole_for(const struct compose *compose, size_t vm, const struct holes *holes)
{
    static const struct window easy = {.size = DMA_EASY};
    struct holes reached = holes_copy(holes);
    bool has_masters = false;
    for (size_t i = 0; i < compose->master_count; i++) {
        size_t count;
        const struct master_row *row = &compose->masters[i];
        const struct window *windows = devnode_dma_windows(compose->devtree, row->node, &count);
        if (row->vm != vm) {
            continue;
        }
        has_masters = true;
        if (windows != NULL) {
            holes_clip(&reached, windows, count);
        }
    }
    struct range hole = holes_largest(&reached);
    if (has_masters) {
        holes_clip(&reached, &easy, 1);
        struct range low = holes_largest(&reached);
        hole = low.size >= compose->vms[vm].request->ram_size ? low : hole;
    }
    free(reached.entries);
    return hole;
}

/* Puts kernel, initial RAM disk and tree one after the other into RAM. */
static bool place_payload(struct composed_vm *composed)
{
    uint64_t base = composed->ram.base;
    uint64_t kernel_end = up_2m(composed->kernel_memory);
    uint64_t initrd_end = kernel_end + up_2m(composed->initrd.size);
    if (initrd_end + COMPOSE_TREE_ROOM > composed->ram.size) {
        diag_error(NULL,
                   "VM \"%s\": its RAM of 0x%" PRIx64
                   " bytes is too little: the kernel takes 0x%" PRIx64
                   ", its initial RAM disk 0x%zx, its device tree 0x%x; --ram gives more",
                   composed->request->name, composed->ram.size, composed->kernel_memory,
                   composed->initrd.size, COMPOSE_TREE_ROOM);
        return false;
    }
    composed->kernel_gpa = base;
    composed->initrd_gpa = composed->initrd.size == 0 ? 0 : base + kernel_end;
    composed->dtb_gpa = base + initrd_end;
    return true;
}

static bool place(const struct compose *compose, struct composed_vm *composed, size_t vm,
                  struct holes *holes)
{
    uint64_t size = composed->request->ram_size;
    struct range hole = hole_for(compose, vm, holes);
    if (hole.size < size) {
        diag_error(NULL,
                   "VM \"%s\": no hole of 0x%" PRIx64
                   " bytes is left in the board's RAM for it; the "
                   "largest that its devices reach has 0x%" PRIx64 " at PA 0x%" PRIx64
                   " (kept clear: what firmware reserves, and the image from 0x%" PRIx64
                   "); --ram asks for less",
                   composed->request->name, size, hole.size, hole.base, compose->board->image_pa);
        return false;
    }
    composed->ram = (struct range){.base = hole.base + hole.size - size, .size = size};
    holes_cut(holes, &composed->ram);
    return place_payload(composed);
}

bool compose_ram(struct compose *compose)
{
    struct holes holes = holes_of_board(compose);
    bool sound = true;
    for (size_t vm = 0; vm < compose->vm_count; vm++) {
        sound = place(compose, &compose->vms[vm], vm, &holes) && sound;
    }
    free(holes.entries);
    return sound;
}
