/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Lists of files of a source: one of them will be taken.
 */
#include "payload_find.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

const char *payload_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

bool payload_ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

bool payload_name_has_version(const char *name, const char *version)
{
    size_t length = strlen(version);
    for (const char *at = name; length > 0 && (at = strstr(at, version)) != NULL; at++) {
        char before = at == name ? '-' : at[-1];
        const char *after = at + length;
        /* ".gz" may follow, ".1" may not. */
        bool ends = *after == '\0' || (*after == '.' && !isdigit((unsigned char)after[1]));
        if (!isalnum((unsigned char)before) && before != '.' && ends) {
            return true;
        }
    }
    return false;
}

void payload_founds_add(struct payload_founds *founds, struct payload_fs *fs, const char *path,
                        const char *shown)
{
    enum payload_kind kind;
    char *resolved = payload_fs_resolve(fs, path, &kind);
    if (kind != PAYLOAD_FILE) {
        free(resolved);
        return;
    }
    struct payload_found *found = NULL;
    for (size_t i = 0; i < founds->count; i++) {
        if (founds->list[i].fs == fs && strcmp(founds->list[i].path, resolved) == 0) {
            found = &founds->list[i];
        }
    }
    if (found == NULL) {
        founds->list =
            alloc_grow(founds->list, founds->count, &founds->capacity, sizeof(*founds->list));
        found = &founds->list[founds->count++];
        *found = (struct payload_found){.fs = fs, .path = alloc_checked(strdup(resolved))};
        if (shown != NULL) {
            found->shown = alloc_checked(strdup(shown));
        }
    }
    if (found->link == NULL && strcmp(path, resolved) != 0) {
        found->link = alloc_checked(strdup(path));
    }
    free(resolved);
}

/* Whether the files are of several file systems, so that a path alone does not name one. */
static bool are_of_several(const struct payload_founds *founds)
{
    for (size_t i = 1; i < founds->count; i++) {
        if (founds->list[i].fs != founds->list[0].fs) {
            return true;
        }
    }
    return false;
}

char *payload_founds_join(const struct payload_founds *founds, const struct payload_found *except,
                          size_t shown)
{
    struct payload_names names = {0};
    bool several = are_of_several(founds);
    for (size_t i = 0; i < founds->count; i++) {
        const struct payload_found *found = &founds->list[i];
        const char *path = found->shown != NULL ? found->shown : found->path;
        if (found != except && several) {
            payload_names_add_format(&names, "%s: %s", found->fs->name, path);
        } else if (found != except) {
            payload_names_add(&names, path);
        }
    }
    char *joined = payload_names_join(&names, shown);
    payload_names_free(&names);
    return joined;
}

void payload_founds_free(struct payload_founds *founds)
{
    for (size_t i = 0; i < founds->count; i++) {
        free(founds->list[i].path);
        free(founds->list[i].link);
        free(founds->list[i].shown);
    }
    free(founds->list);
    *founds = (struct payload_founds){0};
}

char *payload_found_name(const struct payload_found *found)
{
    return payload_text("%s: %s", found->fs->name, found->path);
}
