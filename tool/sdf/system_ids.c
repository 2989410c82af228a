/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Identifiers that a PD uses for its channels, interrupts, children, vCPUs and capabilities;
 * interrupts of the board; and who may call whom.
 */
#include "system_check.h"

#include "diag.h"
#include "drover/abi.h"

#define INTID_END 1020

/* Who uses each number of a set. */
struct users {
    const struct source *first[INTID_END];
};

/* Enters the user of `number`; if there is one already, returns it. */
static const struct source *users_enter(struct users *users, uint32_t number,
                                        const struct source *user)
{
    const struct source *first = users->first[number];
    if (first == NULL) {
        users->first[number] = user;
    }
    return first;
}

static void check_pd_channels(const struct system *system, size_t index)
{
    static const char rule[] = "a PD's channel ends and interrupts share the identifiers 0 to 61; "
                               "choose a free one";
    const struct pd *pd = &system->pds[index];
    struct users users = {0};
    for (size_t i = 0; i < pd->irq_count; i++) {
        const struct irq *irq = &pd->irqs[i];
        const struct source *first = users_enter(&users, irq->id, &irq->source);
        if (first != NULL) {
            diag_error(&irq->source, "irq \"%u\": id %u is already used at %s:%u; %s", irq->intid,
                       irq->id, first->file, first->line, rule);
        }
    }
    for (size_t i = 0; i < 2 * system->channel_count; i++) {
        const struct channel_end *end = &system->channels[i / 2].ends[i % 2];
        const struct source *first =
            end->pd == index ? users_enter(&users, end->id, &end->source) : NULL;
        if (first != NULL) {
            diag_error(&end->source, "end \"%s\": id %u is already used at %s:%u; %s", pd->name,
                       end->id, first->file, first->line, rule);
        }
    }
}

static void check_pd_children(const struct system *system, size_t index)
{
    static const char rule[] = "children and vCPUs of a PD share the identifiers 0 to 62; choose a "
                               "free one";
    const struct pd *parent = &system->pds[index];
    struct users users = {0};
    for (size_t i = 0; parent->vm != NULL && i < parent->vm->vcpu_count; i++) {
        const struct vcpu *vcpu = &parent->vm->vcpus[i];
        const struct source *first = users_enter(&users, vcpu->id, &vcpu->source);
        if (first != NULL) {
            diag_error(&vcpu->source, "vcpu \"%u\": the id is already used at %s:%u; %s", vcpu->id,
                       first->file, first->line, rule);
        } else if (vcpu->id >= parent->vm->vcpu_count) {
            diag_error(&vcpu->source,
                       "vcpu \"%u\": virtual_machine \"%s\" has %zu, and vCPUs are counted from 0 "
                       "without a gap; renumber them",
                       vcpu->id, parent->vm->name, parent->vm->vcpu_count);
        }
    }
    for (size_t i = 0; i < system->pd_count; i++) {
        const struct pd *child = &system->pds[i];
        const struct source *first =
            child->parent == index ? users_enter(&users, child->id, &child->source) : NULL;
        if (first != NULL) {
            diag_error(&child->source,
                       "protection_domain \"%s\": id %u is already used at %s:%u; %s", child->name,
                       child->id, first->file, first->line, rule);
        }
    }
}

static void check_pd_slots(const struct pd *pd)
{
    struct users users = {0};
    for (size_t i = 0; i < pd->capability_count; i++) {
        const struct capability *capability = &pd->capabilities[i];
        const struct source *first = users_enter(&users, capability->slot, &capability->source);
        if (first != NULL) {
            diag_error(&capability->source,
                       "cspace of \"%s\": slot %u is already used at %s:%u; choose a free one",
                       pd->name, capability->slot, first->file, first->line);
        }
    }
}

void system_ids_check(const struct system *system)
{
    for (size_t i = 0; i < system->pd_count; i++) {
        check_pd_channels(system, i);
        check_pd_children(system, i);
        check_pd_slots(&system->pds[i]);
    }
}

static void check_irqs(struct users *users, const struct irq *irqs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct irq *irq = &irqs[i];
        const struct source *first = users_enter(users, irq->intid, &irq->source);
        if (first != NULL) {
            diag_error(
                &irq->source,
                "irq \"%u\": the interrupt is already given away at %s:%u; it can have one owner; "
                "remove one of them",
                irq->intid, first->file, first->line);
        }
    }
}

/* An interrupt straight to a vCPU needs that vCPU. */
static void check_targets(const struct vm *vm)
{
    for (size_t i = 0; i < vm->irq_count; i++) {
        const struct irq *irq = &vm->irqs[i];
        if (irq->id >= vm->vcpu_count) {
            diag_error(
                &irq->source,
                "irq \"%u\": virtual_machine \"%s\" has no vCPU %u; name one of its vCPUs in vcpu",
                irq->intid, vm->name, irq->id);
        }
    }
}

void system_irqs_check(const struct system *system)
{
    struct users users = {0};
    for (size_t i = 0; i < system->pd_count; i++) {
        const struct pd *pd = &system->pds[i];
        check_irqs(&users, pd->irqs, pd->irq_count);
        if (pd->vm != NULL) {
            check_irqs(&users, pd->vm->irqs, pd->vm->irq_count);
            check_targets(pd->vm);
        }
    }
}

/* A call goes to a higher priority only: so no PD ever waits for one that it keeps from running. */
static void check_call(const struct system *system, const struct channel_end *caller,
                       const struct channel_end *callee)
{
    const struct pd *from = &system->pds[caller->pd];
    const struct pd *to = &system->pds[callee->pd];
    if (caller->pp && from->priority >= to->priority) {
        diag_error(
            &caller->source,
            "end \"%s\": pp to \"%s\", but priority %u is not below %u; a call goes to a higher "
            "priority; change one of them",
            from->name, to->name, from->priority, to->priority);
    }
}

void system_channels_check(const struct system *system)
{
    for (size_t i = 0; i < system->channel_count; i++) {
        const struct channel_end *ends = system->channels[i].ends;
        if (ends[0].pd == ends[1].pd) {
            diag_error(&ends[1].source,
                       "end \"%s\": both ends of the channel are in one PD; a channel joins two",
                       system->pds[ends[1].pd].name);
            continue;
        }
        check_call(system, &ends[0], &ends[1]);
        check_call(system, &ends[1], &ends[0]);
        if (!ends[0].notify && !ends[0].pp && !ends[1].notify && !ends[1].pp) {
            diag_warning(&ends[0].source,
                         "end \"%s\": neither end of the channel may notify or call",
                         system->pds[ends[0].pd].name);
        }
    }
}
