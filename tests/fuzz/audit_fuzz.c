/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes the auditor with hostile images. The input is a list of changes of a good image (an offset
 * and eight bytes each); the audit never crashes, says something of every image that is not the
 * good one, and can show what it has read. Without a change the input is taken for an image as it
 * is.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_view.h"
#include "diag_capture.h"
#include "rich.h"

#define CHANGE_SIZE 12 /* bytes: the offset, in 32 bits, and what is written there */
#define CHANGE_MAX  16

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rich *rich;
static FILE *nowhere;

static void clean_up(void)
{
    rich_free(rich);
    fclose(nowhere);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    rich = rich_build();
    nowhere = fopen("/dev/null", "w");
    if (nowhere == NULL) {
        abort();
    }
    atexit(clean_up);
    return 0;
}

/* Returns what a change that begins with `offset` overwrites: the low two bits choose between the
 * head of the image, the manifest, the loader's list of what is zeroed, and everything. */
static uint8_t *target_of(uint32_t offset)
{
    const struct {
        void *start;
        size_t size;
    } parts[] = {
        {rich->bytes, LOADER_INFO_OFFSET + sizeof(struct loader_info)},
        {rich->manifest, PAGE_SIZE_4K},
        {rich->zeroes, 2 * PAGE_SIZE_4K},
        {rich->bytes, rich->size},
    };
    size_t words = parts[offset % 4].size / sizeof(uint64_t);
    return (uint8_t *)parts[offset % 4].start + offset / 4 % words * sizeof(uint64_t);
}

/* Audits and shows an image; returns whether it is found to be good. */
static bool audit_is_clean(const struct audit_input *input)
{
    struct audit audit;
    diag_capture_reset();
    bool readable = audit_run(&audit, input);
    if (readable) {
        audit_print(&audit, nowhere);
        audit_write_json(&audit, nowhere);
    }
    bool clean = readable && audit.findings.total == 0;
    audit_free(&audit);
    return clean;
}

static void audit_raw(const uint8_t *data, size_t size)
{
    struct audit_input input = rich->input;
    uint8_t *copy = malloc(size);
    if (size == 0 || copy == NULL) {
        free(copy);
        return;
    }
    memcpy(copy, data, size);
    input.bytes = copy;
    input.size = size;
    if (audit_is_clean(&input)) {
        abort();
    }
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size % CHANGE_SIZE != 0 || size / CHANGE_SIZE > CHANGE_MAX) {
        audit_raw(data, size);
        return 0;
    }
    for (size_t i = 0; i < size; i += CHANGE_SIZE) {
        uint32_t offset;
        memcpy(&offset, data + i, sizeof(offset));
        memcpy(target_of(offset), data + i + sizeof(offset), sizeof(uint64_t));
    }
    bool changed = memcmp(rich->bytes, rich->good, rich->size) != 0;
    if (audit_is_clean(&rich->input) == changed) {
        abort();
    }
    rich_restore(rich);
    return 0;
}
