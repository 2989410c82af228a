/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Frames of the guest: out of its transmit queue, into free buffers, on to the other end.
 */
#include "net_cursor.h"
#include "net_device.h"
#include "net_frame.h"

/* Frames in one go; the queue has fewer, so that this ends only a guest that goes on filling it
 * from another core. */
#define SEND_MAX (4 * VIRTIO_NET_QUEUE_SIZE)

/* Whether the driver may ask for this: 5.1.6.2.1. Without CSUM it may ask for nothing, and what
 * the header says is of no meaning. */
static bool header_allowed(const struct virtio_net_device *net, struct virtio_net_hdr *header)
{
    if (!virtio_has_feature(&net->virtio_device, VIRTIO_NET_F_CSUM)) {
        *header = (struct virtio_net_hdr){0};
    }
    switch (header->gso_type & (uint8_t)~VIRTIO_NET_HDR_GSO_ECN) {
    case VIRTIO_NET_HDR_GSO_NONE:
        return true;
    case VIRTIO_NET_HDR_GSO_TCPV4:
        return virtio_has_feature(&net->virtio_device, VIRTIO_NET_F_HOST_TSO4);
    case VIRTIO_NET_HDR_GSO_TCPV6:
        return virtio_has_feature(&net->virtio_device, VIRTIO_NET_F_HOST_TSO6);
    default:
        return false;
    }
}

/* Begins the next frame that is available; one that cannot be sent goes back at once. False: there
 * is none. */
static bool frame_take(struct virtio_net_device *net)
{
    struct virtio_device *device = &net->virtio_device;
    struct virtio_chain *chain = &net->sent;
    if (!virtio_queue_pop(device, VIRTIO_NET_TX_VIRTQ, chain)) {
        return false;
    }
    struct virtio_net_hdr_mrg_rxbuf header;
    struct virtio_net_cursor cursor = virtio_net_cursor_read(chain);
    if (chain->read_size >= sizeof header) {
        virtio_net_cursor_copy_out(&cursor, (uint8_t *)&header, sizeof header);
        net->is_sending =
            header_allowed(net, &header.hdr) &&
            virtio_net_frame_begin(&net->frame, &header.hdr, &cursor,
                                   chain->read_size - (uint32_t)sizeof header, net->csum_offload);
    }
    if (!net->is_sending) {
        net->sent_dropped++;
        virtio_queue_push(device, VIRTIO_NET_TX_VIRTQ, chain->head, 0);
    }
    return true;
}

/* A free buffer and its VA. NULL: there is none, and the other end has been asked to notify of
 * more. What it gives us that is not in our memory is not used, and not given back. */
static uint8_t *buffer_take(struct virtio_net_port *port, net_buff_desc_t *buffer)
{
    net_queue_handle_t *queue = &port->queue;
    for (uint32_t tries = 2 * queue->capacity; tries != 0; tries--) {
        if (net_dequeue_free(queue, buffer) == 0) {
            uint8_t *va = virtio_net_buffer_va(port, buffer, NET_BUFFER_SIZE);
            if (va != NULL) {
                return va;
            }
            continue;
        }
        net_request_signal_free(queue);
        if (net_queue_empty_free(queue)) {
            return NULL;
        }
        net_cancel_signal_free(queue);
    }
    net_request_signal_free(queue);
    return NULL;
}

/* Goes on with the frame that has begun. False: buffers are wanting. */
static bool frame_send(struct virtio_net_device *net)
{
    struct virtio_net_port *port = &net->from_guest;
    while (!net->frame.done) {
        net_buff_desc_t buffer;
        uint8_t *va = buffer_take(port, &buffer);
        if (va == NULL) {
            return false;
        }
        buffer.len = virtio_net_frame_next(&net->frame, va);
        if (net_enqueue_active(&port->queue, buffer) == 0) {
            net->sent_count++;
        } else { /* more buffers than places in a queue: the other end's mistake */
            net->sent_dropped++;
        }
    }
    return true;
}

/* Frames that wait for buffers are looked at when those come, so the guest need not notify. */
static void wait_set(struct virtio_net_device *net, bool waits)
{
    if (waits && !net->is_waiting) {
        virtio_queue_notify_disable(&net->virtio_device, VIRTIO_NET_TX_VIRTQ);
    } else if (!waits && net->is_waiting) {
        virtio_queue_notify_enable(&net->virtio_device, VIRTIO_NET_TX_VIRTQ);
    }
    net->is_waiting = waits;
}

void virtio_net_send(struct virtio_net_device *net)
{
    struct virtio_device *device = &net->virtio_device;
    struct virtio_net_port *port = &net->from_guest;
    uint32_t sent_before = net->sent_count;
    unsigned left = SEND_MAX;
    wait_set(net, false);
    for (; left != 0 && (net->is_sending || frame_take(net)); left--) {
        if (net->is_sending) {
            if (!frame_send(net)) {
                wait_set(net, true);
                break;
            }
            net->is_sending = false;
            virtio_queue_push(device, VIRTIO_NET_TX_VIRTQ, net->sent.head, 0);
        }
    }
    if (left == 0) { /* go on when the buffers come back */
        net_request_signal_free(&port->queue);
    }
    virtio_queue_publish(device, VIRTIO_NET_TX_VIRTQ);
    if (net->sent_count != sent_before && net_require_signal_active(&port->queue)) {
        net_cancel_signal_active(&port->queue);
        virtio_net_port_notify(port);
    }
}

void virtio_net_send_reset(struct virtio_net_device *net)
{
    net->is_sending = false;
    net->is_waiting = false;
}
