/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The life of a vCPU: started, waiting, faulted, resumed, stopped. See vcpu.h.
 */
#include "vcpu.h"

#include "drivers/gicv2.h"
#include "regs.h"
#include "sched.h"
#include "virq_inject.h"

/* The VMM is busy: it finds the fault when it waits. */
RARE static struct thread *fault_queue(struct cpu *cpu, struct vcpu *vcpu, uint64_t label)
{
    return sched_block_slow(
        cpu, pd_send(vcpu->vmm, &vcpu->thread, vcpu->thread.event, MSGINFO(label, 0)));
}

struct thread *vcpu_fault(struct cpu *cpu, struct vcpu *vcpu, uint64_t label)
{
    struct pd *vmm = vcpu->vmm;

    if (UNLIKELY(vmm->thread.state != THREAD_WAITING)) {
        return fault_queue(cpu, vcpu, label);
    }
    vcpu->thread.msginfo = MSGINFO(label, 0);
    pd_accept(vmm, &vcpu->thread);
    vmm->thread.state = THREAD_READY;
    return sched_block(cpu, &vmm->thread);
}

/* The EOIs collected so far become the VMM's to read, and the vCPU waits for its answer. */
COLD static struct thread *eoi_send(struct vcpu *vcpu)
{
    for (unsigned i = 0; i < 16; i++) {
        vcpu->page->eoi[i] = vcpu->eoi[i];
        vcpu->eoi[i] = 0;
    }
    vcpu->on_resume &= (uint8_t)~RESUME_REPORTS_EOI;
    return pd_send(vcpu->vmm, &vcpu->thread, vcpu->thread.event,
                   MSGINFO((uint64_t)FAULT_VGIC_MAINTENANCE, 0));
}

struct thread *vcpu_report_eoi(struct cpu *cpu, struct vcpu *vcpu)
{
    if (vcpu->thread.state == THREAD_READY) {
        if (cpu->current == &vcpu->thread) {
            cpu->attention = true;
        }
        ready_remove(&cpu->ready, &vcpu->thread);
        return eoi_send(vcpu);
    }
    return vcpu->thread.state == THREAD_WFI ? eoi_send(vcpu) : NULL;
}

struct thread *vcpu_resume(struct vcpu *vcpu)
{
    if (UNLIKELY((vcpu->on_resume & RESUME_REPORTS_EOI) != 0)) {
        return eoi_send(vcpu);
    }
    if (UNLIKELY((vcpu->on_resume & RESUME_WAITS) != 0)) {
        vcpu->on_resume = 0;
        if (!virq_is_pending(vcpu)) {
            gic_lines_sample();
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
    ready_remove(&cpu->ready, &vcpu->thread);
    vcpu->on_resume &= (uint8_t)~RESUME_WAITS;
    vcpu->thread.state = THREAD_STOPPED;
}

/* What runs from here on may be other code at the same place: a core that comes up has nothing
 * cached. */
static void caches_forget(const struct vcpu *vcpu)
{
    uint64_t vttbr = sysreg_read(vttbr_el2);

    sysreg_write(vttbr_el2, vcpu->thread.vttbr);
    arch_guest_translations_forget();
    sysreg_write(vttbr_el2, vttbr);
}

struct thread *vcpu_start(struct cpu *cpu, struct vcpu *vcpu, uint64_t entry)
{
    vcpu_stop(cpu, vcpu);
    caches_forget(vcpu);
    virq_timers_sample(vcpu);
    vcpu->thread.hcr = HCR_VCPU;
    vcpu->page->pc = entry;
    vcpu->thread.state = THREAD_READY;
    return &vcpu->thread;
}

struct thread *vcpu_wait(struct cpu *cpu, struct vcpu *vcpu)
{
    if (virq_is_pending(vcpu)) {
        return &vcpu->thread;
    }
    gic_lines_sample();
    vcpu->thread.state = THREAD_WFI;
    return sched_block(cpu, NULL);
}

/* The words that the VMM wrote for one vCPU. It may write on meanwhile: each is read once. */
COLD static struct thread *injections_do(struct cpu *cpu, struct vcpu *vcpu, uint64_t count)
{
    const volatile uint32_t *words = vcpu->page->inject;
    struct thread *woken = NULL;

    for (uint64_t i = 0; i < count && i < VCPU_INJECT_MAX; i++) {
        struct thread *thread = NULL;
        virq_inject(vcpu, words[i], &thread);
        woken = sched_both(cpu, woken, thread);
    }
    return woken;
}

/* More than the usual one word for vCPU 0. */
COLD static struct thread *requests_do(struct cpu *cpu, struct pd *pd, uint64_t requests)
{
    struct thread *woken = NULL;

    for (; requests != 0; requests &= requests - 1) {
        struct vcpu *vcpu = pd_vcpu(pd, (uint64_t)__builtin_ctzll(requests));
        if (vcpu == NULL) {
            continue;
        }
        uint64_t count = *(volatile uint64_t *)&vcpu->page->inject_count;
        vcpu->page->inject_count = 0;
        woken = sched_both(cpu, woken, injections_do(cpu, vcpu, count));
    }
    return woken;
}

struct thread *vcpu_do_requests(struct cpu *cpu, struct pd *pd)
{
    uint64_t requests = pd->message->vcpu_requests;
    struct vcpu *vcpu = pd_vcpu(pd, 0);
    uint32_t lr;

    pd->message->vcpu_requests = 0;
    if (UNLIKELY(requests != 1 || vcpu == NULL ||
                 *(volatile uint64_t *)&vcpu->page->inject_count != 1)) {
        return requests_do(cpu, pd, requests);
    }
    vcpu->page->inject_count = 0;
    if (virq_word_to_lr(vcpu, *(volatile uint32_t *)&vcpu->page->inject[0], &lr) != DROVER_OK) {
        return NULL;
    }
    return virq_raise_new(vcpu, lr);
}
