/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Who has a PA. What a VMM logs of an access there stands behind the subject of the first line.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "drover/guest_table.h"
#include "explain.h"

static void print_ram(const struct explain *explain, const char *subject, uint64_t pa, FILE *out)
{
    bool is_held = false;
    for (size_t i = 0; i < explain->holding_count; i++) {
        const struct holding *holding = &explain->holdings[i];
        if (!range_overlaps(&holding->pages, pa, 1)) {
            continue;
        }
        if (holding->ram_text != NULL) {
            explain_line(out, subject, "%s", holding->ram_text);
        } else {
            explain_line(out, subject, "%s: RAM, by %s", holding->who, holding->how);
        }
        is_held = true;
    }
    for (size_t i = 0; i < explain->board->reserved_count; i++) {
        const struct range *range = &explain->board->reserved[i];
        if (range_overlaps(range, pa, 1)) {
            char *text = ownertext_ram_reserved(range);
            explain_line(out, subject, "%s", text);
            free(text);
            is_held = true;
        }
    }
    if (!is_held) {
        const struct ownertext about = explain_about(explain);
        char *text = ownertext_ram_free(&about);
        explain_line(out, subject, "%s", text);
        free(text);
    }
}

/* Whether an earlier holding of the same owner's holds the byte as well. */
static bool is_repeated(const struct explain *explain, size_t index, uint64_t pa)
{
    for (size_t i = 0; i < index; i++) {
        const struct holding *holding = &explain->holdings[i];
        if (!holding->is_by_page && strcmp(holding->who, explain->holdings[index].who) == 0 &&
            range_overlaps(&holding->pages, pa, 1)) {
            return true;
        }
    }
    return false;
}

/* A PA with no registers of any node. */
static void print_gap(const struct explain *explain, const char *subject, uint64_t pa, FILE *out)
{
    bool is_held = false;
    for (size_t i = 0; i < explain->holding_count; i++) {
        const struct holding *holding = &explain->holdings[i];
        if (range_overlaps(&holding->pages, pa, 1) && !is_repeated(explain, i, pa)) {
            explain_line(
                out, subject,
                "%s: no node of the board's tree has registers at this byte; it is reached "
                "by %s",
                holding->who, holding->how);
            is_held = true;
        }
    }
    if (!is_held) {
        explain_line(out, subject, "%s", GUEST_PLACE_NONE);
    }
}

/* Prints the places that hold the byte: the most precise first, as in the guest table. Marks their
 * nodes, and returns whether there were any. */
static bool print_places(const struct explain *explain, const char *subject, uint64_t pa,
                         bool *is_said, FILE *out)
{
    const struct range byte = {.base = pa, .size = 1};
    bool is_any = false;
    for (size_t i = explain->places.count; i-- > 0;) {
        const struct place *place = &explain->places.entries[i];
        if (range_overlaps(&place->range, pa, 1)) {
            explain_regs(explain, subject, place->node, &byte, out);
            is_said[place->node] = true;
            is_any = true;
        }
    }
    return is_any;
}

/* Prints the other nodes of the page, once each: who has the page has them all within reach. */
static void print_neighbours(const struct explain *explain, const char *subject, uint64_t pa,
                             bool *is_said, FILE *out)
{
    uint64_t page = pa & -(uint64_t)PAGE_SIZE_4K;
    for (size_t i = 0; i < explain->places.count; i++) {
        const struct place *place = &explain->places.entries[i];
        if (!range_overlaps(&place->range, page, PAGE_SIZE_4K) || is_said[place->node]) {
            continue;
        }
        char *other = explain_text("%s, same page, 0x%" PRIx64, subject, place->range.base);
        explain_regs(explain, other, place->node, &place->range, out);
        free(other);
        is_said[place->node] = true;
    }
}

void explain_pa(const struct explain *explain, uint64_t pa, FILE *out)
{
    char *subject = explain_text("0x%" PRIx64, pa);
    if (board_memory_touches(explain->board, pa, 1)) {
        print_ram(explain, subject, pa, out);
    } else {
        bool *is_said = alloc_array(explain->devtree->node_count, sizeof(*is_said));
        if (!print_places(explain, subject, pa, is_said, out)) {
            print_gap(explain, subject, pa, out);
        }
        print_neighbours(explain, subject, pa, is_said, out);
        free(is_said);
    }
    free(subject);
}
