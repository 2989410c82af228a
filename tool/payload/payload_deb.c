/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Debian packages as a file system: what several of them hold counts as one root directory.
 */
#include "payload_deb.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"
#include "payload_find.h"

/* Of one path in two packages the one read last counts, which compare_entries() puts first. */
static struct deb_entry *entry_find(const struct debs *debs, const char *path)
{
    size_t low = 0, high = debs->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(debs->entries[middle].path, path) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < debs->count && strcmp(debs->entries[low].path, path) == 0 ? &debs->entries[low]
                                                                           : NULL;
}

/* Whether `path` is in the directory `directory`, directly or deeper; `rest` gets what follows. */
static bool is_below(const char *path, const char *directory, const char **rest)
{
    size_t length = strlen(directory);
    if (length == 0) {
        *rest = path;
        return path[0] != '\0';
    }
    if (strncmp(path, directory, length) != 0 || path[length] != '/') {
        return false;
    }
    *rest = path + length + 1;
    return true;
}

static enum payload_kind debs_look(struct payload_fs *fs, const char *path)
{
    const struct debs *debs = fs->state;
    const struct deb_entry *entry = entry_find(debs, path);
    const char *rest;
    if (entry != NULL) {
        return entry->kind;
    }
    for (size_t i = 0; i < debs->count; i++) {
        if (is_below(debs->entries[i].path, path, &rest)) {
            return PAYLOAD_DIRECTORY;
        }
    }
    return PAYLOAD_ABSENT;
}

static char *debs_target(struct payload_fs *fs, const char *path)
{
    const struct deb_entry *entry = entry_find(fs->state, path);
    return entry == NULL || entry->target == NULL ? NULL : alloc_checked(strdup(entry->target));
}

static bool debs_list(struct payload_fs *fs, const char *path, struct payload_names *names)
{
    const struct debs *debs = fs->state;
    const char *rest;
    for (size_t i = 0; i < debs->count && names->count < PAYLOAD_NAMES_MAX; i++) {
        if (!is_below(debs->entries[i].path, path, &rest)) {
            continue;
        }
        /* Of what is deeper, the first component; sorted, equal ones follow each other. */
        char *name = alloc_checked(strndup(rest, strcspn(rest, "/")));
        if (names->count == 0 || strcmp(names->names[names->count - 1], name) != 0) {
            payload_names_add(names, name);
        }
        free(name);
    }
    return true;
}

static bool debs_read(struct payload_fs *fs, const char *path, size_t limit,
                      struct payload_bytes *file)
{
    const struct deb_entry *entry = entry_find(fs->state, path);
    if (entry == NULL || !entry->is_kept || entry->bytes.size > limit) {
        diag_error(NULL, "%s: \"%s\" %s", fs->name, path,
                   entry == NULL || !entry->is_kept ? "is no part of a payload" : "is too large");
        return false;
    }
    file->size = entry->bytes.size;
    file->bytes = alloc_array(file->size + 1, 1);
    memcpy(file->bytes, entry->bytes.bytes, file->size);
    return true;
}

static void debs_close(struct payload_fs *fs)
{
    struct debs *debs = fs->state;
    for (size_t i = 0; i < debs->count; i++) {
        free(debs->entries[i].path);
        free(debs->entries[i].target);
        payload_bytes_free(&debs->entries[i].bytes);
    }
    free(debs->entries);
    free(debs);
}

static const struct payload_fs_operations operations = {
    .look = debs_look,
    .target = debs_target,
    .list = debs_list,
    .read = debs_read,
    .close = debs_close,
};

/* What lies in boot/, and device trees. */
static bool payload_wants(void *context, const char *path)
{
    (void)context;
    if (strncmp(path, "boot/", 5) == 0) {
        return strncmp(path + 5, "System.map", 10) != 0;
    }
    return payload_ends_with(path, ".dtb") || strchr(path, '/') == NULL;
}

static int compare_entries(const void *a, const void *b)
{
    const struct deb_entry *left = a, *right = b;
    int order = strcmp(left->path, right->path);
    return order != 0 ? order : (left->order < right->order) - (left->order > right->order);
}

bool payload_debs_open(struct payload_source *source, const char *const *paths, size_t count,
                       bool (*wants)(void *context, const char *path), void *context)
{
    struct debs *debs = alloc_array(1, sizeof(*debs));
    debs->wants = wants == NULL ? payload_wants : wants;
    debs->context = context;
    char *name = count == 1 ? alloc_checked(strdup(paths[0]))
                            : payload_text("%s and %zu more packages", paths[0], count - 1);
    payload_source_add(source, name, &operations, debs);
    for (size_t i = 0; i < count; i++) {
        if (!deb_read(debs, paths[i])) {
            return false;
        }
    }
    if (debs->count > 0) {
        qsort(debs->entries, debs->count, sizeof(*debs->entries), compare_entries);
    }
    return true;
}
