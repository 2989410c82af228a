/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Files of the host: found along the search path, mapped for reading, written whole or not at all.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "system.h"

/* A file's contents, mapped privately. An empty file has `bytes` NULL. */
struct file {
    uint8_t *bytes;
    size_t size; /* bytes */
};

/* Where relative paths of a description are looked for, in this order: the directories of
 * --search-path, the working directory, the directory of the description; programs last of all
 * among those of the SDK. */
struct file_search {
    const char *const *directories;
    size_t directory_count;
    const char *description_path;
    const char *program_directory; /* the SDK's; NULL: none */
};

/* Maps the ordinary file `path`; waits for nobody. On failure reports it at `at` (which may be
 * NULL) and returns false. */
bool file_map(struct file *file, const char *path, const struct source *at);
void file_unmap(struct file *file);

/*
 * Returns the path under which `path` exists, which the caller frees. Where it is in none of the
 * places, reports at `at` what was looked for and where, and returns NULL.
 */
char *file_find(const struct file_search *search, const char *path, const struct source *at);

/* The same, but not in the working directory: what a recipe takes does not depend on where it is
 * called from. */
char *file_find_beside(const struct file_search *search, const char *path, const struct source *at);

/* The same as file_find() for a program. */
char *file_find_program(const struct file_search *search, const char *path,
                        const struct source *at);

/* Replaces the file `path` by `size` bytes in one step; on failure reports it, leaves what was
 * there, and returns false. A device or pipe is not replaced, but written to. */
bool file_write(const char *path, const void *bytes, size_t size);
