/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Pages, interrupts and needs of a guest's devices: what its tree shows it has to be what it can
 * reach, and the other way round.
 */
#include <inttypes.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"

#define PAGE       UINT64_C(0x1000)
#define LARGE_PAGE UINT64_C(0x200000)

static const char *path_of(const struct oracle *oracle, int node, char *path, size_t size)
{
    if (fdt_get_path(oracle->fdt, oracle->nodes[node].offset, path, (int)size) != 0) {
        strcpy(path, "?");
    }
    return path;
}

static bool is_named(const struct artefacts *artefacts, const struct mapping *map, const char *what)
{
    (void)artefacts;
    const char *end = strrchr(map->region, '_');
    return end != NULL && strcmp(end + 1, what) == 0;
}

static bool is_device_map(const struct artefacts *artefacts, const struct mapping *map)
{
    return !is_named(artefacts, map, "ram") && strcmp(map->region, "gicv") != 0;
}

/* What the guest's tree shows enabled, and what nobody calls a device: memory, its GIC, ... */
static bool is_guests_device(const struct oracle *guest, size_t node)
{
    int parent = guest->nodes[node].parent;
    const char *name = fdt_get_name(guest->fdt, guest->nodes[node].offset, NULL);
    if (!guest->nodes[node].enabled || parent < 0 || oracle_is_kernels(guest, node) ||
        oracle_compatible_has(guest, node, "simple-bus")) {
        return false;
    }
    for (int at = (int)node; at > 0; at = guest->nodes[at].parent) {
        const char *above = fdt_get_name(guest->fdt, guest->nodes[at].offset, NULL);
        if (guest->nodes[at].parent == 0 &&
            (strcmp(above, "reserved-memory") == 0 || strcmp(above, "cpus") == 0)) {
            return false;
        }
    }
    return strncmp(name, "memory@", 7) != 0;
}

static void check_maps(struct subject *subject, const char *run, const struct artefacts *artefacts,
                       const struct spans *owned)
{
    for (size_t i = 0; i < artefacts->map_count; i++) {
        const struct mapping *map = &artefacts->maps[i];
        if (!is_device_map(artefacts, map)) {
            continue;
        }
        if (map->size == 0 || map->gpa != map->pa || map->is_cached ||
            map->pa % map->page_size != 0 || map->size % map->page_size != 0) {
            subject_fail(subject, run, "the map of \"%s\" is empty, elsewhere or cached",
                         map->region);
        }
        if (!spans_cover(owned, map->pa, map->size)) {
            subject_fail(subject, run,
                         "\"%s\", 0x%" PRIx64 " bytes in pages of 0x%" PRIx64
                         ", has pages that nobody owns",
                         map->region, map->size, map->page_size);
        }
        const struct span *kept = spans_hit(&subject->kept, map->pa, map->size);
        if (kept != NULL) {
            subject_fail(subject, run, "\"%s\" reaches what is kept at 0x%" PRIx64, map->region,
                         kept->base);
        }
        kept = spans_hit(&subject->reserved, map->pa, map->size);
        if (kept != NULL) {
            subject_fail(subject, run, "\"%s\" reaches reserved memory at 0x%" PRIx64, map->region,
                         kept->base);
        }
    }
}

/* Every page of the table: mapped, and its node is there for the guest. */
static void check_owned(struct subject *subject, const char *run, const struct artefacts *artefacts,
                        const struct spans *mapped)
{
    const struct oracle *guest = &artefacts->guest;
    for (size_t i = 0; i < artefacts->page_count; i++) {
        const struct owned *row = &artefacts->pages[i];
        int node = oracle_at(guest, fdt_path_offset(guest->fdt, row->node));
        if (node < 0 || !guest->nodes[node].enabled) {
            subject_fail(subject, run, "pages for %s, which the guest does not have", row->node);
        }
        if (!spans_cover(mapped, row->pa, row->size)) {
            subject_fail(subject, run, "0x%" PRIx64 " of %s is owned, but not mapped", row->pa,
                         row->node);
        }
    }
}

/* Every device that the guest sees: its registers are mapped. */
static void check_reached(struct subject *subject, const char *run,
                          const struct artefacts *artefacts, const struct spans *mapped)
{
    const struct oracle *guest = &artefacts->guest;
    for (size_t i = 1; i < guest->count; i++) {
        struct spans regs = {0};
        if (!is_guests_device(guest, i)) {
            continue;
        }
        oracle_regs(guest, i, COMPOSE_WINDOW_MAX, &regs);
        for (size_t k = 0; k < regs.count; k++) {
            if (!spans_cover(mapped, regs.entries[k].base, regs.entries[k].size)) {
                char path[1024];
                subject_fail(subject, run, "%s is enabled, but 0x%" PRIx64 " is not mapped",
                             path_of(guest, (int)i, path, sizeof(path)), regs.entries[k].base);
            }
        }
        spans_free(&regs);
    }
}

void check_pages(struct subject *subject, const char *run, const struct artefacts *artefacts)
{
    struct spans owned = {0}, mapped = {0};
    for (size_t i = 0; i < artefacts->page_count; i++) {
        spans_add(&owned, artefacts->pages[i].pa, artefacts->pages[i].size);
    }
    for (size_t i = 0; i < artefacts->map_count; i++) {
        if (is_device_map(artefacts, &artefacts->maps[i])) {
            spans_add(&mapped, artefacts->maps[i].pa, artefacts->maps[i].size);
        }
    }
    spans_sort(&owned);
    spans_sort(&mapped);
    for (size_t i = 1; i < mapped.count; i++) {
        if (mapped.entries[i - 1].base + mapped.entries[i - 1].size > mapped.entries[i].base) {
            subject_fail(subject, run, "0x%" PRIx64 " is mapped twice", mapped.entries[i].base);
        }
    }
    check_maps(subject, run, artefacts, &owned);
    check_owned(subject, run, artefacts, &mapped);
    check_reached(subject, run, artefacts, &mapped);
    spans_free(&owned);
    spans_free(&mapped);
}

/* ---- Interrupts ---- */

static const struct line *find_line(const struct line *lines, size_t count, uint32_t intid)
{
    for (size_t i = 0; i < count; i++) {
        if (lines[i].intid == intid) {
            return &lines[i];
        }
    }
    return NULL;
}

/* Each route of the table is in the description, and in the tree where the table says. */
static void check_routes(struct subject *subject, const char *run,
                         const struct artefacts *artefacts)
{
    for (size_t i = 0; i < artefacts->route_count; i++) {
        const struct routed *route = &artefacts->routes[i];
        const struct line *said = find_line(artefacts->lines, artefacts->line_count, route->intid);
        int node = oracle_at(&subject->oracle, fdt_path_offset(subject->oracle.fdt, route->node));
        if (said == NULL || node < 0) {
            subject_fail(subject, run, "interrupt %u of %s is not in the description", route->intid,
                         route->node);
            continue;
        }
        if (strncmp(route->property, "interrupt", 9) != 0) {
            continue; /* a maker's property, which the oracle does not read */
        }
        struct lines lines = {0};
        oracle_lines(&subject->oracle, (size_t)node, &lines);
        const struct line *real = find_line(lines.entries, lines.count, route->intid);
        if (real == NULL || real->edge != route->edge) {
            subject_fail(subject, run, "interrupt %u is %s of %s", route->intid,
                         real == NULL ? "none" : "not as said", route->node);
        }
        free(lines.entries);
    }
}

void check_lines(struct subject *subject, const char *run, const struct artefacts *artefacts)
{
    const struct oracle *guest = &artefacts->guest;
    for (size_t i = 0; i < artefacts->line_count; i++) {
        const struct line *line = &artefacts->lines[i];
        bool found = false;
        for (size_t k = 0; k < artefacts->route_count; k++) {
            found = found || (artefacts->routes[k].intid == line->intid &&
                              artefacts->routes[k].edge == line->edge);
        }
        if (!found || line->intid < 32 || line->intid >= 1020 ||
            find_line(artefacts->lines, i, line->intid) != NULL) {
            subject_fail(subject, run, "interrupt %u is nobody's, private or there twice",
                         line->intid);
        }
    }
    check_routes(subject, run, artefacts);
    for (size_t i = 1; i < guest->count; i++) {
        struct lines lines = {0};
        if (!is_guests_device(guest, i)) {
            continue;
        }
        oracle_lines(guest, i, &lines);
        for (size_t k = 0; k < lines.count; k++) {
            if (lines.entries[k].intid < 1020 && find_line(artefacts->lines, artefacts->line_count,
                                                           lines.entries[k].intid) == NULL) {
                char path[1024];
                subject_fail(subject, run, "%s waits for interrupt %u, which is not routed",
                             path_of(guest, (int)i, path, sizeof(path)), lines.entries[k].intid);
            }
        }
        free(lines.entries);
    }
}

/* ---- Needs ---- */

struct needing {
    struct subject *subject;
    const char *run;
    const struct oracle *guest;
    int node;
};

static void need_found(void *data, const char *property, int target)
{
    const struct needing *needing = data;
    const struct oracle *guest = needing->guest;
    if (!guest->nodes[target].enabled) {
        char path[1024], other[1024];
        subject_fail(needing->subject, needing->run, "%s needs %s (\"%s\"), which is disabled",
                     path_of(guest, needing->node, path, sizeof(path)),
                     path_of(guest, target, other, sizeof(other)), property);
    }
}

void check_needs(struct subject *subject, const char *run, const struct artefacts *artefacts)
{
    const struct oracle *guest = &artefacts->guest;
    for (size_t i = 1; i < guest->count; i++) {
        if (is_guests_device(guest, i)) {
            struct needing needing = {subject, run, guest, (int)i};
            oracle_needs(guest, i, need_found, &needing);
        }
    }
}
