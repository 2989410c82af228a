/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The rules of a system: contents page, names and counts.
 */
#include "system_check.h"

#include <stdlib.h>

#include "alloc.h"
#include "diag.h"
#include "drover/abi.h"
#include "names.h"

static void check_region_names(const struct system *system)
{
    struct names names = {0};
    for (size_t i = 0; i < system->region_count; i++) {
        names_add(&names, system->regions[i].name, i, &system->regions[i].source);
    }
    names_sort(&names);
    names_check(&names, "memory_region", "each region has a name of its own; rename one");
    names_free(&names);
}

static void check_pd_names(const struct system *system)
{
    struct names pds = {0};
    struct names vms = {0};
    for (size_t i = 0; i < system->pd_count; i++) {
        const struct pd *pd = &system->pds[i];
        names_add(&pds, pd->name, i, &pd->source);
        if (pd->vm != NULL) {
            names_add(&vms, pd->vm->name, i, &pd->vm->source);
        }
    }
    names_sort(&pds);
    names_sort(&vms);
    names_check(&pds, "protection_domain", "each PD has a name of its own; rename one");
    names_check(&vms, "virtual_machine", "each VM has a name of its own; rename one");
    names_free(&pds);
    names_free(&vms);
}

/* A PD has at most one VM, so VM_MAX can only be passed after PD_MAX. */
_Static_assert(VM_MAX >= PD_MAX, "the number of VMs needs a check of its own");

/* Without this bound, what follows could take long. */
static bool check_counts(const struct system *system)
{
    if (system->pd_count > PD_MAX) {
        const struct pd *pd = &system->pds[PD_MAX];
        diag_error(&pd->source,
                   "protection_domain \"%s\": the system has %zu PDs; at most %d are possible",
                   pd->name, system->pd_count, PD_MAX);
        return false;
    }
    return true;
}

static void mark_mapped(bool *mapped, const struct map *maps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        mapped[maps[i].region] = true;
    }
}

static void warn_unmapped(const struct system *system)
{
    bool *mapped = alloc_array(system->region_count, sizeof(bool));
    for (size_t i = 0; i < system->pd_count; i++) {
        const struct pd *pd = &system->pds[i];
        mark_mapped(mapped, pd->maps, pd->map_count);
        if (pd->vm != NULL) {
            mark_mapped(mapped, pd->vm->maps, pd->vm->map_count);
        }
    }
    for (size_t i = 0; i < system->region_count; i++) {
        const struct memory_region *region = &system->regions[i];
        if (!mapped[i]) {
            diag_warning(&region->source,
                         "memory_region \"%s\": nothing maps it; add a <map>, or remove it",
                         region->name);
        }
    }
    free(mapped);
}

void system_check(const struct system *system)
{
    unsigned errors = diag_error_count();
    if (!check_counts(system)) {
        return;
    }
    check_region_names(system);
    check_pd_names(system);
    system_domains_check(system);
    system_ids_check(system);
    system_irqs_check(system);
    system_channels_check(system);
    system_symbols_check(system);
    system_placement_check(system);
    if (diag_error_count() == errors) {
        warn_unmapped(system);
    }
}
