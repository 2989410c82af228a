/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Composing for many boards, and checking what comes out against the oracle. A board is composed
 * for in a process of its own, which says on its standard output what it found: see result.h.
 */
#pragma once

#include "board.h"
#include "compose.h"
#include "oracle.h"

#define CORPUS_RAM   (UINT64_C(64) << 20) /* of a guest */
#define CORPUS_IMAGE (UINT64_C(32) << 20) /* that the image takes at least */

/* A board's tree, and what both readers say of it. */
struct subject {
    const char *path;
    struct file file;
    struct devtree devtree;
    struct board board;
    struct oracle oracle;
    struct spans kept; /* PAs that nobody may be given: the kernel's, and memory */
    struct spans reserved;
    const char *payload; /* directory */
    size_t failure_count;
};

/* Reads a tree; where it has no RAM, facts are made up that put some where no device is. Returns
 * false, with the reason among the captured messages, if there is no composing for the board. */
bool subject_open(struct subject *subject, const char *path, const char *payload);
void subject_close(struct subject *subject);

/* Prints that a check failed in the run called `run`. */
void subject_fail(struct subject *subject, const char *run, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What was made for one request, as others would read it. */
struct mapping {
    char region[64];
    uint64_t gpa, pa, size, page_size;
    bool is_cached;
};

struct owned {
    uint64_t pa, size;
    const char *node;
};

struct routed {
    uint32_t intid;
    bool edge;
    const char *node, *property;
};

struct json_object;

struct artefacts {
    struct mapping *maps; /* of the VM, by composed.system */
    size_t map_count;
    struct line *lines;
    size_t line_count;
    struct json_object *json;
    struct owned *pages; /* of the VM, by compose.json */
    size_t page_count;
    struct routed *routes;
    size_t route_count;
    char *table;
    size_t table_size;
    struct oracle guest;
};

/* Prints and reads back what belongs to a VM; fails the run and returns false if that cannot be. */
bool artefacts_open(struct artefacts *artefacts, struct subject *subject, const char *run,
                    const struct compose *compose, size_t vm);
void artefacts_close(struct artefacts *artefacts);

/* check_*.c: compare the artefacts of a VM with the board. */
void check_pages(struct subject *subject, const char *run, const struct artefacts *artefacts);
void check_lines(struct subject *subject, const char *run, const struct artefacts *artefacts);
void check_needs(struct subject *subject, const char *run, const struct artefacts *artefacts);
void check_memory(struct subject *subject, const char *run, const struct artefacts *artefacts,
                  const struct compose *compose, size_t vm);
void check_table(struct subject *subject, const char *run, const struct artefacts *artefacts,
                 const struct compose *compose, size_t vm);

/* check_source.c: dtc reads the printed source back to the guest's tree. */
void check_source(struct subject *subject, const char *run, const struct compose *compose,
                  size_t vm);

/* trial.c: composes, checks, and returns whether it was composed; what was wrong with the request
 * is among the captured messages. `is_thorough` adds check_source(). */
bool trial(struct subject *subject, const char *run, const struct compose_request *request,
           bool is_thorough);

/* The same for one VM that is given one node. */
bool trial_device(struct subject *subject, size_t node);
