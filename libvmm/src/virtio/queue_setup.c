/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * How the driver sets its queues up, and what it says of them: virtio 1.2, 4.1.5.1.3 and 4.2.3.2.
 */
#include "core.h"

#include <libvmm/util/util.h>

#include "guest_state.h"

struct virtio_queue *virtio_core_queue(struct virtio_device *device)
{
    return device->queue_select < device->queue_count ? &device->queues[device->queue_select]
                                                      : NULL;
}

/* The selected queue if it may be set up now. */
static struct virtio_queue *queue_to_set(struct virtio_device *device)
{
    struct virtio_queue *queue = virtio_core_queue(device);
    return queue != NULL && !queue->enabled ? queue : NULL;
}

void virtio_core_queue_size_write(struct virtio_device *device, uint32_t size)
{
    struct virtio_queue *queue = queue_to_set(device);
    if (queue != NULL) {
        queue->size = size <= device->queue_size_max ? (uint16_t)size : 0;
    }
}

void virtio_core_queue_area_write(struct virtio_device *device, enum virtio_queue_area area,
                                  bool is_high, uint32_t value)
{
    struct virtio_queue *queue = queue_to_set(device);
    if (queue == NULL) {
        return;
    }
    uint64_t *gpa = area == VIRTIO_AREA_DESC    ? &queue->desc_gpa
                    : area == VIRTIO_AREA_AVAIL ? &queue->avail_gpa
                                                : &queue->used_gpa;
    *gpa = is_high ? (*gpa & UINT32_MAX) | (uint64_t)value << 32
                   : (*gpa & ~(uint64_t)UINT32_MAX) | value;
}

/* NULL, or what is wrong with the queue's settings. Sizes and alignments: 2.7, with the event
 * fields, which are there whether they are used or not. */
static const char *queue_map(struct virtio_device *device, struct virtio_queue *queue)
{
    uint32_t size = queue->size;
    if ((device->status & VIRTIO_STATUS_FEATURES_OK) == 0) {
        return "features come first (3.1.1)";
    }
    if (size == 0 || (size & (size - 1)) != 0) {
        return "its size is no power of two within QueueNumMax";
    }
    if (queue->desc_gpa % 16 != 0 || queue->avail_gpa % 2 != 0 || queue->used_gpa % 4 != 0) {
        return "its areas are not aligned (2.7)";
    }
    queue->desc = virtio_core_ram(device, queue->desc_gpa, 16 * size);
    queue->avail = virtio_core_ram(device, queue->avail_gpa, 6 + 2 * size);
    queue->used = virtio_core_ram(device, queue->used_gpa, 6 + 8 * size);
    if (queue->desc == NULL || queue->avail == NULL || queue->used == NULL) {
        return "its areas are not in the guest's RAM";
    }
    return NULL;
}

void virtio_core_queue_enable(struct virtio_device *device)
{
    struct virtio_queue *queue = queue_to_set(device);
    if (queue == NULL) {
        return;
    }
    const char *wrong = queue_map(device, queue);
    if (wrong != NULL) {
        if (guest_log_allowed()) {
            LOG_VMM("%s: the driver enables queue %u, but %s\n", device->name, device->queue_select,
                    wrong);
        }
        return;
    }
    queue->has_event_idx = virtio_has_feature(device, VIRTIO_F_EVENT_IDX);
    queue->enabled = true;
    queue->served = virtio_device_running(device);
}

void virtio_core_notify(struct virtio_device *device, uint32_t queue)
{
    if (LIKELY(queue < device->queue_count && device->queues[queue].served)) {
        device->ops->notify(device, queue);
    }
}

void virtio_core_queues_reset(struct virtio_device *device)
{
    for (unsigned i = 0; i < device->queue_count; i++) {
        device->queues[i] = (struct virtio_queue){.size = device->queue_size_max};
    }
    device->queue_select = 0;
}

void virtio_core_queues_serve(struct virtio_device *device, bool served)
{
    for (unsigned i = 0; i < device->queue_count; i++) {
        device->queues[i].served = served && device->queues[i].enabled;
    }
}
