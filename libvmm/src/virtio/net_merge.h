/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A frame on its way into the guest's receive buffers. It may take several of them (virtio 1.2,
 * 5.1.6.3.1); the guest gets them when it is whole.
 */
#pragma once

#include <libvmm/virtio/net.h>

enum net_merge_result {
    NET_MERGE_DONE,
    NET_MERGE_WAITS,   /* the guest has no buffer; it was asked to notify of the next */
    NET_MERGE_NO_ROOM, /* the guest's buffers are not such that this could be put into them */
};

/* The end of what was put, to come back to. */
struct net_merge_mark {
    unsigned count;
    uint32_t size, done;
};

/*
 * Puts `length` bytes at VA `from` behind those that are there; before the first of all comes a
 * header that says nothing. If `sum` is not NULL, their sum (net_copy.h) is added to it. Unless all
 * was put, merge->done, which counts the bytes, says how far it came, and it can be called again
 * for the rest, or undone.
 */
enum net_merge_result virtio_net_merge_put(struct virtio_net_device *net, const uint8_t *from,
                                           uint32_t length, uint64_t *sum);

struct net_merge_mark virtio_net_merge_mark(const struct virtio_net_merge *merge);

/* Forgets what was put since `mark`, after which nothing can be put behind it any more. */
void virtio_net_merge_undo(struct virtio_net_device *net, const struct net_merge_mark *mark);

/* Whether `length` bytes of the frame's beginning lie in one piece, and can be rewritten. */
bool virtio_net_merge_can_rewrite(const struct virtio_net_merge *merge, uint32_t length);

/* Rewrites them, and the header before them. */
void virtio_net_merge_rewrite(struct virtio_net_merge *merge, const struct virtio_net_hdr *header,
                              const uint8_t *from, uint32_t length);

/* Says in the header that the checksum of TCP or UDP has been looked at, and holds. */
void virtio_net_merge_set_checked(struct virtio_net_merge *merge);

/* Gives the guest the frame; it sees it after virtio_queue_publish(). */
void virtio_net_merge_end(struct virtio_net_device *net);

/* Forgets the frame, and leaves its buffers with a device that is reset. */
void virtio_net_merge_reset(struct virtio_net_merge *merge);
