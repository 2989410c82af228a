/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a VMM may look at and change of interrupts that are bound to physical ones, and of their
 * physical configuration; others' are out of its reach.
 */
#include "assertions.h"

#define SOFT       100u
#define PENDING    VIRQ_STATE_PENDING
#define ACTIVE     VIRQ_STATE_ACTIVE
#define ENABLED(p) (VIRQ_CONFIG_ENABLE | (p))

/* The guest enables a straight interrupt with the trigger that its device has. */
static void enable(uint32_t intid)
{
    example_ask(SYS_VIRQ_CONFIG, intid, ENABLED(0) | (intid == GUEST_EDGE ? VIRQ_CONFIG_EDGE : 0));
}

static void config_is_mirrored_to_the_physical_gic(void **state)
{
    (void)state;
    assert_false(gic.enabled[GUEST_LEVEL]);
    example_ask(SYS_VIRQ_CONFIG, GUEST_LEVEL, ENABLED(0xa0) | VIRQ_CONFIG_GROUP1);
    assert_true(gic.enabled[GUEST_LEVEL]);
    assert_int_equal(gic.priority[GUEST_LEVEL], GIC_PRIORITY_DEVICE | 0xa0 >> 1);
    device_raise(GUEST_LEVEL);
    assert_int_equal(gic.list_regs[0], LR_HW | LR_PENDING | LR_GROUP1 |
                                           0xa0u >> 3 << LR_PRIORITY_SHIFT |
                                           GUEST_LEVEL << LR_PINTID_SHIFT | GUEST_LEVEL);
    device_lower(GUEST_LEVEL);
    guest_serves(GUEST_LEVEL);
    assert_false(gic.active[GUEST_LEVEL]);
    example_ask(SYS_VIRQ_CONFIG, GUEST_LEVEL, 0xa0);
    assert_false(gic.enabled[GUEST_LEVEL]);
}

static void config_sets_the_trigger(void **state)
{
    (void)state;
    example_ask(SYS_VIRQ_CONFIG, GUEST_LEVEL, ENABLED(0) | VIRQ_CONFIG_EDGE);
    example_ask(SYS_VIRQ_CONFIG, GUEST_EDGE, ENABLED(0));
    assert_true(gic.edge[GUEST_LEVEL]);
    assert_false(gic.edge[GUEST_EDGE]);
}

static void config_moves_a_pending_one_to_its_new_priority(void **state)
{
    (void)state;
    enable(GUEST_EDGE);
    device_pulse(GUEST_EDGE);
    for (uint32_t n = 0; n < 4; n++) {
        inject(SOFT + n | INJECT_PRIORITY(0x40));
    }
    example_ask(SYS_VIRQ_CONFIG, GUEST_EDGE, ENABLED(0xf0) | VIRQ_CONFIG_EDGE);
    for (uint32_t n = 0; n < 4; n++) {
        uint32_t intid = gicv_acknowledge();
        assert_in_range(intid, SOFT, SOFT + 3);
        gicv_end(intid);
        system_interrupts();
    }
    guest_serves(GUEST_EDGE);
}

static void foreign_interrupts_are_not_configured(void **state)
{
    const uint32_t foreign[] = {GUEST2_LEVEL, PARENT_IRQ, VMM_LEVEL_IRQ, 25, 26, 0,
                                200,          1019,       1020};

    (void)state;
    for (unsigned i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        assert_int_equal(error_of(SYS_VIRQ_CONFIG, foreign[i], ENABLED(0)), DROVER_ERR_ARGUMENT);
        assert_int_equal(error_of(SYS_VIRQ_UPDATE, foreign[i], VIRQ_OP_SET_PENDING),
                         DROVER_ERR_ARGUMENT);
    }
    assert_false(gic.enabled[GUEST2_LEVEL]);
    assert_false(gic.latched[PARENT_IRQ]);
    assert_int_equal(error_of(SYS_VIRQ_CONFIG, UINT64_MAX, ENABLED(0)), DROVER_ERR_ARGUMENT);
}

static void foreign_interrupts_are_not_seen(void **state)
{
    (void)state;
    gic.latched[GUEST2_LEVEL] = true;
    gic.active[PARENT_IRQ] = true;
    assert_int_equal(state_of(GUEST2_LEVEL), 0);
    assert_int_equal(state_of(PARENT_IRQ), 0);
    gic.active[PARENT_IRQ] = false;
}

static void foreign_interrupts_are_not_cleared(void **state)
{
    (void)state;
    gic.latched[GUEST2_LEVEL] = true;
    gic.active[PARENT_IRQ] = true;
    virq_op(GUEST2_LEVEL, VIRQ_OP_CLEAR_PENDING);
    virq_op(PARENT_IRQ, VIRQ_OP_CLEAR_ACTIVE);
    assert_true(gic.latched[GUEST2_LEVEL]);
    assert_true(gic.active[PARENT_IRQ]);
}

static void what_came_while_disabled_is_seen_and_kept(void **state)
{
    (void)state;
    device_pulse(GUEST_EDGE);
    assert_int_equal(state_of(GUEST_EDGE), PENDING);
    guest_finds_nothing();
    enable(GUEST_EDGE);
    system_interrupts();
    guest_serves(GUEST_EDGE);
}

/* The interrupt is in a list register, and the guest disables it. */
static void disable_while_pending(uint32_t intid)
{
    example_ask(SYS_VIRQ_CONFIG, intid, intid == GUEST_EDGE ? VIRQ_CONFIG_EDGE : 0);
    assert_int_equal(virq_op(intid, VIRQ_OP_WITHDRAW), PENDING);
    system_interrupts();
    guest_finds_nothing();
    assert_false(gic.active[intid]);
    assert_true(gic_is_pending(intid));
    enable(intid);
    system_interrupts();
}

static void a_withdrawn_level_stays_pending_in_hardware(void **state)
{
    (void)state;
    enable(GUEST_LEVEL);
    device_raise(GUEST_LEVEL);
    disable_while_pending(GUEST_LEVEL);
    device_lower(GUEST_LEVEL);
    guest_serves(GUEST_LEVEL);
}

static void a_withdrawn_edge_stays_pending_in_hardware(void **state)
{
    (void)state;
    enable(GUEST_EDGE);
    device_pulse(GUEST_EDGE);
    disable_while_pending(GUEST_EDGE);
    guest_serves(GUEST_EDGE);
    guest_finds_nothing();
}

static void a_lowered_level_is_not_pending_for_who_looks(void **state)
{
    (void)state;
    enable(GUEST_LEVEL);
    device_raise(GUEST_LEVEL);
    assert_int_equal(state_of(GUEST_LEVEL), PENDING);
    device_lower(GUEST_LEVEL);
    assert_int_equal(state_of(GUEST_LEVEL), 0);
    guest_finds_nothing();
    device_raise(GUEST_LEVEL);
    guest_serves(GUEST_LEVEL);
}

static void a_level_that_the_guest_pended_is_pending_without_its_line(void **state)
{
    (void)state;
    enable(GUEST_LEVEL);
    virq_op(GUEST_LEVEL, VIRQ_OP_SET_PENDING);
    system_interrupts();
    assert_int_equal(state_of(GUEST_LEVEL), PENDING);
    guest_serves(GUEST_LEVEL);
    assert_int_equal(state_of(GUEST_LEVEL), 0);
}

static void a_cleared_edge_is_gone(void **state)
{
    (void)state;
    enable(GUEST_EDGE);
    device_pulse(GUEST_EDGE);
    assert_int_equal(virq_op(GUEST_EDGE, VIRQ_OP_CLEAR_PENDING), PENDING);
    system_interrupts();
    guest_finds_nothing();
    assert_false(gic.active[GUEST_EDGE]);
    device_pulse(GUEST_EDGE);
    guest_serves(GUEST_EDGE);
}

static void set_pending_pends_the_physical(void **state)
{
    (void)state;
    enable(GUEST_LEVEL);
    virq_op(GUEST_LEVEL, VIRQ_OP_SET_PENDING);
    system_interrupts();
    guest_serves(GUEST_LEVEL);
    guest_finds_nothing();
}

static void set_active_of_a_straight_one_masks_it_until_its_end(void **state)
{
    (void)state;
    enable(GUEST_EDGE);
    virq_op(GUEST_EDGE, VIRQ_OP_SET_ACTIVE);
    assert_true(gic.active[GUEST_EDGE]);
    device_pulse(GUEST_EDGE);
    guest_finds_nothing();
    assert_int_equal(state_of(GUEST_EDGE), PENDING | ACTIVE);
    virq_op(GUEST_EDGE, VIRQ_OP_CLEAR_ACTIVE);
    system_interrupts();
    guest_serves(GUEST_EDGE);
}

static void set_active_of_a_pending_straight_one_keeps_its_pendency(void **state)
{
    (void)state;
    enable(GUEST_EDGE);
    device_pulse(GUEST_EDGE);
    assert_int_equal(virq_op(GUEST_EDGE, VIRQ_OP_SET_ACTIVE), PENDING);
    assert_int_equal(state_of(GUEST_EDGE), PENDING | ACTIVE);
    guest_finds_nothing();
    virq_op(GUEST_EDGE, VIRQ_OP_CLEAR_ACTIVE);
    system_interrupts();
    guest_serves(GUEST_EDGE);
    guest_finds_nothing();
}

static void clear_active_ends_the_physical(void **state)
{
    (void)state;
    enable(GUEST_EDGE);
    device_pulse(GUEST_EDGE);
    assert_int_equal(gicv_acknowledge(), GUEST_EDGE);
    assert_int_equal(virq_op(GUEST_EDGE, VIRQ_OP_CLEAR_ACTIVE), ACTIVE);
    assert_false(gic.active[GUEST_EDGE]);
}

static void a_withdrawn_channel_interrupt_stays_masked(void **state)
{
    (void)state;
    device_pulse(VMM_EDGE_IRQ);
    pd_wait(VMM);
    inject(SOFT | INJECT_HW | INJECT_CHANNEL(VMM_EDGE_CHANNEL));
    assert_int_equal(virq_op(SOFT, VIRQ_OP_WITHDRAW), PENDING);
    assert_true(gic.active[VMM_EDGE_IRQ]);
    inject(SOFT | INJECT_HW | INJECT_CHANNEL(VMM_EDGE_CHANNEL));
    guest_serves(SOFT);
    assert_false(gic.active[VMM_EDGE_IRQ]);
}

static void a_cleared_channel_interrupt_may_come_again(void **state)
{
    (void)state;
    device_pulse(VMM_EDGE_IRQ);
    pd_wait(VMM);
    inject(SOFT | INJECT_HW | INJECT_CHANNEL(VMM_EDGE_CHANNEL));
    assert_int_equal(virq_op(SOFT, VIRQ_OP_CLEAR_PENDING), PENDING);
    assert_false(gic.active[VMM_EDGE_IRQ]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(config_is_mirrored_to_the_physical_gic, start_guest),
        cmocka_unit_test_setup(config_sets_the_trigger, start_guest),
        cmocka_unit_test_setup(config_moves_a_pending_one_to_its_new_priority, start_guest),
        cmocka_unit_test_setup(foreign_interrupts_are_not_configured, start_guest),
        cmocka_unit_test_setup(foreign_interrupts_are_not_seen, start_guest),
        cmocka_unit_test_setup(foreign_interrupts_are_not_cleared, start_guest),
        cmocka_unit_test_setup(what_came_while_disabled_is_seen_and_kept, start_guest),
        cmocka_unit_test_setup(a_withdrawn_level_stays_pending_in_hardware, start_guest),
        cmocka_unit_test_setup(a_withdrawn_edge_stays_pending_in_hardware, start_guest),
        cmocka_unit_test_setup(a_lowered_level_is_not_pending_for_who_looks, start_guest),
        cmocka_unit_test_setup(a_level_that_the_guest_pended_is_pending_without_its_line,
                               start_guest),
        cmocka_unit_test_setup(a_cleared_edge_is_gone, start_guest),
        cmocka_unit_test_setup(set_pending_pends_the_physical, start_guest),
        cmocka_unit_test_setup(set_active_of_a_straight_one_masks_it_until_its_end, start_guest),
        cmocka_unit_test_setup(set_active_of_a_pending_straight_one_keeps_its_pendency,
                               start_guest),
        cmocka_unit_test_setup(clear_active_ends_the_physical, start_guest),
        cmocka_unit_test_setup(a_withdrawn_channel_interrupt_stays_masked, start_guest),
        cmocka_unit_test_setup(a_cleared_channel_interrupt_may_come_again, start_guest),
    };
    return cmocka_run_group_tests_name("kernel: control of bound interrupts", tests, NULL, NULL);
}
