/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * One line about a thing of the board: whose it is and why.
 */
#include <inttypes.h>
#include <libfdt.h>
#include <stdlib.h>

#include "alloc.h"
#include "compose_print.h"
#include "crc32.h"
#include "ownertext.h"

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

/* What is said of things that no VM has. */
static struct ownertext unowned(const struct compose *compose)
{
    return (struct ownertext){.devtree = compose->devtree,
                              .classes = compose->classes,
                              .board = compose->board,
                              .remedy = REMEDY_GIVE};
}

static bool is_frozen(const struct compose *compose, size_t node)
{
    for (size_t vm = 0; vm < compose->vm_count; vm++) {
        if (compose->vms[vm].is_frozen[node]) {
            return true;
        }
    }
    return false;
}

size_t compose_owner_of(const struct compose *compose, size_t node)
{
    size_t vm = 0;
    while (vm < compose->owner_count && !compose_has(compose, vm, node)) {
        vm++;
    }
    return vm;
}

const char *compose_owner_kind(const struct compose *compose, size_t owner)
{
    return owner < compose->vm_count ? "VM" : "PD";
}

char *compose_region_name(const struct compose *compose, const struct region_row *row)
{
    char *text;
    int length =
        asprintf(&text, "%s_%" PRIx64, compose->vms[row->vm].request->name, row->pages.base);
    return alloc_checked(length < 0 ? NULL : text);
}

char *compose_node_text(const struct compose *compose, size_t node)
{
    size_t vm = compose_owner_of(compose, node);
    if (vm == compose->owner_count) {
        struct ownertext about = unowned(compose);
        return ownertext_node(&about, node, is_frozen(compose, node));
    }
    const struct composed_vm *composed = &compose->vms[vm];
    char *why = compose_why_text(compose, vm, &composed->grants[composed->grant_of[node]]);
    char *text;
    int length = asprintf(&text, "%s \"%s\": %s, %s", compose_owner_kind(compose, vm),
                          composed->request->name, path_of(compose, node), why);
    free(why);
    return alloc_checked(length < 0 ? NULL : text);
}

char *compose_ram_free_text(const struct compose *compose)
{
    struct ownertext about = unowned(compose);
    return ownertext_ram_free(&about);
}

uint32_t compose_tree_checksum(const struct devtree *devtree)
{
    const void *fdt = devtree->tree.fdt;
    return crc32_of(fdt, fdt_totalsize(fdt));
}

char *compose_other_irq_text(const struct compose *compose, size_t node, const struct devirq *irq)
{
    struct ownertext about = unowned(compose);
    return ownertext_irq(&about, node, irq, is_frozen(compose, node));
}

char *compose_irq_text(const struct compose *compose, const struct irq_row *row)
{
    const struct composed_vm *composed = &compose->vms[row->vm];
    char *why =
        compose_why_text(compose, row->vm, &composed->grants[composed->grant_of[row->node]]);
    char *text;
    int length = asprintf(&text, "%s \"%s\", %s, %s: entry %zu of \"%s\" of %s, %s",
                          compose_owner_kind(compose, row->vm), composed->request->name,
                          row->vm < compose->vm_count ? "straight to vCPU 0" : "by a channel",
                          row->trigger == TRIGGER_EDGE ? "edge" : "level", row->index,
                          row->property, path_of(compose, row->node), why);
    free(why);
    return alloc_checked(length < 0 ? NULL : text);
}
