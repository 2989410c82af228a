/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The serial queue: bytes from one producer to one consumer through shared memory. Layout, names
 * and protocol are sDDF 0.7's, so that either end may be sDDF's own code.
 *
 * The producer writes `tail`, the consumer `head`; both count bytes since the beginning and wrap at
 * 2^32, so that tail - head is the number of bytes in the queue, and an index modulo the capacity
 * is a place in the data region. The producer always notifies the consumer of new bytes. The
 * consumer notifies the producer of room only if `producer_signalled` is 0: a producer that waits
 * for room clears it and then looks again (serial_request_consumer_signal).
 *
 * The other end may be hostile. Each function takes each index once, and uses it modulo the
 * capacity that this end was configured with. A queue that seems to hold more than its capacity is
 * broken: its consumer finds it empty and its producer finds it full until the other end mends it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sddf/util/fence.h>

typedef struct serial_queue {
    uint32_t tail;
    uint32_t head;
    uint32_t producer_signalled; /* 0: the producer waits for room */
} serial_queue_t;

_Static_assert(offsetof(serial_queue_t, tail) == 0 && offsetof(serial_queue_t, head) == 4 &&
                   offsetof(serial_queue_t, producer_signalled) == 8 &&
                   sizeof(serial_queue_t) == 12,
               "sDDF's layout");

/* One end's view of a queue, in its own memory. */
typedef struct serial_queue_handle {
    serial_queue_t *queue;
    uint32_t capacity; /* bytes; a power of two, or 0: nothing can be put in or taken out */
    char *data_region;
} serial_queue_handle_t;

/* Sets up a handle; shared memory is left as it is. `capacity` is the size of the data region in
 * bytes. False if it is not a power of two or a pointer is NULL: the handle then has capacity 0. */
static inline bool serial_queue_init(serial_queue_handle_t *queue_handle, serial_queue_t *queue,
                                     uint32_t capacity, char *data_region)
{
    bool usable =
        queue != NULL && data_region != NULL && capacity != 0 && (capacity & (capacity - 1)) == 0;
    queue_handle->queue = queue;
    queue_handle->capacity = usable ? capacity : 0;
    queue_handle->data_region = data_region;
    return usable;
}

/* Bytes between two indices, or `broken` if there cannot be that many. */
static inline uint32_t serial_queue_span(const serial_queue_handle_t *queue_handle, uint32_t tail,
                                         uint32_t head, uint32_t broken)
{
    uint32_t length = tail - head;
    return length <= queue_handle->capacity ? length : broken;
}

/* The place of an index in the data region. For queues with a capacity above 0. */
static inline uint32_t serial_queue_offset(const serial_queue_handle_t *queue_handle,
                                           uint32_t index)
{
    return index & (queue_handle->capacity - 1);
}

/* Whether the indices make no sense. For either end. */
static inline bool serial_queue_broken(serial_queue_handle_t *queue_handle)
{
    uint32_t tail = load_acquire_32(&queue_handle->queue->tail);
    uint32_t head = load_acquire_32(&queue_handle->queue->head);
    return tail - head > queue_handle->capacity;
}

/* Bytes to take out. For the consumer. */
static inline uint32_t serial_queue_length_consumer(serial_queue_handle_t *queue_handle)
{
    uint32_t tail = load_acquire_32(&queue_handle->queue->tail);
    return serial_queue_span(queue_handle, tail, load_relaxed_32(&queue_handle->queue->head), 0);
}

/* Bytes that the consumer has not taken out. For the producer. */
static inline uint32_t serial_queue_length_producer(serial_queue_handle_t *queue_handle)
{
    uint32_t head = load_acquire_32(&queue_handle->queue->head);
    return serial_queue_span(queue_handle, load_relaxed_32(&queue_handle->queue->tail), head,
                             queue_handle->capacity);
}

/* Whether nothing is left behind `local_head`, the consumer's own copy of head. */
static inline int serial_queue_empty(serial_queue_handle_t *queue_handle, uint32_t local_head)
{
    uint32_t tail = load_acquire_32(&queue_handle->queue->tail);
    return serial_queue_span(queue_handle, tail, local_head, 0) == 0;
}

/* Whether no byte fits at `local_tail`, the producer's own copy of tail. */
static inline int serial_queue_full(serial_queue_handle_t *queue_handle, uint32_t local_tail)
{
    uint32_t head = load_acquire_32(&queue_handle->queue->head);
    return local_tail - head >= queue_handle->capacity;
}

/* Bytes that fit. For the producer. */
static inline uint32_t serial_queue_free(serial_queue_handle_t *queue_handle)
{
    return queue_handle->capacity - serial_queue_length_producer(queue_handle);
}

/* Bytes to take out that stand in one piece, at head. For the consumer. */
static inline uint32_t serial_queue_contiguous_length(serial_queue_handle_t *queue_handle)
{
    uint32_t tail = load_acquire_32(&queue_handle->queue->tail);
    uint32_t head = load_relaxed_32(&queue_handle->queue->head);
    uint32_t length = serial_queue_span(queue_handle, tail, head, 0);
    uint32_t to_end = queue_handle->capacity - serial_queue_offset(queue_handle, head);
    return length < to_end ? length : to_end;
}

/* Bytes that fit in one piece, at tail. For the producer. */
static inline uint32_t serial_queue_contiguous_free(serial_queue_handle_t *queue_handle)
{
    uint32_t head = load_acquire_32(&queue_handle->queue->head);
    uint32_t tail = load_relaxed_32(&queue_handle->queue->tail);
    uint32_t room = queue_handle->capacity -
                    serial_queue_span(queue_handle, tail, head, queue_handle->capacity);
    uint32_t to_end = queue_handle->capacity - serial_queue_offset(queue_handle, tail);
    return room < to_end ? room : to_end;
}

/* Shows the consumer what was enqueued locally. For the producer. */
static inline void serial_update_shared_tail(serial_queue_handle_t *queue_handle,
                                             uint32_t local_tail)
{
    store_release_32(&queue_handle->queue->tail, local_tail);
}

/* Gives the producer the room of what was dequeued locally. For the consumer. */
static inline void serial_update_shared_head(serial_queue_handle_t *queue_handle,
                                             uint32_t local_head)
{
    store_release_32(&queue_handle->queue->head, local_head);
}

/* Puts a byte at `*local_tail`, which the consumer does not see yet. -1: full. For the producer. */
static inline int serial_enqueue_local(serial_queue_handle_t *queue_handle, uint32_t *local_tail,
                                       char character)
{
    if (serial_queue_full(queue_handle, *local_tail)) {
        return -1;
    }
    queue_handle->data_region[serial_queue_offset(queue_handle, *local_tail)] = character;
    (*local_tail)++;
    return 0;
}

/* Puts a byte in. -1: full. For the producer. */
static inline int serial_enqueue(serial_queue_handle_t *queue_handle, char character)
{
    uint32_t tail = load_relaxed_32(&queue_handle->queue->tail);
    if (serial_enqueue_local(queue_handle, &tail, character) != 0) {
        return -1;
    }
    serial_update_shared_tail(queue_handle, tail);
    return 0;
}

/* Takes the byte at `*local_head`, whose room the producer does not get yet. -1: empty. For the
 * consumer. */
static inline int serial_dequeue_local(serial_queue_handle_t *queue_handle, uint32_t *local_head,
                                       char *character)
{
    if (serial_queue_empty(queue_handle, *local_head)) {
        return -1;
    }
    *character = queue_handle->data_region[serial_queue_offset(queue_handle, *local_head)];
    (*local_head)++;
    return 0;
}

/* Takes a byte out. -1: empty. For the consumer. */
static inline int serial_dequeue(serial_queue_handle_t *queue_handle, char *character)
{
    uint32_t head = load_relaxed_32(&queue_handle->queue->head);
    if (serial_dequeue_local(queue_handle, &head, character) != 0) {
        return -1;
    }
    serial_update_shared_head(queue_handle, head);
    return 0;
}

/* Puts up to `num` bytes in; returns how many. For the producer. */
static inline uint32_t serial_enqueue_batch(serial_queue_handle_t *queue_handle, uint32_t num,
                                            const char *src)
{
    uint32_t head = load_acquire_32(&queue_handle->queue->head);
    uint32_t tail = load_relaxed_32(&queue_handle->queue->tail);
    uint32_t room = queue_handle->capacity -
                    serial_queue_span(queue_handle, tail, head, queue_handle->capacity);
    num = num < room ? num : room;
    if (num == 0) {
        return 0;
    }
    uint32_t offset = serial_queue_offset(queue_handle, tail);
    uint32_t to_end = queue_handle->capacity - offset;
    uint32_t first = num < to_end ? num : to_end;
    __builtin_memcpy(queue_handle->data_region + offset, src, first);
    __builtin_memcpy(queue_handle->data_region, src + first, num - first);
    serial_update_shared_tail(queue_handle, tail + num);
    return num;
}

/* Copies up to `num` bytes from `local_head` on, the consumer's own copy of head; returns how many.
 * For the consumer; sDDF has no such function, nor the next. */
static inline uint32_t serial_peek_batch(serial_queue_handle_t *queue_handle, uint32_t local_head,
                                         uint32_t num, char *dst)
{
    uint32_t tail = load_acquire_32(&queue_handle->queue->tail);
    uint32_t length = serial_queue_span(queue_handle, tail, local_head, 0);
    num = num < length ? num : length;
    if (num == 0) {
        return 0;
    }
    uint32_t offset = serial_queue_offset(queue_handle, local_head);
    uint32_t to_end = queue_handle->capacity - offset;
    uint32_t first = num < to_end ? num : to_end;
    __builtin_memcpy(dst, queue_handle->data_region + offset, first);
    __builtin_memcpy(dst + first, queue_handle->data_region, num - first);
    return num;
}

/* Takes up to `num` bytes out; returns how many. For the consumer. */
static inline uint32_t serial_dequeue_batch(serial_queue_handle_t *queue_handle, uint32_t num,
                                            char *dst)
{
    uint32_t head = load_relaxed_32(&queue_handle->queue->head);
    num = serial_peek_batch(queue_handle, head, num, dst);
    serial_update_shared_head(queue_handle, head + num);
    return num;
}

/* Asks the consumer to notify when it has made room. Look at the room once more afterwards: it may
 * have been made meanwhile, without a notification. For the producer. */
static inline void serial_request_consumer_signal(serial_queue_handle_t *queue_handle)
{
    store_relaxed_32(&queue_handle->queue->producer_signalled, 0);
    fence_seq_cst();
}

/* Takes that back: by the consumer as it notifies, or by a producer that found room. */
static inline void serial_cancel_consumer_signal(serial_queue_handle_t *queue_handle)
{
    store_relaxed_32(&queue_handle->queue->producer_signalled, 1);
}

/* Whether the producer waits to be notified. For the consumer, after it has made room. */
static inline bool serial_require_consumer_signal(serial_queue_handle_t *queue_handle)
{
    fence_seq_cst();
    return load_relaxed_32(&queue_handle->queue->producer_signalled) == 0;
}
