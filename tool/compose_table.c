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

struct place {
    struct range range;
    size_t node;
};

struct places {
    struct place *entries;
    size_t count, capacity;
};

/* By PA; of two that begin together the smaller is the more precise, and comes later. */
static int place_compare(const void *left, const void *right)
{
    const struct place *a = left;
    const struct place *b = right;
    if (a->range.base != b->range.base) {
        return a->range.base < b->range.base ? -1 : 1;
    }
    if (a->range.size != b->range.size) {
        return a->range.size > b->range.size ? -1 : 1;
    }
    return (a->node > b->node) - (a->node < b->node);
}

static struct places places_list(const struct compose *compose)
{
    const struct devtree *devtree = compose->devtree;
    struct places places = {0};
    for (size_t i = 1; i < devtree->node_count; i++) {
        const struct devnode *node = &devtree->nodes[i];
        for (size_t k = 0; !node->is_bus && k < node->reg_count; k++) {
            if (!board_memory_touches(compose->board, node->regs[k].base, node->regs[k].size)) {
                places.entries = alloc_grow(places.entries, places.count, &places.capacity,
                                            sizeof(*places.entries));
                places.entries[places.count++] = (struct place){.range = node->regs[k], .node = i};
            }
        }
    }
    if (places.count > 1) {
        qsort(places.entries, places.count, sizeof(*places.entries), place_compare);
    }
    return places;
}

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
    struct places places = places_list(compose);
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
