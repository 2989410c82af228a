/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The block queues: requests from a client to a server and responses back, through shared memory.
 * Layout, names and protocol are sDDF 0.7's, so that either end may be sDDF's own code.
 *
 * Each queue has one producer, who writes `tail`, and one consumer, who writes `head`; both count
 * entries since the beginning and wrap at 2^32, and an index modulo the capacity is a place in
 * `buffers`. Two queues are a pair: one response for each request, in any order, with the request's
 * id. Whoever enqueued notifies the other end.
 *
 *   READ, WRITE  `count` blocks of BLK_TRANSFER_SIZE from `block_number` on; `io_or_offset` is an
 *                offset in the client's data region or, between a virtualiser and a driver, the
 *                address by which the driver reaches the data.
 *   FLUSH        answered when every write that was answered before it was asked is on the medium.
 *   BARRIER      answered when all that was asked before it is answered; what is asked after it
 *                begins after that.
 * Otherwise requests are done in any order.
 *
 * The other end may be hostile. Each function takes each index once, and uses it modulo the
 * capacity that this end was configured with. A queue that seems to hold more than its capacity is
 * broken: its consumer finds it empty and its producer finds it full until the other end mends it.
 * What was dequeued is a copy: the other end can no longer change it, but may have put anything
 * there.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sddf/util/fence.h>

#define BLK_TRANSFER_SIZE 4096 /* bytes in a block */

typedef enum blk_req_code {
    BLK_REQ_READ,
    BLK_REQ_WRITE,
    BLK_REQ_FLUSH,
    BLK_REQ_BARRIER,
} blk_req_code_t;

typedef enum blk_resp_status {
    BLK_RESP_OK,
    BLK_RESP_ERR_UNSPEC,
    BLK_RESP_ERR_INVALID_PARAM, /* the request itself is wrong */
    BLK_RESP_ERR_IO,            /* the device could not do it */
    BLK_RESP_ERR_NO_DEVICE,     /* there is no medium */
} blk_resp_status_t;

typedef struct blk_req {
    blk_req_code_t code;
    uint64_t io_or_offset;
    uint64_t block_number;
    uint16_t count; /* blocks */
    uint32_t id;    /* the client's, given back in the response */
} blk_req_t;

typedef struct blk_resp {
    blk_resp_status_t status;
    uint16_t success_count; /* blocks that were read or written */
    uint32_t id;
} blk_resp_t;

typedef struct blk_req_queue {
    uint32_t head;
    uint32_t tail;
    bool plugged; /* the client asks the server to wait for more; the server need not */
    blk_req_t buffers[];
} blk_req_queue_t;

typedef struct blk_resp_queue {
    uint32_t head;
    uint32_t tail;
    blk_resp_t buffers[];
} blk_resp_queue_t;

_Static_assert(sizeof(blk_req_t) == 32 && offsetof(blk_req_t, io_or_offset) == 8 &&
                   offsetof(blk_req_t, block_number) == 16 && offsetof(blk_req_t, count) == 24 &&
                   offsetof(blk_req_t, id) == 28,
               "sDDF's layout");
_Static_assert(sizeof(blk_resp_t) == 12 && offsetof(blk_resp_t, success_count) == 4 &&
                   offsetof(blk_resp_t, id) == 8,
               "sDDF's layout");
_Static_assert(offsetof(blk_req_queue_t, tail) == 4 && offsetof(blk_req_queue_t, plugged) == 8 &&
                   offsetof(blk_req_queue_t, buffers) == 16,
               "sDDF's layout");
_Static_assert(offsetof(blk_resp_queue_t, tail) == 4 && offsetof(blk_resp_queue_t, buffers) == 8,
               "sDDF's layout");

/* One end's view of a pair of queues, in its own memory. */
typedef struct blk_queue_handle {
    blk_req_queue_t *req_queue;
    blk_resp_queue_t *resp_queue;
    uint32_t capacity; /* entries in each; 0: nothing can be put in or taken out */
} blk_queue_handle_t;

/* Sets up a handle; shared memory is left as it is. `capacity` entries have to fit into each of the
 * two regions (blk_queue_req_size, blk_queue_resp_size). */
static inline void blk_queue_init(blk_queue_handle_t *h, blk_req_queue_t *request,
                                  blk_resp_queue_t *response, uint32_t capacity)
{
    h->req_queue = request;
    h->resp_queue = response;
    h->capacity = request != NULL && response != NULL ? capacity : 0;
}

/* Bytes that a region has to have for a queue of `capacity` entries. */
static inline size_t blk_queue_req_size(uint32_t capacity)
{
    return sizeof(blk_req_queue_t) + (size_t)capacity * sizeof(blk_req_t);
}

static inline size_t blk_queue_resp_size(uint32_t capacity)
{
    return sizeof(blk_resp_queue_t) + (size_t)capacity * sizeof(blk_resp_t);
}

/* Entries to take out: 0 if the queue is broken. For the consumer, the server. */
static inline uint32_t blk_queue_length_req(blk_queue_handle_t *h)
{
    if (h->capacity == 0) {
        return 0;
    }
    uint32_t tail = load_acquire_32(&h->req_queue->tail);
    uint32_t length = tail - load_relaxed_32(&h->req_queue->head);
    return length <= h->capacity ? length : 0;
}

/* The same of the responses. For the consumer, the client. */
static inline uint32_t blk_queue_length_resp(blk_queue_handle_t *h)
{
    if (h->capacity == 0) {
        return 0;
    }
    uint32_t tail = load_acquire_32(&h->resp_queue->tail);
    uint32_t length = tail - load_relaxed_32(&h->resp_queue->head);
    return length <= h->capacity ? length : 0;
}

/* Whether nothing can be taken out. For the consumer. */
static inline bool blk_queue_empty_req(blk_queue_handle_t *h)
{
    return blk_queue_length_req(h) == 0;
}

static inline bool blk_queue_empty_resp(blk_queue_handle_t *h)
{
    return blk_queue_length_resp(h) == 0;
}

/* Whether nothing can be put in. For the producer. */
static inline bool blk_queue_full_req(blk_queue_handle_t *h)
{
    if (h->capacity == 0) {
        return true;
    }
    uint32_t head = load_acquire_32(&h->req_queue->head);
    return load_relaxed_32(&h->req_queue->tail) - head >= h->capacity;
}

static inline bool blk_queue_full_resp(blk_queue_handle_t *h)
{
    if (h->capacity == 0) {
        return true;
    }
    uint32_t head = load_acquire_32(&h->resp_queue->head);
    return load_relaxed_32(&h->resp_queue->tail) - head >= h->capacity;
}

/* Puts a request in. -1: full. For the client. */
static inline int blk_enqueue_req(blk_queue_handle_t *h, blk_req_code_t code,
                                  uintptr_t io_or_offset, uint64_t block_number, uint16_t count,
                                  uint32_t id)
{
    if (h->capacity == 0) {
        return -1;
    }
    uint32_t head = load_acquire_32(&h->req_queue->head);
    uint32_t tail = load_relaxed_32(&h->req_queue->tail);
    if (tail - head >= h->capacity) {
        return -1;
    }
    h->req_queue->buffers[tail % h->capacity] = (blk_req_t){
        .code = code,
        .io_or_offset = io_or_offset,
        .block_number = block_number,
        .count = count,
        .id = id,
    };
    store_release_32(&h->req_queue->tail, tail + 1);
    return 0;
}

/* Puts a response in. -1: full. For the server. */
static inline int blk_enqueue_resp(blk_queue_handle_t *h, blk_resp_status_t status,
                                   uint16_t success_count, uint32_t id)
{
    if (h->capacity == 0) {
        return -1;
    }
    uint32_t head = load_acquire_32(&h->resp_queue->head);
    uint32_t tail = load_relaxed_32(&h->resp_queue->tail);
    if (tail - head >= h->capacity) {
        return -1;
    }
    h->resp_queue->buffers[tail % h->capacity] =
        (blk_resp_t){.status = status, .success_count = success_count, .id = id};
    store_release_32(&h->resp_queue->tail, tail + 1);
    return 0;
}

/* Takes a request out. -1: empty. For the server. Any of the values may be anything. */
static inline int blk_dequeue_req(blk_queue_handle_t *h, blk_req_code_t *code,
                                  uintptr_t *io_or_offset, uint64_t *block_number, uint16_t *count,
                                  uint32_t *id)
{
    if (h->capacity == 0) {
        return -1;
    }
    uint32_t tail = load_acquire_32(&h->req_queue->tail);
    uint32_t head = load_relaxed_32(&h->req_queue->head);
    if (tail == head || tail - head > h->capacity) {
        return -1;
    }
    const volatile blk_req_t *req = &h->req_queue->buffers[head % h->capacity];
    *code = req->code;
    *io_or_offset = (uintptr_t)req->io_or_offset;
    *block_number = req->block_number;
    *count = req->count;
    *id = req->id;
    store_release_32(&h->req_queue->head, head + 1);
    return 0;
}

/* Takes a response out. -1: empty. For the client. Any of the values may be anything. */
static inline int blk_dequeue_resp(blk_queue_handle_t *h, blk_resp_status_t *status,
                                   uint16_t *success_count, uint32_t *id)
{
    if (h->capacity == 0) {
        return -1;
    }
    uint32_t tail = load_acquire_32(&h->resp_queue->tail);
    uint32_t head = load_relaxed_32(&h->resp_queue->head);
    if (tail == head || tail - head > h->capacity) {
        return -1;
    }
    const volatile blk_resp_t *resp = &h->resp_queue->buffers[head % h->capacity];
    *status = resp->status;
    *success_count = resp->success_count;
    *id = resp->id;
    store_release_32(&h->resp_queue->head, head + 1);
    return 0;
}

/* Asks the server to leave requests in the queue until it is unplugged. For the client. */
static inline void blk_queue_plug_req(blk_queue_handle_t *h)
{
    __atomic_store_n((uint8_t *)&h->req_queue->plugged, 1, __ATOMIC_RELAXED);
}

static inline void blk_queue_unplug_req(blk_queue_handle_t *h)
{
    __atomic_store_n((uint8_t *)&h->req_queue->plugged, 0, __ATOMIC_RELEASE);
}

/* Whether the client asks so. The byte is the client's, and need not be a bool's. */
static inline bool blk_queue_plugged_req(blk_queue_handle_t *h)
{
    return __atomic_load_n((const uint8_t *)&h->req_queue->plugged, __ATOMIC_RELAXED) != 0;
}
