/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A second reading of a device tree, on libfdt alone: what `drover compose` says of a board and of
 * a guest is compared with it. It shares no code with the tool, and goes the other way about
 * things: from a node up, anew for each question.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
    uint64_t base, size; /* PA, bytes */
};

struct spans {
    struct span *entries;
    size_t count, capacity;
};

void spans_add(struct spans *spans, uint64_t base, uint64_t size);
void spans_free(struct spans *spans);

/* The first of the spans that overlaps [base, base + size), or NULL. */
const struct span *spans_hit(const struct spans *spans, uint64_t base, uint64_t size);

/* Whether every byte of [base, base + size) is in the spans, which are in order. */
bool spans_cover(const struct spans *spans, uint64_t base, uint64_t size);
void spans_sort(struct spans *spans);

struct oracle_node {
    int offset, parent; /* parent: index, or -1 */
    bool enabled;       /* with all above it */
    bool gic, kernels;  /* see oracle_is_gic(), oracle_is_kernels() */
    const char *compatible;
    int compatible_length;
};

struct oracle {
    const void *fdt;
    struct oracle_node *nodes; /* in the order of the tree */
    size_t count, capacity;
    int *by_phandle; /* index of the node by phandle, or -1 */
    size_t phandle_count;
};

void oracle_open(struct oracle *oracle, const void *fdt);
void oracle_close(struct oracle *oracle);

/* A node's index by its offset or phandle, or -1. */
int oracle_at(const struct oracle *oracle, int offset);
int oracle_phandle(const struct oracle *oracle, uint32_t phandle);

/* Adds the PAs of the node's registers; of a PCI host its windows as well, each cut to
 * `window_max` bytes. */
void oracle_regs(const struct oracle *oracle, size_t node, uint64_t window_max,
                 struct spans *spans);

/* Whether a compatible string contains `text`. */
bool oracle_compatible_has(const struct oracle *oracle, size_t node, const char *text);
bool oracle_is_pci(const struct oracle *oracle, size_t node);
bool oracle_is_gic(const struct oracle *oracle, size_t node);

/* Whether the node or one above it is what no guest may reach: GIC and what belongs to it, IOMMUs,
 * the timers of the CPUs. */
bool oracle_is_kernels(const struct oracle *oracle, size_t node);

struct line {
    uint32_t intid;
    bool edge;
};

struct lines {
    struct line *entries;
    size_t count, capacity;
};

/* Adds the interrupts of the node that arrive at the GIC. */
void oracle_lines(const struct oracle *oracle, size_t node, struct lines *lines);

/* Calls `found` with each node that the node does not work without, and the property that names
 * it. */
void oracle_needs(const struct oracle *oracle, size_t node,
                  void (*found)(void *data, const char *property, int target), void *data);
