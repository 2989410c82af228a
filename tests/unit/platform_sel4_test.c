/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * libvmm on the seL4 Microkit: faults by message registers, and interrupts by list registers that
 * seL4 lets a VMM fill and nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <libvmm/guest.h>
#include <libvmm/virq.h>

#include "esr.h"
#include "platform.h"
#include "sel4/sel4.h"

#define GICD_TYPER     0x004
#define GICD_ISENABLER 0x100
#define GICD_ICENABLER 0x180
#define GICD_ISPENDR   0x200
#define GICD_ICPENDR   0x280
#define GICD_IPRIORITY 0x400
#define GICD_SGIR      0xf00

#define VTIMER 27
#define PC     0x40001000ul

static int start(void **state)
{
    (void)state;
    sel4_start();
    sel4_register_set(0, SEL4_PC, PC);
    return 0;
}

static void spi_inject(unsigned intid)
{
    assert_true(virq_inject(ARM_GIC_IRQ_ROUTE(0, intid)));
}

/* ---- Faults ---- */

static void read_of_distributor(void **state)
{
    (void)state;
    for (unsigned i = 0; i <= SEL4_SP; i++) {
        sel4_register_set(0, i, i == SEL4_PC ? PC : 0x100 + i);
    }
    assert_int_equal(sel4_gicd_load(0, GICD_TYPER), 1 << 5 | 8); /* two CPUs, 288 interrupts */
    assert_int_equal(sel4_register(0, SEL4_PC), PC + 4);
    for (unsigned i = 0; i <= SEL4_SP; i++) {
        if (i != 5 && i != SEL4_PC) {
            assert_int_equal(sel4_register(0, i), 0x100 + i);
        }
    }
}

static void access_to_nothing(void **state)
{
    (void)state;
    sel4_vcpus[0].registers[seL4_VCPUReg_VBAR] = 0x40008000;
    sel4_vcpus[0].registers[seL4_VCPUReg_SCTLR] = 1ul << 23; /* SPAN */
    /* A read at 0x9000000 by an AArch64 kernel, whose PSTATE is EL1h. */
    const uint64_t data_abort = ESR_EC_FIELD(ESR_EC_DABT_LOWER) | ESR_IL | ESR_ISV | 7;
    assert_true(sel4_fault(0, seL4_Fault_VMFault, PC, 0x9000000, 0, data_abort));
    assert_int_equal(sel4_vcpus[0].registers[seL4_VCPUReg_FAR], 0x9000000);
    assert_int_equal(sel4_vcpus[0].registers[seL4_VCPUReg_ELR_EL1], PC);
    assert_int_equal(ESR_EC(sel4_vcpus[0].registers[seL4_VCPUReg_ESR]), ESR_EC_DABT_LOWER);
    assert_int_equal(sel4_register(0, SEL4_PC), 0x40008400); /* synchronous, from EL0, AArch64 */

    /* A fetch: the class of the syndrome comes from the message. */
    assert_true(sel4_fault(0, seL4_Fault_VMFault, 0x9000000, 0x9000000, 1, ESR_IL | 7));
    assert_int_equal(ESR_EC(sel4_vcpus[0].registers[seL4_VCPUReg_ESR]), ESR_EC_IABT_SAME);
}

static void firmware_calls(void **state)
{
    (void)state;
    const uint32_t psci_version = 0x84000000;
    sel4_register_set(0, 0, psci_version);
    assert_true(sel4_fault(0, seL4_Fault_VCPUFault, ESR_EC_FIELD(ESR_EC_SMC64) | ESR_IL, 0, 0, 0));
    assert_int_equal(sel4_register(0, 0), 0x10001);
    assert_int_equal(sel4_register(0, SEL4_PC), PC + 4);

    /* HVC is a system call that seL4 does not know; PC is at the instruction. */
    sel4_register_set(0, 0, psci_version);
    assert_true(sel4_fault(0, seL4_Fault_UnknownSyscall, psci_version, 0, 0, 0));
    assert_int_equal(sel4_register(0, 0), 0x10001);
    assert_int_equal(sel4_register(0, SEL4_PC), PC + 8);
}

static void instruction_undefined(void **state)
{
    (void)state;
    sel4_vcpus[0].registers[seL4_VCPUReg_VBAR] = 0x40008000;
    assert_true(sel4_fault(0, seL4_Fault_UserException, PC, 0, 0, 0));
    assert_int_equal(sel4_vcpus[0].registers[seL4_VCPUReg_ELR_EL1], PC);
    assert_int_equal(ESR_EC(sel4_vcpus[0].registers[seL4_VCPUReg_ESR]), ESR_EC_UNKNOWN);
    assert_false(sel4_fault(0, seL4_Fault_CapFault, 0, 0, 0, 0)); /* none of a vCPU's */
}

static void second_vcpu(void **state)
{
    (void)state;
    const uint64_t smc = ESR_EC_FIELD(ESR_EC_SMC64) | ESR_IL;
    sel4_register_set(0, 0, 0xc4000003); /* CPU_ON of CPU 1 at `entry` with a context */
    sel4_register_set(0, 1, 1);
    sel4_register_set(0, 2, 0x40002000);
    sel4_register_set(0, 3, 77);
    assert_true(sel4_fault(0, seL4_Fault_VCPUFault, smc, 0, 0, 0));
    assert_int_equal(sel4_register(0, 0), 0);
    assert_true(sel4_vcpus[1].is_running);
    assert_int_equal(sel4_register(1, SEL4_PC), 0x40002000);
    assert_int_equal(sel4_register(1, 0), 77);

    sel4_register_set(1, 0, 0x84000002); /* CPU_OFF */
    assert_false(sel4_fault(1, seL4_Fault_VCPUFault, smc, 0, 0, 0));
    assert_false(sel4_vcpus[1].is_running);
}

static void straight_interrupts(void **state)
{
    (void)state;
    assert_false(sel4_takes_straight());
}

/* ---- Interrupts ---- */

static void more_than_list_registers(void **state)
{
    (void)state;
    for (unsigned intid = 64; intid < 72; intid++) {
        sel4_gicd_set_bit(GICD_ISENABLER, intid);
    }
    /* Priorities fall from 64 on: 71 is the most urgent. */
    sel4_gicd_store(0, GICD_IPRIORITY + 64, 0x90a0b0c0);
    sel4_gicd_store(0, GICD_IPRIORITY + 68, 0x50607080);
    for (unsigned intid = 64; intid < 72; intid++) {
        spi_inject(intid);
    }
    assert_int_equal(sel4_used_count(0), 4);
    assert_int_equal(sel4_gicd_load(0, GICD_ISPENDR + 8), 0xf0); /* the others wait */

    /* What is in a list register stays there; of those that wait the most urgent comes next. */
    static const int order[] = {67, 71, 70, 69, 68, 66, 65, 64, -1};
    for (unsigned i = 0; i < sizeof order / sizeof *order; i++) {
        assert_int_equal(sel4_serve(0), order[i]);
    }
    assert_int_equal(sel4_used_count(0), 0);
}

static void priority_and_group(void **state)
{
    (void)state;
    sel4_gicd_set_bit(GICD_ISENABLER, 64);
    sel4_gicd_store(0, GICD_IPRIORITY + 64, 0xa8);
    spi_inject(64);
    assert_int_equal(sel4_vcpus[0].list[0].priority, 0xa8 >> 3);
    assert_int_equal(sel4_vcpus[0].list[0].group, 0);
    assert_int_equal(sel4_serve(0), 64);
}

static void again_while_active(void **state)
{
    (void)state;
    sel4_gicd_set_bit(GICD_ISENABLER, 64);
    spi_inject(64);
    int index = sel4_take(0);
    spi_inject(64);
    spi_inject(64); /* merges */
    assert_int_equal(sel4_used_count(0), 1);
    sel4_end(0, index);
    assert_int_equal(sel4_serve(0), 64);
    assert_int_equal(sel4_serve(0), -1);
}

static void passed_through(void **state)
{
    (void)state;
    const irq_routing_info_t route = ARM_GIC_IRQ_ROUTE(0, SEL4_IRQ);
    assert_true(virq_register_passthrough(route, SEL4_CHANNEL));
    assert_true(virq_handle_passthrough(SEL4_CHANNEL));
    assert_int_equal(sel4_used_count(0), 0); /* disabled: it is kept */
    sel4_gicd_set_bit(GICD_ISENABLER, SEL4_IRQ);
    int index = sel4_take(0);
    assert_int_equal(sel4_vcpus[0].list[index].intid, SEL4_IRQ);
    assert_int_equal(sel4_irq_ack_count, 0);
    sel4_end(0, index);
    assert_int_equal(sel4_irq_ack_count, 1);

    assert_true(virq_handle_passthrough(SEL4_CHANNEL));
    assert_int_equal(sel4_serve(0), SEL4_IRQ);
    assert_int_equal(sel4_irq_ack_count, 2);
}

/* Fills the list registers with four interrupts that the guest does not end. */
static void list_registers_occupy(void)
{
    for (unsigned intid = 96; intid < 100; intid++) {
        sel4_gicd_set_bit(GICD_ISENABLER, intid);
        spi_inject(intid);
    }
}

static void disabled_while_waiting(void **state)
{
    (void)state;
    const irq_routing_info_t route = ARM_GIC_IRQ_ROUTE(0, SEL4_IRQ);
    assert_true(virq_register_passthrough(route, SEL4_CHANNEL));
    sel4_gicd_set_bit(GICD_ISENABLER, SEL4_IRQ);
    list_registers_occupy();
    assert_true(virq_handle_passthrough(SEL4_CHANNEL));
    sel4_gicd_set_bit(GICD_ICENABLER, SEL4_IRQ);
    for (int intid = 96; intid < 100; intid++) {
        assert_int_equal(sel4_serve(0), intid);
    }
    assert_int_equal(sel4_serve(0), -1);
    sel4_gicd_set_bit(GICD_ISENABLER, SEL4_IRQ);
    assert_int_equal(sel4_serve(0), SEL4_IRQ);
    assert_int_equal(sel4_irq_ack_count, 1);
}

static void pendency_cleared_while_waiting(void **state)
{
    (void)state;
    const irq_routing_info_t route = ARM_GIC_IRQ_ROUTE(0, SEL4_IRQ);
    assert_true(virq_register_passthrough(route, SEL4_CHANNEL));
    sel4_gicd_set_bit(GICD_ISENABLER, SEL4_IRQ);
    list_registers_occupy();
    assert_true(virq_handle_passthrough(SEL4_CHANNEL));
    sel4_gicd_set_bit(GICD_ICPENDR, SEL4_IRQ);
    assert_int_equal(sel4_irq_ack_count, 1); /* it may fire again */
    for (int intid = 96; intid < 100; intid++) {
        assert_int_equal(sel4_serve(0), intid);
    }
    assert_int_equal(sel4_serve(0), -1);
}

static void virtual_timer(void **state)
{
    (void)state;
    assert_true(sel4_fault(0, seL4_Fault_VPPIEvent, VTIMER, 0, 0, 0));
    assert_int_equal(sel4_used_count(0), 0);
    assert_int_equal(sel4_gicd_load(0, GICD_ISPENDR), 1u << VTIMER);
    assert_int_equal(sel4_vcpus[0].timer_ack_count, 0); /* masked, so it does not come again */

    sel4_gicd_set_bit(GICD_ISENABLER, VTIMER);
    int index = sel4_take(0);
    assert_int_equal(sel4_vcpus[0].list[index].intid, VTIMER);
    sel4_end(0, index);
    assert_int_equal(sel4_vcpus[0].timer_ack_count, 1);

    assert_true(sel4_fault(0, seL4_Fault_VPPIEvent, VTIMER, 0, 0, 0));
    assert_int_equal(sel4_serve(0), VTIMER);
    assert_int_equal(sel4_vcpus[0].timer_ack_count, 2);
    assert_int_equal(sel4_serve(0), -1);
}

static void timer_of_the_other_vcpu(void **state)
{
    (void)state;
    sel4_gicd_store(1, GICD_ISENABLER, 1u << VTIMER);
    assert_true(sel4_fault(1, seL4_Fault_VPPIEvent, VTIMER, 0, 0, 0));
    assert_int_equal(sel4_used_count(0), 0);
    assert_int_equal(sel4_serve(1), VTIMER);
    assert_int_equal(sel4_vcpus[1].timer_ack_count, 1);
}

static void sgi_of_both(void **state)
{
    (void)state;
    const uint32_t to_cpu0 = 1u << 16 | 3;
    sel4_gicd_store(1, GICD_SGIR, to_cpu0);
    sel4_gicd_store(0, GICD_SGIR, to_cpu0);
    assert_int_equal(sel4_used_count(0), 1); /* one INTID, one list register at a time */
    assert_int_equal(sel4_serve(0), 3);
    assert_int_equal(sel4_serve(0), 3);
    assert_int_equal(sel4_serve(0), -1);
}

static unsigned ended_count;

static void ended(irq_routing_info_t route, void *data)
{
    (void)data;
    assert_int_equal(IRQ_ROUTE_TO_ARM_INTID(route), 64);
    ended_count++;
}

static void level_of_a_virtual_device(void **state)
{
    (void)state;
    const irq_routing_info_t route = ARM_GIC_IRQ_ROUTE(0, 64);
    ended_count = 0;
    assert_true(virq_register(route, ended, NULL));
    sel4_gicd_set_bit(GICD_ISENABLER, 64);
    assert_true(virq_set_level(route, true));
    assert_int_equal(sel4_serve(0), 64);
    assert_int_equal(ended_count, 1);
    int index = sel4_take(0); /* the line is still high */
    assert_int_equal(sel4_vcpus[0].list[index].intid, 64);
    assert_true(virq_set_level(route, false));
    sel4_end(0, index);
    assert_int_equal(ended_count, 2);
    assert_int_equal(sel4_serve(0), -1);
}

/* Its end is reported once, when it is not to be delivered again. */
static void end_reported_last(void **state)
{
    (void)state;
    ended_count = 0;
    assert_true(virq_register(ARM_GIC_IRQ_ROUTE(0, 64), ended, NULL));
    platform_virq_inject(0, 64 | INJECT_EOI);
    int index = sel4_take(0);
    platform_virq_inject(0, 64);
    sel4_end(0, index);
    assert_int_equal(ended_count, 0);
    assert_int_equal(sel4_serve(0), 64);
    assert_int_equal(ended_count, 1);
}

/* Nor is that wish lost when the interrupt is injected again while it waits. */
static void wish_for_end_is_kept(void **state)
{
    (void)state;
    ended_count = 0;
    assert_true(virq_register(ARM_GIC_IRQ_ROUTE(0, 64), ended, NULL));
    list_registers_occupy();
    platform_virq_inject(0, 64 | INJECT_EOI);
    platform_virq_inject(0, 64);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_not_equal(sel4_serve(0), -1);
    }
    assert_int_equal(sel4_serve(0), -1);
    assert_int_equal(ended_count, 1);
}

static void end_of_nothing(void **state)
{
    (void)state;
    for (uint64_t index = 0; index < 70; index += 3) {
        assert_true(sel4_fault(0, seL4_Fault_VGICMaintenance, index, 0, 0, 0));
    }
    assert_true(sel4_fault(0, seL4_Fault_VGICMaintenance, ~0ul, 0, 0, 0));
}

/* What is in a list register cannot be taken out, so a new guest would get the old one's. */
static void no_restart(void **state)
{
    (void)state;
    sel4_gicd_set_bit(GICD_ISENABLER, 64);
    spi_inject(64);
    assert_false(guest_restart(0, 0));
    assert_int_equal(sel4_used_count(0), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(read_of_distributor, start),
        cmocka_unit_test_setup(access_to_nothing, start),
        cmocka_unit_test_setup(firmware_calls, start),
        cmocka_unit_test_setup(instruction_undefined, start),
        cmocka_unit_test_setup(second_vcpu, start),
        cmocka_unit_test_setup(straight_interrupts, start),
        cmocka_unit_test_setup(more_than_list_registers, start),
        cmocka_unit_test_setup(priority_and_group, start),
        cmocka_unit_test_setup(again_while_active, start),
        cmocka_unit_test_setup(passed_through, start),
        cmocka_unit_test_setup(disabled_while_waiting, start),
        cmocka_unit_test_setup(pendency_cleared_while_waiting, start),
        cmocka_unit_test_setup(virtual_timer, start),
        cmocka_unit_test_setup(timer_of_the_other_vcpu, start),
        cmocka_unit_test_setup(sgi_of_both, start),
        cmocka_unit_test_setup(level_of_a_virtual_device, start),
        cmocka_unit_test_setup(end_reported_last, start),
        cmocka_unit_test_setup(wish_for_end_is_kept, start),
        cmocka_unit_test_setup(end_of_nothing, start),
        cmocka_unit_test_setup(no_restart, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
