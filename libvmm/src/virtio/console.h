/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the parts of the console device share: virtio 1.2, 5.3.
 */
#pragma once

#include <libvmm/virtio/console.h>

/* 5.3.2: the queues of port 0, of control, and of the ports from 1 on. The driver receives from the
 * first of two and sends through the second. */
#define CONSOLE_RECEIVE  0
#define CONSOLE_TRANSMIT 1
#define CONTROL_RECEIVE  2
#define CONTROL_TRANSMIT 3

static inline unsigned port_receive_queue(unsigned port)
{
    return 2 + 2 * port;
}

static inline unsigned port_transmit_queue(unsigned port)
{
    return 3 + 2 * port;
}

static inline struct virtio_console_device *console_of(struct virtio_device *device)
{
    return (struct virtio_console_device *)device; /* its first member */
}

/* ---- console_port.c: named ports and control ---- */

/* The driver is ready. */
void console_ports_start(struct virtio_console_device *console);

/* The driver was reset. */
void console_ports_reset(struct virtio_console_device *console);

/* A notification for queue CONTROL_RECEIVE or above. */
void console_ports_notify(struct virtio_console_device *console, unsigned queue);
