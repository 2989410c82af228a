/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads the payload's device tree: a file, flattened, or the directory of a live one.
 */
#include "payload.h"

#include <errno.h>
#include <fcntl.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "diag.h"
#include "payload_file.h"
#include "tree.h"

/* Whether a file looks like the source of a device tree. */
static bool is_source(const struct payload_bytes *file)
{
    size_t look = file->size < 65536 ? file->size : 65536;
    return memmem(file->bytes, look, "/dts-v1/", 8) != NULL;
}

/* Keeps what the root says about the board. */
static void root_read(struct payload_tree *tree)
{
    const void *fdt = tree->fdt.bytes;
    int length;
    const char *model = fdt_getprop(fdt, 0, "model", &length);
    if (model != NULL && length > 0) {
        tree->model = alloc_checked(strndup(model, (size_t)length));
    }
    int count = fdt_stringlist_count(fdt, 0, "compatible");
    for (int i = 0; i < count; i++) {
        const char *name = fdt_stringlist_get(fdt, 0, "compatible", i, &length);
        if (name != NULL) {
            payload_names_add(&tree->compatible, name);
        }
    }
}

/* Whether nodes are nested as deep as anybody does; what walks through them relies on it. */
static bool depth_check(const struct payload_bytes *file, const struct source *at)
{
    int depth = 0;
    for (int node = 0; node >= 0 && depth >= 0; node = fdt_next_node(file->bytes, node, &depth)) {
        if (depth > PAYLOAD_DEPTH_MAX) {
            diag_error(at, "the device tree has nodes more than %d deep; is it damaged?",
                       PAYLOAD_DEPTH_MAX);
            return false;
        }
    }
    return true;
}

bool payload_tree_take(struct payload_tree *tree, struct payload_bytes *file, const char *from)
{
    struct tree checked;
    struct source at = {.file = from};
    bool is_sound = false;
    if (is_source(file)) {
        diag_error(&at, "this is the source of a device tree; compile it: dtc -I dts -O dtb -o "
                        "board.dtb FILE (one with #include goes through cpp before)");
    } else {
        is_sound = tree_open(&checked, file->bytes, file->size, from) && depth_check(file, &at);
    }
    if (!is_sound) {
        payload_bytes_free(file);
        return false;
    }
    tree->fdt = *file;
    tree->fdt.size = fdt_totalsize(file->bytes);
    tree->from = alloc_checked(strdup(from));
    *file = (struct payload_bytes){0};
    root_read(tree);
    return true;
}

bool payload_tree_read(struct payload_tree *tree, const char *path)
{
    struct payload_bytes file;
    struct stat status;
    bool live = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    if (!(live ? payload_live_read(&file, path)
               : payload_file_read(&file, path, "device tree", PAYLOAD_TREE_MAX))) {
        return false;
    }
    tree->live = live;
    return payload_tree_take(tree, &file, path);
}

void payload_tree_free(struct payload_tree *tree)
{
    payload_bytes_free(&tree->fdt);
    free(tree->from);
    free(tree->why);
    free(tree->model);
    payload_names_free(&tree->compatible);
    *tree = (struct payload_tree){0};
}
