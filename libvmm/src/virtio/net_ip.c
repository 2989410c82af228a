/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * See net_ip.h.
 */
#include "net_ip.h"

#include "net_headers.h"

bool virtio_net_ip_parse(struct virtio_net_ip *ip, const uint8_t *header, uint32_t copied,
                         uint32_t length)
{
    uint16_t type;
    if (!virtio_net_ethernet_parse(header, copied, &ip->network, &type)) {
        return false;
    }
    const uint8_t *at = header + ip->network;
    uint32_t left = length - ip->network;
    ip->is_ipv6 = type == ETHERTYPE_IPV6;
    if (ip->is_ipv6) {
        ip->transport = (uint16_t)(ip->network + IPV6_HEADER);
        if (ip->transport > copied || at[0] >> 4 != 6) {
            return false;
        }
        ip->protocol = at[IPV6_NEXT];
        return net_get_be16(at + IPV6_LENGTH) == left - IPV6_HEADER;
    }
    if (type != ETHERTYPE_IPV4 || ip->network + IPV4_HEADER_MIN > copied || at[0] >> 4 != 4) {
        return false;
    }
    uint32_t ip_length = (at[0] & 0xfu) * 4;
    ip->transport = (uint16_t)(ip->network + ip_length);
    ip->protocol = at[IPV4_PROTOCOL];
    ip->id = net_get_be16(at + IPV4_ID);
    return ip_length >= IPV4_HEADER_MIN && ip->transport <= copied &&
           net_get_be16(at + IPV4_LENGTH) == left &&
           (net_get_be16(at + IPV4_FRAGMENT) & (IPV4_FRAGMENT_OFFSET | IPV4_MORE_FRAGMENTS)) == 0;
}

uint64_t virtio_net_ip_pseudo_sum(const struct virtio_net_ip *ip, const uint8_t *header,
                                  uint32_t length)
{
    const uint8_t *at = header + ip->network;
    uint64_t sum = net_word(ip->protocol) + net_word((uint16_t)length);
    return ip->is_ipv6 ? virtio_net_sum(at + IPV6_SOURCE, 32, sum)
                       : virtio_net_sum(at + IPV4_SOURCE, 8, sum);
}

bool virtio_net_checksum_holds(const uint8_t *frame, uint32_t length, uint64_t sum)
{
    uint8_t header[NET_JOIN_HEADER_MAX];
    uint32_t copied = length < sizeof header ? length : sizeof header;
    struct virtio_net_ip ip;
    virtio_net_copy(header, frame, copied);
    if (!virtio_net_ip_parse(&ip, header, copied, length)) {
        return false;
    }
    uint32_t checksum = ip.transport;
    if (ip.protocol == PROTOCOL_TCP) {
        checksum += TCP_CHECKSUM;
    } else if (ip.protocol == PROTOCOL_UDP) {
        checksum += UDP_CHECKSUM;
    } else {
        return false;
    }
    /* 0 is none, for UDP (RFC 768). */
    if (checksum + 2 > copied || net_get_be16(header + checksum) == 0 ||
        (ip.protocol == PROTOCOL_UDP &&
         net_get_be16(header + ip.transport + UDP_LENGTH) != length - ip.transport)) {
        return false;
    }
    sum = virtio_net_sum_less(sum, virtio_net_sum(header, ip.transport, 0));
    sum = virtio_net_sum_add(sum, virtio_net_ip_pseudo_sum(&ip, header, length - ip.transport));
    return virtio_net_sum_finish(sum) == 0;
}
