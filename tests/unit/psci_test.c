/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * PSCI 1.1, function by function and error by error (Arm DEN0022D, 5), by SMC and by HVC.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <libvmm/arch/aarch64/fault.h>
#include <libvmm/arch/aarch64/psci.h>
#include <libvmm/guest.h>
#include <libvmm/vcpu.h>

#include "esr.h"
#include "libvmm/fake.h"

#define CALL32(function) (0x84000000u | (function))
#define CALL64(function) (0xc4000000u | (function))

#define ENTRY FAKE_RAM
#define PC    0x1000

static unsigned power_count;
static enum guest_power_request power_request;

static void on_power(enum guest_power_request request, void *data)
{
    assert_ptr_equal(data, &power_count);
    assert_false(fake.running[0]);
    power_request = request;
    power_count++;
}

static int start(void **state)
{
    (void)state;
    fake_start(2);
    guest_register_power_handler(on_power, &power_count);
    power_count = 0;
    assert_true(guest_start(ENTRY, FAKE_RAM + 0x1000, 0));
    return 0;
}

/* Makes the call on vCPU 0; `*goes_on` gets whether the caller returns. */
static int64_t call_by(unsigned ec, uint32_t id, uint64_t a, uint64_t b, uint64_t c, bool *goes_on)
{
    struct vcpu_page *page = &fake.pages[0];
    page->x[0] = id;
    page->x[1] = a;
    page->x[2] = b;
    page->x[3] = c;
    page->x[4] = 0x44;
    page->pc = PC;
    page->esr = ESR_EC_FIELD(ec) | ESR_IL;
    *goes_on = fault_handle(0, MSGINFO((uint64_t)FAULT_VCPU, 0));
    assert_int_equal(page->pc, ec == ESR_EC_SMC64 ? PC + 4 : PC); /* HVC: done by hardware */
    assert_int_equal(page->x[4], 0x44);
    return (int64_t)page->x[0];
}

/* The same by both conduits, which have to agree; it returns. */
static int64_t call(uint32_t id, uint64_t a, uint64_t b, uint64_t c)
{
    bool goes_on;
    int64_t by_smc = call_by(ESR_EC_SMC64, id, a, b, c, &goes_on);
    assert_true(goes_on);
    assert_int_equal(call_by(ESR_EC_HVC64, id, a, b, c, &goes_on), by_smc);
    assert_true(goes_on);
    return by_smc;
}

static void version(void **state)
{
    (void)state;
    assert_int_equal(call(CALL32(PSCI_VERSION), 0, 0, 0), 0x10001);
    assert_int_equal(call(CALL64(PSCI_VERSION), 0, 0, 0), PSCI_NOT_SUPPORTED);
}

static void features(void **state)
{
    (void)state;
    static const uint32_t there[] = {CALL32(PSCI_VERSION),
                                     CALL32(PSCI_CPU_SUSPEND),
                                     CALL64(PSCI_CPU_SUSPEND),
                                     CALL32(PSCI_CPU_OFF),
                                     CALL32(PSCI_CPU_ON),
                                     CALL64(PSCI_CPU_ON),
                                     CALL32(PSCI_AFFINITY_INFO),
                                     CALL64(PSCI_AFFINITY_INFO),
                                     CALL32(PSCI_MIGRATE_INFO_TYPE),
                                     CALL32(PSCI_SYSTEM_OFF),
                                     CALL32(PSCI_SYSTEM_RESET),
                                     CALL32(PSCI_FEATURES),
                                     0x80000000 /* SMCCC_VERSION */};
    for (unsigned i = 0; i < sizeof there / sizeof *there; i++) {
        assert_int_equal(call(CALL32(PSCI_FEATURES), there[i], 0, 0), 0);
    }
    static const uint32_t absent[] = {0x12345678,
                                      0,
                                      0x04000000,
                                      0x84010000,
                                      CALL64(PSCI_VERSION),
                                      CALL64(PSCI_CPU_OFF),
                                      CALL64(PSCI_FEATURES),
                                      0x8400ff00,
                                      CALL32(PSCI_MAX),
                                      0xffffffff};
    for (unsigned i = 0; i < sizeof absent / sizeof *absent; i++) {
        assert_int_equal(call(CALL32(PSCI_FEATURES), absent[i], 0, 0), PSCI_NOT_SUPPORTED);
    }
}

/* What is optional and not there says so when called and when asked for. */
static void optional_functions(void **state)
{
    (void)state;
    static const uint32_t optional[] = {PSCI_MIGRATE,          PSCI_MIGRATE_INFO_UP_CPU,
                                        PSCI_CPU_FREEZE,       PSCI_CPU_DEFAULT_SUSPEND,
                                        PSCI_NODE_HW_STATE,    PSCI_SYSTEM_SUSPEND,
                                        PSCI_SET_SUSPEND_MODE, PSCI_STAT_RESIDENCY,
                                        PSCI_STAT_COUNT,       PSCI_SYSTEM_RESET2,
                                        PSCI_MEM_PROTECT,      PSCI_MEM_PROTECT_CHECK_RANGE};
    for (unsigned i = 0; i < sizeof optional / sizeof *optional; i++) {
        assert_int_equal(call(CALL32(optional[i]), 0, 0, 0), PSCI_NOT_SUPPORTED);
        assert_int_equal(call(CALL64(optional[i]), 0, 0, 0), PSCI_NOT_SUPPORTED);
        assert_int_equal(call(CALL32(PSCI_FEATURES), CALL32(optional[i]), 0, 0),
                         PSCI_NOT_SUPPORTED);
        assert_int_equal(call(CALL32(PSCI_FEATURES), CALL64(optional[i]), 0, 0),
                         PSCI_NOT_SUPPORTED);
    }
    for (uint32_t number = 0x15; number < 0x10000; number += 0x1d) {
        assert_int_equal(call(CALL32(number), 0, 0, 0), PSCI_NOT_SUPPORTED);
    }
}

static void migrate_info_type(void **state)
{
    (void)state;
    assert_int_equal(call(CALL32(PSCI_MIGRATE_INFO_TYPE), 0, 0, 0), 2);
}

static void cpu_suspend(void **state)
{
    (void)state;
    assert_int_equal(call(CALL32(PSCI_CPU_SUSPEND), 0, 0, 0), PSCI_SUCCESS);
    assert_int_equal(call(CALL64(PSCI_CPU_SUSPEND), 0x1234, 0, 0), PSCI_SUCCESS);
    assert_int_equal(call(CALL64(PSCI_CPU_SUSPEND), 0x10000, FAKE_UART, 0), PSCI_INVALID_ADDRESS);
    assert_int_equal(fake.wait_count[0], 4); /* of two calls by two conduits */
    for (unsigned bit = 17; bit < 32; bit++) {
        assert_int_equal(call(CALL32(PSCI_CPU_SUSPEND), 1u << bit, ENTRY, 0),
                         PSCI_INVALID_PARAMETERS);
    }
}

/* After a power-down it comes up at the entry point as after reset, but for its timers, which may
 * have woken it. */
static void cpu_suspend_power_down(void **state)
{
    (void)state;
    struct vcpu_page *page = &fake.pages[0];
    page->x[0] = CALL64(PSCI_CPU_SUSPEND);
    page->x[1] = 0x10000;
    page->x[2] = ENTRY + 128;
    page->x[3] = 0xc0ffeeul << 32;
    page->x[30] = 1;
    page->pstate = 0x60000004;
    page->pc = PC;
    page->esr = ESR_EC_FIELD(ESR_EC_SMC64) | ESR_IL;
    fake.regs[0][VCPU_REG_SCTLR_EL1] |= 1;
    fake.regs[0][VCPU_REG_TTBR0_EL1] = 0x1000;
    fake.regs[0][VCPU_REG_CNTV_CTL_EL0] = 1;
    fake.regs[0][VCPU_REG_CNTV_CVAL_EL0] = 12345;
    assert_true(fault_handle(0, MSGINFO((uint64_t)FAULT_VCPU, 0)));
    assert_int_equal(fake.wait_count[0], 1);
    assert_true(vcpu_is_on(0));
    assert_int_equal(page->pc, ENTRY + 128);
    assert_int_equal(page->x[0], 0xc0ffeeul << 32);
    assert_int_equal(page->x[30], 0);
    assert_int_equal(page->pstate, 0x3c5);
    assert_int_equal(fake.regs[0][VCPU_REG_SCTLR_EL1] & 0x1005, 0);
    assert_int_equal(fake.regs[0][VCPU_REG_TTBR0_EL1], 0);
    assert_int_equal(fake.regs[0][VCPU_REG_VMPIDR_EL2], 0x80000000);
    assert_int_equal(fake.regs[0][VCPU_REG_CNTV_CTL_EL0], 1);
    assert_int_equal(fake.regs[0][VCPU_REG_CNTV_CVAL_EL0], 12345);
}

static void cpu_on_errors(void **state)
{
    (void)state;
    assert_int_equal(call(CALL64(PSCI_CPU_ON), 0, ENTRY, 0), PSCI_ALREADY_ON);
    assert_int_equal(call(CALL32(PSCI_CPU_ON), 2, ENTRY, 0), PSCI_INVALID_PARAMETERS);
    assert_int_equal(call(CALL64(PSCI_CPU_ON), 0x100000001, ENTRY, 0), PSCI_INVALID_PARAMETERS);
    assert_int_equal(call(CALL64(PSCI_CPU_ON), 0x80000001, ENTRY, 0), PSCI_INVALID_PARAMETERS);
    assert_int_equal(call(CALL64(PSCI_CPU_ON), 1, FAKE_UART, 0), PSCI_INVALID_ADDRESS);
    assert_int_equal(call(CALL64(PSCI_CPU_ON), 1, ENTRY + 2, 0), PSCI_INVALID_ADDRESS);
    assert_int_equal(call(CALL64(PSCI_CPU_ON), 1, ~3ul, 0), PSCI_INVALID_ADDRESS);
    fake.start_refused = true;
    assert_int_equal(call(CALL64(PSCI_CPU_ON), 1, ENTRY, 0), PSCI_INTERNAL_FAILURE);
}

static void cpu_on_and_off(void **state)
{
    (void)state;
    bool goes_on;
    assert_int_equal(call(CALL32(PSCI_AFFINITY_INFO), 1, 0, 0), 1);
    assert_int_equal(
        call_by(ESR_EC_SMC64, CALL64(PSCI_CPU_ON), 1, ENTRY + 64, 0x77ul << 32, &goes_on),
        PSCI_SUCCESS);
    assert_true(goes_on && fake.running[1] && vcpu_is_on(1));
    assert_int_equal(fake.pages[1].pc, ENTRY + 64);
    assert_int_equal(fake.pages[1].x[0], 0x77ul << 32);
    assert_int_equal(fake.pages[1].pstate, 0x3c5);
    assert_int_equal(fake.regs[1][VCPU_REG_VMPIDR_EL2], 0x80000001);
    assert_int_equal(call(CALL64(PSCI_AFFINITY_INFO), 1, 0, 0), 0);
    assert_int_equal(call(CALL64(PSCI_CPU_ON), 1, ENTRY, 0), PSCI_ALREADY_ON);

    call_by(ESR_EC_SMC64, CALL32(PSCI_CPU_OFF), 0, 0, 0, &goes_on);
    assert_false(goes_on);
    assert_false(fake.running[0] || vcpu_is_on(0));
    assert_true(fake.running[1]);
    assert_int_equal(power_count, 0);
}

static void cpu_on_32_bit_arguments(void **state)
{
    (void)state;
    bool goes_on;
    assert_int_equal(call_by(ESR_EC_HVC64, CALL32(PSCI_CPU_ON), 0xffffffff00000001,
                             0xeul << 60 | ENTRY, 0xffffffff12345678, &goes_on),
                     PSCI_SUCCESS);
    assert_int_equal(fake.pages[1].pc, ENTRY);
    assert_int_equal(fake.pages[1].x[0], 0x12345678);
}

/* Affinity fields below the level are ignored. */
static void affinity_info_of_nodes(void **state)
{
    (void)state;
    bool goes_on;
    for (unsigned is_off = 0; is_off < 2; is_off++) {
        assert_int_equal(call(CALL64(PSCI_AFFINITY_INFO), 0xee, 1, 0), is_off);
        assert_int_equal(call(CALL64(PSCI_AFFINITY_INFO), 0xeeee, 2, 0), is_off);
        assert_int_equal(call(CALL64(PSCI_AFFINITY_INFO), 0xeeeeee, 3, 0), is_off);
        assert_int_equal(call(CALL32(PSCI_AFFINITY_INFO), 0xeeeeee, 3, 0), is_off);
        call_by(ESR_EC_SMC64, CALL32(PSCI_CPU_OFF), 0, 0, 0, &goes_on);
    }
}

static void affinity_info_errors(void **state)
{
    (void)state;
    static const struct {
        uint64_t affinity, level;
    } absent[] = {{2, 0},         {~0ul, 0},       {0x100, 0},   {0x80000000, 0},
                  {0x100, 1},     {0x80000000, 1}, {0x10000, 2}, {1ul << 32, 3},
                  {1ul << 40, 3}, {0, 4},          {0, ~0ul}};
    assert_int_equal(call(CALL64(PSCI_AFFINITY_INFO), 0, 0, 0), 0);
    assert_int_equal(call(CALL64(PSCI_AFFINITY_INFO), 1, 0, 0), 1);
    for (unsigned i = 0; i < sizeof absent / sizeof *absent; i++) {
        assert_int_equal(call(CALL64(PSCI_AFFINITY_INFO), absent[i].affinity, absent[i].level, 0),
                         PSCI_INVALID_PARAMETERS);
    }
}

static void system_off_and_reset(void **state)
{
    (void)state;
    bool goes_on;
    call_by(ESR_EC_SMC64, CALL32(PSCI_SYSTEM_OFF), 0, 0, 0, &goes_on);
    assert_false(goes_on || fake.running[0] || fake.running[1]);
    assert_int_equal(power_count, 1);
    assert_int_equal(power_request, GUEST_POWER_OFF);
    assert_true(fake_logged("guest asks for power-off"));
    call_by(ESR_EC_HVC64, CALL32(PSCI_SYSTEM_RESET), 0, 0, 0, &goes_on);
    assert_false(goes_on);
    assert_int_equal(power_request, GUEST_POWER_RESET);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(version, start),
        cmocka_unit_test_setup(features, start),
        cmocka_unit_test_setup(optional_functions, start),
        cmocka_unit_test_setup(migrate_info_type, start),
        cmocka_unit_test_setup(cpu_suspend, start),
        cmocka_unit_test_setup(cpu_suspend_power_down, start),
        cmocka_unit_test_setup(cpu_on_errors, start),
        cmocka_unit_test_setup(cpu_on_and_off, start),
        cmocka_unit_test_setup(cpu_on_32_bit_arguments, start),
        cmocka_unit_test_setup(affinity_info_of_nodes, start),
        cmocka_unit_test_setup(affinity_info_errors, start),
        cmocka_unit_test_setup(system_off_and_reset, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
