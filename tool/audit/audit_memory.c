/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What each page of physical memory is for: one thing. Fresh memory has been filled by the loader,
 * and of the image every byte belongs to something, or is zero.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "audit.h"

static int object_compare(const void *left, const void *right)
{
    const struct audit_object *a = left;
    const struct audit_object *b = right;
    if (a->pa != b->pa) {
        return a->pa < b->pa ? -1 : 1;
    }
    if (a->size != b->size) {
        return a->size < b->size ? -1 : 1;
    }
    if (a->purpose != b->purpose) {
        return a->purpose < b->purpose ? -1 : 1;
    }
    return memcmp(a->region, b->region, sizeof(a->region));
}

/* Sorts the objects; a region that several have is one object. What remains may not overlap. */
static void check_purposes(struct audit *audit)
{
    struct audit_object *objects = audit->objects;
    qsort(objects, audit->object_count, sizeof(*objects), object_compare);
    size_t kept = 0;
    uint64_t end = 0;
    for (size_t i = 0; i < audit->object_count; i++) {
        bool same = kept > 0 && objects[i].purpose == AUDIT_REGION &&
                    object_compare(&objects[i], &objects[kept - 1]) == 0;
        if (same) {
            continue;
        }
        if (kept > 0 && objects[i].pa < end) {
            finding_add(&audit->findings, FINDING_TWO_PURPOSES, NULL,
                        "PA 0x%" PRIx64 " is %s and also %s (PA 0x%" PRIx64 ", 0x%" PRIx64
                        " bytes)",
                        objects[i].pa, objects[i].what, objects[kept - 1].what,
                        objects[kept - 1].pa, objects[kept - 1].size);
        }
        uint64_t object_end = objects[i].pa + objects[i].size;
        end = object_end > end ? object_end : end;
        objects[kept++] = objects[i];
    }
    audit->object_count = kept;
}

static int name_compare(const void *left, const void *right)
{
    const struct audit_object *const *a = left;
    const struct audit_object *const *b = right;
    return memcmp((*a)->region, (*b)->region, sizeof((*a)->region));
}

/* A region lies at one place, whoever has it. */
static void check_regions(struct audit *audit)
{
    size_t count = 0;
    const struct audit_object **regions = alloc_array(audit->object_count, sizeof(*regions));
    for (size_t i = 0; i < audit->object_count; i++) {
        if (audit->objects[i].purpose == AUDIT_REGION) {
            regions[count++] = &audit->objects[i];
        }
    }
    qsort(regions, count, sizeof(*regions), name_compare);
    for (size_t i = 1; i < count; i++) {
        if (name_compare(&regions[i - 1], &regions[i]) == 0) {
            finding_add(&audit->findings, FINDING_TWO_PURPOSES, NULL,
                        "%s is at PA 0x%" PRIx64 " for one, and at PA 0x%" PRIx64 " for another",
                        regions[i]->what, regions[i - 1]->pa, regions[i]->pa);
        }
    }
    free(regions);
}

/* Says what is wrong with how an object begins, or returns NULL. What lies in the image is used as
 * it is; what does not has to be filled. */
static const char *start_fault(const struct audit *audit, const struct audit_object *object)
{
    const struct range image = {.base = audit->info.image_pa, .size = audit->input->size};
    const struct board *board = audit->input->board;
    if (range_overlaps(&image, object->pa, object->size)) {
        if (object->purpose == AUDIT_FRESH) {
            return "lies in the image, but has to begin as zeroes of the loader";
        }
        bool whole = audit_bytes(audit, object->pa, object->size) != NULL;
        return whole ? NULL : "lies partly in the image";
    }
    if (!board_memory_touches(board, object->pa, object->size)) {
        return NULL;
    }
    if (board_memory_find(board, object->pa, object->size) == NULL) {
        return "is partly RAM and partly not";
    }
    bool filled =
        audit_ranges_contain(audit->filled, audit->filled_count, object->pa, object->size);
    return filled ? NULL : "is fresh memory that the loader does not fill";
}

static void check_filled(struct audit *audit)
{
    for (size_t i = 0; i < audit->object_count; i++) {
        const struct audit_object *object = &audit->objects[i];
        const char *fault = start_fault(audit, object);
        if (fault != NULL) {
            finding_add(&audit->findings, FINDING_FILL, NULL,
                        "%s: PA 0x%" PRIx64 ", 0x%" PRIx64 " bytes, %s", object->what, object->pa,
                        object->size, fault);
        }
    }
}

/* A copy fills one region. Without a description it may also fill one that nobody maps, which is
 * then nobody's memory. */
static void check_copies(struct audit *audit)
{
    for (uint32_t i = 0; i < audit->info.copy_count; i++) {
        const struct loader_copy *copy = &audit->copies[i];
        uint64_t end = copy->target_pa + copy->size;
        size_t above = audit_object_above(audit, copy->target_pa);
        const struct audit_object *object =
            above < audit->object_count ? &audit->objects[above] : NULL;
        bool nobodys = object == NULL || object->pa >= end;
        bool fine = nobodys ? audit->input->system == NULL
                            : object->purpose == AUDIT_REGION && object->pa <= copy->target_pa &&
                                  end <= object->pa + object->size;
        if (!fine) {
            finding_add(&audit->findings, FINDING_FILL, NULL,
                        "the loader copies 0x%" PRIx64 " bytes to PA 0x%" PRIx64
                        ", which is not all one region, but %s",
                        copy->size, copy->target_pa, nobodys ? "nobody's" : object->what);
        }
    }
}

/* With a description, all that is zeroed is known: memory of nobody may be only that of regions
 * which nobody maps. */
static void check_zeroes(struct audit *audit)
{
    uint64_t nobodys = 0;
    size_t next = 0; /* the object that may be in the way */
    for (uint32_t i = 0; i < audit->info.zero_count; i++) {
        uint64_t pa = audit->zeroes[i].pa;
        uint64_t end = pa + audit->zeroes[i].size;
        while (pa < end) {
            const struct audit_object *object = &audit->objects[next];
            if (next == audit->object_count || object->pa >= end) {
                nobodys += end - pa;
                break;
            }
            uint64_t object_end = object->pa + object->size;
            nobodys += object->pa > pa ? object->pa - pa : 0;
            pa = object_end > pa ? object_end : pa;
            next += object_end <= end;
        }
    }
    if (nobodys != audit->unplaced_size) {
        finding_add(&audit->findings, FINDING_SYSTEM_REGION, NULL,
                    "the loader zeroes 0x%" PRIx64 " bytes that are nobody's; regions that nobody "
                    "maps have 0x%" PRIx64,
                    nobodys, audit->unplaced_size);
    }
}

/* Checks that the image is zero from `pa` to `end`. */
static void check_zero(struct audit *audit, uint64_t pa, uint64_t end)
{
    const uint8_t *bytes = audit_bytes(audit, pa, end - pa);
    for (uint64_t i = 0; i < end - pa; i++) {
        if (bytes[i] != 0) {
            finding_add(&audit->findings, FINDING_STRAY_BYTES, NULL,
                        "image: PA 0x%" PRIx64 " is nobody's, but not zero", pa + i);
            return;
        }
    }
}

/* Bytes of the image between the objects. Without a description nobody knows of a region that has a
 * file but no map. */
static void check_gaps(struct audit *audit)
{
    uint64_t image_end = audit->info.image_pa + audit->input->size;
    uint64_t pa = audit->info.image_pa;
    for (size_t i = 0; i < audit->object_count && pa < image_end; i++) {
        const struct audit_object *object = &audit->objects[i];
        if (object->pa > pa) {
            check_zero(audit, pa, object->pa < image_end ? object->pa : image_end);
        }
        if (object->pa + object->size > pa) {
            pa = object->pa + object->size;
        }
    }
    if (pa < image_end) {
        check_zero(audit, pa, image_end);
    }
}

/* What is behind a record, up to the end of its last page. */
static void check_tail(struct audit *audit, uint64_t pa, uint64_t size)
{
    uint64_t end = pa + size;
    if (size > 0) {
        check_zero(audit, end, (end + PAGE_SIZE_4K - 1) / PAGE_SIZE_4K * PAGE_SIZE_4K);
    }
}

static void check_tails(struct audit *audit)
{
    const struct loader_info *info = &audit->info;
    check_tail(audit, audit->manifest_pa, audit->manifest->size);
    check_tail(audit, info->zero_pa, info->zero_count * sizeof(*audit->zeroes));
    check_tail(audit, info->copy_pa, info->copy_count * sizeof(*audit->copies));
    for (uint32_t i = 0; i < info->copy_count; i++) {
        check_tail(audit, audit->copies[i].source_pa, audit->copies[i].size);
    }
}

void audit_check_memory(struct audit *audit)
{
    if (!audit->maps_are_sound || !audit->fill_is_sound) {
        return; /* that is a finding already, and these rules need the lists */
    }
    audit_list_objects(audit);
    check_purposes(audit);
    check_regions(audit);
    check_filled(audit);
    check_copies(audit);
    check_tails(audit);
    if (audit->input->system != NULL) {
        check_zeroes(audit);
        check_gaps(audit);
    }
}
