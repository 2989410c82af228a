/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A thread: what the scheduler runs, either a protection domain's program or a vCPU. It is the
 * first member of both, so that the entry code needs to know nothing else.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cpu;
struct budget;

/* Registers of a thread that does not run; the first bytes of a vCPU's page. */
struct frame {
    uint64_t x[31];
    uint64_t pc;
    uint64_t pstate;
    uint64_t sp_el0;
};

/* FP and SIMD registers, swapped when somebody else uses them (exception.c). */
struct fpu_state {
    uint64_t v[64];
    uint64_t fpcr;
    uint64_t fpsr;
};

enum thread_state {
    THREAD_STOPPED, /* not started, stopped by its parent, or its fault was not answered */
    THREAD_READY,   /* running or ready to */
    THREAD_WAITING, /* a PD in a wait */
    THREAD_SENDING, /* a call or fault that the receiver has not taken yet */
    THREAD_REPLY,   /* a call or fault that the receiver has taken and not answered */
    THREAD_WFI,     /* a vCPU that waits for an interrupt */
};

struct thread {
    struct frame *frame; /* EL2 VA; offset 0 is known to entry.S */
    struct thread *next; /* in a struct thread_list, or among the ready ones */
    struct thread *previous;
    struct fpu_state *fpu; /* NULL: the PD may not use FP */
    uint64_t vttbr;
    uint64_t hcr;
    uint64_t cptr; /* lets the owner of the FP registers use them, and traps the others */
    uint8_t priority;
    uint8_t state; /* enum thread_state */
    bool is_vcpu;
    bool is_parked; /* put aside: READY, but its budget is used up or its domain off */
    uint8_t domain;
    struct pd *receiver; /* SENDING, REPLY: who gets or has the message */
    uint64_t event;      /* SENDING: what the receiver's wait returns */
    uint64_t msginfo;
    struct budget *payer; /* whose time it uses: its own, or a passive PD that of its caller */
};

/* Before a switch to `next`, if cpu->on_switch is not 0: does what that says. Returns the thread
 * that runs. Called from entry.S as well. */
struct thread *thread_aarch64_prepare(struct thread *next, struct cpu *cpu);
