/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A PD that owns the physical timer's interrupt has the timer, and nobody else has.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "drivers/gicv2.h"
#include "system.h"

enum { DRIVER, OTHER, VMM, PD_COUNT };

#define PTIMER         30
#define PTIMER_CHANNEL 2
#define WAKE_VMM       40
#define TURN           .budget_us = 100, .period_us = 100

static const struct manifest_pd pds[] = {
    [DRIVER] = {.priority = 200, .parent = MANIFEST_NONE, TURN},
    [OTHER] = {.priority = 100, .parent = MANIFEST_NONE, TURN},
    [VMM] = {.priority = 50, .parent = MANIFEST_NONE, .vcpu_count = 1, TURN},
};
static const struct manifest_vcpu vcpus[] = {{.pd = VMM, .priority = 10, TURN}};
static const struct manifest_irq irqs[] = {
    {.intid = PTIMER, .kind = VM_IRQ_CHANNEL, .owner = DRIVER, .channel = PTIMER_CHANNEL},
    {.intid = WAKE_VMM, .edge = 1, .kind = VM_IRQ_CHANNEL, .owner = VMM, .channel = 0},
};
static const struct description with_driver = {
    .pds = pds,
    .pd_count = PD_COUNT,
    .vcpus = vcpus,
    .vcpu_count = 1,
    .irqs = irqs,
    .irq_count = 2,
};

static int boot(void **state)
{
    (void)state;
    system_boot(&with_driver);
    return 0;
}

static bool timer_is_open(void)
{
    return (fake_sysregs.cntkctl_el1 & CNTKCTL_EL0PTEN) != 0 &&
           (fake_sysregs.cnthctl_el2 & CNTHCTL_EL1PCEN) != 0;
}

static bool counters_are_open(void)
{
    return (fake_sysregs.cntkctl_el1 & CNTKCTL_EL1_PD) == CNTKCTL_EL1_PD;
}

static void start_guest(void)
{
    while (running() != NULL) {
        pd_wait((unsigned)(pd_of(running()) - the_system.pds));
    }
    device_pulse(WAKE_VMM);
    pd_call(VMM, SYS_IRQ_ACK, 0, 0, 0);
    pd_call(VMM, SYS_VCPU_START, 0, 0x40000000, 0);
    pd_wait(VMM);
    assert_ptr_equal(running(), &VCPU(0)->thread);
}

static void only_the_owner_has_the_timer(void **state)
{
    (void)state;
    assert_ptr_equal(running(), &PD(DRIVER)->thread);
    assert_true(timer_is_open());
    assert_true(counters_are_open());
    pd_wait(DRIVER);
    assert_ptr_equal(running(), &PD(OTHER)->thread);
    assert_false(timer_is_open());
    assert_true(counters_are_open());
}

static void its_interrupt_comes_by_channel(void **state)
{
    (void)state;
    fake_sysregs.cntp_ctl_el0 = 1;
    fake_sysregs.cntp_cval_el0 = 500;
    pd_wait(DRIVER);
    system_time(499);
    assert_ptr_equal(running(), &PD(OTHER)->thread);
    system_time(500);
    assert_ptr_equal(running(), &PD(DRIVER)->thread);
    assert_true(timer_is_open());
    assert_int_equal(PD(DRIVER)->frame.x[0], 1ull << PTIMER_CHANNEL);
    fake_sysregs.cntp_cval_el0 = 900;
    assert_int_equal(pd_call(DRIVER, SYS_IRQ_ACK, PTIMER_CHANNEL, 0, 0), DROVER_OK);
    pd_wait(DRIVER);
    assert_ptr_equal(running(), &PD(OTHER)->thread);
    system_time(900);
    assert_ptr_equal(running(), &PD(DRIVER)->thread);
}

static void a_guest_neither_has_nor_changes_it(void **state)
{
    (void)state;
    fake_sysregs.cntp_ctl_el0 = 1;
    fake_sysregs.cntp_cval_el0 = 500;
    start_guest();
    assert_false((fake_sysregs.cnthctl_el2 & CNTHCTL_EL1PCEN) != 0);
    assert_int_equal(fake_sysregs.cntp_ctl_el0, 1);
    system_time(500);
    assert_ptr_equal(running(), &PD(DRIVER)->thread);
    assert_true(timer_is_open());
    assert_int_equal(fake_sysregs.cntp_cval_el0, 500);
}

static void a_vmm_reaches_its_own_copy_only(void **state)
{
    (void)state;
    fake_sysregs.cntp_cval_el0 = 500;
    start_guest();
    device_pulse(WAKE_VMM);
    assert_int_equal(pd_call(VMM, SYS_VCPU_WRITE, 0, VCPU_REG_CNTP_CVAL_EL0, 77), DROVER_OK);
    assert_int_equal(fake_sysregs.cntp_cval_el0, 500);
    pd_call(VMM, SYS_VCPU_READ, 0, VCPU_REG_CNTP_CVAL_EL0, 0);
    assert_int_equal(PD(VMM)->frame.x[1], 77);
    assert_int_equal(pd_call(VMM, SYS_VIRQ_UPDATE, 0, PTIMER, VIRQ_OP_SET_PENDING),
                     DROVER_ERR_ARGUMENT);
    assert_int_equal(pd_call(VMM, SYS_VIRQ_CONFIG, 0, PTIMER, VIRQ_CONFIG_ENABLE),
                     DROVER_ERR_ARGUMENT);
}

static void without_an_owner_guests_have_it(void **state)
{
    const struct description plain = {
        .pds = pds,
        .pd_count = PD_COUNT,
        .vcpus = vcpus,
        .vcpu_count = 1,
        .irqs = &irqs[1],
        .irq_count = 1,
    };

    (void)state;
    system_boot(&plain);
    assert_false(timer_is_open());
    start_guest();
    assert_int_equal(the_system.cpu.on_switch & SWITCH_GUARDS_TIMER, 0);
    VCPU(0)->regs[VCPU_REG_CNTP_CVAL_EL0] = 0;
    device_pulse(WAKE_VMM);
    pd_call(VMM, SYS_VCPU_WRITE, 0, VCPU_REG_CNTP_CVAL_EL0, 77);
    pd_wait(VMM);
    assert_int_equal(fake_sysregs.cntp_cval_el0, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(only_the_owner_has_the_timer, boot),
        cmocka_unit_test_setup(its_interrupt_comes_by_channel, boot),
        cmocka_unit_test_setup(a_guest_neither_has_nor_changes_it, boot),
        cmocka_unit_test_setup(a_vmm_reaches_its_own_copy_only, boot),
        cmocka_unit_test_setup(without_an_owner_guests_have_it, boot),
    };
    return cmocka_run_group_tests_name("kernel: physical timer of a PD", tests, NULL, NULL);
}
