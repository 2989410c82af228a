/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Which frames are segments of one larger frame, and what the headers of that are. Only segments
 * are joined that come out again as they were when the large frame is cut: nothing but length,
 * identification, sequence number, checksums and PSH of the last may differ. A checksum that is
 * wrong has to stay wrong, and so the payload's sum is looked at before a segment is joined.
 */
#pragma once

#include <libvmm/virtio/net_join.h>

/* Copies the headers out of a frame of `length` bytes at VA `frame`. False: it is no TCP segment
 * that could be joined to others. */
bool virtio_net_tcp_parse(struct virtio_net_tcp *tcp, const uint8_t *frame, uint32_t length);

/* Whether a segment whose payload has this sum, as net_copy.h has it, has the right checksum. */
bool virtio_net_tcp_is_intact(const struct virtio_net_tcp *tcp, uint64_t payload_sum);

/* Begins with an intact segment. */
void virtio_net_join_begin(struct virtio_net_join *join, const struct virtio_net_tcp *tcp);

/* Whether a segment is the next. */
bool virtio_net_join_follows(const struct virtio_net_join *join, const struct virtio_net_tcp *tcp);

/* Joins an intact segment that follows. */
void virtio_net_join_add(struct virtio_net_join *join, const struct virtio_net_tcp *tcp);

/* Makes the headers of the whole: those of the frame, join->first.header_length bytes of
 * join->first.header, and what comes before them. */
void virtio_net_join_headers(struct virtio_net_join *join, struct virtio_net_hdr *header);
