/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * See net_join.h.
 */
#include "net_join.h"

#include "net_headers.h"
#include "net_ip.h"

/* What the length fields of IPv4 and, behind its header, of IPv6 can say. */
#define IP_LENGTH_MAX 65535u

/* The network header. False: none that could be joined. */
static bool network_parse(struct virtio_net_tcp *tcp, uint32_t copied, uint32_t length)
{
    const struct virtio_net_ip *ip = &tcp->ip;
    return virtio_net_ip_parse(&tcp->ip, tcp->header, copied, length) &&
           ip->protocol == PROTOCOL_TCP &&
           (ip->is_ipv6 ||
            virtio_net_sum_finish(virtio_net_sum(tcp->header + ip->network,
                                                 (size_t)(ip->transport - ip->network), 0)) == 0);
}

static uint64_t pseudo_sum(const struct virtio_net_tcp *tcp, uint32_t length)
{
    return virtio_net_ip_pseudo_sum(&tcp->ip, tcp->header, length);
}

/* Takes what differs between segments out of the headers. */
static void headers_clear(struct virtio_net_tcp *tcp)
{
    uint8_t *ip = tcp->header + tcp->ip.network;
    uint8_t *transport = tcp->header + tcp->ip.transport;
    if (tcp->ip.is_ipv6) {
        net_put_be16(ip + IPV6_LENGTH, 0);
    } else {
        net_put_be16(ip + IPV4_LENGTH, 0);
        net_put_be16(ip + IPV4_ID, 0);
        net_put_be16(ip + IPV4_CHECKSUM, 0);
    }
    net_put_be32(transport + TCP_SEQUENCE, 0);
    transport[TCP_FLAGS] &= (uint8_t)~TCP_PSH;
    net_put_be16(transport + TCP_CHECKSUM, 0);
    for (uint32_t at = tcp->header_length; at % 8 != 0; at++) {
        tcp->header[at] = 0;
    }
}

bool virtio_net_tcp_parse(struct virtio_net_tcp *tcp, const uint8_t *frame, uint32_t length)
{
    uint32_t copied = length < NET_JOIN_HEADER_MAX ? length : NET_JOIN_HEADER_MAX;
    virtio_net_copy(tcp->header, frame, copied);
    if (!network_parse(tcp, copied, length) || tcp->ip.transport + TCP_HEADER_MIN > copied) {
        return false;
    }
    const uint8_t *transport = tcp->header + tcp->ip.transport;
    uint32_t tcp_length = (transport[TCP_DATA] >> 4) * 4u;
    uint32_t header_length = tcp->ip.transport + tcp_length;
    if (tcp_length < TCP_HEADER_MIN || header_length > copied || header_length >= length ||
        (transport[TCP_FLAGS] & (uint8_t)~TCP_PSH) != TCP_ACK) {
        return false;
    }
    tcp->header_length = (uint16_t)header_length;
    tcp->payload_length = (uint16_t)(length - header_length);
    tcp->sequence = net_get_be32(transport + TCP_SEQUENCE);
    tcp->is_pushed = (transport[TCP_FLAGS] & TCP_PSH) != 0;
    tcp->sum = virtio_net_sum(transport, tcp_length, pseudo_sum(tcp, length - tcp->ip.transport));
    headers_clear(tcp);
    return true;
}

bool virtio_net_tcp_is_intact(const struct virtio_net_tcp *tcp, uint64_t payload_sum)
{
    return virtio_net_sum_finish(virtio_net_sum_add(tcp->sum, payload_sum)) == 0;
}

void virtio_net_join_begin(struct virtio_net_join *join, const struct virtio_net_tcp *tcp)
{
    join->segment_count = 1;
    join->segment_size = tcp->payload_length;
    join->payload_length = tcp->payload_length;
    join->is_ended = tcp->is_pushed;
    join->first = *tcp;
}

static bool headers_are_equal(const struct virtio_net_tcp *a, const struct virtio_net_tcp *b)
{
    const uint64_t *a_words = (const uint64_t *)a->header;
    const uint64_t *b_words = (const uint64_t *)b->header;
    uint64_t difference = (uint64_t)(a->header_length ^ b->header_length) |
                          (uint64_t)(a->ip.transport ^ b->ip.transport);
    for (uint32_t i = 0; i * 8 < a->header_length; i++) {
        difference |= a_words[i] ^ b_words[i];
    }
    return difference == 0;
}

bool virtio_net_join_follows(const struct virtio_net_join *join, const struct virtio_net_tcp *tcp)
{
    const struct virtio_net_tcp *first = &join->first;
    uint32_t ip_length = (uint32_t)first->header_length - first->ip.network + join->payload_length;
    return !join->is_ended && tcp->sequence == first->sequence + join->payload_length &&
           tcp->payload_length <= join->segment_size &&
           ip_length + tcp->payload_length <= IP_LENGTH_MAX &&
           (first->ip.is_ipv6 || tcp->ip.id == (uint16_t)(first->ip.id + join->segment_count)) &&
           headers_are_equal(first, tcp);
}

void virtio_net_join_add(struct virtio_net_join *join, const struct virtio_net_tcp *tcp)
{
    join->segment_count++;
    join->payload_length += tcp->payload_length;
    join->is_ended = tcp->is_pushed || tcp->payload_length < join->segment_size;
    join->first.is_pushed = tcp->is_pushed;
}

void virtio_net_join_headers(struct virtio_net_join *join, struct virtio_net_hdr *header)
{
    struct virtio_net_tcp *tcp = &join->first;
    uint8_t *ip = tcp->header + tcp->ip.network;
    uint8_t *transport = tcp->header + tcp->ip.transport;
    uint32_t tcp_length = (uint32_t)tcp->header_length - tcp->ip.transport + join->payload_length;
    uint32_t network_length = (uint32_t)tcp->ip.transport - tcp->ip.network;
    if (tcp->ip.is_ipv6) {
        net_put_be16(ip + IPV6_LENGTH, (uint16_t)(network_length - IPV6_HEADER + tcp_length));
    } else {
        net_put_be16(ip + IPV4_LENGTH, (uint16_t)(network_length + tcp_length));
        net_put_be16(ip + IPV4_ID, tcp->ip.id);
        net_put_le16(ip + IPV4_CHECKSUM,
                     virtio_net_sum_finish(virtio_net_sum(ip, network_length, 0)));
    }
    net_put_be32(transport + TCP_SEQUENCE, tcp->sequence);
    transport[TCP_FLAGS] |= tcp->is_pushed ? TCP_PSH : 0;
    /* Who cuts the frame, or checks it, sums up the rest: the pseudo header's sum is in place. */
    net_put_le16(transport + TCP_CHECKSUM,
                 (uint16_t)~virtio_net_sum_finish(pseudo_sum(tcp, tcp_length)));
    *header = (struct virtio_net_hdr){
        .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
        .gso_type = tcp->ip.is_ipv6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4,
        .hdr_len = tcp->header_length,
        .gso_size = join->segment_size,
        .csum_start = tcp->ip.transport,
        .csum_offset = TCP_CHECKSUM,
    };
}
