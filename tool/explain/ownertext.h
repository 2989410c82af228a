/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What is said of a thing of the board that no PD and no VM has: who keeps it, or why nobody has
 * it. `drover compose` writes these lines into the guest tables, `drover explain` prints them.
 */
#pragma once

#include "board.h"
#include "devclass.h"
#include "devtree.h"

/* How a thing that nobody has could be had. */
enum remedy {
    REMEDY_NONE, /* the tree alone is known: nobody can have anything yet */
    REMEDY_GIVE, /* `drover compose` */
    REMEDY_MAP,  /* a description written by hand */
};

struct ownertext {
    const struct devtree *devtree;
    const struct devclass *classes; /* by node */
    const struct board *board;
    enum remedy remedy;
};

/* Whose the registers of a node are: 'the kernel: /timer, timer of the CPUs'. `is_frozen`: it stays
 * as the boot loader left it. Allocated. */
char *ownertext_node(const struct ownertext *about, size_t node, bool is_frozen);

/* The same for an interrupt that the node raises at the GIC. */
char *ownertext_irq(const struct ownertext *about, size_t node, const struct devirq *irq,
                    bool is_frozen);

/* Whose RAM is that no VM has. Allocated. */
char *ownertext_ram_free(const struct ownertext *about);
char *ownertext_ram_reserved(const struct range *range);

/* The RAM of a VM of `drover compose`. */
char *ownertext_ram_of(const char *vm);

/* How the tree says that an interrupt is raised: "edge", "level", or that it does not say. */
const char *ownertext_trigger(enum trigger trigger);
