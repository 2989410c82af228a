/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The life of interrupts in the vGIC: pending, active and enabled in every order; SGIs, the VMM's
 * lines, physical interrupts by channel and straight ones. Nothing is lost, nothing comes twice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <libvmm/virq.h>

#include "libvmm/fake.h"

#define SPI  100
#define NONE 1023

#define CTLR      0x000
#define IGROUPR   0x080
#define ISENABLER 0x100
#define ICENABLER 0x180
#define ISPENDR   0x200
#define ICPENDR   0x280
#define ISACTIVER 0x300
#define ICACTIVER 0x380
#define SGIR      0xf00
#define SGIR_SELF (2u << 24)

static int start(void **state)
{
    (void)state;
    fake_start(1);
    gicd_store(CTLR, 1);
    virq_register_passthrough(ARM_GIC_IRQ_ROUTE(0, FAKE_IRQ_LEVEL), FAKE_CH_LEVEL);
    virq_register_passthrough(ARM_GIC_IRQ_ROUTE(0, FAKE_IRQ_EDGE), FAKE_CH_EDGE);
    return 0;
}

/* The guest takes `intid`, and nothing after it. */
static void assert_comes_once(uint32_t intid)
{
    assert_int_equal(fake_take(0), intid);
    fake_end(0, intid);
    assert_int_equal(fake_take(0), NONE);
    assert_false(gicd_bit(ISPENDR, intid));
    assert_false(gicd_bit(ISACTIVER, intid));
}

static void enabled_then_pending(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, SPI);
    gicd_set_bit(ISPENDR, SPI);
    assert_true(gicd_bit(ISPENDR, SPI));
    assert_true(gicd_bit(ICPENDR, SPI));
    assert_comes_once(SPI);
}

static void pending_then_enabled(void **state)
{
    (void)state;
    gicd_set_bit(ISPENDR, SPI);
    assert_int_equal(fake_take(0), NONE);
    assert_true(gicd_bit(ISPENDR, SPI));
    gicd_set_bit(ISENABLER, SPI);
    assert_comes_once(SPI);
}

static void disabled_while_pending(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, SPI);
    gicd_set_bit(ISPENDR, SPI);
    gicd_set_bit(ICENABLER, SPI);
    assert_int_equal(fake_take(0), NONE);
    assert_true(gicd_bit(ISPENDR, SPI));
    gicd_set_bit(ISENABLER, SPI);
    assert_comes_once(SPI);
}

static void cleared_while_disabled_and_enabled(void **state)
{
    (void)state;
    gicd_set_bit(ISPENDR, SPI);
    gicd_set_bit(ICPENDR, SPI);
    assert_false(gicd_bit(ISPENDR, SPI));
    gicd_set_bit(ISENABLER, SPI);
    assert_int_equal(fake_take(0), NONE);
    gicd_set_bit(ISPENDR, SPI);
    gicd_set_bit(ICPENDR, SPI);
    assert_int_equal(fake_take(0), NONE);
}

static void active_and_pending(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, SPI);
    gicd_set_bit(ISPENDR, SPI);
    assert_int_equal(fake_take(0), SPI);
    assert_true(gicd_bit(ISACTIVER, SPI));
    assert_false(gicd_bit(ISPENDR, SPI));
    gicd_set_bit(ISPENDR, SPI);
    assert_true(gicd_bit(ISPENDR, SPI));
    gicd_set_bit(ICENABLER, SPI); /* comes back though active */
    fake_end(0, SPI);
    assert_int_equal(fake_take(0), NONE);
    gicd_set_bit(ISENABLER, SPI);
    assert_comes_once(SPI);
}

static void set_active_holds_back(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, SPI);
    gicd_set_bit(ISACTIVER, SPI);
    assert_true(gicd_bit(ICACTIVER, SPI));
    gicd_set_bit(ISPENDR, SPI);
    assert_int_equal(fake_take(0), NONE);
    gicd_set_bit(ICACTIVER, SPI);
    assert_comes_once(SPI);
}

static void distributor_off_and_on(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, SPI);
    gicd_set_bit(ISPENDR, SPI);
    gicd_store(SGIR, SGIR_SELF | 3);
    gicd_store(CTLR, 0);
    assert_int_equal(fake_take(0), NONE);
    assert_true(gicd_bit(ISPENDR, SPI));
    assert_true(gicd_bit(ISPENDR, 3));
    gicd_store(CTLR, 1);
    assert_int_equal(fake_take(0), 3);
    fake_end(0, 3);
    assert_comes_once(SPI);
}

static void groups_are_enabled_apart(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, SPI);
    gicd_set_bit(ISPENDR, SPI);
    gicd_set_bit(IGROUPR, SPI);
    assert_int_equal(fake_take(0), NONE); /* group 1 is off */
    gicd_store(CTLR, 2);
    assert_true(fake.virqs[0][SPI].group1);
    assert_comes_once(SPI);
    gicd_set_bit(ISPENDR, SPI);
    gicd_store(IGROUPR + SPI / 32 * 4, 0);
    gicd_store(CTLR, 3);
    assert_false(fake.virqs[0][SPI].group1);
    assert_comes_once(SPI);
}

static void priority_goes_along(void **state)
{
    (void)state;
    fake_store(0, FAKE_GICD + 0x400 + SPI, 1, 0xa0);
    fake_store(0, FAKE_GICD + 0x400 + SPI + 1, 1, 0x50);
    gicd_store(ISENABLER + SPI / 32 * 4, 3u << SPI % 32);
    gicd_store(ISPENDR + SPI / 32 * 4, 3u << SPI % 32);
    fake_store(0, FAKE_GICD + 0x400 + SPI, 1, 0x40); /* while pending */
    assert_int_equal(fake_take(0), SPI);
    assert_int_equal(fake_take(0), SPI + 1);
}

/* ---- SGIs ---- */

static void sgi_to_itself(void **state)
{
    (void)state;
    gicd_store(SGIR, SGIR_SELF | 7);
    gicd_store(SGIR, SGIR_SELF | 7);
    assert_int_equal(gicd_load(0xf24), 0x01000000); /* GICD_SPENDSGIR of SGIs 4 to 7 */
    assert_int_equal(gicd_load(0xf14), 0x01000000);
    assert_int_equal(fake_take(0), 7);
    gicd_store(SGIR, SGIR_SELF | 7); /* in its own handler */
    fake_end(0, 7);
    assert_comes_once(7);
}

static void sgi_waits_for_its_group(void **state)
{
    (void)state;
    gicd_store(IGROUPR, 1u << 6);
    gicd_store(SGIR, SGIR_SELF | 6);
    assert_int_equal(fake_take(0), NONE);
    assert_true(gicd_bit(ISPENDR, 6));
    assert_int_equal(gicd_load(0xf24), 0x00010000);
    gicd_store(CTLR, 3);
    assert_comes_once(6);
}

/* ---- Physical interrupts by channel ---- */

static void channel_enabled(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, FAKE_IRQ_LEVEL);
    assert_true(fake_fire(FAKE_CH_LEVEL));
    assert_false(fake_fire(FAKE_CH_LEVEL)); /* masked meanwhile */
    assert_comes_once(FAKE_IRQ_LEVEL);
    assert_int_equal(fake.ack_count[FAKE_CH_LEVEL], 0); /* the guest's EOI did it */
    assert_true(fake_fire(FAKE_CH_LEVEL));
    assert_comes_once(FAKE_IRQ_LEVEL);
}

static void channel_disabled_on_arrival(void **state)
{
    (void)state;
    assert_true(fake_fire(FAKE_CH_EDGE));
    assert_int_equal(fake_take(0), NONE);
    assert_true(gicd_bit(ISPENDR, FAKE_IRQ_EDGE));
    gicd_set_bit(ISENABLER, FAKE_IRQ_EDGE);
    assert_comes_once(FAKE_IRQ_EDGE);
    assert_true(fake_fire(FAKE_CH_EDGE));
}

static void channel_disabled_while_pending(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, FAKE_IRQ_EDGE);
    fake_fire(FAKE_CH_EDGE);
    gicd_set_bit(ICENABLER, FAKE_IRQ_EDGE);
    assert_int_equal(fake_take(0), NONE);
    assert_true(fake.physical_active[FAKE_CH_EDGE]);
    gicd_set_bit(ISENABLER, FAKE_IRQ_EDGE);
    assert_comes_once(FAKE_IRQ_EDGE);
    assert_false(fake.physical_active[FAKE_CH_EDGE]);
}

static void channel_disabled_while_active(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, FAKE_IRQ_EDGE);
    fake_fire(FAKE_CH_EDGE);
    assert_int_equal(fake_take(0), FAKE_IRQ_EDGE);
    gicd_set_bit(ICENABLER, FAKE_IRQ_EDGE);
    fake_end(0, FAKE_IRQ_EDGE);
    assert_true(fake_fire(FAKE_CH_EDGE)); /* re-armed */
    assert_int_equal(fake_take(0), NONE);
    gicd_set_bit(ISENABLER, FAKE_IRQ_EDGE);
    assert_comes_once(FAKE_IRQ_EDGE);
}

/* ICPENDR re-arms the physical interrupt, wherever the pending one was. */
static void channel_pending_cleared(void **state)
{
    (void)state;
    fake_fire(FAKE_CH_EDGE);
    gicd_set_bit(ICPENDR, FAKE_IRQ_EDGE);
    assert_false(gicd_bit(ISPENDR, FAKE_IRQ_EDGE));
    assert_int_equal(fake.ack_count[FAKE_CH_EDGE], 1);
    gicd_set_bit(ISENABLER, FAKE_IRQ_EDGE);
    assert_int_equal(fake_take(0), NONE);
    assert_true(fake_fire(FAKE_CH_EDGE));
    gicd_set_bit(ICPENDR, FAKE_IRQ_EDGE);
    assert_int_equal(fake_take(0), NONE);
    assert_true(fake_fire(FAKE_CH_EDGE));
    assert_comes_once(FAKE_IRQ_EDGE);
}

static void channel_active_cleared(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, FAKE_IRQ_EDGE);
    fake_fire(FAKE_CH_EDGE);
    fake_take(0);
    gicd_set_bit(ICACTIVER, FAKE_IRQ_EDGE);
    assert_true(fake_fire(FAKE_CH_EDGE));
    assert_comes_once(FAKE_IRQ_EDGE);
}

/* The guest pends a physical interrupt itself, and the physical one comes as well. */
static void channel_pended_by_software(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, FAKE_IRQ_EDGE);
    gicd_set_bit(ISPENDR, FAKE_IRQ_EDGE);
    assert_comes_once(FAKE_IRQ_EDGE);

    gicd_set_bit(ISPENDR, FAKE_IRQ_EDGE);
    assert_true(fake_fire(FAKE_CH_EDGE)); /* both before the guest takes it: one */
    assert_comes_once(FAKE_IRQ_EDGE);
    assert_false(fake.physical_active[FAKE_CH_EDGE]);

    fake_fire(FAKE_CH_EDGE);
    gicd_set_bit(ISPENDR, FAKE_IRQ_EDGE); /* in the other order: one */
    assert_comes_once(FAKE_IRQ_EDGE);
    assert_false(fake.physical_active[FAKE_CH_EDGE]);
}

static void channel_arrives_in_software_handler(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, FAKE_IRQ_EDGE);
    gicd_set_bit(ISPENDR, FAKE_IRQ_EDGE);
    assert_int_equal(fake_take(0), FAKE_IRQ_EDGE);
    assert_true(fake_fire(FAKE_CH_EDGE));
    assert_true(gicd_bit(ISPENDR, FAKE_IRQ_EDGE));
    fake_end(0, FAKE_IRQ_EDGE);
    assert_comes_once(FAKE_IRQ_EDGE);
    assert_false(fake.physical_active[FAKE_CH_EDGE]);
    assert_true(fake_fire(FAKE_CH_EDGE));
    assert_comes_once(FAKE_IRQ_EDGE);
}

static void channel_pended_in_its_handler(void **state)
{
    (void)state;
    gicd_set_bit(ISENABLER, FAKE_IRQ_EDGE);
    fake_fire(FAKE_CH_EDGE);
    assert_int_equal(fake_take(0), FAKE_IRQ_EDGE);
    gicd_set_bit(ISPENDR, FAKE_IRQ_EDGE);
    fake_end(0, FAKE_IRQ_EDGE);
    assert_comes_once(FAKE_IRQ_EDGE);
    assert_true(fake_fire(FAKE_CH_EDGE));
    assert_comes_once(FAKE_IRQ_EDGE);
}

/* ---- Bound interrupts ---- */

static void straight_configuration_is_mirrored(void **state)
{
    (void)state;
    struct fake_bound *bound = &fake.bound[0][FAKE_IRQ_STRAIGHT];
    assert_int_equal(bound->config, VIRQ_CONFIG_EDGE);
    fake_store(0, FAKE_GICD + 0x400 + FAKE_IRQ_STRAIGHT, 1, 0xa0);
    assert_int_equal(bound->config, VIRQ_CONFIG_EDGE | 0xa0);
    gicd_set_bit(ISENABLER, FAKE_IRQ_STRAIGHT);
    assert_int_equal(bound->config, VIRQ_CONFIG_EDGE | VIRQ_CONFIG_ENABLE | 0xa0);
    gicd_store(CTLR, 0);
    assert_int_equal(bound->config, VIRQ_CONFIG_EDGE | 0xa0);
    gicd_set_bit(IGROUPR, FAKE_IRQ_STRAIGHT);
    gicd_store(CTLR, 2);
    assert_int_equal(bound->config,
                     VIRQ_CONFIG_EDGE | VIRQ_CONFIG_ENABLE | VIRQ_CONFIG_GROUP1 | 0xa0);
    unsigned count = bound->config_count;
    gicd_set_bit(ISENABLER, FAKE_IRQ_STRAIGHT); /* nothing new: no system call */
    fake_store(0, FAKE_GICD + 0x400 + FAKE_IRQ_STRAIGHT, 1, 0xa0);
    assert_int_equal(bound->config_count, count);
}

static void straight_state_is_the_kernels(void **state)
{
    (void)state;
    struct fake_bound *bound = &fake.bound[0][FAKE_IRQ_STRAIGHT_LEVEL];
    gicd_set_bit(ISPENDR, FAKE_IRQ_STRAIGHT_LEVEL);
    assert_true(bound->pending && gicd_bit(ISPENDR, FAKE_IRQ_STRAIGHT_LEVEL));
    gicd_set_bit(ICPENDR, FAKE_IRQ_STRAIGHT_LEVEL);
    assert_false(bound->pending);
    gicd_set_bit(ISACTIVER, FAKE_IRQ_STRAIGHT_LEVEL);
    assert_true(bound->active && gicd_bit(ISACTIVER, FAKE_IRQ_STRAIGHT_LEVEL));
    gicd_set_bit(ICACTIVER, FAKE_IRQ_STRAIGHT_LEVEL);
    assert_false(bound->active);
    assert_int_equal(fake.inject_count, 0);
}

static void timers_are_bound(void **state)
{
    (void)state;
    gicd_store(ISENABLER, 1u << 27 | 1u << 30);
    assert_true(fake.bound[0][27].config & VIRQ_CONFIG_ENABLE);
    assert_true(fake.bound[0][30].config & VIRQ_CONFIG_ENABLE);
    gicd_store(ICENABLER, 1u << 30);
    assert_true(fake.bound[0][27].config & VIRQ_CONFIG_ENABLE);
    assert_false(fake.bound[0][30].config & VIRQ_CONFIG_ENABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(enabled_then_pending, start),
        cmocka_unit_test_setup(pending_then_enabled, start),
        cmocka_unit_test_setup(disabled_while_pending, start),
        cmocka_unit_test_setup(cleared_while_disabled_and_enabled, start),
        cmocka_unit_test_setup(active_and_pending, start),
        cmocka_unit_test_setup(set_active_holds_back, start),
        cmocka_unit_test_setup(distributor_off_and_on, start),
        cmocka_unit_test_setup(groups_are_enabled_apart, start),
        cmocka_unit_test_setup(priority_goes_along, start),
        cmocka_unit_test_setup(sgi_to_itself, start),
        cmocka_unit_test_setup(sgi_waits_for_its_group, start),
        cmocka_unit_test_setup(channel_enabled, start),
        cmocka_unit_test_setup(channel_disabled_on_arrival, start),
        cmocka_unit_test_setup(channel_disabled_while_pending, start),
        cmocka_unit_test_setup(channel_disabled_while_active, start),
        cmocka_unit_test_setup(channel_pending_cleared, start),
        cmocka_unit_test_setup(channel_active_cleared, start),
        cmocka_unit_test_setup(channel_pended_by_software, start),
        cmocka_unit_test_setup(channel_arrives_in_software_handler, start),
        cmocka_unit_test_setup(channel_pended_in_its_handler, start),
        cmocka_unit_test_setup(straight_configuration_is_mirrored, start),
        cmocka_unit_test_setup(straight_state_is_the_kernels, start),
        cmocka_unit_test_setup(timers_are_bound, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
