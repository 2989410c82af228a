/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A queue of bytes in memory that two PDs share: one puts, the other takes. Each end trusts nothing
 * of the other: whatever stands in the counters, no access leaves the queue.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define QUEUE_SIZE 256 /* bytes; a power of two, so that the counters may wrap */

struct queue {
    uint32_t put_count;   /* changed by the end that puts */
    uint32_t taken_count; /* changed by the end that takes */
    uint8_t bytes[QUEUE_SIZE];
};

/* Puts a byte. False: the queue is full. */
static inline bool queue_put(struct queue *queue, uint8_t byte)
{
    uint32_t put = queue->put_count;
    if (put - __atomic_load_n(&queue->taken_count, __ATOMIC_ACQUIRE) >= QUEUE_SIZE) {
        return false;
    }
    queue->bytes[put % QUEUE_SIZE] = byte;
    __atomic_store_n(&queue->put_count, put + 1, __ATOMIC_RELEASE);
    return true;
}

/* Takes the oldest byte. False: the queue is empty. */
static inline bool queue_take(struct queue *queue, uint8_t *byte)
{
    uint32_t taken = queue->taken_count;
    if (__atomic_load_n(&queue->put_count, __ATOMIC_ACQUIRE) == taken) {
        return false;
    }
    *byte = queue->bytes[taken % QUEUE_SIZE];
    __atomic_store_n(&queue->taken_count, taken + 1, __ATOMIC_RELEASE);
    return true;
}
