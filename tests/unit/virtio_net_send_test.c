/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The network device in either role: its features, and frames that the guest sends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "libvmm/virtio_net.h"
#include "libvmm/net_frame_build.h"

static uint8_t frame[FRAME_BUILD_MAX];
static const struct virtio_net_hdr plain;

static void fill(uint8_t first, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        frame[i] = (uint8_t)(first + i * 3);
    }
}

/* The frame that comes out at the other end is this one. */
static void expect_sent(struct test_net *net, uint32_t length)
{
    net_buff_desc_t buffer;
    const uint8_t *bytes = test_net_take(net, &buffer);
    assert_non_null(bytes);
    assert_int_equal(buffer.len, length);
    assert_int_equal(buffer.oid, 0);
    assert_memory_equal(bytes, frame, length);
    test_net_return(net, buffer);
}

static void expect_none(struct test_net *net)
{
    net_buff_desc_t buffer;
    assert_null(test_net_take(net, &buffer));
}

static void expect_used(struct driver_queue *queue, uint32_t head)
{
    uint32_t id, written;
    assert_true(driver_take(queue, &id, &written));
    assert_int_equal(id, head);
    assert_int_equal(written, 0);
}

static void expect_unused(struct driver_queue *queue)
{
    uint32_t id, written;
    assert_false(driver_take(queue, &id, &written));
}

/* ---- Features and configuration ---- */

static void features_and_configuration(void **state)
{
    struct test_net *net = *state;
    uint64_t core = VIRTIO_FEATURE(VIRTIO_F_VERSION_1);
    assert_int_equal(driver_features_offered(net->base), test_net_features() | core);
    assert_int_equal(driver_load(net->base, REG_VIRTIO_MMIO_DEVICE_ID), VIRTIO_DEVICE_ID_NET);
    static const uint8_t expected[12] = {0x52, 0x54, 0, 1, 2, 3, 1, 0, 0, 0, 0xdc, 0x05};
    for (unsigned i = 0; i < 12; i++) {
        assert_int_equal(fake_load(0, net->base + REG_VIRTIO_MMIO_CONFIG + i, 1), expected[i]);
    }
    assert_int_equal(fake_load(0, net->base + REG_VIRTIO_MMIO_CONFIG + 10, 2), 1500);
}

static void features_need_one_another(void **state)
{
    struct test_net *net = *state;
    uint64_t csum = VIRTIO_FEATURE(VIRTIO_NET_F_CSUM);
    uint64_t tso4 = VIRTIO_FEATURE(VIRTIO_NET_F_HOST_TSO4);
    uint64_t tso6 = VIRTIO_FEATURE(VIRTIO_NET_F_HOST_TSO6);
    uint64_t ecn = VIRTIO_FEATURE(VIRTIO_NET_F_HOST_ECN);
    assert_true(driver_begin(net->base, 0));
    assert_true(driver_begin(net->base, csum));
    assert_true(driver_begin(net->base, csum | tso4));
    assert_true(driver_begin(net->base, csum | tso6 | ecn));
    assert_false(driver_begin(net->base, tso4));
    assert_false(driver_begin(net->base, tso6));
    assert_false(driver_begin(net->base, csum | ecn));
    assert_false(driver_begin(net->base, VIRTIO_FEATURE(17))); /* CTRL_VQ */
}

/* ---- Sending ---- */

static void a_frame(void **state)
{
    struct test_net *net = *state;
    fill(1, 60);
    uint16_t head = test_net_send(net, &plain, frame, 60, NULL, 0);
    driver_kick(net->base, &net->tx);
    expect_used(&net->tx, head);
    expect_sent(net, 60);
    assert_int_equal(test_net_notified(NET_CH_FROM_GUEST), 1);
    assert_int_equal(test_net_notified(NET_CH_TO_GUEST), 0);
    assert_int_equal(driver_interrupt(net->base), VIRTIO_INTERRUPT_USED);
    /* Nobody wants to be notified of the next one. */
    head = test_net_send(net, &plain, frame, 60, NULL, 0);
    driver_kick(net->base, &net->tx);
    expect_used(&net->tx, head);
    expect_sent(net, 60);
    assert_int_equal(test_net_notified(NET_CH_FROM_GUEST), 0);
    net_request_signal_active(&net->from_guest);
    for (unsigned i = 0; i < 5; i++) {
        test_net_send(net, &plain, frame, 60, NULL, 0);
    }
    driver_kick(net->base, &net->tx); /* and once of many */
    assert_int_equal(test_net_notified(NET_CH_FROM_GUEST), 1);
}

static void chains_cut_at_every_byte(void **state)
{
    struct test_net *net = *state;
    fill(7, 300);
    for (uint32_t cut = 1; cut < 311; cut++) {
        const uint32_t cuts[] = {cut / 2, cut, cut + 1};
        uint16_t head = test_net_send(net, &plain, frame, 300, cuts, 3);
        driver_kick(net->base, &net->tx);
        expect_used(&net->tx, head);
        expect_sent(net, 300);
    }
}

static void frames_that_cannot_be_sent(void **state)
{
    struct test_net *net = *state;
    static const uint32_t lengths[] = {0, 1, 13, 1523, 2048, 9000, 65550};
    for (unsigned i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        uint16_t head = test_net_send(net, &plain, frame, lengths[i], NULL, 0);
        driver_kick(net->base, &net->tx);
        expect_used(&net->tx, head);
        expect_none(net);
    }
    for (uint32_t size = 1; size <= 12; size++) { /* less than a header */
        struct driver_part parts[] = {{NET_DATA, size, false}, {NET_DATA + 64, 100, true}};
        uint16_t head = driver_add(&net->tx, parts, 2);
        driver_kick(net->base, &net->tx);
        expect_used(&net->tx, head);
        expect_none(net);
    }
    struct driver_part part = {NET_DATA, 1000, true}; /* nothing to read */
    uint16_t head = driver_add(&net->tx, &part, 1);
    driver_kick(net->base, &net->tx);
    expect_used(&net->tx, head);
    expect_none(net);
    assert_int_equal(test_net_notified(NET_CH_FROM_GUEST), 0);
}

static void what_was_not_negotiated(void **state)
{
    struct test_net *net = *state;
    struct virtio_net_hdr header;
    struct frame_recipe recipe = {.payload = 900};
    uint32_t length = frame_build(frame, &recipe, &header);

    test_net_driver(net, 0); /* no CSUM: the header says nothing */
    header.csum_start = UINT16_MAX;
    header.gso_type = 77;
    test_net_send(net, &header, frame, length, NULL, 0);
    driver_kick(net->base, &net->tx);
    expect_sent(net, length);

    test_net_driver(net,
                    VIRTIO_FEATURE(VIRTIO_NET_F_CSUM) | VIRTIO_FEATURE(VIRTIO_NET_F_HOST_TSO6));
    length = frame_build(frame, &recipe, &header);
    header.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
    header.gso_size = 500;
    uint16_t head = test_net_send(net, &header, frame, length, NULL, 0);
    driver_kick(net->base, &net->tx);
    expect_used(&net->tx, head);
    expect_none(net);

    test_net_driver(net,
                    VIRTIO_FEATURE(VIRTIO_NET_F_CSUM) | VIRTIO_FEATURE(VIRTIO_NET_F_HOST_TSO4));
    recipe.is_ipv6 = true;
    length = frame_build(frame, &recipe, &header);
    header.gso_type = VIRTIO_NET_HDR_GSO_TCPV6;
    header.gso_size = 500;
    head = test_net_send(net, &header, frame, length, NULL, 0);
    driver_kick(net->base, &net->tx);
    expect_used(&net->tx, head);
    expect_none(net);
}

static void a_checksum(void **state)
{
    struct test_net *net = *state;
    struct virtio_net_hdr header;
    uint32_t length = frame_build(frame, &(struct frame_recipe){.payload = 1400}, &header);
    test_net_send(net, &header, frame, length, NULL, 0);
    driver_kick(net->base, &net->tx);
    net_buff_desc_t buffer;
    const uint8_t *bytes = test_net_take(net, &buffer);
    assert_non_null(bytes);
    assert_true(frame_is_right(bytes, buffer.len));
}

/* ---- Buffers ---- */

static void frames_wait_for_buffers(void **state)
{
    struct test_net *net = *state;
    uint16_t heads[NET_CAPACITY + 3];
    for (unsigned i = 0; i < NET_CAPACITY + 3; i++) {
        fill((uint8_t)i, 100);
        heads[i] = test_net_send(net, &plain, frame, 100, NULL, 0);
    }
    driver_kick(net->base, &net->tx);
    for (unsigned i = 0; i < NET_CAPACITY; i++) {
        expect_used(&net->tx, heads[i]);
    }
    expect_unused(&net->tx);
    assert_int_equal(test_net_notified(NET_CH_FROM_GUEST), 1);
    assert_true(net_require_signal_free(&net->from_guest));
    /* The guest need not notify, and nothing goes wrong if it does. */
    assert_true(driver_avail_event(&net->tx) != net->tx.avail_next);
    driver_kick(net->base, &net->tx);
    expect_unused(&net->tx);
    /* One comes back: one frame goes on. */
    fill(0, 100);
    expect_sent(net, 100);
    net_cancel_signal_free(&net->from_guest);
    test_net_notify(net, NET_CH_FROM_GUEST);
    expect_used(&net->tx, heads[NET_CAPACITY]);
    expect_unused(&net->tx);
    assert_true(net_require_signal_free(&net->from_guest));
    for (unsigned i = 1; i <= NET_CAPACITY; i++) {
        fill((uint8_t)i, 100);
        expect_sent(net, 100);
    }
    test_net_notify(net, NET_CH_FROM_GUEST);
    expect_used(&net->tx, heads[NET_CAPACITY + 1]);
    expect_used(&net->tx, heads[NET_CAPACITY + 2]);
    for (unsigned i = NET_CAPACITY + 1; i < NET_CAPACITY + 3; i++) {
        fill((uint8_t)i, 100);
        expect_sent(net, 100);
    }
    assert_int_equal(driver_avail_event(&net->tx), net->tx.avail_next); /* notify again */
}

static void a_large_frame_over_few_buffers(void **state)
{
    struct test_net *net = *state;
    struct virtio_net_hdr header;
    uint32_t length = frame_build(frame, &(struct frame_recipe){.payload = 60000}, &header);
    header.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
    header.gso_size = 1460;
    uint16_t head = test_net_send(net, &header, frame, length, NULL, 0);
    uint16_t next = test_net_send(net, &plain, frame, 60, NULL, 0);
    driver_kick(net->base, &net->tx);
    uint32_t at = 54;
    while (at < length) {
        net_buff_desc_t buffer;
        const uint8_t *bytes = test_net_take(net, &buffer);
        if (bytes == NULL) {
            expect_unused(&net->tx);
            test_net_notify(net, NET_CH_FROM_GUEST);
            bytes = test_net_take(net, &buffer);
            assert_non_null(bytes);
        }
        assert_true(frame_is_right(bytes, buffer.len));
        assert_memory_equal(bytes + 54, frame + at, buffer.len - 54);
        at += buffer.len - 54u;
        test_net_return(net, buffer);
    }
    test_net_notify(net, NET_CH_FROM_GUEST);
    expect_used(&net->tx, head);
    expect_used(&net->tx, next);
    expect_sent(net, 60);
    expect_none(net);
}

static void a_reset_forgets_what_is_half_sent(void **state)
{
    struct test_net *net = *state;
    struct virtio_net_hdr header;
    uint32_t length = frame_build(frame, &(struct frame_recipe){.payload = 60000}, &header);
    header.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
    header.gso_size = 1460;
    test_net_send(net, &header, frame, length, NULL, 0);
    driver_kick(net->base, &net->tx);
    test_net_driver(net, test_net_features());
    net_buff_desc_t buffer;
    while (test_net_take(net, &buffer) != NULL) {
        test_net_return(net, buffer);
    }
    test_net_notify(net, NET_CH_FROM_GUEST);
    expect_none(net);
    fill(9, 70);
    uint16_t head = test_net_send(net, &plain, frame, 70, NULL, 0);
    driver_kick(net->base, &net->tx);
    expect_used(&net->tx, head);
    expect_sent(net, 70);
    expect_none(net);
}

static void notifications_without_a_driver(void **state)
{
    struct test_net *net = *state;
    driver_store(net->base, REG_VIRTIO_MMIO_STATUS, 0);
    test_net_notify(net, NET_CH_FROM_GUEST);
    test_net_notify(net, NET_CH_TO_GUEST);
    expect_none(net);
    assert_false(virtio_net_notified(&net->device, 13));
}

/* ---- Hostile other ends ---- */

/* A free queue with just this buffer. */
static void free_only(struct test_net *net, uint64_t io_or_offset, unsigned oid)
{
    memset(net->from_guest.free, 0, net_queue_size(NET_CAPACITY));
    test_net_return(net, (net_buff_desc_t){.io_or_offset = io_or_offset, .oid = oid & 0x3f});
}

static void buffers_outside_of_the_region(void **state)
{
    struct test_net *net = *state;
    uint64_t base = net->is_server ? (uintptr_t)net->from_guest_data : 0;
    uint64_t end = (uint64_t)NET_CAPACITY * NET_BUFFER_SIZE;
    const uint64_t places[] = {base + end,
                               base + end - 2047,
                               base + end - 1,
                               base - 1,
                               base - 2048,
                               UINT64_MAX,
                               UINT64_MAX - 2047,
                               (uint64_t)INT64_MAX + 1,
                               (uintptr_t)net->to_guest_data[0]};
    fill(3, 200);
    test_net_send(net, &plain, frame, 200, NULL, 0);
    for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
        free_only(net, places[i], 0);
        driver_kick(net->base, &net->tx);
        test_net_notify(net, NET_CH_FROM_GUEST);
        expect_none(net);
        assert_true(net_require_signal_free(&net->from_guest));
    }
    if (!net->is_server) {
        for (unsigned oid = 1; oid < 64; oid++) {
            free_only(net, 0, oid);
            test_net_notify(net, NET_CH_FROM_GUEST);
            expect_none(net);
        }
    }
    free_only(net, base + end - 2048, 0); /* and here is a good one */
    test_net_notify(net, NET_CH_FROM_GUEST);
    expect_sent(net, 200);
}

static void the_same_buffer_twice(void **state)
{
    struct test_net *net = *state;
    net_buff_desc_t buffer = {.io_or_offset = net->is_server ? (uintptr_t)net->from_guest_data : 0};
    free_only(net, buffer.io_or_offset, 0);
    test_net_return(net, buffer);
    fill(1, 60);
    test_net_send(net, &plain, frame, 60, NULL, 0);
    test_net_send(net, &plain, frame, 60, NULL, 0);
    driver_kick(net->base, &net->tx);
    assert_non_null(test_net_take(net, &buffer));
    expect_sent(net, 60);
}

static void broken_queues(void **state)
{
    struct test_net *net = *state;
    uint16_t head = test_net_send(net, &plain, frame, 60, NULL, 0);
    net->from_guest.free->tail = 30000; /* more than it can hold */
    driver_kick(net->base, &net->tx);
    test_net_notify(net, NET_CH_FROM_GUEST);
    expect_unused(&net->tx);
    net->from_guest.free->tail = NET_CAPACITY;
    net->from_guest.active->head = 1000;
    test_net_notify(net, NET_CH_FROM_GUEST); /* no place: this frame is lost */
    expect_used(&net->tx, head);
    net->from_guest.active->head = net->from_guest.active->tail;
    fill(1, 60);
    test_net_send(net, &plain, frame, 60, NULL, 0);
    driver_kick(net->base, &net->tx);
    expect_sent(net, 60);
}

static void a_guest_that_breaks_the_rules(void **state)
{
    struct test_net *net = *state;
    driver_add_head(&net->tx, NET_QUEUE_SIZE + 1);
    driver_kick(net->base, &net->tx);
    assert_true(fake_logged("broken a rule"));
    expect_none(net);
    test_net_driver(net, test_net_features());
    fill(1, 60);
    test_net_send(net, &plain, frame, 60, NULL, 0);
    driver_kick(net->base, &net->tx);
    expect_sent(net, 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH_ROLES(features_and_configuration),
        BOTH_ROLES(features_need_one_another),
        BOTH_ROLES(a_frame),
        BOTH_ROLES(chains_cut_at_every_byte),
        BOTH_ROLES(frames_that_cannot_be_sent),
        BOTH_ROLES(what_was_not_negotiated),
        BOTH_ROLES(a_checksum),
        BOTH_ROLES(frames_wait_for_buffers),
        BOTH_ROLES(a_large_frame_over_few_buffers),
        BOTH_ROLES(a_reset_forgets_what_is_half_sent),
        BOTH_ROLES(notifications_without_a_driver),
        BOTH_ROLES(buffers_outside_of_the_region),
        BOTH_ROLES(the_same_buffer_twice),
        BOTH_ROLES(broken_queues),
        BOTH_ROLES(a_guest_that_breaks_the_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
