/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * All programs of the network class together, as docs/devices.md wires them: a driver and seven
 * clients that are this test, the responder as the eighth client, a copier for each, the switch,
 * and both virtualisers. One client may be hostile: the others must not notice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those above. */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <drover/ping.h>

#include "network/parts.h"
#include "ping/inet.h"

#define CLIENTS   8
#define PING      7
#define BUFFERS   64   /* of a client, each way */
#define DMA       256  /* buffers of the driver's */
#define CAPACITY  1024 /* of what goes out: every client's buffers fit */
#define IO_RX     0x80000000ul
#define IO_TX(c)  (0x90000000ul + (uint64_t)(c)*0x100000ul)
#define DRIVER_CH 40
/* Priorities: the virtualisers, the switch, the copiers, clients. */
#define VIRT      0
#define SWITCH    1
#define COPY      2
#define CLIENT    3

struct client {
    net_queue_handle_t rx;
    net_queue_handle_t tx;
    char *rx_data;
    char *tx_data;
    mac_addr_t mac;
    unsigned received;
};

static struct client clients[CLIENTS];
static net_queue_handle_t driver_rx;
static net_queue_handle_t driver_tx;
static unsigned driver_sent;

static void copy_init_at(unsigned i)
{
    copy_select(i);
    copy_init();
}

/* A program cannot be told which of several it is, so there is a function for each. */
#define COPIER(i)                                                                                  \
    static void copy_init_##i(void)                                                                \
    {                                                                                              \
        copy_init_at(i);                                                                           \
    }                                                                                              \
    static void copy_notified_##i(microkit_channel ch)                                             \
    {                                                                                              \
        copy_select(i);                                                                            \
        copy_notified(ch);                                                                         \
    }
COPIER(0)
COPIER(1)
COPIER(2)
COPIER(3)
COPIER(4)
COPIER(5)
COPIER(6)
COPIER(7)

static const struct fake_pd copiers[CLIENTS] = {
    {copy_init_0, copy_notified_0, COPY}, {copy_init_1, copy_notified_1, COPY},
    {copy_init_2, copy_notified_2, COPY}, {copy_init_3, copy_notified_3, COPY},
    {copy_init_4, copy_notified_4, COPY}, {copy_init_5, copy_notified_5, COPY},
    {copy_init_6, copy_notified_6, COPY}, {copy_init_7, copy_notified_7, COPY},
};

static unsigned pd_rx, pd_tx, pd_switch, pd_copy[CLIENTS], pd_ping;

static void add_programs(void)
{
    pd_rx = fake_pd_add((struct fake_pd){virt_rx_init, virt_rx_notified, VIRT});
    pd_tx = fake_pd_add((struct fake_pd){virt_tx_init, virt_tx_notified, VIRT});
    pd_switch = fake_pd_add((struct fake_pd){vswitch_init, vswitch_notified, SWITCH});
    for (unsigned c = 0; c < CLIENTS; c++) {
        pd_copy[c] = fake_pd_add(copiers[c]);
    }
    pd_ping = fake_pd_add((struct fake_pd){ping_init, ping_notified, CLIENT});
}

static void wire_virtualisers(region_resource_t dma)
{
    net_vswitch_port_config_t *out = &vswitch_config.ports[CLIENTS];
    fake_magic(&virt_rx_config);
    fake_magic(&virt_tx_config);
    virt_rx_config.driver = fake_connection(DMA, 0);
    virt_rx_config.data = (device_region_resource_t){dma, IO_RX};
    virt_rx_config.num_clients = 1;
    virt_rx_config.clients[0].conn = fake_connection(DMA, 1);
    virt_rx_config.clients[0].num_macs = CLIENTS;
    virt_tx_config.driver = fake_connection(CAPACITY, 0);
    virt_tx_config.num_clients = 1;
    virt_tx_config.clients[0].conn = fake_connection(CAPACITY, 1);
    virt_tx_config.clients[0].num_regions = CLIENTS;
    out->tx = fake_other_end(virt_rx_config.clients[0].conn, 2 * CLIENTS);
    out->tx_data = dma;
    out->rx = fake_other_end(virt_tx_config.clients[0].conn, 2 * CLIENTS + 1);
    out->acl = (1ul << CLIENTS) - 1;
    fake_channel(pd_rx, 0, FAKE_TEST, DRIVER_CH);
    fake_channel(pd_tx, 0, FAKE_TEST, DRIVER_CH + 1);
    fake_channel(pd_rx, 1, pd_switch, 2 * CLIENTS);
    fake_channel(pd_tx, 1, pd_switch, 2 * CLIENTS + 1);
    driver_rx = fake_handle(&virt_rx_config.driver);
    driver_tx = fake_handle(&virt_tx_config.driver);
}

static void wire_client(unsigned c, region_resource_t *tx_data)
{
    net_vswitch_port_config_t *port = &vswitch_config.ports[c];
    port->rx = fake_connection(BUFFERS * 4, (uint8_t)(2 * c));
    port->tx = fake_connection(BUFFERS, (uint8_t)(2 * c + 1));
    port->tx_data = tx_data[c];
    port->mac_addr = (mac_addr_t){{2, 0, 0, 0, 0, (uint8_t)c}};
    port->acl = (1ul << (CLIENTS + 1)) - 1;
    virt_rx_config.clients[0].mac_addrs[c] = port->mac_addr;
    virt_tx_config.clients[0].regions[c] = (net_virt_tx_data_region_t){
        .data = {{NULL, tx_data[c].size}, IO_TX(c)}, .num_buffers = BUFFERS};

    copy_select(c);
    fake_magic(&copy_config);
    copy_config.rx = fake_other_end(port->rx, 0);
    memcpy(copy_config.rx_data, tx_data, (CLIENTS + 1) * sizeof(*tx_data));
    copy_config.client = fake_connection(BUFFERS, 1);
    copy_config.client_data = fake_region(BUFFERS * NET_BUFFER_SIZE);
    fake_channel(pd_copy[c], 0, pd_switch, 2 * c);

    clients[c] = (struct client){.rx = fake_handle(&copy_config.client),
                                 .tx = fake_handle(&port->tx),
                                 .rx_data = copy_config.client_data.vaddr,
                                 .tx_data = tx_data[c].vaddr,
                                 .mac = port->mac_addr};
    unsigned pd = c == PING ? pd_ping : FAKE_TEST;
    fake_channel(pd_copy[c], 1, pd, c == PING ? 0 : 2 * c);
    fake_channel(pd_switch, 2 * c + 1, pd, c == PING ? 1 : 2 * c + 1);
}

static void wire_ping(void)
{
    copy_select(PING);
    fake_magic(&ping_client_config);
    ping_client_config.rx = fake_other_end(copy_config.client, 0);
    ping_client_config.rx_data = copy_config.client_data;
    ping_client_config.tx = fake_other_end(vswitch_config.ports[PING].tx, 1);
    ping_client_config.tx_data = vswitch_config.ports[PING].tx_data;
    ping_client_config.mac_addr = clients[PING].mac;
    ping_config = (struct ping_config){
        .address = {10, 0, 2, 77}, .netmask = {255, 255, 255, 0}, .gateway = {10, 0, 2, 2}};
}

/* The responder has asked for its gateway: everybody and the driver have got that. */
static void forget_the_question(void);

static int set_up(void **state)
{
    (void)state;
    region_resource_t data[CLIENTS + 1];
    fake_reset();
    virt_rx_reset();
    virt_tx_reset();
    vswitch_reset();
    copy_reset();
    ping_reset();
    driver_sent = 0;
    add_programs();
    for (unsigned c = 0; c < CLIENTS; c++) {
        data[c] = fake_region(BUFFERS * NET_BUFFER_SIZE);
    }
    data[CLIENTS] = fake_region(DMA * NET_BUFFER_SIZE);
    fake_magic(&vswitch_config);
    vswitch_config.num_ports = CLIENTS + 1;
    wire_virtualisers(data[CLIENTS]);
    for (unsigned c = 0; c < CLIENTS; c++) {
        wire_client(c, data);
    }
    wire_ping();
    for (unsigned pd = 1; pd <= pd_ping; pd++) {
        fake_init(pd);
    }
    assert_string_equal(fake_text, "ping: address 10.0.2.77, gateway 10.0.2.2\n");
    for (unsigned c = 0; c < PING; c++) {
        net_buffers_init(&clients[c].tx, 0);
    }
    fake_run();
    forget_the_question();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    virt_rx_check();
    virt_tx_check();
    vswitch_check();
    fake_reset();
    return 0;
}

/* Notifies the other end as a client or a driver does. */
static void tell(net_queue_t *queue, unsigned ch)
{
    if (net_require_signal(queue)) {
        net_cancel_signal(queue);
        microkit_notify(ch);
    }
}

/* A client sends a frame with `word` behind the header. False: it has no buffer to send it in. */
static bool send(unsigned c, const mac_addr_t *dest, uint32_t word)
{
    net_buff_desc_t buffer;
    if (net_dequeue_free(&clients[c].tx, &buffer) != 0) {
        net_request_signal_free(&clients[c].tx);
        return false;
    }
    uint8_t *frame = (uint8_t *)clients[c].tx_data + buffer.io_or_offset;
    inet_write_ethernet(frame, dest->addr, &clients[c].mac, 0x88b5); /* IEEE 802: experiments */
    inet_store_32(frame + ETH_SIZE, word);
    buffer.len = FRAME_MIN;
    assert_int_equal(net_enqueue_active(&clients[c].tx, buffer), 0);
    tell(clients[c].tx.active, 2 * c + 1);
    return true;
}

/* A client receives a frame into `frame`. 0: there is none. */
static size_t receive(unsigned c, uint8_t *frame)
{
    net_buff_desc_t buffer;
    if (net_dequeue_active(&clients[c].rx, &buffer) != 0) {
        net_request_signal_active(&clients[c].rx);
        return 0;
    }
    memcpy(frame, clients[c].rx_data + buffer.io_or_offset, buffer.len);
    assert_int_equal(net_enqueue_free(&clients[c].rx, buffer), 0);
    clients[c].received++;
    return buffer.len;
}

static void drain(unsigned c)
{
    uint8_t frame[NET_BUFFER_SIZE];
    while (receive(c, frame) != 0) {
    }
}

/* The driver puts all that is sent on the wire. */
static void drive(void)
{
    net_buff_desc_t buffer;
    while (net_dequeue_active(&driver_tx, &buffer) == 0) {
        driver_sent++;
        assert_int_equal(net_enqueue_free(&driver_tx, buffer), 0);
    }
    net_request_signal_active(&driver_tx);
    tell(driver_tx.free, DRIVER_CH + 1);
    fake_run();
}

static void forget_the_question(void)
{
    for (unsigned c = 0; c < PING; c++) {
        drain(c);
    }
    drive();
    driver_sent = 0;
}

/* The driver receives a frame. */
static void arrive(const uint8_t *frame, size_t size)
{
    net_buff_desc_t buffer;
    assert_int_equal(net_dequeue_free(&driver_rx, &buffer), 0);
    memcpy((char *)virt_rx_config.data.region.vaddr + (buffer.io_or_offset - IO_RX), frame, size);
    buffer.len = (uint16_t)size;
    assert_int_equal(net_enqueue_active(&driver_rx, buffer), 0);
    tell(driver_rx.active, DRIVER_CH);
    fake_run();
}

static unsigned length(const net_queue_t *queue)
{
    return (uint16_t)(queue->tail - queue->head);
}

/* At rest every buffer is where it began, once the virtualisers look: they are told of those that
 * come back only when some run short. */
static void assert_all_returned(unsigned first_client)
{
    microkit_notify(DRIVER_CH);
    microkit_notify(DRIVER_CH + 1);
    fake_run();
    assert_int_equal(length(driver_rx.free), DMA);
    for (unsigned c = first_client; c < PING; c++) {
        assert_int_equal(length(clients[c].tx.free), BUFFERS);
        assert_int_equal(length(clients[c].rx.free), BUFFERS);
    }
}

static const mac_addr_t everybody = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
static const mac_addr_t outside = {{0x52, 0x55, 10, 0, 2, 2}};

static void test_everybody_reaches_everybody(void **state)
{
    (void)state;
    uint8_t frame[NET_BUFFER_SIZE];
    for (unsigned from = 0; from < PING; from++) {
        for (unsigned to = 0; to < PING; to++) {
            assert_true(send(from, &clients[to].mac, from * 100 + to));
            fake_run();
            if (from != to) {
                assert_int_equal(receive(to, frame), FRAME_MIN);
                assert_int_equal(inet_load_32(frame + ETH_SIZE), from * 100 + to);
            }
            assert_int_equal(receive(to, frame), 0);
        }
    }
    drive();
    assert_all_returned(0);
}

static void test_out_and_in(void **state)
{
    (void)state;
    uint8_t frame[NET_BUFFER_SIZE] = {0};
    assert_true(send(3, &outside, 1));
    assert_true(send(4, &everybody, 2));
    fake_run();
    drive();
    assert_int_equal(driver_sent, 2);
    for (unsigned c = 0; c < PING; c++) {
        assert_int_equal(receive(c, frame) != 0, c != 4);
    }
    inet_write_ethernet(frame, clients[5].mac.addr, &outside, 0x88b5);
    arrive(frame, 1514);
    inet_write_ethernet(frame, everybody.addr, &outside, 0x88b5);
    arrive(frame, FRAME_MIN);
    inet_write_ethernet(frame, outside.addr, &outside, 0x88b5);
    arrive(frame, FRAME_MIN);
    assert_int_equal(receive(5, frame), 1514);
    for (unsigned c = 0; c < PING; c++) {
        assert_int_equal(receive(c, frame), FRAME_MIN);
        assert_int_equal(receive(c, frame), 0);
    }
    assert_all_returned(0);
}

/* Who-has and an echo request of client 1 to the responder. */
static void test_the_responder_answers_a_client(void **state)
{
    (void)state;
    uint8_t frame[NET_BUFFER_SIZE];
    net_buff_desc_t buffer;
    assert_int_equal(net_dequeue_free(&clients[1].tx, &buffer), 0);
    uint8_t *arp = (uint8_t *)clients[1].tx_data + buffer.io_or_offset;
    inet_write_ethernet(arp, everybody.addr, &clients[1].mac, ETH_TYPE_ARP);
    static const uint8_t request[] = {0, 1, 8, 0, 6, 4, 0, 1};
    memcpy(arp + ETH_SIZE, request, sizeof(request));
    memcpy(arp + ETH_SIZE + ARP_SENDER_MAC, &clients[1].mac, MAC802_BYTES);
    inet_store_32(arp + ETH_SIZE + ARP_SENDER_IP, 0x0a000201);
    inet_store_32(arp + ETH_SIZE + ARP_TARGET_IP, 0x0a00024d);
    buffer.len = FRAME_MIN;
    assert_int_equal(net_enqueue_active(&clients[1].tx, buffer), 0);
    tell(clients[1].tx.active, 3);
    fake_run();
    assert_int_equal(receive(1, frame), FRAME_MIN);
    assert_int_equal(inet_load_16(frame + ETH_SIZE + ARP_OPERATION), ARP_REPLY);
    assert_memory_equal(frame + ETH_SIZE + ARP_SENDER_MAC, &clients[PING].mac, MAC802_BYTES);

    assert_int_equal(net_dequeue_free(&clients[1].tx, &buffer), 0);
    uint8_t *ip = (uint8_t *)clients[1].tx_data + buffer.io_or_offset;
    inet_write_ethernet(ip, clients[PING].mac.addr, &clients[1].mac, ETH_TYPE_IP);
    inet_write_ip(ip + ETH_SIZE, IP_ICMP, 0x0a000201, 0x0a00024d, 1480);
    uint8_t *icmp = ip + ETH_SIZE + IP_SIZE;
    memset(icmp, 0x5a, 1480);
    icmp[0] = ICMP_ECHO_REQUEST;
    icmp[1] = 0;
    inet_store_16(icmp + ICMP_CHECKSUM, 0);
    inet_store_16(icmp + ICMP_CHECKSUM, inet_checksum(icmp, 1480));
    buffer.len = FRAME_MAX;
    assert_int_equal(net_enqueue_active(&clients[1].tx, buffer), 0);
    tell(clients[1].tx.active, 3);
    fake_run();
    assert_int_equal(receive(1, frame), FRAME_MAX);
    assert_int_equal(frame[ETH_SIZE + IP_SIZE], ICMP_ECHO_REPLY);
    assert_memory_equal(frame + ETH_SIZE + IP_SIZE + ICMP_ID, icmp + ICMP_ID, 1480 - ICMP_ID);
    assert_non_null(strstr(fake_text, "ping: 10.0.2.1 pings, and is answered\n"));
    for (unsigned c = 0; c < PING; c++) {
        drain(c); /* the who-has was for everybody */
    }
    drive();
    assert_all_returned(0);
}

/* What a client that is out for trouble does to the memory that it can write. */
static void make_trouble(unsigned c)
{
    net_queue_t *queues[] = {clients[c].rx.free, clients[c].rx.active, clients[c].tx.free,
                             clients[c].tx.active};
    for (unsigned i = 0; i < 8; i++) {
        net_queue_t *queue = queues[rand() % 4];
        switch (rand() % 4) {
        case 0:
            queue->head = (uint16_t)rand();
            break;
        case 1:
            queue->tail = (uint16_t)(queue->head + rand() % (BUFFERS + 2));
            break;
        case 2:
            queue->consumer_signalled = (uint32_t)rand() % 2;
            break;
        default:
            queue->buffers[rand() % BUFFERS] = (net_buff_desc_t){
                .io_or_offset = (uint64_t)(rand() % (2 * BUFFERS)) * (NET_BUFFER_SIZE / 2),
                .len = (uint16_t)(rand() % 2100),
                .oid = (uint8_t)rand() & 0x3f,
            };
            memset(clients[c].tx_data + rand() % BUFFERS * NET_BUFFER_SIZE, rand() % 2 ? 0xff : 2,
                   MAC802_BYTES);
            break;
        }
    }
    microkit_notify(2 * c + 1);
    microkit_notify(2 * c);
}

/* Whether client `c` has received such a frame, among others. */
static bool has_come(unsigned c, const mac_addr_t *src, uint32_t word)
{
    uint8_t frame[NET_BUFFER_SIZE];
    bool found = false;
    while (receive(c, frame) != 0) {
        found |=
            mac802_addr_eq(frame + ETH_SRC, src->addr) && inet_load_32(frame + ETH_SIZE) == word;
    }
    return found;
}

/* Client 0 makes trouble. Pairs of the others talk, in both directions and with the outside, and
 * lose nothing. */
static void test_a_hostile_client_disturbs_nobody(void **state)
{
    (void)state;
    uint8_t frame[NET_BUFFER_SIZE] = {0};
    srand(1);
    for (uint32_t round = 0; round < 3000; round++) {
        make_trouble(0);
        for (unsigned c = 1; c < PING; c++) {
            drain(c);
            clients[c].received = 0;
        }
        for (unsigned c = 1; c < PING; c++) {
            unsigned peer = 1 + (c + round) % (PING - 1);
            assert_true(send(c, &clients[peer].mac, round));
            fake_run();
            assert_true(peer == c || has_come(peer, &clients[c].mac, round));
        }
        drive();
        inet_write_ethernet(frame, clients[2].mac.addr, &outside, 0x88b5);
        inet_store_32(frame + ETH_SIZE, round);
        arrive(frame, FRAME_MIN);
        assert_true(has_come(2, &outside, round));
        virt_rx_check();
        virt_tx_check();
        vswitch_check();
    }
    for (unsigned c = 1; c < PING; c++) {
        drain(c);
    }
    assert_all_returned(1);
}

/* All clients send to everybody, as fast as they can, and the driver receives: nothing is lost for
 * good. */
static void test_a_storm_ends(void **state)
{
    (void)state;
    uint8_t frame[NET_BUFFER_SIZE] = {0};
    for (unsigned round = 0; round < 50; round++) {
        for (unsigned i = 0; i < BUFFERS; i++) {
            for (unsigned c = 0; c < PING; c++) {
                send(c, &everybody, i);
            }
            inet_write_ethernet(frame, everybody.addr, &outside, 0x88b5);
            if (!net_queue_empty_free(&driver_rx)) {
                arrive(frame, FRAME_MIN);
            }
        }
        fake_run();
        for (unsigned c = 0; c < PING; c++) {
            drain(c);
            assert_true(clients[c].received > 0);
            clients[c].received = 0;
        }
        drive();
    }
    assert_all_returned(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_everybody_reaches_everybody, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_out_and_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_responder_answers_a_client, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_hostile_client_disturbs_nobody, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_storm_ends, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("net_system", tests, NULL, NULL);
}
