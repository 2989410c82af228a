/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What devices need: the nodes above them, and those that their properties name, and so on. Each
 * grant keeps who brought it. What cannot be granted is dropped from the guest's tree where a
 * driver does without, and refused where it does not.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "compose.h"
#include "diag.h"

static void drop(struct compose *compose, size_t vm, size_t node, const struct devref *ref)
{
    struct composed_vm *composed = &compose->vms[vm];
    composed->dropped = alloc_grow(composed->dropped, composed->dropped_count,
                                   &composed->dropped_capacity, sizeof(*composed->dropped));
    composed->dropped[composed->dropped_count++] =
        (struct dropped_ref){.node = node,
                             .property = ref->property,
                             .target = ref->target,
                             .is_frozen = composed->is_frozen[ref->target]};
}

/* Grants a device and the parts of it that are no devices of their own. */
static void grant_device(struct compose *compose, size_t vm, size_t device, enum why why,
                         size_t because, const char *property)
{
    const struct devtree *devtree = compose->devtree;
    if (compose_has(compose, vm, device)) {
        return;
    }
    compose_grant(compose, vm, device, why, because, property);
    for (size_t i = device + 1; i < devtree->nodes[device].end;) {
        if (devnode_property(devtree, i, "compatible", NULL) != NULL) {
            i = devtree->nodes[i].end; /* not asked for */
            continue;
        }
        const char *reason;
        if (devtree->nodes[i].is_enabled && compose_can_give(compose, vm, i, &reason)) {
            compose_grant(compose, vm, i, WHY_PART, device, NULL);
        }
        i++;
    }
}

/* A mistake of the tree about a node that is granted: with --give all a note, else an error. */
static bool tree_mistake(struct compose *compose, size_t vm, size_t node, const char *property,
                         size_t index, const char *problem)
{
    if (compose->request->vms[vm].gives_all) {
        compose_note(compose, vm, NOTE_DROPPED, node, "entry %zu of \"%s\": %s", index, property,
                     problem);
        return true;
    }
    compose_error(compose, node, "entry %zu of \"%s\": %s; correct the tree, or --take the node",
                  index, property, problem);
    return false;
}

/* The outermost node above `node` that is kept by the same: what it makes sense to freeze. */
static size_t outermost(const struct compose *compose, size_t node)
{
    for (size_t above = compose->devtree->nodes[node].parent;
         above != 0 && compose->classes[above].keeper == compose->classes[node].keeper &&
         devclass_is_device(compose->devtree, above);
         above = compose->devtree->nodes[above].parent) {
        node = above;
    }
    return node;
}

/* A device that a granted one does not work without, and that cannot be granted. */
static bool refuse_need(struct compose *compose, size_t vm, size_t node, const struct devref *ref,
                        size_t target, const char *reason)
{
    const struct devtree *devtree = compose->devtree;
    if (compose->request->vms[vm].gives_all) {
        compose_note(compose, vm, NOTE_DROPPED, node, "\"%s\" names %s, which is not granted: %s",
                     ref->property, devtree->nodes[target].path, reason);
        drop(compose, vm, node, ref);
        return true;
    }
    size_t provider = outermost(compose, target);
    struct composed_vm *composed = &compose->vms[vm];
    if (composed->refused_node != node || composed->refused_provider != provider) {
        compose_error(
            compose, node,
            "\"%s\" names %s, which cannot be given: %s; --freeze %s leaves it as the boot "
            "loader left it, with clocks of the rates in the board's facts",
            ref->property, devtree->nodes[target].path, reason, devtree->nodes[provider].path);
        composed->refused_node = node;
        composed->refused_provider = provider;
    }
    return false;
}

/* Says, once for a property, that the guest does without what it names. */
static void note_without(struct compose *compose, size_t vm, size_t node, const struct devref *ref)
{
    const struct composed_vm *composed = &compose->vms[vm];
    const char *path = compose->devtree->nodes[ref->target].path;
    bool is_clock = strcmp(ref->property, "clocks") == 0;
    if (composed->dropped_count != 0) {
        const struct dropped_ref *last = &composed->dropped[composed->dropped_count - 1];
        if (last->node == node && last->property == ref->property) {
            return;
        }
    }
    if (composed->is_frozen[ref->target]) {
        compose_note(compose, vm, NOTE_FROZEN, node, "\"%s\" names %s, which stays as it is: %s",
                     ref->property, path,
                     is_clock ? "the guest finds clocks of the rates in the board's facts"
                              : "the guest's tree does without the property");
    } else {
        compose_note(compose, vm, NOTE_DROPPED, node,
                     "\"%s\" names %s, %s; the guest's tree does without it", ref->property, path,
                     composed->is_taken[ref->target] ? "which --take keeps out"
                                                     : "which is on while the CPUs are");
    }
}

static bool close_need(struct compose *compose, size_t vm, size_t node, const struct devref *ref)
{
    const struct devtree *devtree = compose->devtree;
    size_t device = compose_device_of(compose, ref->target);
    const char *reason;
    if (compose->vms[vm].is_frozen[ref->target] || compose->vms[vm].is_taken[ref->target] ||
        compose_is_cpu_domain(compose, ref)) {
        note_without(compose, vm, node, ref);
        drop(compose, vm, node, ref);
        return true;
    }
    if (device == 0 || devnode_is_within(devtree, node, device)) {
        return true; /* a part of itself, or nobody's */
    }
    if (!devtree->nodes[ref->target].is_enabled) {
        compose_note(compose, vm, NOTE_DROPPED, node,
                     "\"%s\" names %s, which is disabled in the board's tree", ref->property,
                     devtree->nodes[ref->target].path);
        drop(compose, vm, node, ref);
        return true;
    }
    if (compose_can_give(compose, vm, device, &reason)) {
        grant_device(compose, vm, device, WHY_NEEDED, node, ref->property);
        return true;
    }
    if (ref->kind == REF_OPTIONAL) {
        compose_note(compose, vm, NOTE_DROPPED, node,
                     "\"%s\" names %s, which is not granted: %s; its driver does without",
                     ref->property, devtree->nodes[device].path, reason);
        drop(compose, vm, node, ref);
        return true;
    }
    return refuse_need(compose, vm, node, ref, device, reason);
}

static void close_peer(struct compose *compose, size_t vm, size_t node, const struct devref *ref)
{
    size_t device = compose_device_of(compose, ref->target);
    if (device != 0 && !compose_has(compose, vm, device) &&
        compose->devtree->nodes[device].is_enabled &&
        compose->classes[device].keeper == KEEPER_NONE &&
        !devnode_is_within(compose->devtree, node, device)) {
        compose_note(compose, vm, NOTE_PEER, node,
                     "works together with %s (\"%s\"); --give it too if it is wanted",
                     compose->devtree->nodes[device].path, ref->property);
    }
}

/* Messages to the GIC are nobody's: a device behind a bridge has its lines as well. What turns
 * lines into messages has no other way; some send them to a device that raises lines of its own. */
static bool close_msi(struct compose *compose, size_t vm, size_t node, const struct devref *ref)
{
    const struct devtree *devtree = compose->devtree;
    size_t device = compose_device_of(compose, ref->target);
    if (compose->classes[device].keeper == KEEPER_NONE) {
        return close_need(compose, vm, node, ref);
    }
    if (devnode_property(devtree, node, "interrupt-controller", NULL) != NULL) {
        return refuse_need(compose, vm, node, ref, device,
                           "its interrupts are messages to the GIC, which no guest may send");
    }
    compose_note(compose, vm, NOTE_DROPPED, node,
                 "\"%s\" names %s, to which no guest may send messages; lines have to do",
                 ref->property, devtree->nodes[ref->target].path);
    drop(compose, vm, node, ref);
    return true;
}

static bool close_ref(struct compose *compose, size_t vm, size_t node, const struct devref *ref)
{
    if (ref->problem != NULL) {
        return tree_mistake(compose, vm, node, ref->property, ref->index, ref->problem);
    }
    switch (ref->kind) {
    case REF_NEEDED:
    case REF_OPTIONAL:
        return close_need(compose, vm, node, ref);
    case REF_PEER:
        close_peer(compose, vm, node, ref);
        return true;
    case REF_MEMORY:
        compose_note(compose, vm, NOTE_DROPPED, node,
                     "\"%s\" names reserved memory, %s; the guest sets memory aside in its own RAM",
                     ref->property, compose->devtree->nodes[ref->target].path);
        drop(compose, vm, node, ref);
        return true;
    case REF_IOMMU:
        drop(compose, vm, node, ref);
        return true;
    case REF_MSI:
        return close_msi(compose, vm, node, ref);
    }
    return true;
}

static bool close_refs(struct compose *compose, size_t vm, size_t node)
{
    struct devrefs refs;
    bool sound = true;
    devnode_refs(compose->devtree, node, &refs);
    for (size_t i = 0; i < refs.count; i++) {
        sound = close_ref(compose, vm, node, &refs.entries[i]) && sound;
    }
    free(refs.entries);
    return sound;
}

/* A controller between a device and the GIC is needed like a clock. */
static bool close_irqs(struct compose *compose, size_t vm, size_t node)
{
    struct devirqs irqs;
    bool sound = true;
    devnode_irqs(compose->devtree, node, &irqs);
    for (size_t i = 0; i < irqs.count; i++) {
        const struct devirq *irq = &irqs.entries[i];
        if (irq->problem != NULL) {
            sound =
                tree_mistake(compose, vm, node, irq->property, irq->index, irq->problem) && sound;
            continue;
        }
        const size_t between[] = {irq->through, irq->is_gic ? NODE_NONE : irq->controller};
        for (size_t j = 0; j < 2; j++) {
            struct devref ref = {
                .property = irq->property, .index = irq->index, .target = between[j]};
            sound = (between[j] == NODE_NONE || close_need(compose, vm, node, &ref)) && sound;
        }
    }
    free(irqs.entries);
    return sound;
}

/* Grants what the node stands on: controllers above it, and buses, whose registers are nobody's. */
static bool close_above(struct compose *compose, size_t vm, size_t node)
{
    const struct devtree *devtree = compose->devtree;
    bool sound = true;
    for (size_t above = devtree->nodes[node].parent; above != 0 && above != NODE_NONE;
         above = devtree->nodes[above].parent) {
        const char *reason;
        if (compose_has(compose, vm, above) || devnode_is_gic(devtree, above)) {
            continue; /* what can be given of a GIC is a frame for messages, which needs no more */
        }
        if (!devclass_is_device(devtree, above)) {
            compose_grant(compose, vm, above, WHY_ABOVE, node, NULL);
        } else if (compose_can_give(compose, vm, above, &reason)) {
            grant_device(compose, vm, above, WHY_ABOVE, node, NULL);
        } else {
            compose_error(compose, node, "it is part of %s, which cannot be given: %s",
                          devtree->nodes[above].path, reason);
            sound = false;
        }
    }
    return sound;
}

static bool close_regs(struct compose *compose, size_t vm, size_t node)
{
    const char *problem = compose->devtree->nodes[node].reg_problem;
    const struct grant *grant = &compose->vms[vm].grants[compose->vms[vm].grant_of[node]];
    if (problem == NULL || !grant->has_regs ||
        (grant->why != WHY_GIVEN && compose->request->vms[vm].gives_all)) {
        return true;
    }
    if (compose->request->vms[vm].gives_all) {
        compose_note(compose, vm, NOTE_DROPPED, node, "%s", problem);
        return true;
    }
    compose_error(compose, node, "%s; correct the tree, or --take the node", problem);
    return false;
}

/* The board's console, on which a debug kernel prints as well. */
static void note_console(struct compose *compose, size_t vm)
{
    size_t console = devtree_console(compose->devtree);
    if (compose->board->uart_type != UART_NONE && console != NODE_NONE &&
        compose_has(compose, vm, console)) {
        compose_note(compose, vm, NOTE_CONSOLE, console,
                     "it is also the console of a debug kernel and of the VMM: their lines stand "
                     "among the guest's; a release kernel prints none");
    }
}

bool compose_close(struct compose *compose, size_t vm)
{
    bool sound = true;
    /* The list grows while it is gone through. */
    for (size_t i = 0; i < compose->vms[vm].grant_count; i++) {
        size_t node = compose->vms[vm].grants[i].node;
        bool is_bus = compose->devtree->nodes[node].is_bus;
        sound = close_above(compose, vm, node) && sound;
        if (!is_bus) {
            sound = close_regs(compose, vm, node) && close_refs(compose, vm, node) &&
                    close_irqs(compose, vm, node) && sound;
        }
    }
    note_console(compose, vm);
    return sound;
}
