/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The programs of the description: their bytes in the image are those of their files, but for the
 * symbols that the tool sets, and those have the value that follows from the description.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "audit_system.h"

/* The symbols of one program as they are collected. */
struct collector {
    struct described *described;
    size_t pd;
    struct audit_patch *patches;
    size_t count, capacity;
};

static struct elf *read_program(const struct described *described, const char *path,
                                const struct source *at)
{
    char *found = file_find_program(&described->audit->input->search, path, at);
    struct elf *elf = found == NULL ? NULL : elf_read(found, at);
    free(found);
    return elf;
}

bool described_read_programs(struct described *described)
{
    static const struct elf_rules rules = {.va_start = PAGE_SIZE_4K, .va_end = PD_USER_VA_END};
    for (size_t i = 0; i < described->system->pd_count; i++) {
        const struct pd *pd = &described->system->pds[i];
        struct described_program *program = &described->programs[i];
        program->elf = read_program(described, pd->program_path, &pd->program_source);
        program->symbols = program->elf;
        if (program->elf == NULL || !elf_check(program->elf, &rules, &pd->program_source)) {
            return false;
        }
        if (pd->symbols_path != NULL) {
            program->symbols = read_program(described, pd->symbols_path, &pd->program_source);
        }
        if (program->symbols == NULL) {
            return false;
        }
    }
    return true;
}

bool described_read_symbol(const struct described *described, size_t pd, const char *name,
                           uint64_t *value)
{
    const struct audit *audit = described->audit;
    const struct audit_space *space = audit_space_of(audit, AUDIT_PD, (uint32_t)pd);
    struct elf_symbol symbol;
    if (!elf_symbol(described->programs[pd].symbols, name, &symbol) || symbol.ambiguous) {
        return false;
    }
    uint64_t read = 0;
    for (size_t i = 0; i < sizeof(*value); i++) {
        const struct audit_extent *extent = audit_lookup(space, symbol.va + i);
        const uint8_t *byte =
            extent == NULL ? NULL
                           : audit_bytes(audit, extent->pa + (symbol.va + i - extent->va), 1);
        if (byte == NULL) {
            return false;
        }
        read |= (uint64_t)*byte << (8 * i);
    }
    *value = read;
    return true;
}

static void collect(struct collector *collector, uint64_t va, const void *bytes, size_t size)
{
    collector->patches = alloc_grow(collector->patches, collector->count, &collector->capacity,
                                    sizeof(*collector->patches));
    struct audit_patch *patch = &collector->patches[collector->count++];
    *patch = (struct audit_patch){.va = va, .size = size};
    memcpy(patch->bytes, bytes, size);
}

/* Collects a symbol that the description names, which the program has to have; `name` may be NULL
 * for none. */
static void set_word(struct collector *collector, const struct source *at, const char *name,
                     uint64_t value)
{
    const struct elf *symbols = collector->described->programs[collector->pd].symbols;
    struct elf_symbol symbol;
    if (name == NULL) {
        return;
    }
    if (elf_symbol(symbols, name, &symbol) && !symbol.ambiguous && symbol.size == sizeof(value)) {
        collect(collector, symbol.va, &value, sizeof(value));
        return;
    }
    finding_add(&collector->described->audit->findings, FINDING_SYSTEM_PROGRAM, at,
                "symbol \"%s\" is not in \"%s\", or is no single variable of 8 bytes", name,
                symbols->path);
}

/* Collects a symbol of libmicrokit, where the program has it. */
static void set_own(struct collector *collector, const char *name, const void *bytes, size_t size)
{
    const struct elf *symbols = collector->described->programs[collector->pd].symbols;
    struct elf_symbol symbol;
    if (elf_symbol(symbols, name, &symbol) && !symbol.ambiguous && symbol.size >= size) {
        collect(collector, symbol.va, bytes, size);
    }
}

static void set_maps(struct collector *collector, const struct pd *pd)
{
    const struct described_region *regions = collector->described->regions;
    for (size_t i = 0; i < pd->map_count; i++) {
        const struct map *map = &pd->maps[i];
        const struct described_region *region = &regions[map->region];
        set_word(collector, &map->source, map->setvar_vaddr, map->vaddr);
        set_word(collector, &map->source, map->setvar_size, region->size);
        set_word(collector, &map->source, map->setvar_prefill_size, region->prefill.size);
    }
    for (size_t i = 0; i < pd->setvar_count; i++) {
        const struct setvar *setvar = &pd->setvars[i];
        set_word(collector, &setvar->source, setvar->symbol, regions[setvar->region].pa);
    }
}

static void set_ids(struct collector *collector, const struct pd *pd)
{
    const struct system *system = collector->described->system;
    for (size_t i = 0; i < system->channel_count * 2; i++) {
        const struct channel_end *end = &system->channels[i / 2].ends[i % 2];
        if (end->pd == collector->pd) {
            set_word(collector, &end->source, end->setvar_id, end->id);
        }
    }
    for (size_t i = 0; i < pd->irq_count; i++) {
        set_word(collector, &pd->irqs[i].source, pd->irqs[i].setvar_id, pd->irqs[i].id);
    }
    for (size_t i = 0; pd->vm != NULL && i < pd->vm->vcpu_count; i++) {
        const struct vcpu *vcpu = &pd->vm->vcpus[i];
        set_word(collector, &vcpu->source, vcpu->setvar_id, vcpu->id);
    }
    for (size_t i = 0; i < system->pd_count; i++) {
        if (system->pds[i].parent == collector->pd) {
            set_word(collector, &system->pds[i].source, system->pds[i].setvar_id,
                     system->pds[i].id);
        }
    }
}

static void set_libmicrokit(struct collector *collector, const struct pd *pd)
{
    const struct system *system = collector->described->system;
    char name[NAME_SIZE] = {0};
    uint8_t passive = pd->passive;
    uint64_t irqs = 0;
    uint64_t notifications = 0;
    uint64_t calls = 0;
    strncpy(name, pd->name, sizeof(name) - 1);
    for (size_t i = 0; i < pd->irq_count; i++) {
        irqs |= (uint64_t)described_is_routed(&pd->irqs[i]) << pd->irqs[i].id;
    }
    for (size_t i = 0; i < system->channel_count * 2; i++) {
        const struct channel_end *end = &system->channels[i / 2].ends[i % 2];
        if (end->pd == collector->pd) {
            notifications |= (uint64_t)end->notify << end->id;
            calls |= (uint64_t)end->pp << end->id;
        }
    }
    set_own(collector, "microkit_name", name, sizeof(name));
    set_own(collector, "microkit_passive", &passive, sizeof(passive));
    set_own(collector, "microkit_irqs", &irqs, sizeof(irqs));
    set_own(collector, "microkit_notifications", &notifications, sizeof(notifications));
    set_own(collector, "microkit_pps", &calls, sizeof(calls));
}

void described_check_programs(struct described *described)
{
    for (size_t i = 0; i < described->system->pd_count; i++) {
        const struct pd *pd = &described->system->pds[i];
        struct described_program *program = &described->programs[i];
        struct collector collector = {.described = described, .pd = i};
        set_maps(&collector, pd);
        set_ids(&collector, pd);
        set_libmicrokit(&collector, pd);
        const struct audit_program wanted = {
            .elf = program->elf, .patches = collector.patches, .patch_count = collector.count};
        program->page_count = audit_program_check(
            described->audit, audit_space_of(described->audit, AUDIT_PD, (uint32_t)i), &wanted,
            FINDING_SYSTEM_PROGRAM, &pd->program_source);
        free(collector.patches);
    }
}
