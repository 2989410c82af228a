/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The network device in either role: frames for the guest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "libvmm/net_frame_build.h"
#include "libvmm/virtio_net.h"
#include "virtio/net_frame.h"

#define HEADER 12u

static uint64_t post(struct test_net *net, uint32_t size)
{
    return test_net_post(net, &size, 1);
}

static void hand(struct test_net *net, unsigned index, uint8_t first, uint16_t length)
{
    test_net_hand(net, 0, index, first, length);
}

/* The driver gets `buffer_count` buffers, in turn at `gpas`, with this frame in them. */
static void expect_frame(struct test_net *net, const uint64_t *gpas, const uint32_t *sizes,
                         unsigned buffer_count, uint8_t first, uint32_t length)
{
    uint8_t bytes[HEADER + 2048];
    uint32_t at = 0;
    for (unsigned i = 0; i < buffer_count; i++) {
        uint32_t id, written;
        assert_true(driver_take(&net->rx, &id, &written));
        assert_true(written <= sizes[i]);
        assert_true(i + 1 == buffer_count || written == sizes[i]);
        memcpy(bytes + at, fake_ram(gpas[i]), written);
        at += written;
        if (written < sizes[i]) { /* and nothing behind */
            assert_int_equal(fake_ram(gpas[i])[written], 0xee);
        }
    }
    assert_int_equal(at, HEADER + length);
    uint8_t header[HEADER] = {[10] = (uint8_t)buffer_count};
    assert_memory_equal(bytes, header, HEADER);
    for (uint32_t i = 0; i < length; i++) {
        assert_int_equal(bytes[HEADER + i], (uint8_t)(first + i + (i >> 8)));
    }
}

static void expect_nothing(struct test_net *net)
{
    uint32_t id, written;
    assert_false(driver_take(&net->rx, &id, &written));
}

/* The other end gets this buffer back. */
static void expect_returned(struct test_net *net, unsigned region, unsigned index)
{
    net_buff_desc_t expected = test_net_buffer(net, region, index);
    net_buff_desc_t buffer;
    assert_int_equal(net_dequeue_free(&net->to_guest, &buffer), 0);
    assert_int_equal(buffer.io_or_offset, expected.io_or_offset);
    assert_int_equal(buffer.oid, expected.oid);
    assert_int_equal(buffer.len, 0);
}

static void expect_kept(struct test_net *net)
{
    net_buff_desc_t buffer;
    assert_int_equal(net_dequeue_free(&net->to_guest, &buffer), -1);
}

static void a_frame(void **state)
{
    struct test_net *net = *state;
    const uint32_t size = 1526;
    uint64_t gpa = post(net, size);
    driver_kick(net->base, &net->rx);
    expect_nothing(net);
    assert_int_equal(test_net_notified(NET_CH_TO_GUEST), 0);
    net_request_signal_free(&net->to_guest);
    hand(net, 3, 40, 1514);
    test_net_notify(net, NET_CH_TO_GUEST);
    expect_frame(net, &gpa, &size, 1, 40, 1514);
    expect_returned(net, 0, 3);
    assert_int_equal(test_net_notified(NET_CH_TO_GUEST), 1);
    assert_int_equal(test_net_notified(NET_CH_FROM_GUEST), 0);
    assert_int_equal(driver_interrupt(net->base), VIRTIO_INTERRUPT_USED);
    assert_true(net_require_signal_active(&net->to_guest));
    /* The other end does not want to know of buffers now. */
    gpa = post(net, size);
    hand(net, 4, 41, 60);
    test_net_notify(net, NET_CH_TO_GUEST);
    expect_frame(net, &gpa, &size, 1, 41, 60);
    assert_int_equal(test_net_notified(NET_CH_TO_GUEST), 0);
}

static void every_length(void **state)
{
    struct test_net *net = *state;
    const uint32_t size = 2100;
    for (uint16_t length = 14; length <= 1514; length++) {
        uint64_t gpa = post(net, size);
        test_net_hand(net, length % NET_REGION_COUNT, length % NET_CAPACITY, (uint8_t)length,
                      length);
        test_net_notify(net, NET_CH_TO_GUEST);
        expect_frame(net, &gpa, &size, 1, (uint8_t)length, length);
        expect_returned(net, length % NET_REGION_COUNT, length % NET_CAPACITY);
    }
}

/* 5.1.4.1: what is longer than the MTU has its VLAN tags to show for it. */
static void the_longest_frames(void **state)
{
    static const uint8_t types[3][6] = {{8, 0}, {0x81, 0, 0, 1, 8, 0}, {0x88, 0xa8, 0, 1, 0x81, 0}};
    struct test_net *net = *state;
    uint8_t frame[1600] = {0};
    for (unsigned tags = 0; tags < 3; tags++) {
        memcpy(frame + 12, types[tags], sizeof types[tags]);
        for (uint16_t length = 1500; length < 1530; length++) {
            uint32_t id, written;
            test_net_start(net, test_net_features());
            post(net, 2100);
            test_net_hand_bytes(net, 0, 0, frame, length);
            test_net_notify(net, NET_CH_TO_GUEST);
            assert_int_equal(driver_take(&net->rx, &id, &written), length <= 1514 + 4 * tags);
            expect_returned(net, 0, 0);
        }
    }
}

static void buffers_cut_at_every_byte(void **state)
{
    struct test_net *net = *state;
    const uint32_t size = 400;
    for (uint32_t cut = 0; cut <= size; cut++) {
        const uint32_t sizes[] = {cut / 2, cut - cut / 2, size - cut};
        uint64_t gpa = test_net_post(net, sizes, 3);
        hand(net, 0, 5, 200);
        test_net_notify(net, NET_CH_TO_GUEST);
        expect_frame(net, &gpa, &size, 1, 5, 200);
        expect_returned(net, 0, 0);
    }
}

static void frames_wait_for_the_guest(void **state)
{
    struct test_net *net = *state;
    const uint32_t size = 1600;
    uint64_t gpas[4];
    for (unsigned i = 0; i < 4; i++) {
        hand(net, i, (uint8_t)(i * 10), 100);
    }
    test_net_notify(net, NET_CH_TO_GUEST);
    expect_nothing(net);
    expect_kept(net);
    assert_int_equal(driver_avail_event(&net->rx), net->rx.avail_next); /* notify us */
    for (unsigned i = 0; i < 4; i++) {
        gpas[i] = post(net, size);
        if (i == 1) {
            driver_kick(net->base, &net->rx);
            expect_frame(net, &gpas[0], &size, 1, 0, 100);
            expect_frame(net, &gpas[1], &size, 1, 10, 100);
            expect_nothing(net);
        }
    }
    driver_kick(net->base, &net->rx);
    expect_frame(net, &gpas[2], &size, 1, 20, 100);
    expect_frame(net, &gpas[3], &size, 1, 30, 100);
    for (unsigned i = 0; i < 4; i++) {
        expect_returned(net, 0, i);
    }
    assert_true(driver_avail_event(&net->rx) != net->rx.avail_next); /* not any more */
}

/* ---- Merged buffers ---- */

static void a_frame_over_several_buffers(void **state)
{
    struct test_net *net = *state;
    for (uint32_t size = HEADER; size < 300; size += 7) {
        uint32_t sizes[NET_QUEUE_SIZE];
        uint64_t gpas[NET_QUEUE_SIZE];
        uint32_t count = (HEADER + 400 + size - 1) / size;
        for (uint32_t i = 0; i < count; i++) {
            sizes[i] = size;
            gpas[i] = post(net, size);
        }
        hand(net, 0, 77, 400);
        test_net_notify(net, NET_CH_TO_GUEST);
        expect_frame(net, gpas, sizes, count, 77, 400);
        expect_nothing(net);
        expect_returned(net, 0, 0);
    }
}

static void a_merge_waits_for_more_buffers(void **state)
{
    struct test_net *net = *state;
    uint64_t gpas[6];
    uint32_t sizes[6];
    hand(net, 2, 9, 500);
    test_net_notify(net, NET_CH_TO_GUEST);
    for (unsigned i = 0; i < 6; i++) {
        sizes[i] = 100;
        gpas[i] = post(net, 100);
        expect_nothing(net);
        expect_kept(net);
        assert_int_equal((uint16_t)(driver_avail_event(&net->rx) + 1), net->rx.avail_next);
        driver_kick(net->base, &net->rx);
    }
    expect_frame(net, gpas, sizes, 6, 9, 500);
    expect_returned(net, 0, 2);
}

static void the_count_may_lie_in_two_segments(void **state)
{
    struct test_net *net = *state;
    const uint32_t size = 111;
    const uint32_t parts[] = {10, 1, 100};
    uint64_t gpas[] = {test_net_post(net, parts, 3), post(net, size)};
    const uint32_t sizes[] = {size, size};
    hand(net, 0, 1, 150);
    test_net_notify(net, NET_CH_TO_GUEST);
    expect_frame(net, gpas, sizes, 2, 1, 150);
}

static void no_merging_if_not_negotiated(void **state)
{
    struct test_net *net = *state;
    test_net_driver(net, 0);
    const uint32_t size = 111, large = 112;
    post(net, size);
    uint64_t gpa;
    hand(net, 0, 1, 100);
    test_net_notify(net, NET_CH_TO_GUEST);
    expect_nothing(net); /* dropped */
    expect_returned(net, 0, 0);
    hand(net, 1, 1, 99); /* the buffer is still there */
    test_net_notify(net, NET_CH_TO_GUEST);
    uint32_t id, written;
    assert_true(driver_take(&net->rx, &id, &written));
    assert_int_equal(written, size);
    gpa = post(net, large);
    hand(net, 2, 4, 100);
    test_net_notify(net, NET_CH_TO_GUEST);
    expect_frame(net, &gpa, &large, 1, 4, 100);
}

static void buffers_too_small_for_a_header(void **state)
{
    struct test_net *net = *state;
    const uint32_t sizes[] = {11};
    test_net_post(net, sizes, 1);
    hand(net, 0, 1, 100);
    test_net_notify(net, NET_CH_TO_GUEST);
    expect_nothing(net);
    expect_returned(net, 0, 0);
    test_net_driver(net, test_net_features());
    struct driver_part readable = {NET_DATA, 4096, false};
    driver_add(&net->rx, &readable, 1);
    hand(net, 1, 1, 100);
    test_net_notify(net, NET_CH_TO_GUEST);
    expect_nothing(net);
    expect_returned(net, 0, 1);
}

static void too_many_buffers_for_a_frame(void **state)
{
    struct test_net *net = *state;
    post(net, HEADER);
    for (unsigned i = 1; i < NET_QUEUE_SIZE; i++) {
        post(net, 10);
    }
    hand(net, 0, 1, 1500);
    test_net_notify(net, NET_CH_TO_GUEST);
    assert_true(fake_logged("a frame fits into"));
    expect_returned(net, 0, 0);
    hand(net, 1, 1, 1500); /* dropped as long as the device is broken */
    test_net_notify(net, NET_CH_TO_GUEST);
    expect_returned(net, 0, 1);
    test_net_driver(net, test_net_features());
    const uint32_t size = 1600;
    uint64_t gpa = post(net, size);
    hand(net, 2, 8, 1500);
    test_net_notify(net, NET_CH_TO_GUEST);
    expect_frame(net, &gpa, &size, 1, 8, 1500);
}

/* ---- The guest goes away ---- */

static void without_a_driver_frames_are_dropped(void **state)
{
    struct test_net *net = *state;
    driver_store(net->base, REG_VIRTIO_MMIO_STATUS, 0);
    for (unsigned round = 0; round < 100; round++) {
        net_request_signal_free(&net->to_guest);
        for (unsigned i = 0; i < NET_CAPACITY; i++) {
            hand(net, i, 1, 100);
        }
        test_net_notify(net, NET_CH_TO_GUEST);
        for (unsigned i = 0; i < NET_CAPACITY; i++) {
            expect_returned(net, 0, i);
        }
        assert_int_equal(test_net_notified(NET_CH_TO_GUEST), 1);
        assert_true(net_require_signal_active(&net->to_guest));
    }
}

static void without_a_receive_queue_frames_are_dropped(void **state)
{
    struct test_net *net = *state;
    assert_true(driver_begin(net->base, 0));
    driver_ready(net->base);
    hand(net, 0, 1, 100);
    test_net_notify(net, NET_CH_TO_GUEST);
    expect_returned(net, 0, 0);
}

static void a_reset_returns_what_waits(void **state)
{
    struct test_net *net = *state;
    hand(net, 0, 1, 500);
    hand(net, 1, 2, 500);
    test_net_notify(net, NET_CH_TO_GUEST);
    post(net, 100); /* half of the first */
    driver_kick(net->base, &net->rx);
    expect_kept(net);
    net_request_signal_free(&net->to_guest);
    driver_store(net->base, REG_VIRTIO_MMIO_STATUS, 0);
    expect_returned(net, 0, 0);
    expect_returned(net, 0, 1);
    assert_int_equal(test_net_notified(NET_CH_TO_GUEST), 1);
    test_net_driver(net, test_net_features());
    const uint32_t size = 1600;
    uint64_t gpa = post(net, size);
    hand(net, 2, 3, 500);
    test_net_notify(net, NET_CH_TO_GUEST);
    expect_frame(net, &gpa, &size, 1, 3, 500);
    expect_nothing(net);
}

static void ready_drivers_get_what_waits(void **state)
{
    struct test_net *net = *state;
    const uint32_t size = 1600;
    assert_true(driver_begin(net->base, test_net_features()));
    driver_queue_begin(net->base, &net->rx, VIRTIO_NET_RX_VIRTQ, NET_QUEUE_SIZE,
                       FAKE_RAM + 0x100000);
    uint64_t gpa = post(net, size);
    hand(net, 0, 6, 100);
    driver_ready(net->base);
    expect_frame(net, &gpa, &size, 1, 6, 100);
}

/* ---- Hostile other ends ---- */

static void dropped(struct test_net *net, net_buff_desc_t buffer)
{
    assert_int_equal(net_enqueue_active(&net->to_guest, buffer), 0);
    test_net_notify(net, NET_CH_TO_GUEST);
    expect_nothing(net);
    net_buff_desc_t returned;
    assert_int_equal(net_dequeue_free(&net->to_guest, &returned), 0);
    assert_int_equal(returned.io_or_offset, buffer.io_or_offset);
    assert_int_equal(returned.oid, buffer.oid);
}

static void frames_that_cannot_be(void **state)
{
    struct test_net *net = *state;
    const uint32_t size = 4096;
    uint64_t gpa = post(net, size);
    static const uint16_t lengths[] = {0, 1, 13, 1523, 2048, 2049, 65535};
    net_buff_desc_t good = test_net_buffer(net, 1, NET_CAPACITY - 1);
    for (unsigned i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        net_buff_desc_t buffer = good;
        buffer.len = lengths[i];
        dropped(net, buffer);
    }
    static const uint64_t behind[] = {2048 - 99,      2048,          2049,
                                      4096,           1ull << 32,    1ull << 63,
                                      UINT64_MAX / 2, -16384ull * 2, -16385ull};
    for (unsigned i = 0; i < sizeof behind / sizeof *behind; i++) {
        net_buff_desc_t buffer = test_net_buffer(net, 1, NET_CAPACITY - 1);
        buffer.io_or_offset += behind[i];
        buffer.len = 100;
        bool in_another = false; /* by chance, where regions are named by VA */
        for (unsigned j = 0; net->is_server && j < NET_REGION_COUNT; j++) {
            in_another |=
                buffer.io_or_offset - (uintptr_t)net->to_guest_data[j] < NET_CAPACITY * 2048;
        }
        if (!in_another || behind[i] == 2048 - 99) {
            dropped(net, buffer);
        }
    }
    if (!net->is_server) {
        for (uint8_t oid = NET_REGION_COUNT; oid < 64; oid++) {
            dropped(net, (net_buff_desc_t){.len = 100, .oid = oid & 0x3f});
        }
    }
    good.io_or_offset += 2048 - 100; /* the last that are inside */
    good.len = 100;
    assert_int_equal(net_enqueue_active(&net->to_guest, good), 0);
    test_net_notify(net, NET_CH_TO_GUEST);
    uint32_t id, written;
    assert_true(driver_take(&net->rx, &id, &written));
    assert_int_equal(written, HEADER + 100);
    (void)gpa;
}

static void the_same_buffer_twice(void **state)
{
    struct test_net *net = *state;
    const uint32_t size = 1600;
    uint64_t gpas[] = {post(net, size), post(net, size)};
    hand(net, 1, 1, 100);
    hand(net, 1, 1, 100);
    test_net_notify(net, NET_CH_TO_GUEST);
    expect_frame(net, &gpas[0], &size, 1, 1, 100);
    expect_frame(net, &gpas[1], &size, 1, 1, 100);
    expect_returned(net, 0, 1);
    expect_returned(net, 0, 1);
}

static void broken_queues(void **state)
{
    struct test_net *net = *state;
    const uint32_t size = 1600;
    net->to_guest.active->tail = 20000;
    test_net_notify(net, NET_CH_TO_GUEST);
    expect_nothing(net);
    net->to_guest.active->tail = net->to_guest.active->head;
    net->to_guest.free->head = 5000; /* no place to return to */
    uint64_t gpa = post(net, size);
    hand(net, 0, 2, 100);
    test_net_notify(net, NET_CH_TO_GUEST);
    expect_frame(net, &gpa, &size, 1, 2, 100);
    net->to_guest.free->head = net->to_guest.free->tail;
    gpa = post(net, size);
    hand(net, 1, 3, 100);
    test_net_notify(net, NET_CH_TO_GUEST);
    expect_frame(net, &gpa, &size, 1, 3, 100);
    expect_returned(net, 0, 1);
}

/* ---- Checksums ---- */

/* A frame whose checksum is filled in. */
static uint32_t whole_build(uint8_t *frame, const struct frame_recipe *recipe)
{
    uint8_t partial[2048];
    struct virtio_net_hdr header;
    struct virtio_segment whole = {partial, frame_build(partial, recipe, &header)};
    struct virtio_net_cursor source = {.segments = &whole, .segment_count = 1};
    struct virtio_net_frame sent;
    assert_true(virtio_net_frame_begin(&sent, &header, &source, whole.size, false));
    assert_int_equal(virtio_net_frame_next(&sent, frame), whole.size);
    assert_true(frame_is_right(frame, whole.size));
    return whole.size;
}

/* The flags with which the guest gets this frame, in buffers of `size` bytes. */
static uint8_t flags_of(struct test_net *net, const uint8_t *frame, uint32_t length, uint32_t size)
{
    uint32_t id, written, got = 0;
    uint64_t gpa = 0;
    for (uint32_t room = 0; room < HEADER + length; room += size) {
        uint64_t this_gpa = post(net, size);
        gpa = gpa == 0 ? this_gpa : gpa;
    }
    test_net_hand_bytes(net, 0, 0, frame, (uint16_t)length);
    test_net_notify(net, NET_CH_TO_GUEST);
    expect_returned(net, 0, 0);
    while (driver_take(&net->rx, &id, &written)) {
        got += written;
    }
    assert_int_equal(got, HEADER + length);
    assert_memory_equal(fake_ram(gpa + HEADER), frame, size - HEADER < length ? size - HEADER : 1);
    return *(uint8_t *)fake_ram(gpa);
}

static const struct frame_recipe summed[] = {
    {.is_udp = true, .payload = 1400},
    {.is_udp = true, .payload = 0},
    {.is_udp = true, .is_ipv6 = true, .payload = 1399, .vlan_tags = 1},
    {.tcp_flags = 0x10, .payload = 0},
    {.tcp_flags = 0x18, .tcp_options = 12, .ip_options = 8, .payload = 777, .vlan_tags = 2},
    {.tcp_flags = 0x10, .is_ipv6 = true, .payload = 1000},
};

static void checksums_that_hold_are_said(void **state)
{
    struct test_net *net = *state;
    uint8_t frame[2048];
    for (unsigned i = 0; i < sizeof summed / sizeof *summed; i++) {
        uint32_t length = whole_build(frame, &summed[i]);
        for (uint32_t size = 61; size < 1700; size += 82) {
            test_net_start(net, test_net_features());
            assert_int_equal(flags_of(net, frame, length, size), VIRTIO_NET_HDR_F_DATA_VALID);
        }
        test_net_start(net, VIRTIO_FEATURE(VIRTIO_NET_F_MRG_RXBUF));
        assert_int_equal(flags_of(net, frame, length, 2048), 0);
        test_net_start(net, test_net_features());
        frame[length - 1] ^= 0x10;
        assert_int_equal(flags_of(net, frame, length, 2048), 0);
    }
}

/* Nobody has said that it is right. */
static void other_checksums_are_not(void **state)
{
    struct test_net *net = *state;
    uint8_t frame[2048];
    uint32_t length = whole_build(frame, &summed[0]);
    uint32_t udp = frame_transport(frame);
    const struct {
        uint32_t at;
        uint8_t value;
    } changes[] = {
        {udp - 11, 1},    /* ICMP */
        {udp - 14, 0x20}, /* more fragments */
        {udp - 13, 1},    /* a fragment */
        {udp - 18, 0},    /* shorter than the frame */
        {udp - 20, 0x4f}, /* longer options */
        {udp - 20, 0x44}, /* no whole header */
        {udp + 4, 0},     /* UDP is shorter than IP says */
        {udp - 22, 0x86}, /* another type */
    };
    for (unsigned i = 0; i < sizeof changes / sizeof *changes; i++) {
        uint8_t before = frame[changes[i].at];
        frame[changes[i].at] = changes[i].value;
        assert_int_equal(flags_of(net, frame, length, 2048), 0);
        frame[changes[i].at] = before;
    }
    memset(frame + udp + 6, 0, 2); /* none */
    assert_int_equal(flags_of(net, frame, length, 2048), 0);
    for (uint32_t cut = NET_FRAME_LENGTH_MIN; cut < length; cut++) {
        assert_int_equal(flags_of(net, frame, cut, 2048), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH_ROLES(a_frame),
        BOTH_ROLES(every_length),
        BOTH_ROLES(the_longest_frames),
        BOTH_ROLES(buffers_cut_at_every_byte),
        BOTH_ROLES(frames_wait_for_the_guest),
        BOTH_ROLES(a_frame_over_several_buffers),
        BOTH_ROLES(a_merge_waits_for_more_buffers),
        BOTH_ROLES(the_count_may_lie_in_two_segments),
        BOTH_ROLES(no_merging_if_not_negotiated),
        BOTH_ROLES(buffers_too_small_for_a_header),
        BOTH_ROLES(too_many_buffers_for_a_frame),
        BOTH_ROLES(without_a_driver_frames_are_dropped),
        BOTH_ROLES(without_a_receive_queue_frames_are_dropped),
        BOTH_ROLES(a_reset_returns_what_waits),
        BOTH_ROLES(ready_drivers_get_what_waits),
        BOTH_ROLES(frames_that_cannot_be),
        BOTH_ROLES(the_same_buffer_twice),
        BOTH_ROLES(broken_queues),
        BOTH_ROLES(checksums_that_hold_are_said),
        BOTH_ROLES(other_checksums_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
