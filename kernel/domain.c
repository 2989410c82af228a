/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * See domain.h.
 */
#include "domain.h"

#include "sched.h"
#include "timer.h"

/* The slot at `index` follows the one that ends at cpu->slot_end. */
static void slot_begin(struct cpu *cpu, uint32_t index)
{
    const struct manifest_schedule *slot = &cpu->schedule[index];
    uint64_t ticks = slot->unit == DURATION_US ? timer_ticks(slot->duration) : slot->duration;

    cpu->slot = index;
    cpu->slot_end += ticks != 0 ? ticks : 1;
    cpu->domain = (uint8_t)slot->domain;
}

void domain_init(struct cpu *cpu, const struct manifest *manifest)
{
    if (manifest->schedule_count == 0) {
        return;
    }
    cpu->schedule =
        (const struct manifest_schedule *)((const char *)manifest + manifest->schedule_offset);
    cpu->slot_count = manifest->schedule_count;
    cpu->slot_end = timer_now();
    slot_begin(cpu, 0);
    timer_set(cpu->slot_end);
    sched_limit(cpu);
}

bool domain_advance(struct cpu *cpu, uint64_t now)
{
    bool is_over = false;

    if (cpu->slot_count == 0) {
        return false;
    }
    while (now >= cpu->slot_end) {
        slot_begin(cpu, (cpu->slot + 1) % cpu->slot_count);
        is_over = true;
    }
    timer_set(cpu->slot_end);
    return is_over;
}
