/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A serial connection as a test gives it to a program: regions on the heap, so that ASan sees what
 * is written beside them, and the other end of the queue.
 */
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sddf/serial/config.h>
#include <sddf/serial/queue.h>

/* Makes the regions of a connection; `other` is the handle of its other end. */
static inline void serial_host_connect(serial_connection_resource_t *connection,
                                       serial_queue_handle_t *other, uint32_t capacity, uint8_t id)
{
    connection->queue.vaddr = calloc(1, sizeof(serial_queue_t));
    connection->queue.size = sizeof(serial_queue_t);
    connection->data.vaddr = calloc(1, capacity);
    connection->data.size = capacity;
    connection->id = id;
    serial_queue_init(other, (serial_queue_t *)connection->queue.vaddr, capacity,
                      (char *)connection->data.vaddr);
}

static inline void serial_host_disconnect(serial_connection_resource_t *connection)
{
    free(connection->queue.vaddr);
    free(connection->data.vaddr);
    memset(connection, 0, sizeof(*connection));
}

static inline void serial_host_magic(char *magic)
{
    memcpy(magic, SDDF_SERIAL_MAGIC, SDDF_SERIAL_MAGIC_LEN);
}

static inline uint32_t serial_host_send(serial_queue_handle_t *handle, const char *text)
{
    return serial_enqueue_batch(handle, (uint32_t)strlen(text), text);
}
