/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Frames for the guest: out of the other end's buffers, into the buffers of its receive queue. TCP
 * segments that have come one after the other are joined, if the guest takes large frames. A
 * frame for which the guest has no buffers is held, and those behind it stay in their queue;
 * when that is full the virtualiser drops.
 */
#include "net_copy.h"
#include "net_device.h"
#include "net_headers.h"
#include "net_ip.h"
#include "net_join.h"
#include "net_merge.h"

/* Whether the guest takes frames at all. */
static bool is_served(const struct virtio_net_device *net)
{
    return net->queues[VIRTIO_NET_RX_VIRTQ].served;
}

/* Whether a frame of this length may be passed on: NET_FRAME_MTU bytes behind its Ethernet header
 * and its VLAN tags (virtio 1.2, 5.1.4.1). */
static bool length_allowed(const uint8_t *frame, uint32_t length)
{
    uint16_t network, type;
    return length <= NET_FRAME_MTU + NET_FRAME_LENGTH_MIN ||
           (virtio_net_ethernet_parse(frame, length, &network, &type) &&
            length - network <= NET_FRAME_MTU);
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
    const uint8_t *va = can_be ? virtio_net_buffer_va(port, buffer, buffer->len) : NULL;
    net->held_va = va != NULL && length_allowed(va, buffer->len) ? va : NULL;
    net->is_holding = true;
    return true;
}

/* Gives the buffer of the frame back. One for which the other end has no place is lost to it. */
static void frame_return(struct virtio_net_device *net)
{
    net->held.len = 0;
    (void)net_enqueue_free(&net->to_guest.queue, net->held);
    net->is_holding = false;
}

/* Whether the guest takes large frames of such segments. */
static bool may_join(const struct virtio_net_device *net, const struct virtio_net_tcp *tcp)
{
    return virtio_has_feature(&net->virtio_device,
                              tcp->ip.is_ipv6 ? VIRTIO_NET_F_GUEST_TSO6 : VIRTIO_NET_F_GUEST_TSO4);
}

/* Whether the guest wants to be told of checksums that hold (virtio 1.2, 5.1.6.4). */
static bool takes_checked(const struct virtio_net_device *net)
{
    return virtio_has_feature(&net->virtio_device, VIRTIO_NET_F_GUEST_CSUM);
}

/* Keeps the frame that is held, and in the guest's buffers already, for those behind it to be
 * joined to. False: they cannot be, or there are none. */
static bool join_begin(struct virtio_net_device *net)
{
    struct virtio_net_tcp tcp;
    if (!takes_checked(net) || net_queue_empty_active(&net->to_guest.queue) ||
        !virtio_net_tcp_parse(&tcp, net->held_va, net->held.len) || !may_join(net, &tcp) ||
        !virtio_net_merge_can_rewrite(&net->merge, tcp.header_length)) {
        return false;
    }
    uint64_t header_sum = virtio_net_sum(net->held_va, tcp.header_length, 0);
    if (!virtio_net_tcp_is_intact(&tcp, virtio_net_sum_less(net->merge.sum, header_sum))) {
        return false;
    }
    virtio_net_join_begin(&net->join, &tcp);
    return true;
}

/* Gives the guest what was joined, if anything was. */
static void join_end(struct virtio_net_device *net)
{
    struct virtio_net_join *join = &net->join;
    if (join->segment_count == 0) {
        return;
    }
    if (join->segment_count > 1) {
        struct virtio_net_hdr header;
        virtio_net_join_headers(join, &header);
        virtio_net_merge_rewrite(&net->merge, &header, join->first.header,
                                 join->first.header_length);
    } else {
        virtio_net_merge_set_checked(&net->merge);
    }
    join->segment_count = 0;
    virtio_net_merge_end(net);
}

/* Joins the frame that is held to those before it. False: it is not the next of them. */
static bool join_go_on(struct virtio_net_device *net)
{
    struct virtio_net_tcp tcp;
    if (!virtio_net_tcp_parse(&tcp, net->held_va, net->held.len) ||
        !virtio_net_join_follows(&net->join, &tcp)) {
        return false;
    }
    struct net_merge_mark mark = virtio_net_merge_mark(&net->merge);
    uint64_t sum = 0;
    if (virtio_net_merge_put(net, net->held_va + tcp.header_length, tcp.payload_length, &sum) !=
            NET_MERGE_DONE ||
        !virtio_net_tcp_is_intact(&tcp, sum)) {
        virtio_net_merge_undo(net, &mark);
        return false;
    }
    virtio_net_join_add(&net->join, &tcp);
    return true;
}

/* Goes on with the frame that is held. False: the guest has to make buffers available first. */
static bool frame_give(struct virtio_net_device *net)
{
    struct virtio_net_merge *merge = &net->merge;
    uint32_t done = merge->done;
    uint64_t sum = 0;
    enum net_merge_result result = virtio_net_merge_put(
        net, net->held_va + done, net->held.len - done, takes_checked(net) ? &sum : NULL);
    merge->sum = virtio_net_sum_add(merge->sum, (done & 1) != 0 ? virtio_net_sum_swap(sum) : sum);
    switch (result) {
    case NET_MERGE_WAITS:
        return false;
    case NET_MERGE_NO_ROOM:
        if (merge->count != 0) {
            virtio_device_break(&net->virtio_device,
                                "a frame fits into 64 receive buffers (5.1.6.3.1)");
            return false;
        }
        net->received_dropped++;
        return true;
    case NET_MERGE_DONE:
        break;
    }
    if (!join_begin(net)) {
        if (takes_checked(net) &&
            virtio_net_checksum_holds(net->held_va, net->held.len, merge->sum)) {
            virtio_net_merge_set_checked(merge);
        }
        virtio_net_merge_end(net);
    }
    net->received_count++;
    return true;
}

/* Gives, or drops, the frame that is held. False: it has to wait. */
static bool frame_settle(struct virtio_net_device *net)
{
    if (net->join.segment_count != 0) {
        if (net->held_va != NULL && join_go_on(net)) {
            net->received_count++;
            return true;
        }
        join_end(net);
    }
    if (net->held_va != NULL && is_served(net)) {
        if (frame_give(net)) {
            return true;
        }
        if (is_served(net)) {
            return false;
        }
    }
    virtio_net_merge_reset(&net->merge);
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
    join_end(net);
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
    virtio_net_merge_reset(&net->merge);
    virtio_net_receive(net); /* drops all there is */
}
