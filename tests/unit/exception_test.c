/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Exceptions given to a guest: vector by level and stack, syndrome, PSTATE; and the step over an
 * instruction in AArch64 and AArch32.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "esr.h"
#include "exception.h"
#include "libvmm/fake.h"

#define PC   0x1234560ul
#define VBAR 0xffff800000080000ul

#define SPAN (1ul << 23)
#define PAN  (1ul << 22)
#define NZCV 0xa0000000ul

static int start(void **state)
{
    (void)state;
    fake_start(1);
    fake.pages[0].pc = PC;
    fake.pages[0].far_va = 0x77000;
    fake.regs[0][VCPU_REG_VBAR_EL1] = VBAR;
    fake.regs[0][VCPU_REG_SCTLR_EL1] = SPAN;
    return 0;
}

/* Levels that an exception comes from. */
static const struct level {
    uint64_t pstate;
    uint64_t vector;
    bool same;
} levels[] = {
    {0x4, 0x000, true},   /* EL1t */
    {0x5, 0x200, true},   /* EL1h */
    {0x0, 0x400, false},  /* EL0, AArch64 */
    {0x10, 0x600, false}, /* EL0, AArch32, A32 */
    {0x30, 0x600, false}, /* EL0, AArch32, T32 */
};

static void aborts_by_level(void **state)
{
    (void)state;
    struct vcpu_page *page = &fake.pages[0];
    for (unsigned i = 0; i < sizeof levels / sizeof *levels; i++) {
        for (unsigned fetch = 0; fetch < 2; fetch++) {
            page->pc = PC;
            page->pstate = levels[i].pstate | NZCV;
            page->esr = ESR_EC_FIELD(fetch ? ESR_EC_IABT_LOWER : ESR_EC_DABT_LOWER) | 7;
            exception_abort(0);
            uint64_t class = (fetch ? ESR_EC_IABT_LOWER : ESR_EC_DABT_LOWER) + levels[i].same;
            assert_int_equal(fake.regs[0][VCPU_REG_ESR_EL1], ESR_EC_FIELD(class) | ESR_IL | 0x10);
            assert_int_equal(fake.regs[0][VCPU_REG_FAR_EL1], 0x77000);
            assert_int_equal(fake.regs[0][VCPU_REG_ELR_EL1], PC);
            assert_int_equal(fake.regs[0][VCPU_REG_SPSR_EL1], levels[i].pstate | NZCV);
            assert_int_equal(page->pc, VBAR + levels[i].vector);
            assert_int_equal(page->pstate, 0x3c5 | NZCV);
        }
    }
}

/* What of the access the guest learns: direction and cache maintenance, nothing of stage 2. */
static void abort_syndrome(void **state)
{
    (void)state;
    fake.pages[0].pstate = 0x5;
    fake.pages[0].esr = ESR_EC_FIELD(ESR_EC_DABT_LOWER) | 0x1ffffff;
    exception_abort(0);
    assert_int_equal(fake.regs[0][VCPU_REG_ESR_EL1],
                     ESR_EC_FIELD(ESR_EC_DABT_SAME) | ESR_IL | ESR_CM | ESR_WNR | 0x14);
    fake.pages[0].esr = ESR_EC_FIELD(ESR_EC_IABT_LOWER) | (0x1ffffff & ~ESR_S1PTW);
    exception_abort(0);
    assert_int_equal(fake.regs[0][VCPU_REG_ESR_EL1],
                     ESR_EC_FIELD(ESR_EC_IABT_SAME) | ESR_IL | 0x10);
}

static void undefined_instruction(void **state)
{
    (void)state;
    fake.pages[0].pstate = 0x0;
    fake.pages[0].esr = ESR_EC_FIELD(ESR_EC_SYSREG) | ESR_IL | 0x123;
    exception_undefined(0);
    assert_int_equal(fake.regs[0][VCPU_REG_ESR_EL1], ESR_IL);
    assert_int_equal(fake.pages[0].pc, VBAR + 0x400);
    fake.pages[0].esr = ESR_EC_FIELD(0x05); /* a 16-bit instruction */
    exception_undefined(0);
    assert_int_equal(fake.regs[0][VCPU_REG_ESR_EL1], 0);
}

static void pan(void **state)
{
    (void)state;
    fake.pages[0].pstate = 0x5 | PAN | 1ul << 21; /* PAN, SS */
    exception_undefined(0);
    assert_int_equal(fake.pages[0].pstate, 0x3c5 | PAN);
    fake.pages[0].pstate = 0x0;
    exception_undefined(0);
    assert_int_equal(fake.pages[0].pstate, 0x3c5);
    fake.regs[0][VCPU_REG_SCTLR_EL1] = 0;
    exception_undefined(0);
    assert_int_equal(fake.pages[0].pstate, 0x3c5 | PAN);
}

static void step_aarch64(void **state)
{
    (void)state;
    fake.pages[0].pstate = 0x5 | NZCV | PSTATE_SS;
    exception_skip(&fake.pages[0]);
    assert_int_equal(fake.pages[0].pc, PC + 4);
    assert_int_equal(fake.pages[0].pstate, 0x5 | NZCV);
}

static uint64_t pstate_with_it(uint64_t it)
{
    return 0x30 | NZCV | (it >> 2) << 10 | (it & 3) << 25;
}

static void step_aarch32(void **state)
{
    (void)state;
    struct vcpu_page *page = &fake.pages[0];
    page->pstate = 0x10 | NZCV; /* A32 */
    page->esr = ESR_IL;
    exception_skip(page);
    assert_int_equal(page->pc, PC + 4);
    assert_int_equal(page->pstate, 0x10 | NZCV);

    /* ITTET EQ: 0000 then mask 0101 with its end bit; one instruction each */
    static const uint64_t its[] = {0x05, 0x0a, 0x14, 0x08};
    page->esr = 0;
    page->pc = PC;
    page->pstate = pstate_with_it(its[0]);
    exception_skip(page);
    assert_int_equal(page->pc, PC + 2);
    assert_int_equal(page->pstate, pstate_with_it(its[1]));
    exception_skip(page);
    assert_int_equal(page->pstate, pstate_with_it(its[2]));
    page->pstate = pstate_with_it(its[3]); /* the block's last */
    exception_skip(page);
    assert_int_equal(page->pstate, pstate_with_it(0));
    exception_skip(page); /* outside a block */
    assert_int_equal(page->pstate, pstate_with_it(0));
    assert_int_equal(page->pc, PC + 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(aborts_by_level, start),
        cmocka_unit_test_setup(abort_syndrome, start),
        cmocka_unit_test_setup(undefined_instruction, start),
        cmocka_unit_test_setup(pan, start),
        cmocka_unit_test_setup(step_aarch64, start),
        cmocka_unit_test_setup(step_aarch32, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
