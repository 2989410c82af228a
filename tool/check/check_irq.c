/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Rules on each interrupt of a description: whether the tree knows it, and as what.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "alloc.h"
#include "check.h"

#define FIRST_PPI 16 /* INTIDs below are SGIs: IHI 0048B, 2.2.1 */
#define FIRST_SPI 32

/* One finding of each rule in the making. */
struct irq_rules {
    struct check *check;
    struct check_finding found[CHECK_CODE_COUNT];
};

static const char *trigger_name(bool edge)
{
    return edge ? "edge" : "level";
}

/* Whether one of the nodes that raise `intid` is the party's: enabled, and its registers granted
 * if it has some. Tells which. */
static bool is_raised_for(const struct check *check, size_t party, uint32_t intid, size_t *node)
{
    size_t count;
    const struct check_line *lines = check_lines(check, intid, &count);
    for (size_t i = 0; i < count; i++) {
        *node = lines[i].node;
        if (check->grants[party].is_wanted[*node] && check_has_some(check, party, *node)) {
            return true;
        }
    }
    return false;
}

/* An SPI's number as it stands in the tree, without the 32 that the GIC's own numbers have more. */
static bool take_without_32(struct irq_rules *rules, const struct check_irq *irq)
{
    size_t count = 0, node;
    uint64_t number = irq->number.value;
    if (number >= FIRST_SPI) {
        check_lines(rules->check, (uint32_t)number, &count);
    }
    if (count != 0 ||
        !is_raised_for(rules->check, irq->party, (uint32_t)number + FIRST_SPI, &node)) {
        return false;
    }
    rules->check->grants[irq->party].is_given[number + FIRST_SPI] = true; /* it is what is meant */
    check_item_add(&rules->found[CHECK_IRQ_WITHOUT_32], &irq->source,
                   rules->check->tree->nodes[node].path, "interrupt %" PRIu64 " should be %" PRIu64,
                   number, number + FIRST_SPI);
    return true;
}

/* What is wrong with the number by itself. */
static bool take_number(struct irq_rules *rules, const struct check_irq *irq)
{
    const struct board *board = rules->check->board;
    uint64_t number = irq->number.value;
    enum check_code code;
    if (number >= GIC_LINES_MAX || (board->irq_lines != 0 && number >= board->irq_lines)) {
        code = CHECK_IRQ_BEYOND;
    } else if (take_without_32(rules, irq)) {
        return true;
    } else if (number < FIRST_PPI) {
        code = CHECK_IRQ_SGI;
    } else if (number < FIRST_SPI && (irq->in_vm || number != board->ptimer_irq)) {
        code = CHECK_IRQ_PRIVATE;
    } else {
        return number < FIRST_SPI;
    }
    check_item_add(&rules->found[code], &irq->source, NULL, "interrupt %" PRIu64, number);
    return true;
}

/* What the tree says about an SPI. */
static void take_spi(struct irq_rules *rules, const struct check_irq *irq)
{
    const struct check *check = rules->check;
    const bool *is_wanted = check->grants[irq->party].is_wanted;
    uint32_t intid = (uint32_t)irq->number.value;
    bool is_enabled = false, fits = false, is_told = false;
    size_t count;
    const struct check_line *lines = check_lines(check, intid, &count);
    if (count == 0) {
        check_item_add(&rules->found[CHECK_IRQ_OF_NOBODY], &irq->source, NULL, "interrupt %u",
                       intid);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        is_enabled = is_enabled || is_wanted[lines[i].node];
        is_told = is_told || lines[i].trigger != TRIGGER_UNKNOWN;
        fits = fits || lines[i].trigger == (irq->edge ? TRIGGER_EDGE : TRIGGER_LEVEL);
    }
    const char *path = check->tree->nodes[lines[0].node].path;
    if (!is_enabled) {
        check_item_add(&rules->found[CHECK_IRQ_OF_DISABLED], &irq->source, path, "interrupt %u",
                       intid);
    }
    if (is_told && !fits) {
        check_item_add(&rules->found[CHECK_IRQ_TRIGGER], &irq->source, path,
                       "interrupt %u is %s here and %s in the tree", intid, trigger_name(irq->edge),
                       trigger_name(!irq->edge));
    }
}

static int compare_irqs(const void *left, const void *right)
{
    const struct check_irq *a = *(const struct check_irq *const *)left;
    const struct check_irq *b = *(const struct check_irq *const *)right;
    if (a->number.value != b->number.value) {
        return a->number.value < b->number.value ? -1 : 1;
    }
    return (a > b) - (a < b); /* both are of one array */
}

static void find_repeated(struct irq_rules *rules)
{
    const struct check_model *model = rules->check->model;
    const struct check_irq **sorted =
        alloc_array(model->irq_count, sizeof(const struct check_irq *));
    size_t count = 0;
    for (size_t i = 0; i < model->irq_count; i++) {
        if (model->irqs[i].number.known) {
            sorted[count++] = &model->irqs[i];
        }
    }
    qsort(sorted, count, sizeof(const struct check_irq *), compare_irqs);
    for (size_t i = 1; i < count; i++) {
        if (sorted[i]->number.value == sorted[i - 1]->number.value) {
            check_item_add(&rules->found[CHECK_IRQ_TWICE], &sorted[i]->source, NULL,
                           "interrupt %" PRIu64 " is given at line %u already",
                           sorted[i]->number.value, sorted[i - 1]->source.line);
        }
    }
    free(sorted);
}

void check_irqs(struct check *check)
{
    static const struct {
        enum check_code code;
        const char *text;
    } texts[] = {
        {CHECK_IRQ_SGI, "a software-generated interrupt, which no device raises, is given"},
        {CHECK_IRQ_OF_DISABLED, "an interrupt is given that only disabled nodes raise"},
        {CHECK_IRQ_TRIGGER, "the trigger of an interrupt is not the tree's"},
        {CHECK_IRQ_BEYOND, "an interrupt is given that the GIC does not have"},
        {CHECK_IRQ_PRIVATE, "an interrupt is given that is private to each core"},
        {CHECK_IRQ_WITHOUT_32, "an interrupt has the number of the tree, not the GIC's"},
        {CHECK_IRQ_OF_NOBODY, "an interrupt is given that no node of the tree raises"},
        {CHECK_IRQ_TWICE, "an interrupt is given twice"},
    };
    struct irq_rules *rules = alloc_array(1, sizeof(*rules));
    rules->check = check;
    for (size_t i = 0; i < check->model->irq_count; i++) {
        const struct check_irq *irq = &check->model->irqs[i];
        if (irq->number.known && !take_number(rules, irq)) {
            take_spi(rules, irq);
        }
    }
    find_repeated(rules);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        check_finding_add(&check->findings, &rules->found[texts[i].code], texts[i].code, "%s",
                          texts[i].text);
    }
    free(rules);
}
