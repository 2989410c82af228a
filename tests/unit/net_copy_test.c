/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The copier between a source and a client that are this test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those above. */
#include <cmocka.h>
#include <string.h>

#include "network/parts.h"

#define BUFFERS   16
#define SOURCE_CH 1
#define CLIENT_CH 2

static unsigned pd;
static net_queue_handle_t source;
static net_queue_handle_t client;

static void begin(void)
{
    fake_reset();
    copy_reset();
    pd = fake_pd_add((struct fake_pd){copy_init, copy_notified, 0});
    fake_magic(&copy_config);
    copy_config.rx = fake_connection(BUFFERS, 0);
    copy_config.rx_data[0] = fake_region(BUFFERS * NET_BUFFER_SIZE);
    copy_config.rx_data[9] = fake_region(2 * NET_BUFFER_SIZE);
    copy_config.client = fake_connection(BUFFERS, 1);
    copy_config.client_data = fake_region(BUFFERS * NET_BUFFER_SIZE);
    source = fake_handle(&copy_config.rx);
    client = fake_handle(&copy_config.client);
    fake_channel(pd, 0, FAKE_TEST, SOURCE_CH);
    fake_channel(pd, 1, FAKE_TEST, CLIENT_CH);
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

static void hand_on(uint64_t offset, uint16_t len, unsigned oid)
{
    net_buff_desc_t buffer = {.io_or_offset = offset, .len = len, .oid = oid & 0x3f};
    assert_int_equal(net_enqueue_active(&source, buffer), 0);
}

static void test_copies_and_returns(void **state)
{
    (void)state;
    assert_int_equal(length(client.free), BUFFERS);
    strcpy((char *)copy_config.rx_data[0].vaddr + 3 * NET_BUFFER_SIZE, "first");
    strcpy((char *)copy_config.rx_data[9].vaddr + NET_BUFFER_SIZE, "second");
    hand_on(3 * NET_BUFFER_SIZE, 6, 0);
    hand_on(NET_BUFFER_SIZE, 2048, 9);
    run();
    net_buff_desc_t buffer;
    assert_int_equal(net_dequeue_active(&client, &buffer), 0);
    assert_string_equal((char *)copy_config.client_data.vaddr + buffer.io_or_offset, "first");
    assert_int_equal(buffer.len, 6);
    assert_int_equal(net_dequeue_active(&client, &buffer), 0);
    assert_string_equal((char *)copy_config.client_data.vaddr + buffer.io_or_offset, "second");
    assert_int_equal(buffer.oid, 0);
    /* The switch finds its buffers by what it gave: they return as they came. */
    assert_int_equal(net_dequeue_free(&source, &buffer), 0);
    assert_int_equal(buffer.io_or_offset, 3 * NET_BUFFER_SIZE);
    assert_int_equal(net_dequeue_free(&source, &buffer), 0);
    assert_int_equal(buffer.io_or_offset, NET_BUFFER_SIZE);
    assert_int_equal(buffer.oid, 9);
    assert_int_equal(buffer.len, 2048);
    assert_int_equal(fake_take_notifications(SOURCE_CH), 1);
    assert_int_equal(fake_take_notifications(CLIENT_CH), 1);
}

static void test_buffers_return_though_the_client_gives_none(void **state)
{
    (void)state;
    client.free->head = client.free->tail; /* it keeps all */
    for (unsigned i = 0; i < BUFFERS; i++) {
        hand_on(i * NET_BUFFER_SIZE, 60, 0);
    }
    run();
    assert_int_equal(length(source.free), BUFFERS);
    assert_int_equal(length(client.active), 0);
    assert_int_equal(fake_take_notifications(CLIENT_CH), 0);
    client.free->tail = 9999; /* it breaks its queues */
    client.active->tail = 9999;
    source.free->head = source.free->tail;
    hand_on(0, 60, 0);
    run();
    assert_int_equal(length(source.free), 1);
}

static void test_a_clients_buffer_must_be_one(void **state)
{
    (void)state;
    client.free->head = client.free->tail;
    const uint64_t offsets[] = {1, BUFFERS * NET_BUFFER_SIZE, UINT64_MAX - 2047, 1ul << 63};
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(net_enqueue_free(&client, (net_buff_desc_t){.io_or_offset = offsets[i]}),
                         0);
        hand_on(0, 60, 0);
    }
    run();
    assert_int_equal(length(client.active), 0);
    assert_int_equal(length(source.free), 4);
}

static void test_a_frame_must_lie_in_its_region(void **state)
{
    (void)state;
    hand_on(0, 60, 1);                              /* no such region */
    hand_on(BUFFERS * NET_BUFFER_SIZE, 60, 0);      /* behind it */
    hand_on(BUFFERS * NET_BUFFER_SIZE - 59, 60, 0); /* a byte too far */
    hand_on(UINT64_MAX, 2, 0);
    hand_on(0, 2049, 0);
    hand_on(0, UINT16_MAX, 9);
    run();
    assert_int_equal(length(client.active), 0);
    assert_int_equal(length(client.free), BUFFERS); /* and costs the client none */
    assert_int_equal(length(source.free), 6);
}

static void test_refuses_configurations(void **state)
{
    (void)state;
    const char *reasons[] = {"nobody has written", "the queues", "the queues", "too small"};
    for (unsigned i = 0; i < 4; i++) {
        begin();
        if (i == 0) {
            copy_config.magic[4] = 1;
        } else if (i == 1) {
            copy_config.rx.num_buffers = 0;
        } else if (i == 2) {
            copy_config.client.id = 62;
        } else {
            copy_config.client_data.size--;
        }
        fake_init(pd);
        assert_non_null(strstr(fake_text, reasons[i]));
        hand_on(0, 60, 0);
        run();
        assert_int_equal(length(source.active), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_copies_and_returns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_buffers_return_though_the_client_gives_none, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_clients_buffer_must_be_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_frame_must_lie_in_its_region, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refuses_configurations, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("net_copy", tests, NULL, NULL);
}
