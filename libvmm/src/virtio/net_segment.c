/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A large frame cut into TCP segments. Of what is the same in each segment's headers, the sum is
 * taken once.
 */
#include "net_segment.h"

#include <stddef.h>

#include "net_cursor.h"
#include "net_headers.h"

/* Finds the headers in the copy of the frame's first `copied` bytes. */
static bool headers_parse(struct virtio_net_frame *frame, uint32_t copied)
{
    uint16_t type;
    if (!virtio_net_ethernet_parse(frame->header, copied, &frame->network, &type) ||
        type != (frame->is_ipv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4) ||
        frame->transport + TCP_HEADER_MIN > copied || frame->transport <= frame->network) {
        return false;
    }
    uint8_t version = frame->header[frame->network];
    uint32_t network_length = (uint32_t)frame->transport - frame->network;
    if (frame->is_ipv6) {
        if (version >> 4 != 6 || network_length < IPV6_HEADER) {
            return false;
        }
    } else if (version >> 4 != 4 || network_length < IPV4_HEADER_MIN ||
               network_length != (version & 0xfu) * 4) {
        return false;
    }
    uint32_t tcp_length = (frame->header[frame->transport + TCP_DATA] >> 4) * 4u;
    if (tcp_length < TCP_HEADER_MIN || frame->transport + tcp_length > copied) {
        return false;
    }
    frame->header_length = (uint16_t)(frame->transport + tcp_length);
    return true;
}

/* Takes what differs between segments out of the headers and sums up the rest. The guest has put
 * the sum of the pseudo header, with the length of all, where the checksum goes. */
static void headers_sum(struct virtio_net_frame *frame, uint16_t transport_length)
{
    uint8_t *ip = frame->header + frame->network;
    uint8_t *tcp = frame->header + frame->transport;
    if (!frame->is_ipv6) {
        frame->ip_id = net_get_be16(ip + IPV4_ID);
        net_put_be16(ip + IPV4_LENGTH, 0);
        net_put_be16(ip + IPV4_ID, 0);
        net_put_be16(ip + IPV4_CHECKSUM, 0);
        frame->ip_sum = virtio_net_sum(ip, (size_t)(frame->transport - frame->network), 0);
    }
    frame->sequence = net_get_be32(tcp + TCP_SEQUENCE);
    frame->tcp_flags = tcp[TCP_FLAGS];
    net_put_be32(tcp + TCP_SEQUENCE, 0);
    tcp[TCP_FLAGS] = 0;
    frame->tcp_sum = virtio_net_sum(tcp, (size_t)(frame->header_length - frame->transport),
                                    net_word((uint16_t)~transport_length));
}

bool virtio_net_segment_begin(struct virtio_net_frame *frame, const struct virtio_net_hdr *header)
{
    uint8_t type = header->gso_type & (uint8_t)~VIRTIO_NET_HDR_GSO_ECN;
    if ((type != VIRTIO_NET_HDR_GSO_TCPV4 && type != VIRTIO_NET_HDR_GSO_TCPV6) ||
        (header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) == 0 || header->gso_size == 0 ||
        header->csum_offset != TCP_CHECKSUM) {
        return false;
    }
    uint32_t copied = frame->left < NET_FRAME_HEADER_MAX ? frame->left : NET_FRAME_HEADER_MAX;
    struct virtio_net_cursor peek = frame->source;
    virtio_net_cursor_copy_out(&peek, frame->header, copied);
    frame->is_ipv6 = type == VIRTIO_NET_HDR_GSO_TCPV6;
    frame->transport = header->csum_start;
    if (!headers_parse(frame, copied) || frame->left - frame->transport > UINT16_MAX ||
        (uint32_t)frame->header_length + header->gso_size > NET_FRAME_LENGTH_MAX) {
        return false;
    }
    headers_sum(frame, (uint16_t)(frame->left - frame->transport));
    virtio_net_cursor_skip(&frame->source, frame->header_length);
    frame->left -= frame->header_length;
    frame->segment_size = header->gso_size;
    frame->is_first = true;
    return true;
}

/* Writes the headers of the next segment, with `length` bytes of payload, whose sum is `sum`. */
static void headers_write(struct virtio_net_frame *frame, uint8_t *buffer, uint16_t length,
                          uint64_t sum)
{
    uint8_t *ip = frame->header + frame->network;
    uint8_t *tcp = frame->header + frame->transport;
    bool is_last = frame->left == 0;
    bool clear = frame->csum_offload && !frame->is_ipv6;
    uint16_t tcp_length = (uint16_t)(frame->header_length - frame->transport + length);
    uint16_t ip_length = (uint16_t)(frame->transport - frame->network + tcp_length);
    uint8_t flags = frame->tcp_flags & (uint8_t) ~((is_last ? 0 : TCP_FIN | TCP_PSH) |
                                                   (frame->is_first ? 0 : TCP_CWR));

    net_put_be32(tcp + TCP_SEQUENCE, frame->sequence);
    tcp[TCP_FLAGS] = flags;
    sum = virtio_net_sum_add(sum, frame->tcp_sum);
    sum = virtio_net_sum_add(sum, net_word(tcp_length) + net_word(flags) +
                                      net_word((uint16_t)frame->sequence) +
                                      net_word((uint16_t)(frame->sequence >> 16)));
    if (frame->is_ipv6) {
        net_put_be16(ip + IPV6_LENGTH, (uint16_t)(ip_length - IPV6_HEADER));
    } else {
        net_put_be16(ip + IPV4_LENGTH, ip_length);
        net_put_be16(ip + IPV4_ID, frame->ip_id);
        uint64_t ip_sum =
            virtio_net_sum_add(frame->ip_sum, net_word(ip_length) + net_word(frame->ip_id));
        net_put_le16(ip + IPV4_CHECKSUM, clear ? 0 : virtio_net_sum_finish(ip_sum));
    }
    virtio_net_copy(buffer, frame->header, frame->header_length);
    if (clear) {
        net_put_be16(buffer + frame->transport + TCP_CHECKSUM, 0);
    } else {
        net_put_checksum(buffer + frame->transport + TCP_CHECKSUM, sum);
    }
}

uint16_t virtio_net_segment_next(struct virtio_net_frame *frame, uint8_t *buffer)
{
    uint16_t length =
        frame->left < frame->segment_size ? (uint16_t)frame->left : frame->segment_size;
    frame->left -= length;
    uint64_t sum =
        virtio_net_cursor_sum_out(&frame->source, buffer + frame->header_length, length, 0);
    headers_write(frame, buffer, length, sum);
    frame->is_first = false;
    frame->sequence += length;
    frame->ip_id++;
    frame->done = frame->left == 0;
    return (uint16_t)(frame->header_length + length);
}
