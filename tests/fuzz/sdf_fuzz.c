/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes the reader of system descriptions. Input that begins with '#' is taken as the
 * preprocessor's output, the way it is when there are macros; other input as a description. What is
 * accepted has to hold what the rest of the tool relies on.
 */
#include <stdint.h>
#include <stdlib.h>

#include "drover/abi.h"
#include "preprocess.h"
#include "sdf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void check_maps(const struct system *system, const struct map *maps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        require(maps[i].region < system->region_count);
        require(maps[i].perms != 0 && maps[i].perms < 8);
        require(maps[i].vaddr % PAGE_SIZE_4K == 0);
    }
}

static void check_irqs(const struct irq *irqs, size_t count, uint32_t id_end)
{
    for (size_t i = 0; i < count; i++) {
        require(irqs[i].intid < 1020 && irqs[i].id < id_end);
    }
}

static void check_domains(const struct system *system)
{
    require(system->domain_count <= DOMAIN_MAX && system->schedule_count <= SCHEDULE_MAX);
    require((system->domain_count == 0) == (system->schedule_count == 0));
    uint32_t ids = 0;
    for (size_t i = 0; i < system->domain_count; i++) {
        require(system->domains[i].id < DOMAIN_MAX);
        require((ids & 1u << system->domains[i].id) == 0);
        ids |= 1u << system->domains[i].id;
    }
    for (size_t i = 0; i < system->schedule_count; i++) {
        require(system->schedule[i].domain < system->domain_count);
        require(system->schedule[i].duration != 0);
    }
}

static void check_capabilities(const struct system *system, const struct pd *pd)
{
    bool used[SLOT_MAX] = {false};
    for (size_t i = 0; i < pd->capability_count; i++) {
        const struct capability *capability = &pd->capabilities[i];
        require(capability->slot < SLOT_MAX && !used[capability->slot]);
        require(capability->pd < system->pd_count);
        used[capability->slot] = true;
    }
}

static void check_pd(const struct system *system, size_t index)
{
    const struct pd *pd = &system->pds[index];
    require(pd->name != NULL && pd->program_path != NULL);
    require(pd->parent == INDEX_NONE || pd->parent < index);
    require(pd->priority <= PRIORITY_MAX && pd->stack_size % PAGE_SIZE_4K == 0);
    check_maps(system, pd->maps, pd->map_count);
    check_irqs(pd->irqs, pd->irq_count, CHANNEL_MAX);
    check_capabilities(system, pd);
    require(pd->budget_us > 0 && pd->budget_us <= pd->period_us);
    require(system->domain_count == 0 ? pd->domain == INDEX_NONE
                                      : pd->domain < system->domain_count);
    if (pd->vm != NULL) {
        require(pd->vm->vcpu_count > 0 && pd->vm->vcpu_count <= VCPU_MAX);
        check_maps(system, pd->vm->maps, pd->vm->map_count);
        check_irqs(pd->vm->irqs, pd->vm->irq_count, (uint32_t)pd->vm->vcpu_count);
        require(pd->vm->budget_us > 0 && pd->vm->budget_us <= pd->vm->period_us);
    }
}

static void check(const struct system *system)
{
    require(system->pd_count > 0 && system->pd_count <= PD_MAX);
    check_domains(system);
    for (size_t i = 0; i < system->pd_count; i++) {
        check_pd(system, i);
    }
    for (size_t i = 0; i < 2 * system->channel_count; i++) {
        const struct channel_end *end = &system->channels[i / 2].ends[i % 2];
        require(end->pd < system->pd_count && end->id < CHANNEL_MAX);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct source_text text;
    if (size > 0 && data[0] == '#') {
        preprocess_take_output(&text, "dir/fuzz.system", (const char *)data, size);
    } else {
        source_text_init(&text, "fuzz.system", (const char *)data, size);
        preprocess_hide_comments(&text);
    }
    struct system *system = sdf_read(&text);
    if (system != NULL) {
        check(system);
    }
    system_free(system);
    source_text_free(&text);
    return 0;
}
