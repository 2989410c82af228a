/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the parts of the network device share. In both roles the device has one port for each
 * direction, and the roles differ in how buffers are named.
 */
#pragma once

#include <libvmm/virtio/net.h>

/* Sends what the guest has made available, as long as there are free buffers. */
void virtio_net_send(struct virtio_net_device *net);

/* Forgets the frame that is half sent. */
void virtio_net_send_reset(struct virtio_net_device *net);

/* Gives the guest the frames that have come, as long as it has buffers; drops them if it is not
 * there. */
void virtio_net_receive(struct virtio_net_device *net);

/* Forgets the guest's buffers, and drops what has come. */
void virtio_net_receive_reset(struct virtio_net_device *net);

/* The VA of `length` bytes of a buffer that the other end named; NULL if they are not all in one of
 * the port's regions. */
uint8_t *virtio_net_buffer_va(const struct virtio_net_port *port, const net_buff_desc_t *buffer,
                              uint32_t length);

/* Notifies the other end. On Drover that costs no system call of its own; on seL4 there is one
 * deferred notification an entry, and others may want it. */
static inline void virtio_net_port_notify(const struct virtio_net_port *port)
{
#ifdef LIBVMM_PLATFORM_SEL4
    microkit_notify(port->ch);
#else
    microkit_deferred_notify(port->ch);
#endif
}
