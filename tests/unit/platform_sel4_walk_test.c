/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A long random walk of a guest, its devices and libvmm on seL4: whatever the order of interrupts,
 * of enabling and of ends, none is lost, none comes that has not fired, and what is physical is
 * re-armed once for each time. The model of seL4 aborts where the kernel would refuse.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <libvmm/guest.h>
#include <libvmm/virq.h>

#include "sel4/sel4.h"

#define GICD_ISENABLER 0x100
#define GICD_ICENABLER 0x180
#define GICD_IPRIORITY 0x400

#define STEPS     200000
#define SPI_FIRST 64
#define SPI_COUNT 12
#define VTIMER    27

/* Of each INTID how often it has fired and been taken, and whether it was taken since it fired
 * last. What fires again before it is taken may come once or twice: seL4 does not tell a VMM
 * whether what is in a list register has been taken. */
static unsigned fired_count[1024], taken_count[1024];
static bool is_owed[1024];

static bool irq_is_masked, timer_is_masked;

static uint64_t seed = 1;

/* 0..limit-1: a 64-bit linear congruential generator (Knuth, TAOCP 2, 3.3.4). */
static unsigned random_below(unsigned limit)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % limit;
}

/* What re-arms shows in the counts of acknowledgements. */
static void rearmed_look(void)
{
    static unsigned irq_acks, timer_acks;
    if (sel4_irq_ack_count != irq_acks) {
        assert_int_equal(sel4_irq_ack_count, irq_acks + 1);
        assert_true(irq_is_masked);
        irq_is_masked = false;
    }
    if (sel4_vcpus[0].timer_ack_count != timer_acks) {
        assert_int_equal(sel4_vcpus[0].timer_ack_count, timer_acks + 1);
        assert_true(timer_is_masked);
        timer_is_masked = false;
    }
    irq_acks = sel4_irq_ack_count;
    timer_acks = sel4_vcpus[0].timer_ack_count;
}

static bool guest_take(void)
{
    int index = sel4_take(0);
    if (index < 0) {
        return false;
    }
    unsigned intid = sel4_vcpus[0].list[index].intid;
    taken_count[intid]++;
    assert_in_range(taken_count[intid], 1, fired_count[intid]);
    is_owed[intid] = false;
    return true;
}

/* Ends one of the interrupts that are active, if any is. */
static bool guest_end(void)
{
    unsigned first = random_below(4);
    for (unsigned i = 0; i < 4; i++) {
        unsigned index = (first + i) % 4;
        if (sel4_vcpus[0].list[index].is_used && sel4_vcpus[0].list[index].is_active) {
            sel4_end(0, (int)index);
            rearmed_look();
            return true;
        }
    }
    return false;
}

static void fire(unsigned intid)
{
    fired_count[intid]++;
    is_owed[intid] = true;
}

static void device_fire(void)
{
    if (!irq_is_masked) {
        irq_is_masked = true;
        fire(SEL4_IRQ);
        assert_true(virq_handle_passthrough(SEL4_CHANNEL));
    }
}

static void timer_fire(void)
{
    if (!timer_is_masked) {
        timer_is_masked = true;
        fire(VTIMER);
        assert_true(sel4_fault(0, seL4_Fault_VPPIEvent, VTIMER, 0, 0, 0));
    }
}

static void virtual_fire(void)
{
    unsigned intid = SPI_FIRST + random_below(SPI_COUNT);
    fire(intid);
    assert_true(virq_inject(ARM_GIC_IRQ_ROUTE(0, intid)));
}

/* Any of the interrupts of the walk. */
static unsigned any_intid(void)
{
    unsigned which = random_below(SPI_COUNT + 2);
    return which < SPI_COUNT ? SPI_FIRST + which : which == SPI_COUNT ? SEL4_IRQ : VTIMER;
}

static void step(void)
{
    switch (random_below(10)) {
    case 0:
        sel4_gicd_set_bit(GICD_ICENABLER, any_intid());
        break;
    case 1:
    case 2:
        sel4_gicd_set_bit(GICD_ISENABLER, any_intid());
        break;
    case 3:
        sel4_gicd_store(0, GICD_IPRIORITY + (any_intid() & ~3u), random_below(256) * 0x01010101u);
        break;
    case 4:
        device_fire();
        break;
    case 5:
        timer_fire();
        break;
    case 6:
        virtual_fire();
        break;
    case 7:
        guest_take();
        break;
    default:
        guest_end();
        break;
    }
}

static void nothing_is_lost(void **state)
{
    (void)state;
    sel4_start();
    assert_true(virq_register_passthrough(ARM_GIC_IRQ_ROUTE(0, SEL4_IRQ), SEL4_CHANNEL));
    for (unsigned i = 0; i < STEPS; i++) {
        step();
    }
    for (unsigned intid = 0; intid < SPI_FIRST + SPI_COUNT; intid++) {
        sel4_gicd_set_bit(GICD_ISENABLER, intid);
    }
    while (guest_take() || guest_end()) {
    }
    for (unsigned intid = 0; intid < 1024; intid++) {
        assert_false(is_owed[intid]);
    }
    /* A physical interrupt fires again only when it has been ended: each comes exactly once. */
    assert_false(irq_is_masked || timer_is_masked);
    assert_int_equal(taken_count[SEL4_IRQ], fired_count[SEL4_IRQ]);
    assert_int_equal(taken_count[VTIMER], fired_count[VTIMER]);
    assert_int_equal(sel4_used_count(0), 0);
    assert_true(fired_count[SEL4_IRQ] > STEPS / 100 && fired_count[VTIMER] > STEPS / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
