/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A queue as a configuration names it.
 */
#pragma once

#include <sddf/serial/config.h>
#include <sddf/serial/queue.h>

/* Sets up the handle of a configured queue. False if the configuration cannot be: no region, or a
 * size that is no power of two below 4 GiB. The handle must not be used then. */
static inline bool connection_open(const serial_connection_resource_t *connection,
                                   serial_queue_handle_t *handle)
{
    uint64_t size = connection->data.size;
    return connection->queue.size >= sizeof(serial_queue_t) && size <= UINT32_MAX &&
           serial_queue_init(handle, (serial_queue_t *)connection->queue.vaddr, (uint32_t)size,
                             (char *)connection->data.vaddr);
}
