/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Frames, written and read without any of the code under test.
 */
#include "net_frame_build.h"

#include <string.h>

static void put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static uint32_t get16(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

uint16_t frame_sum_slow(const uint8_t *bytes, size_t length, uint32_t start)
{
    uint32_t sum = start;
    for (size_t i = 0; i < length; i++) {
        sum += (i & 1) == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)sum;
}

/* RFC 9293, 3.1; RFC 8200, 8.1 */
static uint16_t pseudo_sum(const uint8_t *ip, bool is_ipv6, uint32_t protocol, uint32_t length)
{
    uint32_t start = protocol + (length & 0xffff) + (length >> 16);
    return is_ipv6 ? frame_sum_slow(ip + 8, 32, start) : frame_sum_slow(ip + 12, 8, start);
}

static uint32_t ethernet_build(uint8_t *frame, const struct frame_recipe *recipe)
{
    static const uint8_t macs[12] = {0x52, 0x54, 1, 2, 3, 4, 0x52, 0x54, 9, 8, 7, 6};
    memcpy(frame, macs, sizeof macs);
    uint32_t at = 12;
    for (unsigned i = 0; i < recipe->vlan_tags; i++, at += 4) {
        put16(frame + at, i + 1 < recipe->vlan_tags ? 0x88a8 : 0x8100);
        put16(frame + at + 2, 100 + i);
    }
    put16(frame + at, recipe->is_ipv6 ? 0x86dd : 0x0800);
    return at + 2;
}

static uint32_t ip_build(uint8_t *ip, const struct frame_recipe *recipe, uint32_t payload)
{
    uint32_t protocol = recipe->is_udp ? 17 : 6;
    uint32_t length = (recipe->is_ipv6 ? 40 : 20) + recipe->ip_options;
    for (uint32_t i = 0; i < length; i++) {
        ip[i] = (uint8_t)(i * 37 + 11);
    }
    if (recipe->is_ipv6) {
        ip[0] = 0x60;
        put16(ip + 4, recipe->ip_options + payload);
        ip[6] = (uint8_t)(recipe->ip_options != 0 ? 60 : protocol); /* destination options */
        if (recipe->ip_options != 0) {
            ip[40] = (uint8_t)protocol;
            ip[41] = (uint8_t)(recipe->ip_options / 8 - 1);
        }
        return length;
    }
    ip[0] = (uint8_t)(0x40 | length / 4);
    put16(ip + 2, length + payload);
    put16(ip + 4, 0xfffe);
    put16(ip + 6, 0x4000);
    ip[9] = (uint8_t)protocol;
    put16(ip + 10, 0);
    put16(ip + 10, (uint16_t)~frame_sum_slow(ip, length, 0));
    return length;
}

uint32_t frame_build(uint8_t *frame, const struct frame_recipe *recipe,
                     struct virtio_net_hdr *header)
{
    uint32_t transport_header = recipe->is_udp ? 8 : 20 + recipe->tcp_options;
    uint32_t network = ethernet_build(frame, recipe);
    uint32_t transport =
        network + ip_build(frame + network, recipe, transport_header + recipe->payload);
    uint32_t length = transport + transport_header + recipe->payload;
    for (uint32_t i = transport; i < length; i++) {
        frame[i] = (uint8_t)(i * 7 + (i >> 8) * 3 + 1);
    }
    uint8_t *tcp = frame + transport;
    if (recipe->is_udp) {
        put16(tcp + 4, length - transport);
    } else {
        memcpy(tcp + 4, "\xff\xff\xf0\x00", 4); /* runs over */
        tcp[12] = (uint8_t)(transport_header / 4 << 4);
        tcp[13] = recipe->tcp_flags;
    }
    *header = (struct virtio_net_hdr){.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
                                      .hdr_len = (uint16_t)(transport + transport_header),
                                      .csum_start = (uint16_t)transport,
                                      .csum_offset = recipe->is_udp ? 6 : 16};
    put16(tcp + header->csum_offset, pseudo_sum(frame + network, recipe->is_ipv6,
                                                recipe->is_udp ? 17 : 6, length - transport));
    return length;
}

uint32_t frame_network(const uint8_t *frame)
{
    uint32_t at = 12;
    while (get16(frame + at) == 0x8100 || get16(frame + at) == 0x88a8) {
        at += 4;
    }
    return at + 2;
}

uint32_t frame_transport(const uint8_t *frame)
{
    uint32_t network = frame_network(frame);
    const uint8_t *ip = frame + network;
    if (ip[0] >> 4 == 4) {
        return network + (ip[0] & 15u) * 4;
    }
    return network + 40 + (ip[6] == 60 ? (ip[41] + 1u) * 8 : 0);
}

bool frame_is_right(const uint8_t *frame, uint32_t length)
{
    uint32_t network = frame_network(frame);
    uint32_t transport = frame_transport(frame);
    const uint8_t *ip = frame + network;
    bool is_ipv6 = ip[0] >> 4 == 6;
    uint32_t protocol = is_ipv6 ? (ip[6] == 60 ? ip[40] : ip[6]) : ip[9];
    if (is_ipv6 ? get16(ip + 4) != length - network - 40
                : get16(ip + 2) != length - network ||
                      frame_sum_slow(ip, transport - network, 0) != 0xffff) {
        return false;
    }
    const uint8_t *checksum = frame + transport + (protocol == 17 ? 6 : 16);
    return get16(checksum) != 0 &&
           frame_sum_slow(frame + transport, length - transport,
                          pseudo_sum(ip, is_ipv6, protocol, length - transport)) == 0xffff;
}

bool frame_checksum_is_right(const uint8_t *frame, uint32_t length)
{
    uint32_t network = frame_network(frame);
    if (network + 40 > length) {
        return false;
    }
    const uint8_t *ip = frame + network;
    bool is_ipv6 = ip[0] >> 4 == 6;
    uint32_t transport = network + (is_ipv6 ? 40 : (ip[0] & 15u) * 4);
    uint32_t protocol = is_ipv6 ? ip[6] : ip[9];
    uint32_t left = length - transport;
    if ((protocol != 6 && protocol != 17) || transport + (protocol == 6 ? 18 : 8) > length ||
        (is_ipv6 ? get16(ip + 4) : get16(ip + 2) - (transport - network)) != left ||
        (!is_ipv6 && (get16(ip + 6) & 0x3fff) != 0) ||
        (protocol == 17 && get16(frame + transport + 4) != left)) {
        return false;
    }
    return get16(frame + transport + (protocol == 17 ? 6 : 16)) != 0 &&
           frame_sum_slow(frame + transport, left, pseudo_sum(ip, is_ipv6, protocol, left)) ==
               0xffff;
}

void frame_mend(uint8_t *frame, uint32_t length)
{
    uint32_t network = frame_network(frame);
    uint32_t transport = frame_transport(frame);
    uint8_t *ip = frame + network;
    bool is_ipv6 = ip[0] >> 4 == 6;
    if (!is_ipv6) {
        put16(ip + 10, 0);
        put16(ip + 10, (uint16_t)~frame_sum_slow(ip, transport - network, 0));
    }
    put16(frame + transport + 16, 0);
    put16(frame + transport + 16,
          (uint16_t)~frame_sum_slow(frame + transport, length - transport,
                                    pseudo_sum(ip, is_ipv6, 6, length - transport)));
}
