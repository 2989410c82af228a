/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Device trees for tests, written as text.
 */
#include "tree_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "diag_capture.h"

_Alignas(8) uint8_t tree_text_bytes[TREE_TEXT_SIZE];

size_t tree_text_make(const char *text)
{
    char path[] = "/tmp/tree_text_XXXXXX";
    char command[128];
    int file = mkstemp(path);
    assert_true(file >= 0);
    snprintf(command, sizeof(command), "dtc -q -q -f -I dts -O dtb -o %s -", path);
    FILE *dtc = popen(command, "w");
    assert_non_null(dtc);
    fprintf(dtc, "/dts-v1/;\n%s", text);
    assert_int_equal(pclose(dtc), 0);
    ssize_t size = read(file, tree_text_bytes, sizeof(tree_text_bytes));
    close(file);
    unlink(path);
    assert_true(size > 0 && size < TREE_TEXT_SIZE);
    return (size_t)size;
}

void tree_text_open(struct devtree *devtree, const char *text)
{
    diag_capture_reset();
    if (!devtree_open(devtree, tree_text_bytes, tree_text_make(text), "test.dtb")) {
        fail_msg("%s", diag_captured());
    }
}

size_t tree_text_node(const struct devtree *devtree, const char *path)
{
    size_t node = devtree_by_path(devtree, path);
    if (node == NODE_NONE) {
        fail_msg("no node %s", path);
    }
    return node;
}
