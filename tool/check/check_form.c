/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Rules on the description by itself: whether it is one.
 */
#include <string.h>

#include "check.h"

static void check_repairs(struct check *check)
{
    struct check_finding finding = {0};
    const struct check_repairs *repairs = &check->model->repairs;
    for (size_t i = 0; i < repairs->count; i++) {
        const struct check_repair *repair = &repairs->list[i];
        if (repair->column == 0) {
            check_item_add(&finding, &repair->source, NULL, "%s", repair->text);
        } else {
            check_item_add(&finding, &repair->source, NULL, "column %u: %s", repair->column,
                           repair->text);
        }
    }
    finding.item_total = repairs->total;
    check_finding_add(&check->findings, &finding, CHECK_NOT_WELL_FORMED,
                      "not well-formed XML, in %zu place%s", repairs->total,
                      repairs->total == 1 ? "" : "s");
}

/* Whether an earlier map names the same region, which there is not. */
static bool is_repeated(const struct check_model *model, size_t map)
{
    for (size_t i = 0; i < map; i++) {
        if (model->maps[i].region == INDEX_NONE &&
            strcmp(model->maps[i].region_name, model->maps[map].region_name) == 0) {
            return true;
        }
    }
    return false;
}

static void check_names(struct check *check)
{
    const struct check_model *model = check->model;
    for (size_t i = 0; i < model->map_count; i++) {
        const char *name = model->maps[i].region_name;
        struct check_finding finding = {0};
        if (model->maps[i].region != INDEX_NONE || is_repeated(model, i)) {
            continue;
        }
        for (size_t map = i; map < model->map_count; map++) {
            if (model->maps[map].region == INDEX_NONE &&
                strcmp(model->maps[map].region_name, name) == 0) {
                const struct check_party *party = &model->parties[model->maps[map].party];
                check_item_add(&finding, &model->maps[map].source, NULL, "mapped by %.64s",
                               model->maps[map].in_vm ? party->vm_name : party->name);
            }
        }
        check_finding_add(&check->findings, &finding, CHECK_REGION_UNDEFINED,
                          "memory region \"%.64s\" is mapped, but there is none of that name",
                          name);
    }
}

static void check_dialect(struct check *check)
{
    struct check_finding finding = {0};
    for (size_t i = 0; i < check->model->party_count; i++) {
        const struct check_party *party = &check->model->parties[i];
        if (party->has_vm && (party->vm_has_id || party->vcpu_count == 0)) {
            check_item_add(&finding, &party->vm_source, NULL, "virtual machine \"%.64s\" %s%s%s",
                           party->vm_name, party->vm_has_id ? "has an id" : "",
                           party->vm_has_id && party->vcpu_count == 0 ? " and " : "",
                           party->vcpu_count == 0 ? "has no <vcpu>" : "");
        }
    }
    check_finding_add(&check->findings, &finding, CHECK_OLD_DIALECT,
                      "a virtual machine as Microkits before version 2 wrote it");
}

static void check_numbers(struct check *check)
{
    struct check_finding finding = {0};
    for (size_t i = 0; i < check->model->odd_count; i++) {
        const struct check_odd *odd = &check->model->odds[i];
        check_item_add(&finding, &odd->source, NULL, "%s=\"%.64s\"", odd->attribute, odd->value);
    }
    check_finding_add(&check->findings, &finding, CHECK_NUMBER,
                      "a value that is no number; nothing that depends on it has been checked");
}

void check_form(struct check *check)
{
    check_repairs(check);
    check_names(check);
    check_dialect(check);
    check_numbers(check);
}
