/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The vGIC with several vCPUs: SGIs between them, what is banked, and SPIs that change their target
 * while they are idle, pending, active, or both.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <libvmm/vcpu.h>
#include <libvmm/virq.h>

#include "guest_state.h"
#include "vgic.h"
#include "libvmm/fake.h"

#define VCPU_COUNT 4
#define SPI        100
#define NONE       1023

#define CTLR         0x000
#define IGROUPR      0x080
#define ISENABLER    0x100
#define ICENABLER    0x180
#define ISPENDR      0x200
#define ICPENDR      0x280
#define ISACTIVER    0x300
#define ICACTIVER    0x380
#define IPRIORITYR   0x400
#define ITARGETSR    0x800
#define ICFGR        0xc00
#define SGIR         0xf00
#define CPENDSGIR    0xf10
#define SPENDSGIR    0xf20
#define SGIR_LIST(m) ((uint32_t)(m) << 16)
#define SGIR_OTHERS  (1u << 24)
#define SGIR_SELF    (2u << 24)

static int start(void **state)
{
    (void)state;
    fake_start(VCPU_COUNT);
    for (unsigned vcpu = 0; vcpu < VCPU_COUNT; vcpu++) {
        vcpu_set_on(vcpu, true);
    }
    gicd_store(CTLR, 1);
    virq_register_passthrough(ARM_GIC_IRQ_ROUTE(0, FAKE_IRQ_LEVEL), FAKE_CH_LEVEL);
    virq_register_passthrough(ARM_GIC_IRQ_ROUTE(0, FAKE_IRQ_EDGE), FAKE_CH_EDGE);
    return 0;
}

static uint32_t load(unsigned vcpu, uint32_t offset)
{
    return (uint32_t)fake_load(vcpu, FAKE_GICD + offset, 4);
}

static void store(unsigned vcpu, uint32_t offset, uint32_t value)
{
    fake_store(vcpu, FAKE_GICD + offset, 4, value);
}

static uint8_t load_byte(unsigned vcpu, uint32_t offset)
{
    return (uint8_t)fake_load(vcpu, FAKE_GICD + offset, 1);
}

static void store_byte(unsigned vcpu, uint32_t offset, uint8_t value)
{
    fake_store(vcpu, FAKE_GICD + offset, 1, value);
}

static void target(uint32_t intid, uint8_t vcpus)
{
    store_byte(0, ITARGETSR + intid, vcpus);
}

/* `vcpu` takes `taken` (INTID and source << 10), and nothing after it. */
static void assert_serves(unsigned vcpu, uint32_t taken)
{
    assert_int_equal(fake_take(vcpu), taken);
    fake_end(vcpu, taken);
    assert_int_equal(fake_take(vcpu), NONE);
}

static void assert_nobody_is_interrupted(void)
{
    for (unsigned vcpu = 0; vcpu < VCPU_COUNT; vcpu++) {
        assert_int_equal(fake_take(vcpu), NONE);
    }
}

/* ---- SGIs ---- */

static void sgi_to_a_list(void **state)
{
    (void)state;
    store(2, SGIR, SGIR_LIST(0xfb) | 1u << 15 | 5); /* NSATT and absent CPUs are ignored */
    assert_serves(0, 5 | 2 << 10);
    assert_serves(1, 5 | 2 << 10);
    assert_serves(3, 5 | 2 << 10);
    assert_int_equal(fake_take(2), NONE);
    store(2, SGIR, SGIR_LIST(0xf0) | 5);
    store(2, SGIR, SGIR_LIST(0) | 5);
    store(2, SGIR, 3u << 24 | SGIR_LIST(0xf) | 5); /* reserved filter */
    assert_nobody_is_interrupted();
}

static void sgi_to_all_others(void **state)
{
    (void)state;
    store(1, SGIR, SGIR_OTHERS | SGIR_LIST(2) | 15);
    assert_serves(0, 15 | 1 << 10);
    assert_serves(2, 15 | 1 << 10);
    assert_serves(3, 15 | 1 << 10);
    assert_int_equal(fake_take(1), NONE);
}

static void sgi_to_oneself(void **state)
{
    (void)state;
    for (unsigned vcpu = 0; vcpu < VCPU_COUNT; vcpu++) {
        store(vcpu, SGIR, SGIR_SELF | SGIR_LIST(0xf) | 9);
        assert_serves(vcpu, 9 | vcpu << 10);
        assert_nobody_is_interrupted();
    }
}

/* The same SGI of two senders is two interrupts. */
static void sgi_of_each_sender_comes(void **state)
{
    (void)state;
    for (unsigned source = 1; source < VCPU_COUNT; source++) {
        store(source, SGIR, SGIR_LIST(1) | 4);
        store(source, SGIR, SGIR_LIST(1) | 4);
    }
    assert_int_equal(load_byte(0, SPENDSGIR + 4), 0xe);
    assert_int_equal(load_byte(1, SPENDSGIR + 4), 0);
    for (unsigned source = 1; source < VCPU_COUNT; source++) {
        assert_int_equal(fake_take(0), 4 | source << 10);
        fake_end(0, 4 | source << 10);
    }
    assert_int_equal(fake_take(0), NONE);
}

static void sgi_pending_bits_are_each_cpus(void **state)
{
    (void)state;
    store(3, SPENDSGIR + 8, 0x0200ff01); /* SGIs 8, 9 and 11, by source */
    assert_int_equal(load(3, SPENDSGIR + 8), 0x02000f01);
    assert_int_equal(load(3, CPENDSGIR + 8), 0x02000f01);
    assert_int_equal(load(0, SPENDSGIR + 8), 0);
    assert_int_equal(load(3, ISPENDR), 1u << 8 | 1u << 9 | 1u << 11);
    assert_int_equal(load(0, ISPENDR), 0);
    store_byte(3, CPENDSGIR + 9, 0x0b);
    store_byte(3, CPENDSGIR + 8, 0xff);
    store_byte(2, CPENDSGIR + 11, 0xff); /* another's own */
    assert_int_equal(load(3, SPENDSGIR + 8), 0x02000400);
    assert_int_equal(fake_take(3), 11 | 1 << 10);
    fake_end(3, 11 | 1 << 10);
    assert_serves(3, 9 | 2 << 10);
}

static void sgi_waits_for_the_group_of_its_target(void **state)
{
    (void)state;
    store(1, IGROUPR, 1u << 6);
    store(0, SGIR, SGIR_OTHERS | 6);
    assert_int_equal(fake_take(1), NONE);
    assert_serves(2, 6);
    assert_int_equal(load_byte(1, SPENDSGIR + 6), 1);
    gicd_store(CTLR, 3);
    assert_serves(1, 6);
}

static void active_sgi_of_any_source_is_cleared(void **state)
{
    (void)state;
    store(1, SGIR, SGIR_LIST(1) | 5);
    assert_int_equal(fake_take(0), 5 | 1 << 10);
    assert_int_equal(load(0, ISACTIVER), 1u << 5);
    assert_int_equal(load(1, ISACTIVER), 0);
    store(1, ICACTIVER, 1u << 5);
    assert_int_equal(load(0, ISACTIVER), 1u << 5);
    store(0, ICACTIVER, 1u << 5);
    assert_int_equal(load(0, ISACTIVER), 0);
}

/* ---- What is banked ---- */

static void first_bank_is_each_cpus(void **state)
{
    (void)state;
    for (unsigned vcpu = 0; vcpu < VCPU_COUNT; vcpu++) {
        store(vcpu, ISENABLER, 1u << (20 + vcpu));
        store(vcpu, IPRIORITYR + 20, 0x10101010u << vcpu);
        store(vcpu, IGROUPR, 1u << vcpu);
        store(vcpu, ISPENDR, 1u << (24 + vcpu));
    }
    for (unsigned vcpu = 0; vcpu < VCPU_COUNT; vcpu++) {
        assert_int_equal(load(vcpu, ISENABLER), 0xffff | 1u << (20 + vcpu));
        assert_int_equal(load(vcpu, IPRIORITYR + 20),
                         0x10101010u << vcpu & VGIC_PRIORITY_MASK * 0x01010101u);
        assert_int_equal(load(vcpu, IGROUPR), 1u << vcpu);
        assert_int_equal(load(vcpu, ISPENDR), 1u << (24 + vcpu));
        assert_int_equal(load(vcpu, ITARGETSR + 28), 0x01010101u << vcpu);
        store(vcpu, ITARGETSR + 28, 0x0f0f0f0f);
        assert_int_equal(load(vcpu, ITARGETSR + 28), 0x01010101u << vcpu);
    }
    assert_int_equal(load(2, 0x004) >> 5 & 7, VCPU_COUNT - 1); /* GICD_TYPER.CPUNumber */
}

static void timers_are_each_cpus(void **state)
{
    (void)state;
    store(2, ISENABLER, 1u << 27);
    store(3, ISPENDR, 1u << 27);
    for (unsigned vcpu = 0; vcpu < VCPU_COUNT; vcpu++) {
        bool is_enabled = (fake.bound[vcpu][27].config & VIRQ_CONFIG_ENABLE) != 0;
        assert_int_equal(is_enabled, vcpu == 2);
        assert_int_equal(load(vcpu, ISPENDR), vcpu == 3 ? 1u << 27 : 0);
    }
}

/* ---- Targets of SPIs ---- */

static void targets_are_stored(void **state)
{
    (void)state;
    store(0, ITARGETSR + SPI, 0xff02fe00);
    assert_int_equal(load(1, ITARGETSR + SPI), 0x0f020e00); /* bits of absent CPUs are zero */
    store_byte(1, ITARGETSR + SPI, 1);
    assert_int_equal(load(0, ITARGETSR + SPI), 0x0f020e01);
    store(0, ITARGETSR + FAKE_IRQ_LINES, ~0u);
    assert_int_equal(load(0, ITARGETSR + FAKE_IRQ_LINES), 0);
}

static void pending_moves_with_its_target(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, SPI);
    gicd_set_bit(ISPENDR, SPI);
    for (unsigned vcpu = VCPU_COUNT; vcpu-- > 0;) {
        target(SPI, (uint8_t)(1u << vcpu));
    }
    target(SPI, 2);
    assert_int_equal(fake_take(0), NONE);
    assert_serves(1, SPI);
    target(SPI, 0); /* nobody */
    gicd_set_bit(ISPENDR, SPI);
    assert_nobody_is_interrupted();
    assert_true(gicd_bit(ISPENDR, SPI));
    target(SPI, 8);
    assert_serves(3, SPI);
    assert_nobody_is_interrupted();
}

static void others_of_the_word_stay(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, SPI + 1);
    gicd_set_bit(ISPENDR, SPI + 1);
    assert_int_equal(fake_take(0), SPI + 1);
    target(SPI, 2);
    gicd_set_bit(ISPENDR, SPI + 1);
    fake_end(0, SPI + 1);
    assert_serves(0, SPI + 1);
}

/* Active where it was, it is signalled nowhere else; the next one goes to the new target. */
static void active_stays_when_its_target_moves(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, SPI);
    gicd_set_bit(ISPENDR, SPI);
    assert_int_equal(fake_take(0), SPI);
    target(SPI, 2);
    assert_true(gicd_bit(ISACTIVER, SPI));
    target(SPI, 0);
    target(SPI, 2);
    fake_end(0, SPI);
    gicd_set_bit(ISPENDR, SPI);
    assert_int_equal(fake_take(0), NONE);
    assert_int_equal(fake_take(1), SPI);
    target(SPI, 1);
    gicd_set_bit(ICACTIVER, SPI);
    assert_false(gicd_bit(ISACTIVER, SPI));
    gicd_set_bit(ISPENDR, SPI);
    assert_int_equal(fake_take(0), SPI);
}

/* 4.3.12: active and pending, it moves once it is not active any more. */
static void active_and_pending_moves_at_its_end(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, SPI);
    gicd_set_bit(ISPENDR, SPI);
    assert_int_equal(fake_take(0), SPI);
    gicd_set_bit(ISPENDR, SPI);
    target(SPI, 4);
    assert_true(gicd_bit(ISPENDR, SPI) && gicd_bit(ISACTIVER, SPI));
    assert_int_equal(fake_take(2), NONE);
    fake_end(0, SPI);
    assert_int_equal(fake_take(0), NONE);
    assert_serves(2, SPI);
    assert_nobody_is_interrupted();
}

static void pended_after_the_move_waits_for_the_end(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, SPI);
    gicd_set_bit(ISPENDR, SPI);
    assert_int_equal(fake_take(0), SPI);
    target(SPI, 4);
    gicd_set_bit(ISPENDR, SPI);
    gicd_set_bit(ISPENDR, SPI);
    assert_int_equal(fake_take(2), NONE);
    gicd_set_bit(ICACTIVER, SPI);
    assert_serves(2, SPI);
    assert_int_equal(fake_take(0), NONE);
}

static void back_before_the_end_nothing_has_moved(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, SPI);
    gicd_set_bit(ISPENDR, SPI);
    assert_int_equal(fake_take(0), SPI);
    gicd_set_bit(ISPENDR, SPI);
    target(SPI, 4);
    target(SPI, 1);
    fake_end(0, SPI);
    assert_serves(0, SPI);
    assert_nobody_is_interrupted();
}

static void line_goes_where_its_target_is(void **state)
{
    (void)state;
    irq_routing_info_t route = ARM_GIC_IRQ_ROUTE(0, SPI);
    gicd_set_bit(ISENABLER, SPI);
    assert_true(virq_set_level(route, true));
    assert_int_equal(fake_take(0), SPI);
    target(SPI, 8);
    fake_end(0, SPI); /* the line is high still */
    assert_int_equal(fake_take(0), NONE);
    assert_int_equal(fake_take(3), SPI);
    assert_true(virq_set_level(route, false));
    fake_end(3, SPI);
    assert_nobody_is_interrupted();
}

static void channel_interrupt_moves_while_pending(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, FAKE_IRQ_LEVEL);
    assert_true(fake_fire(FAKE_CH_LEVEL));
    target(FAKE_IRQ_LEVEL, 2);
    assert_int_equal(fake_take(0), NONE);
    assert_true(fake.physical_active[FAKE_CH_LEVEL]);
    assert_serves(1, FAKE_IRQ_LEVEL);
    assert_false(fake.physical_active[FAKE_CH_LEVEL]);
}

static void channel_interrupt_moves_while_active(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, FAKE_IRQ_LEVEL);
    assert_true(fake_fire(FAKE_CH_LEVEL));
    assert_int_equal(fake_take(0), FAKE_IRQ_LEVEL);
    target(FAKE_IRQ_LEVEL, 2);
    assert_false(fake_fire(FAKE_CH_LEVEL));
    fake_end(0, FAKE_IRQ_LEVEL);
    assert_true(fake_fire(FAKE_CH_LEVEL));
    assert_int_equal(fake_take(0), NONE);
    assert_serves(1, FAKE_IRQ_LEVEL);
    assert_true(fake_fire(FAKE_CH_LEVEL));
    assert_serves(1, FAKE_IRQ_LEVEL);
}

static void straight_interrupt_moves(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, FAKE_IRQ_STRAIGHT);
    fake.bound[0][FAKE_IRQ_STRAIGHT].pending = true;
    target(FAKE_IRQ_STRAIGHT, 8);
    assert_int_equal(fake.straight_vcpu[FAKE_IRQ_STRAIGHT], 3);
    assert_int_equal(fake.bound[3][FAKE_IRQ_STRAIGHT].config,
                     VIRQ_CONFIG_ENABLE | VIRQ_CONFIG_EDGE);
    assert_false(fake.bound[0][FAKE_IRQ_STRAIGHT].pending);
    assert_true(gicd_bit(ISPENDR, FAKE_IRQ_STRAIGHT));
    target(FAKE_IRQ_STRAIGHT, 0);
    assert_int_equal(fake.bound[3][FAKE_IRQ_STRAIGHT].config, VIRQ_CONFIG_EDGE);
    assert_int_equal(load_byte(0, ITARGETSR + FAKE_IRQ_STRAIGHT), 0);
    target(FAKE_IRQ_STRAIGHT, 2);
    assert_int_equal(fake.straight_vcpu[FAKE_IRQ_STRAIGHT], 1);
    assert_int_equal(fake.inject_count, 0);
}

static void active_straight_interrupt_is_cleared_wherever_it_is(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, FAKE_IRQ_STRAIGHT);
    fake.bound[0][FAKE_IRQ_STRAIGHT].active = true;
    target(FAKE_IRQ_STRAIGHT, 2);
    assert_true(gicd_bit(ISACTIVER, FAKE_IRQ_STRAIGHT));
    gicd_set_bit(ISACTIVER, FAKE_IRQ_STRAIGHT); /* it is */
    assert_false(fake.bound[1][FAKE_IRQ_STRAIGHT].active);
    gicd_set_bit(ICACTIVER, FAKE_IRQ_STRAIGHT);
    assert_false(fake.bound[0][FAKE_IRQ_STRAIGHT].active);
}

/* 1-N: the first of its targets that is on takes it. */
static void of_several_targets_one_takes_it(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, SPI);
    target(SPI, 0xe);
    gicd_set_bit(ISPENDR, SPI);
    assert_serves(1, SPI);
    assert_nobody_is_interrupted();
}

static void of_several_targets_one_that_is_on_takes_it(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, SPI);
    target(SPI, 0xe);
    gicd_set_bit(ISPENDR, SPI);
    guest_vcpu_stop(1);
    assert_int_equal(fake_take(1), NONE);
    assert_serves(2, SPI);
    gicd_set_bit(ISPENDR, SPI);
    assert_true(guest_vcpu_start(1, FAKE_RAM, 0));
    assert_int_equal(fake_take(2), NONE);
    assert_serves(1, SPI);
    for (unsigned vcpu = 1; vcpu < VCPU_COUNT; vcpu++) {
        guest_vcpu_stop(vcpu);
    }
    gicd_set_bit(ISPENDR, SPI);
    assert_int_equal(fake_take(0), NONE);
    assert_true(gicd_bit(ISPENDR, SPI));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(sgi_to_a_list, start),
        cmocka_unit_test_setup(sgi_to_all_others, start),
        cmocka_unit_test_setup(sgi_to_oneself, start),
        cmocka_unit_test_setup(sgi_of_each_sender_comes, start),
        cmocka_unit_test_setup(sgi_pending_bits_are_each_cpus, start),
        cmocka_unit_test_setup(sgi_waits_for_the_group_of_its_target, start),
        cmocka_unit_test_setup(active_sgi_of_any_source_is_cleared, start),
        cmocka_unit_test_setup(first_bank_is_each_cpus, start),
        cmocka_unit_test_setup(timers_are_each_cpus, start),
        cmocka_unit_test_setup(targets_are_stored, start),
        cmocka_unit_test_setup(pending_moves_with_its_target, start),
        cmocka_unit_test_setup(others_of_the_word_stay, start),
        cmocka_unit_test_setup(active_stays_when_its_target_moves, start),
        cmocka_unit_test_setup(active_and_pending_moves_at_its_end, start),
        cmocka_unit_test_setup(pended_after_the_move_waits_for_the_end, start),
        cmocka_unit_test_setup(back_before_the_end_nothing_has_moved, start),
        cmocka_unit_test_setup(line_goes_where_its_target_is, start),
        cmocka_unit_test_setup(channel_interrupt_moves_while_pending, start),
        cmocka_unit_test_setup(channel_interrupt_moves_while_active, start),
        cmocka_unit_test_setup(straight_interrupt_moves, start),
        cmocka_unit_test_setup(active_straight_interrupt_is_cleared_wherever_it_is, start),
        cmocka_unit_test_setup(of_several_targets_one_takes_it, start),
        cmocka_unit_test_setup(of_several_targets_one_that_is_on_takes_it, start),
    };
    return cmocka_run_group_tests_name("vGIC: several vCPUs", tests, NULL, NULL);
}
