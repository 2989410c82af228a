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

#define PERM_RW  (MAP_PERM_READ | MAP_PERM_WRITE)
#define PERM_RWX (PERM_RW | MAP_PERM_EXECUTE)

/* Maps a part of the interrupt controller, within the VA that the contract leaves for it. */
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
    struct space *space = &plan->kernel_space;
    space_add_program(space, &plan->kernel);
    add_device(space, "GICD", KERNEL_GICD_VA, &board->gicd, 0x1000, 0x100000);
    add_device(space, "GICC", KERNEL_GICC_VA, &board->gicc, 0x2000, 0x10000);
    add_device(space, "GICH", KERNEL_GICH_VA, &board->gich, 0x1000, 0x10000);
    if (plan->input->debug && board->uart_type != UART_NONE) {
        space_add(space, "UART", KERNEL_UART_VA, board->uart_pa, PAGE_SIZE_4K,
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

/* A range that the loader has to reach. */
struct reach {
    uint64_t start;
    uint64_t end;
};

static int reach_compare(const void *left, const void *right)
{
    const struct reach *a = left;
    const struct reach *b = right;
    return (a->start > b->start) - (a->start < b->start);
}

/* Moves `*edge` to `wanted` if what lies between is RAM that firmware does not keep. */
static void reach_widen(const struct board *board, uint64_t *edge, uint64_t wanted)
{
    uint64_t start = *edge < wanted ? *edge : wanted;
    uint64_t size = *edge < wanted ? wanted - *edge : *edge - wanted;
    for (size_t i = 0; i < board->reserved_count; i++) {
        if (range_overlaps(&board->reserved[i], start, size)) {
            return;
        }
    }
    if (board_memory_find(board, start, size) != NULL) {
        *edge = wanted;
    }
}

/* Lists what the loader zeroes or copies to, widened to 2 MiB blocks where it may be, and joined.
 */
static size_t list_reach(const struct plan *plan, struct reach *list)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->memory.claim_count; i++) {
        const struct claim *claim = &plan->memory.claims[i];
        bool image = claim->base == plan->image.pa;
        if (claim->zero_from == CLAIM_KEEP && !image) {
            continue;
        }
        struct reach reach = {claim->base, claim->base + claim->size};
        reach_widen(plan->board, &reach.start, reach.start & -(uint64_t)PAGE_SIZE_2M);
        reach_widen(plan->board, &reach.end,
                    (reach.end + PAGE_SIZE_2M - 1) & -(uint64_t)PAGE_SIZE_2M);
        list[count++] = reach;
    }
    qsort(list, count, sizeof(*list), reach_compare);
    size_t joined = 0;
    for (size_t i = 0; i < count; i++) {
        if (joined > 0 && list[i].start <= list[joined - 1].end) {
            if (list[i].end > list[joined - 1].end) {
                list[joined - 1].end = list[i].end;
            }
        } else {
            list[joined++] = list[i];
        }
    }
    return joined;
}

bool plan_map_loader(struct plan *plan)
{
    struct space *space = &plan->loader_space;
    struct reach *list = alloc_array(plan->memory.claim_count, sizeof(*list));
    size_t count = list_reach(plan, list);
    uint64_t code_start = plan->image.pa;
    uint64_t code_end = code_start + plan->loader_size;
    for (size_t i = 0; i < count; i++) {
        struct reach reach = list[i];
        if (reach.start <= code_start && code_end <= reach.end) {
            if (reach.start < code_start) {
                space_add(space, "memory", reach.start, reach.start, code_start - reach.start,
                          PERM_RW);
            }
            space_add(space, "loader", code_start, code_start, code_end - code_start, PERM_RWX);
            reach.start = code_end;
        }
        if (reach.start < reach.end) {
            space_add(space, "memory", reach.start, reach.start, reach.end - reach.start, PERM_RW);
        }
    }
    free(list);
    if (plan->board->uart_type != UART_NONE) {
        space_add(space, "UART", plan->board->uart_pa, plan->board->uart_pa, PAGE_SIZE_4K,
                  PERM_RW | MAP_PERM_DEVICE);
    }
    return space_finish(space, "loader");
}
