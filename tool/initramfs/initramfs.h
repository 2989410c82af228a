/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * An initial RAM disk made by a recipe: files of the host and out of Debian packages, and modules
 * of a packaged kernel with all that they depend on. The same input gives the same bytes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "file.h"
#include "payload_fs.h"

#define RECIPE_PACKAGED "deb:" /* before a path of `contents` that is one in a package */

/* What Linux, which unpacks it, leaves out without a word when it is longer (init/initramfs.c):
 * characters of a path or a link's target (PATH_MAX without the NUL), and of a component. */
#define RECIPE_PATH_MAX 4095
#define RECIPE_NAME_MAX 255

enum recipe_type {
    RECIPE_UNSAID,
    RECIPE_DIRECTORY,
    RECIPE_FILE,
    RECIPE_LINK,
};

/* A line of a recipe. Strings are allocated. */
struct recipe_entry {
    struct source at;
    char *path; /* "bin/sh"; "." is the root */
    enum recipe_type type;
    unsigned mode; /* permissions */
    unsigned uid, gid;
    uint64_t time;  /* seconds since 1970 */
    char *link;     /* what a link points to */
    char *contents; /* of a file: a path of the host's, or behind RECIPE_PACKAGED of a package's */
};

struct recipe {
    char *path;
    struct recipe_entry *entries;
    size_t count, capacity;
    const struct recipe_entry **by_path; /* all entries, sorted; of equal ones the first line's */
};

/*
 * Reads the recipe `path`: lines of mtree(5) with the keywords type (dir, file, link), mode, uid,
 * gid, time, nlink, link and contents, and /set lines with values for those that follow. Reports
 * every mistake in the lines, or where there is none, every one that recipe_check() finds between
 * them, and returns false if there was one; recipe_free() in any case.
 */
bool recipe_read(struct recipe *recipe, const char *path);
void recipe_free(struct recipe *recipe);

/* recipe_check.c: reports paths that stand there twice, or without their directory above them, and
 * entries that lack something or have too much; returns false if there were any. Sorts `by_path`.
 */
bool recipe_check(struct recipe *recipe);
/* The first entry of that path in a checked recipe; NULL: there is none. */
const struct recipe_entry *recipe_find(const struct recipe *recipe, const char *path);

/* Kernel modules in the order in which they have to be loaded. */
struct modules {
    struct module *list;
    size_t count, capacity;
    size_t size; /* bytes of all */
};

struct module {
    char *name; /* its file's, without directory and packing: "nvme-core.ko" */
    struct payload_bytes bytes;
};

/*
 * Takes the modules that the text file `list` names (a name a line, # begins a comment) out of the
 * kernel package, after those that each depends on. What is built into that kernel is passed over.
 * Reports what there is not and returns false; modules_free() in any case.
 */
bool modules_take(struct modules *modules, struct payload_fs *packages, const char *list);
void modules_free(struct modules *modules);

/* What is asked for. */
struct initramfs_request {
    const char *recipe;
    const char *modules; /* file with their names; NULL: none */
    const char *const *debs;
    size_t deb_count;
    struct file_search search; /* for contents, by file_find_beside() */
    const char *output;
};

/* Makes it and writes it. Reports what is wrong and returns false; then nothing was written. */
bool initramfs_make(const struct initramfs_request *request);
