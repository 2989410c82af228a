/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Rules on the nodes of the tree that a party has, or has not.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "check.h"

/* Whether a node's registers are a device's, or a part's of one, that somebody may have. */
static bool is_grantable(const struct check *check, size_t node)
{
    return check->tree->nodes[node].reg_count != 0 && !check->tree->nodes[node].is_bus &&
           check->classes[node].keeper == KEEPER_NONE && check_device_of(check, node) != NODE_NONE;
}

/* Where the description grants the node. */
static const struct source *place_of(const struct check *check, size_t party, size_t node)
{
    const struct check_map *map = check_map_of(check, party, node);
    return map == NULL ? check_party_source(check, party) : &map->source;
}

/* Whether the party is given an interrupt of the node: then the node's registers are the matter of
 * another rule. */
static bool has_irq_of(const struct check *check, size_t party, size_t node)
{
    struct devirqs irqs;
    bool found = false;
    devnode_irqs(check->tree, node, &irqs);
    for (size_t i = 0; i < irqs.count; i++) {
        const struct devirq *irq = &irqs.entries[i];
        found = found ||
                (irq->is_gic && irq->problem == NULL && check->grants[party].is_given[irq->intid]);
    }
    free(irqs.entries);
    return found;
}

static void not_granted(struct check *check, size_t party)
{
    const struct check_grant *grant = &check->grants[party];
    struct check_finding finding = {.source = *check_party_source(check, party)};
    for (size_t node = 0; node < check->tree->node_count; node++) {
        const struct devnode *self = &check->tree->nodes[node];
        if (!grant->is_wanted[node] || !is_grantable(check, node) ||
            check_has_all(check, party, node)) {
            continue;
        }
        bool some = check_has_some(check, party, node);
        if (!some && has_irq_of(check, party, node)) {
            continue;
        }
        for (size_t i = 0; i < self->reg_count; i++) {
            if (!check_covers(grant->devices, grant->device_count, &self->regs[i])) {
                check_item_add(&finding, NULL, self->path, "0x%" PRIx64 " + 0x%" PRIx64 "%s",
                               self->regs[i].base, self->regs[i].size,
                               some ? ", but others of its registers are granted" : "");
            }
        }
    }
    check_finding_add(&check->findings, &finding, CHECK_NODE_NOT_GRANTED,
                      "registers of nodes that %s enables are not mapped by %.64s",
                      check_tree_name(check, party),
                      check_party_name(&check->model->parties[party]));
}

/* The pages of everything that the party's guest drives. */
static struct range *wanted_pages(const struct check *check, size_t party, size_t *count)
{
    size_t room = 0;
    for (size_t node = 0; node < check->tree->node_count; node++) {
        room += check->tree->nodes[node].reg_count;
    }
    struct range *pages = alloc_array(room, sizeof(*pages));
    *count = 0;
    for (size_t node = 0; node < check->tree->node_count; node++) {
        const struct devnode *self = &check->tree->nodes[node];
        for (size_t i = 0;
             check->grants[party].is_wanted[node] && !self->is_bus && i < self->reg_count; i++) {
            pages[(*count)++] = check_pages(&self->regs[i]);
        }
    }
    range_merge(pages, count);
    return pages;
}

/* Whether the party has a page of the node's in which its guest drives nothing. */
static bool has_page_alone(const struct check_grant *grant, const struct devnode *node,
                           const struct range *pages, size_t page_count)
{
    for (size_t i = 0; i < node->reg_count; i++) {
        const struct range own = check_pages(&node->regs[i]);
        for (size_t j = 0; j < grant->device_count; j++) {
            const struct range *granted = &grant->devices[j];
            if (!range_overlaps(granted, own.base, own.size)) {
                continue;
            }
            uint64_t end = own.base + own.size, granted_end = granted->base + granted->size;
            struct range both = {.base = own.base > granted->base ? own.base : granted->base};
            both.size = (end < granted_end ? end : granted_end) - both.base;
            if (!check_covers(pages, page_count, &both)) {
                return true;
            }
        }
    }
    return false;
}

/* Disabled nodes count if there is one at least that a smaller grant would leave out. */
static void disabled_granted(struct check *check, size_t party)
{
    const struct check_grant *grant = &check->grants[party];
    struct check_finding finding = {.source = *check_party_source(check, party)};
    size_t page_count, alone_count = 0;
    struct range *pages = wanted_pages(check, party, &page_count);
    for (size_t node = 0; node < check->tree->node_count; node++) {
        const struct devnode *self = &check->tree->nodes[node];
        if (grant->is_wanted[node] || !is_grantable(check, node) ||
            !check_has_some(check, party, node)) {
            continue;
        }
        bool alone = has_page_alone(grant, self, pages, page_count);
        alone_count += alone;
        check_item_add(&finding, place_of(check, party, node), self->path, "%s",
                       alone ? "" : "in a page of one that is enabled");
    }
    free(pages);
    size_t count = finding.item_total;
    if (alone_count == 0) {
        check_finding_drop(&finding);
    }
    check_finding_add(
        &check->findings, &finding, CHECK_DISABLED_GRANTED,
        "%zu node%s that %s disables %s granted to %.64s, %zu of them in pages of their "
        "own",
        count, count == 1 ? "" : "s", check_tree_name(check, party), count == 1 ? "is" : "are",
        check_party_name(&check->model->parties[party]), alone_count);
}

static void powers(struct check *check, size_t party)
{
    struct check_finding finding = {0};
    size_t last = NODE_NONE;
    for (size_t node = 0; node < check->tree->node_count; node++) {
        size_t device = check_device_of(check, node);
        if (!is_grantable(check, node) || device == last || check->classes[device].power == NULL ||
            !check_has_some(check, party, node)) {
            continue;
        }
        last = device;
        check_item_add(&finding, place_of(check, party, node), check->tree->nodes[device].path,
                       "%s: can %s", check->classes[device].what, check->classes[device].power);
    }
    check_finding_add(&check->findings, &finding, CHECK_POWER,
                      "%.64s is granted what rules over devices of others",
                      check_party_name(&check->model->parties[party]));
}

/* A device's first registers are the ones that it is told with. */
static bool is_driven(const struct check *check, size_t party, size_t node)
{
    const struct check_grant *grant = &check->grants[party];
    return grant->is_wanted[node] && is_grantable(check, node) &&
           check_touches(grant->devices, grant->device_count, &check->tree->nodes[node].regs[0]);
}

static void masters(struct check *check, size_t party)
{
    struct check_finding finding = {0};
    for (size_t node = 0; node < check->tree->node_count; node++) {
        if (check->classes[node].master == MASTER_YES && is_driven(check, party, node)) {
            const char *what = check->classes[node].what;
            bool has_iommu = devnode_property(check->tree, node, "iommus", NULL) != NULL ||
                             devnode_property(check->tree, node, "iommu-map", NULL) != NULL;
            check_item_add(&finding, place_of(check, party, node), check->tree->nodes[node].path,
                           "%s%s", what == NULL ? "a device" : what,
                           has_iommu ? ", behind an IOMMU that this release does not drive" : "");
        }
    }
    check_finding_add(&check->findings, &finding, CHECK_MASTER,
                      "devices of %.64s do DMA, which reaches all of RAM, the kernel's too",
                      check_party_name(&check->model->parties[party]));
}

static void console(struct check *check, size_t party)
{
    const struct check_grant *grant = &check->grants[party];
    struct check_finding finding = {0};
    const struct range uart = board_uart_page(check->board);
    if (!check->input->kernel_prints || uart.size == 0 ||
        !check_touches(grant->devices, grant->device_count, &uart)) {
        return;
    }
    for (size_t node = 0; node < check->tree->node_count; node++) {
        const struct devnode *self = &check->tree->nodes[node];
        struct range first = {0};
        if (is_grantable(check, node) && self->reg_count != 0) {
            first = check_pages(&self->regs[0]);
        }
        if (first.base == uart.base && devtree_console(check->tree) == node) {
            check_item_add(&finding, place_of(check, party, node), self->path, "%s", "");
        }
    }
    if (finding.item_count == 0) {
        check_item_add(&finding, check_party_source(check, party), NULL, "0x%" PRIx64, uart.base);
    }
    check_finding_add(&check->findings, &finding, CHECK_CONSOLE,
                      "the console that the debug kernel prints on is granted to %.64s",
                      check_party_name(&check->model->parties[party]));
}

/* Adds what a device refers to in its guest's tree and does not find there. */
static void add_refs(struct check_finding *finding, const struct devtree *guest, size_t node)
{
    struct devrefs refs;
    devnode_refs(guest, node, &refs);
    for (size_t i = 0; i < refs.count; i++) {
        const struct devref *ref = &refs.entries[i];
        if (i > 0 && ref->target == ref[-1].target && ref->problem == NULL) {
            continue; /* several clocks of one controller */
        }
        if (ref->kind == REF_NEEDED && ref->problem != NULL) {
            check_item_add(finding, NULL, guest->nodes[node].path, "\"%.64s\" %s", ref->property,
                           ref->problem);
        } else if (ref->kind == REF_NEEDED && !guest->nodes[ref->target].is_enabled) {
            check_item_add(finding, NULL, guest->nodes[node].path, "\"%.64s\" needs %.256s",
                           ref->property, guest->nodes[ref->target].path);
        }
    }
    free(refs.entries);
}

/* The same of the controllers between it and the GIC. */
static void add_controllers(struct check_finding *finding, const struct devtree *guest, size_t node)
{
    struct devirqs irqs;
    devnode_irqs(guest, node, &irqs);
    for (size_t i = 0; i < irqs.count; i++) {
        const struct devirq *irq = &irqs.entries[i];
        size_t controller = irq->through != NODE_NONE ? irq->through : irq->controller;
        if (controller != NODE_NONE && !guest->nodes[controller].is_enabled) {
            check_item_add(finding, NULL, guest->nodes[node].path, "\"%.64s\" needs %.256s",
                           irq->property, guest->nodes[controller].path);
        }
    }
    free(irqs.entries);
}

static void needed(struct check *check, size_t party)
{
    const struct check_grant *grant = &check->grants[party];
    struct check_finding finding = {.source = *check_party_source(check, party)};
    for (size_t node = 0; grant->guest != NULL && node < check->tree->node_count; node++) {
        if (grant->is_wanted[node] && is_grantable(check, node) &&
            check_has_some(check, party, node)) {
            add_refs(&finding, grant->guest, grant->guest_nodes[node]);
            add_controllers(&finding, grant->guest, grant->guest_nodes[node]);
        }
    }
    check_finding_add(&check->findings, &finding, CHECK_NEEDED_DISABLED,
                      "devices of %.64s need nodes that its tree has not, or has disabled",
                      check_party_name(&check->model->parties[party]));
}

void check_nodes(struct check *check)
{
    for (size_t party = 0; party < check->model->party_count; party++) {
        if (check->grants[party].expects) {
            not_granted(check, party);
            needed(check, party);
        }
        if (check->model->parties[party].has_vm) {
            disabled_granted(check, party);
            powers(check, party);
        }
        masters(check, party);
        console(check, party);
    }
}
