/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Frames on their way out: copies and sums, checksums filled in, segments.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "libvmm/net_frame_build.h"
#include "virtio/net_frame.h"
#include "virtio/net_copy.h"

static uint8_t frame[FRAME_BUILD_MAX];
static struct virtio_net_hdr header;

/* ---- Copies ---- */

static void copies_and_sums_at_every_alignment(void **state)
{
    (void)state;
    uint8_t from[400], to[400];
    for (unsigned i = 0; i < sizeof from; i++) {
        from[i] = (uint8_t)(i * 91 + (i >> 3) + 0xc0);
    }
    for (unsigned offset = 0; offset < 9; offset++) {
        for (unsigned length = 0; length <= 300; length++) {
            uint16_t expected = frame_sum_slow(from + offset, length, 0x1234);
            uint64_t start = 0x3412; /* the same number in the order of memory */
            memset(to, 0xee, sizeof to);
            uint64_t sum = virtio_net_copy_sum(to + 8 - offset, from + offset, length, start);
            assert_memory_equal(to + 8 - offset, from + offset, length);
            assert_int_equal(to[8 - offset + length], 0xee);
            assert_int_equal(__builtin_bswap16((uint16_t)~virtio_net_sum_finish(sum)), expected);
            assert_int_equal(virtio_net_sum_finish(virtio_net_sum(from + offset, length, start)),
                             virtio_net_sum_finish(sum));
            memset(to, 0xee, sizeof to);
            virtio_net_copy(to + 8 - offset, from + offset, length);
            assert_memory_equal(to + 8 - offset, from + offset, length);
            assert_int_equal(to[8 - offset + length], 0xee);
        }
    }
}

static void carries_go_round(void **state)
{
    (void)state;
    static uint8_t ones[2048], to[2048];
    memset(ones, 0xff, sizeof ones);
    assert_int_equal(virtio_net_sum_finish(virtio_net_copy_sum(to, ones, sizeof ones, ~0ull)), 0);
    assert_int_equal(virtio_net_sum_finish(virtio_net_sum(ones, 8, ~0ull)), 0);
    assert_int_equal(virtio_net_sum_finish(0), 0xffff);
    assert_int_equal(virtio_net_sum_add(~0ull, 1), 1);
    assert_int_equal(virtio_net_sum_finish(virtio_net_sum_swap(0x12)), (uint16_t)~0x1200);
}

/* ---- Frames as they are ---- */

/* Sends the frame, in pieces that are cut at `cuts`, and gives what comes out to `take`. */
static bool send_pieces(uint32_t length, const uint32_t *cuts, unsigned cut_count,
                        bool csum_offload, void (*take)(const uint8_t *, uint16_t, void *),
                        void *data)
{
    struct virtio_segment pieces[8];
    uint8_t *copies[8];
    uint32_t at = 0;
    for (unsigned i = 0; i <= cut_count; i++) { /* each in an allocation of its own, for ASan */
        uint32_t end = i < cut_count ? cuts[i] : length;
        copies[i] = malloc(end - at + 1);
        memcpy(copies[i] + 1, frame + at, end - at);
        pieces[i] = (struct virtio_segment){copies[i] + 1, end - at};
        at = end;
    }
    struct virtio_net_cursor source = {.segments = pieces, .segment_count = cut_count + 1};
    struct virtio_net_frame out;
    memset(&out, 0xa5, sizeof out);
    bool can = virtio_net_frame_begin(&out, &header, &source, length, csum_offload);
    while (can && !out.done) {
        uint8_t *buffer = malloc(NET_FRAME_LENGTH_MAX);
        uint16_t written = virtio_net_frame_next(&out, buffer);
        assert_in_range(written, NET_FRAME_LENGTH_MIN, NET_FRAME_LENGTH_MAX);
        take(buffer, written, data);
        free(buffer);
    }
    for (unsigned i = 0; i <= cut_count; i++) {
        free(copies[i]);
    }
    return can;
}

struct whole {
    uint32_t length;
    unsigned count;
    bool is_summed;
};

/* The same frame comes out, but for its checksum. */
static void take_whole(const uint8_t *bytes, uint16_t length, void *data)
{
    struct whole *whole = data;
    whole->count++;
    assert_int_equal(length, whole->length);
    if (!whole->is_summed) {
        assert_memory_equal(bytes, frame, length);
        return;
    }
    uint32_t at = header.csum_start + header.csum_offset;
    assert_memory_equal(bytes, frame, at);
    assert_memory_equal(bytes + at + 2, frame + at + 2, length - at - 2);
    assert_true(frame_is_right(bytes, length));
}

static void send_whole(uint32_t length, const uint32_t *cuts, unsigned cut_count)
{
    struct whole whole = {.length = length, .is_summed = header.flags != 0};
    assert_true(send_pieces(length, cuts, cut_count, false, take_whole, &whole));
    assert_int_equal(whole.count, 1);
}

static const struct frame_recipe whole_recipes[] = {
    {.payload = 100},
    {.payload = 101, .is_udp = true},
    {.payload = 0},
    {.payload = 0, .is_udp = true, .is_ipv6 = true},
    {.payload = 77, .is_ipv6 = true, .vlan_tags = 1, .tcp_options = 12},
    {.payload = 64, .ip_options = 8, .vlan_tags = 2},
    {.payload = 33, .is_ipv6 = true, .ip_options = 16},
    {.payload = 1460},
};

static void whole_frames_cut_at_every_byte(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof whole_recipes / sizeof *whole_recipes; i++) {
        uint32_t length = frame_build(frame, &whole_recipes[i], &header);
        assert_false(frame_is_right(frame, length));
        for (uint32_t cut = 0; cut <= length; cut++) {
            const uint32_t cuts[] = {cut / 2, cut, cut, cut + (length - cut) / 3};
            send_whole(length, cuts, 4);
        }
        header.flags = 0;
        send_whole(length, NULL, 0);
    }
}

static void a_checksum_of_zero_is_sent_as_ones(void **state)
{
    (void)state;
    uint32_t length =
        frame_build(frame, &(struct frame_recipe){.payload = 2, .is_udp = true}, &header);
    uint8_t *udp = frame + header.csum_start;
    uint16_t sum = frame_sum_slow(udp, 8, 0); /* with the pseudo header's */
    uint16_t rest = (uint16_t)(0xffff - sum);
    udp[8] = (uint8_t)(rest >> 8);
    udp[9] = (uint8_t)rest;
    send_whole(length, NULL, 0); /* frame_is_right() wants it not to be 0 */
}

static void refused(uint32_t length)
{
    assert_false(send_pieces(length, NULL, 0, false, take_whole, NULL));
}

static void take_summed_from_the_start(const uint8_t *bytes, uint16_t length, void *data)
{
    const uint32_t *expected = data;
    assert_int_equal(length, *expected);
    assert_memory_equal(bytes + 2, frame + 2, length - 2u);
    assert_int_equal(frame_sum_slow(bytes, length, 0), 0xffff);
}

static void wrong_places_of_checksums(void **state)
{
    (void)state;
    uint32_t length = frame_build(frame, &whole_recipes[0], &header);
    struct virtio_net_hdr good = header;
    header.csum_offset = (uint16_t)(length - header.csum_start - 1);
    refused(length);
    header.csum_offset = UINT16_MAX;
    refused(length);
    header = good;
    header.csum_start = (uint16_t)(length - 17);
    refused(length);
    header.csum_start = UINT16_MAX;
    refused(length);
    header.csum_offset = UINT16_MAX;
    refused(length);
    /* The last place there is, and one in the Ethernet header: nonsense, but inside. */
    struct whole whole = {.length = length};
    header.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
    header.csum_start = (uint16_t)(length - 2);
    header.csum_offset = 0;
    frame[length - 2] = frame[length - 1] = 0xff; /* whose checksum is the same */
    assert_true(send_pieces(length, NULL, 0, false, take_whole, &whole));
    header.csum_start = 0;
    frame[0] = frame[1] = 0;
    assert_true(send_pieces(length, NULL, 0, false, take_summed_from_the_start, &length));
}

static void lengths_of_whole_frames(void **state)
{
    (void)state;
    header = (struct virtio_net_hdr){0};
    for (uint32_t length = 0; length < 14; length++) {
        refused(length);
    }
    send_whole(14, NULL, 0);
    send_whole(NET_FRAME_LENGTH_MAX, NULL, 0);
    refused(NET_FRAME_LENGTH_MAX + 1);
    refused(FRAME_BUILD_MAX);
}

/* ---- Segments ---- */

struct segments {
    uint32_t length;
    uint32_t header_length;
    uint32_t taken; /* bytes of payload */
    unsigned count;
};

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void take_segment(const uint8_t *bytes, uint16_t length, void *data)
{
    struct segments *segments = data;
    uint32_t network = frame_network(frame), transport = frame_transport(frame);
    uint32_t payload = length - segments->header_length;
    bool is_first = segments->taken == 0;
    bool is_last = segments->header_length + segments->taken + payload == segments->length;

    assert_true(frame_is_right(bytes, length));
    assert_true(is_last || payload == header.gso_size);
    assert_memory_equal(bytes + segments->header_length,
                        frame + segments->header_length + segments->taken, payload);
    assert_int_equal(get32(bytes + transport + 4),
                     (uint32_t)(get32(frame + transport + 4) + segments->taken));
    uint8_t flags = frame[transport + 13];
    flags &= (uint8_t) ~((is_first ? 0 : 0x80) | (is_last ? 0 : 0x09));
    assert_int_equal(bytes[transport + 13], flags);
    if (frame[network] >> 4 == 4) {
        uint32_t id = (uint32_t)frame[network + 4] << 8 | frame[network + 5];
        assert_int_equal((uint32_t)bytes[network + 4] << 8 | bytes[network + 5],
                         (id + segments->count) & 0xffff);
    }
    /* Everything else is as it was. */
    uint8_t expected[NET_FRAME_HEADER_MAX];
    memcpy(expected, frame, segments->header_length);
    memcpy(expected + transport + 4, bytes + transport + 4, 4);
    memcpy(expected + transport + 13, bytes + transport + 13, 1);
    memcpy(expected + transport + 16, bytes + transport + 16, 2);
    memcpy(expected + network + 2, bytes + network + 2, 4);
    if (frame[network] >> 4 == 4) {
        memcpy(expected + network + 10, bytes + network + 10, 2);
    } else {
        memcpy(expected + network + 2, frame + network + 2, 2);
    }
    assert_memory_equal(expected, bytes, segments->header_length);
    segments->taken += payload;
    segments->count++;
}

static uint32_t build_large(const struct frame_recipe *recipe, uint16_t gso_size)
{
    uint32_t length = frame_build(frame, recipe, &header);
    header.gso_size = gso_size;
    header.gso_type = recipe->is_ipv6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4;
    return length;
}

static void send_large(uint32_t length, const uint32_t *cuts, unsigned cut_count)
{
    struct segments segments = {.length = length, .header_length = header.hdr_len};
    assert_true(send_pieces(length, cuts, cut_count, false, take_segment, &segments));
    uint32_t payload = length - header.hdr_len;
    assert_int_equal(segments.taken, payload);
    assert_int_equal(segments.count,
                     payload == 0 ? 1 : (payload + header.gso_size - 1) / header.gso_size);
}

static const struct frame_recipe large_recipes[] = {
    {.payload = 3000, .tcp_options = 12, .tcp_flags = 0x99},
    {.payload = 4000, .is_ipv6 = true, .tcp_flags = 0x19},
    {.payload = 1000, .vlan_tags = 1, .ip_options = 40, .tcp_options = 40, .tcp_flags = 0x98},
    {.payload = 999, .vlan_tags = 2, .is_ipv6 = true, .ip_options = 24, .tcp_options = 20},
};

static void segments_of_frames_cut_at_every_byte(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof large_recipes / sizeof *large_recipes; i++) {
        uint32_t length = build_large(&large_recipes[i], 333);
        for (uint32_t cut = 0; cut <= length; cut++) {
            const uint32_t cuts[] = {cut / 2, cut, cut, cut + (length - cut) / 5};
            send_large(length, cuts, 4);
        }
    }
}

static void segments_of_every_size(void **state)
{
    (void)state;
    uint32_t length = build_large(&large_recipes[0], 1);
    for (uint16_t size = 1; size <= 1448; size++) {
        header.gso_size = size;
        send_large(length, NULL, 0);
    }
}

static void the_largest_frames(void **state)
{
    (void)state;
    send_large(build_large(&(struct frame_recipe){.payload = 65495}, 1460), NULL, 0);
    send_large(build_large(&(struct frame_recipe){.payload = 65515, .is_ipv6 = true}, 1440), NULL,
               0);
    uint32_t length = build_large(&(struct frame_recipe){.payload = 65516, .is_ipv6 = true}, 1440);
    refused(length);
}

static void large_frames_that_are_small(void **state)
{
    (void)state;
    for (uint32_t payload = 0; payload < 5; payload++) {
        send_large(build_large(&(struct frame_recipe){.payload = payload, .tcp_flags = 0x99}, 3),
                   NULL, 0);
    }
}

#define REFUSED_WITH(field, value)                                                                 \
    do {                                                                                           \
        struct virtio_net_hdr good = header;                                                       \
        header.field = (value);                                                                    \
        refused(length);                                                                           \
        header = good;                                                                             \
    } while (0)

static void refused_with_byte(uint32_t length, uint32_t at, uint8_t value)
{
    uint8_t before = frame[at];
    frame[at] = value;
    refused(length);
    frame[at] = before;
}

static void large_frames_that_contradict_themselves(void **state)
{
    (void)state;
    uint32_t length = build_large(&large_recipes[0], 1000);
    REFUSED_WITH(gso_size, 0);
    REFUSED_WITH(gso_size, 1500);
    REFUSED_WITH(gso_size, UINT16_MAX);
    REFUSED_WITH(gso_type, VIRTIO_NET_HDR_GSO_TCPV6);
    REFUSED_WITH(gso_type, VIRTIO_NET_HDR_GSO_UDP);
    REFUSED_WITH(gso_type, VIRTIO_NET_HDR_GSO_ECN);
    REFUSED_WITH(flags, 0);
    REFUSED_WITH(csum_offset, 6);
    REFUSED_WITH(csum_start, 0);
    REFUSED_WITH(csum_start, 14);
    REFUSED_WITH(csum_start, 38);
    REFUSED_WITH(csum_start, 240);
    REFUSED_WITH(csum_start, UINT16_MAX);
    refused_with_byte(length, 14, 0x65);
    refused_with_byte(length, 14, 0x44);
    refused_with_byte(length, 14, 0x4f);
    refused_with_byte(length, 12, 0x81);
    refused_with_byte(length, 34 + 12, 0x40);
    for (uint32_t cut = 0; cut < header.hdr_len; cut++) {
        refused(cut);
    }
    length = build_large(&large_recipes[1], 1000);
    REFUSED_WITH(gso_type, VIRTIO_NET_HDR_GSO_TCPV4);
    REFUSED_WITH(csum_start, 53);
    refused_with_byte(length, 14, 0x40);
    /* Tags without an end. */
    for (uint32_t at = 12; at < 250; at += 4) {
        frame[at] = 0x81;
        frame[at + 1] = 0;
    }
    refused(length);
}

/* ---- Hardware that fills in checksums ---- */

static void take_cleared(const uint8_t *bytes, uint16_t length, void *data)
{
    const uint32_t *checksum = data; /* offset of the transport's, 0: not cleared */
    uint32_t network = frame_network(frame);
    assert_true(length > network + 20);
    assert_int_equal(bytes[network + 10] << 8 | bytes[network + 11], 0);
    uint8_t expected[NET_FRAME_LENGTH_MAX];
    memcpy(expected, frame, length);
    expected[network + 10] = expected[network + 11] = 0;
    if (*checksum != 0) {
        expected[*checksum] = expected[*checksum + 1] = 0;
    }
    assert_memory_equal(expected, bytes, length);
}

static void send_cleared(uint32_t length, uint32_t checksum)
{
    assert_true(send_pieces(length, NULL, 0, true, take_cleared, &checksum));
}

static void hardware_gets_checksums_of_zero(void **state)
{
    (void)state;
    uint32_t length = frame_build(frame, &(struct frame_recipe){.payload = 80}, &header);
    send_cleared(length, 34 + 16);
    length = frame_build(
        frame, &(struct frame_recipe){.payload = 80, .is_udp = true, .vlan_tags = 1}, &header);
    send_cleared(length, 38 + 6);
    header.flags = 0;
    length = frame_build(frame, &(struct frame_recipe){.payload = 80}, &header);
    frame[14 + 9] = 1; /* ICMP */
    header.flags = 0;
    send_cleared(length, 34 + 2);
    frame[14 + 9] = 50; /* ESP has none */
    send_cleared(length, 0);
    frame[14 + 9] = 6;
    frame[14 + 6] = 0x20; /* more fragments */
    send_cleared(length, 0);
    frame[14 + 6] = 0x00;
    frame[14 + 7] = 0x01; /* a later fragment */
    send_cleared(length, 0);
}

static void take_right(const uint8_t *bytes, uint16_t length, void *data)
{
    (void)data;
    assert_true(frame_is_right(bytes, length));
}

static void hardware_gets_ipv6_complete(void **state)
{
    (void)state;
    uint32_t length =
        frame_build(frame, &(struct frame_recipe){.payload = 80, .is_ipv6 = true}, &header);
    assert_true(send_pieces(length, NULL, 0, true, take_right, NULL));
    length = build_large(&large_recipes[1], 1000);
    assert_true(send_pieces(length, NULL, 0, true, take_right, NULL));
}

static void take_cleared_segment(const uint8_t *bytes, uint16_t length, void *data)
{
    (void)data;
    assert_int_equal(length - header.hdr_len, 1000);
    assert_int_equal(bytes[24] | bytes[25], 0);
    assert_int_equal(bytes[34 + 16] | bytes[34 + 17], 0);
}

static void hardware_gets_segments_with_zeros(void **state)
{
    (void)state;
    uint32_t length = build_large(&large_recipes[0], 1000);
    assert_true(send_pieces(length, NULL, 0, true, take_cleared_segment, NULL));
}

static void take_nothing(const uint8_t *bytes, uint16_t length, void *data)
{
    (void)bytes;
    (void)length;
    (void)data;
}

static void short_ipv4_frames_are_not_searched(void **state)
{
    (void)state;
    frame_build(frame, &(struct frame_recipe){.payload = 80, .ip_options = 40}, &header);
    header.flags = 0;
    for (uint32_t length = 14; length < 120; length++) {
        assert_true(send_pieces(length, NULL, 0, true, take_nothing, NULL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_and_sums_at_every_alignment),
        cmocka_unit_test(carries_go_round),
        cmocka_unit_test(whole_frames_cut_at_every_byte),
        cmocka_unit_test(a_checksum_of_zero_is_sent_as_ones),
        cmocka_unit_test(wrong_places_of_checksums),
        cmocka_unit_test(lengths_of_whole_frames),
        cmocka_unit_test(segments_of_frames_cut_at_every_byte),
        cmocka_unit_test(segments_of_every_size),
        cmocka_unit_test(the_largest_frames),
        cmocka_unit_test(large_frames_that_are_small),
        cmocka_unit_test(large_frames_that_contradict_themselves),
        cmocka_unit_test(hardware_gets_checksums_of_zero),
        cmocka_unit_test(hardware_gets_ipv6_complete),
        cmocka_unit_test(hardware_gets_segments_with_zeros),
        cmocka_unit_test(short_ipv4_frames_are_not_searched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
