/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Finds in a source what a payload consists of, and says why it is that. Each function reports what
 * is wrong and returns false; what is not there at all is no error but leaves its part empty.
 */
#pragma once

#include "payload_fs.h"

/* A file of a source. */
struct payload_found {
    struct payload_fs *fs;
    char *path;  /* without links */
    char *link;  /* a link that points to it; NULL: none */
    char *shown; /* a device tree: its path below the directory of trees; else NULL */
};

struct payload_founds {
    struct payload_found *list;
    size_t count, capacity;
};

/* Adds the file that `path` leads to, unless it is there already or no file. */
void payload_founds_add(struct payload_founds *founds, struct payload_fs *fs, const char *path,
                        const char *shown);
/* The paths of all but `except`, at most `shown`, joined, with their file systems' names if there
 * are several; allocated. */
char *payload_founds_join(const struct payload_founds *founds, const struct payload_found *except,
                          size_t shown);
void payload_founds_free(struct payload_founds *founds);

/* "disk.img, partition 2: boot/Image", allocated. */
char *payload_found_name(const struct payload_found *found);

/* The part of a path behind its last '/'. */
const char *payload_base_name(const char *path);
bool payload_ends_with(const char *text, const char *end);

/* Whether the file name `name` has `version` in it as a whole: not "6.1.0-5" in "6.1.0-56". */
bool payload_name_has_version(const char *name, const char *version);

bool payload_find_kernel(struct payload *payload, struct payload_source *source,
                         const struct payload_request *request);
bool payload_find_initrd(struct payload *payload, struct payload_source *source);
bool payload_find_tree(struct payload *payload, struct payload_source *source,
                       const struct payload_request *request);
bool payload_find_modules(struct payload *payload, struct payload_source *source);
