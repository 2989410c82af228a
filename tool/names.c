/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A sorted list of names. Descriptions come from generators as well as from people, so finding and
 * comparing names stays fast where there are thousands of them.
 */
#include "names.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"

void names_add(struct names *names, const char *name, size_t index, const struct source *source)
{
    if (name == NULL) {
        return;
    }
    names->entries =
        alloc_grow(names->entries, names->count, &names->capacity, sizeof(struct name));
    names->entries[names->count++] = (struct name){.name = name, .index = index, .source = source};
}

static int compare(const void *left, const void *right)
{
    const struct name *a = left;
    const struct name *b = right;
    int order = strcmp(a->name, b->name);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

void names_sort(struct names *names)
{
    if (names->count > 0) {
        qsort(names->entries, names->count, sizeof(struct name), compare);
    }
}

static int compare_name(const void *key, const void *entry)
{
    return strcmp(key, ((const struct name *)entry)->name);
}

size_t names_find(const struct names *names, const char *name)
{
    if (names->count == 0) {
        return INDEX_NONE;
    }
    const struct name *found =
        bsearch(name, names->entries, names->count, sizeof(struct name), compare_name);
    return found == NULL ? INDEX_NONE : found->index;
}

void names_check(const struct names *names, const char *what, const char *rule)
{
    for (size_t i = 1; i < names->count; i++) {
        const struct name *first = &names->entries[i - 1];
        const struct name *second = &names->entries[i];
        if (strcmp(first->name, second->name) == 0) {
            diag_error(second->source, "%s \"%s\": already at %s:%u; %s", what, second->name,
                       first->source->file, first->source->line, rule);
        }
    }
}

void names_free(struct names *names)
{
    free(names->entries);
    *names = (struct names){0};
}
