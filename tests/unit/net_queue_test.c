/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The network queues: order, wrapping of indices, full and empty, and what a hostile other end can
 * make of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those above. */
#include <cmocka.h>

#include "network/fake.h"

static net_queue_handle_t open_queue(uint16_t capacity)
{
    fake_reset();
    net_connection_resource_t conn = fake_connection(capacity, 0);
    return fake_handle(&conn);
}

static void test_keeps_order_while_indices_wrap(void **state)
{
    (void)state;
    net_queue_handle_t queue = open_queue(4);
    net_buff_desc_t buffer;
    for (uint32_t i = 0; i < 70000; i += 3) {
        for (uint32_t j = 0; j < 3; j++) {
            net_buff_desc_t put = {.io_or_offset = i + j, .len = (uint16_t)j, .oid = j};
            assert_int_equal(net_enqueue_active(&queue, put), 0);
        }
        for (uint32_t j = 0; j < 3; j++) {
            assert_int_equal(net_dequeue_active(&queue, &buffer), 0);
            assert_int_equal(buffer.io_or_offset, i + j);
            assert_int_equal(buffer.len, j);
            assert_int_equal(buffer.oid, j);
        }
        assert_true(net_queue_empty_active(&queue));
        assert_int_equal(net_dequeue_active(&queue, &buffer), -1);
    }
}

static void test_is_full_at_its_capacity(void **state)
{
    (void)state;
    net_queue_handle_t queue = open_queue(32768);
    net_buffers_init(&queue, 0x1000);
    assert_true(net_queue_full_free(&queue));
    assert_int_equal(net_queue_length(queue.free), 32768);
    assert_int_equal(net_enqueue_free(&queue, (net_buff_desc_t){0}), -1);
    net_buff_desc_t buffer;
    for (uint64_t i = 0; i < 32768; i++) {
        assert_int_equal(net_dequeue_free(&queue, &buffer), 0);
        assert_int_equal(buffer.io_or_offset, 0x1000 + i * NET_BUFFER_SIZE);
    }
    assert_true(net_queue_empty_free(&queue));
}

static void test_a_broken_queue_is_empty_and_full(void **state)
{
    (void)state;
    net_queue_handle_t queue = open_queue(8);
    queue.active->tail = 9;
    net_buff_desc_t buffer;
    assert_true(net_queue_empty_active(&queue));
    assert_true(net_queue_full_active(&queue));
    assert_int_equal(net_dequeue_active(&queue, &buffer), -1);
    assert_int_equal(net_enqueue_active(&queue, (net_buff_desc_t){0}), -1);
    assert_int_equal(queue.active->tail, 9);
    assert_int_equal(queue.active->head, 0);

    queue.active->tail = 8; /* mended: it goes on */
    assert_int_equal(net_dequeue_active(&queue, &buffer), 0);
    assert_int_equal(net_enqueue_active(&queue, (net_buff_desc_t){0}), 0);
}

static void test_any_indices_stay_inside(void **state)
{
    (void)state;
    net_queue_handle_t queue = open_queue(2);
    net_buff_desc_t buffer;
    for (uint32_t tail = 0; tail < 65536; tail += 251) {
        for (uint32_t head = 0; head < 65536; head += 257) {
            queue.active->tail = (uint16_t)tail;
            queue.active->head = (uint16_t)head;
            net_dequeue_active(&queue, &buffer);
            net_enqueue_active(&queue, (net_buff_desc_t){.io_or_offset = 1});
        }
    }
}

static void test_refuses_capacities(void **state)
{
    (void)state;
    net_queue_handle_t queue = open_queue(8);
    net_queue_handle_t other;
    net_buff_desc_t buffer;
    assert_false(net_queue_init(&other, queue.free, queue.active, 0));
    assert_false(net_queue_init(&other, queue.free, queue.active, 12));
    assert_false(net_queue_init(&other, queue.free, queue.active, 65536));
    assert_false(net_queue_init(&other, NULL, queue.active, 8));
    assert_false(net_queue_init(&other, queue.free, NULL, 8));
    assert_int_equal(other.capacity, 0);
    assert_false(net_queue_init(&other, queue.free, queue.active, 3));
    assert_int_equal(net_enqueue_active(&other, (net_buff_desc_t){0}), -1);
    assert_int_equal(net_dequeue_active(&other, &buffer), -1);
}

static void test_signals(void **state)
{
    (void)state;
    net_queue_handle_t queue = open_queue(8);
    assert_true(net_require_signal_active(&queue)); /* zeroed memory: the consumer waits */
    net_cancel_signal_active(&queue);
    assert_false(net_require_signal_active(&queue));
    assert_true(net_require_signal_free(&queue));
    net_request_signal_active(&queue);
    assert_true(net_require_signal_active(&queue));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keeps_order_while_indices_wrap),
        cmocka_unit_test(test_is_full_at_its_capacity),
        cmocka_unit_test(test_a_broken_queue_is_empty_and_full),
        cmocka_unit_test(test_any_indices_stay_inside),
        cmocka_unit_test(test_refuses_capacities),
        cmocka_unit_test(test_signals),
    };
    int failed = cmocka_run_group_tests_name("net_queue", tests, NULL, NULL);
    fake_reset();
    return failed;
}
