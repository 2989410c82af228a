/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Firmware calls other than PSCI: discovery, vendor calls, the allow-list, and what nobody knows
 * (Arm DEN0028).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <libvmm/arch/aarch64/fault.h>
#include <libvmm/arch/aarch64/smc.h>

#include "esr.h"
#include "libvmm/fake.h"

#define SIP_CALL 0xc2000001u

static int start(void **state)
{
    (void)state;
    fake_start(1);
    return 0;
}

static uint64_t call(uint32_t immediate, uint32_t id, uint64_t x1)
{
    struct vcpu_page *page = &fake.pages[0];
    page->x[0] = 0xdead000000000000 | id; /* w0 holds the identifier */
    page->x[1] = x1;
    page->esr = ESR_EC_FIELD(ESR_EC_SMC64) | ESR_IL | immediate;
    assert_true(fault_handle(0, MSGINFO((uint64_t)FAULT_VCPU, 0)));
    return page->x[0];
}

static void discovery(void **state)
{
    (void)state;
    assert_int_equal(call(0, 0x80000000, 0), 0x10001);
    assert_int_equal(call(0, 0x80000001, 0x80000000), 0);
    assert_int_equal(call(0, 0x80000001, 0x80000001), 0);
    static const uint32_t absent[] = {0x80000002, 0x80008000, 0x80007fff,
                                      0x80003fff, 0,          0xffffffff};
    for (unsigned i = 0; i < sizeof absent / sizeof *absent; i++) {
        assert_int_equal(call(0, 0x80000001, absent[i]), -1);
    }
}

static void unknown_calls(void **state)
{
    (void)state;
    static const uint32_t ids[] = {
        0x80000002, 0x80008000, 0x80007fff, /* architecture: SoC, workarounds */
        0xc0000000, 0x80000003, 0x81000000, /* ... in a form that does not exist; CPU service */
        0x82000000, 0xc3000000,             /* vendors */
        0x85000000, 0x86000000, 0xbf00ff01, /* hypervisors, trusted OS */
        0x84010000, 0x80010000, 0x00000000, /* must-be-zero bits; yielding calls */
        0x04000000, 0x02000000, 0xffffffff};
    for (unsigned i = 0; i < sizeof ids / sizeof *ids; i++) {
        assert_int_equal(call(0, ids[i], 0), -1);
    }
    assert_int_equal(call(1, 0x80000000, 0), -1); /* immediate other than 0 */
    assert_int_equal(call(0xffff, 0x84000000, 0), -1);
}

static bool handler(size_t vcpu_id, seL4_UserContext *regs, size_t fn_number)
{
    if (fn_number != 1) {
        return false;
    }
    smc_set_return_value(regs, smc_get_arg(regs, 1) + vcpu_id);
    regs->x1 = 0x11;
    return true;
}

static void arguments(void **state)
{
    (void)state;
    seL4_UserContext *regs = (seL4_UserContext *)&fake.pages[0];
    for (unsigned i = 0; i < 8; i++) {
        fake.pages[0].x[i] = 0x100 + i;
    }
    for (unsigned i = 1; i <= 6; i++) {
        assert_int_equal(smc_get_arg(regs, i), 0x100 + i);
    }
    assert_int_equal(smc_get_arg(regs, 0), 0);
    assert_int_equal(smc_get_arg(regs, 7), 0);
}

/* In this order: there is one handler and no way back. */
static void vendor_calls(void **state)
{
    (void)state;
    assert_int_equal(call(0, SIP_CALL, 7), -1);
    assert_true(fake_logged("firmware call 0xc2000001: not supported"));
    assert_false(smc_allow_forward(SIP_CALL));
    assert_true(fake_logged("smc=\"true\""));

    fake_vm_info->smc_allowed = 1;
    assert_true(smc_allow_forward(SIP_CALL));
    seL4_UserContext *regs = (seL4_UserContext *)&fake.pages[0];
    regs->x0 = SIP_CALL;
    regs->x4 = 0x44;
    assert_true(smc_sip_forward(0, regs, 1));
    assert_int_equal(fake.smc_called, SIP_CALL);
    assert_int_equal(regs->x0, 0x1000);
    assert_int_equal(regs->x3, 0x1003);
    assert_int_equal(regs->x4, 0x44);
    regs->x0 = SIP_CALL + 1;
    assert_false(smc_sip_forward(0, regs, 2)); /* not in the list */
    for (uint32_t i = 1; i < 32; i++) {
        assert_true(smc_allow_forward(0x82001000 + i));
    }
    assert_false(smc_allow_forward(0x82002000));

    assert_true(smc_register_sip_handler(handler));
    assert_false(smc_register_sip_handler(handler));
    assert_int_equal(call(0, SIP_CALL, 7), 7);
    assert_int_equal(fake.pages[0].x[1], 0x11);
    assert_int_equal(call(0, SIP_CALL + 1, 7), -1);
    assert_int_equal(call(0, 0xc3000001, 8), 8); /* OEM calls go there too */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(discovery, start),
        cmocka_unit_test_setup(unknown_calls, start),
        cmocka_unit_test_setup(arguments, start),
        cmocka_unit_test_setup(vendor_calls, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
