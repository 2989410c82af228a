/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * From a description's file to what `drover check` understands of it.
 */
#include "check_model.h"

#include <stdlib.h>

#include "diag.h"
#include "names.h"
#include "preprocess.h"

static void find_regions(struct check_model *model)
{
    struct names names = {0};
    for (size_t i = 0; i < model->region_count; i++) {
        names_add(&names, model->regions[i].name, i, &model->regions[i].source);
    }
    names_sort(&names);
    for (size_t i = 0; i < model->map_count; i++) {
        model->maps[i].region = names_find(&names, model->maps[i].region_name);
    }
    names_free(&names);
}

void check_model_take(struct check_model *model, struct source_text *text)
{
    model->text = *text;
    *text = (struct source_text){0};
    check_text_repair(&model->text, &model->repairs);
    check_read(model);
    find_regions(model);
}

bool check_model_read(struct check_model *model, const char *path, const struct macro *macros,
                      size_t macro_count)
{
    struct source_text text = {0};
    *model = (struct check_model){0};
    bool good = source_text_load(&text, path) && source_text_check(&text);
    if (good) {
        check_accept_scan(model, &text, path); /* comments do not outlive the preprocessor */
        good = (macro_count == 0 || preprocess(&text, path, macros, macro_count)) &&
               source_text_check(&text);
    }
    if (good) {
        check_model_take(model, &text);
        if (model->excess.what != NULL) {
            diag_error(&model->excess.source,
                       "more than %zu %s, which no system has; what comes here would go unchecked: "
                       "split the description, or remove what does not belong to it",
                       model->excess.most, model->excess.what);
            good = false;
        }
    }
    source_text_free(&text);
    return good;
}

void check_model_free(struct check_model *model)
{
    for (size_t i = 0; i < model->region_count; i++) {
        free(model->regions[i].name);
    }
    for (size_t i = 0; i < model->map_count; i++) {
        free(model->maps[i].region_name);
    }
    for (size_t i = 0; i < model->party_count; i++) {
        free(model->parties[i].name);
        free(model->parties[i].vm_name);
    }
    for (size_t i = 0; i < model->odd_count; i++) {
        free(model->odds[i].value);
    }
    for (size_t i = 0; i < model->acceptance_count; i++) {
        free(model->acceptances[i].code);
        free(model->acceptances[i].reason);
    }
    free(model->regions);
    free(model->maps);
    free(model->irqs);
    free(model->parties);
    free(model->odds);
    free(model->acceptances);
    check_repairs_free(&model->repairs);
    source_text_free(&model->text);
    *model = (struct check_model){0};
}

const char *check_party_name(const struct check_party *party)
{
    return party->has_vm ? party->vm_name : party->name;
}
