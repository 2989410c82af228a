/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Stop, resume, restart, read and write a PD: a child, or one whose TCB a slot holds.
 */
#include "assertions.h"
#include "pd_registers.h"

#define X(pd, i)  (PD(pd)->frame.x[i])
#define MR(pd, i) (PD(pd)->message->mr[i])
#define STATE(pd) (PD(pd)->thread.state)

/* CHILD runs and writes where it may not; PARENT runs. */
static void child_faults(void)
{
    example_wake(CHILD);
    fake_sysregs.elr_el2 = 0x200040;
    system_exception((uint64_t)ESR_EC_DABT_LOWER << 26 | 1 << 6 | 0x07);
}

static void only_own_children_are_named(void **state)
{
    const uint64_t wild[] = {
        0, 4, 6, CHILD_MAX - 1, CHILD_MAX, PD_SLOT(0), PD_SLOT(127), 1ull << 40, UINT64_MAX};
    const uint64_t calls[] = {SYS_PD_STOP, SYS_PD_RESUME, SYS_PD_RESTART, SYS_PD_READ,
                              SYS_PD_WRITE};

    (void)state;
    example_wake(PARENT);
    for (unsigned i = 0; i < sizeof wild / sizeof wild[0]; i++) {
        for (unsigned j = 0; j < 5; j++) {
            assert_int_equal(pd_call(PARENT, calls[j], wild[i], 0, 0), DROVER_ERR_CHILD);
        }
    }
}

static void a_vcpu_is_no_child_pd(void **state)
{
    (void)state;
    example_wake(VMM);
    assert_int_equal(pd_call(VMM, SYS_PD_STOP, GUEST_ID, 0, 0), DROVER_ERR_CHILD);
    assert_int_equal(pd_call(VMM, SYS_PD_RESTART, GUEST_ID, 0, 0), DROVER_ERR_CHILD);
}

static void a_ready_child_stops_and_goes_on(void **state)
{
    (void)state;
    example_wake(CHILD);
    example_wake(PARENT);
    assert_int_equal(pd_call(PARENT, SYS_PD_STOP, CHILD_ID, 0, 0), DROVER_OK);
    assert_int_equal(STATE(CHILD), THREAD_STOPPED);
    assert_int_equal(pd_call(PARENT, SYS_PD_STOP, CHILD_ID, 0, 0), DROVER_OK);
    assert_int_equal(pd_call(PARENT, SYS_PD_RESUME, CHILD_ID, 0, 0), DROVER_OK);
    pd_wait(PARENT);
    assert_runs(CHILD);
}

/* CHILD runs at the SVC of a system call that it began before; it makes it again. */
static void child_makes_call_again(uint64_t number, uint64_t svc)
{
    assert_runs(CHILD);
    assert_int_equal(fake_sysregs.elr_el2, svc);
    pd_call(CHILD, number, X(CHILD, 0), X(CHILD, 1), X(CHILD, 2));
}

static void a_waiting_child_goes_on_waiting(void **state)
{
    (void)state;
    PD(CHILD)->frame.pc = 0x200104; /* behind its SVC */
    X(CHILD, 0) = DEFERRED_IRQ_ACK;
    example_wake(PARENT);
    pd_call(PARENT, SYS_PD_STOP, CHILD_ID, 0, 0);
    assert_int_equal(STATE(CHILD), THREAD_STOPPED);
    pd_call(PARENT, SYS_PD_RESUME, CHILD_ID, 0, 0);
    pd_wait(PARENT);
    assert_int_equal(X(CHILD, 0), DEFERRED_NONE);
    child_makes_call_again(SYS_WAIT, 0x200100);
    assert_null(running());
}

static void a_call_is_made_again(void **state)
{
    (void)state;
    PD(SERVER)->thread.priority = 1;
    example_wake(CHILD);
    fake_sysregs.elr_el2 = 0x200204;
    pd_call(CHILD, SYS_CALL, TO_SERVER, MSGINFO(3ul, 1ul), 0);
    assert_runs(SERVER);
    example_wake(PARENT);
    pd_call(PARENT, SYS_PD_STOP, CHILD_ID, 0, 0);
    assert_null(PD(SERVER)->caller);
    pd_call(PARENT, SYS_PD_RESUME, CHILD_ID, 0, 0);
    pd_wait(PARENT);
    child_makes_call_again(SYS_CALL, 0x200200);
    assert_int_equal(STATE(CHILD), THREAD_SENDING);
    pd_answer(SERVER);
    assert_int_equal(X(SERVER, 0), EVENT_CALL | FROM_CHILD);
    assert_int_equal(X(SERVER, 1), MSGINFO(3ul, 1ul));
}

static void a_waiting_child_finds_what_came_while_it_was_stopped(void **state)
{
    (void)state;
    example_wake(PARENT);
    pd_call(PARENT, SYS_PD_STOP, CHILD_ID, 0, 0);
    example_wake(SERVER);
    pd_call(SERVER, SYS_NOTIFY, FROM_CHILD, 0, 0);
    pd_wait(SERVER);
    pd_call(PARENT, SYS_PD_RESUME, CHILD_ID, 0, 0);
    pd_wait(PARENT);
    child_makes_call_again(SYS_WAIT, UINT64_MAX - 3);
    assert_runs(CHILD);
    assert_int_equal(X(CHILD, 0), 1ull << TO_SERVER);
}

static void resume_of_a_running_child_changes_nothing(void **state)
{
    (void)state;
    example_wake(CHILD);
    example_wake(PARENT);
    assert_int_equal(pd_call(PARENT, SYS_PD_RESUME, CHILD_ID, 0, 0), DROVER_OK);
    assert_int_equal(STATE(CHILD), THREAD_READY);
}

static void resume_of_a_faulted_child_lets_it_try_again(void **state)
{
    (void)state;
    child_faults();
    assert_int_equal(pd_call(PARENT, SYS_PD_RESUME, CHILD_ID, 0, 0), DROVER_OK);
    assert_null(PD(PARENT)->caller);
    pd_answer(PARENT);
    assert_runs(CHILD);
}

/* In every state of the child, a restart makes it run from the new entry. */
static void assert_restarts(void)
{
    assert_runs(PARENT);
    assert_int_equal(pd_call(PARENT, SYS_PD_RESTART, CHILD_ID, 0x300000, 0), DROVER_OK);
    assert_int_equal(STATE(CHILD), THREAD_READY);
    pd_answer(PARENT);
    assert_runs(CHILD);
    assert_int_equal(fake_sysregs.elr_el2, 0x300000);
}

static void restart_while_ready(void **state)
{
    (void)state;
    example_wake(CHILD);
    example_wake(PARENT);
    assert_restarts();
}

static void restart_while_waiting(void **state)
{
    (void)state;
    example_wake(PARENT);
    assert_restarts();
}

static void restart_while_stopped(void **state)
{
    (void)state;
    example_wake(PARENT);
    pd_call(PARENT, SYS_PD_STOP, CHILD_ID, 0, 0);
    assert_restarts();
}

static void restart_while_faulted(void **state)
{
    (void)state;
    child_faults();
    assert_restarts();
}

static void restart_after_a_fault_that_was_not_answered(void **state)
{
    (void)state;
    child_faults();
    pd_wait(PARENT);
    example_wake(PARENT);
    assert_restarts();
}

static void restart_while_in_a_call(void **state)
{
    (void)state;
    PD(SERVER)->thread.priority = 45;
    example_wake(SERVER);
    example_wake(CHILD);
    pd_call(CHILD, SYS_CALL, TO_SERVER, 0, 0);
    assert_int_equal(STATE(CHILD), THREAD_SENDING);
    example_wake(PARENT);
    assert_restarts();
}

/* ---- Slots ---- */

static void a_slot_names_any_pd(void **state)
{
    (void)state;
    example_wake(CLIENT);
    example_wake(SERVER);
    pd_call(SERVER, SYS_NOTIFY, FROM_OTHER, 0, 0);
    pd_wait(SERVER);
    pd_wait(CLIENT);
    assert_runs(OTHER);
    assert_int_equal(pd_call(OTHER, SYS_PD_STOP, PD_SLOT(SLOT_OF_CLIENT), 0, 0), DROVER_OK);
    assert_int_equal(STATE(CLIENT), THREAD_STOPPED);
    assert_int_equal(pd_call(OTHER, SYS_PD_RESUME, PD_SLOT(SLOT_OF_CLIENT), 0, 0), DROVER_OK);
    assert_int_equal(STATE(CLIENT), THREAD_READY);
}

static void a_slot_without_tcb_gives_no_control(void **state)
{
    (void)state;
    example_wake(OTHER);
    assert_int_equal(pd_call(OTHER, SYS_PD_STOP, PD_SLOT(SLOT_OF_TIME), 0, 0), DROVER_ERR_CHILD);
}

static void a_slot_is_its_owners(void **state)
{
    (void)state;
    example_wake(SERVER);
    assert_int_equal(pd_call(SERVER, SYS_PD_STOP, PD_SLOT(SLOT_OF_CLIENT), 0, 0), DROVER_ERR_CHILD);
}

static void a_pd_stops_itself(void **state)
{
    (void)state;
    example_wake(OTHER);
    pd_call(OTHER, SYS_PD_STOP, PD_SLOT(SLOT_OF_SELF), 0, 0);
    assert_null(running());
    assert_int_equal(STATE(OTHER), THREAD_STOPPED);
    assert_int_equal(X(OTHER, 0), DROVER_OK);
}

static void a_pd_does_not_touch_its_own_registers(void **state)
{
    const uint64_t calls[] = {SYS_PD_RESTART, SYS_PD_READ, SYS_PD_WRITE};

    (void)state;
    example_wake(OTHER);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(pd_call(OTHER, calls[i], PD_SLOT(SLOT_OF_SELF), 0, 1), DROVER_ERR_STATE);
        assert_runs(OTHER);
    }
    assert_int_equal(pd_call(OTHER, SYS_PD_RESUME, PD_SLOT(SLOT_OF_SELF), 0, 0), DROVER_OK);
    assert_runs(OTHER);
}

/* ---- Registers ---- */

static void registers_are_read(void **state)
{
    const struct pd_registers *words = (const struct pd_registers *)(void *)PD(PARENT)->message;

    (void)state;
    PD(CHILD)->frame.pc = 0x200300;
    PD(CHILD)->frame.sp_el0 = PD_STACK_TOP_VA;
    PD(CHILD)->frame.pstate = PSTATE_NZCV;
    PD(CHILD)->tpidr = 77;
    for (unsigned i = 0; i < 31; i++) {
        X(CHILD, i) = 100 + i;
    }
    example_wake(PARENT);
    assert_int_equal(pd_call(PARENT, SYS_PD_READ, CHILD_ID, 0, PD_REGISTER_COUNT), DROVER_OK);
    assert_int_equal(words->pc, 0x200300);
    assert_int_equal(words->sp, PD_STACK_TOP_VA);
    assert_int_equal(words->pstate, PSTATE_NZCV);
    for (unsigned i = 0; i < 31; i++) {
        assert_int_equal(words->x[i], 100 + i);
    }
    assert_int_equal(words->tpidr_el0, 77);
    assert_int_equal(words->tpidrro_el0, 0);
    assert_int_equal(STATE(CHILD), THREAD_WAITING);
}

static void as_many_registers_are_read_as_asked_for(void **state)
{
    (void)state;
    example_wake(PARENT);
    MR(PARENT, 0) = 1;
    MR(PARENT, 1) = 2;
    assert_int_equal(pd_call(PARENT, SYS_PD_READ, CHILD_ID, 0, 1), DROVER_OK);
    assert_int_equal(MR(PARENT, 0), 0);
    assert_int_equal(MR(PARENT, 1), 2);
    assert_int_equal(pd_call(PARENT, SYS_PD_READ, CHILD_ID, 0, PD_REGISTER_COUNT + 1),
                     DROVER_ERR_ARGUMENT);
    assert_int_equal(pd_call(PARENT, SYS_PD_WRITE, CHILD_ID, 0, UINT64_MAX), DROVER_ERR_ARGUMENT);
}

static void reading_stops_if_asked_to(void **state)
{
    (void)state;
    example_wake(CHILD);
    example_wake(PARENT);
    assert_int_equal(pd_call(PARENT, SYS_PD_READ, CHILD_ID, PD_REGISTERS_STOP, 1), DROVER_OK);
    assert_int_equal(STATE(CHILD), THREAD_STOPPED);
}

static void registers_are_written_and_only_flags_of_pstate(void **state)
{
    (void)state;
    example_wake(CHILD);
    example_wake(PARENT);
    for (unsigned i = 0; i < PD_REGISTER_COUNT; i++) {
        MR(PARENT, i) = UINT64_MAX - i;
    }
    assert_int_equal(pd_call(PARENT, SYS_PD_WRITE, CHILD_ID, 0, PD_REGISTER_COUNT), DROVER_OK);
    assert_int_equal(PD(CHILD)->frame.pc, UINT64_MAX);
    assert_int_equal(PD(CHILD)->frame.sp_el0, UINT64_MAX - 1);
    assert_int_equal(PD(CHILD)->frame.pstate, PSTATE_NZCV);
    assert_int_equal(X(CHILD, 0), UINT64_MAX - 3);
    assert_int_equal(X(CHILD, 30), UINT64_MAX - 33);
    assert_int_equal(PD(CHILD)->tpidr, UINT64_MAX - 34);
    assert_int_equal(STATE(CHILD), THREAD_READY);
}

static void writing_lets_a_stopped_pd_run_if_asked_to(void **state)
{
    (void)state;
    example_wake(PARENT);
    pd_call(PARENT, SYS_PD_STOP, CHILD_ID, 0, 0);
    MR(PARENT, 0) = 0x300000;
    assert_int_equal(pd_call(PARENT, SYS_PD_WRITE, CHILD_ID, PD_REGISTERS_RESUME, 1), DROVER_OK);
    pd_wait(PARENT);
    assert_runs(CHILD);
    assert_int_equal(fake_sysregs.elr_el2, 0x300000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(only_own_children_are_named, example_boot),
        cmocka_unit_test_setup(a_vcpu_is_no_child_pd, example_boot),
        cmocka_unit_test_setup(a_ready_child_stops_and_goes_on, example_boot),
        cmocka_unit_test_setup(a_waiting_child_goes_on_waiting, example_boot),
        cmocka_unit_test_setup(a_call_is_made_again, example_boot),
        cmocka_unit_test_setup(a_waiting_child_finds_what_came_while_it_was_stopped, example_boot),
        cmocka_unit_test_setup(resume_of_a_running_child_changes_nothing, example_boot),
        cmocka_unit_test_setup(resume_of_a_faulted_child_lets_it_try_again, example_boot),
        cmocka_unit_test_setup(restart_while_ready, example_boot),
        cmocka_unit_test_setup(restart_while_waiting, example_boot),
        cmocka_unit_test_setup(restart_while_stopped, example_boot),
        cmocka_unit_test_setup(restart_while_faulted, example_boot),
        cmocka_unit_test_setup(restart_after_a_fault_that_was_not_answered, example_boot),
        cmocka_unit_test_setup(restart_while_in_a_call, example_boot),
        cmocka_unit_test_setup(a_slot_names_any_pd, example_boot),
        cmocka_unit_test_setup(a_slot_without_tcb_gives_no_control, example_boot),
        cmocka_unit_test_setup(a_slot_is_its_owners, example_boot),
        cmocka_unit_test_setup(a_pd_stops_itself, example_boot),
        cmocka_unit_test_setup(a_pd_does_not_touch_its_own_registers, example_boot),
        cmocka_unit_test_setup(registers_are_read, example_boot),
        cmocka_unit_test_setup(as_many_registers_are_read_as_asked_for, example_boot),
        cmocka_unit_test_setup(reading_stops_if_asked_to, example_boot),
        cmocka_unit_test_setup(registers_are_written_and_only_flags_of_pstate, example_boot),
        cmocka_unit_test_setup(writing_lets_a_stopped_pd_run_if_asked_to, example_boot),
    };
    return cmocka_run_group_tests_name("kernel: control of PDs", tests, NULL, NULL);
}
