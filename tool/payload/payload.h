/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A guest's payload: its kernel, its initial RAM disk and its device tree, taken from where a
 * distribution keeps them. What is read here may come from a stranger's disk: every size is bounded
 * and every offset is checked before it is used.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "system.h"

/* What is refused as too large, in bytes. A kernel of Debian has 33 MiB, an initrd with all modules
 * and firmware a few hundred; a device tree of a large board has 200 KiB. (Fuzzers set less.) */
#ifndef PAYLOAD_KERNEL_MAX
#define PAYLOAD_KERNEL_MAX   ((size_t)512 << 20)
#define PAYLOAD_INITRD_MAX   ((size_t)1024 << 20)
#define PAYLOAD_UNPACKED_MAX ((size_t)2048 << 20) /* of an initrd */
#define PAYLOAD_MODULE_MAX   ((size_t)64 << 20)
#endif
#define PAYLOAD_TREE_MAX ((size_t)2 << 20) /* Linux takes no more: arm64/booting.rst */

#define PAYLOAD_DEPTH_MAX 64 /* of directories and of nodes; no board comes near */
#define PAYLOAD_NAMES_MAX 65536
#define PAYLOAD_PATH_MAX  4096 /* characters, as in Linux (PATH_MAX) */

/* Bytes that somebody has allocated, aligned for anything. payload_bytes_free() ends them. */
struct payload_bytes {
    uint8_t *bytes;
    size_t size;
};

void payload_bytes_free(struct payload_bytes *bytes);

/* A list of strings that it owns. */
struct payload_names {
    char **names;
    size_t count, capacity;
};

void payload_names_add(struct payload_names *list, const char *name);
void payload_names_add_format(struct payload_names *list, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool payload_names_has(const struct payload_names *list, const char *name);
void payload_names_sort(struct payload_names *list);
/* Returns "A, B, C and 12 more" with at most `shown` of them, allocated. */
char *payload_names_join(const struct payload_names *list, size_t shown);
void payload_names_free(struct payload_names *list);

/* Returns formatted text, allocated. Never returns NULL. */
char *payload_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ways in which kernels, initrds and modules are packed. */
enum payload_packing {
    PACKING_NONE,
    PACKING_GZIP,
    PACKING_XZ,
    PACKING_LZMA,
    PACKING_ZSTD,
    PACKING_LZ4,
    PACKING_BZIP2,
    PACKING_LZO, /* known, to be refused by name */
};

/* What the first bytes say. */
enum payload_packing payload_packing_of(const uint8_t *bytes, size_t size);
const char *payload_packing_name(enum payload_packing packing);

/* Where unpacking reads from, what it may grow to, and what is said of it. */
struct payload_packed {
    const uint8_t *bytes;
    size_t size;
    enum payload_packing packing;
    size_t limit;     /* bytes of the result */
    const char *what; /* "kernel", for messages */
    const struct source *at;
};

/*
 * Unpacks. `consumed`, which may be NULL, gets how many of the packed bytes that took. Reports a
 * damaged or too large file and returns false.
 */
bool payload_unpack(const struct payload_packed *packed, struct payload_bytes *out,
                    size_t *consumed);

/* A kernel that Drover can start: an uncompressed arm64 Image. */
struct payload_kernel {
    struct payload_bytes image;
    char *version;        /* of the banner "Linux version VERSION (...", as `uname -r` says it */
    char *from;           /* where it was found */
    char *name;           /* its file name there */
    char *how;            /* "as it is", or "gzip, 9 bytes of packed" and the like */
    char *why;            /* why this one */
    uint64_t text_offset; /* bytes above a 2 MiB boundary of GPA */
    uint64_t image_size;  /* bytes of memory from there, with its bss */
    uint64_t flags;
};

/*
 * Unpacks and checks the kernel in `file`, of which `at` speaks in messages. `kernel->from`,
 * `name` and `why` are the caller's. Reports what is no kernel of arm64 and returns false. The
 * file's bytes may be freed afterwards.
 */
bool payload_kernel_read(struct payload_kernel *kernel, const struct payload_bytes *file,
                         const struct source *at);
void payload_kernel_free(struct payload_kernel *kernel);

/* An initial RAM disk, kept as it is found. */
struct payload_initrd {
    struct payload_bytes file;
    char *from, *why;
    struct payload_names packings; /* of its segments, in order */
    struct payload_names modules;  /* X of each lib/modules/X in it */
    char *module;                  /* the first module's path; NULL: none */
    char *vermagic;                /* the kernel version it was built for; NULL: unknown */
    size_t entry_count;
};

/* Walks through `initrd->file`. Reports what is no cpio archive and returns false. */
bool payload_initrd_walk(struct payload_initrd *initrd, const struct source *at);
void payload_initrd_free(struct payload_initrd *initrd);

/* The kernel version in a module's "vermagic", allocated; NULL where there is none. */
char *payload_vermagic(const uint8_t *bytes, size_t size);

/* A flattened device tree. */
struct payload_tree {
    struct payload_bytes fdt; /* 8-byte aligned, checked whole by libfdt */
    char *from, *why;
    char *model;                     /* NULL: the tree has none */
    struct payload_names compatible; /* of its root */
    bool live;                       /* from a directory: memory reservations are unknown */
};

/*
 * Reads a device tree: a directory in the shape of /proc/device-tree or a file. `why` is the
 * caller's. Reports what is wrong and returns false.
 */
bool payload_tree_read(struct payload_tree *tree, const char *path);
/* Takes over `file`, found as `from`. On failure it is freed. */
bool payload_tree_take(struct payload_tree *tree, struct payload_bytes *file, const char *from);
void payload_tree_free(struct payload_tree *tree);

/* Makes a flattened tree of the directory `path`. Reports what is wrong and returns false. */
bool payload_live_read(struct payload_bytes *fdt, const char *path);

/*
 * Says on stdout in what the tree `live` differs from `disk` and whether that matters to a guest.
 * Returns how many differences matter.
 */
size_t payload_diff(const struct payload_tree *live, const struct payload_tree *disk);

/* All that was taken. */
struct payload {
    struct payload_kernel kernel;
    struct payload_initrd initrd; /* file.bytes is NULL where there is none */
    struct payload_tree tree;     /* fdt.bytes is NULL where there is none */
    struct payload_names modules; /* X of each lib/modules/X beside the kernel */
    struct payload_names notes;   /* what was passed over, and what else is worth knowing */
};

void payload_free(struct payload *payload);

/* What is asked for. NULL: not given. */
struct payload_request {
    const char *root, *disk;
    const char *const *debs;
    size_t deb_count;
    const char *kernel, *initrd, *tree; /* files in place of what the source has */
    const char *version;                /* of the kernel, where there are several */
    const char *tree_name;              /* which of the source's trees, by the end of its path */
    const char *tree_like;              /* the tree that says which board, by its compatible */
    const char *output;
    bool force;
};

/* Finds and reads the payload. Reports what is wrong and returns false. */
bool payload_collect(struct payload *payload, const struct payload_request *request);

/* Checks that kernel, modules and initrd are of one version; `force` makes mistakes warnings. */
bool payload_agree(const struct payload *payload, bool force);

/* Says on stdout what was taken, and why. */
void payload_print(const struct payload *payload);

/* The contents of payload.json, allocated. */
char *payload_json(const struct payload *payload);

/*
 * Writes the directory `path`, whole or not at all. One that an earlier run made, or an empty one,
 * is replaced; any other is refused. Reports what is wrong and returns false.
 */
bool payload_write(const struct payload *payload, const char *path);

/* Whether payload_write() would refuse `path`, for whoever wants to know before a long read.
 * Reports why and returns false. */
bool payload_write_check(const char *path);
