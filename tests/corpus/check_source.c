/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The source of a guest's tree: dtc makes the same tree of it.
 */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compose_print.h"
#include "corpus.h"

#define TREE_MAX (4 << 20)

/* Whether two nodes and all below them have the same names, properties and children, in order. */
static bool same_tree(const void *one, int a, const void *other, int b)
{
    int p = fdt_first_property_offset(one, a), q = fdt_first_property_offset(other, b);
    for (; p >= 0 && q >= 0;
         p = fdt_next_property_offset(one, p), q = fdt_next_property_offset(other, q)) {
        const char *name, *other_name;
        int length, other_length;
        const void *value = fdt_getprop_by_offset(one, p, &name, &length);
        const void *other_value = fdt_getprop_by_offset(other, q, &other_name, &other_length);
        if (strcmp(name, other_name) != 0 || length != other_length ||
            memcmp(value, other_value, (size_t)length) != 0) {
            return false;
        }
    }
    int c = fdt_first_subnode(one, a), d = fdt_first_subnode(other, b);
    bool same = p < 0 && q < 0;
    for (; same && c >= 0 && d >= 0; c = fdt_next_subnode(one, c), d = fdt_next_subnode(other, d)) {
        same = strcmp(fdt_get_name(one, c, NULL), fdt_get_name(other, d, NULL)) == 0 &&
               same_tree(one, c, other, d);
    }
    return same && c < 0 && d < 0;
}

void check_source(struct subject *subject, const char *run, const struct compose *compose,
                  size_t vm)
{
    char path[] = "/tmp/corpus_source_XXXXXX", command[128];
    int file = mkstemp(path);
    size_t size;
    char *source = compose_print_dts(compose, vm, &size);
    uint8_t *tree = calloc(1, TREE_MAX);
    bool is_written = file >= 0 && write(file, source, size) == (ssize_t)size;
    free(source);
    snprintf(command, sizeof(command), "dtc -q -q -f -I dts -O dtb %s", path);
    FILE *dtc = is_written ? popen(command, "r") : NULL;
    size_t made = dtc == NULL ? 0 : fread(tree, 1, TREE_MAX, dtc);
    if (dtc == NULL || pclose(dtc) != 0 || fdt_check_full(tree, made) != 0 ||
        !same_tree(compose->vms[vm].tree, 0, tree, 0)) {
        subject_fail(subject, run, "dtc reads its source back to another tree, or not at all");
    }
    free(tree);
    if (file >= 0) {
        close(file);
        unlink(path);
    }
}
