/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The receive virtualiser with a driver and up to eight clients that are this test: honest ones,
 * and ones that keep, forge and break what they can.
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
#define BUFFERS   64
#define SHARE     (BUFFERS / (CLIENTS + 1))
#define IO        0x40000000ul
#define DRIVER_CH 40 /* of the test; client c has channel c */

static unsigned pd;
static net_queue_handle_t driver;
static net_queue_handle_t clients[CLIENTS];

static void write_config(unsigned client_count)
{
    fake_magic(&virt_rx_config);
    virt_rx_config.driver = fake_connection(BUFFERS, 0);
    virt_rx_config.data.region = fake_region(BUFFERS * NET_BUFFER_SIZE);
    virt_rx_config.data.io_addr = IO;
    virt_rx_config.num_clients = (uint8_t)client_count;
    driver = fake_handle(&virt_rx_config.driver);
    fake_channel(pd, 0, FAKE_TEST, DRIVER_CH);
    for (unsigned c = 0; c < client_count; c++) {
        virt_rx_config.clients[c].conn = fake_connection(BUFFERS, (uint8_t)(c + 1));
        virt_rx_config.clients[c].mac_addrs[0] = (mac_addr_t){{2, 0, 0, 0, 0, (uint8_t)c}};
        virt_rx_config.clients[c].num_macs = 1;
        clients[c] = fake_handle(&virt_rx_config.clients[c].conn);
        fake_channel(pd, c + 1, FAKE_TEST, c);
    }
}

static int set_up(void **state)
{
    (void)state;
    fake_reset();
    virt_rx_reset();
    pd = fake_pd_add((struct fake_pd){virt_rx_init, virt_rx_notified, 0});
    write_config(CLIENTS);
    fake_init(pd);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    virt_rx_check();
    fake_reset();
    return 0;
}

static char *frame_at(uint64_t offset)
{
    return (char *)virt_rx_config.data.region.vaddr + offset;
}

/* The driver receives a frame for a MAC that ends in `last`, beginning with `first`. Returns the
 * buffer's offset. */
static uint64_t receive(uint8_t first, uint8_t last, uint16_t len)
{
    net_buff_desc_t buffer;
    assert_int_equal(net_dequeue_free(&driver, &buffer), 0);
    uint64_t offset = buffer.io_or_offset - IO;
    mac_addr_t dest = {{first, 0, 0, 0, 0, last}};
    if (first == 0xff) {
        memset(&dest, 0xff, sizeof(dest));
    }
    memcpy(frame_at(offset), &dest, sizeof(dest));
    buffer.len = len;
    assert_int_equal(net_enqueue_active(&driver, buffer), 0);
    return offset;
}

static void run(void)
{
    fake_notify(pd, 0);
}

static unsigned length(const net_queue_t *queue)
{
    return (uint16_t)(queue->tail - queue->head);
}

static uint64_t take(unsigned c)
{
    net_buff_desc_t buffer;
    assert_int_equal(net_dequeue_active(&clients[c], &buffer), 0);
    return buffer.io_or_offset;
}

static void give_back(unsigned c, uint64_t offset)
{
    assert_int_equal(net_enqueue_free(&clients[c], (net_buff_desc_t){.io_or_offset = offset}), 0);
}

static void test_gives_the_driver_all_buffers(void **state)
{
    (void)state;
    assert_int_equal(length(driver.free), BUFFERS);
    assert_int_equal(fake_take_notifications(DRIVER_CH), 1);
    assert_false(net_require_signal_free(&driver));
    assert_true(net_require_signal_active(&driver));
}

static void test_a_frame_goes_to_its_mac(void **state)
{
    (void)state;
    uint64_t offset = receive(2, 5, 100);
    run();
    net_buff_desc_t buffer;
    assert_int_equal(net_dequeue_active(&clients[5], &buffer), 0);
    assert_int_equal(buffer.io_or_offset, offset);
    assert_int_equal(buffer.len, 100);
    assert_int_equal(buffer.oid, 0);
    for (unsigned c = 0; c < CLIENTS; c++) {
        assert_true(net_queue_empty_active(&clients[c]));
        assert_int_equal(fake_take_notifications(c), c == 5);
    }
    assert_int_equal(fake_invalidated, 1);
    assert_int_equal(length(driver.free), BUFFERS - 1);
    give_back(5, offset);
    run();
    assert_int_equal(length(driver.free), BUFFERS);
}

static void test_a_client_may_have_several_macs(void **state)
{
    (void)state;
    virt_rx_config.clients[3].mac_addrs[1] = (mac_addr_t){{2, 0, 0, 0, 0, 0x99}};
    virt_rx_config.clients[3].num_macs = 2;
    receive(2, 0x99, 60);
    receive(2, 3, 60);
    run();
    assert_int_equal(length(clients[3].active), 2);
}

static void test_nobodys_frames_return_at_once(void **state)
{
    (void)state;
    receive(2, 77, 100); /* nobody's MAC */
    receive(2, 1, 13);   /* shorter than a header */
    receive(2, 1, 0);    /* empty */
    receive(2, 1, 2049); /* longer than a buffer */
    receive(0xff, 0xff, UINT16_MAX);
    run();
    assert_int_equal(length(driver.free), BUFFERS);
    assert_int_equal(length(driver.active), 0);
    for (unsigned c = 0; c < CLIENTS; c++) {
        assert_int_equal(fake_take_notifications(c), 0);
    }
}

static void test_a_broadcast_returns_after_the_last(void **state)
{
    (void)state;
    uint64_t offset = receive(0xff, 0xff, 60);
    uint64_t group = receive(1, 0x16, 60);
    run();
    for (unsigned c = 0; c < CLIENTS; c++) {
        assert_int_equal(take(c), offset);
        assert_int_equal(take(c), group);
    }
    for (unsigned c = 0; c < CLIENTS; c++) {
        assert_int_equal(length(driver.free), BUFFERS - 2);
        give_back(c, offset);
        if (c != 4) {
            give_back(c, group);
        }
        run();
    }
    assert_int_equal(length(driver.free), BUFFERS - 1);
    give_back(4, group);
    run();
    assert_int_equal(length(driver.free), BUFFERS);
}

static void test_a_returned_buffer_must_be_ones_own(void **state)
{
    (void)state;
    uint64_t offset = receive(2, 0, 60);
    run();
    give_back(1, offset);                           /* another client's */
    give_back(0, offset + 1);                       /* inside one */
    give_back(0, BUFFERS * NET_BUFFER_SIZE);        /* behind the last */
    give_back(0, UINT64_MAX - NET_BUFFER_SIZE + 1); /* before the first */
    give_back(0, offset + NET_BUFFER_SIZE);         /* the driver's */
    run();
    assert_int_equal(length(driver.free), BUFFERS - 1);
    give_back(0, offset);
    give_back(0, offset); /* twice */
    run();
    assert_int_equal(length(driver.free), BUFFERS);
    virt_rx_check();
}

static void test_a_client_that_keeps_buffers_starves_nobody(void **state)
{
    (void)state;
    for (unsigned i = 0; i < BUFFERS; i++) {
        receive(2, 0, 60);
        run();
    }
    assert_int_equal(length(clients[0].active), SHARE);
    assert_int_equal(length(driver.free), BUFFERS - SHARE);
    for (unsigned i = 0; i < 1000; i++) {
        receive(2, 1, 60);
        run();
        give_back(1, take(1));
        run();
    }
    /* All of them keep what they get: the driver still has its part. */
    for (unsigned i = 0; i < 10 * BUFFERS; i++) {
        receive(2, (uint8_t)(i % CLIENTS), 60);
        run();
    }
    assert_int_equal(length(driver.free), BUFFERS - CLIENTS * SHARE);
    /* What comes back can be had again. */
    give_back(0, take(0));
    run();
    receive(2, 0, 60);
    run();
    assert_int_equal(length(clients[0].active), SHARE);
}

static void test_ignores_what_a_driver_does_not_have(void **state)
{
    (void)state;
    uint64_t offset = receive(2, 0, 60);
    run();
    net_buff_desc_t buffer = {.io_or_offset = IO + offset, .len = 60};
    assert_int_equal(net_enqueue_active(&driver, buffer), 0); /* client 0 has it */
    buffer.io_or_offset = IO - NET_BUFFER_SIZE;
    assert_int_equal(net_enqueue_active(&driver, buffer), 0);
    buffer.io_or_offset = IO + BUFFERS * NET_BUFFER_SIZE;
    assert_int_equal(net_enqueue_active(&driver, buffer), 0);
    buffer.io_or_offset = IO + offset + 64;
    assert_int_equal(net_enqueue_active(&driver, buffer), 0);
    buffer.io_or_offset = 0;
    assert_int_equal(net_enqueue_active(&driver, buffer), 0);
    run();
    assert_int_equal(length(clients[0].active), 1);
    assert_int_equal(length(driver.free), BUFFERS - 1);
}

static void test_a_broken_queue_is_its_owners_loss(void **state)
{
    (void)state;
    clients[0].active->head = 30000;
    clients[0].free->tail = 30000;
    uint64_t offset = receive(0xff, 0xff, 60);
    receive(2, 0, 60);
    run();
    for (unsigned c = 1; c < CLIENTS; c++) {
        assert_int_equal(take(c), offset);
        give_back(c, offset);
    }
    run();
    assert_int_equal(length(driver.free), BUFFERS);
}

static void test_notifies_only_who_waits(void **state)
{
    (void)state;
    receive(2, 0, 60);
    run();
    assert_int_equal(fake_take_notifications(0), 1);
    receive(2, 0, 60);
    run();
    assert_int_equal(fake_take_notifications(0), 0); /* has not looked yet */
    take(0);
    take(0);
    net_request_signal_active(&clients[0]);
    receive(2, 0, 60);
    run();
    assert_int_equal(fake_take_notifications(0), 1);
    assert_true(net_require_signal_active(&driver));
}

static void test_hears_of_returned_buffers_when_a_client_has_many(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SHARE / 2; i++) {
        receive(2, 0, 60);
        run();
        assert_false(net_require_signal_free(&clients[0]));
    }
    receive(2, 0, 60);
    run();
    assert_true(net_require_signal_free(&clients[0]));
    assert_false(net_require_signal_free(&clients[1]));
    give_back(0, take(0));
    run();
    assert_false(net_require_signal_free(&clients[0]));
}

/* A client that returns a buffer the moment it is notified. */
static void return_at_once(void)
{
    net_buff_desc_t buffer;
    if (net_dequeue_active(&clients[0], &buffer) == 0) {
        net_enqueue_free(&clients[0], buffer);
    }
}

static void test_misses_nothing_that_comes_meanwhile(void **state)
{
    (void)state;
    fake_at_notify = return_at_once;
    receive(2, 0, 60);
    run();
    assert_int_equal(length(driver.free), BUFFERS);
}

static void refused(const char *why)
{
    fake_init(pd);
    assert_non_null(strstr(fake_text, why));
    run();
    assert_int_equal(length(driver.free), 0);
}

static void test_refuses_configurations(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        fake_reset();
        virt_rx_reset();
        pd = fake_pd_add((struct fake_pd){virt_rx_init, virt_rx_notified, 0});
        write_config(CLIENTS);
        switch (i) {
        case 0:
            virt_rx_config.magic[4]++;
            refused("nobody has written");
            break;
        case 1:
            virt_rx_config.num_clients = 62;
            refused("more clients than channels");
            break;
        case 2:
            virt_rx_config.driver.num_buffers = 63;
            refused("the driver's queues");
            break;
        case 3:
            virt_rx_config.data.region.size--;
            refused("data region");
            break;
        case 4:
            virt_rx_config.clients[7].conn.free_queue.size -= 1;
            refused("a client's queues");
            break;
        default:
            virt_rx_config.driver.num_buffers = CLIENTS;
            refused("num_buffers");
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_gives_the_driver_all_buffers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_frame_goes_to_its_mac, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_client_may_have_several_macs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nobodys_frames_return_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_broadcast_returns_after_the_last, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_returned_buffer_must_be_ones_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_client_that_keeps_buffers_starves_nobody, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_ignores_what_a_driver_does_not_have, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_broken_queue_is_its_owners_loss, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_notifies_only_who_waits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hears_of_returned_buffers_when_a_client_has_many,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_misses_nothing_that_comes_meanwhile, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_refuses_configurations, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("net_virt_rx", tests, NULL, NULL);
}
