/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The start of a PD, up to its first wait: constructors, init(), and what they leave for the wait
 * to do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <microkit.h>

#include "internal.h"
#include "kernel.h"

static unsigned step;
static unsigned constructed_at, initialised_at;
static bool constructor_notifies;

static void construct(void)
{
    constructed_at = ++step;
    if (constructor_notifies) {
        microkit_deferred_notify(KERNEL_CHANNEL);
    }
}

static void (*const construct_first)(void)
    __attribute__((section("constructors"), used)) = construct;

void init(void)
{
    initialised_at = ++step;
}

void notified(microkit_channel ch)
{
    (void)ch;
}

static int set_up(void **state)
{
    (void)state;
    kernel_reset();
    step = 0;
    constructor_notifies = false;
    microkit_notifications = 1ull << KERNEL_CHANNEL;
    microkit_have_signal = false;
    return 0;
}

/* Returns what the first wait is asked to do. */
static uint64_t first_wait(void)
{
    if (setjmp(kernel_wait) == 0) {
        microkit_main();
    }
    assert_int_equal(kernel_last.number, SYS_WAIT);
    return kernel_last.x0;
}

static void constructors_come_before_init(void **state)
{
    (void)state;
    assert_int_equal(first_wait(), DEFERRED_NONE);
    assert_int_equal(constructed_at, 1);
    assert_int_equal(initialised_at, 2);
}

static void deferred_by_a_constructor_is_done(void **state)
{
    (void)state;
    constructor_notifies = true;
    assert_int_equal(first_wait(), DEFERRED_NOTIFY | KERNEL_CHANNEL);
    assert_int_equal(kernel_call_count, 1);
}

/* A PD that is started anew finds its memory as it was. */
static void deferred_before_a_restart_is_forgotten(void **state)
{
    (void)state;
    microkit_have_signal = true;
    microkit_signal_cap = BASE_IRQ_CAP | KERNEL_CHANNEL;
    assert_int_equal(first_wait(), DEFERRED_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(constructors_come_before_init, set_up),
        cmocka_unit_test_setup(deferred_by_a_constructor_is_done, set_up),
        cmocka_unit_test_setup(deferred_before_a_restart_is_forgotten, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
