/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A directory of results that appears whole or not at all: it is written beside its place and then
 * put there. One that was written before, by the same command, is replaced; anything else that
 * stands there, or in it, is the user's and stays.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct outdir {
    char *path;       /* where it is to be */
    char *temporary;  /* where it is being written */
    const char *mark; /* the file by which a directory of this command's is known */
    bool is_failed;
};

/* Whether a file of that name is one that the command writes, in this run or another. */
typedef bool outdir_is_ours(const char *name);

/*
 * Begins a directory at `path`. `mark` is the name of a file that the caller puts into it, always
 * the same, and that nobody else's directory has. Reports and returns false if something stands
 * there or in it that is not ours, or it cannot be written. The caller ends with outdir_close()
 * either way.
 */
bool outdir_open(struct outdir *outdir, const char *path, const char *mark,
                 outdir_is_ours *is_ours);

/* Writes a file in it. Failures are reported, kept, and returned by outdir_close(). */
void outdir_put(struct outdir *outdir, const char *name, const void *bytes, size_t size);

/* Puts the directory into its place if `is_good` and all has been written; else nothing is left of
 * it. Returns whether it is in its place. */
bool outdir_close(struct outdir *outdir, bool is_good);
