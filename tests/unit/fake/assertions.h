/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What tests of the example system assert again and again, and cmocka itself.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "drivers/gicv2.h"
#include "example.h"

static inline void assert_runs(unsigned pd)
{
    assert_ptr_equal(running(), &PD(pd)->thread);
}

static inline void assert_guest_runs(unsigned vcpu)
{
    assert_ptr_equal(running(), &VCPU(vcpu)->thread);
}

/* The guest takes `intid` and ends it, and the kernel takes what follows. */
static inline void guest_serves(uint32_t intid)
{
    assert_int_equal(gicv_acknowledge(), intid);
    gicv_end(intid);
    system_interrupts();
}

static inline void guest_finds_nothing(void)
{
    assert_int_equal(gicv_acknowledge(), GIC_SPURIOUS);
}

/* The VMM of the running guest injects `word`. */
static inline void inject(uint32_t word)
{
    example_ask(SYS_VIRQ_INJECT, word, 0);
}

/* Applies VIRQ_OP_* to an interrupt of the running guest and returns the state before. */
static inline uint64_t virq_op(uint32_t intid, uint64_t op)
{
    return example_ask(SYS_VIRQ_UPDATE, intid, op);
}

/* Error of a system call of VMM about its guest, which runs. */
static inline uint64_t error_of(uint64_t number, uint64_t x1, uint64_t x2)
{
    example_trap();
    uint64_t error = pd_call(VMM, number, GUEST_ID, x1, x2);
    pd_answer(VMM);
    return error;
}

/* Pending or active as SYS_VIRQ_STATE tells it of the running guest, in the form of VIRQ_STATE_*.
 */
static inline uint64_t state_of(uint32_t intid)
{
    uint64_t masks = example_ask(SYS_VIRQ_STATE, intid & ~31u, 0);
    return ((masks >> intid % 32 & 1) != 0 ? VIRQ_STATE_PENDING : 0) |
           ((masks >> (32 + intid % 32) & 1) != 0 ? VIRQ_STATE_ACTIVE : 0);
}

/* GUEST, which runs, calls VMM, which now runs. */
static inline void guest_faults(void)
{
    system_exception((uint64_t)ESR_EC_HVC << 26);
    assert_runs(VMM);
}

/* VMM, which runs, injects `word` into GUEST and stays running. */
static inline void vmm_injects(uint32_t word)
{
    assert_int_equal(pd_call(VMM, SYS_VIRQ_INJECT, GUEST_ID, word, 0), DROVER_OK);
}

/* A setup function: GUEST runs, every PD waits. */
static inline int start_guest(void **state)
{
    example_boot(state);
    example_start(GUEST);
    return 0;
}

/* GUEST2 runs, and is left faulted: GUEST's state was out of the machine in between. */
static inline void run_other_guest_for_a_moment(void)
{
    PD(VMM2)->thread.priority = 255;
    VCPU(GUEST2)->thread.priority = 250;
    example_start(GUEST2);
    example_trap();
    pd_wait(VMM2);
}

/* VMM, woken while no vCPU's fault is open, makes a system call about one of its vCPUs. */
static inline uint64_t vmm_asks(unsigned vcpu, uint64_t number, uint64_t x1, uint64_t x2)
{
    example_wake(VMM);
    uint64_t error = pd_call(VMM, number, VCPU(vcpu)->id, x1, x2);
    pd_wait(VMM);
    return error;
}

/* A setup function: both vCPUs of VMM have started; SIBLING is loaded and runs, GUEST sleeps. */
static inline int start_both(void **state)
{
    start_guest(state);
    vcpu_wfi(GUEST);
    example_start(SIBLING);
    return 0;
}
