/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The ready threads of a core against an array in the same order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "ready.h"

#define THREAD_COUNT 12
#define STEP_COUNT   100000

static struct ready ready;
static struct thread threads[THREAD_COUNT];
static struct thread *model[THREAD_COUNT]; /* the model: the order in which threads are taken */
static unsigned model_length;

static int reset(void **state)
{
    (void)state;
    memset(&ready, 0, sizeof ready);
    memset(threads, 0, sizeof threads);
    ready.top = -1;
    model_length = 0;
    return 0;
}

static void model_insert(unsigned at, struct thread *thread)
{
    memmove(&model[at + 1], &model[at], (model_length - at) * sizeof model[0]);
    model[at] = thread;
    model_length++;
}

static bool model_has(const struct thread *thread)
{
    for (unsigned i = 0; i < model_length; i++) {
        if (model[i] == thread) {
            return true;
        }
    }
    return false;
}

static void model_remove(const struct thread *thread)
{
    for (unsigned i = 0; i < model_length; i++) {
        if (model[i] == thread) {
            model_length--;
            memmove(&model[i], &model[i + 1], (model_length - i) * sizeof model[0]);
            return;
        }
    }
}

static void append(struct thread *thread)
{
    unsigned at = 0;

    while (at < model_length && model[at]->priority >= thread->priority) {
        at++;
    }
    model_insert(at, thread);
    ready_append(&ready, thread);
}

static void prepend(struct thread *thread)
{
    unsigned at = 0;

    while (at < model_length && model[at]->priority > thread->priority) {
        at++;
    }
    model_insert(at, thread);
    ready_prepend(&ready, thread);
}

static void remove_one(struct thread *thread)
{
    model_remove(thread);
    ready_remove(&ready, thread);
}

static void take(void)
{
    struct thread *thread = ready_take(&ready);

    assert_ptr_equal(thread, model[0]);
    model_remove(thread);
}

static void check(void)
{
    assert_ptr_equal(ready.first, model_length > 0 ? model[0] : NULL);
    assert_int_equal(ready.top, model_length > 0 ? model[0]->priority : -1);
}

static void take_all(void)
{
    while (model_length > 0) {
        take();
        check();
    }
}

static void equals_are_taken_in_order_of_arrival(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        append(&threads[i]);
        check();
    }
    take_all();
}

static void every_priority_is_found(void **state)
{
    (void)state;
    for (unsigned priority = 0; priority <= UINT8_MAX; priority++) {
        threads[0].priority = (uint8_t)priority;
        threads[1].priority = (uint8_t)(priority * 7);
        append(&threads[0]);
        append(&threads[1]);
        check();
        take_all();
    }
}

static void one_that_gave_way_goes_on_first(void **state)
{
    (void)state;
    append(&threads[0]);
    append(&threads[1]);
    prepend(&threads[2]);
    check();
    take_all();
}

static void removing_from_everywhere_keeps_the_others(void **state)
{
    (void)state;
    for (unsigned gone = 0; gone < 4; gone++) {
        for (unsigned i = 0; i < 4; i++) {
            append(&threads[i]);
        }
        remove_one(&threads[gone]);
        check();
        take_all();
    }
}

static void removing_what_is_not_there_changes_nothing(void **state)
{
    (void)state;
    append(&threads[0]);
    remove_one(&threads[1]);
    check();
    take_all();
    remove_one(&threads[0]);
    check();
}

static void random_use_matches_the_list(void **state)
{
    uint32_t random = 1;

    (void)state;
    for (unsigned i = 0; i < STEP_COUNT; i++) {
        random = random * 1664525 + 1013904223;
        struct thread *thread = &threads[(random >> 8) % THREAD_COUNT];
        unsigned what = (random >> 16) % 8;
        if (what == 0) {
            remove_one(thread);
        } else if (what < 4 && model_length > 0) {
            take();
        } else if (!model_has(thread)) {
            thread->priority = (uint8_t)((random >> 20) % 4 * 63);
            (what < 6 ? append : prepend)(thread);
        }
        check();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(equals_are_taken_in_order_of_arrival, reset),
        cmocka_unit_test_setup(every_priority_is_found, reset),
        cmocka_unit_test_setup(one_that_gave_way_goes_on_first, reset),
        cmocka_unit_test_setup(removing_from_everywhere_keeps_the_others, reset),
        cmocka_unit_test_setup(removing_what_is_not_there_changes_nothing, reset),
        cmocka_unit_test_setup(random_use_matches_the_list, reset),
    };
    return cmocka_run_group_tests_name("kernel: ready threads", tests, NULL, NULL);
}
