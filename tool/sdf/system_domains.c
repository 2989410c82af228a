/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Scheduling domains: each has a name of its own, and each PD's has a turn.
 */
#include "system_check.h"

#include "diag.h"
#include "drover/abi.h"
#include "names.h"

static void check_names(const struct system *system)
{
    struct names names = {0};
    for (size_t i = 0; i < system->domain_count; i++) {
        names_add(&names, system->domains[i].name, i, &system->domains[i].source);
    }
    names_sort(&names);
    names_check(&names, "domain", "each domain has a name of its own; rename one");
    names_free(&names);
}

static void warn_left_out(const struct system *system)
{
    bool has_turn[DOMAIN_MAX] = {false};
    for (size_t i = 0; i < system->schedule_count; i++) {
        has_turn[system->schedule[i].domain] = true;
    }
    for (size_t i = 0; i < system->pd_count; i++) {
        const struct pd *pd = &system->pds[i];
        if (pd->domain != INDEX_NONE && !has_turn[pd->domain]) {
            diag_warning(&pd->source,
                         "protection_domain \"%s\": it will never run: no <schedule_entry> from "
                         "start_index to the next end marker has domain \"%s\"; add one",
                         pd->name, system->domains[pd->domain].name);
        }
    }
}

void system_domains_check(const struct system *system)
{
    check_names(system);
    warn_left_out(system);
}
