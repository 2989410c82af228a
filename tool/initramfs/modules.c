/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Modules of a packaged kernel: by name, after what they depend on. What depmod(8) and modprobe(8)
 * would find out on a running system is read from the modules themselves.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"
#include "initramfs.h"
#include "source.h"

#define MODULES_PLACE "lib/modules"
#define DEPENDS_MAX   32 /* modules one below the other; Debian's have some ten */

/* A module of the package that may be taken. */
struct candidate {
    char *path;                 /* in the package */
    char *name;                 /* as of its file, - for _, without ".ko" and packing */
    struct payload_bytes bytes; /* unpacked; NULL until it is wanted */
    struct payload_names aliases;
    bool has_aliases, is_taken;
};

struct candidates {
    struct payload_fs *packages;
    struct candidate *list;
    size_t count, capacity;
    char *builtin; /* text of modules.builtin */
};

/* Where a module's name ends in its file's: at ".ko". NULL: it is none. */
static const char *name_end(const char *file)
{
    const char *end = strstr(file, ".ko");
    return end != NULL && (end[3] == '\0' || end[3] == '.') ? end : NULL;
}

/* Names are the same with - and _. */
static char *name_plain(const char *name, size_t length)
{
    char *plain = alloc_checked(strndup(name, length));
    for (char *at = plain; *at != '\0'; at++) {
        *at = *at == '_' ? '-' : *at;
    }
    return plain;
}

static void candidate_add(struct candidates *candidates, char *path, const char *file)
{
    candidates->list = alloc_grow(candidates->list, candidates->count, &candidates->capacity,
                                  sizeof(*candidates->list));
    candidates->list[candidates->count++] =
        (struct candidate){.path = path, .name = name_plain(file, (size_t)(name_end(file) - file))};
}

/* Finds all modules below `directory`. */
static bool candidates_find(struct candidates *candidates, const char *directory, unsigned depth)
{
    struct payload_names names = {0};
    bool is_sound = payload_fs_list(candidates->packages, directory, &names);
    for (size_t i = 0; is_sound && i < names.count; i++) {
        enum payload_kind kind;
        char *path = payload_text("%s/%s", directory, names.names[i]);
        char *resolved = payload_fs_resolve(candidates->packages, path, &kind);
        if (kind == PAYLOAD_DIRECTORY && depth < PAYLOAD_DEPTH_MAX) {
            is_sound = candidates_find(candidates, path, depth + 1);
        } else if (kind == PAYLOAD_FILE && name_end(names.names[i]) != NULL) {
            candidate_add(candidates, alloc_checked(strdup(path)), names.names[i]);
        } else if (kind == PAYLOAD_FILE && strcmp(names.names[i], "modules.builtin") == 0 &&
                   candidates->builtin == NULL) {
            struct payload_bytes text;
            is_sound = payload_fs_read(candidates->packages, path, PAYLOAD_MODULE_MAX, &text);
            if (is_sound) {
                candidates->builtin = source_copy((const char *)text.bytes, text.size);
                payload_bytes_free(&text);
            }
        }
        free(resolved);
        free(path);
    }
    payload_names_free(&names);
    return is_sound;
}

static bool is_builtin(const struct candidates *candidates, const char *name)
{
    for (const char *line = candidates->builtin; line != NULL && *line != '\0';) {
        size_t length = strcspn(line, "\n");
        const char *slash = memrchr(line, '/', length);
        const char *file = slash == NULL ? line : slash + 1;
        char *plain = name_plain(file, strcspn(file, ".\n"));
        bool is_it = strcmp(plain, name) == 0;
        free(plain);
        if (is_it) {
            return true;
        }
        line += length;
        line += *line == '\n';
    }
    return false;
}

/* Reads a module, unpacked if it is packed. */
static bool candidate_read(struct candidates *candidates, struct candidate *candidate)
{
    struct payload_bytes file;
    struct source at = {.file = candidate->path};
    if (candidate->bytes.bytes != NULL) {
        return true;
    }
    if (!payload_fs_read(candidates->packages, candidate->path, PAYLOAD_MODULE_MAX, &file)) {
        return false;
    }
    enum payload_packing packing = payload_packing_of(file.bytes, file.size);
    if (packing == PACKING_NONE) {
        candidate->bytes = file;
        return true;
    }
    bool is_sound = payload_unpack(&(struct payload_packed){.bytes = file.bytes,
                                                            .size = file.size,
                                                            .packing = packing,
                                                            .limit = PAYLOAD_MODULE_MAX,
                                                            .what = "module",
                                                            .at = &at},
                                   &candidate->bytes, NULL);
    payload_bytes_free(&file);
    return is_sound;
}

static struct candidate *candidate_named(struct candidates *candidates, const char *name)
{
    for (size_t i = 0; i < candidates->count; i++) {
        if (strcmp(candidates->list[i].name, name) == 0) {
            return &candidates->list[i];
        }
    }
    return NULL;
}

static bool take(struct modules *modules, struct candidates *candidates,
                 struct candidate *candidate, unsigned depth);

/* What the module does not work without: names of modules. */
static bool take_depends(struct modules *modules, struct candidates *candidates,
                         struct candidate *candidate, unsigned depth)
{
    struct payload_names names = {0};
    bool is_sound = module_info(&candidate->bytes, candidate->path, "depends=", &names);
    for (size_t i = 0; is_sound && i < names.count; i++) {
        char *plain = name_plain(names.names[i], strlen(names.names[i]));
        struct candidate *below = candidate_named(candidates, plain);
        if (below == NULL && !is_builtin(candidates, plain)) {
            diag_error(NULL, "%s: depends on \"%s\", which is not in the packages", candidate->path,
                       names.names[i]);
            is_sound = false;
        }
        is_sound = is_sound && (below == NULL || take(modules, candidates, below, depth + 1));
        free(plain);
    }
    payload_names_free(&names);
    return is_sound;
}

static bool has_alias(struct candidate *candidate, const char *alias)
{
    if (!candidate->has_aliases) {
        candidate->has_aliases =
            module_info(&candidate->bytes, candidate->path, "alias=", &candidate->aliases);
    }
    return payload_names_has(&candidate->aliases, alias);
}

/* What it wants loaded before: names, or aliases of what may be built in as well. Aliases are only
 * looked for in the kernel's own algorithms: no other module of Debian's is asked for by one. */
static bool take_softdeps(struct modules *modules, struct candidates *candidates,
                          struct candidate *candidate, unsigned depth)
{
    struct payload_names names = {0};
    bool is_sound = module_info(&candidate->bytes, candidate->path, "softdep=", &names);
    for (size_t i = 0; is_sound && i < names.count; i++) {
        char *plain = name_plain(names.names[i], strlen(names.names[i]));
        struct candidate *before = candidate_named(candidates, plain);
        if (before != NULL) {
            is_sound = take(modules, candidates, before, depth + 1);
        }
        for (size_t j = 0; is_sound && before == NULL && j < candidates->count; j++) {
            struct candidate *other = &candidates->list[j];
            if (strstr(other->path, "/crypto/") != NULL) {
                is_sound = candidate_read(candidates, other) &&
                           (!has_alias(other, names.names[i]) ||
                            take(modules, candidates, other, depth + 1));
            }
        }
        free(plain);
    }
    payload_names_free(&names);
    return is_sound;
}

static bool take(struct modules *modules, struct candidates *candidates,
                 struct candidate *candidate, unsigned depth)
{
    if (candidate->is_taken) {
        return true;
    }
    candidate->is_taken = true; /* whoever depends on itself in a circle comes after itself */
    if (depth > DEPENDS_MAX) {
        diag_error(NULL, "%s: more than %d modules one below the other", candidate->path,
                   DEPENDS_MAX);
        return false;
    }
    if (!candidate_read(candidates, candidate) ||
        !take_softdeps(modules, candidates, candidate, depth) ||
        !take_depends(modules, candidates, candidate, depth)) {
        return false;
    }
    const char *file = strrchr(candidate->path, '/') + 1;
    modules->list =
        alloc_grow(modules->list, modules->count, &modules->capacity, sizeof(*modules->list));
    struct module *module = &modules->list[modules->count++];
    *module = (struct module){
        .name = alloc_checked(strndup(file, (size_t)(name_end(file) - file) + strlen(".ko"))),
        .bytes = candidate->bytes};
    candidate->bytes = (struct payload_bytes){0};
    return true;
}

static bool take_named(struct modules *modules, struct candidates *candidates,
                       const struct source *at, const char *name)
{
    char *plain = name_plain(name, strlen(name));
    struct candidate *candidate = candidate_named(candidates, plain);
    bool is_sound = candidate != NULL || is_builtin(candidates, plain);
    if (!is_sound) {
        diag_error(at, "there is no module \"%s\" in the packages, and it is not built in", name);
    }
    is_sound = is_sound && (candidate == NULL || take(modules, candidates, candidate, 0));
    free(plain);
    return is_sound;
}

bool modules_take(struct modules *modules, struct payload_fs *packages, const char *list)
{
    struct candidates candidates = {.packages = packages};
    struct source_text text;
    struct source at = {.file = list};
    *modules = (struct modules){0};
    if (!source_text_load(&text, list)) {
        return false;
    }
    bool is_sound = source_text_check(&text) && candidates_find(&candidates, MODULES_PLACE, 0);
    char *rest = text.bytes, *line;
    while (is_sound && (line = strsep(&rest, "\n")) != NULL) {
        at.line++;
        line[strcspn(line, "#")] = '\0';
        line += strspn(line, " \t\r");
        line[strcspn(line, " \t\r")] = '\0';
        is_sound = *line == '\0' || take_named(modules, &candidates, &at, line);
    }
    source_text_free(&text);
    for (size_t i = 0; i < candidates.count; i++) {
        free(candidates.list[i].path);
        free(candidates.list[i].name);
        payload_bytes_free(&candidates.list[i].bytes);
        payload_names_free(&candidates.list[i].aliases);
    }
    free(candidates.list);
    free(candidates.builtin);
    return is_sound;
}

void modules_free(struct modules *modules)
{
    for (size_t i = 0; i < modules->count; i++) {
        free(modules->list[i].name);
        payload_bytes_free(&modules->list[i].bytes);
    }
    free(modules->list);
}
