/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What can be reached at EL2: by the kernel, which maps no memory of a program or guest but the
 * pages that it shares with them, and before it by the loader, which has to fill that memory.
 */
#include "plan.h"

#include <stdlib.h>

#include "alloc.h"
#include "diag.h"

#define PERM_RW (MAP_PERM_READ | MAP_PERM_WRITE)

/* Maps a part of the interrupt controller, within the VA that the contract leaves for it. The CPU
 * interface has a second page (GICC_DIR: IHI 0048B, 4.4.15), whatever a tree says. */
static void add_device(struct space *space, const char *name, uint64_t va,
                       const struct range *range, uint64_t smallest, uint64_t largest)
{
    uint64_t size = page_round_up(range->size);
    size = size < smallest ? smallest : size > largest ? largest : size;
    space_add(space, name, va, range->base, size, PERM_RW | MAP_PERM_DEVICE);
}

bool plan_map_kernel(struct plan *plan)
{
    const struct board *board = plan->board;
    const struct range gicc = board_cpu_interface(&board->gicc);
    struct space *space = &plan->kernel_space;
    space_add_program(space, &plan->kernel);
    add_device(space, "GICD", KERNEL_GICD_VA, &board->gicd, 0x1000, 0x100000);
    add_device(space, "GICC", KERNEL_GICC_VA, &gicc, 0x2000, 0x10000);
    add_device(space, "GICH", KERNEL_GICH_VA, &board->gich, 0x1000, 0x10000);
    if (plan->input->debug && board->uart_type != UART_NONE) {
        space_add(space, "UART", KERNEL_UART_VA, board_uart_page(board).base, PAGE_SIZE_4K,
                  PERM_RW | MAP_PERM_DEVICE);
    }
    space_add(space, "manifest", KERNEL_MANIFEST_VA, plan->manifest_pa,
              page_round_up(plan->manifest_size), MAP_PERM_READ);
    space_add(space, "objects", KERNEL_OBJECT_VA, plan->object_pa, plan->object_size, PERM_RW);
    space_add(space, "message pages", KERNEL_MESSAGE_VA, plan->message_pa,
              plan->system->pd_count * PAGE_SIZE_4K, PERM_RW);
    if (plan->vcpu_count > 0) {
        space_add(space, "vCPU pages", KERNEL_VCPU_VA, plan->vcpu_pa,
                  plan->vcpu_count * PAGE_SIZE_4K, PERM_RW);
    }
    space_add(space, "entry from the loader", plan->switch_pa, plan->switch_pa, PAGE_SIZE_4K,
              MAP_PERM_READ | MAP_PERM_EXECUTE);
    return space_finish(space, "kernel");
}

/* Returns whether `range` is RAM that firmware keeps no part of. */
static bool is_free_of_firmware(const struct board *board, const struct range *range)
{
    for (size_t i = 0; i < board->reserved_count; i++) {
        if (range_overlaps(&board->reserved[i], range->base, range->size)) {
            return false;
        }
    }
    return board_memory_find(board, range->base, range->size) != NULL;
}

/* Widens a range to whole 2 MiB blocks, on each side where it may be. */
static struct range widen(const struct board *board, struct range range)
{
    const struct range before = {.base = range.base - range.base % PAGE_SIZE_2M,
                                 .size = range.base % PAGE_SIZE_2M};
    if (is_free_of_firmware(board, &before)) {
        range.base = before.base;
        range.size += before.size;
    }
    const struct range behind = {.base = range.base + range.size,
                                 .size = -(range.base + range.size) % PAGE_SIZE_2M};
    if (is_free_of_firmware(board, &behind)) {
        range.size += behind.size;
    }
    return range;
}

/* Lists what the loader runs in, zeroes or copies to; returns the number of ranges. */
static size_t list_reach(const struct plan *plan, struct range *list)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->memory.claim_count; i++) {
        const struct claim *claim = &plan->memory.claims[i];
        if (claim->zero_from != CLAIM_KEEP || claim->base == plan->image.pa) {
            const struct range range = {.base = claim->base, .size = claim->size};
            list[count++] = widen(plan->board, range);
        }
    }
    range_merge(list, &count);
    return count;
}

static void add_memory(struct space *space, uint64_t start, uint64_t end)
{
    if (start < end) {
        space_add(space, "memory", start, start, end - start, PERM_RW);
    }
}

/* Maps the loader's own pages, each with the rights of its segment. */
static void add_loader(struct space *space, const struct plan *plan)
{
    for (size_t i = 0; i < plan->loader->segment_count; i++) {
        const struct elf_segment *segment = &plan->loader->segments[i];
        uint64_t pa = plan->image.pa + segment->va;
        space_add(space, "loader", pa, pa, page_round_up(segment->memory_size), segment->perms);
    }
}

bool plan_map_loader(struct plan *plan)
{
    struct space *space = &plan->loader_space;
    struct range *list = alloc_array(plan->memory.claim_count, sizeof(*list));
    size_t count = list_reach(plan, list);
    uint64_t code_start = plan->image.pa;
    uint64_t code_end = code_start + plan->loader_size;
    for (size_t i = 0; i < count; i++) {
        uint64_t start = list[i].base;
        uint64_t end = start + list[i].size;
        if (start <= code_start && code_end <= end) {
            add_memory(space, start, code_start);
            add_loader(space, plan);
            start = code_end;
        }
        add_memory(space, start, end);
    }
    free(list);
    const struct range uart = board_uart_page(plan->board);
    if (uart.size != 0) {
        space_add(space, "UART", uart.base, uart.base, uart.size, PERM_RW | MAP_PERM_DEVICE);
    }
    return space_finish(space, "loader");
}
