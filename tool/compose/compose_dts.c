/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The guest's tree as text, with the reason behind each node that the guest has.
 */
#include <libfdt.h>
#include <stdlib.h>

#include "alloc.h"
#include "compose_print.h"
#include "dts.h"

struct noted {
    const struct compose *compose;
    size_t vm;
};

static char *note_node(const void *fdt, int offset, void *data)
{
    const struct noted *noted = data;
    const struct composed_vm *composed = &noted->compose->vms[noted->vm];
    char path[NODE_PATH_MAX + 1];
    if (fdt_get_path(fdt, offset, path, sizeof(path)) != 0) {
        return NULL;
    }
    size_t node = devtree_by_path(noted->compose->devtree, path);
    if (node == NODE_NONE || !compose_has(noted->compose, noted->vm, node)) {
        return NULL;
    }
    return compose_why_text(noted->compose, noted->vm, &composed->grants[composed->grant_of[node]]);
}

char *compose_print_dts(const struct compose *compose, size_t vm, size_t *size)
{
    struct noted noted = {.compose = compose, .vm = vm};
    char *text = NULL;
    FILE *out = alloc_checked(open_memstream(&text, size));
    dts_print(out, compose->vms[vm].tree, note_node, &noted);
    fclose(out);
    return alloc_checked(text);
}
