/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Virtual interrupts: the pending and active state of a vCPU's interrupts, in list registers and,
 * when those are full, in the spill. The VMM owns their configuration; this owns their state.
 */
#pragma once

#include "compiler.h"
#include "drivers/gicv2.h"
#include "vcpu.h"

/* Keeps in mind how many list registers the GIC has. */
void virq_init(unsigned count);

/* Makes list register value `lr` (pending) part of the vCPU's state. Returns its thread if that
 * woke it out of WFI, else NULL. */
COLD struct thread *virq_raise(struct vcpu *vcpu, uint32_t lr);

/* The list registers there are, a bit each. */
extern uint32_t virq_list_reg_mask;

/* The vCPU's thread if an interrupt ends its WFI, else NULL. */
static inline struct thread *virq_wake(struct vcpu *vcpu)
{
    if (vcpu->thread.state != THREAD_WFI) {
        return NULL;
    }
    vcpu->thread.state = THREAD_READY;
    return &vcpu->thread;
}

/* The same as virq_raise(), quick for an interrupt that is known to have no place yet: one bound to
 * a physical interrupt, which has just been acknowledged and so is in no list register. */
static inline struct thread *virq_raise_bound(struct vcpu *vcpu, uint32_t lr)
{
    if (LIKELY(vcpu->is_loaded && vcpu->virq.spill_count == 0)) {
        uint32_t free = mmio_read32(GICH_ELRSR) & virq_list_reg_mask;
        if (LIKELY(free != 0)) {
            mmio_write32(GICH_LR((unsigned)__builtin_ctz(free)), lr);
            return virq_wake(vcpu);
        }
    }
    return virq_raise(vcpu, lr);
}

/* True if every list register of the loaded vCPU is free and the spill too: whatever comes is new.
 */
static inline bool virq_is_idle(const struct vcpu *vcpu)
{
    return vcpu->is_loaded && vcpu->virq.spill_count == 0 &&
           (mmio_read32(GICH_ELRSR) & virq_list_reg_mask) == virq_list_reg_mask;
}

/* True if an interrupt is pending, or a maintenance interrupt is about to be taken: no time to
 * sleep. */
bool virq_is_pending(const struct vcpu *vcpu);

/* Pending and active masks of INTIDs first..first+31, bound physical interrupts included. */
COLD void virq_read(struct vcpu *vcpu, uint32_t first, uint32_t *pending, uint32_t *active);

/* VIRQ_OP_* on the interrupt `intid` (SGIs: of `source`). `*before` gets VIRQ_STATE_*. */
COLD enum drover_error virq_update(struct vcpu *vcpu, uint32_t intid, uint32_t source, uint64_t op,
                                   uint64_t *before);

/* Puts the vCPU's interrupts into the state after power-up. Physical ones that it held, pending or
 * active, may come again. */
COLD void virq_reset(struct cpu *cpu, struct vcpu *vcpu);

/* Forgets timer interrupts that are pending and whose line is low: it was lowered from outside. */
COLD void virq_timers_sample(struct vcpu *vcpu);

/* Mirrors the guest's configuration (VIRQ_CONFIG_*) of a bound interrupt to the physical GIC. One
 * that goes straight to the VM goes to this vCPU from then on. */
COLD enum drover_error virq_config(struct vcpu *vcpu, uint32_t intid, uint64_t flags);

/* The maintenance interrupt of the loaded vCPU: refills list registers, collects EOIs. Returns the
 * thread that woke, or NULL. */
COLD struct thread *virq_maintain(struct cpu *cpu);

/* The list register value that makes bound interrupt `intid` pending with configuration `flags`. */
uint32_t virq_bound_lr(uint32_t intid, uint64_t flags);

/* ---- The state itself, shared by virq.c and virq_control.c ---- */

/* A place that holds an interrupt: a list register or a slot of the spill. */
struct virq_place {
    bool is_list_reg;
    unsigned index;
};

/* The slot of the spill that belongs to a list register value. */
unsigned virq_slot(uint32_t lr);

/* Finds the interrupt that has slot `slot`. False if it is neither pending nor active. */
bool virq_find(const struct vcpu *vcpu, unsigned slot, struct virq_place *place);

/* Of a vCPU that is not loaded: the PPIs that are pending or active, bit 16 being PPI 16. The lower
 * bits mean nothing. */
uint32_t virq_private(const struct vcpu *vcpu);

uint32_t virq_get(const struct vcpu *vcpu, struct virq_place place);

/* Stores `lr` there; one that is neither pending nor active frees the place. */
void virq_put(struct vcpu *vcpu, struct virq_place place, uint32_t lr);

/* Gives an interrupt that has no place yet a list register, or a slot if more urgent ones have all.
 */
COLD void virq_add(struct vcpu *vcpu, uint32_t lr);

/* Moves the GIC state of a vCPU out of the machine and back into it. */
COLD void virq_unload(struct vcpu *vcpu);
COLD void virq_load(struct vcpu *vcpu);

/* Injection word `word` of the VMM (INJECT_*). Returns an enum drover_error; `*woken` as
 * virq_raise(). */
enum drover_error virq_inject(struct vcpu *vcpu, uint32_t word, struct thread **woken);
