/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtio entropy device (virtio 1.2, 5.4). It hands the guest what a source gives; whether that
 * is entropy is the source's affair.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libvmm/virtio/virtio.h>

/* Puts up to `size` random bytes at `destination` (VA in the VMM; the guest may see them at once);
 * returns how many. 0: none now; virtio_rng_ready() is to be called when there are. */
typedef uint32_t (*virtio_rng_source_t)(void *data, uint8_t *destination, uint32_t size);

struct virtio_rng_device {
    struct virtio_device virtio_device;
    struct virtio_queue queue;
    virtio_rng_source_t source;
    void *source_data;
    struct virtio_chain chain;
};

/* An entropy device whose bytes `source` gives, called with `source_data`. Otherwise as
 * virtio_mmio_console_init(). */
bool virtio_mmio_rng_init(struct virtio_rng_device *rng, uintptr_t region_base,
                          uintptr_t region_size, irq_routing_info_t irq_routing_info,
                          virtio_rng_source_t source, void *source_data);

/* The same as device `pci_dev` of bus `pci_bus` (libvmm/pci.h). */
bool virtio_pci_rng_init(struct virtio_rng_device *rng, uint16_t pci_bus, uint16_t pci_dev,
                         irq_routing_info_t irq_routing_info, virtio_rng_source_t source,
                         void *source_data);

/* The source has bytes again. */
void virtio_rng_ready(struct virtio_rng_device *rng);
