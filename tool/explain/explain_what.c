/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What is asked about. An interrupt has two numbers, 32 apart: the GIC's (`irq 223`) and the
 * device tree's (`spi 191`). A bare number that could be either is answered as both.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "devname.h"
#include "diag.h"
#include "explain.h"

#define FIRST_ADDRESS PAGE_SIZE_4K /* a bare number from here on is a PA */

/* The kinds of interrupts, their numbers in a device tree and at the GIC (IHI 0048B, 2.2.1). */
static const struct {
    const char *name;
    uint32_t first; /* INTID of number 0 */
    uint32_t count;
} kinds[] = {
    {"irq", 0, GIC_LINES_MAX},
    {"ppi", 16, 16},
    {"spi", 32, GIC_LINES_MAX - 32},
};

#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

/* Reads all of `word`, decimal or with 0x, as a number. */
static bool read_number(const char *word, uint64_t *number)
{
    bool is_hex = strncasecmp(word, "0x", 2) == 0;
    const char *digits = is_hex ? word + 2 : word;
    uint64_t base = is_hex ? 16 : 10;
    *number = 0;
    if (*digits == '\0') {
        return false;
    }
    for (; *digits != '\0'; digits++) {
        if (is_hex ? !isxdigit((unsigned char)*digits) : !isdigit((unsigned char)*digits)) {
            return false;
        }
        uint64_t digit = isdigit((unsigned char)*digits)
                             ? (uint64_t)(*digits - '0')
                             : (uint64_t)(tolower((unsigned char)*digits) - 'a' + 10);
        if (*number > (UINT64_MAX - digit) / base) {
            return false;
        }
        *number = *number * base + digit;
    }
    return true;
}

/* The kind whose name the first `length` characters of a word are; KIND_COUNT if it is none. */
static size_t kind_find(const char *word, size_t length)
{
    size_t kind = 0;
    while (kind < KIND_COUNT && (strlen(kinds[kind].name) != length ||
                                 strncasecmp(word, kinds[kind].name, length) != 0)) {
        kind++;
    }
    return kind;
}

static bool answer_kind(const struct explain *explain, size_t kind, const char *text, FILE *out)
{
    uint64_t number;
    if (text == NULL || !read_number(text, &number) || number >= kinds[kind].count) {
        diag_error(NULL, "%s%s%s: expected a number from 0 to %" PRIu32 " behind \"%s\"",
                   kinds[kind].name, text == NULL ? "" : " ", text == NULL ? "" : text,
                   kinds[kind].count - 1, kinds[kind].name);
        return false;
    }
    explain_irq(explain, kinds[kind].first + (uint32_t)number, out);
    return true;
}

/* A number without a word: 0x is an address; else a small one is an interrupt's, of either way of
 * counting. */
static void answer_number(const struct explain *explain, const char *word, uint64_t number,
                          FILE *out)
{
    if (strncasecmp(word, "0x", 2) == 0 || number >= FIRST_ADDRESS) {
        explain_pa(explain, number, out);
        return;
    }
    bool is_any = false;
    for (size_t kind = 0; kind < KIND_COUNT; kind++) {
        if (number < kinds[kind].count) {
            explain_irq(explain, kinds[kind].first + (uint32_t)number, out);
            is_any = true;
        }
    }
    if (!is_any) {
        explain_pa(explain, number, out);
    }
}

static bool answer_name(const struct explain *explain, const char *word, FILE *out)
{
    const struct devtree *devtree = explain->devtree;
    size_t node = devtree_by_path(devtree, word);
    if (node != NODE_NONE) {
        explain_node(explain, node, out);
        return true;
    }
    bool is_any = false;
    for (size_t i = 0; i < devtree->node_count; i++) {
        if (devnode_is_compatible(devtree, i, word)) {
            explain_node(explain, i, out);
            is_any = true;
        }
    }
    if (!is_any) {
        devname_report(devtree, "explain", word);
    }
    return is_any;
}

bool explain_words(const struct explain *explain, char **words, size_t count, FILE *out)
{
    bool sound = true;
    for (size_t i = 0; i < count; i++) {
        const char *word = words[i];
        size_t length = strcspn(word, ":");
        size_t kind = kind_find(word, length);
        uint64_t number;
        if (kind < KIND_COUNT && word[length] == ':') {
            sound = answer_kind(explain, kind, word + length + 1, out) && sound;
        } else if (kind < KIND_COUNT) {
            const char *text = ++i < count ? words[i] : NULL;
            sound = answer_kind(explain, kind, text, out) && sound;
        } else if (read_number(word, &number)) {
            answer_number(explain, word, number, out);
        } else {
            sound = answer_name(explain, word, out) && sound;
        }
    }
    return sound;
}
