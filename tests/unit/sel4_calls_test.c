/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * seL4's calls on channels and on the threads of PDs: which system call each becomes, and what a
 * capability of the wrong kind gets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <microkit.h>
#include <sel4/benchmark.h>
#include <sel4/benchmark_utilisation_types.h>

#include "kernel.h"

static int set_up(void **state)
{
    (void)state;
    kernel_reset();
    return 0;
}

static void expect_call(unsigned number, uint64_t x0)
{
    assert_int_equal(kernel_call_count, 1);
    assert_int_equal(kernel_last.number, number);
    assert_int_equal(kernel_last.x0, x0);
    kernel_call_count = 0;
}

static void classes_are_deferred_actions(void **state)
{
    (void)state;
    assert_int_equal(BASE_OUTPUT_NOTIFICATION_CAP + 61, DEFERRED_NOTIFY | 61);
    assert_int_equal(BASE_IRQ_CAP + 61, DEFERRED_IRQ_ACK | 61);
    assert_int_equal((BASE_USER_CAPS + SLOT_MAX - 1) & 0xff, PD_SLOT(SLOT_MAX - 1));
}

static void channels(void **state)
{
    (void)state;
    seL4_Signal(BASE_OUTPUT_NOTIFICATION_CAP + KERNEL_CHANNEL);
    expect_call(SYS_NOTIFY, KERNEL_CHANNEL);
    seL4_Signal(BASE_IRQ_CAP + KERNEL_CHANNEL);
    seL4_Signal(seL4_CapNull);
    assert_int_equal(kernel_call_count, 0);
    assert_int_equal(seL4_IRQHandler_Ack(BASE_IRQ_CAP + KERNEL_CHANNEL), seL4_NoError);
    expect_call(SYS_IRQ_ACK, KERNEL_CHANNEL);
    assert_int_equal(seL4_IRQHandler_Ack(BASE_IRQ_CAP), seL4_InvalidCapability);
    assert_int_equal(seL4_IRQHandler_Ack(BASE_ENDPOINT_CAP), seL4_InvalidCapability);
    kernel_call_count = 0;
    seL4_MessageInfo_t reply =
        seL4_Call(BASE_ENDPOINT_CAP + KERNEL_CHANNEL, seL4_MessageInfo_new(1, 0, 0, 2));
    expect_call(SYS_CALL, KERNEL_CHANNEL);
    assert_int_equal(kernel_last.x1, MSGINFO(1, 2));
    assert_int_equal(seL4_MessageInfo_get_label(reply), 7);
    assert_int_equal(seL4_MessageInfo_get_length(reply), 1);
}

static void threads_stop_and_go_on(void **state)
{
    (void)state;
    assert_int_equal(seL4_TCB_Suspend(BASE_TCB_CAP + KERNEL_CHILD), seL4_NoError);
    expect_call(SYS_PD_STOP, KERNEL_CHILD);
    assert_int_equal(seL4_TCB_Resume(microkit_cspace_root_slot_to_cptr(KERNEL_SLOT)), seL4_NoError);
    expect_call(SYS_PD_RESUME, PD_SLOT(KERNEL_SLOT));
    assert_int_equal(seL4_TCB_Suspend(BASE_TCB_CAP + KERNEL_CHILD + 1), seL4_InvalidCapability);
    assert_int_equal(seL4_TCB_Suspend(microkit_cspace_root_slot_to_cptr(SLOT_MAX)),
                     seL4_InvalidCapability);
    kernel_call_count = 0;
    assert_int_equal(seL4_TCB_Suspend(BASE_VM_TCB_CAP + 1), seL4_NoError);
    expect_call(SYS_VCPU_STOP, 1);
    drover_vcpu_page(1)->pc = 0x5000;
    assert_int_equal(seL4_TCB_Resume(BASE_VM_TCB_CAP + 1), seL4_NoError);
    assert_int_equal(kernel_last.number, SYS_VCPU_START);
    assert_int_equal(kernel_last.x1, 0x5000);
    assert_int_equal(seL4_TCB_Resume(BASE_VM_TCB_CAP + KERNEL_VCPU_COUNT), seL4_InvalidCapability);
}

static void registers_of_a_pd(void **state)
{
    (void)state;
    seL4_UserContext regs;
    kernel_pd = (struct pd_registers){.pc = 1, .sp = 2, .pstate = 3, .tpidrro_el0 = 7};
    kernel_pd.x[0] = 4;
    kernel_pd.x[30] = 5;
    assert_int_equal(seL4_TCB_ReadRegisters(BASE_TCB_CAP + KERNEL_CHILD, true, 0, 36, &regs), 0);
    assert_int_equal(kernel_last.x1, PD_REGISTERS_STOP);
    assert_int_equal(kernel_last.x2, 36);
    assert_int_equal(regs.pc, 1);
    assert_int_equal(regs.sp, 2);
    assert_int_equal(regs.spsr, 3);
    assert_int_equal(regs.x0, 4);
    assert_int_equal(regs.x30, 5);
    assert_int_equal(regs.tpidrro_el0, 7);
    regs.pc = 10;
    regs.sp = 20;
    assert_int_equal(seL4_TCB_WriteRegisters(BASE_TCB_CAP + KERNEL_CHILD, true, 0, 1, &regs), 0);
    assert_int_equal(kernel_last.x1, PD_REGISTERS_RESUME);
    assert_int_equal(kernel_pd.pc, 10);
    assert_int_equal(kernel_pd.sp, 2);
    regs.tpidr_el0 = 60;
    assert_int_equal(seL4_TCB_WriteRegisters(BASE_TCB_CAP + KERNEL_CHILD, false, 0, 36, &regs), 0);
    assert_int_equal(kernel_last.x1, PD_REGISTERS_MOVE);
    assert_int_equal(kernel_pd.sp, 20);
    assert_int_equal(kernel_pd.tpidr_el0, 60);
}

static void counts_of_registers_are_checked(void **state)
{
    (void)state;
    seL4_UserContext regs = {0};
    assert_int_equal(seL4_TCB_ReadRegisters(BASE_TCB_CAP + 1, false, 0, 37, &regs),
                     seL4_RangeError);
    assert_int_equal(seL4_TCB_ReadRegisters(BASE_VM_TCB_CAP, false, 0, 0, &regs), seL4_RangeError);
    assert_int_equal(seL4_TCB_WriteRegisters(BASE_TCB_CAP + 1, false, 0, 37, &regs),
                     seL4_RangeError);
    assert_int_equal(seL4_TCB_ReadRegisters(BASE_VCPU_CAP, false, 0, 1, &regs),
                     seL4_InvalidCapability);
    assert_int_equal(seL4_TCB_WriteRegisters(BASE_VM_TCB_CAP + 9, false, 0, 1, &regs),
                     seL4_InvalidCapability);
    assert_int_equal(kernel_call_count, 0);
}

static void firmware_needs_the_right(void **state)
{
    (void)state;
    seL4_ARM_SMCContext call = {.x0 = 0x84000000};
    seL4_ARM_SMCContext answer = {.x0 = 1};
    assert_int_equal(seL4_ARM_SMC_Call(ARM_SMC_CAP, &call, &answer), seL4_IllegalOperation);
    assert_int_equal(answer.x0, 1);
    assert_int_equal(seL4_ARM_SMC_Call(6, &call, &answer), seL4_InvalidCapability);
}

/* Nothing of a count that is too large reaches the label. */
static void counts_of_words_stay_in_their_field(void **state)
{
    (void)state;
    assert_int_equal(microkit_msginfo_new(5, 64), MSGINFO(5, 64));
    assert_int_equal(microkit_msginfo_new(4, 0x1081), seL4_MessageInfo_new(4, 0, 0, 0x1081));
    assert_int_equal(microkit_msginfo_get_label(microkit_msginfo_new(4, 0x1081)), 4);
}

static void expect_benchmark(uint64_t op, uint64_t child)
{
    expect_call(SYS_BENCHMARK, op);
    assert_int_equal(kernel_last.x1, child);
}

static void accounts_of_pds(void **state)
{
    (void)state;
    assert_int_equal(seL4_BenchmarkResetLog(), seL4_NoError);
    expect_call(SYS_BENCHMARK, BENCHMARK_RESET);
    seL4_BenchmarkResetThreadUtilisation(TCB_CAP);
    expect_benchmark(BENCHMARK_RESET_PD, BENCHMARK_SELF);
    seL4_BenchmarkResetThreadUtilisation(BASE_TCB_CAP + KERNEL_CHILD);
    expect_benchmark(BENCHMARK_RESET_PD, KERNEL_CHILD);
    seL4_BenchmarkGetThreadUtilisation(microkit_cspace_root_slot_to_cptr(KERNEL_SLOT));
    expect_benchmark(BENCHMARK_READ, PD_SLOT(KERNEL_SLOT));
    assert_int_equal(seL4_GetMR(BENCHMARK_TCB_UTILISATION), KERNEL_USAGE);
    assert_int_equal(seL4_GetMR(BENCHMARK_TCB_NUMBER_KERNEL_ENTRIES), KERNEL_USAGE + 3);
    assert_int_equal(seL4_GetMR(BENCHMARK_TOTAL_UTILISATION), KERNEL_USAGE + 9);
    assert_int_equal(seL4_GetMR(BENCHMARK_TOTAL_NUMBER_KERNEL_ENTRIES), KERNEL_USAGE + 12);
    assert_int_equal(seL4_BenchmarkFinalizeLog(), 0);
    assert_int_equal(seL4_BenchmarkSetLogBuffer(7), seL4_IllegalOperation);
    assert_int_equal(kernel_call_count, 0);
}

static void account_of_nobody_is_nothing(void **state)
{
    (void)state;
    const seL4_Word nobody[] = {BASE_TCB_CAP + KERNEL_CHILD + 1, BASE_VM_TCB_CAP, seL4_CapNull};
    for (unsigned i = 0; i < sizeof(nobody) / sizeof(nobody[0]); i++) {
        seL4_BenchmarkGetThreadUtilisation(TCB_CAP);
        seL4_BenchmarkGetThreadUtilisation(nobody[i]);
        assert_int_equal(seL4_GetMR(BENCHMARK_TCB_UTILISATION), 0);
        assert_int_equal(seL4_GetMR(BENCHMARK_TOTAL_NUMBER_KERNEL_ENTRIES), 0);
    }
}

static void message_registers_have_an_end(void **state)
{
    (void)state;
    seL4_SetMR(63, 9);
    seL4_SetMR(64, 9);
    seL4_SetMR(-1, 9);
    assert_int_equal(seL4_GetMR(63), 9);
    assert_int_equal(seL4_GetMR(64), 0);
    assert_int_equal(drover_message_page()->vcpu_requests, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(classes_are_deferred_actions, set_up),
        cmocka_unit_test_setup(channels, set_up),
        cmocka_unit_test_setup(threads_stop_and_go_on, set_up),
        cmocka_unit_test_setup(registers_of_a_pd, set_up),
        cmocka_unit_test_setup(counts_of_registers_are_checked, set_up),
        cmocka_unit_test_setup(firmware_needs_the_right, set_up),
        cmocka_unit_test_setup(counts_of_words_stay_in_their_field, set_up),
        cmocka_unit_test_setup(accounts_of_pds, set_up),
        cmocka_unit_test_setup(account_of_nobody_is_nothing, set_up),
        cmocka_unit_test_setup(message_registers_have_an_end, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
