/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Notifications, protected procedure calls and their messages.
 */
#include "assertions.h"

#define X(pd, i)  (PD(pd)->frame.x[i])
#define MR(pd, i) (PD(pd)->message->mr[i])
#define BIT(ch)   (1ull << (ch))

/* CLIENT calls SERVER with `count` words. */
static void client_calls(uint64_t count)
{
    pd_call(CLIENT, SYS_CALL, TO_SERVER, MSGINFO(7ul, count), 0);
}

static void notification_wakes_the_waiting_peer(void **state)
{
    (void)state;
    example_wake(CLIENT);
    pd_call(CLIENT, SYS_NOTIFY, TO_SERVER, 0, 0);
    assert_runs(SERVER);
    assert_int_equal(X(SERVER, 0), BIT(FROM_CLIENT));
    pd_wait(SERVER);
    assert_runs(CLIENT);
    assert_int_equal(X(CLIENT, 0), DROVER_OK);
}

static void notifications_collapse(void **state)
{
    (void)state;
    example_wake(SERVER);
    for (unsigned i = 0; i < 3; i++) {
        pd_call(SERVER, SYS_NOTIFY, FROM_CLIENT, 0, 0);
    }
    pd_wait(SERVER);
    assert_runs(CLIENT);
    pd_wait(CLIENT);
    assert_int_equal(X(CLIENT, 0), BIT(TO_SERVER)); /* the first woke it, this is the others */
    pd_wait(CLIENT);
    assert_null(running());
}

static void notifications_of_several_channels_come_together(void **state)
{
    (void)state;
    example_wake(CLIENT);
    pd_call(CLIENT, SYS_NOTIFY, TO_EACH, 0, 0);
    example_wake(SERVER);
    pd_call(SERVER, SYS_NOTIFY, FROM_OTHER, 0, 0);
    pd_wait(SERVER);
    pd_wait(CLIENT);
    assert_runs(OTHER);
    assert_int_equal(X(OTHER, 0), BIT(TO_EACH));
    pd_wait(OTHER);
    assert_int_equal(X(OTHER, 0), BIT(TO_SERVER));
}

static void notification_without_right_is_refused(void **state)
{
    (void)state;
    example_wake(OTHER);
    assert_int_equal(pd_call(OTHER, SYS_NOTIFY, TO_EACH, 0, 0), DROVER_ERR_CHANNEL);
    assert_int_equal(PD(CLIENT)->thread.state, THREAD_WAITING);
}

static void invalid_channels_are_refused(void **state)
{
    const uint64_t wild[] = {2, CHANNEL_MAX - 1, CHANNEL_MAX, 63, 64, 1ull << 32, UINT64_MAX};

    (void)state;
    example_wake(CLIENT);
    for (unsigned i = 0; i < sizeof wild / sizeof wild[0]; i++) {
        assert_int_equal(pd_call(CLIENT, SYS_NOTIFY, wild[i], 0, 0), DROVER_ERR_CHANNEL);
        assert_int_equal(pd_call(CLIENT, SYS_CALL, wild[i], 0, 0), DROVER_ERR_CHANNEL);
        assert_int_equal(pd_call(CLIENT, SYS_IRQ_ACK, wild[i], 0, 0), DROVER_ERR_CHANNEL);
    }
}

static void channels_of_one_kind_are_not_of_the_other(void **state)
{
    (void)state;
    example_wake(PARENT);
    assert_int_equal(pd_call(PARENT, SYS_NOTIFY, PARENT_IRQ_CHANNEL, 0, 0), DROVER_ERR_CHANNEL);
    assert_int_equal(pd_call(PARENT, SYS_CALL, PARENT_IRQ_CHANNEL, 0, 0), DROVER_ERR_CHANNEL);
    assert_int_equal(pd_call(PARENT, SYS_IRQ_ACK, 0, 0, 0), DROVER_ERR_CHANNEL);
}

static void call_without_right_is_refused(void **state)
{
    (void)state;
    example_wake(SERVER);
    assert_int_equal(pd_call(SERVER, SYS_CALL, FROM_CLIENT, 0, 0), DROVER_ERR_CHANNEL);
    assert_runs(SERVER);
}

static void call_reaches_the_waiting_server_with_its_words(void **state)
{
    (void)state;
    example_wake(CLIENT);
    MR(CLIENT, 0) = 11;
    MR(CLIENT, 1) = 12;
    MR(CLIENT, 2) = 13;
    client_calls(2);
    assert_runs(SERVER);
    assert_int_equal(X(SERVER, 0), EVENT_CALL | FROM_CLIENT);
    assert_int_equal(X(SERVER, 1), MSGINFO(7ul, 2ul));
    assert_int_equal(MR(SERVER, 0), 11);
    assert_int_equal(MR(SERVER, 1), 12);
    assert_int_equal(MR(SERVER, 2), 0);
    assert_int_equal(PD(CLIENT)->thread.state, THREAD_REPLY);
}

static void reply_returns_to_the_caller_with_its_words(void **state)
{
    (void)state;
    example_wake(CLIENT);
    client_calls(0);
    MR(SERVER, 0) = 21;
    pd_call(SERVER, SYS_REPLY_WAIT, DEFERRED_NONE, MSGINFO(9ul, 1ul), 0);
    assert_runs(CLIENT);
    assert_int_equal(X(CLIENT, 0), DROVER_OK);
    assert_int_equal(X(CLIENT, 1), MSGINFO(9ul, 1ul));
    assert_int_equal(MR(CLIENT, 0), 21);
}

static void message_ends_at_the_page(void **state)
{
    struct message_page *to = PD(SERVER)->message;

    (void)state;
    example_wake(CLIENT);
    for (unsigned i = 0; i < MESSAGE_WORD_MAX; i++) {
        MR(CLIENT, i) = i + 1;
    }
    PD(CLIENT)->message->vcpu_requests = 99;
    client_calls(127);
    for (unsigned i = 0; i < MESSAGE_WORD_MAX; i++) {
        assert_int_equal(to->mr[i], i + 1);
    }
    assert_int_equal(to->vcpu_requests, 0);
    assert_int_equal(X(SERVER, 1), MSGINFO(7ul, (uint64_t)MESSAGE_WORD_MAX));
}

/* Bits 7 to 11 belong to neither label nor count. */
static void a_header_says_what_was_handed_over(void **state)
{
    const uint64_t stray[] = {0x80, 0xf80, 0xfff};
    const uint64_t counts[] = {0, 0, MESSAGE_WORD_MAX};

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        example_wake(CLIENT);
        pd_call(CLIENT, SYS_CALL, TO_SERVER, MSGINFO(7ul, stray[i]), 0);
        assert_int_equal(X(SERVER, 1), MSGINFO(7ul, counts[i]));
        pd_call(SERVER, SYS_REPLY_WAIT, DEFERRED_NONE, MSGINFO(9ul, stray[i]), 0);
        assert_runs(CLIENT);
        assert_int_equal(X(CLIENT, 1), MSGINFO(9ul, counts[i]));
        pd_wait(CLIENT);
    }
}

/* SERVER runs, less urgent than its callers, and CLIENT and OTHER have called it, OTHER first. */
static void two_callers_queue(void)
{
    PD(SERVER)->thread.priority = 1;
    example_wake(SERVER);
    example_wake(OTHER);
    pd_call(OTHER, SYS_CALL, TO_SERVER, 0, 0);
    example_wake(CLIENT);
    client_calls(0);
    assert_runs(SERVER);
    assert_int_equal(PD(OTHER)->thread.state, THREAD_SENDING);
    assert_int_equal(PD(CLIENT)->thread.state, THREAD_SENDING);
}

static void callers_are_taken_in_order(void **state)
{
    (void)state;
    two_callers_queue();
    pd_wait(SERVER);
    assert_int_equal(X(SERVER, 0), EVENT_CALL | FROM_OTHER);
    pd_answer(SERVER);
    assert_runs(OTHER);
    assert_int_equal(X(SERVER, 0), EVENT_CALL | FROM_CLIENT);
    pd_wait(OTHER);
    pd_answer(SERVER);
    assert_runs(CLIENT);
}

static void notifications_are_taken_before_callers(void **state)
{
    (void)state;
    two_callers_queue();
    example_wake(PARENT);
    pd_call(PARENT, SYS_NOTIFY, 0, 0, 0);
    pd_wait(PARENT);
    pd_wait(SERVER);
    assert_int_equal(X(SERVER, 0), BIT(TO_PARENT));
    pd_wait(SERVER);
    assert_int_equal(X(SERVER, 0), EVENT_CALL | FROM_OTHER);
}

static void a_caller_that_is_never_answered_stays_blocked(void **state)
{
    (void)state;
    example_wake(CLIENT);
    client_calls(0);
    pd_wait(SERVER);
    assert_null(running());
    assert_int_equal(PD(CLIENT)->thread.state, THREAD_REPLY);
    example_wake(SERVER);
    pd_answer(SERVER);
    assert_null(running());
}

static void reply_without_caller_is_a_wait(void **state)
{
    (void)state;
    example_wake(SERVER);
    pd_answer(SERVER);
    assert_null(running());
    assert_int_equal(PD(SERVER)->thread.state, THREAD_WAITING);
}

/* CHILD calls SERVER, which is busy or has taken the call; PARENT runs. */
static void child_calls(bool is_taken)
{
    if (!is_taken) {
        PD(SERVER)->thread.priority = 1;
        example_wake(SERVER);
    }
    example_wake(CHILD);
    pd_call(CHILD, SYS_CALL, TO_SERVER, 0, 0);
    assert_int_equal(PD(CHILD)->thread.state, is_taken ? THREAD_REPLY : THREAD_SENDING);
    if (is_taken) {
        pd_call(SERVER, SYS_NOTIFY, TO_PARENT, 0, 0);
        PD(SERVER)->thread.priority = 1;
    }
    example_wake(PARENT);
}

static void stopping_a_caller_in_the_queue_takes_it_out(void **state)
{
    (void)state;
    child_calls(false);
    assert_int_equal(pd_call(PARENT, SYS_PD_STOP, CHILD_ID, 0, 0), DROVER_OK);
    assert_null(PD(SERVER)->senders.head);
    assert_null(PD(SERVER)->senders.tail);
}

static void stopping_a_caller_between_others_keeps_them(void **state)
{
    (void)state;
    PD(SERVER)->thread.priority = 1;
    example_wake(SERVER);
    example_wake(CHILD);
    example_wake(OTHER);
    pd_call(OTHER, SYS_CALL, TO_SERVER, 0, 0);
    pd_call(CHILD, SYS_CALL, TO_SERVER, 0, 0);
    example_wake(CLIENT);
    client_calls(0);
    example_wake(PARENT);
    pd_call(PARENT, SYS_PD_STOP, CHILD_ID, 0, 0);
    assert_ptr_equal(PD(SERVER)->senders.head, &PD(OTHER)->thread);
    assert_ptr_equal(PD(SERVER)->senders.head->next, &PD(CLIENT)->thread);
    assert_null(PD(SERVER)->senders.head->next->next);
}

static void stopping_a_caller_that_was_taken_drops_the_reply(void **state)
{
    (void)state;
    example_wake(CHILD);
    pd_call(CHILD, SYS_CALL, TO_SERVER, 0, 0);
    assert_runs(SERVER);
    PD(SERVER)->thread.priority = 1;
    example_wake(PARENT);
    pd_call(PARENT, SYS_PD_STOP, CHILD_ID, 0, 0);
    pd_wait(PARENT);
    assert_runs(SERVER);
    assert_null(PD(SERVER)->caller);
    pd_answer(SERVER);
    assert_int_equal(PD(CHILD)->thread.state, THREAD_STOPPED);
}

static void deferred_notify_is_done_by_the_wait(void **state)
{
    (void)state;
    example_wake(SERVER);
    pd_call(SERVER, SYS_WAIT, DEFERRED_NOTIFY | FROM_CLIENT, 0, 0);
    assert_runs(CLIENT);
    assert_int_equal(X(CLIENT, 0), BIT(TO_SERVER));
}

static void deferred_ack_is_done_by_the_wait(void **state)
{
    (void)state;
    device_pulse(PARENT_IRQ);
    assert_runs(PARENT);
    assert_true(gic.active[PARENT_IRQ]);
    pd_call(PARENT, SYS_WAIT, DEFERRED_IRQ_ACK | PARENT_IRQ_CHANNEL, 0, 0);
    assert_false(gic.active[PARENT_IRQ]);
}

static void invalid_deferred_actions_are_lost(void **state)
{
    const uint64_t wild[] = {DEFERRED_NOTIFY | 63,
                             DEFERRED_NOTIFY | 0xff,
                             DEFERRED_IRQ_ACK | 0,
                             DEFERRED_IRQ_ACK | 0xff,
                             0x300,
                             1,
                             UINT64_MAX,
                             1ull << 63 | 0x100};

    (void)state;
    for (unsigned i = 0; i < sizeof wild / sizeof wild[0]; i++) {
        example_wake(SERVER);
        pd_call(SERVER, SYS_WAIT, wild[i], 0, 0);
        assert_null(running());
    }
}

static void reply_and_deferred_notify_wake_both(void **state)
{
    (void)state;
    example_wake(CHILD);
    pd_call(CHILD, SYS_CALL, TO_SERVER, 0, 0);
    pd_call(SERVER, SYS_REPLY_WAIT, DEFERRED_NOTIFY | FROM_CLIENT, 0, 0);
    assert_runs(CLIENT);
    pd_wait(CLIENT);
    assert_runs(CHILD);
}

static void of_reply_and_deferred_notify_to_equals_the_notified_runs_first(void **state)
{
    (void)state;
    example_wake(OTHER);
    pd_call(OTHER, SYS_CALL, TO_SERVER, 0, 0);
    pd_call(SERVER, SYS_REPLY_WAIT, DEFERRED_NOTIFY | FROM_CLIENT, 0, 0);
    assert_runs(CLIENT);
    pd_wait(CLIENT);
    assert_runs(OTHER);
}

static void so_it_does_where_both_preempt(void **state)
{
    (void)state;
    example_wake(OTHER);
    pd_call(OTHER, SYS_CALL, TO_SERVER, 0, 0);
    PD(SERVER)->thread.priority = 1;
    PD(SERVER)->pending = 1; /* its wait ends at once */
    pd_call(SERVER, SYS_REPLY_WAIT, DEFERRED_NOTIFY | FROM_CLIENT, 0, 0);
    assert_runs(CLIENT);
    pd_wait(CLIENT);
    assert_runs(OTHER);
    pd_wait(OTHER);
    assert_runs(SERVER);
}

static void of_reply_and_deferred_notify_the_more_urgent_preempts(void **state)
{
    (void)state;
    example_wake(CHILD);
    pd_call(CHILD, SYS_CALL, TO_SERVER, 0, 0);
    PD(SERVER)->thread.priority = 45;
    PD(SERVER)->pending = 1; /* its wait ends at once */
    pd_call(SERVER, SYS_REPLY_WAIT, DEFERRED_NOTIFY | FROM_CLIENT, 0, 0);
    assert_runs(CLIENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(notification_wakes_the_waiting_peer, example_boot),
        cmocka_unit_test_setup(notifications_collapse, example_boot),
        cmocka_unit_test_setup(notifications_of_several_channels_come_together, example_boot),
        cmocka_unit_test_setup(notification_without_right_is_refused, example_boot),
        cmocka_unit_test_setup(invalid_channels_are_refused, example_boot),
        cmocka_unit_test_setup(channels_of_one_kind_are_not_of_the_other, example_boot),
        cmocka_unit_test_setup(call_without_right_is_refused, example_boot),
        cmocka_unit_test_setup(call_reaches_the_waiting_server_with_its_words, example_boot),
        cmocka_unit_test_setup(reply_returns_to_the_caller_with_its_words, example_boot),
        cmocka_unit_test_setup(message_ends_at_the_page, example_boot),
        cmocka_unit_test_setup(a_header_says_what_was_handed_over, example_boot),
        cmocka_unit_test_setup(callers_are_taken_in_order, example_boot),
        cmocka_unit_test_setup(notifications_are_taken_before_callers, example_boot),
        cmocka_unit_test_setup(a_caller_that_is_never_answered_stays_blocked, example_boot),
        cmocka_unit_test_setup(reply_without_caller_is_a_wait, example_boot),
        cmocka_unit_test_setup(stopping_a_caller_in_the_queue_takes_it_out, example_boot),
        cmocka_unit_test_setup(stopping_a_caller_between_others_keeps_them, example_boot),
        cmocka_unit_test_setup(stopping_a_caller_that_was_taken_drops_the_reply, example_boot),
        cmocka_unit_test_setup(deferred_notify_is_done_by_the_wait, example_boot),
        cmocka_unit_test_setup(deferred_ack_is_done_by_the_wait, example_boot),
        cmocka_unit_test_setup(invalid_deferred_actions_are_lost, example_boot),
        cmocka_unit_test_setup(reply_and_deferred_notify_wake_both, example_boot),
        cmocka_unit_test_setup(of_reply_and_deferred_notify_to_equals_the_notified_runs_first,
                               example_boot),
        cmocka_unit_test_setup(so_it_does_where_both_preempt, example_boot),
        cmocka_unit_test_setup(of_reply_and_deferred_notify_the_more_urgent_preempts, example_boot),
    };
    return cmocka_run_group_tests_name("kernel: messages", tests, NULL, NULL);
}
