/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The part of net_frame.h for frames that have to be cut (virtio 1.2, 5.1.6.2: a gso_type).
 */
#pragma once

#include <libvmm/virtio/net_frame.h>

/* virtio_net_frame_begin() for such a frame; its source, length and csum_offload are set. */
bool virtio_net_segment_begin(struct virtio_net_frame *frame, const struct virtio_net_hdr *header);

/* virtio_net_frame_next() for such a frame. */
uint16_t virtio_net_segment_next(struct virtio_net_frame *frame, uint8_t *buffer);
