/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A vCPU in the Microkit's terms: list registers that the program numbers, faults with message
 * registers, registers by seL4's calls.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <microkit.h>

#include "kernel.h"
#include "vcpu.h"

#define SYSREG_TRAP(op0, op2, op1, crn, crm, rt, read)                                             \
    (0x18ul << 26 | (op0) << 20 | (op2) << 17 | (op1) << 14 | (crn) << 10 | (rt) << 5 |            \
     (crm) << 1 | (read))

static int set_up(void **state)
{
    (void)state;
    kernel_reset();
    return 0;
}

static bool deliver(unsigned vcpu, uint64_t label)
{
    microkit_msginfo reply = 1;
    return microkit_vcpu_fault_deliver(vcpu, MSGINFO(label, 0), &reply);
}

static bool ended(unsigned vcpu, unsigned intid)
{
    drover_vcpu_page(vcpu)->eoi[intid / 64] = 1ull << intid % 64;
    return deliver(vcpu, FAULT_VGIC_MAINTENANCE);
}

static seL4_Error inject(seL4_Uint16 irq, seL4_Uint8 index)
{
    return seL4_ARM_VCPU_InjectIRQ(BASE_VCPU_CAP, irq, 0, 0, index);
}

static void injection_is_a_word_for_the_kernel(void **state)
{
    (void)state;
    assert_int_equal(seL4_ARM_VCPU_InjectIRQ(BASE_VCPU_CAP + 1, 1019, 31, 1, 3), seL4_NoError);
    assert_int_equal(kernel_last.number, SYS_VIRQ_INJECT);
    assert_int_equal(kernel_last.x0, 1);
    assert_int_equal(kernel_last.x1, 1019 | INJECT_PRIORITY(31u << 3) | INJECT_GROUP1 | INJECT_EOI);
}

static void injection_is_checked(void **state)
{
    (void)state;
    assert_int_equal(seL4_ARM_VCPU_InjectIRQ(BASE_VCPU_CAP, 1020, 0, 0, 0), seL4_RangeError);
    assert_int_equal(seL4_ARM_VCPU_InjectIRQ(BASE_VCPU_CAP, 32, 32, 0, 0), seL4_RangeError);
    assert_int_equal(seL4_ARM_VCPU_InjectIRQ(BASE_VCPU_CAP, 32, 0, 2, 0), seL4_RangeError);
    assert_int_equal(seL4_ARM_VCPU_InjectIRQ(BASE_VCPU_CAP, 32, 0, 0, 4), seL4_RangeError);
    assert_int_equal(seL4_ARM_VCPU_InjectIRQ(BASE_VCPU_CAP + KERNEL_VCPU_COUNT, 32, 0, 0, 0),
                     seL4_InvalidCapability);
    assert_int_equal(seL4_ARM_VCPU_InjectIRQ(BASE_VCPU_CAP + 255, 32, 0, 0, 0),
                     seL4_InvalidCapability);
    assert_int_equal(seL4_ARM_VCPU_InjectIRQ(BASE_TCB_CAP, 32, 0, 0, 0), seL4_InvalidCapability);
    assert_int_equal(kernel_call_count, 0);
}

/* What the kernel delivers itself, such as the virtual timer, it takes from nobody. */
static void refused_injection_takes_no_list_register(void **state)
{
    (void)state;
    assert_int_equal(inject(KERNEL_BOUND_INTID, 2), seL4_RangeError);
    assert_int_equal(inject(40, 2), seL4_NoError);
    microkit_vcpu_arm_inject_irq(0, KERNEL_BOUND_INTID, 0, 0, 3);
    assert_non_null(failure);
}

static void list_register_is_taken_until_the_end(void **state)
{
    (void)state;
    assert_int_equal(inject(40, 2), seL4_NoError);
    assert_int_equal(inject(41, 2), seL4_DeleteFirst);
    assert_true(ended(0, 40));
    assert_int_equal(fault_call_count, 1);
    assert_int_equal(fault_calls[0].child, 0);
    assert_int_equal(fault_calls[0].msginfo, MSGINFO(seL4_Fault_VGICMaintenance, 1));
    assert_int_equal(fault_calls[0].mr[seL4_VGICMaintenance_IDX], 2);
    assert_int_equal(inject(41, 2), seL4_NoError);
}

static void each_end_is_a_fault(void **state)
{
    (void)state;
    inject(40, 3);
    inject(100, 1);
    inject(7, 0);
    drover_vcpu_page(0)->eoi[100 / 64] = 1ull << 100 % 64;
    assert_true(ended(0, 40));
    assert_int_equal(fault_call_count, 2);
    assert_int_equal(fault_calls[0].mr[0], 1);
    assert_int_equal(fault_calls[1].mr[0], 3);
}

static void vcpus_have_their_own_list_registers(void **state)
{
    (void)state;
    inject(40, 0);
    assert_true(ended(1, 40));
    assert_int_equal(fault_call_count, 0);
}

static void injected_twice_ends_twice_at_once(void **state)
{
    (void)state;
    inject(3, 0);
    inject(3, 1);
    assert_true(ended(0, 3));
    assert_int_equal(fault_call_count, 2);
    assert_true(ended(0, 3));
    assert_int_equal(fault_call_count, 2);
}

static void one_refusal_keeps_the_vcpu(void **state)
{
    (void)state;
    inject(3, 0);
    inject(4, 1);
    fault_answers[0] = false;
    drover_vcpu_page(0)->eoi[0] = 3 << 3;
    assert_false(deliver(0, FAULT_VGIC_MAINTENANCE));
    assert_int_equal(fault_call_count, 2);
}

static void reinject(void)
{
    inject(4, 0);
}

/* What the program injects while it is told of an end has not ended itself. */
static void injected_meanwhile_has_not_ended(void **state)
{
    (void)state;
    inject(3, 0);
    inject(4, 1);
    fault_action = reinject;
    drover_vcpu_page(0)->eoi[0] = 3 << 3;
    assert_true(deliver(0, FAULT_VGIC_MAINTENANCE));
    assert_int_equal(fault_call_count, 2);
    assert_int_equal(fault_calls[1].mr[0], 1);
    fault_action = NULL;
    assert_int_equal(inject(5, 0), seL4_DeleteFirst);
}

static void memory_fault_tells_where(void **state)
{
    (void)state;
    struct vcpu_page *page = drover_vcpu_page(0);
    page->pc = 0x1234;
    page->fault_gpa = 0x9000018;
    page->esr = 0x93800047;
    fault_answers[0] = false;
    assert_false(deliver(0, FAULT_VM));
    assert_int_equal(fault_calls[0].msginfo, MSGINFO(seL4_Fault_VMFault, seL4_VMFault_Length));
    assert_int_equal(fault_calls[0].mr[seL4_VMFault_IP], 0x1234);
    assert_int_equal(fault_calls[0].mr[seL4_VMFault_Addr], 0x9000018);
    assert_int_equal(fault_calls[0].mr[seL4_VMFault_PrefetchFault], 0);
    assert_int_equal(fault_calls[0].mr[seL4_VMFault_FSR], 0x93800047);
    page->esr = 0x82000006;
    deliver(0, FAULT_VM);
    assert_int_equal(fault_calls[1].mr[seL4_VMFault_PrefetchFault], 1);
}

static void smc_is_a_vcpu_fault(void **state)
{
    (void)state;
    drover_vcpu_page(0)->esr = 0x5e000000;
    assert_true(deliver(0, FAULT_VCPU));
    assert_int_equal(fault_calls[0].msginfo, MSGINFO(seL4_Fault_VCPUFault, 1));
    assert_int_equal(fault_calls[0].mr[seL4_VCPUFault_HSR], 0x5e000000);
}

static void hvc_is_an_unknown_system_call(void **state)
{
    (void)state;
    struct vcpu_page *page = drover_vcpu_page(1);
    page->esr = 0x5a000000;
    page->pc = 0x2004;
    page->x[0] = 100;
    page->x[7] = 65;
    page->x[30] = 0x1ff0;
    page->pstate = 5;
    kernel_vcpu_regs[1][VCPU_REG_SP_EL1] = 0x8000;
    assert_true(deliver(1, FAULT_VCPU));
    assert_int_equal(fault_calls[0].child, 1);
    assert_int_equal(fault_calls[0].msginfo,
                     MSGINFO(seL4_Fault_UnknownSyscall, seL4_UnknownSyscall_Length));
    assert_int_equal(fault_calls[0].mr[seL4_UnknownSyscall_X0], 100);
    assert_int_equal(fault_calls[0].mr[seL4_UnknownSyscall_FaultIP], 0x2000);
    assert_int_equal(fault_calls[0].mr[seL4_UnknownSyscall_SP], 0x8000);
    assert_int_equal(fault_calls[0].mr[seL4_UnknownSyscall_LR], 0x1ff0);
    assert_int_equal(fault_calls[0].mr[seL4_UnknownSyscall_SPSR], 5);
    assert_int_equal(fault_calls[0].mr[seL4_UnknownSyscall_Syscall], 65);
    assert_int_equal(page->pc, 0x2000);
}

static void idle_registers_read_as_zero(void **state)
{
    (void)state;
    static const uint64_t idle[] = {
        SYSREG_TRAP(2ul, 2, 0, 0, 2, 9, 1),   /* MDSCR_EL1 */
        SYSREG_TRAP(2ul, 4, 0, 1, 0, 9, 0),   /* OSLAR_EL1 */
        SYSREG_TRAP(3ul, 0, 3, 9, 12, 9, 1),  /* PMCR_EL0 */
        SYSREG_TRAP(3ul, 1, 0, 9, 14, 9, 0),  /* PMINTENSET_EL1 */
        SYSREG_TRAP(3ul, 7, 3, 14, 15, 9, 1), /* PMCCFILTR_EL0 */
        SYSREG_TRAP(3ul, 1, 0, 1, 0, 9, 1),   /* ACTLR_EL1 */
    };
    struct vcpu_page *page = drover_vcpu_page(0);
    for (size_t i = 0; i < sizeof(idle) / sizeof(idle[0]); i++) {
        page->esr = idle[i];
        page->pc = 0x100;
        page->x[9] = 77;
        assert_true(deliver(0, FAULT_VCPU));
        assert_int_equal(page->pc, 0x104);
        assert_int_equal(page->x[9], (idle[i] & 1) != 0 ? 0 : 77);
    }
    page->esr = SYSREG_TRAP(2ul, 2, 0, 0, 2, 31, 1); /* into XZR */
    assert_true(deliver(0, FAULT_VCPU));
    assert_int_equal(fault_call_count, 0);
    page->esr = SYSREG_TRAP(3ul, 5, 0, 12, 12, 9, 1); /* ICC_SRE_EL1: the VMM's */
    assert_true(deliver(0, FAULT_VCPU));
    assert_int_equal(fault_call_count, 1);
}

static void timer_is_on_when_the_vcpu_runs(void **state)
{
    (void)state;
    microkit_vcpu_restart(1, 0x40000000);
    assert_int_equal(kernel_call_count, 2);
    assert_int_equal(kernel_last.number, SYS_VCPU_START);
    assert_int_equal(kernel_last.x0, 1);
    assert_int_equal(kernel_last.x1, 0x40000000);
    assert_null(failure);
    microkit_vcpu_restart(KERNEL_VCPU_COUNT, 0);
    assert_non_null(failure);
}

static void registers_are_those_of_the_page(void **state)
{
    (void)state;
    struct vcpu_page *page = drover_vcpu_page(1);
    seL4_UserContext regs;
    page->pc = 1;
    page->sp_el0 = 2;
    page->pstate = 3;
    page->x[0] = 4;
    page->x[30] = 5;
    page->esr = 99; /* not a register */
    kernel_vcpu_regs[1][VCPU_REG_TPIDR_EL0] = 6;
    kernel_vcpu_regs[1][VCPU_REG_TPIDRRO_EL0] = 7;
    assert_int_equal(seL4_TCB_ReadRegisters(BASE_VM_TCB_CAP + 1, false, 0, 36, &regs), 0);
    assert_int_equal(regs.pc, 1);
    assert_int_equal(regs.sp, 2);
    assert_int_equal(regs.spsr, 3);
    assert_int_equal(regs.x0, 4);
    assert_int_equal(regs.x30, 5);
    assert_int_equal(regs.tpidr_el0, 6);
    assert_int_equal(regs.tpidrro_el0, 7);
    regs.x30 = 50;
    regs.tpidrro_el0 = 70;
    assert_int_equal(seL4_TCB_WriteRegisters(BASE_VM_TCB_CAP + 1, false, 0, 36, &regs), 0);
    assert_int_equal(page->x[30], 50);
    assert_int_equal(page->esr, 99);
    assert_int_equal(kernel_vcpu_regs[1][VCPU_REG_TPIDRRO_EL0], 70);
}

static void some_registers_of_a_vcpu(void **state)
{
    (void)state;
    struct vcpu_page *page = drover_vcpu_page(0);
    seL4_UserContext regs = {.pc = 1, .sp = 2, .spsr = 3, .x0 = 4, .x1 = 5};
    assert_int_equal(seL4_TCB_WriteRegisters(BASE_VM_TCB_CAP, false, 0, 1, &regs), 0);
    assert_int_equal(page->pc, 1);
    assert_int_equal(page->sp_el0, 0);
    assert_int_equal(seL4_TCB_WriteRegisters(BASE_VM_TCB_CAP, true, 0, 4, &regs), 0);
    assert_int_equal(page->x[0], 4);
    assert_int_equal(page->x[1], 0);
    assert_int_equal(kernel_last.number, SYS_VCPU_START);
    assert_int_equal(kernel_last.x1, 1);
}

static void system_registers_by_number(void **state)
{
    (void)state;
    assert_int_equal(seL4_ARM_VCPU_WriteRegs(BASE_VCPU_CAP, seL4_VCPUReg_VBAR, 0x800), 0);
    assert_int_equal(kernel_vcpu_regs[0][VCPU_REG_VBAR_EL1], 0x800);
    assert_int_equal(seL4_ARM_VCPU_ReadRegs(BASE_VCPU_CAP, seL4_VCPUReg_VBAR).value, 0x800);
    assert_int_equal(seL4_ARM_VCPU_ReadRegs(BASE_VCPU_CAP, VCPU_REG_COUNT).error,
                     seL4_InvalidArgument);
    assert_int_equal(seL4_ARM_VCPU_ReadRegs(BASE_VCPU_CAP + 2, 0).error, seL4_InvalidCapability);
    assert_int_equal(seL4_ARM_VCPU_AckVPPI(BASE_VCPU_CAP + 1, 27), seL4_NoError);
    assert_int_equal(seL4_ARM_VCPU_AckVPPI(BASE_VCPU_CAP + 2, 27), seL4_InvalidCapability);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(injection_is_a_word_for_the_kernel, set_up),
        cmocka_unit_test_setup(injection_is_checked, set_up),
        cmocka_unit_test_setup(refused_injection_takes_no_list_register, set_up),
        cmocka_unit_test_setup(list_register_is_taken_until_the_end, set_up),
        cmocka_unit_test_setup(each_end_is_a_fault, set_up),
        cmocka_unit_test_setup(vcpus_have_their_own_list_registers, set_up),
        cmocka_unit_test_setup(injected_twice_ends_twice_at_once, set_up),
        cmocka_unit_test_setup(one_refusal_keeps_the_vcpu, set_up),
        cmocka_unit_test_setup(injected_meanwhile_has_not_ended, set_up),
        cmocka_unit_test_setup(memory_fault_tells_where, set_up),
        cmocka_unit_test_setup(smc_is_a_vcpu_fault, set_up),
        cmocka_unit_test_setup(hvc_is_an_unknown_system_call, set_up),
        cmocka_unit_test_setup(idle_registers_read_as_zero, set_up),
        cmocka_unit_test_setup(timer_is_on_when_the_vcpu_runs, set_up),
        cmocka_unit_test_setup(registers_are_those_of_the_page, set_up),
        cmocka_unit_test_setup(some_registers_of_a_vcpu, set_up),
        cmocka_unit_test_setup(system_registers_by_number, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
