/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The serial driver, on a model of each UART that it can be linked for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sddf/resources/device.h>

#include "fake.h"
#include "serial_host.h"
#include "uart_model.h"

#define IRQ_CHANNEL 0
#define RX_CHANNEL  1
#define TX_CHANNEL  2
#define CAPACITY    512u

extern serial_driver_config_t config;
extern device_resources_t device_resources;

static serial_queue_handle_t to_send;
static serial_queue_handle_t received;

static int set_up(void **state)
{
    (void)state;
    memset(&config, 0, sizeof(config));
    memset(&device_resources, 0, sizeof(device_resources));
    serial_host_magic(config.magic);
    memcpy(device_resources.magic, DEVICE_MAGIC, DEVICE_MAGIC_LEN);
    device_resources.num_regions = 1;
    device_resources.num_irqs = 1;
    device_resources.regions[0].region.vaddr = (void *)UART_MODEL_REGS;
    device_resources.irqs[0].id = IRQ_CHANNEL;
    serial_host_connect(&config.rx, &received, CAPACITY, RX_CHANNEL);
    serial_host_connect(&config.tx, &to_send, CAPACITY, TX_CHANNEL);
    config.default_baud = 115200;
    config.rx_enabled = true;
    uart_model_reset();
    fake_reset();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    serial_host_disconnect(&config.rx);
    serial_host_disconnect(&config.tx);
    return 0;
}

/* Delivers interrupts as long as there are any; returns how many. */
static unsigned interrupts(void)
{
    unsigned count = 0;
    while (uart_model_interrupt(true)) {
        unsigned before = fake_acknowledged[IRQ_CHANNEL];
        notified(IRQ_CHANNEL);
        assert_int_equal(fake_acknowledged[IRQ_CHANNEL], before + 1);
        assert_true(++count < 100);
    }
    return count;
}

static void uart_is_set_up(void **state)
{
    (void)state;
    init();
    assert_true(uart_model_is_set_up(true));
    assert_in_range(uart_model_baud(), 114000, 116500);
    tear_down(NULL);
    set_up(NULL);
    config.rx_enabled = false;
    init();
    assert_true(uart_model_is_set_up(false));
    assert_false(uart_model_receive('x'));
}

static void boot_loaders_rate_stays(void **state)
{
    (void)state;
    uart_model_boot();
    uint32_t baud = uart_model_baud();
    assert_true(baud != 115200);
    init();
    assert_int_equal(uart_model_baud(), baud);
    assert_true(uart_model_is_set_up(true));
}

/* Rates that the UART does not have leave it alone. */
static void impossible_rates_are_not_set(void **state)
{
    (void)state;
    static const uint64_t rates[] = {0, 1ull << 40, UINT64_MAX, 25000000};
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        uart_model_reset();
        config.default_baud = rates[i];
        init();
        assert_int_equal(uart_model_baud(), 0);
    }
}

static void short_text_needs_no_interrupt(void **state)
{
    (void)state;
    init();
    serial_host_send(&to_send, "hello");
    notified(TX_CHANNEL);
    assert_int_equal(uart_model_fifo(), 5);
    uart_model_drain(100);
    assert_int_equal(interrupts(), 0);
    assert_string_equal(uart_sent, "hello");
}

static void long_text_goes_by_interrupts(void **state)
{
    (void)state;
    char text[CAPACITY + 1] = {0};
    for (unsigned i = 0; i < CAPACITY; i++) {
        text[i] = (char)('!' + i % 90);
    }
    init();
    serial_host_send(&to_send, text);
    notified(TX_CHANNEL);
    uint32_t fifo = uart_model_fifo();
    assert_int_equal(serial_queue_length_consumer(&to_send), CAPACITY - fifo);
    unsigned count = 0;
    for (unsigned i = 0; i < CAPACITY; i++) {
        uart_model_drain(1);
        count += interrupts();
    }
    assert_string_equal(uart_sent, text);
    assert_in_range(count, CAPACITY / fifo - 1, 2 * CAPACITY / fifo);
}

/* Text may come at any time, and the line be as slow as it likes: all arrives in order. */
static void text_comes_whenever(void **state)
{
    (void)state;
    init();
    uint32_t seed = 3;
    uint8_t in = 0;
    uint32_t total = 0;
    for (unsigned i = 0; i < 2000 && total < 60000; i++) {
        seed = seed * 1103515245u + 12345u;
        uint32_t count = (seed >> 16) % 50;
        while (count-- > 0 && serial_enqueue(&to_send, (char)in) == 0) {
            in++;
            total++;
        }
        if ((seed >> 24) % 2 == 0) {
            notified(TX_CHANNEL);
        }
        uart_model_drain((seed >> 20) % 60);
        interrupts();
    }
    notified(TX_CHANNEL);
    for (unsigned i = 0; i < 2 * CAPACITY; i++) {
        uart_model_drain(1);
        interrupts();
    }
    assert_int_equal(uart_sent_length, total);
    for (uint32_t i = 0; i < total; i++) {
        assert_int_equal((uint8_t)uart_sent[i], (uint8_t)i);
    }
}

static void producer_is_told_of_room(void **state)
{
    (void)state;
    init();
    serial_cancel_consumer_signal(&to_send);
    serial_host_send(&to_send, "a");
    notified(TX_CHANNEL);
    assert_int_equal(fake_notified[TX_CHANNEL], 0);
    serial_request_consumer_signal(&to_send);
    serial_host_send(&to_send, "b");
    notified(TX_CHANNEL);
    assert_int_equal(fake_notified[TX_CHANNEL], 1);
}

static void received_bytes_are_handed_on(void **state)
{
    (void)state;
    init();
    assert_true(uart_model_receive('x'));
    assert_true(uart_model_receive('\xff'));
    assert_true(interrupts() > 0);
    assert_int_equal(fake_notified[RX_CHANNEL], 1);
    char bytes[3];
    assert_int_equal(serial_dequeue_batch(&received, 3, bytes), 2);
    assert_memory_equal(bytes, "x\xff", 2);
}

/* A driver that is started anew hands on what the UART holds, and later bytes still interrupt. */
static void early_bytes_are_handed_on(void **state)
{
    (void)state;
    init();
    uart_model_receive('a');
    init();
    assert_int_equal(serial_queue_length_consumer(&received), 1);
    interrupts();
    uart_model_receive('b');
    interrupts();
    assert_int_equal(serial_queue_length_consumer(&received), 2);
}

/* Nobody reads: the driver stops listening, and goes on with what the FIFO holds when there is room
 * again. */
static void full_queue_stops_listening(void **state)
{
    (void)state;
    init();
    uint32_t arrived = 0;
    while (uart_model_receive((char)arrived)) {
        arrived++;
        assert_true(interrupts() < 3);
    }
    assert_true(arrived > CAPACITY);
    assert_int_equal(serial_queue_length_consumer(&received), CAPACITY);
    assert_true(serial_require_consumer_signal(&received));
    assert_int_equal(interrupts(), 0);
    uint32_t taken = 0;
    char byte;
    while (serial_dequeue(&received, &byte) == 0) {
        assert_int_equal((uint8_t)byte, (uint8_t)taken++);
        if (taken % 7 == 0 && serial_require_consumer_signal(&received)) {
            serial_cancel_consumer_signal(&received);
            notified(RX_CHANNEL);
            interrupts();
        }
    }
    assert_int_equal(taken, arrived);
    uart_model_receive('!');
    assert_true(interrupts() > 0);
    assert_int_equal(serial_queue_length_consumer(&received), 1);
}

static void byte_arrives(void)
{
    assert_true(uart_model_receive('l'));
}

/* A byte that arrives before the interrupt is on raises no edge. */
static void byte_before_listening_is_handed_on(void **state)
{
    (void)state;
    uart_model_on_listen = byte_arrives;
    init();
    interrupts();
    assert_int_equal(serial_queue_length_consumer(&received), 1);
}

static void consumer_takes_all(void)
{
    received.queue->head = received.queue->tail;
}

/* Room that is made while the last byte that fits is taken: the rest of the FIFO follows at once.
 */
static void room_made_meanwhile_is_used(void **state)
{
    (void)state;
    init();
    while (serial_queue_free(&received) > 1) {
        uart_model_receive('x');
        interrupts();
    }
    uart_model_receive('y');
    uart_model_receive('z');
    uart_model_on_take = consumer_takes_all;
    interrupts();
    char last = '\0';
    while (serial_dequeue(&received, &last) == 0) {
    }
    assert_int_equal(last, 'z');
}

static void broken_queues_do_no_harm(void **state)
{
    (void)state;
    init();
    to_send.queue->tail = CAPACITY + 1;
    received.queue->head = 1;
    uart_model_receive('x');
    interrupts();
    notified(TX_CHANNEL);
    assert_int_equal(uart_model_fifo(), 0);
    assert_int_equal(received.queue->tail, 0);
    to_send.queue->tail = 1;
    received.queue->head = 0;
    notified(TX_CHANNEL);
    interrupts();
    assert_int_equal(uart_model_fifo(), 1);
    assert_int_equal(received.queue->tail, 1);
}

static void wrong_configuration_does_nothing(void **state)
{
    (void)state;
    device_resources.magic[4] = 3;
    init();
    assert_non_null(strstr(fake_debug, "no configuration"));
    device_resources.magic[4] = 1;
    device_resources.num_irqs = 0;
    init();
    device_resources.num_irqs = 1;
    config.tx.data.size = 3;
    init();
    serial_host_send(&to_send, "x");
    notified(TX_CHANNEL);
    assert_int_equal(uart_model_fifo(), 0);
    assert_false(uart_model_is_set_up(true));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(uart_is_set_up),
        TEST(boot_loaders_rate_stays),
        TEST(impossible_rates_are_not_set),
        TEST(short_text_needs_no_interrupt),
        TEST(long_text_goes_by_interrupts),
        TEST(text_comes_whenever),
        TEST(producer_is_told_of_room),
        TEST(received_bytes_are_handed_on),
        TEST(early_bytes_are_handed_on),
        TEST(full_queue_stops_listening),
        TEST(byte_before_listening_is_handed_on),
        TEST(room_made_meanwhile_is_used),
        TEST(broken_queues_do_no_harm),
        TEST(wrong_configuration_does_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
