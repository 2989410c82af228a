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

char *compose_print_table(const struct compose *compose, size_t vm, size_t *size)
{
    const struct composed_vm *composed = &compose->vms[vm];
    struct places places = places_list(compose->devtree, compose->board);
    char *texts = NULL, *bytes;
    size_t text_size;
    size_t text_offset = sizeof(struct guest_table) + places.count * sizeof(struct guest_place);
    struct guest_place *rows = alloc_array(places.count, sizeof(*rows));
    FILE *out = alloc_checked(open_memstream(&texts, &text_size));
    for (size_t i = 0; i < places.count; i++) {
        char *text = compose_node_text(compose, places.entries[i].node);
        text_fit(text);
        rows[i] = (struct guest_place){.pa = places.entries[i].range.base,
                                       .size = places.entries[i].range.size,
                                       .text_offset = (uint32_t)(text_offset + (size_t)ftell(out))};
        fwrite(text, strlen(text) + 1, 1, out);
        free(text);
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
        .place_count = (uint32_t)places.count,
        .smc_offset = sizeof(table),
    };
    bytes = alloc_array(*size, 1);
    memcpy(bytes, &table, sizeof(table));
    memcpy(bytes + sizeof(table), rows, places.count * sizeof(*rows));
    memcpy(bytes + text_offset, alloc_checked(texts), text_size);
    free(rows);
    free(texts);
    free(places.entries);
    return bytes;
}
