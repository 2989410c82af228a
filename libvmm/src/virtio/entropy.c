/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The entropy device: virtio 1.2, 5.4. Buffers come in through its one queue and go back with what
 * the source has.
 */
#include <libvmm/virtio/entropy.h>

#include <libvmm/virtio/mmio.h>
#include <libvmm/virtio/pci.h>

#include "core.h"

#define QUEUE_SIZE 16

/* Fills the popped buffer as far as the source goes; returns the bytes. */
static uint32_t fill(struct virtio_rng_device *rng)
{
    const struct virtio_chain *chain = &rng->chain;
    uint32_t done = 0;
    for (unsigned i = 0; i < chain->write_count; i++) {
        const struct virtio_segment *segment = &chain->segments[chain->read_count + i];
        uint32_t got = rng->source(rng->source_data, segment->va, segment->size);
        done += got < segment->size ? got : segment->size;
        if (got < segment->size) {
            break;
        }
    }
    return done;
}

void virtio_rng_ready(struct virtio_rng_device *rng)
{
    struct virtio_device *device = &rng->virtio_device;
    while (virtio_queue_pop(device, 0, &rng->chain)) {
        uint16_t head = rng->chain.head;
        uint32_t written = fill(rng);
        if (written == 0 && rng->chain.write_size != 0) {
            virtio_queue_unpop(device, 0, head); /* 5.4.6.2: no buffer goes back without a byte */
            break;
        }
        virtio_queue_push(device, 0, head, written);
    }
    virtio_queue_publish(device, 0);
}

static void rng_notify(struct virtio_device *device, unsigned queue)
{
    (void)queue;
    virtio_rng_ready((struct virtio_rng_device *)device); /* its first member */
}

static const struct virtio_device_ops ops = {.notify = rng_notify};

static void rng_init(struct virtio_rng_device *rng, virtio_rng_source_t source, void *source_data)
{
    rng->virtio_device = (struct virtio_device){
        .ops = &ops,
        .name = "virtio-rng",
        .device_id = VIRTIO_DEVICE_ID_ENTROPY,
        .queue_count = 1,
        .queue_size_max = QUEUE_SIZE,
        .queues = &rng->queue,
    };
    rng->source = source;
    rng->source_data = source_data;
}

bool virtio_mmio_rng_init(struct virtio_rng_device *rng, uintptr_t region_base,
                          uintptr_t region_size, irq_routing_info_t irq_routing_info,
                          virtio_rng_source_t source, void *source_data)
{
    rng_init(rng, source, source_data);
    return virtio_mmio_register_device(&rng->virtio_device, region_base, region_size,
                                       irq_routing_info);
}

bool virtio_pci_rng_init(struct virtio_rng_device *rng, uint16_t pci_bus, uint16_t pci_dev,
                         irq_routing_info_t irq_routing_info, virtio_rng_source_t source,
                         void *source_data)
{
    rng_init(rng, source, source_data);
    return virtio_pci_register_device(&rng->virtio_device, pci_bus, pci_dev, irq_routing_info);
}
