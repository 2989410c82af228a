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
