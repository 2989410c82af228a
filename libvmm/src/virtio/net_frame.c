/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Frames that are sent as they are, but for a checksum, which is summed up as the bytes are copied.
 */
#include "net_frame.h"

#include "net_cursor.h"
#include "net_headers.h"
#include "net_segment.h"

bool virtio_net_ethernet_parse(const uint8_t *frame, uint32_t length, uint16_t *network,
                               uint16_t *type)
{
    for (uint32_t at = ETHERTYPE_OFFSET; at + 2 <= length; at += VLAN_TAG) {
        *type = net_get_be16(frame + at);
        *network = (uint16_t)(at + 2);
        if ((*type != ETHERTYPE_VLAN && *type != ETHERTYPE_QINQ) ||
            at == ETHERTYPE_OFFSET + 2 * VLAN_TAG) {
            return true;
        }
    }
    return false;
}

/* Zeroes the checksums that hardware fills in. The frame may be written by others meanwhile, so
 * each field is read once. */
static void clear_checksums(uint8_t *frame, uint32_t length)
{
    uint16_t network;
    uint16_t type;
    if (!virtio_net_ethernet_parse(frame, length, &network, &type) || type != ETHERTYPE_IPV4 ||
        network + IPV4_HEADER_MIN > length) {
        return;
    }
    uint8_t *ip = frame + network;
    uint32_t ip_length = (*(volatile uint8_t *)ip & 0xfu) * 4;
    uint16_t fragment = net_get_be16(ip + IPV4_FRAGMENT);
    uint8_t protocol = ip[IPV4_PROTOCOL];
    net_put_be16(ip + IPV4_CHECKSUM, 0);
    uint32_t checksum = network + ip_length;
    if ((fragment & (IPV4_FRAGMENT_OFFSET | IPV4_MORE_FRAGMENTS)) != 0) {
        return; /* hardware does not see the rest of it */
    } else if (protocol == PROTOCOL_TCP) {
        checksum += TCP_CHECKSUM;
    } else if (protocol == PROTOCOL_UDP) {
        checksum += UDP_CHECKSUM;
    } else if (protocol == PROTOCOL_ICMP) {
        checksum += ICMP_CHECKSUM;
    } else {
        return;
    }
    if (ip_length >= IPV4_HEADER_MIN && checksum + 2 <= length) {
        net_put_be16(frame + checksum, 0);
    }
}

static bool whole_begin(struct virtio_net_frame *frame, const struct virtio_net_hdr *header)
{
    if (frame->left > NET_FRAME_LENGTH_MAX) {
        return false;
    }
    frame->needs_csum = (header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) != 0;
    frame->csum_start = header->csum_start;
    frame->csum_offset = header->csum_offset;
    return !frame->needs_csum ||
           (uint32_t)header->csum_start + header->csum_offset + 2 <= frame->left;
}

static uint16_t whole_next(struct virtio_net_frame *frame, uint8_t *buffer)
{
    uint32_t length = frame->left;
    if (frame->needs_csum) {
        virtio_net_cursor_copy_out(&frame->source, buffer, frame->csum_start);
        uint64_t sum = virtio_net_cursor_sum_out(&frame->source, buffer + frame->csum_start,
                                                 length - frame->csum_start, 0);
        net_put_checksum(buffer + frame->csum_start + frame->csum_offset, sum);
    } else {
        virtio_net_cursor_copy_out(&frame->source, buffer, length);
    }
    if (frame->csum_offload) {
        clear_checksums(buffer, length);
    }
    frame->done = true;
    return (uint16_t)length;
}

bool virtio_net_frame_begin(struct virtio_net_frame *frame, const struct virtio_net_hdr *header,
                            const struct virtio_net_cursor *source, uint32_t length,
                            bool csum_offload)
{
    frame->source = *source;
    frame->left = length;
    frame->done = false;
    frame->csum_offload = csum_offload;
    frame->segment_size = 0;
    if (length < NET_FRAME_LENGTH_MIN) {
        return false;
    }
    return header->gso_type == VIRTIO_NET_HDR_GSO_NONE ? whole_begin(frame, header)
                                                       : virtio_net_segment_begin(frame, header);
}

uint16_t virtio_net_frame_next(struct virtio_net_frame *frame, uint8_t *buffer)
{
    return frame->segment_size == 0 ? whole_next(frame, buffer)
                                    : virtio_net_segment_next(frame, buffer);
}
