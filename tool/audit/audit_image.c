/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The image's own records: struct loader_info and the loader's lists, bounded.
 */
#include "audit.h"

#include <inttypes.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"

const void *audit_bytes(const struct audit *audit, uint64_t pa, uint64_t size)
{
    uint64_t base = audit->info.image_pa;
    if (pa < base || pa - base > audit->input->size || size > audit->input->size - (pa - base)) {
        return NULL;
    }
    return audit->input->bytes + (pa - base);
}

bool audit_is_table(const struct audit *audit, uint64_t pa)
{
    return audit_bytes(audit, pa, 1) != NULL &&
           audit->table_pages[(pa - audit->info.image_pa) / PAGE_SIZE_4K] != 0;
}

static bool report_unreadable(const struct audit *audit, const char *what)
{
    const struct source at = {.file = audit->input->image_path};
    diag_error(&at, "not an image that can be audited: %s", what);
    return false;
}

/* Returns the list at `pa`, or NULL unless all of it lies in the image. */
static const void *list_find(const struct audit *audit, uint64_t pa, uint32_t count, size_t size)
{
    return pa % sizeof(uint64_t) == 0 ? audit_bytes(audit, pa, count * (uint64_t)size) : NULL;
}

bool audit_read_image(struct audit *audit)
{
    const struct audit_input *input = audit->input;
    struct loader_info *info = &audit->info;
    if (input->size < LOADER_INFO_OFFSET + sizeof(*info) || input->size % PAGE_SIZE_4K != 0) {
        return report_unreadable(audit, "its size is not a number of pages");
    }
    memcpy(info, input->bytes + LOADER_INFO_OFFSET, sizeof(*info));
    if (info->magic != LOADER_INFO_MAGIC) {
        return report_unreadable(audit, "no struct loader_info at offset 0x40");
    }
    const struct range range = {.base = info->image_pa, .size = input->size};
    if (info->image_pa % PAGE_SIZE_4K != 0 || !range_is_physical(&range)) {
        return report_unreadable(audit, "it is loaded at no page of physical memory");
    }
    audit->table_pages = alloc_array(input->size / PAGE_SIZE_4K, sizeof(*audit->table_pages));
    audit->zeroes = list_find(audit, info->zero_pa, info->zero_count, sizeof(*audit->zeroes));
    audit->copies = list_find(audit, info->copy_pa, info->copy_count, sizeof(*audit->copies));
    if (audit->zeroes == NULL || audit->copies == NULL) {
        return report_unreadable(audit, "the loader's lists lie outside of it");
    }
    return true;
}
