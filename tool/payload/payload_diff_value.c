/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a property's value means: which ones hold phandles, by name (the Devicetree Specification
 * and Linux' bindings), and how a value is shown. A compiler of trees numbers the phandles as it
 * likes: what counts is the node that one names.
 */
#include "payload_diff.h"

#include <ctype.h>
#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"

#define CELL         sizeof(uint32_t)
#define CELLS_SHOWN  8
#define BYTES_SHOWN  16
#define TEXT_SHOWN   80
#define ARGUMENT_MAX 16 /* cells behind a phandle; no binding has more than 8 */

enum match { WHOLE, END, NUMBERED };

/* Properties with phandles: by their name, its end, or its beginning with a number behind it. */
static const struct {
    enum match match;
    const char *name;
    const char *cells; /* the target says how many cells follow, or a digit; NULL: none do */
} references[] = {
    {WHOLE, "interrupt-parent", NULL},
    {WHOLE, "interrupts-extended", "#interrupt-cells"},
    {WHOLE, "clocks", "#clock-cells"},
    {WHOLE, "assigned-clocks", "#clock-cells"},
    {WHOLE, "assigned-clock-parents", "#clock-cells"},
    {WHOLE, "resets", "#reset-cells"},
    {WHOLE, "power-domains", "#power-domain-cells"},
    {WHOLE, "phys", "#phy-cells"},
    {WHOLE, "dmas", "#dma-cells"},
    {WHOLE, "iommus", "#iommu-cells"},
    {WHOLE, "mboxes", "#mbox-cells"},
    {WHOLE, "pwms", "#pwm-cells"},
    {WHOLE, "io-channels", "#io-channel-cells"},
    {WHOLE, "thermal-sensors", "#thermal-sensor-cells"},
    {WHOLE, "cooling-device", "#cooling-cells"},
    {WHOLE, "sound-dai", "#sound-dai-cells"},
    {WHOLE, "hwlocks", "#hwlock-cells"},
    {WHOLE, "interconnects", "#interconnect-cells"},
    {WHOLE, "nvmem-cells", "#nvmem-cell-cells"},
    {WHOLE, "msi-parent", "#msi-cells"},
    {WHOLE, "gpio", "#gpio-cells"},
    {WHOLE, "gpios", "#gpio-cells"},
    {WHOLE, "gpio-ranges", "3"},
    {END, "-gpios", "#gpio-cells"},
    {END, "-gpio", "#gpio-cells"},
    {END, "-supply", NULL},
    {NUMBERED, "pinctrl-", NULL},
    {WHOLE, "affinity", NULL},
    {WHOLE, "audio-aux-devs", NULL},
    {WHOLE, "cpu", NULL},
    {WHOLE, "cpu-idle-states", NULL},
    {WHOLE, "dais", NULL},
    {WHOLE, "interrupt-affinity", NULL},
    {WHOLE, "mdio-parent-bus", NULL},
    {WHOLE, "memory-region", NULL},
    {WHOLE, "mmc-pwrseq", NULL},
    {WHOLE, "next-level-cache", NULL},
    {WHOLE, "nvmem", NULL},
    {WHOLE, "operating-points-v2", NULL},
    {WHOLE, "phy-handle", NULL},
    {WHOLE, "remote-endpoint", NULL},
    {WHOLE, "trip", NULL},
};

#define REFERENCE_COUNT (sizeof(references) / sizeof(references[0]))

static bool is_match(const char *name, size_t reference)
{
    const char *pattern = references[reference].name;
    size_t length = strlen(name), pattern_length = strlen(pattern);
    switch (references[reference].match) {
    case END:
        return length > pattern_length && strcmp(name + length - pattern_length, pattern) == 0;
    case NUMBERED:
        return strncmp(name, pattern, pattern_length) == 0 &&
               isdigit((unsigned char)name[pattern_length]);
    default:
        return strcmp(name, pattern) == 0;
    }
}

/* Whether two nodes of two trees have the same path. */
static bool same_path(const struct diff_index *a, size_t a_node, const struct diff_index *b,
                      size_t b_node)
{
    while (a_node != NODE_NONE && b_node != NODE_NONE) {
        if (strcmp(a->nodes[a_node].name, b->nodes[b_node].name) != 0) {
            return false;
        }
        a_node = a->nodes[a_node].parent;
        b_node = b->nodes[b_node].parent;
    }
    return a_node == b_node;
}

/* Whether the name of a property lets phandles stand anywhere in it: a vendor's, and those that map
 * what one bus has to another. */
static bool is_mixed(const char *name)
{
    size_t length = strlen(name);
    return strchr(name, ',') != NULL || (length > 4 && strcmp(name + length - 4, "-map") == 0);
}

/* How many cells follow a phandle of `node`; none if it does not say. */
static size_t argument_count(const struct diff_index *index, size_t node, const char *cells)
{
    if (cells != NULL && isdigit((unsigned char)cells[0])) {
        return (size_t)(cells[0] - '0');
    }
    const struct diff_property *property = cells == NULL ? NULL : diff_find(index, node, cells);
    uint32_t count =
        property == NULL || property->size != CELL ? 0 : fdt32_ld((const void *)property->value);
    return count > ARGUMENT_MAX ? ARGUMENT_MAX : count;
}

/* Compares two lists of phandles with what follows each, of the same length. */
static enum diff_value references_compare(const struct diff_index *live,
                                          const struct diff_property *a,
                                          const struct diff_index *disk,
                                          const struct diff_property *b, const char *cells)
{
    enum diff_value result = DIFF_SAME;
    size_t at = 0;
    while (at + CELL <= a->size) {
        uint32_t a_handle = fdt32_ld((const void *)(a->value + at));
        uint32_t b_handle = fdt32_ld((const void *)(b->value + at));
        size_t a_node = diff_target(live, a_handle), b_node = diff_target(disk, b_handle);
        size_t count = 0;
        at += CELL;
        if (a_node == NODE_NONE || b_node == NODE_NONE) {
            if (a_handle != b_handle || a_node != b_node) {
                return DIFF_OTHER;
            }
        } else {
            count = argument_count(live, a_node, cells);
            if (!same_path(live, a_node, disk, b_node) ||
                count != argument_count(disk, b_node, cells)) {
                return DIFF_OTHER;
            }
        }
        size_t size = count * CELL < a->size - at ? count * CELL : a->size - at;
        if (memcmp(a->value + at, b->value + at, size) != 0) {
            return DIFF_OTHER;
        }
        at += size;
        result = a_handle != b_handle ? DIFF_RENUMBERED : result;
    }
    return result;
}

/* Compares two values of the same length, cell by cell: one that differs has to name the same node
 * in both trees. That two numbers do so by chance and are none is not to be expected. */
static enum diff_value cells_compare(const struct diff_index *live, const struct diff_property *a,
                                     const struct diff_index *disk, const struct diff_property *b)
{
    enum diff_value result = DIFF_SAME;
    for (size_t at = 0; at + CELL <= a->size; at += CELL) {
        uint32_t a_handle = fdt32_ld((const void *)(a->value + at));
        uint32_t b_handle = fdt32_ld((const void *)(b->value + at));
        if (a_handle == b_handle) {
            continue;
        }
        size_t a_node = diff_target(live, a_handle), b_node = diff_target(disk, b_handle);
        if (a_node == NODE_NONE || b_node == NODE_NONE || !same_path(live, a_node, disk, b_node)) {
            return DIFF_OTHER;
        }
        result = DIFF_RENUMBERED;
    }
    return result;
}

enum diff_value diff_compare(const struct diff_index *live, const struct diff_property *live_value,
                             const struct diff_index *disk, const struct diff_property *disk_value)
{
    if (live_value->size != disk_value->size) {
        return DIFF_OTHER;
    }
    for (size_t i = 0; i < REFERENCE_COUNT; i++) {
        if (live_value->size % CELL == 0 && is_match(live_value->name, i)) {
            return references_compare(live, live_value, disk, disk_value, references[i].cells);
        }
    }
    if (live_value->size % CELL == 0 && is_mixed(live_value->name)) {
        return cells_compare(live, live_value, disk, disk_value);
    }
    return live_value->size == 0 ||
                   memcmp(live_value->value, disk_value->value, live_value->size) == 0
               ? DIFF_SAME
               : DIFF_OTHER;
}

/* Whether a value is one text or several: printable, none empty, ended with a NUL. */
static bool is_text(const struct diff_property *property)
{
    const uint8_t *value = property->value;
    if (property->size < 2 || value[property->size - 1] != '\0') {
        return false;
    }
    for (size_t i = 0; i < property->size; i++) {
        bool is_end = value[i] == '\0' && i > 0 && value[i - 1] != '\0';
        if (!is_end && !isprint(value[i])) {
            return false;
        }
    }
    return true;
}

static void text_write(FILE *out, const struct diff_property *property)
{
    size_t shown = 0;
    for (size_t at = 0; at < property->size && shown < TEXT_SHOWN;) {
        const char *text = (const char *)property->value + at;
        size_t length = strlen(text);
        size_t part = length < TEXT_SHOWN - shown ? length : TEXT_SHOWN - shown;
        fprintf(out, "%s\"%.*s%s\"", at == 0 ? "" : ", ", (int)part, text,
                part < length ? "..." : "");
        at += length + 1;
        shown += part + 1;
    }
}

char *diff_value_text(const struct diff_property *property)
{
    char *text = NULL;
    size_t size;
    FILE *out = alloc_checked(open_memstream(&text, &size));
    if (property->size == 0) {
        fputs("(no value)", out);
    } else if (is_text(property)) {
        text_write(out, property);
    } else if (property->size % CELL == 0) {
        size_t count = property->size / CELL;
        for (size_t i = 0; i < count && i < CELLS_SHOWN; i++) {
            fprintf(out, "%s0x%x", i == 0 ? "<" : " ",
                    fdt32_ld((const void *)(property->value + i * CELL)));
        }
        fputs(count > CELLS_SHOWN ? " ...>" : ">", out);
    } else {
        for (size_t i = 0; i < property->size && i < BYTES_SHOWN; i++) {
            fprintf(out, "%s%02x", i == 0 ? "[" : " ", property->value[i]);
        }
        fputs(property->size > BYTES_SHOWN ? " ...]" : "]", out);
    }
    fclose(out);
    return alloc_checked(text);
}
