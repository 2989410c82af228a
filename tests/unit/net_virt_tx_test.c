/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The transmit virtualiser with a driver and up to eight clients that are this test: honest ones,
 * and ones that flood, forge and break what they can.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those above. */
#include <cmocka.h>
#include <string.h>

#include "network/parts.h"

#define CLIENTS   8
#define BUFFERS   64  /* of each client */
#define CAPACITY  128 /* of the driver's queues */
#define IO(c)     (0x40000000ul + (uint64_t)(c)*0x100000ul)
#define DRIVER_CH 40 /* of the test; client c has channel c */

static unsigned pd;
static net_queue_handle_t driver;
static net_queue_handle_t clients[CLIENTS];

static void write_config(void)
{
    fake_magic(&virt_tx_config);
    virt_tx_config.driver = fake_connection(CAPACITY, 0);
    virt_tx_config.num_clients = CLIENTS;
    driver = fake_handle(&virt_tx_config.driver);
    fake_channel(pd, 0, FAKE_TEST, DRIVER_CH);
    for (unsigned c = 0; c < CLIENTS; c++) {
        net_virt_tx_client_config_t *client = &virt_tx_config.clients[c];
        client->conn = fake_connection(BUFFERS, (uint8_t)(c + 1));
        client->num_regions = 1;
        client->regions[0].num_buffers = BUFFERS;
        client->regions[0].data.io_addr = IO(c);
        client->regions[0].data.region = fake_region(BUFFERS * NET_BUFFER_SIZE);
        clients[c] = fake_handle(&client->conn);
        fake_channel(pd, c + 1, FAKE_TEST, c);
    }
}

static void begin(void)
{
    fake_reset();
    virt_tx_reset();
    pd = fake_pd_add((struct fake_pd){virt_tx_init, virt_tx_notified, 0});
    write_config();
}

static int set_up(void **state)
{
    (void)state;
    begin();
    fake_init(pd);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    virt_tx_check();
    fake_reset();
    return 0;
}

static void run(void)
{
    fake_notify(pd, 0);
}

static unsigned length(const net_queue_t *queue)
{
    return (uint16_t)(queue->tail - queue->head);
}

static void send(unsigned c, uint64_t offset, uint16_t len, unsigned oid)
{
    net_buff_desc_t buffer = {.io_or_offset = offset, .len = len, .oid = oid & 0x3f};
    assert_int_equal(net_enqueue_active(&clients[c], buffer), 0);
}

static void driver_returns(uint64_t io_addr)
{
    assert_int_equal(net_enqueue_free(&driver, (net_buff_desc_t){.io_or_offset = io_addr}), 0);
}

/* The driver sends one frame and returns its buffer; returns whose it was. */
static unsigned driver_sends(void)
{
    net_buff_desc_t buffer;
    assert_int_equal(net_dequeue_active(&driver, &buffer), 0);
    driver_returns(buffer.io_or_offset);
    return (unsigned)((buffer.io_or_offset - IO(0)) / 0x100000);
}

static void test_an_offset_becomes_an_io_address_and_back(void **state)
{
    (void)state;
    send(3, 5 * NET_BUFFER_SIZE, 1514, 0);
    run();
    net_buff_desc_t buffer;
    assert_int_equal(net_dequeue_active(&driver, &buffer), 0);
    assert_int_equal(buffer.io_or_offset, IO(3) + 5 * NET_BUFFER_SIZE);
    assert_int_equal(buffer.len, 1514);
    assert_int_equal(fake_take_notifications(DRIVER_CH), 1);
    assert_int_equal(fake_cleaned, 1);
    driver_returns(buffer.io_or_offset);
    run();
    assert_int_equal(net_dequeue_free(&clients[3], &buffer), 0);
    assert_int_equal(buffer.io_or_offset, 5 * NET_BUFFER_SIZE);
    for (unsigned c = 0; c < CLIENTS; c++) {
        assert_int_equal(fake_take_notifications(c), c == 3);
    }
}

static void test_without_a_mapping_there_is_no_cache_maintenance(void **state)
{
    (void)state;
    begin();
    virt_tx_config.clients[0].regions[0].data.region.vaddr = NULL;
    fake_init(pd);
    send(0, 0, 60, 0);
    run();
    assert_int_equal(driver_sends(), 0);
    assert_int_equal(fake_cleaned, 0);
}

static void test_a_client_behind_a_switch_has_several_regions(void **state)
{
    (void)state;
    begin();
    net_virt_tx_client_config_t *client = &virt_tx_config.clients[0];
    client->num_regions = 2;
    client->regions[1].num_buffers = 4;
    client->regions[1].data.io_addr = IO(20);
    client->regions[1].data.region = fake_region(4 * NET_BUFFER_SIZE);
    fake_init(pd);
    send(0, 3 * NET_BUFFER_SIZE, 60, 1);
    send(0, 3 * NET_BUFFER_SIZE, 60, 0);
    send(0, 4 * NET_BUFFER_SIZE, 60, 1); /* there is none */
    run();
    assert_int_equal(length(driver.active), 2);
    assert_int_equal(driver_sends(), 20);
    assert_int_equal(driver_sends(), 0);
    run();
    net_buff_desc_t buffer;
    assert_int_equal(net_dequeue_free(&clients[0], &buffer), 0);
    assert_int_equal(buffer.oid, 1);
    assert_int_equal(buffer.io_or_offset, 3 * NET_BUFFER_SIZE);
    assert_int_equal(net_dequeue_free(&clients[0], &buffer), 0);
    assert_int_equal(buffer.oid, 0);
}

static void test_what_is_no_frame_comes_back(void **state)
{
    (void)state;
    send(0, 0, 0, 0);
    send(0, NET_BUFFER_SIZE, 13, 0);
    send(0, 2 * NET_BUFFER_SIZE, 2049, 0);
    run();
    assert_int_equal(length(driver.active), 0);
    assert_int_equal(length(clients[0].free), 3);
    assert_int_equal(fake_take_notifications(0), 1);
}

static void test_a_buffer_must_be_the_clients_own(void **state)
{
    (void)state;
    send(0, BUFFERS * NET_BUFFER_SIZE, 60, 0);     /* behind its region */
    send(0, IO(1) - IO(0), 60, 0);                 /* in another client's */
    send(0, 0 - (uint64_t)NET_BUFFER_SIZE, 60, 0); /* before its region */
    send(0, 100, 60, 0);                           /* inside a buffer */
    send(0, 0, 60, 1);                             /* of a region that it has not */
    send(0, 0, 60, 63);
    run();
    assert_int_equal(length(driver.active), 0);
    assert_int_equal(length(clients[0].free), 0);
    send(0, 0, 60, 0);
    send(0, 0, 60, 0); /* again, while the driver has it */
    run();
    assert_int_equal(length(driver.active), 1);
    assert_int_equal(driver_sends(), 0);
    run();
    assert_int_equal(length(clients[0].free), 1);
}

static void test_ignores_what_a_driver_does_not_have(void **state)
{
    (void)state;
    send(2, 0, 60, 0);
    run();
    driver_returns(IO(1));                   /* nobody has sent it */
    driver_returns(IO(2) + 1);               /* inside a buffer */
    driver_returns(IO(2) - NET_BUFFER_SIZE); /* in no region */
    driver_returns(0);
    driver_returns(UINT64_MAX);
    run();
    for (unsigned c = 0; c < CLIENTS; c++) {
        assert_int_equal(length(clients[c].free), 0);
    }
    driver_returns(IO(2));
    driver_returns(IO(2)); /* twice */
    run();
    assert_int_equal(length(clients[2].free), 1);
}

/* Clients send without end, the driver takes a few frames at a time. */
static void test_everybody_gets_the_same_share(void **state)
{
    (void)state;
    unsigned sent[CLIENTS] = {0};
    for (unsigned c = 0; c < CLIENTS; c++) {
        for (uint64_t i = 0; i < BUFFERS; i++) {
            send(c, i * NET_BUFFER_SIZE, 60, 0);
        }
    }
    run();
    assert_int_equal(length(driver.active), CAPACITY);
    for (unsigned round = 0; round < 1000; round++) {
        for (unsigned i = 0; i < 1 + round % 40; i++) {
            sent[driver_sends()]++;
        }
        run();
        for (unsigned c = 0; c < CLIENTS; c++) {
            net_buff_desc_t buffer;
            while (net_dequeue_free(&clients[c], &buffer) == 0) {
                send(c, buffer.io_or_offset, 60, 0);
            }
        }
        run();
    }
    for (unsigned c = 1; c < CLIENTS; c++) {
        assert_in_range(sent[c], sent[0] * 9 / 10, sent[0] * 11 / 10);
    }
}

static void test_one_that_floods_starves_nobody(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < BUFFERS; i++) {
        send(0, i * NET_BUFFER_SIZE, 60, 0);
    }
    send(7, 0, 60, 0);
    run();
    unsigned before = 0;
    while (driver_sends() != 7) {
        before++;
    }
    assert_true(before <= 16);
}

static void test_the_driver_never_has_more_than_it_can_return(void **state)
{
    (void)state;
    net_buff_desc_t buffer;
    for (unsigned c = 0; c < CLIENTS; c++) {
        for (uint64_t i = 0; i < BUFFERS; i++) {
            send(c, i * NET_BUFFER_SIZE, 60, 0);
        }
    }
    run();
    while (net_dequeue_active(&driver, &buffer) == 0) { /* keeps them */
    }
    run();
    assert_true(net_queue_empty_active(&driver));
    virt_tx_check();
    driver_returns(buffer.io_or_offset);
    run();
    assert_int_equal(length(driver.active), 1);
}

static void test_a_broken_queue_is_its_owners_loss(void **state)
{
    (void)state;
    clients[0].active->tail = 5000;
    clients[1].free->head = 5000;
    send(1, 0, 60, 0);
    send(2, 0, 60, 0);
    run();
    assert_int_equal(driver_sends(), 1);
    assert_int_equal(driver_sends(), 2);
    run();
    assert_int_equal(length(clients[2].free), 1);
}

static void test_a_driver_with_a_broken_queue_stops_only_itself(void **state)
{
    (void)state;
    driver.active->head = 5000;
    send(0, 0, 60, 0);
    run();
    assert_int_equal(length(clients[0].active), 1); /* waits */
    driver.active->head = driver.active->tail;
    run();
    assert_int_equal(driver_sends(), 0);
}

static void test_notifies_only_who_waits(void **state)
{
    (void)state;
    send(0, 0, 60, 0);
    run();
    assert_int_equal(fake_take_notifications(DRIVER_CH), 1);
    send(0, NET_BUFFER_SIZE, 60, 0);
    run();
    assert_int_equal(fake_take_notifications(DRIVER_CH), 0);
    for (unsigned c = 0; c < CLIENTS; c++) {
        assert_true(net_require_signal_active(&clients[c]));
    }
}

static void test_hears_of_returned_buffers_when_some_run_short(void **state)
{
    (void)state;
    for (unsigned i = 0; i < BUFFERS / 4; i++) {
        send(0, (uint64_t)i * NET_BUFFER_SIZE, 60, 0);
        run();
        assert_false(net_require_signal_free(&driver));
    }
    send(0, (uint64_t)(BUFFERS / 4) * NET_BUFFER_SIZE, 60, 0);
    run();
    assert_true(net_require_signal_free(&driver));
    driver_sends();
    run();
    assert_false(net_require_signal_free(&driver));
    assert_int_equal(length(clients[0].free), 1);
}

/* Whoever has the fewest buffers says when they are short: a client with a smaller queue does not
 * have all of its region's under way. */
static void test_a_small_queue_runs_short_sooner(void **state)
{
    (void)state;
    begin();
    virt_tx_config.clients[2].conn = fake_connection(8, 3);
    clients[2] = fake_handle(&virt_tx_config.clients[2].conn);
    fake_init(pd);
    for (unsigned i = 0; i < 3; i++) {
        assert_false(net_require_signal_free(&driver));
        send(2, (uint64_t)i * NET_BUFFER_SIZE, 60, 0);
        run();
    }
    assert_true(net_require_signal_free(&driver));
}

/* One buffer that did not come back would count against the switch's client for good. */
static void test_hears_of_each_returned_buffer_of_a_switch(void **state)
{
    (void)state;
    begin();
    virt_tx_config.clients[3].num_regions = 2;
    virt_tx_config.clients[3].regions[1] = (net_virt_tx_data_region_t){
        .data = {fake_region(BUFFERS * NET_BUFFER_SIZE), IO(CLIENTS)}, .num_buffers = BUFFERS};
    fake_init(pd);
    assert_false(net_require_signal_free(&driver));
    send(0, 0, 60, 0);
    run();
    assert_true(net_require_signal_free(&driver));
}

static void refused(const char *why)
{
    fake_init(pd);
    assert_non_null(strstr(fake_text, why));
    send(0, 0, 60, 0);
    run();
    assert_int_equal(length(driver.active), 0);
}

static void test_refuses_configurations(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 7; i++) {
        begin();
        net_virt_tx_client_config_t *client = &virt_tx_config.clients[7];
        switch (i) {
        case 0:
            virt_tx_config.magic[0] = 0;
            refused("nobody has written");
            break;
        case 1:
            virt_tx_config.num_clients = 62;
            refused("more clients than channels");
            break;
        case 2:
            virt_tx_config.driver.active_queue.vaddr = NULL;
            refused("the driver's queues");
            break;
        case 3:
            client->num_regions = 65;
            refused("a client's queues");
            break;
        case 4:
            client->regions[0].data.region.size--;
            refused("too small");
            break;
        case 5:
            client->regions[0].data.io_addr = IO(6) + (BUFFERS - 1) * NET_BUFFER_SIZE;
            refused("share io addresses");
            break;
        default:
            client->regions[0].num_buffers = 65536;
            refused("more than 128 data regions");
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_an_offset_becomes_an_io_address_and_back, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_without_a_mapping_there_is_no_cache_maintenance,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_client_behind_a_switch_has_several_regions, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_no_frame_comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_buffer_must_be_the_clients_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ignores_what_a_driver_does_not_have, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_everybody_gets_the_same_share, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_that_floods_starves_nobody, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_driver_never_has_more_than_it_can_return, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_broken_queue_is_its_owners_loss, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_driver_with_a_broken_queue_stops_only_itself, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_notifies_only_who_waits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hears_of_returned_buffers_when_some_run_short, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_small_queue_runs_short_sooner, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hears_of_each_returned_buffer_of_a_switch, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_refuses_configurations, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("net_virt_tx", tests, NULL, NULL);
}
