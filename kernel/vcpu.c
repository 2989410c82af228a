/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The life of a vCPU: started, waiting, faulted, resumed, stopped. See vcpu.h.
 */
#include "vcpu.h"

#include "sched.h"
#include "virq.h"

struct thread *vcpu_fault(struct cpu *cpu, struct vcpu *vcpu, uint64_t label)
{
    uint64_t event = EVENT_FAULT | vcpu->id;
    return sched_block(cpu, pd_send(vcpu->vmm, &vcpu->thread, event, MSGINFO(label, 0)));
}

/* The EOIs collected so far become the VMM's to read, and the vCPU waits for its answer. */
COLD static struct thread *eoi_send(struct vcpu *vcpu)
{
    for (unsigned i = 0; i < 16; i++) {
        vcpu->page->eoi[i] = vcpu->eoi[i];
        vcpu->eoi[i] = 0;
    }
    vcpu->eoi_pending = false;
    return pd_send(vcpu->vmm, &vcpu->thread, EVENT_FAULT | vcpu->id,
                   MSGINFO((uint64_t)FAULT_VGIC_MAINTENANCE, 0));
}

struct thread *vcpu_report_eoi(struct cpu *cpu, struct vcpu *vcpu)
{
    if (vcpu->thread.state == THREAD_READY) {
        if (cpu->current == &vcpu->thread) {
            cpu->attention = true;
        }
        sched_dequeue(cpu, &vcpu->thread);
        return eoi_send(vcpu);
    }
    return vcpu->thread.state == THREAD_WFI ? eoi_send(vcpu) : NULL;
}

struct thread *vcpu_resume(struct vcpu *vcpu)
{
    if (vcpu->eoi_pending) {
        return eoi_send(vcpu);
    }
    if (UNLIKELY(vcpu->waits)) {
        vcpu->waits = false;
        if (!virq_is_pending(vcpu)) {
            vcpu->thread.state = THREAD_WFI;
            return NULL;
        }
    }
    vcpu->thread.state = THREAD_READY;
    return &vcpu->thread;
}

void vcpu_stop(struct cpu *cpu, struct vcpu *vcpu)
{
    pd_cancel_send(&vcpu->thread);
    sched_dequeue(cpu, &vcpu->thread);
    vcpu->waits = false;
    vcpu->thread.state = THREAD_STOPPED;
}

struct thread *vcpu_start(struct cpu *cpu, struct vcpu *vcpu, uint64_t entry)
{
    vcpu_stop(cpu, vcpu);
    vcpu->page->pc = entry;
    vcpu->thread.state = THREAD_READY;
    return &vcpu->thread;
}

struct thread *vcpu_wait(struct cpu *cpu, struct vcpu *vcpu)
{
    if (virq_is_pending(vcpu)) {
        return &vcpu->thread;
    }
    vcpu->thread.state = THREAD_WFI;
    return sched_block(cpu, NULL);
}

struct thread *vcpu_do_requests(struct cpu *cpu, struct pd *pd)
{
    uint64_t requests = pd->message->vcpu_requests;
    struct thread *first = NULL;

    pd->message->vcpu_requests = 0;
    for (uint32_t id = 0; id < pd->vcpu_count; id++) {
        struct vcpu *vcpu = &pd->vcpus[id];
        if ((requests >> id & 1) == 0) {
            continue;
        }
        uint64_t count = vcpu->page->inject_count;
        vcpu->page->inject_count = 0;
        for (uint64_t i = 0; i < count && i < VCPU_INJECT_MAX; i++) {
            struct thread *woken = NULL;
            if (virq_inject(vcpu, vcpu->page->inject[i], &woken) == DROVER_OK && woken != NULL) {
                if (first != NULL) {
                    sched_enqueue(cpu, first);
                }
                first = woken;
            }
        }
    }
    return first;
}
