/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A small reader of flattened device trees (Devicetree Specification 0.4, chapter 5). It trusts
 * nothing: whatever points outside the tree reads as absent.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fdt {
    const uint8_t *structure;
    uint32_t structure_size; /* bytes */
    const char *strings;
    uint32_t strings_size;
};

struct fdt_node {
    uint32_t offset;        /* of the first property's token in the structure block */
    uint32_t address_cells; /* of the parent: how `reg` here is to be read */
    uint32_t size_cells;
};

/* Takes up the tree at `data`. False if there is none, or its header contradicts itself. */
bool fdt_open(struct fdt *fdt, const void *data);

/* Finds the node at `path` ("/chosen"), which ends at a ':' or NUL. The root is "/". A component
 * without a unit address matches the first node of that name. */
bool fdt_find_path(const struct fdt *fdt, const char *path, struct fdt_node *node);

/* Finds the first enabled node whose `compatible` lists `compatible`. */
bool fdt_find_compatible(const struct fdt *fdt, const char *compatible, struct fdt_node *node);

/* The value of a property and its size in bytes, or NULL. */
const void *fdt_property(const struct fdt *fdt, const struct fdt_node *node, const char *name,
                         uint32_t *size);

/* A property that is one NUL-terminated string, or NULL. */
const char *fdt_string(const struct fdt *fdt, const struct fdt_node *node, const char *name);

/* The address of entry `index` of `reg`, or 0. `size` may be NULL. Buses are taken as 1:1. */
uint64_t fdt_reg(const struct fdt *fdt, const struct fdt_node *node, uint32_t index,
                 uint64_t *size);

/* The INTID of the node's first interrupt, three cells to a GIC; or 0. */
uint32_t fdt_intid(const struct fdt *fdt, const struct fdt_node *node);
