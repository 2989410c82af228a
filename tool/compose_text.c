/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * One line about a thing of the board: whose it is and why.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "alloc.h"
#include "compose_print.h"

const char *compose_size_text(uint64_t size, char *text)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    while (unit < 4 && size != 0 && size % 1024 == 0) {
        size /= 1024;
        unit++;
    }
    snprintf(text, 32, "%" PRIu64 " %s", size, units[unit]);
    return text;
}

static const char *path_of(const struct compose *compose, size_t node)
{
    return compose->devtree->nodes[node].path;
}

/* What was asked for, and led to this grant in the end. */
static size_t root_of(const struct compose *compose, size_t vm, const struct grant *grant)
{
    const struct composed_vm *composed = &compose->vms[vm];
    size_t node = grant->node;
    while (composed->grants[composed->grant_of[node]].because != NODE_NONE) {
        node = composed->grants[composed->grant_of[node]].because;
    }
    return node;
}

char *compose_why_text(const struct compose *compose, size_t vm, const struct grant *grant)
{
    char *text;
    int length;
    const char *because = grant->because == NODE_NONE ? "" : path_of(compose, grant->because);
    switch (grant->why) {
    case WHY_GIVEN:
        length = asprintf(&text, "given");
        break;
    case WHY_PART:
        length = asprintf(&text, "part of %s", because);
        break;
    case WHY_ABOVE:
        length = asprintf(&text, "because %s is below it", because);
        break;
    default:
        length = asprintf(&text, "because %s names it in \"%s\"", because, grant->property);
        break;
    }
    alloc_checked(length < 0 ? NULL : text);
    size_t root = root_of(compose, vm, grant);
    if (root != grant->node && root != grant->because) {
        char *longer;
        length = asprintf(&longer, "%s, for %s", text, path_of(compose, root));
        free(text);
        text = alloc_checked(length < 0 ? NULL : longer);
    }
    return text;
}

static const char *keeper_text(enum keeper keeper)
{
    switch (keeper) {
    case KEEPER_KERNEL:
        return "the kernel";
    case KEEPER_FIRMWARE:
        return "the firmware";
    case KEEPER_CPU:
        return "the CPUs";
    case KEEPER_MEMORY:
    case KEEPER_RAM:
    case KEEPER_NONE:
        break;
    }
    return "nobody";
}

/* A node that no VM has. */
static char *text_unowned(const struct compose *compose, size_t node)
{
    const struct devnode *devnode = &compose->devtree->nodes[node];
    enum keeper keeper = compose->classes[node].keeper;
    char *text;
    int length;
    bool is_frozen = false;
    for (size_t vm = 0; vm < compose->vm_count; vm++) {
        is_frozen = is_frozen || compose->vms[vm].is_frozen[node];
    }
    if (keeper != KEEPER_NONE) {
        length = asprintf(&text, "%s: %s", keeper_text(keeper), devnode->path);
    } else if (!devnode->is_enabled) {
        length = asprintf(&text, "nobody: %s, disabled in the board's tree", devnode->path);
    } else if (is_frozen) {
        length =
            asprintf(&text, "nobody: %s, which stays as the boot loader left it", devnode->path);
    } else {
        length = asprintf(&text, "nobody: %s, enabled in the board's tree; --give %s gives it",
                          devnode->path, path_of(compose, compose_device_of(compose, node)));
    }
    return alloc_checked(length < 0 ? NULL : text);
}

char *compose_node_text(const struct compose *compose, size_t node)
{
    for (size_t vm = 0; vm < compose->vm_count; vm++) {
        if (!compose_has(compose, vm, node)) {
            continue;
        }
        const struct composed_vm *composed = &compose->vms[vm];
        char *why = compose_why_text(compose, vm, &composed->grants[composed->grant_of[node]]);
        char *text;
        int length = asprintf(&text, "VM \"%s\": %s, %s", composed->request->name,
                              path_of(compose, node), why);
        free(why);
        return alloc_checked(length < 0 ? NULL : text);
    }
    return text_unowned(compose, node);
}

char *compose_irq_text(const struct compose *compose, const struct irq_row *row)
{
    const struct composed_vm *composed = &compose->vms[row->vm];
    char *why =
        compose_why_text(compose, row->vm, &composed->grants[composed->grant_of[row->node]]);
    char *text;
    int length = asprintf(&text, "VM \"%s\", straight to vCPU 0, %s: entry %zu of \"%s\" of %s, %s",
                          composed->request->name, row->trigger == TRIGGER_EDGE ? "edge" : "level",
                          row->index, row->property, path_of(compose, row->node), why);
    free(why);
    return alloc_checked(length < 0 ? NULL : text);
}
