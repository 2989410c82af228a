/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The access matrix as rows: what tables map, with what each page is for.
 */
#include "audit_view.h"

/* What lies at a PA that is no object: a device of the board that only the kernel has. */
static const char *device_name(const struct audit *audit, uint64_t pa)
{
    const struct board *board = audit->input->board;
    const struct {
        struct range range;
        const char *name;
    } devices[] = {
        {board->gicd, "GICD, interrupt distributor"},
        {board->gicc, "GICC, CPU interface"},
        {board->gich, "GICH, virtual interface control"},
        {{board->uart_pa, PAGE_SIZE_4K}, "UART, console"},
    };
    for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        if (range_overlaps(&devices[i].range, pa, 1)) {
            return devices[i].name;
        }
    }
    return board_memory_find(board, pa, 1) != NULL ? "RAM" : "";
}

void audit_each_row(const struct audit *audit, const struct audit_space *space,
                    void (*visit)(void *context, const struct audit_space *space,
                                  const struct audit_row *row),
                    void *context)
{
    for (size_t i = 0; i < space->extent_count; i++) {
        struct audit_extent rest = space->extents[i];
        size_t next = audit_object_above(audit, rest.pa);
        /* The loader maps blocks: what they are for is "memory", whoever gets it. */
        bool whole = space->kind == AUDIT_LOADER;
        while (rest.size > 0) {
            const struct audit_object *object =
                next < audit->object_count && !whole ? &audit->objects[next] : NULL;
            uint64_t end = rest.pa + rest.size;
            struct audit_row row = {.extent = rest, .what = device_name(audit, rest.pa)};
            if (object != NULL && object->pa <= rest.pa) {
                row.what = object->what;
                uint64_t object_end = object->pa + object->size;
                end = object_end < end ? object_end : end;
                next++;
            } else if (object != NULL && object->pa < end) {
                end = object->pa;
            }
            row.extent.size = end > rest.pa ? end - rest.pa : rest.size;
            visit(context, space, &row);
            rest.va += row.extent.size;
            rest.pa += row.extent.size;
            rest.size -= row.extent.size;
        }
    }
}

uint32_t audit_reach(const struct audit_space *space, const struct audit_object *object)
{
    const struct range range = {.base = object->pa, .size = object->size};
    uint32_t perms = 0;
    for (size_t i = 0; i < space->extent_count; i++) {
        const struct audit_extent *extent = &space->extents[i];
        if (range_overlaps(&range, extent->pa, extent->size)) {
            perms |= extent->perms;
        }
    }
    return perms;
}

bool audit_is_shared(const struct audit *audit, const struct audit_object *object)
{
    size_t count = 0;
    for (size_t i = 0; i < audit->space_count; i++) {
        count += audit->spaces[i].kind != AUDIT_LOADER &&
                 (audit_reach(&audit->spaces[i], object) & AUDIT_RIGHTS) != 0;
    }
    return count > 1;
}

const char *audit_slot_name(uint32_t kind)
{
    static const char *const names[] = {
        [SLOT_TCB] = "tcb",
        [SLOT_SC] = "sc",
        [SLOT_VSPACE] = "vspace",
    };
    return kind <= SLOT_VSPACE ? names[kind] : "unknown";
}
