/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Frames for the guest: out of the other end's buffers, into the buffers of its receive queue. A
 * frame for which the guest has no buffers is held, and those behind it stay in their queue;
 * when that is full the virtualiser drops.
 */
#include "net_cursor.h"
#include "net_device.h"

#define HEADER_SIZE sizeof(struct virtio_net_hdr_mrg_rxbuf)

/* Whether the guest takes frames at all. */
static bool is_served(const struct virtio_net_device *net)
{
    return net->queues[VIRTIO_NET_RX_VIRTQ].served;
}

/* Takes the next frame that has come. False: there is none, and the other end has been asked to
 * notify of more. */
static bool frame_take(struct virtio_net_device *net)
{
    struct virtio_net_port *port = &net->to_guest;
    net_buff_desc_t *buffer = &net->held;
    if (net_dequeue_active(&port->queue, buffer) != 0) {
        net_request_signal_active(&port->queue);
        if (net_queue_empty_active(&port->queue)) {
            return false;
        }
        net_cancel_signal_active(&port->queue);
        if (net_dequeue_active(&port->queue, buffer) != 0) {
            return false;
        }
    }
    bool can_be = buffer->len >= NET_FRAME_LENGTH_MIN && buffer->len <= NET_FRAME_LENGTH_MAX;
    net->held_va = can_be ? virtio_net_buffer_va(port, buffer, buffer->len) : NULL;
    net->is_holding = true;
    return true;
}

/* Gives the buffer of the frame back. One for which the other end has no place is lost to it. */
static void frame_return(struct virtio_net_device *net)
{
    net->held.len = 0;
    (void)net_enqueue_free(&net->to_guest.queue, net->held);
    net->is_holding = false;
    net->merge.count = 0;
    net->merge.done = 0;
}

/* The guest's next buffer. False: there is none, and the guest has been asked to notify. */
static bool buffer_take(struct virtio_net_device *net)
{
    struct virtio_device *device = &net->virtio_device;
    return virtio_queue_pop(device, VIRTIO_NET_RX_VIRTQ, &net->received) ||
           (virtio_queue_notify_enable(device, VIRTIO_NET_RX_VIRTQ) &&
            virtio_queue_pop(device, VIRTIO_NET_RX_VIRTQ, &net->received));
}

/* Writes the header, and notes where the number of buffers goes, which is known at the end only. */
static void header_write(struct virtio_net_device *net, struct virtio_net_cursor *cursor)
{
    static const struct virtio_net_hdr header;
    uint32_t length;
    virtio_net_cursor_copy_in(cursor, (const uint8_t *)&header, sizeof header);
    net->merge.count_va[0] = virtio_net_cursor_take(cursor, 1, &length);
    net->merge.count_va[1] = virtio_net_cursor_take(cursor, 1, &length);
}

/* Puts the next part of the frame into the buffer that was taken. False: it does not fit. */
static bool part_give(struct virtio_net_device *net)
{
    const struct virtio_chain *chain = &net->received;
    uint32_t left = net->held.len - net->merge.done;
    uint32_t written = 0;
    struct virtio_net_cursor cursor = virtio_net_cursor_write(chain);
    if (net->merge.count == 0) {
        bool may_merge = virtio_has_feature(&net->virtio_device, VIRTIO_NET_F_MRG_RXBUF);
        if (chain->write_size < HEADER_SIZE + (may_merge ? 0 : left)) {
            return false;
        }
        header_write(net, &cursor);
        written = HEADER_SIZE;
    }
    uint32_t part = virtio_net_cursor_copy_in(&cursor, net->held_va + net->merge.done, left);
    net->merge.done += part;
    net->merge.heads[net->merge.count] = chain->head;
    net->merge.sizes[net->merge.count] = written + part;
    net->merge.count++;
    return true;
}

/* Goes on with the frame that is held. False: the guest has to make buffers available first. */
static bool frame_give(struct virtio_net_device *net)
{
    struct virtio_device *device = &net->virtio_device;
    do {
        if (net->merge.count == VIRTIO_NET_MERGE_MAX) {
            virtio_device_break(device, "a frame fits into 64 receive buffers (5.1.6.3.1)");
            return false;
        }
        if (!buffer_take(net)) {
            return false;
        }
        if (!part_give(net)) {
            virtio_queue_unpop(device, VIRTIO_NET_RX_VIRTQ, net->received.head);
            net->received_dropped++;
            return true;
        }
    } while (net->merge.done != net->held.len);
    *net->merge.count_va[0] = (uint8_t)net->merge.count;
    *net->merge.count_va[1] = 0;
    for (unsigned i = 0; i < net->merge.count; i++) {
        virtio_queue_push(device, VIRTIO_NET_RX_VIRTQ, net->merge.heads[i], net->merge.sizes[i]);
    }
    net->received_count++;
    return true;
}

/* Gives, or drops, the frame that is held. False: it has to wait. */
static bool frame_settle(struct virtio_net_device *net)
{
    if (net->held_va != NULL && is_served(net)) {
        if (frame_give(net)) {
            return true;
        }
        if (is_served(net)) {
            return false;
        }
    }
    net->received_dropped++;
    return true;
}

void virtio_net_receive(struct virtio_net_device *net)
{
    struct virtio_device *device = &net->virtio_device;
    struct virtio_net_port *port = &net->to_guest;
    /* More than the queue has: this ends only another end that goes on filling it from another
     * core. */
    uint32_t left = 4 * port->queue.capacity;
    bool has_returned = false;
    bool waits = false;
    for (; left != 0 && !waits && (net->is_holding || frame_take(net)); left--) {
        waits = !frame_settle(net);
        if (!waits) {
            frame_return(net);
            has_returned = true;
        }
    }
    if (left == 0) {
        net_request_signal_active(&port->queue);
    }
    if (!waits) {
        virtio_queue_notify_disable(device, VIRTIO_NET_RX_VIRTQ);
    }
    virtio_queue_publish(device, VIRTIO_NET_RX_VIRTQ);
    if (has_returned && net_require_signal_free(&port->queue)) {
        net_cancel_signal_free(&port->queue);
        virtio_net_port_notify(port);
    }
}

void virtio_net_receive_reset(struct virtio_net_device *net)
{
    net->merge.count = 0;
    net->merge.done = 0;
    virtio_net_receive(net); /* drops all there is */
}
