/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Budgets alone: what is used comes back in time, and never too early.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "budget.h"
#include "machine.h"

static struct budget budget;

static int start(void **state)
{
    (void)state;
    fake_sysregs.cntfrq_el0 = FAKE_HZ; /* a tick a microsecond */
    budget = (struct budget){0};
    budget_init(&budget, 100, 1000);
    return 0;
}

static void turn_comes_back_at_once(void **state)
{
    (void)state;
    budget_init(&budget, 100, 100);
    assert_int_equal(budget.period, 0);
    budget_charge(&budget, 0, 60);
    assert_int_equal(budget.amount, 40);
    budget_charge(&budget, 60, 100);
    assert_int_equal(budget.amount, 100);
    budget_charge(&budget, 100, 5000);
    assert_int_equal(budget.amount, 100);
    budget_charge(&budget, 5000, 5099);
    assert_int_equal(budget.amount, 1);
    assert_true(budget_is_usable(&budget, 0));
}

static void budget_comes_back_a_period_after_its_use_began(void **state)
{
    (void)state;
    budget_charge(&budget, 5000, 5100);
    assert_false(budget_is_usable(&budget, 5100));
    assert_int_equal(budget_due(&budget), 6000);
    assert_false(budget_is_usable(&budget, 5999));
    assert_true(budget_is_usable(&budget, 6000));
    assert_int_equal(budget.amount, 100);
}

static void parts_come_back_one_by_one(void **state)
{
    (void)state;
    budget_charge(&budget, 0, 30);
    budget_charge(&budget, 100, 140);
    assert_int_equal(budget.amount, 30);
    assert_true(budget_is_usable(&budget, 1000));
    assert_int_equal(budget.amount, 60);
    assert_true(budget_is_usable(&budget, 1100));
    assert_int_equal(budget.amount, 100);
}

static void time_over_the_budget_delays_its_return(void **state)
{
    (void)state;
    budget_charge(&budget, 0, 107);
    assert_int_equal(budget.amount, 0);
    assert_int_equal(budget_due(&budget), 1007);
}

static void crumbs_are_not_worth_a_switch(void **state)
{
    (void)state;
    budget_charge(&budget, 0, 91);
    assert_false(budget_is_usable(&budget, 999));
    assert_true(budget_is_usable(&budget, 1000));
}

static void smallest_budgets_are_usable(void **state)
{
    (void)state;
    budget_init(&budget, 0, 0);
    assert_true(budget_is_usable(&budget, 0));
    assert_int_equal(budget.amount, 1);
    budget_init(&budget, 3, 1000);
    assert_true(budget_is_usable(&budget, 0));
    budget_charge(&budget, 0, 3);
    assert_false(budget_is_usable(&budget, 3));
    assert_true(budget_is_usable(&budget, 1000));
}

static void long_times_do_not_overflow(void **state)
{
    (void)state;
    fake_sysregs.cntfrq_el0 = 1000000000;
    budget = (struct budget){0};
    budget_init(&budget, UINT32_MAX - 1, UINT32_MAX);
    assert_int_equal(budget.size, (UINT32_MAX - 1) * 1000ull);
    assert_int_equal(budget.period, UINT32_MAX * 1000ull);
}

/* Uses the budget at random for a long time, and returns what was used in each tick. */
#define TICKS 60000
static uint8_t used[TICKS];

static void use_at_random(unsigned longest_run, unsigned longest_pause)
{
    uint64_t now = 0;

    for (unsigned i = 0; i < TICKS; i++) {
        used[i] = 0;
    }
    while (now < TICKS - 2000) {
        if (!budget_is_usable(&budget, now)) {
            now = budget_due(&budget);
            continue;
        }
        uint64_t run = 1 + (uint64_t)rand() % longest_run;
        run = run < budget.amount ? run : budget.amount;
        for (uint64_t i = now; i < now + run; i++) {
            used[i] = 1;
        }
        budget_charge(&budget, now, now + run);
        now += run + (uint64_t)rand() % longest_pause;
    }
}

static unsigned most_in_a_period(void)
{
    unsigned sum = 0;
    unsigned most = 0;

    for (unsigned i = 0; i < TICKS; i++) {
        sum += used[i];
        sum -= i >= 1000 ? used[i - 1000] : 0;
        most = sum > most ? sum : most;
    }
    return most;
}

static void no_period_has_more_than_the_budget(void **state)
{
    const unsigned runs[] = {1, 3, 20, 100, 1000};
    const unsigned pauses[] = {1, 2, 30, 200, 3000};

    (void)state;
    srand(1);
    for (unsigned i = 0; i < 5; i++) {
        for (unsigned j = 0; j < 5; j++) {
            start(NULL);
            use_at_random(runs[i], pauses[j]);
            assert_in_range(most_in_a_period(), 1, 100);
        }
    }
}

static unsigned total(void)
{
    unsigned sum = 0;

    for (unsigned i = 0; i < TICKS; i++) {
        sum += used[i];
    }
    return sum;
}

static void busy_thread_gets_its_whole_share(void **state)
{
    (void)state;
    use_at_random(1000, 1);
    assert_in_range(total(), (TICKS - 3000) / 10, TICKS / 10);
}

static void thread_that_is_often_interrupted_gets_most_of_its_share(void **state)
{
    (void)state;
    use_at_random(20, 20);
    assert_in_range(total(), (TICKS - 3000) / 10 * 8 / 10, TICKS / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(turn_comes_back_at_once, start),
        cmocka_unit_test_setup(budget_comes_back_a_period_after_its_use_began, start),
        cmocka_unit_test_setup(parts_come_back_one_by_one, start),
        cmocka_unit_test_setup(time_over_the_budget_delays_its_return, start),
        cmocka_unit_test_setup(crumbs_are_not_worth_a_switch, start),
        cmocka_unit_test_setup(smallest_budgets_are_usable, start),
        cmocka_unit_test_setup(long_times_do_not_overflow, start),
        cmocka_unit_test_setup(no_period_has_more_than_the_budget, start),
        cmocka_unit_test_setup(busy_thread_gets_its_whole_share, start),
        cmocka_unit_test_setup(thread_that_is_often_interrupted_gets_most_of_its_share, start),
    };
    return cmocka_run_group_tests_name("kernel: budgets", tests, NULL, NULL);
}
