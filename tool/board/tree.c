/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading a flattened device tree: whether it is one, and the simplest of its properties.
 */
#include "tree.h"

#include <libfdt.h>
#include <string.h>

#include "diag.h"

#define TREE_SIZE_MAX (16 << 20) /* bytes; Linux takes 2 MiB (booting.rst) */

/* libfdt's check of older versions cannot be trusted with a hostile tree. Version 17 is of 2005. */
static int tree_check(const void *bytes, size_t size)
{
    if (size < sizeof(struct fdt_header)) {
        return -FDT_ERR_TRUNCATED;
    }
    if (size > TREE_SIZE_MAX) {
        return -FDT_ERR_NOSPACE;
    }
    if (fdt_magic(bytes) != FDT_MAGIC) {
        return -FDT_ERR_BADMAGIC;
    }
    if (fdt_version(bytes) < FDT_LAST_SUPPORTED_VERSION) {
        return -FDT_ERR_BADVERSION;
    }
    return fdt_check_full(bytes, size);
}

bool tree_open(struct tree *tree, const void *bytes, size_t size, const char *path)
{
    *tree = (struct tree){.fdt = bytes, .at = {.file = path}};
    int error = tree_check(bytes, size);
    if (error != 0) {
        diag_error(&tree->at, "not a flattened device tree: %s", fdt_strerror(error));
        return false;
    }
    return true;
}

uint64_t tree_cells(const void *property, int count)
{
    const fdt32_t *cells = property;
    uint64_t value = 0;
    for (int i = 0; i < count; i++) {
        value = value << 32 | fdt32_ld(&cells[i]);
    }
    return value;
}

bool tree_disabled(const struct tree *tree, int node)
{
    int length;
    const char *status = fdt_getprop(tree->fdt, node, "status", &length);
    return status != NULL && !(length == 3 && memcmp(status, "ok", 3) == 0) &&
           !(length == 5 && memcmp(status, "okay", 5) == 0);
}
