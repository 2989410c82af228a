/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Changing a copy of the board's tree. The first thing that fails is kept, and everything after it
 * does nothing: whoever edits looks once, at the end.
 */
#pragma once

#include "compose.h"

/* A provider's clock that the guest finds running. */
struct frozen_clock {
    uint32_t phandle; /* of its fixed-clock node */
    uint32_t rate;    /* Hz */
    char name[64];
};

struct edit {
    struct compose *compose;
    size_t vm;
    void *fdt;       /* the copy; nodes not yet edited stand at their offsets in the original */
    int error;       /* of libfdt; 0: none */
    bool is_refused; /* something else was wrong, and has been reported */
    uint32_t next_phandle;
    struct frozen_clock *clocks;
    size_t clock_count, clock_capacity;
};

void edit_open(struct edit *edit);

/* Reports what failed, if anything did, frees, and returns whether all is well. */
bool edit_close(struct edit *edit);

/* Keeps an error of libfdt; 0 is none. */
void edit_fail(struct edit *edit, int error);

/* Edits of a node of the original, by its index. Nodes after it must have been edited before. */
void edit_set(struct edit *edit, size_t node, const char *name, const void *value, size_t size);
void edit_delete_property(struct edit *edit, size_t node, const char *name);
void edit_delete(struct edit *edit, size_t node);

/* New nodes, by their offset in the copy, after all edits. */
int edit_add_node(struct edit *edit, int parent, const char *name);
void edit_add(struct edit *edit, int node, const char *name, const void *value, size_t size);
void edit_add_cell(struct edit *edit, int node, const char *name, uint32_t value);

/* Writes a number as `count` big-endian cells, one or two. */
void edit_put_cells(uint8_t *cells, uint64_t value, size_t count);

/* ---- compose_guest_virtio.c ---- */

/* Adds the virtio devices, and /chosen's command line, with a console where the VM has one of them
 * and names no other. */
void edit_add_virtio(struct edit *edit);
void edit_add_bootargs(struct edit *edit, int chosen);

/* Whether a VM may have devices of the board; else its tree has of the board only the core ... */
bool edit_has_devices(const struct vm_request *request);

/* ... which are the GIC, the timers of the CPUs, and the nodes above them. */
bool edit_is_core(const struct devtree *devtree, size_t index);

/* compose_freeze.c: removes from a node the references that its guest cannot follow; clocks of a
 * provider that stays as it is are replaced by nodes with their rate ... */
void edit_dropped(struct edit *edit, size_t node);

/* ... which this adds. */
void edit_add_clocks(struct edit *edit);
