/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A file system that a payload is taken from: paths and links.
 */
#include "payload_fs.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"

#define LINKS_MAX 40 /* followed on one way, as in Linux (MAXSYMLINKS) */

void payload_source_add(struct payload_source *source, char *name,
                        const struct payload_fs_operations *operations, void *state)
{
    source->list =
        alloc_grow(source->list, source->count, &source->capacity, sizeof(*source->list));
    source->list[source->count++] =
        (struct payload_fs){.name = name, .operations = operations, .state = state};
}

void payload_source_free(struct payload_source *source)
{
    for (size_t i = 0; i < source->count; i++) {
        source->list[i].operations->close(&source->list[i]);
        free(source->list[i].name);
    }
    free(source->list);
    payload_names_free(&source->unread);
    *source = (struct payload_source){0};
}

/* A way through the tree: what is behind, free of links, and what is still ahead. */
struct way {
    char *behind; /* allocated */
    char *ahead;  /* allocated */
    int links;
};

/* Takes the first component off what is ahead; NULL at the end. Allocated. */
static char *component_take(struct way *way)
{
    char *start = way->ahead + strspn(way->ahead, "/");
    size_t length = strcspn(start, "/");
    if (length == 0) {
        return NULL;
    }
    char *component = alloc_checked(strndup(start, length));
    memmove(way->ahead, start + length, strlen(start + length) + 1);
    return component;
}

/* One step up; the root's parent is the root. */
static void go_up(struct way *way)
{
    char *slash = strrchr(way->behind, '/');
    *(slash == NULL ? way->behind : slash) = '\0';
}

/* Puts a link's target in front of what is ahead. */
static bool link_follow(struct payload_fs *fs, struct way *way, const char *path)
{
    char *target = fs->operations->target(fs, path);
    if (target == NULL || ++way->links > LINKS_MAX ||
        strlen(target) + strlen(way->ahead) > PAYLOAD_PATH_MAX) {
        free(target);
        return false;
    }
    if (target[0] == '/') {
        way->behind[0] = '\0';
    }
    char *ahead = payload_text("%s/%s", target, way->ahead);
    free(way->ahead);
    free(target);
    way->ahead = ahead;
    return true;
}

/* Goes one component on. `kind` gets what is reached. */
static bool step(struct payload_fs *fs, struct way *way, const char *component,
                 enum payload_kind *kind)
{
    if (strcmp(component, ".") == 0) {
        return true;
    }
    if (strcmp(component, "..") == 0) {
        go_up(way);
        *kind = PAYLOAD_DIRECTORY;
        return true;
    }
    char *path = payload_text("%s%s%s", way->behind, way->behind[0] == '\0' ? "" : "/", component);
    *kind = strlen(path) > PAYLOAD_PATH_MAX ? PAYLOAD_ABSENT : fs->operations->look(fs, path);
    if (*kind == PAYLOAD_LINK) {
        bool followed = link_follow(fs, way, path);
        free(path);
        *kind = PAYLOAD_DIRECTORY; /* of what is behind */
        return followed;
    }
    free(way->behind);
    way->behind = path;
    return *kind != PAYLOAD_ABSENT;
}

char *payload_fs_resolve(struct payload_fs *fs, const char *path, enum payload_kind *kind)
{
    struct way way = {.behind = alloc_array(1, 1), .ahead = alloc_checked(strdup(path))};
    bool is_there = true;
    char *component;
    *kind = PAYLOAD_DIRECTORY;
    while (is_there && (component = component_take(&way)) != NULL) {
        is_there = *kind == PAYLOAD_DIRECTORY && step(fs, &way, component, kind);
        free(component);
    }
    free(way.ahead);
    if (!is_there) {
        *kind = PAYLOAD_ABSENT;
        free(way.behind);
        return NULL;
    }
    return way.behind;
}

/* Of equal names, which a damaged directory may have, one is kept. */
static void names_unique(struct payload_names *names)
{
    size_t kept = 0;
    for (size_t i = 0; i < names->count; i++) {
        if (kept > 0 && strcmp(names->names[kept - 1], names->names[i]) == 0) {
            free(names->names[i]);
        } else {
            names->names[kept++] = names->names[i];
        }
    }
    names->count = kept;
}

bool payload_fs_list(struct payload_fs *fs, const char *path, struct payload_names *names)
{
    enum payload_kind kind;
    char *resolved = payload_fs_resolve(fs, path, &kind);
    bool listed = kind != PAYLOAD_DIRECTORY || fs->operations->list(fs, resolved, names);
    free(resolved);
    payload_names_sort(names);
    names_unique(names);
    return listed;
}

bool payload_fs_read(struct payload_fs *fs, const char *path, size_t limit,
                     struct payload_bytes *file)
{
    enum payload_kind kind;
    char *resolved = payload_fs_resolve(fs, path, &kind);
    *file = (struct payload_bytes){0};
    bool is_read = false;
    if (kind == PAYLOAD_FILE) {
        is_read = fs->operations->read(fs, resolved, limit, file);
    } else {
        diag_error(NULL, "%s: \"%s\" %s", fs->name, path,
                   kind == PAYLOAD_ABSENT ? "is not there, or is a link that leads nowhere"
                                          : "is no ordinary file");
    }
    free(resolved);
    return is_read;
}
