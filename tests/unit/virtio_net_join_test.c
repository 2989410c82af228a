/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The network device in either role: TCP segments that the guest gets as one frame. They are cut
 * out of a large frame as a guest sends one; joined, they have to be that frame again.
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
#include "virtio/net_join.h"

#define HEADER sizeof(struct virtio_net_hdr_mrg_rxbuf)
#define ACK    0x10
#define PSH    0x08
#define SIZE   20000 /* of a receive buffer that any of these frames fits into */

/* A large frame and the segments that it is cut into. */
struct large {
    struct virtio_net_hdr header;
    uint8_t bytes[SIZE];
    uint32_t length;
    unsigned count;
    uint8_t segments[NET_CAPACITY][NET_BUFFER_SIZE];
    uint16_t lengths[NET_CAPACITY];
};

static struct large large;

static void make(const struct frame_recipe *recipe, uint16_t gso_size)
{
    large.length = frame_build(large.bytes, recipe, &large.header);
    large.header.gso_type = recipe->is_ipv6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4;
    large.header.gso_size = gso_size;
    struct virtio_segment whole = {large.bytes, large.length};
    struct virtio_net_cursor source = {.segments = &whole, .segment_count = 1};
    struct virtio_net_frame frame;
    assert_true(virtio_net_frame_begin(&frame, &large.header, &source, large.length, false));
    for (large.count = 0; !frame.done; large.count++) {
        assert_true(large.count < NET_CAPACITY);
        uint8_t *segment = large.segments[large.count];
        large.lengths[large.count] = virtio_net_frame_next(&frame, segment);
        assert_true(frame_is_right(segment, large.lengths[large.count]));
    }
}

static const struct frame_recipe plain = {.tcp_flags = ACK, .tcp_options = 12, .payload = 5000};

static void hand(struct test_net *net, unsigned index)
{
    test_net_hand_bytes(net, index % NET_REGION_COUNT, index, large.segments[index],
                        large.lengths[index]);
}

static void hand_all(struct test_net *net)
{
    for (unsigned i = 0; i < large.count; i++) {
        hand(net, i);
    }
    test_net_notify(net, NET_CH_TO_GUEST);
}

static uint64_t post(struct test_net *net, uint32_t size)
{
    return test_net_post(net, &size, 1);
}

/* The driver gets the next frame, in buffers that lie behind each other from `gpa` on. */
static uint32_t take(struct test_net *net, uint64_t gpa, const uint32_t *sizes,
                     struct virtio_net_hdr_mrg_rxbuf *header, uint8_t *bytes)
{
    uint8_t all[SIZE + HEADER];
    uint32_t length = 0, id, written;
    unsigned count = 0;
    do {
        assert_true(driver_take(&net->rx, &id, &written));
        assert_true(length + written <= sizeof all);
        memcpy(all + length, fake_ram(gpa), written);
        gpa += sizes[count];
        length += written;
        memcpy(header, all, HEADER);
        count++;
    } while (count < header->num_buffers);
    memcpy(bytes, all + HEADER, length - HEADER);
    return length - HEADER;
}

static void expect_nothing(struct test_net *net)
{
    uint32_t id, written;
    assert_false(driver_take(&net->rx, &id, &written));
}

/* The driver gets the large frame, as it was before it was cut. */
static void expect_large(struct test_net *net, uint64_t gpa, const uint32_t *sizes)
{
    struct virtio_net_hdr_mrg_rxbuf header;
    uint8_t bytes[SIZE];
    assert_int_equal(take(net, gpa, sizes, &header, bytes), large.length);
    assert_memory_equal(&header.hdr, &large.header, sizeof large.header);
    assert_memory_equal(bytes, large.bytes, large.length);
}

/* ... a segment, unchanged, and with the news that its checksum holds, if it does. */
static void expect_segment(struct test_net *net, uint64_t gpa, unsigned index)
{
    bool is_checked = virtio_has_feature(&net->device.virtio_device, VIRTIO_NET_F_GUEST_CSUM) &&
                      frame_checksum_is_right(large.segments[index], large.lengths[index]);
    const struct virtio_net_hdr expected = {.flags = is_checked ? VIRTIO_NET_HDR_F_DATA_VALID : 0};
    const uint32_t size = SIZE;
    struct virtio_net_hdr_mrg_rxbuf header;
    uint8_t bytes[SIZE];
    assert_int_equal(take(net, gpa, &size, &header, bytes), large.lengths[index]);
    assert_memory_equal(&header.hdr, &expected, sizeof expected);
    assert_memory_equal(bytes, large.segments[index], large.lengths[index]);
}

static void segments_are_one_frame(void **state)
{
    static const struct frame_recipe recipes[] = {
        {.tcp_flags = ACK, .payload = 1001},
        {.tcp_flags = ACK | PSH, .tcp_options = 12, .payload = 7200},
        {.tcp_flags = ACK, .tcp_options = 40, .ip_options = 8, .payload = 8000, .vlan_tags = 2},
        {.tcp_flags = ACK, .is_ipv6 = true, .tcp_options = 12, .payload = 6003, .vlan_tags = 1},
    };
    struct test_net *net = *state;
    const uint32_t size = SIZE;
    for (unsigned i = 0; i < sizeof recipes / sizeof *recipes; i++) {
        make(&recipes[i], 1000);
        uint64_t gpa = post(net, size);
        hand_all(net);
        expect_large(net, gpa, &size);
        expect_nothing(net);
        for (unsigned j = 0; j < large.count; j++) { /* all buffers are back */
            net_buff_desc_t buffer;
            assert_int_equal(net_dequeue_free(&net->to_guest, &buffer), 0);
        }
    }
}

/* Buffers of every size, so that segments begin at any place of one. */
static void they_go_into_many_buffers(void **state)
{
    struct test_net *net = *state;
    make(&plain, 1000);
    for (uint32_t size = 140; size < 1700; size += 13) {
        uint32_t sizes[NET_QUEUE_SIZE];
        uint64_t gpa = 0;
        for (unsigned i = 0; i * size < HEADER + large.length; i++) {
            sizes[i] = size;
            uint64_t this_gpa = post(net, size);
            gpa = i == 0 ? this_gpa : gpa;
        }
        hand_all(net);
        expect_large(net, gpa, sizes);
        test_net_start(net, test_net_features());
    }
}

/* Where the headers are cut in two they cannot be rewritten: segments come one by one. */
static void headers_in_pieces_are_left_alone(void **state)
{
    struct test_net *net = *state;
    make(&plain, 1000);
    const uint32_t sizes[] = {HEADER + 40, SIZE - HEADER - 40};
    uint64_t gpas[NET_CAPACITY];
    for (unsigned i = 0; i < large.count; i++) {
        gpas[i] = test_net_post(net, sizes, 2);
    }
    hand_all(net);
    for (unsigned i = 0; i < large.count; i++) {
        expect_segment(net, gpas[i], i);
    }
}

static void expect_one_by_one(struct test_net *net)
{
    uint64_t gpas[NET_CAPACITY];
    for (unsigned i = 0; i < large.count; i++) {
        gpas[i] = post(net, SIZE);
    }
    hand_all(net);
    for (unsigned i = 0; i < large.count; i++) {
        expect_segment(net, gpas[i], i);
    }
    expect_nothing(net);
}

static void not_for_guests_that_do_not_take_it(void **state)
{
    struct test_net *net = *state;
    const uint64_t tso4 = VIRTIO_FEATURE(VIRTIO_NET_F_GUEST_TSO4);
    const uint64_t tso6 = VIRTIO_FEATURE(VIRTIO_NET_F_GUEST_TSO6);
    const uint64_t csum = VIRTIO_FEATURE(VIRTIO_NET_F_GUEST_CSUM);
    struct frame_recipe recipe = plain;
    make(&recipe, 1000);
    test_net_driver(net, test_net_features() & ~tso4);
    expect_one_by_one(net);
    test_net_driver(net, test_net_features() & ~(tso4 | tso6 | csum));
    expect_one_by_one(net);
    recipe.is_ipv6 = true;
    make(&recipe, 1000);
    test_net_driver(net, test_net_features() & ~tso6);
    expect_one_by_one(net);
    assert_false(driver_begin(net->base, tso4)); /* 5.1.3.1 */
    assert_false(driver_begin(net->base, tso6));
    assert_true(driver_begin(net->base, tso4 | csum));
}

/* A guest that does not merge has one buffer for the whole. */
static void without_merging(void **state)
{
    struct test_net *net = *state;
    const uint32_t small = 2 * 1100, size = SIZE;
    make(&plain, 1000);
    test_net_driver(net, test_net_features() & ~VIRTIO_FEATURE(VIRTIO_NET_F_MRG_RXBUF));
    uint64_t gpa = post(net, size);
    hand_all(net);
    struct virtio_net_hdr_mrg_rxbuf header;
    uint8_t bytes[SIZE];
    assert_int_equal(take(net, gpa, &size, &header, bytes), large.length);
    assert_int_equal(header.hdr.gso_size, 1000);
    /* What does not fit begins the next. */
    test_net_start(net, test_net_features() & ~VIRTIO_FEATURE(VIRTIO_NET_F_MRG_RXBUF));
    uint64_t gpas[] = {post(net, small), post(net, small), post(net, small)};
    hand_all(net);
    uint32_t total = 0;
    for (unsigned i = 0; i < 3; i++) {
        uint32_t length = take(net, gpas[i], &small, &header, bytes);
        assert_true(length <= small - HEADER);
        total += length - large.header.hdr_len;
    }
    assert_int_equal(total, plain.payload);
}

/* ---- What is no next segment ---- */

/* Of the second of two segments, one byte is changed by this much, in the header of... */
enum layer { ETHERNET, IP, TCP };

static const struct change {
    enum layer layer;
    unsigned offset;
    uint8_t by;
    bool is_ipv6;
} changes[] = {
    {ETHERNET, 0, 1, false},                    /* another MAC, each */
    {ETHERNET, 11, 1, true}, {IP, 1, 3, false}, /* congestion experienced */
    {IP, 1, 0x30, true},     {IP, 5, 1, false}, /* identification */
    {IP, 6, 0x20, false},                       /* more fragments */
    {IP, 7, 1, false},                          /* fragment offset */
    {IP, 8, 255, false},                        /* time to live */
    {IP, 7, 255, true},                         /* hop limit */
    {IP, 15, 1, false},                         /* source */
    {IP, 19, 1, false},                         /* destination */
    {IP, 8, 1, true},        {IP, 39, 1, true},      {TCP, 1, 1, false}, /* ports */
    {TCP, 3, 1, true},       {TCP, 7, 1, false},                         /* sequence number */
    {TCP, 4, 1, true},       {TCP, 11, 1, false},                        /* acknowledgment */
    {TCP, 13, 0x01, false}, /* FIN, SYN, RST, URG, ECE, CWR */
    {TCP, 13, 0x02, false},  {TCP, 13, 0x04, false}, {TCP, 13, 0x20, false}, {TCP, 13, 0x40, false},
    {TCP, 13, 0x80, true},   {TCP, 12, 0xf0, false}, /* shorter by an option */
    {TCP, 15, 1, false},                             /* window */
    {TCP, 31, 1, false},                             /* last byte of the options */
    {TCP, 31, 1, true},
};

static void a_difference_ends_it(void **state)
{
    struct test_net *net = *state;
    for (unsigned i = 0; i < sizeof changes / sizeof *changes; i++) {
        const struct change *change = &changes[i];
        struct frame_recipe recipe = plain;
        recipe.is_ipv6 = change->is_ipv6;
        recipe.payload = 2000;
        make(&recipe, 1000);
        uint8_t *second = large.segments[1];
        uint32_t at = change->layer == ETHERNET ? 0
                      : change->layer == IP     ? frame_network(second)
                                                : frame_transport(second);
        second[at + change->offset] = (uint8_t)(second[at + change->offset] + change->by);
        frame_mend(second, large.lengths[1]);
        expect_one_by_one(net);
    }
}

static void wrong_checksums_stay_wrong(void **state)
{
    struct test_net *net = *state;
    struct frame_recipe recipe = plain;
    recipe.payload = 2000;
    for (unsigned which = 0; which < 2; which++) {
        make(&recipe, 1000);
        large.segments[which][frame_transport(large.bytes) + 16]++;
        expect_one_by_one(net);
        make(&recipe, 1000);
        large.segments[which][large.lengths[which] - 1]++;
        expect_one_by_one(net);
        make(&recipe, 1000);
        large.segments[which][frame_network(large.bytes) + 10]++;
        expect_one_by_one(net);
    }
}

/* Frames that end before their headers do, and headers that speak of more than there is. */
static void cut_short(void **state)
{
    struct test_net *net = *state;
    struct frame_recipe recipe = plain;
    recipe.payload = 2000;
    for (unsigned i = 0; i < 2; i++) {
        recipe.is_ipv6 = i != 0;
        make(&recipe, 1000);
        uint16_t header_length = large.header.hdr_len;
        for (uint16_t length = NET_FRAME_LENGTH_MIN; length <= header_length; length++) {
            large.lengths[0] = large.lengths[1] = length;
            expect_one_by_one(net);
        }
        make(&recipe, 1000);
        large.lengths[1]--;
        expect_one_by_one(net);
        make(&recipe, 1000);
        large.lengths[1]++; /* padding */
        expect_one_by_one(net);
    }
}

static void psh_and_short_ones_end_it(void **state)
{
    struct test_net *net = *state;
    struct virtio_net_hdr_mrg_rxbuf header;
    uint8_t bytes[SIZE];
    const uint32_t size = SIZE;
    uint64_t gpas[] = {post(net, size), post(net, size)};
    make(&plain, 1000);
    uint8_t *pushed = large.segments[2] + frame_transport(large.bytes) + 13;
    *pushed |= PSH;
    frame_mend(large.segments[2], large.lengths[2]);
    hand_all(net);
    assert_int_equal(take(net, gpas[0], &size, &header, bytes), large.header.hdr_len + 3000);
    assert_int_equal(bytes[frame_transport(bytes) + 13], ACK | PSH);
    assert_int_equal(take(net, gpas[1], &size, &header, bytes), large.header.hdr_len + 2000);
    assert_int_equal(bytes[frame_transport(bytes) + 13], ACK);
    /* A longer one behind a shorter one, which nothing else tells apart. */
    struct frame_recipe recipe = plain;
    recipe.payload = 2000;
    make(&recipe, 1000);
    large.lengths[0]--;
    large.segments[0][frame_network(large.bytes) + 3]--;
    large.segments[1][frame_transport(large.bytes) + 7]--; /* the sequence number */
    frame_mend(large.segments[0], large.lengths[0]);
    frame_mend(large.segments[1], large.lengths[1]);
    expect_one_by_one(net);
}

/* The length field of IP ends it. */
static void no_more_than_ip_can_say(void **state)
{
    (void)state;
    struct frame_recipe recipe = plain;
    recipe.payload = 1440;
    make(&recipe, 1440);
    struct virtio_net_join join;
    struct virtio_net_tcp tcp;
    struct virtio_net_hdr header;
    assert_true(virtio_net_tcp_parse(&tcp, large.segments[0], large.lengths[0]));
    virtio_net_join_begin(&join, &tcp);
    for (;;) {
        tcp.sequence += 1440;
        tcp.ip.id++;
        if (!virtio_net_join_follows(&join, &tcp)) {
            break;
        }
        virtio_net_join_add(&join, &tcp);
    }
    assert_int_equal(join.segment_count, 45);
    virtio_net_join_headers(&join, &header);
    const uint8_t *ip = join.first.header + frame_network(large.bytes);
    assert_int_equal(ip[2] << 8 | ip[3], 20 + 32 + 45 * 1440);
    assert_int_equal(header.gso_size, 1440);
}

/* The guest runs out of buffers: it gets what is whole, and the rest when it has more. */
static void buffers_run_out(void **state)
{
    struct test_net *net = *state;
    struct virtio_net_hdr_mrg_rxbuf header;
    uint8_t bytes[SIZE];
    for (unsigned enough = 1; enough < 9; enough++) {
        uint32_t sizes[32];
        uint64_t gpa = 0;
        uint32_t payload = 0;
        test_net_start(net, test_net_features());
        make(&plain, 1000);
        for (unsigned i = 0; i < 32; i++) {
            sizes[i] = 600;
        }
        for (unsigned i = 0; i < enough; i++) {
            uint64_t this_gpa = post(net, 600);
            gpa = i == 0 ? this_gpa : gpa;
        }
        hand_all(net);
        uint32_t done = 0;
        unsigned used = 0;
        for (unsigned round = 0; round < 32 && payload != plain.payload; round++) {
            uint16_t before = net->rx.used_next;
            if (net->rx.used->idx == before) {
                assert_true(driver_avail_event(&net->rx) == (uint16_t)(net->rx.avail_next - 1) ||
                            driver_avail_event(&net->rx) == net->rx.avail_next);
                post(net, 600);
                driver_kick(net->base, &net->rx);
                continue;
            }
            uint32_t length = take(net, gpa + used * 600, sizes, &header, bytes);
            used += header.num_buffers;
            payload += length - large.header.hdr_len;
            assert_memory_equal(bytes + large.header.hdr_len,
                                large.bytes + large.header.hdr_len + done,
                                length - large.header.hdr_len);
            done = payload;
        }
        assert_int_equal(payload, plain.payload);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH_ROLES(segments_are_one_frame),
        BOTH_ROLES(they_go_into_many_buffers),
        BOTH_ROLES(headers_in_pieces_are_left_alone),
        BOTH_ROLES(not_for_guests_that_do_not_take_it),
        BOTH_ROLES(without_merging),
        BOTH_ROLES(a_difference_ends_it),
        BOTH_ROLES(wrong_checksums_stay_wrong),
        BOTH_ROLES(cut_short),
        BOTH_ROLES(psh_and_short_ones_end_it),
        BOTH_ROLES(buffers_run_out),
        cmocka_unit_test(no_more_than_ip_can_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
