/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Takes modules of a packaged kernel: by name, each after what it depends on.
 */
#include "modules.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"
#include "lines.h"

#define DEPENDS_MAX 32 /* modules one below the other; Debian's have some ten */

/* What goes in and comes out. */
struct taking {
    struct candidates candidates;
    struct modules *modules;
};

static bool take(struct taking *taking, struct candidate *candidate, unsigned depth);

/* Takes what the module does not work without. */
static bool take_depends(struct taking *taking, const struct candidate *candidate, unsigned depth)
{
    const struct source at = {.file = candidate->path};
    for (size_t i = 0; i < candidate->info.depends.count; i++) {
        const char *name = candidate->info.depends.names[i];
        struct candidate *below;
        if (!candidates_named(&taking->candidates, &at, name, &below)) {
            return false;
        }
        if (below == NULL && !candidates_builtin(&taking->candidates, name)) {
            diag_error(&at,
                       "it depends on \"%s\", which is neither in the packages nor built in; give "
                       "the package that has it with --deb",
                       name);
            return false;
        }
        if (below != NULL && below->state == CANDIDATE_ENTERED) {
            diag_error(&at,
                       "it depends on \"%s\", which has to wait for it in turn; no order will "
                       "do; leave one of them out",
                       name);
            return false;
        }
        if (below != NULL && !take(taking, below, depth + 1)) {
            return false;
        }
    }
    return true;
}

/* Takes the modules that have an alias. They are looked for among the kernel's algorithms: for
 * these alone modules ask by alias, since several can do the same. */
static bool take_aliased(struct taking *taking, const char *alias, unsigned depth)
{
    for (size_t i = 0; i < taking->candidates.count; i++) {
        struct candidate *candidate = &taking->candidates.list[i];
        if (strstr(candidate->path, "/crypto/") == NULL || candidate->state != CANDIDATE_LEFT) {
            continue;
        }
        if (!candidate_know(&taking->candidates, candidate) ||
            (payload_names_has(&candidate->info.aliases, alias) &&
             !take(taking, candidate, depth + 1))) {
            return false;
        }
    }
    return true;
}

/* Takes what it wants loaded before: names, or aliases. It does without what there is not. */
static bool take_before(struct taking *taking, const struct candidate *candidate, unsigned depth)
{
    const struct source at = {.file = candidate->path};
    for (size_t i = 0; i < candidate->info.before.count; i++) {
        const char *name = candidate->info.before.names[i];
        struct candidate *before;
        if (!candidates_named(&taking->candidates, &at, name, &before)) {
            return false;
        }
        bool is_sound = before == NULL
                            ? take_aliased(taking, name, depth)
                            : before->state == CANDIDATE_ENTERED || take(taking, before, depth + 1);
        if (!is_sound) {
            return false;
        }
    }
    return true;
}

static bool module_add(struct taking *taking, const struct candidate *candidate)
{
    struct modules *modules = taking->modules;
    struct payload_bytes bytes;
    if (!candidate_read(&taking->candidates, candidate, &bytes)) {
        return false;
    }
    modules->list =
        alloc_grow(modules->list, modules->count, &modules->capacity, sizeof(*modules->list));
    modules->list[modules->count++] =
        (struct module){.name = alloc_checked(strdup(candidate->file)), .bytes = bytes};
    modules->size += bytes.size;
    if (modules->size > PAYLOAD_INITRD_MAX) {
        diag_error(NULL,
                   "the modules have more than %zu MiB, the most of an initial RAM disk; "
                   "name fewer",
                   PAYLOAD_INITRD_MAX >> 20);
        return false;
    }
    return true;
}

static bool take(struct taking *taking, struct candidate *candidate, unsigned depth)
{
    if (candidate->state == CANDIDATE_TAKEN) {
        return true;
    }
    if (depth > DEPENDS_MAX) {
        diag_error(&(struct source){.file = candidate->path},
                   "it is the last of more than %d modules that depend on each other; is it a "
                   "kernel's package?",
                   DEPENDS_MAX);
        return false;
    }
    candidate->state = CANDIDATE_ENTERED;
    bool is_sound = candidate_know(&taking->candidates, candidate) &&
                    take_before(taking, candidate, depth) &&
                    take_depends(taking, candidate, depth) && module_add(taking, candidate);
    candidate->state = CANDIDATE_TAKEN; /* or given up, which has been reported once */
    return is_sound;
}

/* Takes the module that a line of the list names. */
static bool line_take(struct taking *taking, const struct source *at, char *line)
{
    struct candidate *candidate;
    line[strcspn(line, "#")] = '\0';
    char *name = strsep(&line, LINES_BLANKS);
    if (line != NULL && line[strspn(line, LINES_BLANKS)] != '\0') {
        diag_error(at, "\"%s\" behind \"%s\": expected one module a line", line, name);
        return false;
    }
    if (!candidates_named(&taking->candidates, at, name, &candidate)) {
        return false;
    }
    if (candidate == NULL && !candidates_builtin(&taking->candidates, name)) {
        diag_error(at,
                   "there is no module \"%s\" in the packages, and it is not built in; expected "
                   "its name as modprobe(8) takes it, without \".ko\"",
                   name);
        return false;
    }
    return candidate == NULL || take(taking, candidate, 0);
}

bool modules_take(struct modules *modules, struct payload_fs *packages, const char *list)
{
    struct taking taking = {.modules = modules};
    struct lines lines;
    *modules = (struct modules){0};
    if (!lines_open(&lines, list, "a list of modules")) {
        return false;
    }
    bool is_sound = candidates_find(&taking.candidates, packages);
    bool goes_on = is_sound;
    char *line;
    while (goes_on && (line = lines_next(&lines)) != NULL) {
        is_sound = line_take(&taking, &lines.at, line) && is_sound;
        goes_on = modules->size <= PAYLOAD_INITRD_MAX;
    }
    lines_close(&lines);
    candidates_free(&taking.candidates);
    return is_sound;
}

void modules_free(struct modules *modules)
{
    for (size_t i = 0; i < modules->count; i++) {
        free(modules->list[i].name);
        payload_bytes_free(&modules->list[i].bytes);
    }
    free(modules->list);
    *modules = (struct modules){0};
}
