/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Rules on interrupts and registers together: who has one of a device has the other.
 */
#include <inttypes.h>

#include "check.h"

#define FIRST_SPI 32

static void without_regs(struct check *check, size_t party)
{
    const struct check_grant *grant = &check->grants[party];
    struct check_finding finding = {0};
    for (size_t i = 0; i < check->model->irq_count; i++) {
        const struct check_irq *irq = &check->model->irqs[i];
        size_t count = 0, bare = NODE_NONE;
        const struct check_line *lines = NULL;
        if (irq->party == party && irq->number.known && irq->number.value < GIC_LINES_MAX) {
            lines = check_lines(check, (uint32_t)irq->number.value, &count);
        }
        for (size_t line = 0; line < count; line++) {
            size_t node = lines[line].node;
            if (check->tree->nodes[node].reg_count == 0 || check_has_some(check, party, node)) {
                bare = NODE_NONE;
                break;
            }
            if (grant->is_wanted[node] && check->classes[node].keeper == KEEPER_NONE) {
                bare = node;
            }
        }
        if (bare != NODE_NONE) {
            check_item_add(&finding, &irq->source, check->tree->nodes[bare].path,
                           "interrupt %" PRIu64, irq->number.value);
        }
    }
    check_finding_add(&check->findings, &finding, CHECK_IRQ_WITHOUT_REGS,
                      "%.64s is given interrupts of a device, but none of its registers",
                      check_party_name(&check->model->parties[party]));
}

static void missing(struct check *check, size_t party)
{
    const struct check_grant *grant = &check->grants[party];
    struct check_finding finding = {.source = *check_party_source(check, party)};
    for (size_t i = 0; i < check->line_count; i++) {
        const struct check_line *line = &check->lines[i];
        if (line->intid >= FIRST_SPI && !grant->is_given[line->intid] &&
            grant->is_wanted[line->node] && check->classes[line->node].keeper == KEEPER_NONE &&
            check_device_of(check, line->node) != NODE_NONE) {
            check_item_add(&finding, NULL, check->tree->nodes[line->node].path,
                           "interrupt %" PRIu32 "%s", line->intid,
                           line->trigger == TRIGGER_EDGE    ? ", edge"
                           : line->trigger == TRIGGER_LEVEL ? ", level"
                                                            : "");
        }
    }
    size_t count = finding.item_total;
    check_finding_add(&check->findings, &finding, CHECK_IRQ_MISSING,
                      "%zu interrupt%s of nodes that %s enables %s not given to %.64s", count,
                      count == 1 ? "" : "s", check_tree_name(check, party),
                      count == 1 ? "is" : "are", check_party_name(&check->model->parties[party]));
}

void check_irq_grants(struct check *check)
{
    for (size_t party = 0; party < check->model->party_count; party++) {
        without_regs(check, party);
        if (check->grants[party].expects) {
            missing(check, party);
        }
    }
}
