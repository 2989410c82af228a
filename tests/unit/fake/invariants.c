/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What always holds between two entries into the kernel: every thread is in exactly one place, the
 * queues are whole, the most urgent ready thread runs, and no interrupt is held twice. See
 * system.h.
 */
#include <stddef.h>

#include "drivers/gicv2.h"
#include "system.h"

#define THREAD_MAX (2 * FAKE_PAGE_COUNT)

static struct thread *thread_of(unsigned index)
{
    return index < the_system.pd_count ? &PD(index)->thread
                                       : &VCPU(index - the_system.pd_count)->thread;
}

static unsigned index_of(const struct thread *thread)
{
    unsigned index = 0;
    while (thread_of(index) != thread) {
        index++;
    }
    return index;
}

static unsigned thread_count(void)
{
    return the_system.pd_count + the_system.vcpu_count;
}

/* Walks a queue, counting for each thread how often it stands in one. */
static const char *walk(const struct thread *head, const struct thread *tail, unsigned *places)
{
    const struct thread *previous = NULL;
    unsigned length = 0;

    for (const struct thread *thread = head; thread != NULL; thread = thread->next) {
        if (thread->previous != previous) {
            return "a queue whose links do not match";
        }
        if (++length > thread_count()) {
            return "a queue that is a ring";
        }
        places[index_of(thread)]++;
        previous = thread;
    }
    return previous == tail ? NULL : "a queue with a wrong tail";
}

static const char *ready_list_broken(unsigned *places)
{
    const struct ready *ready = &the_system.cpu.ready;
    int32_t priority = ready->top;
    unsigned length = 0;

    if (ready->top != (ready->first != NULL ? ready->first->priority : -1)) {
        return "top is not the highest ready priority";
    }
    for (const struct thread *thread = ready->first; thread != NULL; thread = thread->next) {
        if (++length > thread_count()) {
            return "the ready threads are a ring";
        }
        if (thread->priority > priority || thread->state != THREAD_READY) {
            return "a thread among the ready ones where it does not belong";
        }
        priority = thread->priority;
        places[index_of(thread)]++;
    }
    if (ready->parked.head != NULL && !the_system.cpu.has_limits) {
        return "a thread put aside where everybody may run at any time";
    }
    const char *broken = walk(ready->parked.head, ready->parked.tail, places);
    for (const struct thread *thread = ready->parked.head; broken == NULL && thread != NULL;
         thread = thread->next) {
        broken = thread->is_parked ? NULL : "a thread that is put aside and does not know it";
    }
    return broken;
}

static const char *ready_broken(const unsigned *places)
{
    const struct thread *now = running();

    for (unsigned i = 0; i < thread_count(); i++) {
        const struct thread *thread = thread_of(i);
        unsigned expected = thread->state == THREAD_READY && thread != now;
        if (places[i] != expected || (thread->is_parked && places[i] == 0)) {
            return "a thread that is ready and in no list, or the reverse";
        }
    }
    if (now == NULL) {
        return the_system.cpu.ready.top < 0 ? NULL : "idle with a ready thread";
    }
    if (now->state != THREAD_READY) {
        return "the running thread is not ready";
    }
    return the_system.cpu.ready.top <= now->priority ? NULL : "a more urgent thread waits";
}

static const char *messages_broken(void)
{
    unsigned places[THREAD_MAX] = {0};

    for (unsigned i = 0; i < the_system.pd_count; i++) {
        const struct pd *pd = PD(i);
        const char *broken = walk(pd->senders.head, pd->senders.tail, places);
        if (broken != NULL) {
            return broken;
        }
        for (const struct thread *thread = pd->senders.head; thread != NULL;
             thread = thread->next) {
            if (thread->receiver != pd) {
                return "a sender in the queue of another receiver";
            }
        }
        if (pd->caller != NULL &&
            (pd->caller->state != THREAD_REPLY || pd->caller->receiver != pd)) {
            return "a caller that does not wait for the answer";
        }
        if (pd->thread.state == THREAD_WAITING &&
            (pd->pending != 0 || pd->senders.head != NULL || pd->caller != NULL)) {
            return "a PD that waits although an event is there";
        }
    }
    for (unsigned i = 0; i < thread_count(); i++) {
        if (places[i] != (thread_of(i)->state == THREAD_SENDING)) {
            return "a thread that sends and is in no queue, or the reverse";
        }
    }
    return NULL;
}

/* What is left and what is to come back is the whole budget, and comes back in order. */
static const char *budget_broken(const struct budget *budget)
{
    uint64_t sum = budget->amount;
    uint64_t due = 0;

    for (uint32_t i = 0; i < budget->count; i++) {
        const struct refill *refill = &budget->refills[(budget->first + i) % BUDGET_REFILL_MAX];
        if (refill->due < due) {
            return "refills out of order";
        }
        due = refill->due;
        sum += refill->amount;
    }
    if (budget->period == 0) {
        return sum != 0 && sum <= budget->size ? NULL : "a turn of a wrong length";
    }
    return sum == budget->size ? NULL : "a budget that grows or shrinks";
}

static const char *time_broken(void)
{
    const struct cpu *cpu = &the_system.cpu;
    const struct thread *now = running();
    const char *broken = NULL;

    for (unsigned i = 0; i < thread_count() && broken == NULL; i++) {
        broken = budget_broken(i < the_system.pd_count ? &PD(i)->budget
                                                       : &VCPU(i - the_system.pd_count)->budget);
    }
    if (broken != NULL) {
        return broken;
    }
    bool counts_time = (cpu->on_switch & SWITCH_COUNTS_TIME) != 0;
    if (now != NULL && cpu->ready.top == now->priority && !(counts_time && cpu->end_armed)) {
        return "an equal waits for a turn that does not end";
    }
    if (!counts_time) {
        return NULL;
    }
    if (cpu->payer != (now != NULL ? now->payer : NULL)) {
        return "somebody pays for the time of another";
    }
    if (now != NULL && now->domain != cpu->domain) {
        return "a thread runs outside its domain";
    }
    if (cpu->end_armed && (fake_sysregs.cnthp_ctl_el2 == 0 ||
                           fake_sysregs.cnthp_cval_el2 > cpu->since + cpu->payer->amount)) {
        return "a turn that no timer ends";
    }
    return NULL;
}

/* Counts places by slot; two for one interrupt are one too many. */
static const char *virqs_broken(struct vcpu *vcpu)
{
    uint8_t places[VIRQ_SLOT_COUNT] = {0};
    uint32_t spill_count = 0;

    for (unsigned i = 0; i < gic.list_reg_count; i++) {
        uint32_t lr = vcpu->is_loaded ? gic.list_regs[i] : vcpu->virq.list_regs[i];
        if ((lr & LR_STATE_MASK) != 0) {
            places[virq_slot(lr)]++;
        }
    }
    for (unsigned slot = 0; slot < VIRQ_SLOT_COUNT; slot++) {
        uint32_t lr = vcpu->virq.spill[slot];
        bool bit = (vcpu->virq.spill_map[slot / 32] >> slot % 32 & 1) != 0;
        if (bit != (lr != 0) || (lr != 0 && virq_slot(lr) != slot)) {
            return "spill_map does not match the spill";
        }
        places[slot] += lr != 0;
        spill_count += lr != 0;
        if (places[slot] > 1) {
            return "an interrupt in two places";
        }
    }
    if (vcpu->thread.state == THREAD_WFI && !gic_is_signalled() && virq_is_pending(vcpu)) {
        return "a vCPU sleeps although an interrupt is pending";
    }
    return spill_count == vcpu->virq.spill_count ? NULL : "spill_count is wrong";
}

/* A straight interrupt is in the vCPUs of its VM once while the physical one is active, else not.
 */
static const char *straight_broken(void)
{
    struct virq_place place;

    for (uint32_t intid = GIC_INTID_SPI_FIRST; intid < irq_routes.count; intid++) {
        const struct irq_route *route = irq_route(intid);
        unsigned count = 0;
        for (unsigned i = 0; route->kind == ROUTE_VCPU && i < the_system.vcpu_count; i++) {
            count +=
                VCPU(i)->vmm == route->vcpu->vmm && virq_find(VCPU(i), virq_slot(intid), &place);
        }
        if (route->kind == ROUTE_VCPU && count != gic.active[intid]) {
            return "a straight interrupt that is active and in no vCPU, or the reverse";
        }
    }
    return NULL;
}

const char *invariant_broken(void)
{
    unsigned places[THREAD_MAX] = {0};
    const char *broken = ready_list_broken(places);

    if (broken == NULL) {
        broken = ready_broken(places);
    }
    if (broken == NULL) {
        broken = messages_broken();
    }
    if (broken == NULL) {
        broken = time_broken();
    }
    if (broken == NULL) {
        broken = straight_broken();
    }
    for (unsigned i = 0; i < the_system.vcpu_count && broken == NULL; i++) {
        broken = virqs_broken(VCPU(i));
    }
    const struct vcpu *loaded = the_system.cpu.loaded;
    for (unsigned i = 0; i < the_system.vcpu_count && broken == NULL; i++) {
        broken = VCPU(i)->is_loaded == (VCPU(i) == loaded) ? NULL : "is_loaded is wrong";
    }
    return broken;
}
