/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Symbols that the tool sets: those that the description names (setvar_*), and what libmicrokit
 * tells a program about itself.
 */
#include "plan.h"

#include <inttypes.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"

/* Returns whether `size` bytes at `va` are data of the program: loaded and not code. */
static bool is_data(const struct elf *elf, uint64_t va, uint64_t size)
{
    for (size_t i = 0; i < elf->segment_count; i++) {
        const struct elf_segment *segment = &elf->segments[i];
        if (va >= segment->va && va - segment->va < segment->memory_size &&
            size <= segment->memory_size - (va - segment->va)) {
            return (segment->perms & MAP_PERM_EXECUTE) == 0;
        }
    }
    return false;
}

/* Adds a patch of a symbol that is known to exist. */
static bool patch_add(struct program *program, const struct source *at, const char *name,
                      const struct elf_symbol *symbol, const struct patch *patch,
                      const char *advice)
{
    if (symbol->ambiguous) {
        diag_error(
            at,
            "symbol \"%s\" in \"%s\" stands for several local variables; make the one that is "
            "meant global",
            name, program->symbols->path);
        return false;
    }
    if (symbol->size < patch->size) {
        diag_error(
            at, "symbol \"%s\" in \"%s\" has %" PRIu64 " bytes, %" PRIu64 " are written to it; %s",
            name, program->symbols->path, symbol->size, patch->size, advice);
        return false;
    }
    if (!is_data(program->elf, symbol->va, patch->size)) {
        diag_error(at,
                   "symbol \"%s\" in \"%s\", VA 0x%" PRIx64 ", is not in the program's data; %s",
                   name, program->symbols->path, symbol->va, advice);
        return false;
    }
    program->patches = alloc_grow(program->patches, program->patch_count, &program->patch_capacity,
                                  sizeof(*program->patches));
    program->patches[program->patch_count] = *patch;
    program->patches[program->patch_count++].va = symbol->va;
    return true;
}

/* Sets an 8-byte symbol that the description names; `name` may be NULL for none. */
static bool set_word(struct program *program, const struct source *at, const char *name,
                     uint64_t value, size_t region)
{
    struct elf_symbol symbol;
    if (name == NULL) {
        return true;
    }
    if (!elf_symbol(program->symbols, name, &symbol)) {
        diag_error(
            at,
            "symbol \"%s\" is not in \"%s\"; define it as a global variable that is used, or "
            "name the unstripped program with path_for_symbols",
            name, program->symbols->path);
        return false;
    }
    if (!symbol.ambiguous && symbol.size != sizeof(value)) {
        diag_error(at,
                   "symbol \"%s\" in \"%s\" has %" PRIu64
                   " bytes, not %zu; make it a variable of type "
                   "uint64_t or uintptr_t",
                   name, program->symbols->path, symbol.size, sizeof(value));
        return false;
    }
    struct patch patch = {.size = sizeof(value), .region = region};
    memcpy(patch.bytes, &value, sizeof(value));
    return patch_add(program, at, name, &symbol, &patch, "define it as a variable");
}

/* Sets a symbol of libmicrokit, where the program has it. */
static bool set_own(struct program *program, const struct source *at, const char *name,
                    const void *bytes, size_t size)
{
    struct elf_symbol symbol;
    if (!elf_symbol(program->symbols, name, &symbol)) {
        return true;
    }
    struct patch patch = {.size = size, .region = INDEX_NONE};
    memcpy(patch.bytes, bytes, size);
    return patch_add(program, at, name, &symbol, &patch,
                     "the name is libmicrokit's: choose another for your own");
}

static bool set_maps(const struct plan *plan, struct program *program, const struct pd *pd)
{
    bool sound = true;
    for (size_t i = 0; i < pd->map_count; i++) {
        const struct map *map = &pd->maps[i];
        const struct plan_region *region = &plan->regions[map->region];
        sound = set_word(program, &map->source, map->setvar_vaddr, map->vaddr, INDEX_NONE) &&
                set_word(program, &map->source, map->setvar_size, region->size, INDEX_NONE) &&
                set_word(program, &map->source, map->setvar_prefill_size, region->prefill.size,
                         INDEX_NONE) &&
                sound;
    }
    for (size_t i = 0; i < pd->setvar_count; i++) {
        const struct setvar *setvar = &pd->setvars[i];
        sound = set_word(program, &setvar->source, setvar->symbol, 0, setvar->region) && sound;
    }
    return sound;
}

/* Identifiers: of channels and interrupts, of vCPUs, and of child PDs in this, their parent. */
static bool set_ids(const struct plan *plan, struct program *program, size_t index)
{
    const struct system *system = plan->system;
    const struct pd *pd = &system->pds[index];
    bool sound = true;
    for (size_t i = 0; i < system->channel_count * 2; i++) {
        const struct channel_end *end = &system->channels[i / 2].ends[i % 2];
        sound = (end->pd != index ||
                 set_word(program, &end->source, end->setvar_id, end->id, INDEX_NONE)) &&
                sound;
    }
    for (size_t i = 0; i < pd->irq_count; i++) {
        const struct irq *irq = &pd->irqs[i];
        sound = set_word(program, &irq->source, irq->setvar_id, irq->id, INDEX_NONE) && sound;
    }
    for (size_t i = 0; pd->vm != NULL && i < pd->vm->vcpu_count; i++) {
        const struct vcpu *vcpu = &pd->vm->vcpus[i];
        sound = set_word(program, &vcpu->source, vcpu->setvar_id, vcpu->id, INDEX_NONE) && sound;
    }
    for (size_t i = 0; i < system->pd_count; i++) {
        const struct pd *child = &system->pds[i];
        sound = (child->parent != index ||
                 set_word(program, &child->source, child->setvar_id, child->id, INDEX_NONE)) &&
                sound;
    }
    return sound;
}

static bool set_libmicrokit(const struct plan *plan, struct program *program, size_t index)
{
    const struct system *system = plan->system;
    const struct pd *pd = &system->pds[index];
    char name[NAME_SIZE] = {0};
    uint8_t passive = pd->passive;
    uint64_t irqs = 0;
    uint64_t notifications = 0;
    uint64_t pps = 0;
    strncpy(name, pd->name, sizeof(name) - 1);
    for (size_t i = 0; i < pd->irq_count; i++) {
        if (irq_is_routed(&pd->irqs[i])) {
            irqs |= UINT64_C(1) << pd->irqs[i].id;
        }
    }
    for (size_t i = 0; i < system->channel_count * 2; i++) {
        const struct channel_end *end = &system->channels[i / 2].ends[i % 2];
        if (end->pd == index) {
            notifications |= (uint64_t)end->notify << end->id;
            pps |= (uint64_t)end->pp << end->id;
        }
    }
    const struct source *at = &pd->program_source;
    return set_own(program, at, "microkit_name", name, sizeof(name)) &&
           set_own(program, at, "microkit_passive", &passive, sizeof(passive)) &&
           set_own(program, at, "microkit_irqs", &irqs, sizeof(irqs)) &&
           set_own(program, at, "microkit_notifications", &notifications, sizeof(notifications)) &&
           set_own(program, at, "microkit_pps", &pps, sizeof(pps));
}

bool program_find_patches(const struct plan *plan, size_t pd)
{
    struct program *program = &plan->programs[pd];
    bool sound = set_maps(plan, program, &plan->system->pds[pd]);
    sound = set_ids(plan, program, pd) && sound;
    return set_libmicrokit(plan, program, pd) && sound;
}
