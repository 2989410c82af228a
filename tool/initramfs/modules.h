/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The modules that a packaged kernel has, and what each says of itself. modprobe(8) finds that in
 * files that depmod(8) makes when a package is installed; a package has only the modules.
 */
#pragma once

#include "initramfs.h"

/* Bytes of the section in which a module speaks of itself; Debian's largest has 30 KiB. */
#define MODULE_INFO_MAX ((size_t)1 << 20)

/* What a module says of itself; names as the module writes them. */
struct module_info {
    struct payload_names depends; /* modules that it does not work without */
    struct payload_names before;  /* what is to be loaded before it, if there is any */
    struct payload_names aliases;
};

/* Reads it out of an unpacked module. Reports at `at` what is no module of arm64 and returns false;
 * module_info_free() in any case. */
bool module_info_read(struct module_info *info, const struct payload_bytes *module,
                      const struct source *at);
void module_info_free(struct module_info *info);

enum candidate_state {
    CANDIDATE_LEFT,
    CANDIDATE_ENTERED, /* what it depends on is being taken */
    CANDIDATE_TAKEN,
};

/* A module of the packages. */
struct candidate {
    char *path; /* in the packages */
    char *file; /* its file's name, without packing: "nvme_core.ko" */
    char *name; /* the same with - for _, and without ".ko" */
    struct module_info info;
    bool has_info;
    enum candidate_state state;
};

struct candidates {
    struct payload_fs *packages;
    struct candidate *list; /* sorted by name */
    size_t count, capacity;
    char *version;                /* the kernel's, as its directory has it */
    struct payload_names builtin; /* names of what is no module in that kernel; sorted */
    size_t directories;           /* looked into */
};

/* Finds them all. Reports that there are none, or those of several kernels, and returns false;
 * candidates_free() in any case. */
bool candidates_find(struct candidates *candidates, struct payload_fs *packages);
void candidates_free(struct candidates *candidates);

/* Which module has that name, in which - and _ are the same; NULL: none. Reports at `at` that there
 * are two and returns false. */
bool candidates_named(const struct candidates *candidates, const struct source *at,
                      const char *name, struct candidate **found);
bool candidates_builtin(const struct candidates *candidates, const char *name);

/* Reads a module, unpacked. Reports what is wrong and returns false; payload_bytes_free() it. */
bool candidate_read(const struct candidates *candidates, const struct candidate *candidate,
                    struct payload_bytes *module);
/* Sees to it that `candidate->info` is known. Reports what is wrong and returns false. */
bool candidate_know(const struct candidates *candidates, struct candidate *candidate);
