/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Frees a system.
 */
#include "system.h"

#include <stdlib.h>

static void maps_free(struct map *maps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(maps[i].setvar_vaddr);
        free(maps[i].setvar_size);
        free(maps[i].setvar_prefill_size);
    }
    free(maps);
}

static void irqs_free(struct irq *irqs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(irqs[i].setvar_id);
    }
    free(irqs);
}

static void vm_free(struct vm *vm)
{
    if (vm == NULL) {
        return;
    }
    for (size_t i = 0; i < vm->vcpu_count; i++) {
        free(vm->vcpus[i].setvar_id);
    }
    free(vm->vcpus);
    maps_free(vm->maps, vm->map_count);
    irqs_free(vm->irqs, vm->irq_count);
    free(vm->name);
    free(vm);
}

static void pd_free(struct pd *pd)
{
    for (size_t i = 0; i < pd->setvar_count; i++) {
        free(pd->setvars[i].symbol);
    }
    free(pd->setvars);
    free(pd->capabilities);
    maps_free(pd->maps, pd->map_count);
    irqs_free(pd->irqs, pd->irq_count);
    vm_free(pd->vm);
    free(pd->name);
    free(pd->program_path);
    free(pd->symbols_path);
    free(pd->setvar_id);
}

void system_free(struct system *system)
{
    if (system == NULL) {
        return;
    }
    for (size_t i = 0; i < system->region_count; i++) {
        free(system->regions[i].name);
        free(system->regions[i].prefill_path);
    }
    for (size_t i = 0; i < system->pd_count; i++) {
        pd_free(&system->pds[i]);
    }
    for (size_t i = 0; i < system->channel_count; i++) {
        free(system->channels[i].ends[0].setvar_id);
        free(system->channels[i].ends[1].setvar_id);
    }
    for (size_t i = 0; i < system->domain_count; i++) {
        free(system->domains[i].name);
    }
    for (size_t i = 0; i < system->io_space_count; i++) {
        free(system->io_spaces[i].name);
    }
    for (size_t i = 0; i < system->file_count; i++) {
        free(system->files[i]);
    }
    free(system->regions);
    free(system->pds);
    free(system->channels);
    free(system->domains);
    free(system->schedule);
    free(system->io_spaces);
    free(system->files);
    free(system);
}
