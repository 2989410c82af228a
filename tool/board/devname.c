/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Names of nodes that the tree does not have.
 */
#include "devname.h"

#include <stdio.h>
#include <string.h>

#include "devclass.h"
#include "diag.h"

#define SUGGESTION_MAX 5

void devname_report(const struct devtree *devtree, const char *what, const char *name)
{
    char list[1024] = "";
    size_t length = 0, found = 0;
    const char *last = strrchr(name, '/');
    const char *wanted = last != NULL && last[1] != '\0' ? last + 1 : name;
    int wanted_length = (int)strcspn(wanted, "@");
    for (size_t i = 1; i < devtree->node_count && found < SUGGESTION_MAX; i++) {
        if (wanted_length > 0 && devclass_is_device(devtree, i) &&
            memmem(devtree->nodes[i].name, strlen(devtree->nodes[i].name), wanted,
                   (size_t)wanted_length) != NULL) {
            int written = snprintf(list + length, sizeof(list) - length, "%s%s",
                                   found++ == 0 ? "; there are " : ", ", devtree->nodes[i].path);
            length += (size_t)written < sizeof(list) - length ? (size_t)written : 0;
        }
    }
    diag_error(&devtree->tree.at,
               "%s %s: the tree has no node with this path, alias or compatible string%s", what,
               name, list);
}
