/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A device tree as a graph: nodes with their registers as PAs, the interrupts that they raise at
 * the GIC, and the nodes that they refer to. Each devtree_*.c answers one of these questions. A
 * tree is input like any other: what makes no sense in it is a `problem` of the node, said when
 * somebody wants that node, and no reason to refuse the rest.
 *
 * Nodes are known by their index, in the order of the tree: a node's descendants follow it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "range.h"
#include "tree.h"

#define NODE_NONE            SIZE_MAX
#define NODE_COUNT_MAX       16384 /* Debian's largest tree has some 3,000 */
#define NODE_DEPTH_MAX       32
#define NODE_WINDOW_MAX      128 /* entries of a `ranges` */
#define NODE_REG_MAX         1024
#define NODE_IRQ_MAX         1024
#define NODE_REF_MAX         4096
#define DEVREF_SPECIFIER_MAX 16   /* cells */
#define NODE_PATH_MAX        1024 /* characters; Debian's longest has 109 */

/* What a bus passes on: `size` bytes at `base` of the bus are at `pa`. */
struct window {
    uint64_t base;
    uint64_t size;
    uint64_t pa;
};

struct devnode {
    int offset; /* in the flattened tree, for libfdt */
    size_t parent;
    size_t end;       /* index after its last descendant */
    uint32_t phandle; /* 0: none */
    char *path;
    const char *name;       /* last part of the path */
    const char *compatible; /* strings, one after the other; NULL: none, or no strings */
    size_t compatible_size; /* bytes */
    bool is_enabled;        /* by its own `status` and those of all nodes above it */
    bool is_bus;            /* `simple-bus`: whatever its `reg` says, it is no device */
    bool is_pci;            /* a PCI host bridge */

    struct range
        *regs; /* entries of `reg` that the processor reaches, and a PCI bridge's windows */
    size_t reg_count;
    const char *reg_problem; /* why entries are missing, or NULL */

    struct window *windows; /* for its children; NULL: as for itself, if it passes any on */
    size_t window_count;
    bool passes_on;             /* its children have PAs */
    struct window *dma_windows; /* of `dma-ranges`, as `windows`; NULL: as for itself */
    size_t dma_window_count;
};

struct devtree {
    struct tree tree;
    struct devnode *nodes;
    size_t node_count;
    size_t *by_phandle; /* nodes that have one, in its order */
    size_t phandle_count;
};

/* Reads the flattened tree of `size` bytes, 8-byte aligned, which outlives `devtree`. Reports what
 * is wrong with it and returns false if anything is. The caller frees with devtree_close() either
 * way. `path` is for messages. */
bool devtree_open(struct devtree *devtree, const void *bytes, size_t size, const char *path);
void devtree_close(struct devtree *devtree);

/* ---- devtree.c: nodes and their properties ---- */

/* A property's bytes, or NULL. `*length`, which may be NULL, is set in any case. */
const void *devnode_property(const struct devtree *devtree, size_t node, const char *name,
                             size_t *length);

/* A property that is one string, or NULL. */
const char *devnode_string(const struct devtree *devtree, size_t node, const char *name);

/* A property that is one cell; `otherwise` if there is none. */
uint32_t devnode_cell(const struct devtree *devtree, size_t node, const char *name,
                      uint32_t otherwise);

/* Whether one of the node's compatible strings is `compatible`; a `*` at its end stands for
 * anything. */
bool devnode_is_compatible(const struct devtree *devtree, size_t node, const char *compatible);

/* Whether `node` is `ancestor` or below it. */
bool devnode_is_within(const struct devtree *devtree, size_t node, size_t ancestor);

/* The node with that phandle, or NODE_NONE. */
size_t devtree_by_phandle(const struct devtree *devtree, uint32_t phandle);

/* The node with that path or alias; of a path, the unit addresses may be left out where that is
 * clear, as everywhere with device trees. NODE_NONE if there is none. */
size_t devtree_by_path(const struct devtree *devtree, const char *path);

/* The node of the console: /chosen's stdout-path. NODE_NONE if it names none. */
size_t devtree_console(const struct devtree *devtree);

/* ---- devtree_reg.c: registers ---- */

/* Fills in `regs`, `windows` and `dma_windows` of all nodes; part of devtree_open(). */
void devtree_read_regs(struct devtree *devtree);

/* Where the DMA of a device reaches: its parent's windows; NULL, and `*count` 0, for all of PA. */
const struct window *devnode_dma_windows(const struct devtree *devtree, size_t node, size_t *count);

/* ---- devtree_irq.c: interrupts ---- */

enum trigger {
    TRIGGER_UNKNOWN, /* the tree says 0: "as it is" */
    TRIGGER_EDGE,
    TRIGGER_LEVEL,
};

struct devirq {
    const char *property; /* where it stands */
    size_t index;         /* which entry of it */
    size_t controller;    /* the node that it is raised at; NODE_NONE: the tree names none */
    size_t through; /* a controller on the way, which hands on as it is what it is told, but which
                       the guest has to have as well; NODE_NONE: none */
    bool is_gic;    /* then the rest counts; else the controller raises one of its own */
    uint32_t intid;
    enum trigger trigger;
    const char *problem; /* why it cannot be told, or NULL */
};

struct devirqs {
    struct devirq *entries;
    size_t count, capacity;
};

/* Lists the interrupts of a node: those of `interrupts` or `interrupts-extended`, those behind its
 * own `interrupt-map`, and those that only its maker's property names. The caller frees `entries`.
 */
void devnode_irqs(const struct devtree *devtree, size_t node, struct devirqs *irqs);

/* Whether the node is a GICv2m frame of which the tree says what it raises, `*count` SPIs from
 * INTID `*first` on (arm,gic-v2m.yaml: arm,msi-base-spi and arm,msi-num-spis). What writes to such
 * a frame can raise those and nothing else. */
bool devnode_is_msi_frame(const struct devtree *devtree, size_t node, uint32_t *first,
                          uint32_t *count);

/* Whether the node is a GIC of any version. */
bool devnode_is_gic(const struct devtree *devtree, size_t node);

/* ---- devtree_ref.c: references ---- */

enum ref_kind {
    REF_NEEDED,   /* the device does not work without: clocks, resets, supplies, pins, ... */
    REF_OPTIONAL, /* a driver does without: fuses with a serial number, a faster path */
    REF_PEER,     /* it works with it: the other end of a graph, a backlight, a cooling device */
    REF_IOMMU,    /* confines its DMA */
    REF_MSI,      /* where it writes to raise interrupts */
    REF_MEMORY,   /* memory set aside for it */
};

struct devref {
    const char *property;
    size_t index;  /* which reference of the property */
    size_t target; /* NODE_NONE: see `problem` */
    enum ref_kind kind;
    const void *specifier; /* the cells behind the phandle */
    size_t specifier_cells;
    const char *problem; /* the property cannot be read (on): why; or NULL */
};

struct devrefs {
    struct devref *entries;
    size_t count, capacity;
};

/* Lists the nodes that a node refers to, in the order of its properties. The caller frees
 * `entries`. */
void devnode_refs(const struct devtree *devtree, size_t node, struct devrefs *refs);
