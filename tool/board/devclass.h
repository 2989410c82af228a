/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What sort of thing a node of a device tree is, as far as giving it away is concerned: whether it
 * is a device, who keeps it if it cannot be given, whether it does DMA, and what its owner could do
 * to the whole board.
 */
#pragma once

#include "devtree.h"

enum keeper {
    KEEPER_NONE,     /* it can be given away */
    KEEPER_KERNEL,   /* interrupt controller, message frames, the CPUs' timers, IOMMUs */
    KEEPER_FIRMWARE, /* PSCI, secure monitor: reached by calls, answered by the VMM */
    KEEPER_CPU,      /* cores, their performance monitors and their debug registers */
    KEEPER_MEMORY,   /* RAM and what is reserved of it */
    KEEPER_RAM,      /* what drives the RAM: who has it has everybody's */
};

enum master {
    MASTER_NO,
    MASTER_MAYBE, /* the tree does not say, and nothing here knows it */
    MASTER_YES,
};

struct devclass {
    const char *what; /* "clock controller"; NULL: nothing known */
    enum keeper keeper;
    enum master master;
    const char *power; /* what its owner can do to others: "stop any device's clock"; or NULL */
};

/* Tells a node's class by its compatible strings, its name, and for DMA by its properties. */
struct devclass devclass_of(const struct devtree *devtree, size_t node);

/* Whether the node is a device: it has a `compatible`, and is no bus, part of the CPUs' or memory's
 * description, or mere container. Nodes without are parts of the one above them. */
bool devclass_is_device(const struct devtree *devtree, size_t node);

/* The nearest node from `node` up that is a device: what a reference to a part of it means. 0, the
 * root, if none is. */
size_t devclass_device_of(const struct devtree *devtree, size_t node);
