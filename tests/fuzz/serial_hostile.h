/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Another end of a serial queue that writes whatever the fuzzer's input says.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <sddf/serial/queue.h>

/* The input that is left. */
struct hostile_input {
    const uint8_t *data;
    size_t size;
};

/* The next byte; 0 at the end. */
static inline uint8_t hostile_byte(struct hostile_input *input)
{
    if (input->size == 0) {
        return 0;
    }
    input->size--;
    return *input->data++;
}

/* Writes something into a queue's shared memory: an index, a flag, data, or data as it should be.
 */
static inline void hostile_write(struct hostile_input *input, serial_queue_handle_t *handle)
{
    uint8_t what = hostile_byte(input);
    uint32_t value = (uint32_t)(hostile_byte(input) | hostile_byte(input) << 8);
    /* Mostly near what it was; sometimes far. */
    uint32_t offset = (what & 0x80) != 0 ? value << 16 | value : value & 0x3f;
    switch (what & 7) {
    case 0:
        handle->queue->tail += offset;
        break;
    case 1:
        handle->queue->head += offset;
        break;
    case 2:
        handle->queue->tail = handle->queue->head + offset;
        break;
    case 3:
        handle->queue->producer_signalled = value & 1;
        break;
    case 4:
        handle->data_region[value & (handle->capacity - 1)] = (char)what;
        break;
    default:
        for (uint8_t count = what >> 3; count > 0; count--) {
            serial_enqueue(handle, (char)hostile_byte(input));
        }
    }
}
