/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a VMM may look at and change of the state of soft interrupts.
 */
#include "assertions.h"

#define SOFT    100u
#define PENDING VIRQ_STATE_PENDING
#define ACTIVE  VIRQ_STATE_ACTIVE

static void state_follows_the_guest(void **state)
{
    (void)state;
    assert_int_equal(state_of(SOFT), 0);
    inject(SOFT);
    assert_int_equal(state_of(SOFT), PENDING);
    assert_int_equal(gicv_acknowledge(), SOFT);
    assert_int_equal(state_of(SOFT), ACTIVE);
    inject(SOFT);
    assert_int_equal(state_of(SOFT), PENDING | ACTIVE);
    gicv_end(SOFT);
    assert_int_equal(state_of(SOFT), PENDING);
}

static void state_covers_the_spill(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < 20; n++) {
        inject(SOFT + n);
    }
    for (uint32_t n = 0; n < 20; n++) {
        assert_int_equal(state_of(SOFT + n), PENDING);
    }
}

static void state_of_an_sgi_is_that_of_all_sources(void **state)
{
    (void)state;
    inject(5 | INJECT_SOURCE(7u));
    assert_int_equal(state_of(5), PENDING);
    assert_int_equal(state_of(6), 0);
}

static void wild_ranges_are_refused(void **state)
{
    (void)state;
    assert_int_equal(error_of(SYS_VIRQ_STATE, 992, 0), DROVER_OK);
    assert_int_equal(error_of(SYS_VIRQ_STATE, 1, 0), DROVER_ERR_ARGUMENT);
    assert_int_equal(error_of(SYS_VIRQ_STATE, 1024, 0), DROVER_ERR_ARGUMENT);
    assert_int_equal(error_of(SYS_VIRQ_STATE, 1ull << 32, 0), DROVER_ERR_ARGUMENT);
}

static void wild_updates_are_refused(void **state)
{
    (void)state;
    assert_int_equal(error_of(SYS_VIRQ_UPDATE, 1020, VIRQ_OP_WITHDRAW), DROVER_ERR_ARGUMENT);
    assert_int_equal(error_of(SYS_VIRQ_UPDATE, SOFT | 1 << 10, VIRQ_OP_WITHDRAW),
                     DROVER_ERR_ARGUMENT);
    assert_int_equal(error_of(SYS_VIRQ_UPDATE, SOFT, VIRQ_OP_RESET + 1), DROVER_ERR_ARGUMENT);
    assert_int_equal(error_of(SYS_VIRQ_UPDATE, SOFT, VIRQ_OP_SET_PENDING), DROVER_ERR_ARGUMENT);
}

static void withdraw_takes_back_pendency(void **state)
{
    (void)state;
    inject(SOFT);
    assert_int_equal(virq_op(SOFT, VIRQ_OP_WITHDRAW), PENDING);
    guest_finds_nothing();
    assert_int_equal(virq_op(SOFT, VIRQ_OP_WITHDRAW), 0);
}

static void withdraw_leaves_the_active_state(void **state)
{
    (void)state;
    inject(SOFT);
    assert_int_equal(gicv_acknowledge(), SOFT);
    inject(SOFT);
    assert_int_equal(virq_op(SOFT, VIRQ_OP_WITHDRAW), PENDING | ACTIVE);
    assert_int_equal(state_of(SOFT), ACTIVE);
    gicv_end(SOFT);
    guest_finds_nothing();
}

static void withdraw_reaches_into_the_spill(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < 6; n++) {
        inject(SOFT + n);
    }
    assert_int_equal(virq_op(SOFT + 5, VIRQ_OP_WITHDRAW), PENDING);
    for (uint32_t n = 0; n < 5; n++) {
        guest_serves(SOFT + n);
    }
    guest_finds_nothing();
}

static void withdraw_of_one_source_leaves_the_other(void **state)
{
    (void)state;
    inject(5 | INJECT_SOURCE(1u));
    inject(5 | INJECT_SOURCE(2u));
    assert_int_equal(virq_op(5 | 1 << 10, VIRQ_OP_WITHDRAW), PENDING);
    guest_serves(5 | 2 << 10);
    guest_finds_nothing();
}

static void set_active_keeps_it_from_coming(void **state)
{
    (void)state;
    assert_int_equal(virq_op(SOFT, VIRQ_OP_SET_ACTIVE | 0x80 << 8 | 1 << 16), 0);
    assert_int_equal(state_of(SOFT), ACTIVE);
    assert_int_equal(gic.list_regs[0],
                     LR_ACTIVE | LR_GROUP1 | 0x80u >> 3 << LR_PRIORITY_SHIFT | SOFT);
    inject(SOFT);
    guest_finds_nothing();
    assert_int_equal(virq_op(SOFT, VIRQ_OP_CLEAR_ACTIVE), PENDING | ACTIVE);
    guest_serves(SOFT);
}

static void clear_active_of_nothing_is_nothing(void **state)
{
    (void)state;
    assert_int_equal(virq_op(SOFT, VIRQ_OP_CLEAR_ACTIVE), 0);
    assert_int_equal(state_of(SOFT), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(state_follows_the_guest, start_guest),
        cmocka_unit_test_setup(state_covers_the_spill, start_guest),
        cmocka_unit_test_setup(state_of_an_sgi_is_that_of_all_sources, start_guest),
        cmocka_unit_test_setup(wild_ranges_are_refused, start_guest),
        cmocka_unit_test_setup(wild_updates_are_refused, start_guest),
        cmocka_unit_test_setup(withdraw_takes_back_pendency, start_guest),
        cmocka_unit_test_setup(withdraw_leaves_the_active_state, start_guest),
        cmocka_unit_test_setup(withdraw_reaches_into_the_spill, start_guest),
        cmocka_unit_test_setup(withdraw_of_one_source_leaves_the_other, start_guest),
        cmocka_unit_test_setup(set_active_keeps_it_from_coming, start_guest),
        cmocka_unit_test_setup(clear_active_of_nothing_is_nothing, start_guest),
    };
    return cmocka_run_group_tests_name("kernel: control of soft interrupts", tests, NULL, NULL);
}
