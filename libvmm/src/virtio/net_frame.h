/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A frame that a guest sends, on its way into buffers of 2048 bytes: as it is, with a checksum
 * filled in, or cut into TCP segments (virtio 1.2, 5.1.6.2). Everything that the guest says of it
 * is checked here; headers are read from a copy.
 */
#pragma once

#include <libvmm/virtio/net_frame.h>

/*
 * Begins a frame of `length` bytes at `source`, which `header` describes; its segments hold as many
 * bytes and stay as they are until the frame is done. `csum_offload`: the hardware fills in the
 * checksums of IPv4 frames, IP's and TCP's, UDP's or ICMP's, whose fields it wants to be 0. False:
 * the frame is too short, too long, or what `header` says does not fit it; it cannot be sent.
 */
bool virtio_net_frame_begin(struct virtio_net_frame *frame, const struct virtio_net_hdr *header,
                            const struct virtio_net_cursor *source, uint32_t length,
                            bool csum_offload);

/* Writes what comes next to `buffer` (VA, NET_FRAME_LENGTH_MAX bytes) and returns its length. Only
 * while frame->done is false; sets it with the last one. */
uint16_t virtio_net_frame_next(struct virtio_net_frame *frame, uint8_t *buffer);
