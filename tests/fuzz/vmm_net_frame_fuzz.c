/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes what a guest says of a frame: any header over any bytes, in any pieces. A frame that is
 * accepted comes out whole, in segments of the size that was asked for, and nothing outside of the
 * buffers is touched.
 */
#include <stdlib.h>
#include <string.h>

#include "libvmm/net_frame_build.h"
#include "virtio/net_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    struct virtio_net_hdr header;
    uint8_t piece;  /* bytes in each of the first pieces */
    uint8_t flags;  /* 1: hardware fills in checksums; 2: a sound frame, of whose headers the
                       rest overwrites some; its kind */
    uint16_t extra; /* bytes behind */
};

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

#define PIECES 7

/* Cuts the frame into pieces, each an allocation of its own. */
static void cut(const uint8_t *frame, uint32_t length, uint32_t piece,
                struct virtio_segment *segments)
{
    for (unsigned i = 0; i < PIECES; i++) {
        uint32_t part = i + 1 < PIECES && piece < length ? piece : length;
        segments[i] = (struct virtio_segment){malloc(part + 1), part};
        memcpy(segments[i].va, frame, part);
        frame += part;
        length -= part;
    }
}

static void check(struct virtio_net_frame *frame, const struct virtio_net_hdr *header,
                  uint32_t length)
{
    uint32_t header_length = frame->segment_size != 0 ? frame->header_length : 0;
    uint32_t written = header_length;
    uint32_t count = 0;
    while (!frame->done) {
        uint8_t *buffer = malloc(NET_FRAME_LENGTH_MAX);
        uint16_t part = virtio_net_frame_next(frame, buffer);
        require(part >= NET_FRAME_LENGTH_MIN && part <= NET_FRAME_LENGTH_MAX);
        written += part - header_length;
        count++;
        require(frame->done || part == header_length + header->gso_size);
        free(buffer);
    }
    require(written == length);
    require(header_length != 0 || count == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t bytes[FRAME_BUILD_MAX];
    struct input input;
    if (size < sizeof input) {
        return 0;
    }
    memcpy(&input, data, sizeof input);
    data += sizeof input;
    size -= sizeof input;
    size = size < 2048 ? size : 2048;
    uint32_t length = (uint32_t)size + input.extra;
    if ((input.flags & 2) != 0) {
        struct frame_recipe recipe = {.is_ipv6 = (input.flags & 4) != 0,
                                      .vlan_tags = input.flags >> 3 & 1,
                                      .ip_options = input.flags >> 4 & 8,
                                      .tcp_options = input.flags >> 3 & 12,
                                      .payload = input.extra % 65000u};
        struct virtio_net_hdr sound;
        length = frame_build(bytes, &recipe, &sound);
        if (input.header.csum_start == 0) {
            input.header.csum_start = sound.csum_start;
            input.header.csum_offset = sound.csum_offset;
        }
    }
    if ((input.flags & 2) != 0) {
        memcpy(bytes + 12, data, size < 64 ? size : 64);
    } else {
        memcpy(bytes, data, size);
    }
    struct virtio_segment segments[PIECES];
    cut(bytes, length, input.piece, segments);
    struct virtio_net_cursor source = {.segments = segments, .segment_count = PIECES};
    struct virtio_net_frame frame;
    memset(&frame, 0xa5, sizeof frame);
    if (virtio_net_frame_begin(&frame, &input.header, &source, length, (input.flags & 1) != 0)) {
        check(&frame, &input.header, length);
    }
    for (unsigned i = 0; i < PIECES; i++) {
        free(segments[i].va);
    }
    return 0;
}
