/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The responder's host: frames in, frames out. The bytes of frames are written here by hand, not
 * with the code under test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those above. */
#include <cmocka.h>
#include <string.h>

#include "ping/host.h"
#include "ping/inet.h"

static struct host host;
static uint8_t answer[FRAME_MAX];

static int set_up(void **state)
{
    (void)state;
    memset(&host, 0, sizeof(host));
    host.mac = (mac_addr_t){{0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0x01}};
    host.address = 0x0a00024d; /* 10.0.2.77 */
    host.netmask = 0xffffff00;
    return 0;
}

/* Who has 10.0.2.77? Tell 10.0.2.15. */
static const uint8_t who_has[] = {
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0x08, 0x06,
    0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x01, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56,
    10,   0,    2,    15,   0,    0,    0,    0,    0,    0,    10,   0,    2,    77,
};

/* 10.0.2.77 is at 02:aa:bb:cc:dd:01. */
static const uint8_t is_at[] = {
    0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0x01, 0x08, 0x06,
    0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x02, 0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0x01,
    10,   0,    2,    77,   0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 10,   0,    2,    15,
};

/* Echo request of 10.0.2.15, identifier 7, sequence 1, with "ping!", an odd number of bytes. */
static const uint8_t echo_request[] = {
    0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0x01, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0x08, 0x00, /* */
    0x45, 0x00, 0x00, 0x21, 0x12, 0x34, 0x40, 0x00, 0x40, 0x01, 0x10, 0x4d, 10,   0,
    2,    15,   10,   0,    2,    77, /* */
    0x08, 0x00, 0xf8, 0x26, 0x00, 0x07, 0x00, 0x01, 'p',  'i',  'n',  'g',  '!',
};

static size_t take(const uint8_t *frame, size_t size)
{
    return host_receive(&host, frame, size, 0, answer);
}

static void test_answers_who_has(void **state)
{
    (void)state;
    assert_int_equal(take(who_has, sizeof(who_has)), FRAME_MIN);
    assert_memory_equal(answer, is_at, sizeof(is_at));
    for (size_t i = sizeof(is_at); i < FRAME_MIN; i++) {
        assert_int_equal(answer[i], 0);
    }
}

static void test_answers_nobody_elses_who_has(void **state)
{
    (void)state;
    uint8_t frame[sizeof(who_has)];
    static const unsigned changed[] = {15, 16, 18, 19, 20, 21, 41};
    for (unsigned i = 0; i < sizeof(changed) / sizeof(changed[0]); i++) {
        memcpy(frame, who_has, sizeof(frame));
        frame[changed[i]] ^= 4;
        assert_int_equal(take(frame, sizeof(frame)), 0);
    }
    assert_int_equal(take(who_has, sizeof(who_has) - 1), 0);
    host.address = 0;
    assert_int_equal(take(who_has, sizeof(who_has)), 0);
}

static void test_answers_an_echo_request(void **state)
{
    (void)state;
    assert_int_equal(take(echo_request, sizeof(echo_request)), FRAME_MIN);
    assert_memory_equal(answer, echo_request + 6, 6);
    assert_memory_equal(answer + 6, echo_request, 6);
    const uint8_t *ip = answer + 14;
    assert_int_equal(ip[0], 0x45);
    assert_int_equal(inet_load_16(ip + 2), 0x21);
    assert_memory_equal(ip + 12, "\x0a\x00\x02\x4d\x0a\x00\x02\x0f", 8);
    assert_memory_equal(ip + 20, "\x00\x00\x00\x27\x00\x07\x00\x01ping!", 13);
    assert_int_equal(host.events, HOST_FIRST_ECHO);
    assert_int_equal(host.peer, 0x0a00020f);
    host.events = 0;
    assert_int_equal(take(echo_request, sizeof(echo_request)), FRAME_MIN);
    assert_int_equal(host.events, 0);
}

/* Each byte of which a change must silence the host: a bit at a time. */
static void test_answers_no_damaged_echo_request(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < sizeof(echo_request); byte++) {
        uint8_t frame[sizeof(echo_request)];
        memcpy(frame, echo_request, sizeof(frame));
        frame[byte] ^= 1;
        bool is_source_mac = byte > 6 && byte < 12;
        assert_int_equal(take(frame, sizeof(frame)) != 0, is_source_mac);
    }
    for (size_t size = 0; size < sizeof(echo_request); size++) {
        assert_int_equal(take(echo_request, size), 0);
    }
}

/* What has right checksums and yet is not for answering. */
static void test_answers_no_fragments_and_no_broadcasts(void **state)
{
    (void)state;
    uint8_t frame[sizeof(echo_request)];
    const struct {
        unsigned at;
        uint16_t value;
    } changes[] = {
        {14 + IP_FRAGMENT, 0x2000},    /* more fragments */
        {14 + IP_FRAGMENT, 0x0001},    /* not the first */
        {14 + IP_DESTINATION, 0xffff}, /* another network */
        {14 + IP_VERSION, 0x6500},     /* not IPv4 */
        {14 + IP_VERSION, 0x4400},     /* a header too small */
        {14 + IP_VERSION, 0x4f00},     /* a header that is longer than all */
        {14 + IP_LENGTH, 0x0022},      /* longer than the frame */
        {14 + IP_LENGTH, 0x0013},      /* shorter than its header */
    };
    for (unsigned i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        memcpy(frame, echo_request, sizeof(frame));
        inet_store_16(frame + changes[i].at, changes[i].value);
        inet_store_16(frame + 14 + IP_CHECKSUM, 0);
        inet_store_16(frame + 14 + IP_CHECKSUM, inet_checksum(frame + 14, IP_SIZE));
        assert_int_equal(take(frame, sizeof(frame)), 0);
    }
    static const uint32_t sources[] = {0, IP_BROADCAST};
    for (unsigned i = 0; i < 2; i++) {
        memcpy(frame, echo_request, sizeof(frame));
        inet_store_32(frame + 14 + IP_SOURCE, sources[i]);
        inet_store_16(frame + 14 + IP_CHECKSUM, 0);
        inet_store_16(frame + 14 + IP_CHECKSUM, inet_checksum(frame + 14, IP_SIZE));
        assert_int_equal(take(frame, sizeof(frame)), 0);
    }
}

/* A whole frame with IPv4 options: the answer has none and is not longer. */
static void test_answers_with_options(void **state)
{
    (void)state;
    uint8_t frame[FRAME_MAX] = {0};
    memcpy(frame, echo_request, 14 + IP_SIZE);
    frame[14] = 0x4f;
    inet_store_16(frame + 14 + IP_LENGTH, 1500);
    memset(frame + 14 + 20, 1, 40); /* RFC 791: no operation */
    inet_store_16(frame + 14 + IP_CHECKSUM, 0);
    inet_store_16(frame + 14 + IP_CHECKSUM, inet_checksum(frame + 14, 60));
    frame[14 + 60] = ICMP_ECHO_REQUEST;
    inet_store_16(frame + 14 + 60 + ICMP_CHECKSUM, inet_checksum(frame + 14 + 60, 1440));
    assert_int_equal(take(frame, sizeof(frame)), FRAME_MAX - 40);
    assert_int_equal(inet_checksum(answer + 14, IP_SIZE), 0);
    assert_int_equal(inet_checksum(answer + 34, 1440), 0);
    uint8_t long_frame[FRAME_MAX + 1] = {0};
    memcpy(long_frame, frame, sizeof(frame));
    assert_int_equal(take(long_frame, sizeof(long_frame)), 0);
}

static void test_asks_its_gateway_until_it_answers(void **state)
{
    (void)state;
    uint8_t question[FRAME_MAX];
    host.gateway = 0x0a000202;
    assert_int_equal(host_ask(&host, 5, question), FRAME_MIN);
    assert_true(mac802_addr_is_bcast(question));
    assert_int_equal(inet_load_32(question + 14 + ARP_TARGET_IP), host.gateway);
    assert_int_equal(host_ask(&host, 5 + HOST_RETRY_US - 1, question), 0);
    assert_int_equal(host_ask(&host, 5 + HOST_RETRY_US, question), FRAME_MIN);
    assert_true(host_waits(&host));

    uint8_t reply[sizeof(is_at)];
    memcpy(reply, is_at, sizeof(reply));
    memcpy(reply, host.mac.addr, 6);
    memcpy(reply + 14 + ARP_SENDER_MAC, "\x52\x55\x0a\x00\x02\x02", 6);
    inet_store_32(reply + 14 + ARP_SENDER_IP, host.gateway);
    inet_store_32(reply + 14 + ARP_TARGET_IP, host.address);
    assert_int_equal(take(reply, sizeof(reply)), 0);

    assert_int_equal(host_ask(&host, 2000000, question), FRAME_MIN); /* need not wait */
    assert_memory_equal(question, "\x52\x55\x0a\x00\x02\x02", 6);
    assert_int_equal(question[14 + IP_SIZE], ICMP_ECHO_REQUEST);

    /* The gateway sends it back. */
    memcpy(question, host.mac.addr, 6);
    memcpy(question + 6, "\x52\x55\x0a\x00\x02\x02", 6);
    inet_store_32(question + 14 + IP_SOURCE, host.gateway);
    inet_store_32(question + 14 + IP_DESTINATION, host.address);
    question[14 + IP_SIZE] = ICMP_ECHO_REPLY;
    inet_store_16(question + 14 + IP_SIZE + ICMP_CHECKSUM, 0);
    inet_store_16(question + 14 + IP_SIZE + ICMP_CHECKSUM,
                  inet_checksum(question + 14 + IP_SIZE, ICMP_SIZE));
    assert_int_equal(host_receive(&host, question, FRAME_MIN, 2000321, answer), 0);
    assert_int_equal(host.events, HOST_GATEWAY_ANSWER);
    assert_int_equal(host.echo_us, 321);
    assert_int_equal(host_ask(&host, 9000000, question), 0);
    assert_false(host_waits(&host));
}

/* ---- DHCP, with a server that is this test ---- */

static uint8_t question[FRAME_MAX];

/* The type of message that the host asks a server with, or 0. */
static unsigned asks(uint64_t now_us)
{
    size_t size = host_ask(&host, now_us, question);
    if (size == 0) {
        return 0;
    }
    const uint8_t *udp = question + 14 + IP_SIZE;
    assert_int_equal(size, 14 + 20 + 8 + 300);
    assert_int_equal(inet_checksum(question + 14, IP_SIZE), 0);
    assert_int_equal(inet_load_16(udp + 2), 67);
    assert_int_equal(inet_load_32(udp + 8 + 236), 0x63825363);
    assert_int_equal(udp[8 + 240], 53);
    return udp[8 + 242];
}

/* The server's message of a type: it offers 10.0.2.16 for an hour, from 10.0.2.2. */
static void server_says(uint8_t type, uint8_t last, uint64_t now_us)
{
    uint8_t frame[FRAME_MAX] = {0};
    uint8_t *message = frame + 14 + 28;
    static const uint8_t options[] = {
        1,   4, 255, 255, 255, 0,               /* netmask */
        0,                                      /* pad */
        3,   8, 10,  0,   2,   2,  10, 0, 2, 3, /* routers */
        51,  4, 0,   0,   14,  16,              /* 3600 s */
        54,  4, 10,  0,   2,   2,               /* server */
        255,
    };
    memset(frame, 0xff, 6);
    memcpy(frame + 6, "\x52\x55\x0a\x00\x02\x02", 6);
    inet_store_16(frame + 12, 0x0800);
    inet_write_ip(frame + 14, IP_UDP, 0x0a000202, IP_BROADCAST, 8 + 300);
    inet_store_16(frame + 34, 67);
    inet_store_16(frame + 36, 68);
    inet_store_16(frame + 38, 8 + 300);
    message[0] = 2;
    inet_store_32(message + 4, host.dhcp.transaction);
    memcpy(message + 16, "\x0a\x00\x02", 3);
    message[19] = last;
    memcpy(message + 28, host.mac.addr, 6);
    inet_store_32(message + 236, 0x63825363);
    memcpy(message + 240, "\x35\x01", 2);
    message[242] = type;
    memcpy(message + 243, options, sizeof(options));
    assert_int_equal(host_receive(&host, frame, 14 + 20 + 8 + 300, now_us, answer), 0);
}

static void begin_dhcp(void)
{
    host.address = 0;
    host.netmask = 0;
    host.uses_dhcp = true;
    host.dhcp.transaction = 0x12345678;
}

static void test_gets_an_address_by_dhcp(void **state)
{
    (void)state;
    begin_dhcp();
    assert_int_equal(asks(0), 1);
    assert_int_equal(asks(HOST_RETRY_US - 1), 0);
    assert_int_equal(asks(HOST_RETRY_US), 1); /* the first was lost */
    server_says(5, 16, HOST_RETRY_US);        /* an acknowledgement of nothing */
    assert_int_equal(host.dhcp.state, DHCP_SELECTING);
    server_says(2, 16, HOST_RETRY_US);
    assert_int_equal(asks(HOST_RETRY_US + 1), 3);
    const uint8_t *options = question + 14 + 28 + 243;
    assert_memory_equal(options, "\x32\x04\x0a\x00\x02\x10\x36\x04\x0a\x00\x02\x02", 12);
    server_says(5, 17, HOST_RETRY_US + 2); /* of another address */
    assert_int_equal(host.address, 0);
    server_says(5, 16, HOST_RETRY_US + 2);
    assert_int_equal(host.address, 0x0a000210);
    assert_int_equal(host.netmask, 0xffffff00);
    assert_int_equal(host.gateway, 0x0a000202);
    assert_int_equal(host.events, HOST_ADDRESS);
    assert_true(host_waits(&host));
}

static void test_prolongs_and_loses_a_lease(void **state)
{
    (void)state;
    const uint64_t hour = 3600000000ul;
    test_gets_an_address_by_dhcp(state);
    host.gateway_has_answered = true;
    host.events = 0;
    assert_int_equal(asks(hour / 2), 0);
    uint64_t now = hour / 2 + 2 * HOST_RETRY_US;
    assert_int_equal(asks(now), 3);
    assert_memory_equal(question + 14 + 28 + 12, "\x0a\x00\x02\x10", 4);
    assert_int_equal(question[14 + 28 + 243], 55); /* neither requested address nor server */
    server_says(5, 16, now);
    assert_int_equal(host.dhcp.state, DHCP_BOUND);
    assert_int_equal(host.events, 0);
    assert_int_equal(asks(now + hour / 2), 3);
    assert_int_equal(host.address, 0x0a000210);
    assert_int_equal(asks(now + hour), 1);
    assert_int_equal(host.address, 0);
}

static void test_a_refused_request_begins_anew(void **state)
{
    (void)state;
    begin_dhcp();
    assert_int_equal(asks(0), 1);
    server_says(2, 16, 0);
    assert_int_equal(asks(0), 3);
    server_says(6, 0, 0);
    assert_int_equal(asks(0), 1);
    server_says(2, 16, 0);
    for (unsigned second = 0; second < 10; second++) {
        assert_int_equal(asks(second * HOST_RETRY_US), 3);
    }
    assert_int_equal(asks(10 * HOST_RETRY_US), 1); /* the server is gone */
}

static void test_takes_no_dhcp_with_an_address_of_its_own(void **state)
{
    (void)state;
    server_says(2, 16, 0);
    server_says(5, 16, 0);
    assert_int_equal(host.address, 0x0a00024d);
    assert_int_equal(host.events, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_answers_who_has, set_up),
        cmocka_unit_test_setup(test_answers_nobody_elses_who_has, set_up),
        cmocka_unit_test_setup(test_answers_an_echo_request, set_up),
        cmocka_unit_test_setup(test_answers_no_damaged_echo_request, set_up),
        cmocka_unit_test_setup(test_answers_no_fragments_and_no_broadcasts, set_up),
        cmocka_unit_test_setup(test_answers_with_options, set_up),
        cmocka_unit_test_setup(test_asks_its_gateway_until_it_answers, set_up),
        cmocka_unit_test_setup(test_gets_an_address_by_dhcp, set_up),
        cmocka_unit_test_setup(test_prolongs_and_loses_a_lease, set_up),
        cmocka_unit_test_setup(test_a_refused_request_begins_anew, set_up),
        cmocka_unit_test_setup(test_takes_no_dhcp_with_an_address_of_its_own, set_up),
    };
    return cmocka_run_group_tests_name("ping_host", tests, NULL, NULL);
}
