/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The switch with four clients and the way out, which are this test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those above. */
#include <cmocka.h>
#include <string.h>

#include <sddf/network/vswitch.h>

#include "network/parts.h"

#define PORTS    5 /* the last one is the way out */
#define OUT      (PORTS - 1)
#define BUFFERS  32
#define SHARE    (BUFFERS / (PORTS - 1))
#define ALL      ((1ul << PORTS) - 1)
#define RX_CH(p) (2 * (p)) /* of the switch and of the test */
#define TX_CH(p) (2 * (p) + 1)

static unsigned pd;
static net_queue_handle_t rx[PORTS];
static net_queue_handle_t tx[PORTS];

static void begin(void)
{
    fake_reset();
    vswitch_reset();
    pd = fake_pd_add((struct fake_pd){vswitch_init, vswitch_notified, 0});
    fake_magic(&vswitch_config);
    vswitch_config.num_ports = PORTS;
    for (unsigned p = 0; p < PORTS; p++) {
        net_vswitch_port_config_t *port = &vswitch_config.ports[p];
        port->rx = fake_connection(BUFFERS, (uint8_t)RX_CH(p));
        port->tx = fake_connection(BUFFERS, (uint8_t)TX_CH(p));
        port->tx_data = fake_region(BUFFERS * NET_BUFFER_SIZE);
        port->mac_addr = (mac_addr_t){{2, 0, 0, 0, 0, (uint8_t)p}};
        port->acl = ALL;
        rx[p] = fake_handle(&port->rx);
        tx[p] = fake_handle(&port->tx);
        fake_channel(pd, RX_CH(p), FAKE_TEST, RX_CH(p));
        fake_channel(pd, TX_CH(p), FAKE_TEST, TX_CH(p));
    }
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
    vswitch_check();
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

static void send_raw(unsigned p, uint64_t offset, uint16_t len)
{
    net_buff_desc_t buffer = {.io_or_offset = offset, .len = len};
    assert_int_equal(net_enqueue_active(&tx[p], buffer), 0);
}

/* Port `p` sends its buffer `index` to a MAC that ends in `last`. */
static void send(unsigned p, unsigned index, uint8_t first, uint8_t last)
{
    mac_addr_t dest = {{first, 0, 0, 0, 0, last}};
    if (first == 0xff) {
        memset(&dest, 0xff, sizeof(dest));
    }
    memcpy((char *)vswitch_config.ports[p].tx_data.vaddr + index * NET_BUFFER_SIZE, &dest,
           sizeof(dest));
    send_raw(p, index * NET_BUFFER_SIZE, 60);
}

/* Port `p` receives a buffer that port `from` sent, and returns it. */
static void receive(unsigned p, unsigned from, unsigned index)
{
    net_buff_desc_t buffer;
    assert_int_equal(net_dequeue_active(&rx[p], &buffer), 0);
    assert_int_equal(buffer.oid, from);
    assert_int_equal(buffer.io_or_offset, index * NET_BUFFER_SIZE);
    assert_int_equal(buffer.len, 60);
    assert_int_equal(net_enqueue_free(&rx[p], buffer), 0);
}

/* One port after the other returns nothing of the broadcasts that port 0 sends: it can always send
 * to who does. */
static void test_receivers_that_keep_everything(void **state)
{
    (void)state;
    begin();
    for (unsigned p = 0; p < PORTS; p++) { /* room for whatever comes */
        vswitch_config.ports[p].rx = fake_connection(OUT * BUFFERS, (uint8_t)RX_CH(p));
        rx[p] = fake_handle(&vswitch_config.ports[p].rx);
    }
    fake_init(pd);
    unsigned next = 0;
    for (unsigned keeping = 1; keeping < OUT; keeping++) {
        for (unsigned round = 0; round < 4 * BUFFERS; round++) {
            net_buff_desc_t buffer;
            if (round >= BUFFERS || keeping > 1) { /* all buffers have been sent once */
                assert_int_equal(net_dequeue_free(&tx[0], &buffer), 0);
                next = (unsigned)(buffer.io_or_offset / NET_BUFFER_SIZE);
            } else {
                next = round;
            }
            send(0, next, 0xff, 0xff);
            run();
            unsigned out = length(rx[OUT].active);
            assert_int_equal(out, 1);
            for (unsigned p = keeping + 1; p <= OUT; p++) {
                while (net_dequeue_active(&rx[p], &buffer) == 0) {
                    assert_int_equal(net_enqueue_free(&rx[p], buffer), 0);
                }
            }
            run();
        }
        assert_true(length(rx[keeping].active) >= BUFFERS >> (keeping + 1));
        assert_true(length(rx[keeping].active) <= BUFFERS / 2);
    }
}

/* What comes from outside is the card's, of which net_virt_rx lends half. */
static void test_of_the_way_out_half_is_lent(void **state)
{
    (void)state;
    begin();
    for (unsigned p = 0; p < PORTS; p++) {
        vswitch_config.ports[p].rx = fake_connection(OUT * BUFFERS, (uint8_t)RX_CH(p));
        rx[p] = fake_handle(&vswitch_config.ports[p].rx);
    }
    fake_init(pd);
    for (unsigned i = 0; i < BUFFERS; i++) {
        send(OUT, i, 2, (uint8_t)(i % OUT));
    }
    run();
    unsigned lent = 0;
    for (unsigned p = 0; p < OUT; p++) {
        lent += length(rx[p].active);
    }
    assert_in_range(lent, BUFFERS / 4, BUFFERS / 2 - 1);
    assert_int_equal(length(tx[OUT].free), BUFFERS - lent);
}

static void test_between_clients(void **state)
{
    (void)state;
    send(0, 7, 2, 3);
    run();
    for (unsigned p = 0; p < PORTS; p++) {
        assert_int_equal(length(rx[p].active), p == 3);
        assert_int_equal(fake_take_notifications(RX_CH(p)), p == 3);
    }
    assert_int_equal(length(tx[0].free), 0);
    receive(3, 0, 7);
    run();
    net_buff_desc_t buffer;
    assert_int_equal(net_dequeue_free(&tx[0], &buffer), 0);
    assert_int_equal(buffer.io_or_offset, 7 * NET_BUFFER_SIZE);
    assert_int_equal(buffer.oid, 0);
    assert_int_equal(fake_take_notifications(TX_CH(0)), 1);
}

static void test_out_and_in(void **state)
{
    (void)state;
    send(1, 0, 2, 0x77);
    run();
    receive(OUT, 1, 0);
    send(OUT, 3, 2, 2);
    send(OUT, 4, 2, 0x77); /* for nobody: back at once */
    send(OUT, 5, 2, OUT);  /* the last port has no MAC */
    run();
    receive(2, OUT, 3);
    assert_int_equal(length(tx[OUT].free), 2);
    run();
    assert_int_equal(length(tx[OUT].free), 3);
}

static void test_a_group_gets_one_buffer(void **state)
{
    (void)state;
    send(1, 2, 0xff, 0);
    send(1, 3, 0x33, 9);
    run();
    assert_int_equal(length(rx[1].active), 0);
    for (unsigned p = 0; p < PORTS; p++) {
        if (p != 1) {
            assert_int_equal(length(tx[1].free), 0);
            receive(p, 1, 2);
            receive(p, 1, 3);
            run();
        }
    }
    assert_int_equal(length(tx[1].free), 2);
}

static void test_only_where_the_access_list_allows(void **state)
{
    (void)state;
    begin();
    vswitch_config.ports[0].acl = 1ul << 2 | 1ul << 0;
    vswitch_config.ports[1].acl = 0;
    fake_init(pd);
    send(0, 0, 2, 1);    /* not allowed */
    send(0, 1, 2, 0x77); /* nor out */
    send(0, 2, 2, 0);    /* nor to itself, whatever the list says */
    send(0, 3, 0xff, 0);
    send(1, 0, 0xff, 0);
    run();
    assert_int_equal(length(rx[0].active), 0);
    assert_int_equal(length(rx[1].active), 0);
    assert_int_equal(length(rx[2].active), 1);
    assert_int_equal(length(rx[3].active), 0);
    assert_int_equal(length(rx[OUT].active), 0);
    assert_int_equal(length(tx[0].free), 3);
    assert_int_equal(length(tx[1].free), 1);
}

static void test_what_is_no_frame_comes_back(void **state)
{
    (void)state;
    send_raw(0, 0, 0);
    send_raw(0, NET_BUFFER_SIZE, 13);
    send_raw(0, 2 * NET_BUFFER_SIZE, 2049);
    run();
    assert_int_equal(length(tx[0].free), 3);
    send_raw(0, 1, 60); /* no buffers: nothing comes back */
    send_raw(0, BUFFERS * NET_BUFFER_SIZE, 60);
    send_raw(0, UINT64_MAX - 2047, 60);
    run();
    assert_int_equal(length(tx[0].free), 3);
}

static void test_a_buffer_is_sent_once(void **state)
{
    (void)state;
    send(0, 0, 2, 1);
    run();
    send(0, 0, 2, 2); /* port 1 has it */
    run();
    assert_int_equal(length(rx[1].active), 1);
    assert_int_equal(length(rx[2].active), 0);
    receive(1, 0, 0);
    run();
    assert_int_equal(length(tx[0].free), 1);
}

static void return_raw(unsigned p, unsigned oid, uint64_t offset)
{
    net_buff_desc_t buffer = {.io_or_offset = offset, .oid = oid & 0x3f};
    assert_int_equal(net_enqueue_free(&rx[p], buffer), 0);
}

static void test_a_returned_buffer_must_be_ones_own(void **state)
{
    (void)state;
    send(0, 0, 2, 1);
    run();
    return_raw(2, 0, 0);               /* port 1 has it */
    return_raw(1, 0, NET_BUFFER_SIZE); /* nobody has it */
    return_raw(1, 2, 0);               /* another sender's */
    return_raw(1, PORTS, 0);           /* no port */
    return_raw(1, 63, 0);
    return_raw(1, 0, BUFFERS * NET_BUFFER_SIZE); /* no buffer */
    return_raw(1, 0, 1);
    run();
    assert_int_equal(length(tx[0].free), 0);
    return_raw(1, 0, 0);
    return_raw(1, 0, 0);
    run();
    assert_int_equal(length(tx[0].free), 1);
}

static void test_one_sender_cannot_fill_anothers_queue(void **state)
{
    (void)state;
    for (unsigned i = 0; i < BUFFERS; i++) {
        send(0, i, 2, 1);
    }
    run();
    assert_int_equal(length(rx[1].active), SHARE);
    assert_int_equal(length(tx[0].free), BUFFERS - SHARE); /* dropped */
    send(2, 0, 2, 1);
    send(OUT, 0, 2, 1);
    run();
    assert_int_equal(length(rx[1].active), SHARE + 2);
    receive(1, 0, 0);
    run();
    send(0, BUFFERS - 1, 2, 1);
    run();
    assert_int_equal(length(rx[1].active), SHARE + 2);
}

static void test_a_broken_queue_is_its_owners_loss(void **state)
{
    (void)state;
    rx[1].active->head = 30000;
    rx[1].free->tail = 30000;
    tx[2].active->tail = 30000;
    send(0, 0, 0xff, 0);
    run();
    receive(2, 0, 0);
    receive(3, 0, 0);
    receive(OUT, 0, 0);
    run();
    assert_int_equal(length(tx[0].free), 1);
}

static uint64_t call(unsigned ch, uint64_t label, uint64_t argument)
{
    microkit_mr_set(0, argument);
    vswitch_protected(ch, microkit_msginfo_new(label, 1));
    return microkit_mr_get(0);
}

static void test_protected_procedures(void **state)
{
    (void)state;
    begin();
    vswitch_config.ports[1].acl = 1ul << 0 | 1ul << OUT;
    fake_init(pd);
    assert_int_equal(call(TX_CH(0), VSWITCH_SET_IP_ADDR, 0), VSWITCH_ERR_INVALID_IP);
    assert_int_equal(call(TX_CH(1), VSWITCH_REQ_CLIENT, 0), VSWITCH_ERR_NO_IP);
    assert_int_equal(call(TX_CH(0), VSWITCH_SET_IP_ADDR, 0x0a00020f), VSWITCH_ERR_OKAY);
    assert_int_equal(call(TX_CH(1), VSWITCH_REQ_CLIENT, 0), VSWITCH_ERR_OKAY);
    assert_int_equal(microkit_mr_get(VSWITCH_REQ_RET_IP_ADDR), 0x0a00020f);
    assert_int_equal(call(TX_CH(1), VSWITCH_REQ_CLIENT, 2), VSWITCH_ERR_OPERATION_DENIED);
    assert_int_equal(call(TX_CH(1), VSWITCH_REQ_CLIENT, OUT), VSWITCH_ERR_VIRT_PORT);
    assert_int_equal(call(TX_CH(1), VSWITCH_REQ_CLIENT, 64), VSWITCH_ERR_OPERATION_DENIED);
    assert_int_equal(call(TX_CH(1), VSWITCH_REQ_CLIENT, UINT64_MAX), VSWITCH_ERR_OPERATION_DENIED);
    assert_int_equal(call(TX_CH(1), VSWITCH_QUERY_STATE, 0), VSWITCH_ERR_OKAY);
    assert_int_equal(microkit_mr_get(VSWITCH_QUERY_RET_CLIENT_ID), 1);
    assert_int_equal(microkit_mr_get(VSWITCH_QUERY_RET_REACHABLE_BITMAP), 1ul << 0 | 1ul << OUT);
    assert_int_equal(call(TX_CH(1), 7, 0), VSWITCH_ERR_INVALID_OPERATION);
    assert_int_equal(call(TX_CH(OUT), VSWITCH_QUERY_STATE, 0), VSWITCH_ERR_INVALID_OPERATION);
    assert_int_equal(call(RX_CH(0), VSWITCH_QUERY_STATE, 0), VSWITCH_ERR_INVALID_OPERATION);
}

static void refused(const char *why)
{
    fake_init(pd);
    assert_non_null(strstr(fake_text, why));
    send(0, 0, 2, 1);
    run();
    assert_int_equal(length(rx[1].active), 0);
    assert_int_equal(call(TX_CH(0), VSWITCH_QUERY_STATE, 0), VSWITCH_ERR_INVALID_OPERATION);
}

static void test_refuses_configurations(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        begin();
        net_vswitch_port_config_t *port = &vswitch_config.ports[2];
        switch (i) {
        case 0:
            vswitch_config.magic[1] = 0;
            refused("nobody has written");
            break;
        case 1:
            vswitch_config.num_ports = 1;
            refused("2 to 31 ports");
            break;
        case 2:
            vswitch_config.num_ports = 32;
            refused("2 to 31 ports");
            break;
        case 3:
            port->rx.num_buffers = 7;
            refused("a port's queues");
            break;
        case 4:
            port->tx_data.size--;
            refused("too small");
            break;
        default:
            port->rx.num_buffers = 2;
            refused("fewer buffers");
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_receivers_that_keep_everything, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_of_the_way_out_half_is_lent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_between_clients, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_out_and_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_group_gets_one_buffer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_only_where_the_access_list_allows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_no_frame_comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_buffer_is_sent_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_returned_buffer_must_be_ones_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_sender_cannot_fill_anothers_queue, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_broken_queue_is_its_owners_loss, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_protected_procedures, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refuses_configurations, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("net_vswitch", tests, NULL, NULL);
}
