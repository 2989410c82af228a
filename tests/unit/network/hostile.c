/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Hostile other ends, see hostile.h.
 */
#include "hostile.h"

#include <string.h>

#define QUEUE_MAX  64
#define REGION_MAX 96

struct queue {
    net_queue_t *queue;
    uint16_t capacity;
};

static const uint8_t *input;
static size_t left;
static struct queue queues[QUEUE_MAX];
static unsigned queue_count;
static region_resource_t memory[REGION_MAX];
static unsigned memory_count;
static uint64_t io_base;

uint8_t hostile_byte(void)
{
    if (left == 0) {
        return 0;
    }
    left--;
    return *input++;
}

uint64_t hostile_number(void)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < 8; i++) {
        number = number << 8 | hostile_byte();
    }
    return number;
}

/* A descriptor: mostly one of the buffers that there are. */
static net_buff_desc_t descriptor(void)
{
    uint8_t kind = hostile_byte();
    net_buff_desc_t buffer = {.len = 60, .oid = kind >> 2 & 7};
    switch (kind & 3) {
    case 0:
        buffer.io_or_offset = hostile_number();
        buffer.len = (uint16_t)(hostile_byte() << 8 | hostile_byte());
        break;
    case 1:
        buffer.io_or_offset = io_base + (uint64_t)hostile_byte() * NET_BUFFER_SIZE;
        break;
    default:
        buffer.io_or_offset = (uint64_t)hostile_byte() * NET_BUFFER_SIZE;
        break;
    }
    return buffer;
}

static void write_memory(void)
{
    region_resource_t region = memory[hostile_byte() % memory_count];
    uint64_t number = hostile_number();
    uint64_t at = (uint64_t)(hostile_byte() << 8 | hostile_byte()) % region.size;
    size_t size = region.size - at < sizeof(number) ? region.size - at : sizeof(number);
    memcpy((char *)region.vaddr + at, &number, size);
}

static void act(void)
{
    struct queue queue = queues[hostile_byte() % queue_count];
    switch (hostile_byte() % 4) {
    case 0:
        queue.queue->buffers[queue.queue->tail & (queue.capacity - 1)] = descriptor();
        queue.queue->tail++;
        break;
    case 1:
        queue.queue->head++;
        break;
    case 2:
        queue.queue->consumer_signalled = 0;
        break;
    default:
        write_memory();
        break;
    }
}

void hostile_begin(const uint8_t *bytes, size_t size)
{
    fake_reset();
    input = bytes;
    left = size;
    queue_count = 0;
    memory_count = 0;
}

void hostile_add_connection(const net_connection_resource_t *conn)
{
    queues[queue_count++] = (struct queue){conn->free_queue.vaddr, conn->num_buffers};
    queues[queue_count++] = (struct queue){conn->active_queue.vaddr, conn->num_buffers};
    hostile_add_region(conn->free_queue);
    hostile_add_region(conn->active_queue);
}

void hostile_add_region(region_resource_t region)
{
    memory[memory_count++] = region;
}

void hostile_run(uint64_t io_addr, void (*run)(void))
{
    io_base = io_addr;
    fake_at_notify = act;
    while (left > 0) {
        if (hostile_byte() % 4 == 0) {
            run();
        } else {
            act();
        }
    }
}
