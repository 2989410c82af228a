/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Finds the modules of a packaged kernel.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"
#include "modules.h"
#include "source.h"

#define DIRECTORIES_MAX 16384 /* of modules; Debian's kernel has 600 */

/* Where a module's name ends in its file's: at ".ko". NULL: it is none. What is no plain name would
 * not stand in a line of the list of modules. */
static const char *name_end(const char *file)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_+.";
    const char *end = strstr(file, ".ko");
    bool is_name = end != NULL && end != file && (end[3] == '\0' || end[3] == '.') &&
                   strspn(file, plain) == strlen(file) && strlen(file) <= RECIPE_NAME_MAX;
    return is_name ? end : NULL;
}

/* Names are the same with - and _. Allocated. */
static char *name_plain(const char *name, size_t length)
{
    char *plain = alloc_checked(strndup(name, length));
    for (char *at = plain; *at != '\0'; at++) {
        *at = *at == '_' ? '-' : *at;
    }
    return plain;
}

static void candidate_add(struct candidates *candidates, const char *path, const char *file)
{
    size_t length = (size_t)(name_end(file) - file);
    candidates->list = alloc_grow(candidates->list, candidates->count, &candidates->capacity,
                                  sizeof(*candidates->list));
    candidates->list[candidates->count++] =
        (struct candidate){.path = alloc_checked(strdup(path)),
                           .file = alloc_checked(strndup(file, length + strlen(".ko"))),
                           .name = name_plain(file, length)};
}

static bool walk(struct candidates *candidates, const char *directory, unsigned depth);

/* Takes what stands at `path`. A link to a directory is passed over: it may lead up again, and the
 * one to the kernel's headers leads to no modules. */
static bool path_take(struct candidates *candidates, const char *path, const char *name,
                      unsigned depth)
{
    enum payload_kind kind = candidates->packages->operations->look(candidates->packages, path);
    if (kind == PAYLOAD_DIRECTORY) {
        return walk(candidates, path, depth + 1);
    }
    if (kind == PAYLOAD_LINK) {
        free(payload_fs_resolve(candidates->packages, path, &kind));
    }
    if (kind == PAYLOAD_FILE && name_end(name) != NULL) {
        candidate_add(candidates, path, name);
    }
    return true;
}

/* Finds all modules below `directory`, in whose path there is no link. */
static bool walk(struct candidates *candidates, const char *directory, unsigned depth)
{
    struct payload_names names = {0};
    if (depth > PAYLOAD_DEPTH_MAX || ++candidates->directories > DIRECTORIES_MAX) {
        diag_error(NULL,
                   "%s: \"%s\": directories of modules deeper than %d or more than %d; is it a "
                   "kernel's package?",
                   candidates->packages->name, directory, PAYLOAD_DEPTH_MAX, DIRECTORIES_MAX);
        return false;
    }
    bool is_sound = payload_fs_list(candidates->packages, directory, &names);
    for (size_t i = 0; is_sound && i < names.count; i++) {
        char *path = payload_text("%s/%s", directory, names.names[i]);
        is_sound = path_take(candidates, path, names.names[i], depth);
        free(path);
    }
    payload_names_free(&names);
    return is_sound;
}

/* Reads modules.builtin: paths as if they were modules, one a line. */
static bool builtin_read(struct candidates *candidates, const char *directory)
{
    enum payload_kind kind;
    struct payload_bytes text;
    char *path = payload_text("%s/modules.builtin", directory);
    free(payload_fs_resolve(candidates->packages, path, &kind));
    bool is_sound = kind != PAYLOAD_FILE;
    if (!is_sound && payload_fs_read(candidates->packages, path, SOURCE_SIZE_MAX, &text)) {
        char *copy = source_copy((const char *)text.bytes, text.size), *rest = copy, *line;
        while ((line = strsep(&rest, "\n")) != NULL) {
            const char *slash = strrchr(line, '/'), *file = slash == NULL ? line : slash + 1;
            char *name = name_plain(file, strcspn(file, "."));
            payload_names_add(&candidates->builtin, name);
            free(name);
        }
        free(copy);
        payload_bytes_free(&text);
        is_sound = true;
    }
    free(path);
    return is_sound;
}

/* Finds the modules of one kernel. */
static bool version_find(struct candidates *candidates, const char *place, const char *version)
{
    size_t before = candidates->count;
    char *directory = payload_text("%s/%s", place, version);
    bool is_sound = path_take(candidates, directory, "", 0);
    if (is_sound && candidates->count > before) {
        if (candidates->version == NULL) {
            candidates->version = alloc_checked(strdup(version));
        } else if (strcmp(candidates->version, version) != 0) {
            diag_error(NULL,
                       "%s: there are modules of two kernels, %s and %s; give the packages of one",
                       candidates->packages->name, candidates->version, version);
            is_sound = false;
        }
        is_sound = is_sound && builtin_read(candidates, directory);
    }
    free(directory);
    return is_sound;
}

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    return order != 0 ? order : strcmp(left->path, right->path);
}

bool candidates_find(struct candidates *candidates, struct payload_fs *packages)
{
    static const char *const places[] = {"lib/modules", "usr/lib/modules"};
    bool is_sound = true;
    char *first = NULL;
    *candidates = (struct candidates){.packages = packages};
    for (size_t i = 0; is_sound && i < sizeof(places) / sizeof(places[0]); i++) {
        struct payload_names versions = {0};
        enum payload_kind kind;
        char *place = payload_fs_resolve(packages, places[i], &kind);
        /* Where lib is a link to usr/lib, they are one. */
        if (kind == PAYLOAD_DIRECTORY && (first == NULL || strcmp(first, place) != 0)) {
            is_sound = payload_fs_list(packages, place, &versions);
            for (size_t j = 0; is_sound && j < versions.count; j++) {
                is_sound = version_find(candidates, place, versions.names[j]);
            }
            payload_names_free(&versions);
        }
        free(first);
        first = place;
    }
    free(first);
    if (is_sound && candidates->count == 0) {
        diag_error(NULL, "%s: there are no kernel modules; give the kernel's package with --deb",
                   packages->name);
        return false;
    }
    if (is_sound) {
        qsort(candidates->list, candidates->count, sizeof(*candidates->list), compare_candidates);
        payload_names_sort(&candidates->builtin);
    }
    return is_sound;
}

void candidates_free(struct candidates *candidates)
{
    for (size_t i = 0; i < candidates->count; i++) {
        struct candidate *candidate = &candidates->list[i];
        free(candidate->path);
        free(candidate->file);
        free(candidate->name);
        module_info_free(&candidate->info);
    }
    free(candidates->list);
    free(candidates->version);
    payload_names_free(&candidates->builtin);
}

static int compare_name(const void *key, const void *candidate)
{
    return strcmp(key, ((const struct candidate *)candidate)->name);
}

static int compare_text(const void *key, const void *name)
{
    return strcmp(key, *(char *const *)name);
}

bool candidates_named(const struct candidates *candidates, const struct source *at,
                      const char *name, struct candidate **found)
{
    char *plain = name_plain(name, strlen(name));
    struct candidate *one = bsearch(plain, candidates->list, candidates->count,
                                    sizeof(*candidates->list), compare_name);
    struct candidate *end = candidates->list + candidates->count, *other = NULL;
    if (one != NULL && one > candidates->list && strcmp(one[-1].name, plain) == 0) {
        other = one - 1;
    } else if (one != NULL && one + 1 < end && strcmp(one[1].name, plain) == 0) {
        other = one + 1;
    }
    if (other != NULL) {
        diag_error(at, "there are two modules \"%s\", \"%s\" and \"%s\"; give packages with one",
                   name, one->path, other->path);
    }
    free(plain);
    *found = one;
    return other == NULL;
}

bool candidates_builtin(const struct candidates *candidates, const char *name)
{
    char *plain = name_plain(name, strlen(name));
    bool is_builtin = candidates->builtin.count > 0 &&
                      bsearch(plain, candidates->builtin.names, candidates->builtin.count,
                              sizeof(*candidates->builtin.names), compare_text) != NULL;
    free(plain);
    return is_builtin;
}

bool candidate_read(const struct candidates *candidates, const struct candidate *candidate,
                    struct payload_bytes *module)
{
    struct payload_bytes file;
    struct source at = {.file = candidate->path};
    *module = (struct payload_bytes){0};
    if (!payload_fs_read(candidates->packages, candidate->path, PAYLOAD_MODULE_MAX, &file)) {
        return false;
    }
    enum payload_packing packing = payload_packing_of(file.bytes, file.size);
    if (packing == PACKING_NONE) {
        *module = file;
        return true;
    }
    bool is_sound = payload_unpack(&(struct payload_packed){.bytes = file.bytes,
                                                            .size = file.size,
                                                            .packing = packing,
                                                            .limit = PAYLOAD_MODULE_MAX,
                                                            .what = "module",
                                                            .at = &at},
                                   module, NULL);
    payload_bytes_free(&file);
    return is_sound;
}

bool candidate_know(const struct candidates *candidates, struct candidate *candidate)
{
    struct payload_bytes module;
    struct source at = {.file = candidate->path};
    if (candidate->has_info) {
        return true;
    }
    bool is_sound = candidate_read(candidates, candidate, &module) &&
                    module_info_read(&candidate->info, &module, &at);
    candidate->has_info = is_sound;
    payload_bytes_free(&module);
    return is_sound;
}
