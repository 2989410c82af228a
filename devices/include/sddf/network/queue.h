/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The network queues: descriptors of buffers from one producer to one consumer through shared
 * memory. Layout, names and protocol are sDDF 0.7's, so that either end may be sDDF's own code.
 *
 * Queues come in pairs of one capacity: `active` carries buffers with a frame one way, `free`
 * carries used buffers back. The producer writes `tail`, the consumer `head`; both count
 * descriptors since the beginning and wrap at 2^16, so that tail - head is the number of
 * descriptors in the queue, and an index modulo the capacity, a power of two, is a place in it.
 *
 * A producer notifies only if `consumer_signalled` is 0, and sets it to 1 as it does. A consumer
 * that has found the queue empty clears it (net_request_signal_*) and then looks again: whatever
 * came before the flag was seen has come without a notification.
 *
 * The other end may be hostile. Each function takes each index once, takes a descriptor out of
 * shared memory once, and uses an index modulo the capacity that this end was configured with. A
 * queue that seems to hold more than its capacity is broken: its consumer finds it empty and its
 * producer finds it full until the other end mends it. What a descriptor says is for the caller to
 * check.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sddf/network/constants.h>
#include <sddf/util/fence.h>

#define NET_QUEUE_CAPACITY_MAX 32768 /* more would not fit into an index of 16 bits */

typedef struct net_buff_desc {
    uint64_t io_or_offset; /* offset in the data region; between virtualiser and driver io address
                            */
    uint16_t len;          /* bytes of the frame in the buffer */
    uint8_t oid : 6;       /* which data region, where a queue has buffers of several; else 0 */
} net_buff_desc_t;

typedef struct net_queue {
    uint16_t tail;
    uint16_t head;
    uint32_t consumer_signalled; /* 0: the consumer waits to be notified */
    net_buff_desc_t buffers[];
} net_queue_t;

_Static_assert(offsetof(net_buff_desc_t, len) == 8 && sizeof(net_buff_desc_t) == 16,
               "sDDF's layout");
_Static_assert(offsetof(net_queue_t, tail) == 0 && offsetof(net_queue_t, head) == 2 &&
                   offsetof(net_queue_t, consumer_signalled) == 4 &&
                   offsetof(net_queue_t, buffers) == 8,
               "sDDF's layout");

/* One end's view of a pair of queues, in its own memory. */
typedef struct net_queue_handle {
    net_queue_t *free;
    net_queue_t *active;
    uint32_t capacity; /* descriptors; a power of two, or 0: nothing can be put in or taken out */
} net_queue_handle_t;

/* Bytes of a queue in memory. */
static inline size_t net_queue_size(uint32_t capacity)
{
    return sizeof(net_queue_t) + (size_t)capacity * sizeof(net_buff_desc_t);
}

/* Sets up a handle; shared memory is left as it is. False if the capacity is not a power of two of
 * at most NET_QUEUE_CAPACITY_MAX or a pointer is NULL: the handle then has capacity 0. */
static inline bool net_queue_init(net_queue_handle_t *queue, net_queue_t *free, net_queue_t *active,
                                  uint32_t capacity)
{
    bool usable = free != NULL && active != NULL && capacity != 0 &&
                  capacity <= NET_QUEUE_CAPACITY_MAX && (capacity & (capacity - 1)) == 0;
    queue->free = free;
    queue->active = active;
    queue->capacity = usable ? capacity : 0;
    return usable;
}

/* Descriptors in a queue, as the indices have it: more than its capacity if it is broken. */
static inline uint16_t net_queue_length(net_queue_t *queue)
{
    uint16_t tail = load_acquire_16(&queue->tail);
    return (uint16_t)(tail - load_acquire_16(&queue->head));
}

/* Whether a consumer finds nothing. */
static inline bool net_queue_empty(net_queue_t *queue, uint32_t capacity)
{
    uint16_t length = net_queue_length(queue);
    return length == 0 || length > capacity;
}

/* Puts a descriptor in. -1: full, or broken. For the producer. */
static inline int net_queue_put(net_queue_t *queue, uint32_t capacity, net_buff_desc_t buffer)
{
    uint16_t head = load_acquire_16(&queue->head);
    uint16_t tail = load_relaxed_16(&queue->tail);
    if ((uint16_t)(tail - head) >= capacity) {
        return -1;
    }
    queue->buffers[tail & (capacity - 1)] = buffer;
    store_release_16(&queue->tail, (uint16_t)(tail + 1));
    return 0;
}

/* Takes a descriptor out, member by member and each once. -1: empty, or broken. For the consumer.
 */
static inline int net_queue_take(net_queue_t *queue, uint32_t capacity, net_buff_desc_t *buffer)
{
    uint16_t tail = load_acquire_16(&queue->tail);
    uint16_t head = load_relaxed_16(&queue->head);
    uint16_t length = (uint16_t)(tail - head);
    if (length == 0 || length > capacity) {
        return -1;
    }
    const volatile net_buff_desc_t *slot = &queue->buffers[head & (capacity - 1)];
    buffer->io_or_offset = slot->io_or_offset;
    buffer->len = slot->len;
    buffer->oid = slot->oid;
    store_release_16(&queue->head, (uint16_t)(head + 1));
    return 0;
}

/* Whether there is nothing to take out of the free queue. For its consumer. */
static inline bool net_queue_empty_free(net_queue_handle_t *queue)
{
    return net_queue_empty(queue->free, queue->capacity);
}

/* Whether there is nothing to take out of the active queue. For its consumer. */
static inline bool net_queue_empty_active(net_queue_handle_t *queue)
{
    return net_queue_empty(queue->active, queue->capacity);
}

/* Whether nothing can be put into the free queue. For its producer. */
static inline bool net_queue_full_free(net_queue_handle_t *queue)
{
    return net_queue_length(queue->free) >= queue->capacity;
}

/* Whether nothing can be put into the active queue. For its producer. */
static inline bool net_queue_full_active(net_queue_handle_t *queue)
{
    return net_queue_length(queue->active) >= queue->capacity;
}

/* Gives a buffer back. -1: full, or broken. */
static inline int net_enqueue_free(net_queue_handle_t *queue, net_buff_desc_t buffer)
{
    return net_queue_put(queue->free, queue->capacity, buffer);
}

/* Hands a frame on. -1: full, or broken. */
static inline int net_enqueue_active(net_queue_handle_t *queue, net_buff_desc_t buffer)
{
    return net_queue_put(queue->active, queue->capacity, buffer);
}

/* Takes a buffer to use. -1: none, or broken; `*buffer` is then left as it is. */
static inline int net_dequeue_free(net_queue_handle_t *queue, net_buff_desc_t *buffer)
{
    return net_queue_take(queue->free, queue->capacity, buffer);
}

/* Takes a frame. -1: none, or broken; `*buffer` is then left as it is. */
static inline int net_dequeue_active(net_queue_handle_t *queue, net_buff_desc_t *buffer)
{
    return net_queue_take(queue->active, queue->capacity, buffer);
}

/* Fills a free queue that has never been used with all buffers of the one data region that it is
 * for. `base_addr` is 0, or between virtualiser and driver the region's io address. */
static inline void net_buffers_init(net_queue_handle_t *queue, uintptr_t base_addr)
{
    for (uint32_t i = 0; i < queue->capacity; i++) {
        net_buff_desc_t buffer = {.io_or_offset = base_addr + (uint64_t)i * NET_BUFFER_SIZE};
        if (net_enqueue_free(queue, buffer) != 0) {
            return;
        }
    }
}

static inline void net_request_signal(net_queue_t *queue)
{
    store_relaxed_32(&queue->consumer_signalled, 0);
    fence_seq_cst();
}

static inline void net_cancel_signal(net_queue_t *queue)
{
    store_relaxed_32(&queue->consumer_signalled, 1);
}

static inline bool net_require_signal(net_queue_t *queue)
{
    fence_seq_cst();
    return load_relaxed_32(&queue->consumer_signalled) == 0;
}

/* Asks the producer to notify when it has put something in. Look into the queue once more
 * afterwards. For the consumer. */
static inline void net_request_signal_free(net_queue_handle_t *queue)
{
    net_request_signal(queue->free);
}

static inline void net_request_signal_active(net_queue_handle_t *queue)
{
    net_request_signal(queue->active);
}

/* Takes that back: by the producer as it notifies, or by a consumer that found something. */
static inline void net_cancel_signal_free(net_queue_handle_t *queue)
{
    net_cancel_signal(queue->free);
}

static inline void net_cancel_signal_active(net_queue_handle_t *queue)
{
    net_cancel_signal(queue->active);
}

/* Whether the consumer waits to be notified. For the producer, after it has put something in. */
static inline bool net_require_signal_free(net_queue_handle_t *queue)
{
    return net_require_signal(queue->free);
}

static inline bool net_require_signal_active(net_queue_handle_t *queue)
{
    return net_require_signal(queue->active);
}
