/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What is kept of Debian packages.
 */
#pragma once

#include "payload_fs.h"

struct deb_entry {
    char *path;
    enum payload_kind kind;
    char *target; /* of a link */
    bool is_kept;
    size_t order; /* in which they were read */
    struct payload_bytes bytes;
};

struct debs {
    bool (*wants)(void *context, const char *path);
    void *context;
    struct deb_entry *entries; /* sorted by path once all packages are read */
    size_t count, capacity;
    size_t kept_size;
    uint64_t files_size;
};

/* Reads the package `path` through, and adds what is in it. Reports what is wrong and returns
 * false. */
bool deb_read(struct debs *debs, const char *path);
