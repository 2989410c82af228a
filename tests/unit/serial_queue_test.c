/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The serial queue: both ends against a model, and each function against another end that has
 * written whatever it likes into the shared memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <sddf/resources/device.h>
#include <sddf/serial/config.h>
#include <sddf/serial/queue.h>

#define CAPACITY 16u

static serial_queue_t shared;
static char *data; /* on the heap, so that ASan sees what is written beside it */
static serial_queue_handle_t handle;

static int set_up(void **state)
{
    (void)state;
    memset(&shared, 0, sizeof(shared));
    data = malloc(CAPACITY);
    memset(data, 0, CAPACITY);
    assert_true(serial_queue_init(&handle, &shared, CAPACITY, data));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(data);
    return 0;
}

static void capacity_is_a_power_of_two(void **state)
{
    (void)state;
    for (uint32_t capacity = 0; capacity < 70; capacity++) {
        bool power = capacity != 0 && (capacity & (capacity - 1)) == 0;
        assert_int_equal(serial_queue_init(&handle, &shared, capacity, data), power);
        assert_int_equal(handle.capacity, power ? capacity : 0);
    }
    assert_true(serial_queue_init(&handle, &shared, 1u << 31, data));
    assert_false(serial_queue_init(&handle, NULL, CAPACITY, data));
    assert_false(serial_queue_init(&handle, &shared, CAPACITY, NULL));
}

static void unusable_handle_does_nothing(void **state)
{
    (void)state;
    char byte = 'x';
    assert_false(serial_queue_init(&handle, &shared, 3, data));
    for (uint32_t tail = 0; tail < 5; tail++) {
        shared.tail = tail;
        assert_int_equal(serial_enqueue(&handle, 'a'), -1);
        assert_int_equal(serial_enqueue_batch(&handle, 1, &byte), 0);
        assert_int_equal(serial_dequeue(&handle, &byte), -1);
        assert_int_equal(serial_dequeue_batch(&handle, 1, &byte), 0);
        assert_int_equal(serial_queue_free(&handle), 0);
        assert_int_equal(serial_queue_contiguous_free(&handle), 0);
        assert_int_equal(serial_queue_contiguous_length(&handle), 0);
    }
    assert_int_equal(byte, 'x');
}

/* A reproducible sequence. */
static uint32_t random_next(uint32_t *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 16;
}

static uint32_t produce(uint32_t how, uint32_t count, const char *bytes)
{
    uint32_t tail = shared.tail;
    uint32_t done = 0;
    if (how == 0) {
        return serial_enqueue_batch(&handle, count, bytes);
    }
    while (done < count && (how == 1 ? serial_enqueue(&handle, bytes[done])
                                     : serial_enqueue_local(&handle, &tail, bytes[done])) == 0) {
        done++;
    }
    if (how == 2) {
        serial_update_shared_tail(&handle, tail);
    }
    return done;
}

static uint32_t consume(uint32_t how, uint32_t count, char *bytes)
{
    uint32_t head = shared.head;
    uint32_t done = 0;
    if (how == 0) {
        return serial_dequeue_batch(&handle, count, bytes);
    }
    while (done < count && (how == 1 ? serial_dequeue(&handle, &bytes[done])
                                     : serial_dequeue_local(&handle, &head, &bytes[done])) == 0) {
        done++;
    }
    if (how == 2) {
        serial_update_shared_head(&handle, head);
    }
    return done;
}

/* Bytes come out as they went in, across the end of the data region and of the indices. */
static void bytes_come_in_order(void **state)
{
    (void)state;
    uint32_t seed = 1;
    uint8_t in = 0, out = 0;
    uint32_t length = 0;
    shared.head = shared.tail = UINT32_MAX - 100;
    for (unsigned i = 0; i < 3000; i++) {
        char bytes[CAPACITY + 4];
        uint32_t count = random_next(&seed) % sizeof(bytes);
        for (uint32_t k = 0; k < count; k++) {
            bytes[k] = (char)(in + k);
        }
        uint32_t fit = count < CAPACITY - length ? count : CAPACITY - length;
        assert_int_equal(produce(random_next(&seed) % 3, count, bytes), fit);
        in += (uint8_t)fit;
        length += fit;
        assert_int_equal(serial_queue_length_consumer(&handle), length);
        assert_int_equal(serial_queue_length_producer(&handle), length);
        assert_int_equal(serial_queue_free(&handle), CAPACITY - length);
        assert_int_equal(serial_queue_full(&handle, shared.tail) != 0, length == CAPACITY);
        assert_int_equal(serial_queue_empty(&handle, shared.head) != 0, length == 0);
        uint32_t to_end = CAPACITY - shared.head % CAPACITY;
        assert_int_equal(serial_queue_contiguous_length(&handle),
                         length < to_end ? length : to_end);
        to_end = CAPACITY - shared.tail % CAPACITY;
        uint32_t room = CAPACITY - length;
        assert_int_equal(serial_queue_contiguous_free(&handle), room < to_end ? room : to_end);

        count = random_next(&seed) % sizeof(bytes);
        uint32_t got = consume(random_next(&seed) % 3, count, bytes);
        assert_int_equal(got, count < length ? count : length);
        for (uint32_t k = 0; k < got; k++) {
            assert_int_equal((uint8_t)bytes[k], (uint8_t)(out + k));
        }
        out += (uint8_t)got;
        length -= got;
    }
}

static void peeked_bytes_stay(void **state)
{
    (void)state;
    char bytes[4];
    serial_enqueue_batch(&handle, 3, "abc");
    assert_int_equal(serial_peek_batch(&handle, shared.head, 4, bytes), 3);
    assert_memory_equal(bytes, "abc", 3);
    assert_int_equal(serial_peek_batch(&handle, shared.head + 2, 4, bytes), 1);
    assert_int_equal(bytes[0], 'c');
    assert_int_equal(serial_queue_length_consumer(&handle), 3);
}

/* A queue that cannot be: empty for who takes out, full for who puts in, and nothing is touched. */
static void broken_queue_gives_and_takes_nothing(void **state)
{
    (void)state;
    static const uint32_t tails[] = {CAPACITY + 1, 0x7fffffff, 0x80000000, UINT32_MAX};
    for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
        char bytes[2 * CAPACITY];
        shared = (serial_queue_t){.tail = tails[i], .head = 0};
        memset(data, '.', CAPACITY);
        assert_true(serial_queue_broken(&handle));
        for (uint32_t how = 0; how < 3; how++) {
            assert_int_equal(consume(how, sizeof(bytes), bytes), 0);
            assert_int_equal(produce(how, sizeof(bytes), bytes), 0);
        }
        assert_int_equal(serial_peek_batch(&handle, 0, sizeof(bytes), bytes), 0);
        assert_int_equal(serial_queue_length_consumer(&handle), 0);
        assert_int_equal(serial_queue_contiguous_length(&handle), 0);
        assert_int_equal(serial_queue_length_producer(&handle), CAPACITY);
        assert_int_equal(serial_queue_free(&handle), 0);
        assert_int_equal(serial_queue_contiguous_free(&handle), 0);
        assert_int_equal(shared.tail, tails[i]);
        assert_int_equal(shared.head, 0);
        for (uint32_t k = 0; k < CAPACITY; k++) {
            assert_int_equal(data[k], '.');
        }
    }
}

/* Any values at all: nothing outside of the data region is touched (ASan), and each ends. */
static void any_indices_are_safe(void **state)
{
    (void)state;
    uint32_t seed = 7;
    for (unsigned i = 0; i < 20000; i++) {
        char bytes[3 * CAPACITY] = {0};
        shared.tail = random_next(&seed) << 16 | random_next(&seed);
        shared.head = shared.tail - (i % 2 == 0 ? random_next(&seed) % 20 : random_next(&seed));
        uint32_t count = random_next(&seed) % sizeof(bytes);
        assert_true(produce(random_next(&seed) % 3, count, bytes) <= CAPACITY);
        assert_true(consume(random_next(&seed) % 3, count, bytes) <= CAPACITY);
    }
}

static void signals_are_asked_for_and_taken_back(void **state)
{
    (void)state;
    assert_true(serial_require_consumer_signal(&handle));
    serial_cancel_consumer_signal(&handle);
    assert_false(serial_require_consumer_signal(&handle));
    assert_int_equal(shared.producer_signalled, 1);
    serial_request_consumer_signal(&handle);
    assert_true(serial_require_consumer_signal(&handle));
    assert_int_equal(shared.producer_signalled, 0);
}

static void magic_is_of_the_class(void **state)
{
    (void)state;
    serial_client_config_t client = {.magic = {'s', 'D', 'D', 'F', 3}};
    device_resources_t resources = {.magic = {'s', 'D', 'D', 'F', 1}};
    assert_true(serial_config_check_magic(&client));
    assert_true(device_resources_check_magic(&resources));
    client.magic[4] = 1;
    resources.magic[4] = 3;
    assert_false(serial_config_check_magic(&client));
    assert_false(device_resources_check_magic(&resources));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(capacity_is_a_power_of_two, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unusable_handle_does_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bytes_come_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(peeked_bytes_stay, set_up, tear_down),
        cmocka_unit_test_setup_teardown(broken_queue_gives_and_takes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(any_indices_are_safe, set_up, tear_down),
        cmocka_unit_test_setup_teardown(signals_are_asked_for_and_taken_back, set_up, tear_down),
        cmocka_unit_test(magic_is_of_the_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
