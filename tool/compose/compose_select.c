/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Which nodes are asked for: paths, aliases and compatible strings, or all that can be given.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "compose.h"
#include "devname.h"

static const char *keeper_reason(enum keeper keeper)
{
    switch (keeper) {
    case KEEPER_KERNEL:
        return "it belongs to the kernel";
    case KEEPER_FIRMWARE:
        return "it is reached by calls of the firmware, which a VMM answers itself";
    case KEEPER_CPU:
        return "it belongs to the CPUs, which nobody owns";
    case KEEPER_MEMORY:
        return "it is memory, which --ram gives";
    case KEEPER_RAM:
        return "it drives the board's RAM, which everybody uses";
    case KEEPER_NONE:
        break;
    }
    return NULL;
}

bool compose_can_give(const struct compose *compose, size_t vm, size_t node, const char **reason)
{
    *reason = keeper_reason(compose->classes[node].keeper);
    if (*reason == NULL && compose_is_kept(compose, node)) {
        *reason = "its registers lie in the board's RAM or in what is reserved of it, or share a "
                  "page with the interrupt controller, an IOMMU or the CPUs' timers";
    }
    if (*reason == NULL && compose->vms[vm].is_taken[node]) {
        *reason = "--take keeps it out";
    }
    if (*reason == NULL && compose->vms[vm].is_frozen[node]) {
        *reason = "--freeze leaves it as it is";
    }
    return *reason == NULL;
}

/* The first node from the root down to `node` that is disabled. */
static size_t disabled_at(const struct devtree *devtree, size_t node)
{
    size_t at = node;
    for (; node != NODE_NONE && !devtree->nodes[node].is_enabled;
         node = devtree->nodes[node].parent) {
        at = node;
    }
    return at;
}

/* Calls `act` on each node that `name` stands for; reports and returns false if it is none. */
static bool for_each_named(struct compose *compose, size_t vm, const char *option, const char *name,
                           bool (*act)(struct compose *, size_t, size_t))
{
    const struct devtree *devtree = compose->devtree;
    size_t node = devtree_by_path(devtree, name);
    if (node != NODE_NONE) {
        return act(compose, vm, node);
    }
    bool sound = true;
    size_t found = 0, first = NODE_NONE;
    for (size_t i = 1; i < devtree->node_count; i++) {
        if (!devnode_is_compatible(devtree, i, name)) {
            continue;
        }
        first = first == NODE_NONE ? i : first;
        if (devtree->nodes[i].is_enabled) {
            found++;
            sound = act(compose, vm, i) && sound;
        }
    }
    if (found == 0 && first != NODE_NONE) {
        return act(compose, vm, first); /* which says that it is disabled */
    }
    if (found == 0) {
        devname_report(devtree, option, name);
    }
    return found != 0 && sound;
}

static bool freeze(struct compose *compose, size_t vm, size_t node)
{
    for (size_t i = node; i < compose->devtree->nodes[node].end; i++) {
        compose->vms[vm].is_frozen[i] = true;
    }
    return true;
}

static bool take(struct compose *compose, size_t vm, size_t node)
{
    for (size_t i = node; i < compose->devtree->nodes[node].end; i++) {
        compose->vms[vm].is_taken[i] = true;
    }
    return true;
}

/* Grants a node that was named, and what is below it. */
static bool give(struct compose *compose, size_t vm, size_t node)
{
    const struct devtree *devtree = compose->devtree;
    const char *reason;
    if (!devtree->nodes[node].is_enabled) {
        size_t at = disabled_at(devtree, node);
        compose_error(compose, node,
                      "--give: it is disabled in the board's tree, by \"status\" of %s; whoever "
                      "knows that the board has it enables it in the tree",
                      devtree->nodes[at].path);
        return false;
    }
    if (node == 0 || !compose_can_give(compose, vm, node, &reason)) {
        compose_error(compose, node, "--give: it cannot be given: %s",
                      node == 0 ? "it is the whole board, for which there is --give all" : reason);
        return false;
    }
    compose_grant(compose, vm, node, WHY_GIVEN, NODE_NONE, NULL);
    for (size_t i = node + 1; i < devtree->nodes[node].end; i++) {
        if (devtree->nodes[i].is_enabled && compose_can_give(compose, vm, i, &reason)) {
            compose_grant(compose, vm, i, WHY_PART, node, NULL);
        }
    }
    return true;
}

/* ---- --give all: what depends on what cannot be given is left out, and what depends on that ----
 */

/* `from` cannot work without `to`. */
struct edge {
    size_t from, to;
};

struct edges {
    struct edge *entries; /* by `to`, once complete */
    size_t count, capacity;
};

static void edge_add(struct edges *edges, size_t from, size_t to)
{
    edges->entries =
        alloc_grow(edges->entries, edges->count, &edges->capacity, sizeof(*edges->entries));
    edges->entries[edges->count++] = (struct edge){.from = from, .to = to};
}

static int edge_compare(const void *left, const void *right)
{
    const struct edge *a = left;
    const struct edge *b = right;
    return a->to != b->to ? (a->to > b->to) - (a->to < b->to)
                          : (a->from > b->from) - (a->from < b->from);
}

static void edges_read(const struct compose *compose, size_t vm, struct edges *edges)
{
    const struct devtree *devtree = compose->devtree;
    for (size_t i = 1; i < devtree->node_count; i++) {
        size_t device = compose_device_of(compose, i);
        struct devrefs refs;
        if (!devtree->nodes[i].is_enabled || device == 0) {
            continue;
        }
        devnode_refs(devtree, i, &refs);
        for (size_t k = 0; k < refs.count; k++) {
            const struct devref *ref = &refs.entries[k];
            if (ref->kind == REF_NEEDED && ref->problem == NULL &&
                !compose_is_cpu_domain(compose, ref) && !compose->vms[vm].is_frozen[ref->target] &&
                !compose->vms[vm].is_taken[ref->target]) {
                edge_add(edges, device, compose_device_of(compose, ref->target));
            }
        }
        free(refs.entries);
        size_t above = compose_device_of(compose, devtree->nodes[device].parent);
        if (above != 0) {
            edge_add(edges, device, above);
        }
    }
    if (edges->count > 1) {
        qsort(edges->entries, edges->count, sizeof(*edges->entries), edge_compare);
    }
}

static size_t edge_first(const struct edges *edges, size_t to)
{
    size_t first = 0, last = edges->count;
    while (first < last) {
        size_t middle = first + (last - first) / 2;
        if (edges->entries[middle].to < to) {
            first = middle + 1;
        } else {
            last = middle;
        }
    }
    return first;
}

/* Whether what needs the node is left out with it: firmware, and what shares a page with what is
 * kept. Of what the kernel keeps, a guest's tree does without. */
static bool is_missed(const struct compose *compose, size_t vm, size_t node)
{
    return !compose->vms[vm].is_frozen[node] &&
           (compose->classes[node].keeper == KEEPER_FIRMWARE ||
            (compose->classes[node].keeper == KEEPER_NONE &&
             compose->devtree->nodes[node].is_enabled && compose_is_kept(compose, node)));
}

/* Fills in, by node, what it does not work without and what cannot be given; NODE_NONE: nothing. */
static size_t *missed_needs(const struct compose *compose, size_t vm)
{
    size_t count = compose->devtree->node_count;
    size_t *needs = alloc_array(count, sizeof(*needs));
    size_t *queue = alloc_array(count, sizeof(*queue));
    size_t head = 0, tail = 0;
    struct edges edges = {0};
    edges_read(compose, vm, &edges);
    for (size_t i = 0; i < count; i++) {
        needs[i] = NODE_NONE;
        if (is_missed(compose, vm, i)) {
            needs[i] = i;
            queue[tail++] = i;
        }
    }
    while (head < tail) {
        size_t node = queue[head++];
        for (size_t i = edge_first(&edges, node); i < edges.count && edges.entries[i].to == node;
             i++) {
            size_t from = edges.entries[i].from;
            if (needs[from] == NODE_NONE) {
                needs[from] = needs[node];
                queue[tail++] = from;
            }
        }
    }
    free(edges.entries);
    free(queue);
    return needs;
}

static bool is_console(const struct compose *compose, size_t node)
{
    return compose->board->uart_type != UART_NONE && node == devtree_console(compose->devtree);
}

/* Grants every device that can be given. */
static void give_all(struct compose *compose, size_t vm)
{
    const struct devtree *devtree = compose->devtree;
    size_t *needs = missed_needs(compose, vm);
    for (size_t i = 1; i < devtree->node_count; i++) {
        const char *reason;
        size_t device = compose_device_of(compose, i);
        if (!devtree->nodes[i].is_enabled || device == 0 || compose_has(compose, vm, i)) {
            continue;
        }
        bool is_device = device == i;
        if (!compose_can_give(compose, vm, i, &reason)) {
            if (is_device && compose->classes[i].keeper == KEEPER_NONE) {
                compose_note(compose, vm, NOTE_LEFT_OUT, i, "left out: %s", reason);
            }
        } else if (needs[device] != NODE_NONE) {
            if (is_device) {
                compose_note(compose, vm, NOTE_LEFT_OUT, i,
                             "left out: it does not work without %s, which cannot be given; "
                             "--freeze leaves that as it is",
                             devtree->nodes[needs[device]].path);
            }
        } else if (is_console(compose, device)) {
            if (is_device) {
                compose_note(compose, vm, NOTE_LEFT_OUT, i,
                             "left out: it is the board's console, on which a debug kernel prints; "
                             "--give %s gives it all the same",
                             devtree->nodes[i].path);
            }
        } else if (is_device || compose_has(compose, vm, devtree->nodes[i].parent)) {
            compose_grant(compose, vm, i, is_device ? WHY_GIVEN : WHY_PART,
                          is_device ? NODE_NONE : device, NULL);
        }
    }
    free(needs);
}

static bool for_each_name(struct compose *compose, size_t vm, const char *option,
                          const struct names_asked *names,
                          bool (*act)(struct compose *, size_t, size_t))
{
    bool sound = true;
    for (size_t i = 0; i < names->count; i++) {
        sound = for_each_named(compose, vm, option, names->entries[i], act) && sound;
    }
    return sound;
}

bool compose_select(struct compose *compose, size_t vm)
{
    const struct vm_request *request = &compose->request->vms[vm];
    bool sound = for_each_name(compose, vm, "--freeze", &request->freeze, freeze);
    sound = for_each_name(compose, vm, "--take", &request->take, take) && sound;
    sound = for_each_name(compose, vm, "--give", &request->give, give) && sound;
    if (sound && request->gives_all) {
        give_all(compose, vm);
    }
    return sound;
}
