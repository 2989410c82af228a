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
        {board_uart_page(board), "UART, console"},
    };
    for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        if (range_overlaps(&devices[i].range, pa, 1)) {
            return devices[i].name;
        }
    }
    return board_memory_find(board, pa, 1) != NULL ? "RAM" : "";
}

/* Rows that a space has if it is sound: one a mapping, and of the kernel one a page that it shares.
 * Only a space that is not has more: one block may lie over all that an image can name. */
static size_t row_limit(const struct audit *audit, const struct audit_space *space)
{
    size_t count = PD_MAX + VM_MAX * VCPU_MAX;
    if (audit->maps_are_sound && (space->kind == AUDIT_PD || space->kind == AUDIT_VM)) {
        bool is_vm = space->kind == AUDIT_VM;
        audit_maps_of(audit, is_vm ? audit_first_vcpu(audit, space->index)->pd : space->index,
                      is_vm, &count);
    }
    return count + space->extent_count;
}

void audit_each_row(const struct audit *audit, const struct audit_space *space,
                    void (*visit)(void *context, const struct audit_space *space,
                                  const struct audit_row *row),
                    void *context)
{
    size_t room = row_limit(audit, space);
    for (size_t i = 0; i < space->extent_count; i++) {
        struct audit_extent rest = space->extents[i];
        size_t next = audit_object_above(audit, rest.pa);
        while (rest.size > 0) {
            /* The loader maps blocks: what they are for is "memory", whoever gets it. */
            bool whole = space->kind == AUDIT_LOADER || room == 0;
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
            room -= room > 0;
            rest.va += row.extent.size;
            rest.pa += row.extent.size;
            rest.size -= row.extent.size;
        }
    }
}

bool audit_is_shared(const struct audit *audit, const struct audit_object *object)
{
    size_t count = 0;
    for (size_t i = 0; i < audit->space_count; i++) {
        count += audit->spaces[i].kind != AUDIT_LOADER &&
                 audit_reach(&audit->spaces[i], object->pa, object->size) != 0;
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
