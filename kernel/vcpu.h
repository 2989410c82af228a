/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * vCPUs: what the kernel keeps of one beside its page, and how it starts, faults, waits and
 * resumes.
 */
#pragma once

#include "compiler.h"
#include "pd.h"

#define LIST_REG_MAX 16 /* a GICv2 has at most 64 by its register map; implementations have 4 */

/* Interrupts of the guest's own timers. */
enum guest_timer {
    GUEST_TIMER_VIRTUAL,  /* CNTV, PPI 27 */
    GUEST_TIMER_PHYSICAL, /* CNTP, PPI 30 */
    GUEST_TIMER_COUNT,
};

/* Slots for interrupts that have no list register: SGIs by source and number, the rest by INTID. */
#define VIRQ_SGI_SLOTS  128
#define VIRQ_SLOT_COUNT (VIRQ_SGI_SLOTS + 1020 - 16)

/* The vCPU's half of the GIC. While the vCPU is loaded `list_regs`, `vmcr` and `apr` are in the
 * machine, and `list_regs` here are 0, as those are whose list register is free. */
struct virq_state {
    uint32_t list_regs[LIST_REG_MAX];
    uint32_t vmcr;
    uint32_t apr;
    uint32_t hcr;         /* GICH_HCR; without EOICount while loaded */
    uint32_t spill_count; /* slots in use */
    uint32_t spill_map[(VIRQ_SLOT_COUNT + 31) / 32];
    uint32_t spill[VIRQ_SLOT_COUNT];       /* list register values */
    uint32_t timer_lr[GUEST_TIMER_COUNT];  /* what to inject when a timer fires */
    bool timer_enabled[GUEST_TIMER_COUNT]; /* by the guest, in its distributor */
    bool timer_soft[GUEST_TIMER_COUNT];    /* the guest has pended it itself: see irq.h */
    bool timer_latched[GUEST_TIMER_COUNT]; /* not loaded: and it is still pending for that */
};

/* What is left to do when the VMM answers a fault, before the guest runs on. */
#define RESUME_REPORTS_EOI 1 /* `eoi` has news for the VMM */
#define RESUME_WAITS       2 /* the VMM asked for a WFI */

struct vcpu {
    struct thread thread;   /* first: a struct thread * of a vCPU is a struct vcpu * */
    struct vcpu_page *page; /* EL2 VA; thread.frame is its head */
    struct pd *vmm;
    uint32_t id;                   /* within the VM */
    bool is_loaded;                /* its system, GIC and timer registers are in the machine */
    uint8_t on_resume;             /* RESUME_* */
    uint64_t eoi[16];              /* EOIs to report, a bit for each INTID */
    uint64_t regs[VCPU_REG_COUNT]; /* system registers; of a loaded vCPU they are in the machine */
    const struct manifest_vcpu *manifest;
    struct virq_state virq;
    struct fpu_state fpu;
    struct budget budget;
};

_Static_assert(sizeof(struct vcpu) <= VCPU_OBJECT_SIZE,
               "VCPU_OBJECT_SIZE of manifest.h is too small");
_Static_assert(sizeof(struct frame) == offsetof(struct vcpu_page, esr),
               "the head of the vCPU page is the frame");

static inline struct vcpu *vcpu_of(struct thread *thread)
{
    return (struct vcpu *)thread;
}

/* The vCPU of `pd` with identifier `id`, whatever that is; NULL if there is none. */
static inline struct vcpu *pd_vcpu(struct pd *pd, uint64_t id)
{
    struct thread *child = id < CHILD_MAX ? pd->children[id] : NULL;
    return child != NULL && child->is_vcpu ? vcpu_of(child) : NULL;
}

/* The current vCPU faulted: its VMM gets `label`, with the details already in the page. Returns who
 * runs next. */
struct thread *vcpu_fault(struct cpu *cpu, struct vcpu *vcpu, uint64_t label);

/* The VMM answered a fault. Returns the thread if it runs again, else NULL. */
struct thread *vcpu_resume(struct vcpu *vcpu);

/* Starts a vCPU at `entry` with the registers of its page, whatever it did before. Returns its
 * thread. */
COLD struct thread *vcpu_start(struct cpu *cpu, struct vcpu *vcpu, uint64_t entry);

/* Stops a vCPU that is not running. */
COLD void vcpu_stop(struct cpu *cpu, struct vcpu *vcpu);

/* The current vCPU waits for an interrupt. Returns who runs next. */
struct thread *vcpu_wait(struct cpu *cpu, struct vcpu *vcpu);

/* Tells the VMM of EOIs in `vcpu->eoi`, now or when its current fault is answered. Returns the
 * thread that woke, or NULL; the vCPU may be the current thread, which is then blocked. */
COLD struct thread *vcpu_report_eoi(struct cpu *cpu, struct vcpu *vcpu);

/* Does the injections that `pd` wrote into the pages of the vCPUs in the mask of its message page.
 * Returns a vCPU that woke, or NULL. */
struct thread *vcpu_do_requests(struct cpu *cpu, struct pd *pd);
