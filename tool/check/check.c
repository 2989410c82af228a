/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `drover check`: the contents page of its rules.
 */
#include "check.h"

#include <string.h>

/* The acceptance of a finding's code, or NULL. */
static struct check_acceptance *acceptance_of(const struct check_model *model, enum check_code code)
{
    for (size_t i = 0; i < model->acceptance_count; i++) {
        struct check_acceptance *acceptance = &model->acceptances[i];
        if (strcmp(acceptance->code, check_code_name(code)) == 0 && acceptance->reason[0] != '\0' &&
            check_code_is_acceptable(code)) {
            return acceptance;
        }
    }
    return NULL;
}

/* What is wrong with an acceptance. */
static const char *acceptance_fault(const struct check *check,
                                    const struct check_acceptance *acceptance)
{
    enum check_code code;
    if (!check_code_find(acceptance->code, &code)) {
        return "is no code";
    }
    if (!check_code_is_acceptable(code)) {
        return "is an error, which cannot be accepted";
    }
    if (acceptance->reason[0] == '\0') {
        return "is accepted without a reason";
    }
    for (size_t i = 0; i < check->findings.count; i++) {
        if (check->findings.list[i].code == code) {
            return NULL;
        }
    }
    /* The command line's acceptances are for many descriptions. */
    return acceptance->source.line == 0 ? NULL : "does not occur";
}

static void check_accept(struct check *check)
{
    const struct check_model *model = check->model;
    struct check_finding finding = {0};
    for (size_t i = 0; i < model->acceptance_count; i++) {
        const struct check_acceptance *acceptance = &model->acceptances[i];
        const char *fault = acceptance_fault(check, acceptance);
        if (fault != NULL) {
            check_item_add(&finding, &acceptance->source, NULL, "%.16s %s", acceptance->code,
                           fault);
        }
    }
    for (size_t i = 0; i < check->findings.count; i++) {
        struct check_finding *found = &check->findings.list[i];
        const struct check_acceptance *acceptance = acceptance_of(model, found->code);
        found->accepted = acceptance == NULL ? NULL : acceptance->reason;
    }
    check_finding_add(&check->findings, &finding, CHECK_ACCEPTANCE,
                      "a comment accepts what it cannot");
}

void check_run(struct check *check, const struct check_input *input)
{
    *check = (struct check){
        .input = input, .model = input->model, .tree = input->tree, .board = input->board};
    check_grants_make(check);
    check_form(check);
    check_irqs(check);
    check_irq_grants(check);
    check_nodes(check);
    check_regions(check);
    check_maps(check);
    check_gic(check);
    check_memory(check);
    check_accept(check);
    check_findings_sort(&check->findings);
}

bool check_failed(const struct check *check)
{
    for (size_t i = 0; i < check->findings.count; i++) {
        if (check->findings.list[i].accepted == NULL) {
            return true;
        }
    }
    return check->findings.total > check->findings.count;
}

void check_free(struct check *check)
{
    check_grants_free(check);
    check_findings_free(&check->findings);
    *check = (struct check){0};
}
