/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Whether the lines of a recipe make an archive that Linux unpacks whole: it makes no directory by
 * itself, and says nothing of a file that it could not make (init/initramfs.c).
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"
#include "initramfs.h"

static int compare_paths(const void *a, const void *b)
{
    const struct recipe_entry *const *left = a, *const *right = b;
    int order = strcmp((*left)->path, (*right)->path);
    return order != 0 ? order : (*left > *right) - (*left < *right);
}

static void entries_sort(struct recipe *recipe)
{
    recipe->by_path = alloc_array(recipe->count, sizeof(*recipe->by_path));
    for (size_t i = 0; i < recipe->count; i++) {
        recipe->by_path[i] = &recipe->entries[i];
    }
    qsort(recipe->by_path, recipe->count, sizeof(*recipe->by_path), compare_paths);
}

const struct recipe_entry *recipe_find(const struct recipe *recipe, const char *path)
{
    size_t low = 0, high = recipe->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(recipe->by_path[middle]->path, path) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < recipe->count && strcmp(recipe->by_path[low]->path, path) == 0
               ? recipe->by_path[low]
               : NULL;
}

static bool parts_check(const struct recipe_entry *entry)
{
    const char *wrong = NULL;
    if (entry->type == RECIPE_UNSAID) {
        wrong = "type= is missing: expected dir, file or link, here or in a /set line above";
    } else if (entry->type != RECIPE_DIRECTORY && strcmp(entry->path, ".") == 0) {
        wrong = "it is the root: expected type=dir";
    } else if ((entry->type == RECIPE_LINK) != (entry->link != NULL)) {
        wrong = entry->link == NULL ? "a link needs link=, where it points to"
                                    : "link= is for type=link only";
    } else if ((entry->type == RECIPE_FILE) != (entry->contents != NULL)) {
        wrong = entry->contents == NULL
                    ? "a file needs contents=, a path of the host or deb: and one in a package"
                    : "contents= is for type=file only";
    } else if (entry->link != NULL && strlen(entry->link) > RECIPE_PATH_MAX) {
        wrong = "link= has more than 4095 characters, which Linux leaves out";
    }
    if (wrong != NULL) {
        diag_error(&entry->at, "\"%s\": %s", entry->path, wrong);
    }
    return wrong == NULL;
}

static bool place_check(const struct recipe *recipe, const struct recipe_entry *entry)
{
    const struct recipe_entry *first = recipe_find(recipe, entry->path);
    if (first != entry) {
        diag_error(&entry->at, "\"%s\" stands in line %u already; remove one of the lines",
                   entry->path, first->at.line);
        return false;
    }
    const char *slash = strrchr(entry->path, '/');
    if (slash == NULL) {
        return true;
    }
    char *parent = alloc_checked(strndup(entry->path, (size_t)(slash - entry->path)));
    const struct recipe_entry *above = recipe_find(recipe, parent);
    bool is_sound = above != NULL && above < entry && above->type == RECIPE_DIRECTORY;
    if (above == NULL || above >= entry) {
        diag_error(&entry->at,
                   "\"%s\": no line above makes its directory, nor does Linux; put \"./%s "
                   "type=dir\" before it",
                   entry->path, parent);
    } else if (!is_sound) {
        diag_error(&entry->at, "\"%s\": \"%s\" is no directory, but what line %u makes it",
                   entry->path, parent, above->at.line);
    }
    free(parent);
    return is_sound;
}

bool recipe_check(struct recipe *recipe)
{
    bool is_sound = true;
    if (recipe->count == 0) {
        diag_error(&(struct source){.file = recipe->path},
                   "the recipe has no entry; expected a line ./PATH type=...");
        return false;
    }
    entries_sort(recipe);
    for (size_t i = 0; i < recipe->count; i++) {
        const struct recipe_entry *entry = &recipe->entries[i];
        is_sound = parts_check(entry) && place_check(recipe, entry) && is_sound;
    }
    return is_sound;
}
