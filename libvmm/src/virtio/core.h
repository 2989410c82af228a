/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a transport asks of the device behind it, after it has made out what the driver wants: the
 * registers that mmio and PCI have in common, whatever their places. All values are the driver's,
 * hence anything.
 */
#pragma once

#include <libvmm/virtio/virtio.h>

#include "compiler.h"

/* ---- device.c ---- */

/* Whether what the device filled in is sound; says what is not. */
bool virtio_core_check(const struct virtio_device *device);

/* Gives the device, which is sound, its transport and its interrupt, which is registered, and
 * resets it. */
void virtio_core_attach(struct virtio_device *device, const struct virtio_transport *transport,
                        void *transport_data, irq_routing_info_t route);

/* Resets the device whenever the guest restarts. Last of all: it cannot be taken back. */
bool virtio_core_follow_guest(struct virtio_device *device);

/* The device status as the driver reads it: 0 once a reset is done. */
uint8_t virtio_core_status_read(const struct virtio_device *device);

/* The driver writes the device status (3.1.1, 2.1). 0 resets. */
void virtio_core_status_write(struct virtio_device *device, uint8_t status);

/* The 32 feature bits that are offered, and that the driver chose, in the selected window. */
uint32_t virtio_core_features_offered(const struct virtio_device *device);
uint32_t virtio_core_features_driver(const struct virtio_device *device);
void virtio_core_features_write(struct virtio_device *device, uint32_t features);

/* Configuration space: what lies outside of it reads as zero and ignores writes. */
uint64_t virtio_core_config_read(const struct virtio_device *device, uint64_t offset,
                                 unsigned width);
void virtio_core_config_write(struct virtio_device *device, uint64_t offset, unsigned width,
                              uint64_t value);

/* Interrupts for `reason` (VIRTIO_INTERRUPT_*), unless that one is outstanding. */
void virtio_core_interrupt(struct virtio_device *device, uint8_t reason);

/* The driver has seen `reasons`. */
void virtio_core_interrupt_ack(struct virtio_device *device, uint8_t reasons);

/* ---- queue_setup.c ---- */

/* The selected queue; NULL if there is none of that number. */
struct virtio_queue *virtio_core_queue(struct virtio_device *device);

/* Settings of the selected queue, which has to exist and be disabled; otherwise nothing happens. */
void virtio_core_queue_size_write(struct virtio_device *device, uint32_t size);

/* Which half of one of the GPAs of a queue is written. */
enum virtio_queue_area { VIRTIO_AREA_DESC, VIRTIO_AREA_AVAIL, VIRTIO_AREA_USED };
void virtio_core_queue_area_write(struct virtio_device *device, enum virtio_queue_area area,
                                  bool is_high, uint32_t value);

/* Enables the selected queue if its settings make sense; otherwise it stays disabled, and a log
 * line says why. */
void virtio_core_queue_enable(struct virtio_device *device);

/* The driver says that there are buffers in `queue`, which need not exist. */
void virtio_core_notify(struct virtio_device *device, uint32_t queue);

/* Everything about the device's queues as after reset. */
void virtio_core_queues_reset(struct virtio_device *device);

/* Serves the enabled queues, or stops to. */
void virtio_core_queues_serve(struct virtio_device *device, bool served);

/* ---- chain.c ---- */

/* The VA of `size` bytes of RAM at `gpa` that the guest may read and write; NULL if they are not
 * all in one region. */
void *virtio_core_ram(struct virtio_device *device, uint64_t gpa, uint32_t size);

/* Walks the descriptors from `head` on. NULL, or the rule that they break. */
const char *virtio_core_chain_walk(struct virtio_device *device, const struct virtio_queue *queue,
                                   uint16_t head, struct virtio_chain *chain);
