/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Symbols of a PD's program that the description sets: each one once.
 */
#include "system_check.h"

#include "names.h"

static void add(struct names *symbols, const char *symbol, const struct source *source)
{
    names_add(symbols, symbol, symbols->count, source);
}

static void add_own(struct names *symbols, const struct pd *pd)
{
    for (size_t i = 0; i < pd->map_count; i++) {
        add(symbols, pd->maps[i].setvar_vaddr, &pd->maps[i].source);
        add(symbols, pd->maps[i].setvar_size, &pd->maps[i].source);
        add(symbols, pd->maps[i].setvar_prefill_size, &pd->maps[i].source);
    }
    for (size_t i = 0; i < pd->irq_count; i++) {
        add(symbols, pd->irqs[i].setvar_id, &pd->irqs[i].source);
    }
    for (size_t i = 0; i < pd->setvar_count; i++) {
        add(symbols, pd->setvars[i].symbol, &pd->setvars[i].source);
    }
    for (size_t i = 0; pd->vm != NULL && i < pd->vm->vcpu_count; i++) {
        add(symbols, pd->vm->vcpus[i].setvar_id, &pd->vm->vcpus[i].source);
    }
}

/* The identifiers of children and channels are set in the PD that uses them. */
static void add_of_others(struct names *symbols, const struct system *system, size_t index)
{
    for (size_t i = 0; i < system->pd_count; i++) {
        if (system->pds[i].parent == index) {
            add(symbols, system->pds[i].setvar_id, &system->pds[i].source);
        }
    }
    for (size_t i = 0; i < 2 * system->channel_count; i++) {
        const struct channel_end *end = &system->channels[i / 2].ends[i % 2];
        if (end->pd == index) {
            add(symbols, end->setvar_id, &end->source);
        }
    }
}

void system_symbols_check(const struct system *system)
{
    for (size_t i = 0; i < system->pd_count; i++) {
        struct names symbols = {0};
        add_own(&symbols, &system->pds[i]);
        add_of_others(&symbols, system, i);
        names_sort(&symbols);
        names_check(&symbols, "symbol", "a symbol of a PD is set once; remove one of them");
        names_free(&symbols);
    }
}
