/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A file system that a payload is taken from, read-only: a directory of the host, a partition of a
 * disk image, the contents of Debian packages. Paths have no '/' in front; "" is the root. Links
 * are followed here, inside the file system and never out of it; what is below knows nothing of
 * them.
 */
#pragma once

#include "payload.h"

enum payload_kind {
    PAYLOAD_ABSENT,
    PAYLOAD_FILE,
    PAYLOAD_DIRECTORY,
    PAYLOAD_LINK,
    PAYLOAD_OTHER, /* a device, a pipe */
};

struct payload_fs;

/* What each sort of file system can do. No component of a path is a link, but for the last one of
 * look() and target(). */
struct payload_fs_operations {
    enum payload_kind (*look)(struct payload_fs *fs, const char *path);
    /* Where a link points, allocated; NULL if that cannot be read. */
    char *(*target)(struct payload_fs *fs, const char *path);
    /* Adds the names in a directory. Reports what is wrong and returns false. */
    bool (*list)(struct payload_fs *fs, const char *path, struct payload_names *names);
    /* Reads a file of at most `limit` bytes. Reports what is wrong and returns false. */
    bool (*read)(struct payload_fs *fs, const char *path, size_t limit, struct payload_bytes *file);
    void (*close)(struct payload_fs *fs);
};

struct payload_fs {
    char *name; /* "disk.img, partition 2", for messages */
    const struct payload_fs_operations *operations;
    void *state;
};

/* The file systems of a source, in the order in which they are searched. */
struct payload_source {
    struct payload_fs *list;
    size_t count, capacity;
    struct payload_names unread; /* partitions that cannot be read, with what is in them */
};

/* Adds a file system to a source, which takes over `name` (allocated) and `state`. */
void payload_source_add(struct payload_source *source, char *name,
                        const struct payload_fs_operations *operations, void *state);
void payload_source_free(struct payload_source *source);

/* Opens a source. Reports what is wrong and returns false; payload_source_free() in any case. */
bool payload_root_open(struct payload_source *source, const char *path);
bool payload_disk_open(struct payload_source *source, const char *path);
/* Of packages only those files can be read that `wants`, called with `context`, has said it wants;
 * NULL: what a payload may consist of. */
bool payload_debs_open(struct payload_source *source, const char *const *paths, size_t count,
                       bool (*wants)(void *context, const char *path), void *context);

/* Whether ext2, ext3 or ext4 begins at `bytes`, a superblock's place included. */
bool payload_ext_is(const uint8_t *bytes, size_t size);

/* Opens the ext2, ext3 or ext4 file system in `size` bytes, which must stay; takes over `name`. */
bool payload_ext_open(struct payload_source *source, const uint8_t *bytes, uint64_t size,
                      char *name);

/* Returns `path` without links, allocated; NULL where it leads nowhere. `kind` gets what is there;
 * never a link. */
char *payload_fs_resolve(struct payload_fs *fs, const char *path, enum payload_kind *kind);

/* Adds the names in the directory `path`, sorted; none where it does not exist. Reports a damaged
 * file system and returns false. */
bool payload_fs_list(struct payload_fs *fs, const char *path, struct payload_names *names);

/* Reads the file `path`. Reports what is wrong and returns false. */
bool payload_fs_read(struct payload_fs *fs, const char *path, size_t limit,
                     struct payload_bytes *file);
