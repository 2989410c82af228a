/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Finds the device tree where distributions keep them, one directory a kernel, and chooses among
 * hundreds: by name, or by the board of which a live tree speaks.
 */
#include "payload_find.h"

#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"

#define SHOWN_MAX  8
#define LEVELS_MAX 4    /* of directories below that of the trees */
#define TREES_MAX  8192 /* Debian's kernel has 577 */

/* Directories of trees; %s is the kernel's version. */
static const char *const versioned[] = {
    "usr/lib/linux-image-%s",      /* Debian */
    "boot/dtbs/%s",                /* U-Boot's distro boot; flash-kernel */
    "boot/dtb-%s",                 /* Armbian, Fedora */
    "lib/modules/%s/dtb",          /* Fedora */
    "lib/firmware/%s/device-tree", /* Ubuntu */
    "dtbs/%s",                     /* a partition mounted at boot/ */
    "dtb-%s",
};
static const char *const unversioned[] = {"boot/dtbs", "boot/dtb", "dtbs", "dtb"};

/* Adds the trees below `directory`, whose own name they are shown without. */
static bool trees_below(struct payload_founds *founds, struct payload_fs *fs, const char *directory,
                        const char *below, int level)
{
    struct payload_names names = {0};
    char *path = payload_text("%s%s%s", directory, below[0] == '\0' ? "" : "/", below);
    bool listed = payload_fs_list(fs, path, &names);
    for (size_t i = 0; listed && i < names.count && founds->count < TREES_MAX; i++) {
        const char *name = names.names[i];
        char *shown = payload_text("%s%s%s", below, below[0] == '\0' ? "" : "/", name);
        char *whole = payload_text("%s/%s", directory, shown);
        enum payload_kind kind;
        free(payload_fs_resolve(fs, whole, &kind));
        if (kind == PAYLOAD_FILE && payload_ends_with(name, ".dtb")) {
            payload_founds_add(founds, fs, whole, shown);
        } else if (kind == PAYLOAD_DIRECTORY && level < LEVELS_MAX) {
            listed = trees_below(founds, fs, directory, shown, level + 1);
        }
        free(shown);
        free(whole);
    }
    payload_names_free(&names);
    free(path);
    return listed;
}

/* Looks through the usual directories until one has trees. */
static bool trees_find(struct payload_founds *founds, struct payload_source *source,
                       const char *version)
{
    const size_t versioned_count = version == NULL ? 0 : sizeof(versioned) / sizeof(versioned[0]);
    const size_t count = versioned_count + sizeof(unversioned) / sizeof(unversioned[0]);
    bool is_sound = true;
    for (size_t i = 0; is_sound && founds->count == 0 && i < count * source->count; i++) {
        struct payload_fs *fs = &source->list[i % source->count];
        size_t place = i / source->count;
        char *directory = NULL;
        if (place < versioned_count) {
            const char *mark = strstr(versioned[place], "%s");
            directory = payload_text("%.*s%s%s", (int)(mark - versioned[place]), versioned[place],
                                     version, mark + 2);
        } else {
            directory = payload_text("%s", unversioned[place - versioned_count]);
        }
        is_sound = trees_below(founds, fs, directory, "", 0);
        free(directory);
    }
    return is_sound;
}

/* Debian's directories of any version, where the kernel's own has none. */
static bool trees_of_others(struct payload *payload, struct payload_founds *founds,
                            struct payload_source *source)
{
    bool is_sound = true;
    for (size_t i = 0; is_sound && founds->count == 0 && i < source->count; i++) {
        struct payload_names names = {0};
        is_sound = payload_fs_list(&source->list[i], "usr/lib", &names);
        for (size_t j = 0; is_sound && founds->count == 0 && j < names.count; j++) {
            if (strncmp(names.names[j], "linux-image-", 12) == 0) {
                char *directory = payload_text("usr/lib/%s", names.names[j]);
                is_sound = trees_below(founds, &source->list[i], directory, "", 0);
                if (founds->count > 0) {
                    payload_names_add_format(&payload->notes,
                                             "the device trees are those of %s, not this kernel's",
                                             names.names[j]);
                }
                free(directory);
            }
        }
        payload_names_free(&names);
    }
    return is_sound;
}

/* Whether the tree shown as `shown` is the one that --dtb-name names: by the end of its path. */
static bool is_named(const char *shown, const char *name)
{
    char *with_end =
        payload_ends_with(name, ".dtb") ? payload_text("%s", name) : payload_text("%s.dtb", name);
    size_t length = strlen(shown), end_length = strlen(with_end);
    bool named = payload_ends_with(shown, with_end) &&
                 (length == end_length || shown[length - end_length - 1] == '/');
    free(with_end);
    return named;
}

/* Names like the one asked for, for a message; all if none is. */
static char *names_like(const struct payload_founds *founds, const char *name)
{
    struct payload_names names = {0};
    const char *base = payload_base_name(name);
    size_t length = strcspn(base, ".");
    for (size_t i = 0; i < founds->count; i++) {
        if (memmem(founds->list[i].shown, strlen(founds->list[i].shown), base, length) != NULL) {
            payload_names_add(&names, founds->list[i].shown);
        }
    }
    char *joined = names.count > 0 ? payload_names_join(&names, SHOWN_MAX)
                                   : payload_founds_join(founds, NULL, SHOWN_MAX);
    payload_names_free(&names);
    return joined;
}

static bool tree_take(struct payload *payload, const struct payload_found *found)
{
    struct payload_bytes file;
    if (!payload_fs_read(found->fs, found->path, PAYLOAD_TREE_MAX, &file)) {
        return false;
    }
    char *name = payload_found_name(found);
    bool taken = payload_tree_take(&payload->tree, &file, name);
    free(name);
    return taken;
}

static bool tree_by_name(struct payload *payload, const struct payload_founds *founds,
                         const char *name)
{
    const struct payload_found *found = NULL;
    size_t count = 0;
    for (size_t i = 0; i < founds->count; i++) {
        if (is_named(founds->list[i].shown, name)) {
            found = &founds->list[i];
            count++;
        }
    }
    if (count != 1) {
        char *like = names_like(founds, name);
        diag_error(NULL, "--dtb-name %s: %s of the %zu device trees; there are: %s", name,
                   count == 0 ? "none" : "more than one", founds->count, like);
        free(like);
        return false;
    }
    payload->tree.why = payload_text("--dtb-name %s asks for it", name);
    return tree_take(payload, found);
}

/* Whether a file is a sound tree whose root is compatible with `board` before all else. */
static bool is_of_board(const struct payload_found *found, const char *board)
{
    struct payload_bytes file;
    if (!payload_fs_read(found->fs, found->path, PAYLOAD_TREE_MAX, &file)) {
        return false;
    }
    int length;
    bool is_board = false;
    if (file.size >= sizeof(struct fdt_header) && fdt_check_full(file.bytes, file.size) == 0) {
        const char *name = fdt_stringlist_get(file.bytes, 0, "compatible", 0, &length);
        is_board = name != NULL && strcmp(name, board) == 0;
    }
    payload_bytes_free(&file);
    return is_board;
}

static bool tree_by_board(struct payload *payload, const struct payload_founds *founds,
                          const char *path)
{
    struct payload_tree like = {0};
    struct payload_names matches = {0};
    const struct payload_found *found = NULL;
    if (!payload_tree_read(&like, path)) {
        return false;
    }
    const char *board = like.compatible.count == 0 ? "" : like.compatible.names[0];
    for (size_t i = 0; i < founds->count; i++) {
        if (is_of_board(&founds->list[i], board)) {
            found = &founds->list[i];
            payload_names_add(&matches, found->shown);
        }
    }
    bool taken = false;
    if (matches.count == 1) {
        payload->tree.why = payload_text("its board is \"%s\", as in %s", board, path);
        taken = tree_take(payload, found);
    } else {
        char *several = payload_names_join(&matches, SHOWN_MAX);
        diag_error(NULL,
                   "--dtb-like %s: %s of the %zu device trees begins its compatible with "
                   "\"%s\"%s%s; choose with --dtb-name",
                   path, matches.count == 0 ? "none" : "more than one", founds->count, board,
                   matches.count == 0 ? "" : ": ", several);
        free(several);
    }
    payload_names_free(&matches);
    payload_tree_free(&like);
    return taken;
}

static bool tree_choose(struct payload *payload, const struct payload_founds *founds,
                        const struct payload_request *request)
{
    bool asked = request->tree_name != NULL || request->tree_like != NULL;
    if (founds->count == 0 && asked) {
        diag_error(NULL, "no device tree found in the source (usr/lib/linux-image-*/, boot/dtbs, "
                         "boot/dtb); name the file with --dtb");
        return false;
    }
    if (request->tree_name != NULL) {
        return tree_by_name(payload, founds, request->tree_name);
    }
    if (request->tree_like != NULL) {
        return tree_by_board(payload, founds, request->tree_like);
    }
    if (founds->count == 1) {
        payload->tree.why = payload_text("the only device tree there");
        return tree_take(payload, &founds->list[0]);
    }
    if (founds->count > 1) {
        char *some = payload_founds_join(founds, NULL, 3);
        payload_names_add_format(&payload->notes,
                                 "none of the %zu device trees was taken (%s): choose with "
                                 "--dtb-name or --dtb-like",
                                 founds->count, some);
        free(some);
    }
    return true;
}

bool payload_find_tree(struct payload *payload, struct payload_source *source,
                       const struct payload_request *request)
{
    struct payload_founds founds = {0};
    bool is_sound = trees_find(&founds, source, payload->kernel.version) &&
                    (founds.count > 0 || trees_of_others(payload, &founds, source)) &&
                    tree_choose(payload, &founds, request);
    payload_founds_free(&founds);
    return is_sound;
}
