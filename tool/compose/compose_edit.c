/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Changing a copy of the board's tree, on top of libfdt.
 */
#include "compose_edit.h"

#include <libfdt.h>
#include <stdlib.h>

#include "diag.h"

void edit_open(struct edit *edit)
{
    uint32_t highest = 0;
    const struct devtree *devtree = edit->compose->devtree;
    if (devtree->phandle_count != 0) {
        highest = devtree->nodes[devtree->by_phandle[devtree->phandle_count - 1]].phandle;
    }
    edit->next_phandle = highest + 1;
}

bool edit_close(struct edit *edit)
{
    free(edit->clocks);
    if (edit->error != 0) {
        diag_error(&edit->compose->devtree->tree.at,
                   "the tree of VM \"%s\" cannot be made from it: %s",
                   edit->compose->vms[edit->vm].request->name, fdt_strerror(edit->error));
    }
    return edit->error == 0 && !edit->is_refused;
}

void edit_fail(struct edit *edit, int error)
{
    if (edit->error == 0) {
        edit->error = error;
    }
}

void edit_set(struct edit *edit, size_t node, const char *name, const void *value, size_t size)
{
    edit_add(edit, edit->compose->devtree->nodes[node].offset, name, value, size);
}

void edit_delete_property(struct edit *edit, size_t node, const char *name)
{
    int offset = edit->compose->devtree->nodes[node].offset;
    if (edit->error == 0 && fdt_getprop(edit->fdt, offset, name, NULL) != NULL) {
        edit_fail(edit, fdt_delprop(edit->fdt, offset, name));
    }
}

void edit_delete(struct edit *edit, size_t node)
{
    if (edit->error == 0) {
        edit_fail(edit, fdt_del_node(edit->fdt, edit->compose->devtree->nodes[node].offset));
    }
}

int edit_add_node(struct edit *edit, int parent, const char *name)
{
    if (edit->error != 0) {
        return 0;
    }
    int node = fdt_add_subnode(edit->fdt, parent, name);
    edit_fail(edit, node < 0 ? node : 0);
    return node;
}

void edit_add(struct edit *edit, int node, const char *name, const void *value, size_t size)
{
    if (edit->error == 0) {
        edit_fail(edit, fdt_setprop(edit->fdt, node, name, value, (int)size));
    }
}

void edit_add_cell(struct edit *edit, int node, const char *name, uint32_t value)
{
    uint8_t cell[4];
    edit_put_cells(cell, value, 1);
    edit_add(edit, node, name, cell, sizeof(cell));
}

void edit_put_cells(uint8_t *cells, uint64_t value, size_t count)
{
    for (size_t i = count * 4; i-- > 0; value >>= 8) {
        cells[i] = (uint8_t)value;
    }
}
