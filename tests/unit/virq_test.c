/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a VMM's program does with virtual interrupts: registration and its refusals,
 * acknowledgements, the VMM's own edges and levels, and the older spellings.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <libvmm/compat.h>
#undef virq_register
#undef virq_inject
#undef virq_ack_fn_t
#undef virq_controller_init

#include "libvmm/fake.h"

#define SPI       100
#define NONE      1023
#define ISENABLER 0x100
#define ICENABLER 0x180
#define ISPENDR   0x200
#define ICPENDR   0x280
#define ICACTIVER 0x380

#define ROUTE(intid) ARM_GIC_IRQ_ROUTE(0, (intid))

static unsigned ack_count;

static int start(void **state)
{
    (void)state;
    fake_start(1);
    gicd_store(0x000, 1);
    gicd_set_bit(ISENABLER, SPI);
    ack_count = 0;
    return 0;
}

static void count_ack(irq_routing_info_t route, void *cookie)
{
    assert_int_equal(IRQ_ROUTE_TO_ARM_INTID(route), SPI);
    assert_ptr_equal(cookie, &ack_count);
    ack_count++;
}

static void take_and_end(uint32_t intid)
{
    assert_int_equal(fake_take(0), intid);
    fake_end(0, intid);
}

static void edge_comes_once(void **state)
{
    (void)state;
    assert_true(virq_inject(ROUTE(SPI)));
    assert_true(virq_inject(ROUTE(SPI)));
    assert_false(fake.virqs[0][SPI].eoi); /* nobody asked: the guest's EOI costs no exit */
    take_and_end(SPI);
    assert_int_equal(fake_take(0), NONE);
}

static void edge_is_kept_while_disabled(void **state)
{
    (void)state;
    gicd_set_bit(ICENABLER, SPI);
    assert_true(virq_inject(ROUTE(SPI)));
    assert_int_equal(fake_take(0), NONE);
    gicd_set_bit(ISENABLER, SPI);
    take_and_end(SPI);
    assert_int_equal(fake_take(0), NONE);
}

static void ack_at_every_end(void **state)
{
    (void)state;
    assert_true(virq_register(ROUTE(SPI), count_ack, &ack_count));
    for (unsigned i = 1; i <= 3; i++) {
        virq_inject(ROUTE(SPI));
        assert_int_equal(fake_take(0), SPI);
        assert_int_equal(ack_count, i - 1);
        fake_end(0, SPI);
        assert_int_equal(ack_count, i);
    }
    virq_inject(ROUTE(SPI));
    fake_take(0);
    gicd_set_bit(ICACTIVER, SPI); /* ended the other way */
    assert_int_equal(ack_count, 4);
}

static void edge_during_handler(void **state)
{
    (void)state;
    virq_register(ROUTE(SPI), count_ack, &ack_count);
    virq_inject(ROUTE(SPI));
    assert_int_equal(fake_take(0), SPI);
    virq_inject(ROUTE(SPI));
    fake_end(0, SPI);
    take_and_end(SPI);
    assert_int_equal(fake_take(0), NONE);
}

static void level_until_low(void **state)
{
    (void)state;
    assert_true(virq_set_level(ROUTE(SPI), true));
    take_and_end(SPI);
    assert_true(gicd_bit(ISPENDR, SPI));
    take_and_end(SPI);
    assert_int_equal(fake_take(0), SPI);
    assert_true(virq_set_level(ROUTE(SPI), false)); /* in the handler */
    fake_end(0, SPI);
    assert_int_equal(fake_take(0), NONE);
    assert_false(gicd_bit(ISPENDR, SPI));
    virq_set_level(ROUTE(SPI), true);
    take_and_end(SPI);
}

static void level_lowered_before_taken(void **state)
{
    (void)state;
    virq_set_level(ROUTE(SPI), true);
    virq_set_level(ROUTE(SPI), false);
    assert_int_equal(fake_take(0), NONE);
    virq_set_level(ROUTE(SPI), true);
    gicd_set_bit(ICENABLER, SPI);
    assert_int_equal(fake_take(0), NONE);
    virq_set_level(ROUTE(SPI), false);
    gicd_set_bit(ISENABLER, SPI);
    assert_int_equal(fake_take(0), NONE);
}

/* ICPENDR clears a latch, not a line. */
static void level_and_latch(void **state)
{
    (void)state;
    virq_set_level(ROUTE(SPI), true);
    gicd_set_bit(ICPENDR, SPI);
    assert_true(gicd_bit(ISPENDR, SPI));
    gicd_set_bit(ISPENDR, SPI);
    virq_set_level(ROUTE(SPI), false); /* the latch stays */
    take_and_end(SPI);
    assert_int_equal(fake_take(0), NONE);
    virq_set_level(ROUTE(SPI), true);
    gicd_set_bit(ISPENDR, SPI);
    virq_set_level(ROUTE(SPI), false);
    gicd_set_bit(ICPENDR, SPI);
    assert_int_equal(fake_take(0), NONE);
}

static void refusals_of_register(void **state)
{
    (void)state;
    assert_false(virq_register(ROUTE(5), NULL, NULL));
    assert_true(fake_logged("irq 5 is an SGI"));
    assert_false(virq_register(ROUTE(FAKE_IRQ_LINES), NULL, NULL));
    assert_true(fake_logged("interrupts 0 to 299"));
    assert_false(virq_register(ROUTE(FAKE_IRQ_STRAIGHT), NULL, NULL));
    assert_true(fake_logged("goes straight"));
    assert_false(virq_register(ROUTE(27), NULL, NULL));
    assert_true(fake_logged("goes straight"));
    assert_false(virq_register(ARM_GIC_IRQ_ROUTE(1, SPI), NULL, NULL));
    assert_true(fake_logged("no such vCPU: 1 of 1"));
    assert_false(virq_register(ARM_GIC_IRQ_ROUTE(-1, SPI), NULL, NULL));
    assert_true(fake_logged("no such vCPU"));
    assert_false(virq_register((irq_routing_info_t){0}, NULL, NULL));
    assert_true(virq_register(ROUTE(SPI), NULL, NULL));
    assert_false(virq_register(ROUTE(SPI), NULL, NULL));
    assert_true(fake_logged("registered already"));
}

static void refusals_of_passthrough(void **state)
{
    (void)state;
    assert_false(virq_register_passthrough(ROUTE(SPI), 3));
    assert_true(fake_logged("<irq irq=\"100\" id=\"3\" />"));
    assert_false(virq_register_passthrough(ROUTE(FAKE_IRQ_LEVEL), 2));
    assert_true(fake_logged("is channel 1 in the system description and 2 in the program"));
    assert_false(virq_register_passthrough(ROUTE(FAKE_IRQ_LEVEL), 62));
    assert_true(fake_logged("channels are 0 to 61"));
    assert_false(virq_register_passthrough(ROUTE(FAKE_IRQ_STRAIGHT), 0));
    assert_true(fake_logged("goes straight"));
    assert_true(virq_register_passthrough(ROUTE(FAKE_IRQ_LEVEL), FAKE_CH_LEVEL));
    assert_false(virq_register_passthrough(ROUTE(FAKE_IRQ_LEVEL), FAKE_CH_LEVEL));
    assert_true(fake_logged("has irq 33 already"));
    assert_false(virq_set_level(ROUTE(FAKE_IRQ_LEVEL), true));
    assert_true(fake_logged("its device sets the level"));
}

static void passthrough_by_channel(void **state)
{
    (void)state;
    assert_false(virq_handle_passthrough(FAKE_CH_LEVEL)); /* not yet ours */
    assert_false(virq_handle_passthrough(62));
    assert_true(virq_register_passthrough(ROUTE(FAKE_IRQ_LEVEL), FAKE_CH_LEVEL));
    gicd_set_bit(ISENABLER, FAKE_IRQ_LEVEL);
    assert_true(virq_handle_passthrough(FAKE_CH_LEVEL));
    assert_true(fake.virqs[0][FAKE_IRQ_LEVEL].hw);
    assert_int_equal(fake.virqs[0][FAKE_IRQ_LEVEL].channel, FAKE_CH_LEVEL);
    take_and_end(FAKE_IRQ_LEVEL);
    fake.physical_active[FAKE_CH_LEVEL] = true;
    assert_true(virq_inject(ROUTE(FAKE_IRQ_LEVEL))); /* by number: the same */
    assert_true(fake.virqs[0][FAKE_IRQ_LEVEL].hw);
    take_and_end(FAKE_IRQ_LEVEL);
    assert_false(fake.physical_active[FAKE_CH_LEVEL]);
}

/* What the routing table says, and nothing of what goes straight to the guest. */
static void passthrough_of_all(void **state)
{
    (void)state;
    assert_true(virq_register_passthrough_all());
    assert_true(virq_handle_passthrough(FAKE_CH_LEVEL));
    assert_true(virq_handle_passthrough(FAKE_CH_EDGE));
    assert_false(virq_handle_passthrough(0)); /* the straight ones' vCPU */
    assert_false(virq_register_passthrough_all());
    assert_true(fake_logged("channel 1 has irq 33 already"));
    fake_start(1);
    assert_true(virq_register_passthrough(ROUTE(FAKE_IRQ_LEVEL), FAKE_CH_LEVEL));
    assert_false(virq_register_passthrough_all());
    assert_true(virq_handle_passthrough(FAKE_CH_EDGE)); /* the others are */
    fake_power_on(1);
    assert_false(virq_register_passthrough_all());
    assert_true(fake_logged("called before guest_init()"));
}

/* ---- The older spellings ---- */

static void old_ack(size_t vcpu_id, int irq, void *cookie)
{
    assert_int_equal(vcpu_id, 0);
    assert_int_equal(irq, SPI);
    ++*(unsigned *)cookie;
}

static void older_spellings(void **state)
{
    (void)state;
    fake_power_on(1);
    assert_false(compat_virq_controller_init(1));
    assert_true(compat_virq_controller_init(0));
    gicd_store(0x000, 1);
    gicd_set_bit(ISENABLER, SPI);
    assert_true(compat_virq_register(0, SPI, old_ack, &ack_count));
    assert_false(compat_virq_register(0, SPI, old_ack, &ack_count));
    assert_true(vgic_inject_irq(0, SPI));
    take_and_end(SPI);
    assert_int_equal(ack_count, 1);
    assert_false(vgic_inject_irq(1, SPI));
    assert_false(vgic_inject_irq(0, -1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(edge_comes_once, start),
        cmocka_unit_test_setup(edge_is_kept_while_disabled, start),
        cmocka_unit_test_setup(ack_at_every_end, start),
        cmocka_unit_test_setup(edge_during_handler, start),
        cmocka_unit_test_setup(level_until_low, start),
        cmocka_unit_test_setup(level_lowered_before_taken, start),
        cmocka_unit_test_setup(level_and_latch, start),
        cmocka_unit_test_setup(refusals_of_register, start),
        cmocka_unit_test_setup(refusals_of_passthrough, start),
        cmocka_unit_test_setup(passthrough_by_channel, start),
        cmocka_unit_test_setup(passthrough_of_all, start),
        cmocka_unit_test_setup(older_spellings, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
