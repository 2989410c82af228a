/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtualiser of output, between a driver and clients that the test plays.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "fake.h"
#include "serial_host.h"

#define DRIVER_CHANNEL  0
#define CLIENT_CHANNEL  1 /* of client 0; the others follow */
#define CLIENTS         3
#define CLIENT_CAPACITY 4096u
#define DRIVER_CAPACITY 8192u

extern serial_virt_tx_config_t config;

static serial_queue_handle_t driver;
static serial_queue_handle_t client[SDDF_SERIAL_MAX_CLIENTS];
static char terminal[1 << 16];
static uint32_t terminal_length;

/* The driver sends up to `count` bytes and does as its protocol says. */
static void driver_send(uint32_t count)
{
    uint32_t sent =
        serial_dequeue_batch(&driver, count < sizeof(terminal) - 1 - terminal_length ? count : 0,
                             terminal + terminal_length);
    terminal_length += sent;
    terminal[terminal_length] = '\0';
    if (sent > 0 && serial_require_consumer_signal(&driver)) {
        serial_cancel_consumer_signal(&driver);
        notified(DRIVER_CHANNEL);
    }
}

/* A driver that is more urgent than the virtualiser, on a UART that is never busy. It takes what
 * stands in its queue, and its answer arrives when the virtualiser waits again. */
static void driver_is_fast(microkit_channel ch)
{
    if (ch == DRIVER_CHANNEL) {
        terminal_length += serial_dequeue_batch(
            &driver, (uint32_t)sizeof(terminal) - 1 - terminal_length, terminal + terminal_length);
        terminal[terminal_length] = '\0';
    }
}

static void connect(unsigned clients, uint32_t driver_capacity)
{
    memset(&config, 0, sizeof(config));
    serial_host_magic(config.magic);
    serial_host_connect(&config.driver, &driver, driver_capacity, DRIVER_CHANNEL);
    config.num_clients = (uint8_t)clients;
    for (unsigned i = 0; i < clients; i++) {
        serial_host_connect(&config.clients[i].conn, &client[i], CLIENT_CAPACITY,
                            (uint8_t)(CLIENT_CHANNEL + i));
        snprintf(config.clients[i].name, sizeof(config.clients[i].name), "c%u", i);
    }
    terminal_length = 0;
    terminal[0] = '\0';
    fake_reset();
}

static int set_up(void **state)
{
    (void)state;
    connect(CLIENTS, DRIVER_CAPACITY);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SDDF_SERIAL_MAX_CLIENTS; i++) {
        serial_host_disconnect(&config.clients[i].conn);
    }
    serial_host_disconnect(&config.driver);
    return 0;
}

static void print(unsigned index, const char *text)
{
    assert_int_equal(serial_host_send(&client[index], text), strlen(text));
    notified(CLIENT_CHANNEL + index);
}

static void lines_come_with_names(void **state)
{
    (void)state;
    init();
    assert_int_equal(fake_notified[DRIVER_CHANNEL], 0);
    print(0, "hello\n");
    assert_int_equal(fake_notified[DRIVER_CHANNEL], 1);
    print(2, "world\n");
    driver_send(DRIVER_CAPACITY);
    assert_string_equal(terminal, "c0| hello\r\nc2| world\r\n");
}

static void names_are_padded_and_coloured(void **state)
{
    (void)state;
    config.enable_colour = true;
    strcpy(config.clients[1].name, "linux");
    init();
    print(0, "a\n");
    print(1, "b");
    print(0, "c\n");
    driver_send(DRIVER_CAPACITY);
    assert_string_equal(terminal, "\x1b[31mc0   |\x1b[0m a\r\n\x1b[32mlinux|\x1b[0m b\x1b[0m\r\n"
                                  "\x1b[31mc0   |\x1b[0m c\r\n");
}

static void lone_client_has_no_prefix(void **state)
{
    (void)state;
    tear_down(NULL);
    connect(1, DRIVER_CAPACITY);
    config.enable_colour = true;
    init();
    print(0, "a\nb");
    driver_send(DRIVER_CAPACITY);
    assert_string_equal(terminal, "a\nb");
}

static void begin_string_comes_first(void **state)
{
    (void)state;
    config.enable_rx = true;
    strcpy(config.begin_str, "Begin input\n");
    serial_host_send(&client[1], "early\n");
    init();
    driver_send(DRIVER_CAPACITY);
    assert_string_equal(terminal, "Begin input\nc1| early\r\n");
}

static void begin_string_need_not_end(void **state)
{
    (void)state;
    config.enable_rx = true;
    memset(config.begin_str, 'b', sizeof(config.begin_str));
    init();
    driver_send(DRIVER_CAPACITY);
    assert_int_equal(terminal_length, sizeof(config.begin_str));
}

/* A client is told of room when it has asked to be, and only then. */
static void client_is_told_of_room(void **state)
{
    (void)state;
    init();
    serial_cancel_consumer_signal(&client[0]);
    print(0, "a\n");
    assert_int_equal(fake_notified[CLIENT_CHANNEL], 0);
    serial_request_consumer_signal(&client[0]);
    print(0, "b\n");
    assert_int_equal(fake_notified[CLIENT_CHANNEL], 1);
    assert_false(serial_require_consumer_signal(&client[0]));
}

/* The driver's queue is filled up to 2 KiB, and again when half of that has been sent. */
static void driver_queue_is_kept_short(void **state)
{
    (void)state;
    init();
    for (unsigned i = 0; i < 400; i++) {
        serial_host_send(&client[0], "0123456\n");
    }
    notified(CLIENT_CHANNEL);
    assert_int_equal(serial_queue_length_consumer(&driver), 2048);
    assert_true(serial_require_consumer_signal(&driver));
    driver_send(100);
    assert_int_equal(serial_queue_length_consumer(&driver), 1948);
    assert_true(serial_require_consumer_signal(&driver));
    driver_send(924);
    assert_int_equal(serial_queue_length_consumer(&driver), 2048);
    for (unsigned i = 0; i < 100; i++) {
        driver_send(DRIVER_CAPACITY);
    }
    assert_int_equal(terminal_length, 400 * strlen("c0| 0123456\r\n"));
    assert_int_equal(serial_queue_length_consumer(&client[0]), 0);
}

/* A driver that is as fast as everybody: all is printed at once. */
static void fast_driver_gets_everything(void **state)
{
    (void)state;
    fake_on_notify = driver_is_fast;
    init();
    for (unsigned i = 0; i < 400; i++) {
        serial_host_send(&client[0], "0123456\n");
    }
    notified(CLIENT_CHANNEL);
    assert_int_equal(terminal_length, 400 * strlen("c0| 0123456\r\n"));
}

/* One byte of room in the driver's queue is enough to get everything through. */
static void smallest_driver_queue_works(void **state)
{
    (void)state;
    tear_down(NULL);
    connect(CLIENTS, 1);
    init();
    print(0, "ab\n");
    print(1, "c\n");
    for (unsigned i = 0; i < 40; i++) {
        driver_send(1);
    }
    assert_string_equal(terminal, "c0| ab\r\nc1| c\r\n");
}

/* Fills a client's queue with whole lines. */
static void flood(unsigned index, const char *text)
{
    while (serial_queue_free(&client[index]) >= strlen(text)) {
        serial_host_send(&client[index], text);
    }
}

/* While one client always has more, another's line comes within two turns of the former and what
 * the driver's queue already held. */
static void flood_does_not_starve(void **state)
{
    (void)state;
    init();
    for (unsigned round = 0; round < 50; round++) {
        flood(0, "flood flood flood flood\n");
        notified(CLIENT_CHANNEL);
        driver_send(64);
    }
    uint32_t before = terminal_length;
    print(1, "still here\n");
    while (strstr(terminal, "c1| still here\r\n") == NULL) {
        assert_true(terminal_length - before <= 2048 + 2 * 512 + 64);
        flood(0, "flood flood flood flood\n");
        notified(CLIENT_CHANNEL);
        driver_send(64);
    }
}

/* Whole lines go before a line without an end, but not for ever. */
static void unfinished_line_waits_but_comes(void **state)
{
    (void)state;
    init();
    for (unsigned i = 0; i < 30; i++) {
        serial_host_send(&client[1], "0123456789012345678901234567890123456789\n");
    }
    serial_host_send(&client[0], "prompt> ");
    notified(CLIENT_CHANNEL);
    driver_send(DRIVER_CAPACITY);
    const char *prompt = strstr(terminal, "c0| prompt> ");
    assert_non_null(prompt);
    assert_in_range(prompt - terminal, 1, 2 * 512);
}

/* Bytes that print nothing are taken, and their client is told of the room. */
static void returns_alone_are_taken(void **state)
{
    (void)state;
    init();
    flood(0, "\r");
    notified(CLIENT_CHANNEL);
    print(1, "here\n");
    assert_int_equal(serial_queue_length_consumer(&client[0]), 0);
    assert_true(fake_notified[CLIENT_CHANNEL] > 0);
    driver_send(DRIVER_CAPACITY);
    assert_string_equal(terminal, "c1| here\r\n");
}

static void two_flood_alike(void **state)
{
    (void)state;
    init();
    unsigned lines[2] = {0, 0};
    for (unsigned round = 0; round < 300; round++) {
        flood(0, "x\n");
        flood(1, "a much longer line than that\n");
        notified(CLIENT_CHANNEL);
        driver_send(128);
    }
    uint32_t share[2] = {0, 0};
    for (char *at = terminal, *end; (end = strchr(at, '\n')) != NULL; at = end + 1) {
        assert_true(strncmp(at, "c0| x\r\n", 7) == 0 ||
                    strncmp(at, "c1| a much longer line than that\r\n", 34) == 0);
        share[at[1] - '0'] += (uint32_t)(end + 1 - at);
        lines[at[1] - '0']++;
    }
    assert_in_range(share[0] * 10, share[1] * 9, share[1] * 11);
    assert_true(lines[0] > lines[1]);
}

static void broken_client_is_ignored(void **state)
{
    (void)state;
    init();
    client[1].queue->tail = CLIENT_CAPACITY + 1;
    for (unsigned i = 0; i < 5; i++) {
        notified(CLIENT_CHANNEL + 1);
        print(0, "fine\n");
    }
    driver_send(DRIVER_CAPACITY);
    assert_string_equal(
        terminal, "serial_virt_tx| the queue of c1 is broken; it is ignored until that has been "
                  "mended\r\nc0| fine\r\nc0| fine\r\nc0| fine\r\nc0| fine\r\nc0| fine\r\n");
    assert_int_equal(client[1].queue->head, 0);
    client[1].queue->tail = 0;
    print(1, "mended\n");
    terminal_length = 0;
    driver_send(DRIVER_CAPACITY);
    assert_string_equal(terminal, "c1| mended\r\n");
}

static void broken_driver_queue_gets_nothing(void **state)
{
    (void)state;
    init();
    driver.queue->head = 5;
    print(0, "lost\n");
    assert_int_equal(driver.queue->tail, 0);
    driver.queue->head = 0;
    notified(DRIVER_CHANNEL);
    driver_send(DRIVER_CAPACITY);
    assert_string_equal(terminal, "c0| lost\r\n");
}

static void client_without_queue_is_left_out(void **state)
{
    (void)state;
    serial_host_disconnect(&config.clients[1].conn);
    init();
    assert_non_null(strstr(fake_debug, "no queue"));
    notified(CLIENT_CHANNEL + 1);
    print(2, "here\n");
    driver_send(DRIVER_CAPACITY);
    assert_string_equal(terminal, "c2| here\r\n");
}

static void wrong_configuration_does_nothing(void **state)
{
    (void)state;
    config.magic[4] = 2;
    init();
    assert_non_null(strstr(fake_debug, "no configuration"));
    print(0, "a\n");
    assert_int_equal(driver.queue->tail, 0);

    serial_host_magic(config.magic);
    config.num_clients = SDDF_SERIAL_MAX_CLIENTS + 1;
    init();
    print(0, "a\n");
    assert_int_equal(driver.queue->tail, 0);

    config.num_clients = CLIENTS;
    config.driver.data.size = DRIVER_CAPACITY - 1;
    init();
    print(0, "a\n");
    assert_int_equal(driver.queue->tail, 0);

    config.driver.data.size = 1ull << 32 | DRIVER_CAPACITY;
    init();
    print(0, "a\n");
    assert_int_equal(driver.queue->tail, 0);
}

static void most_clients_take_turns(void **state)
{
    (void)state;
    tear_down(NULL);
    connect(60, DRIVER_CAPACITY);
    init();
    for (unsigned i = 0; i < 60; i++) {
        serial_host_send(&client[i], "x\n");
    }
    notified(CLIENT_CHANNEL);
    driver_send(DRIVER_CAPACITY);
    const char *at = terminal;
    for (unsigned i = 0; i < 60; i++) {
        char expected[16];
        snprintf(expected, sizeof(expected), "c%-2u| x\r\n", i);
        assert_memory_equal(at, expected, strlen(expected));
        at += strlen(expected);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(lines_come_with_names),
        TEST(names_are_padded_and_coloured),
        TEST(lone_client_has_no_prefix),
        TEST(begin_string_comes_first),
        TEST(begin_string_need_not_end),
        TEST(client_is_told_of_room),
        TEST(driver_queue_is_kept_short),
        TEST(fast_driver_gets_everything),
        TEST(smallest_driver_queue_works),
        TEST(flood_does_not_starve),
        TEST(unfinished_line_waits_but_comes),
        TEST(returns_alone_are_taken),
        TEST(two_flood_alike),
        TEST(broken_client_is_ignored),
        TEST(broken_driver_queue_gets_nothing),
        TEST(client_without_queue_is_left_out),
        TEST(wrong_configuration_does_nothing),
        TEST(most_clients_take_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
