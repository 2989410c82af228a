/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The guest table of drover/guest_table.h: where the payload goes, and what is where on the board.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "compose_print.h"
#include "drover/guest_table.h"
#include "ownertext.h"
#include "places.h"

/* A text without control characters, cut to what a table takes. */
static void text_fit(char *text)
{
    if (strlen(text) >= GUEST_PLACE_TEXT_MAX) {
        text[GUEST_PLACE_TEXT_MAX - 1] = '\0';
    }
    for (char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f) {
            *at = '?';
        }
    }
}

/* What is said of a part of the board. */
struct row {
    struct range range;
    size_t index; /* in the order in which they were listed */
    char *text;
};

struct rows {
    struct row *entries;
    size_t count, capacity;
};

/* Adds a row; the text becomes its own. */
static void row_add(struct rows *rows, const struct range *range, char *text)
{
    text_fit(text);
    rows->entries = alloc_grow(rows->entries, rows->count, &rows->capacity, sizeof(*rows->entries));
    rows->entries[rows->count] = (struct row){.range = *range, .index = rows->count, .text = text};
    rows->count++;
}

/* As the places, which may not change their order: by PA, what is more precise later. */
static int row_compare(const void *left, const void *right)
{
    const struct row *a = left;
    const struct row *b = right;
    if (a->range.base != b->range.base) {
        return a->range.base < b->range.base ? -1 : 1;
    }
    if (a->range.size != b->range.size) {
        return a->range.size > b->range.size ? -1 : 1;
    }
    return (a->index > b->index) - (a->index < b->index);
}

static struct rows rows_list(const struct compose *compose)
{
    const struct board *board = compose->board;
    struct rows rows = {0};
    for (size_t i = 0; i < board->memory_count; i++) {
        row_add(&rows, &board->memory[i], compose_ram_free_text(compose));
    }
    for (size_t i = 0; i < board->reserved_count; i++) {
        row_add(&rows, &board->reserved[i], ownertext_ram_reserved(&board->reserved[i]));
    }
    for (size_t vm = 0; vm < compose->vm_count; vm++) {
        row_add(&rows, &compose->vms[vm].ram, ownertext_ram_of(compose->vms[vm].request->name));
    }
    struct places places = places_list(compose->devtree, board);
    for (size_t i = 0; i < places.count; i++) {
        row_add(&rows, &places.entries[i].range,
                compose_node_text(compose, places.entries[i].node));
    }
    free(places.entries);
    if (rows.count > 1) {
        qsort(rows.entries, rows.count, sizeof(*rows.entries), row_compare);
    }
    return rows;
}

char *compose_print_table(const struct compose *compose, size_t vm, size_t *size)
{
    const struct composed_vm *composed = &compose->vms[vm];
    struct rows rows = rows_list(compose);
    char *texts = NULL, *bytes;
    size_t text_size;
    size_t device_offset = sizeof(struct guest_table) + rows.count * sizeof(struct guest_place);
    size_t text_offset = device_offset + table_devices_size(compose, vm);
    struct guest_place *places = alloc_array(rows.count, sizeof(*places));
    FILE *out = alloc_checked(open_memstream(&texts, &text_size));
    for (size_t i = 0; i < rows.count; i++) {
        struct row *row = &rows.entries[i];
        places[i] =
            (struct guest_place){.pa = row->range.base,
                                 .size = row->range.size,
                                 .text_offset = (uint32_t)(text_offset + (size_t)ftell(out))};
        fwrite(row->text, strlen(row->text) + 1, 1, out);
        free(row->text);
    }
    fclose(out);
    *size = text_offset + text_size;
    const struct guest_table table = {
        .magic = GUEST_TABLE_MAGIC,
        .version = GUEST_TABLE_VERSION,
        .size = (uint32_t)*size,
        .flags = compose_off_is_machine_off(compose) ? GUEST_TABLE_OFF_IS_MACHINE_OFF : 0,
        .kernel_gpa = composed->kernel_gpa,
        .dtb_gpa = composed->dtb_gpa,
        .initrd_gpa = composed->initrd_gpa,
        .place_offset = sizeof(table),
        .place_count = (uint32_t)rows.count,
        .smc_offset = sizeof(table),
    };
    bytes = alloc_array(*size, 1);
    memcpy(bytes, &table, sizeof(table));
    memcpy(bytes + sizeof(table), places, rows.count * sizeof(*places));
    table_devices_write(compose, vm, (uint8_t *)bytes, device_offset);
    memcpy(bytes + text_offset, alloc_checked(texts), text_size);
    free(places);
    free(texts);
    free(rows.entries);
    return bytes;
}
