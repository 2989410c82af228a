/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A directory of results that appears whole or not at all: it is written beside its place and then
 * put there. One that was written before, by the same command, is replaced, unless somebody has put
 * something into it; anything else that stands there is the user's and stays.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct outdir {
    char *path;      /* where it is to be */
    char *temporary; /* where it is being written */
    bool is_failed;
};

/*
 * Begins a directory at `path`. `mark` is the name of a file that the caller puts into it, always
 * the same, and that nobody else's directory has; `is_ours` says of a name whether the caller may
 * have written a file that is called so. Reports and returns false if something stands there that
 * is not ours, or it cannot be written. The caller ends with outdir_close() either way.
 */
bool outdir_open(struct outdir *outdir, const char *path, const char *mark,
                 bool (*is_ours)(const char *name));

/* Writes a file in it. Failures are reported, kept, and returned by outdir_close(). */
void outdir_put(struct outdir *outdir, const char *name, const void *bytes, size_t size);

/* Puts the directory into its place if `is_good` and all has been written; else nothing is left of
 * it. Returns whether it is in its place. */
bool outdir_close(struct outdir *outdir, bool is_good);
