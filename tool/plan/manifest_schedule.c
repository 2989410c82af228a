/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The domain schedule in the manifest.
 */
#include "manifest_array.h"

size_t manifest_schedule_count(const struct plan *plan)
{
    return plan->system->schedule_count;
}

void manifest_schedule_write(const struct plan *plan, struct manifest_schedule *out)
{
    const struct system *system = plan->system;
    for (size_t i = 0; i < system->schedule_count; i++) {
        const struct schedule_entry *entry = &system->schedule[i];
        out[i] = (struct manifest_schedule){
            .domain = system->domains[entry->domain].id,
            .unit = entry->is_ticks ? DURATION_TICKS : DURATION_US,
            .duration = entry->duration,
        };
    }
}
