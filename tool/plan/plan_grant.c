/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a <map> may grant of the board: RAM and devices, and of the interrupt controller no more
 * than a guest's own interface to it.
 */
#include <inttypes.h>

#include "diag.h"
#include "plan.h"

/* A <map>, of the PD or VM called `owner`. */
struct grant {
    const struct plan *plan;
    const struct map *map;
    const char *owner;
    const struct memory_region *region;
    const struct plan_region *planned;
};

/* Refuses a grant of registers of the interrupt controller; `what` names them. */
static bool check_kept(const struct grant *grant, const struct range *registers, const char *what)
{
    const struct plan_region *planned = grant->planned;
    uint64_t start = registers->base - registers->base % PAGE_SIZE_4K;
    struct range pages = {.base = start,
                          .size = page_round_up(registers->base + registers->size) - start};
    if (!range_overlaps(&pages, planned->pa, planned->size)) {
        return true;
    }
    diag_error(&grant->map->source,
               "map of \"%s\" in \"%s\": PA 0x%" PRIx64 " to 0x%" PRIx64
               " holds the interrupt controller's %s; split the region around 0x%" PRIx64
               " to 0x%" PRIx64,
               grant->region->name, grant->owner, planned->pa, planned->pa + planned->size - 1,
               what, pages.base, pages.base + pages.size - 1);
    return false;
}

static bool check_interrupt_controller(const struct grant *grant, bool is_vm)
{
    const struct board *board = grant->plan->board;
    const struct {
        const struct range *registers;
        const char *what;
        bool for_vms;
    } kept[] = {
        {&board->gicd, "distributor (GICD), which belongs to the kernel", false},
        {&board->gicc, "CPU interface (GICC), which belongs to the kernel", false},
        {&board->gich, "virtual interface control (GICH), which belongs to the kernel", false},
        {&board->gicv, "virtual CPU interface (GICV), which only a virtual_machine may map", true},
    };
    bool sound = true;
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        if (!is_vm || !kept[i].for_vms) {
            sound = check_kept(grant, kept[i].registers, kept[i].what) && sound;
        }
    }
    for (size_t i = 0; i < board->msi_count; i++) {
        sound =
            check_kept(grant, &board->msi[i],
                       "frame for messages (GICv2m or ITS), which raise anybody's interrupts") &&
            sound;
    }
    return sound;
}

static bool check_device(const struct grant *grant)
{
    const struct board *board = grant->plan->board;
    const struct range gap = board_device_gap(board, grant->planned->pa, grant->planned->size);
    if (gap.size == 0) {
        return true;
    }
    diag_error(&grant->map->source,
               "map of \"%s\" in \"%s\": PA 0x%" PRIx64 " to 0x%" PRIx64
               " is neither RAM nor a device of board %s; correct phys_addr or size, or describe "
               "the device in the board's tree or board.json",
               grant->region->name, grant->owner, gap.base, gap.base + gap.size - 1, board->name);
    return false;
}

static void warn_console(const struct grant *grant)
{
    const struct board *board = grant->plan->board;
    const struct range uart = board_uart_page(board);
    if (grant->plan->input->debug && uart.size != 0 &&
        range_overlaps(&uart, grant->planned->pa, grant->planned->size)) {
        diag_warning(&grant->map->source,
                     "map of \"%s\" in \"%s\": the UART at PA 0x%" PRIx64
                     " is also the console of the debug kernel; their output will mix, use "
                     "--config release to keep the kernel silent",
                     grant->region->name, grant->owner, board->uart_pa);
    }
}

static void warn_cached(const struct grant *grant)
{
    if (grant->map->cached) {
        diag_warning(&grant->map->source,
                     "map of \"%s\" in \"%s\": a device is mapped as if it were memory, so that "
                     "accesses may be cached, merged and made ahead; add cached=\"false\"",
                     grant->region->name, grant->owner);
    }
}

bool plan_check_grant(const struct plan *plan, const char *owner, bool is_vm, const struct map *map)
{
    const struct grant grant = {
        .plan = plan,
        .map = map,
        .owner = owner,
        .region = &plan->system->regions[map->region],
        .planned = &plan->regions[map->region],
    };
    if (grant.planned->in_ram) {
        return true;
    }
    bool sound = check_interrupt_controller(&grant, is_vm);
    sound = check_device(&grant) && sound;
    warn_console(&grant);
    warn_cached(&grant);
    return sound;
}
