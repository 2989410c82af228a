/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Rights to other PDs in the manifest.
 */
#include "manifest_array.h"

#include <stdlib.h>

size_t manifest_slot_count(const struct plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->system->pd_count; i++) {
        count += plan->system->pds[i].capability_count;
    }
    return count;
}

static int slot_compare(const void *left, const void *right)
{
    const struct manifest_slot *a = left;
    const struct manifest_slot *b = right;
    if (a->pd != b->pd) {
        return a->pd < b->pd ? -1 : 1;
    }
    return (a->slot > b->slot) - (a->slot < b->slot);
}

void manifest_slot_write(const struct plan *plan, struct manifest_slot *out)
{
    static const enum slot_kind kinds[] = {
        [CAPABILITY_TCB] = SLOT_TCB,
        [CAPABILITY_SC] = SLOT_SC,
        [CAPABILITY_VSPACE] = SLOT_VSPACE,
    };
    struct manifest_slot *first = out;
    for (size_t i = 0; i < plan->system->pd_count; i++) {
        const struct pd *pd = &plan->system->pds[i];
        for (size_t j = 0; j < pd->capability_count; j++) {
            *out++ = (struct manifest_slot){
                .pd = (uint32_t)i,
                .slot = pd->capabilities[j].slot,
                .kind = kinds[pd->capabilities[j].kind],
                .target_pd = (uint32_t)pd->capabilities[j].pd,
            };
        }
    }
    qsort(first, (size_t)(out - first), sizeof(*out), slot_compare);
}
