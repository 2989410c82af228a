/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtualiser of input, between a driver, clients and a console that the test plays.
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
#define CONSOLE_CHANNEL 1
#define CLIENT_CHANNEL  2 /* of client 0; the others follow */
#define CLIENTS         3
#define CAPACITY        256u

#define SWITCH "\x1c"

extern serial_virt_rx_config_t config;
extern serial_client_config_t console_config;
extern serial_virt_rx_names_t names;

static serial_queue_handle_t driver;
static serial_queue_handle_t console;
static serial_queue_handle_t client[CLIENTS];
static char text[1024];

static int set_up(void **state)
{
    (void)state;
    memset(&config, 0, sizeof(config));
    memset(&console_config, 0, sizeof(console_config));
    serial_host_magic(config.magic);
    serial_host_magic(console_config.magic);
    serial_host_magic(names.magic);
    serial_host_connect(&config.driver, &driver, CAPACITY, DRIVER_CHANNEL);
    serial_host_connect(&console_config.tx, &console, 1024, CONSOLE_CHANNEL);
    config.num_clients = CLIENTS;
    config.switch_char = SWITCH[0];
    config.terminate_num_char = '\r';
    for (unsigned i = 0; i < CLIENTS; i++) {
        serial_host_connect(&config.clients[i], &client[i], CAPACITY,
                            (uint8_t)(CLIENT_CHANNEL + i));
        snprintf(names.names[i], sizeof(names.names[i]), "c%u", i);
    }
    fake_reset();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CLIENTS; i++) {
        serial_host_disconnect(&config.clients[i]);
    }
    serial_host_disconnect(&config.driver);
    serial_host_disconnect(&console_config.tx);
    return 0;
}

/* What stands in a queue, taken out. */
static const char *take(serial_queue_handle_t *handle)
{
    text[serial_dequeue_batch(handle, sizeof(text) - 1, text)] = '\0';
    return text;
}

static void start(void)
{
    init();
    take(&console);
    memset(fake_notified, 0, sizeof(fake_notified));
}

static void type(const char *bytes)
{
    assert_int_equal(serial_host_send(&driver, bytes), strlen(bytes));
    notified(DRIVER_CHANNEL);
}

static void input_goes_to_the_first(void **state)
{
    (void)state;
    start();
    type("hello\r");
    assert_string_equal(take(&client[0]), "hello\r");
    assert_string_equal(take(&client[1]), "");
    assert_int_equal(fake_notified[CLIENT_CHANNEL], 1);
    assert_int_equal(fake_notified[CLIENT_CHANNEL + 1], 0);
    assert_int_equal(fake_notified[CONSOLE_CHANNEL], 0);
}

static void beginning_lists_the_clients(void **state)
{
    (void)state;
    init();
    assert_string_equal(take(&console),
                        "0 c0  <- has the input\n1 c1\n2 c2\n"
                        "Ctrl-\\, a number, Enter: another gets it; Ctrl-\\ ?: this list\n");
    assert_true(fake_notified[CONSOLE_CHANNEL] > 0);
}

static void number_switches(void **state)
{
    (void)state;
    start();
    type("a" SWITCH "2\rb" SWITCH "0001\rc");
    assert_string_equal(take(&client[0]), "a");
    assert_string_equal(take(&client[2]), "b");
    assert_string_equal(take(&client[1]), "c");
    assert_string_equal(take(&console), "input goes to 2 c2\ninput goes to 1 c1\n");
    for (unsigned i = 0; i < CLIENTS; i++) {
        assert_int_equal(fake_notified[CLIENT_CHANNEL + i], 1);
    }
}

/* A command need not arrive at once. */
static void command_arrives_byte_by_byte(void **state)
{
    (void)state;
    start();
    type(SWITCH);
    type("1");
    type("\r");
    type("x");
    assert_string_equal(take(&client[0]), "");
    assert_string_equal(take(&client[1]), "x");
}

static void unknown_number_changes_nothing(void **state)
{
    (void)state;
    start();
    type(SWITCH "3\rx");
    assert_string_equal(take(&client[0]), "x");
    assert_string_equal(take(&console), "no client has that number: input goes to 0 c0\n");
}

static void no_number_changes_nothing(void **state)
{
    (void)state;
    static const char *const commands[] = {SWITCH "x",     SWITCH "\r",       SWITCH "1x",
                                           SWITCH "00001", SWITCH "1" SWITCH, SWITCH "1?"};
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        start();
        type(commands[i]);
        assert_string_equal(take(&console), "that is no number of a client: input goes to 0 c0\n");
        type("y");
        assert_string_equal(take(&client[0]), "y");
    }
}

static void switch_character_twice_is_the_clients(void **state)
{
    (void)state;
    start();
    type("a" SWITCH SWITCH "b");
    assert_string_equal(take(&client[0]), "a" SWITCH "b");
}

static void question_mark_lists(void **state)
{
    (void)state;
    start();
    type(SWITCH "1\r");
    take(&console);
    type(SWITCH "?x");
    assert_string_equal(take(&console),
                        "0 c0\n1 c1  <- has the input\n2 c2\n"
                        "Ctrl-\\, a number, Enter: another gets it; Ctrl-\\ ?: this list\n");
    assert_string_equal(take(&client[1]), "x");
}

static void other_keys_are_named(void **state)
{
    (void)state;
    config.switch_char = '~';
    config.terminate_num_char = '\n';
    init();
    assert_non_null(strstr(take(&console), "\n~, a number, Ctrl-J: another gets it; ~ ?: this"));
    type("~1\nx");
    assert_string_equal(take(&client[1]), "x");
}

static void without_names_numbers(void **state)
{
    (void)state;
    memset(names.magic, 0, sizeof(names.magic));
    start();
    type(SWITCH "1\r");
    assert_string_equal(take(&console), "input goes to 1\n");
}

static void without_console_debug_output(void **state)
{
    (void)state;
    memset(console_config.magic, 0, sizeof(console_config.magic));
    init();
    assert_non_null(strstr(fake_debug, "serial_virt_rx: 0 c0  <- has the input\n"));
    type(SWITCH "1\r");
    assert_non_null(strstr(fake_debug, "serial_virt_rx: input goes to 1 c1\n"));
    assert_int_equal(fake_notified[CONSOLE_CHANNEL], 0);
}

/* A console that takes nothing makes nobody wait. */
static void full_console_is_no_obstacle(void **state)
{
    (void)state;
    init();
    while (serial_enqueue(&console, '.') == 0) {
    }
    type(SWITCH "1\rx");
    assert_string_equal(take(&client[1]), "x");
}

/* What a client leaves no room for is lost, which is said once; others get theirs. */
static void client_that_does_not_read_is_passed_over(void **state)
{
    (void)state;
    start();
    for (unsigned i = 0; i < 3 * CAPACITY; i++) {
        type("x");
    }
    assert_string_equal(take(&console),
                        "what is typed is lost until it is read: input goes to 0 c0\n");
    assert_int_equal(serial_queue_length_consumer(&client[0]), CAPACITY);
    type(SWITCH "1\ry");
    assert_string_equal(take(&client[1]), "y");
    take(&client[0]);
    type(SWITCH "0\rz");
    assert_string_equal(take(&client[0]), "z");
}

static void broken_client_gets_nothing(void **state)
{
    (void)state;
    start();
    client[0].queue->head = 1;
    type("xy");
    assert_int_equal(client[0].queue->tail, 0);
    assert_int_equal(fake_notified[CLIENT_CHANNEL], 0);
    type(SWITCH "1\rz");
    assert_string_equal(take(&client[1]), "z");
}

static void client_without_queue_gets_nothing(void **state)
{
    (void)state;
    serial_host_disconnect(&config.clients[0]);
    start();
    type("x" SWITCH "1\ry");
    assert_string_equal(take(&client[1]), "y");
}

static void driver_is_told_of_room(void **state)
{
    (void)state;
    start();
    serial_cancel_consumer_signal(&driver);
    type("x");
    assert_int_equal(fake_notified[DRIVER_CHANNEL], 0);
    serial_request_consumer_signal(&driver);
    type("y");
    assert_int_equal(fake_notified[DRIVER_CHANNEL], 1);
    assert_false(serial_require_consumer_signal(&driver));
}

static void broken_driver_queue_gives_nothing(void **state)
{
    (void)state;
    start();
    driver.queue->tail = CAPACITY + 1;
    notified(DRIVER_CHANNEL);
    assert_int_equal(driver.queue->head, 0);
    assert_string_equal(take(&client[0]), "");
}

static void what_came_before_the_start_counts(void **state)
{
    (void)state;
    serial_host_send(&driver, "early");
    start();
    assert_string_equal(take(&client[0]), "early");
}

static void wrong_configuration_does_nothing(void **state)
{
    (void)state;
    serial_host_send(&driver, "x");
    config.num_clients = 0;
    init();
    notified(DRIVER_CHANNEL);
    config.num_clients = SDDF_SERIAL_MAX_CLIENTS + 1;
    init();
    notified(DRIVER_CHANNEL);
    config.num_clients = CLIENTS;
    config.magic[0] = 'S';
    init();
    notified(DRIVER_CHANNEL);
    config.magic[0] = 's';
    config.driver.queue.vaddr = NULL;
    init();
    notified(DRIVER_CHANNEL);
    assert_non_null(strstr(fake_debug, "no configuration"));
    assert_int_equal(driver.queue->head, 0);
    config.driver.queue.vaddr = driver.queue;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(input_goes_to_the_first),
        TEST(beginning_lists_the_clients),
        TEST(number_switches),
        TEST(command_arrives_byte_by_byte),
        TEST(unknown_number_changes_nothing),
        TEST(no_number_changes_nothing),
        TEST(switch_character_twice_is_the_clients),
        TEST(question_mark_lists),
        TEST(other_keys_are_named),
        TEST(without_names_numbers),
        TEST(without_console_debug_output),
        TEST(full_console_is_no_obstacle),
        TEST(client_that_does_not_read_is_passed_over),
        TEST(broken_client_gets_nothing),
        TEST(client_without_queue_gets_nothing),
        TEST(driver_is_told_of_room),
        TEST(broken_driver_queue_gives_nothing),
        TEST(what_came_before_the_start_counts),
        TEST(wrong_configuration_does_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
