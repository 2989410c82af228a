/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `drover check`: a description against the board's device tree. Each check_*.c has the rules of
 * one matter; check.c is their table of contents.
 */
#pragma once

#include <stdio.h>

#include "board.h"
#include "check_finding.h"
#include "check_model.h"
#include "devclass.h"
#include "tree.h"

/* A guest's device tree, of the VM `vm_name`; NULL: of all that have no other. */
struct check_guest {
    const char *vm_name;
    const struct devtree *tree;
};

struct check_input {
    const struct check_model *model;
    const struct devtree *tree; /* the board's */
    const struct board *board;  /* the facts that count; the tree alone may have made them */
    bool kernel_prints;         /* on the board's console: a debug configuration */
    const struct check_guest *guests;
    size_t guest_count;
};

/* An interrupt that a node raises at the GIC. */
struct check_line {
    uint32_t intid;
    size_t node;
    enum trigger trigger;
};

/* What a party's maps grant, and what its guest expects. */
struct check_grant {
    struct range *devices; /* PAs beyond RAM, merged and sorted, in whole pages as far as given */
    size_t device_count;
    bool is_given[GIC_LINES_MAX]; /* interrupts */
    const struct devtree *guest;  /* the tree of its VM; NULL: none was given, the board's counts */
    bool expects;                 /* it has a VM that drives devices */
    size_t *guest_nodes; /* by node of the board's tree: the same in `guest`, or NODE_NONE */
    bool *is_wanted;     /* by node of the board's tree: enabled in its guest's tree */
};

struct check {
    const struct check_input *input;
    const struct check_model *model;
    const struct devtree *tree;
    const struct board *board;
    struct check_line *lines; /* by ascending intid, then node */
    size_t line_count, line_capacity;
    struct devclass *classes; /* by node of the board's tree */
    struct range *nodes;      /* all registers of the tree, in whole pages, merged and sorted */
    size_t node_range_count;
    struct check_grant *grants; /* by party */
    struct check_findings findings;
};

/* Finds what is wrong. The caller frees with check_free(). */
void check_run(struct check *check, const struct check_input *input);
void check_free(struct check *check);

/* Whether there is a finding that nobody has accepted. */
bool check_failed(const struct check *check);

/* Prints for people, every item of a finding if `verbose`; or one JSON object. */
void check_print(const struct check *check, const char *path, bool verbose, FILE *out);
void check_write_json(const struct check *check, const char *path, FILE *out);

/* ---- check_grant.c: what is worked out before the rules ---- */

void check_grants_make(struct check *check);
void check_grants_free(struct check *check);

/* ---- check_view.c: what the rules ask ---- */

/* The PAs of a map's region; false if they are not known, or are RAM. */
bool check_device_range(const struct check *check, const struct check_map *map,
                        struct range *range);

/* The same of RAM; `*is_fixed` says whether its PA is given, without which the base is 0. */
bool check_ram_range(const struct check *check, const struct check_map *map, struct range *range,
                     bool *is_fixed);

/* Whether sorted ranges contain all of a range, or any byte of it. */
bool check_covers(const struct range *ranges, size_t count, const struct range *wanted);
bool check_touches(const struct range *ranges, size_t count, const struct range *wanted);

/* A range in whole pages. */
struct range check_pages(const struct range *range);

/* Whether a party is granted any register of a node, and whether all. */
bool check_has_some(const struct check *check, size_t party, size_t node);
bool check_has_all(const struct check *check, size_t party, size_t node);

/* The interrupts of the tree with that number: the first of them; `*count` of them follow. */
const struct check_line *check_lines(const struct check *check, uint32_t intid, size_t *count);

/* The device that a node is or is a part of. */
size_t check_device_of(const struct check *check, size_t node);

/* The first map of the party that grants a byte of the node's registers, or NULL. */
const struct check_map *check_map_of(const struct check *check, size_t party, size_t node);

/* Where findings about a party as a whole stand: its VM, or the PD. */
const struct source *check_party_source(const struct check *check, size_t party);

/* What messages call the tree that says which nodes are enabled for a party. */
const char *check_tree_name(const struct check *check, size_t party);

/* ---- the rules ---- */

void check_form(struct check *check);       /* C01, C02, C03, C17 */
void check_irqs(struct check *check);       /* C07, C08, C09, C18 to C22 */
void check_irq_grants(struct check *check); /* C04, C06 */
void check_nodes(struct check *check);      /* C05, C12, C13, C14, C15, C30 */
void check_regions(struct check *check);    /* C11, C23, C24, C26 */
void check_maps(struct check *check);       /* C25, C27, C28 */
void check_gic(struct check *check);        /* C10, C31 */
void check_memory(struct check *check);     /* C16, C29 */
