/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The driver of virtio_driver.h.
 */
#include "virtio_driver.h"

#include <string.h>

#define GICD_CTLR      0x000
#define GICD_ISENABLER 0x100

bool driver_device_start(struct virtio_device *device, uint64_t base, unsigned spi)
{
    fake_start(1);
    if (device->transport == NULL) {
        if (!virtio_mmio_register_device(device, base, 0x200, ARM_GIC_IRQ_ROUTE(0, spi))) {
            return false;
        }
        fake_reset_handlers_keep();
    }
    fake_reset_handlers_restore();
    gicd_store(GICD_CTLR, 1);
    gicd_set_bit(GICD_ISENABLER, spi);
    driver_store(base, REG_VIRTIO_MMIO_STATUS, 0);
    return true;
}

uint32_t driver_load(uint64_t base, uint32_t offset)
{
    return (uint32_t)fake_load(0, base + offset, 4);
}

void driver_store(uint64_t base, uint32_t offset, uint32_t value)
{
    fake_store(0, base + offset, 4, value);
}

uint64_t driver_features_offered(uint64_t base)
{
    uint64_t features = 0;
    for (uint32_t select = 0; select < 2; select++) {
        driver_store(base, REG_VIRTIO_MMIO_DEVICE_FEATURES_SEL, select);
        features |= (uint64_t)driver_load(base, REG_VIRTIO_MMIO_DEVICE_FEATURES) << 32 * select;
    }
    return features;
}

static void status_set(uint64_t base, uint32_t bits)
{
    driver_store(base, REG_VIRTIO_MMIO_STATUS, driver_load(base, REG_VIRTIO_MMIO_STATUS) | bits);
}

bool driver_begin(uint64_t base, uint64_t features)
{
    features |= VIRTIO_FEATURE(VIRTIO_F_VERSION_1);
    driver_store(base, REG_VIRTIO_MMIO_STATUS, 0);
    status_set(base, VIRTIO_STATUS_ACKNOWLEDGE);
    status_set(base, VIRTIO_STATUS_DRIVER);
    for (uint32_t select = 0; select < 2; select++) {
        driver_store(base, REG_VIRTIO_MMIO_DRIVER_FEATURES_SEL, select);
        driver_store(base, REG_VIRTIO_MMIO_DRIVER_FEATURES, (uint32_t)(features >> 32 * select));
    }
    status_set(base, VIRTIO_STATUS_FEATURES_OK);
    return (driver_load(base, REG_VIRTIO_MMIO_STATUS) & VIRTIO_STATUS_FEATURES_OK) != 0;
}

static void area_set(uint64_t base, uint32_t offset, uint64_t gpa)
{
    driver_store(base, offset, (uint32_t)gpa);
    driver_store(base, offset + 4, (uint32_t)(gpa >> 32));
}

void driver_queue_begin(uint64_t base, struct driver_queue *queue, uint32_t index, uint16_t size,
                        uint64_t gpa)
{
    uint64_t avail_gpa = gpa + 0x1000, used_gpa = gpa + 0x2000;
    memset(fake_ram(gpa), 0, DRIVER_QUEUE_BYTES);
    *queue = (struct driver_queue){.index = index,
                                   .size = size,
                                   .gpa = gpa,
                                   .desc = (struct virtq_desc *)fake_ram(gpa),
                                   .avail = (struct virtq_avail *)fake_ram(avail_gpa),
                                   .used = (struct virtq_used *)fake_ram(used_gpa)};
    driver_store(base, REG_VIRTIO_MMIO_QUEUE_SEL, index);
    driver_store(base, REG_VIRTIO_MMIO_QUEUE_NUM, size);
    area_set(base, REG_VIRTIO_MMIO_QUEUE_DESC_LOW, gpa);
    area_set(base, REG_VIRTIO_MMIO_QUEUE_AVAIL_LOW, avail_gpa);
    area_set(base, REG_VIRTIO_MMIO_QUEUE_USED_LOW, used_gpa);
    driver_store(base, REG_VIRTIO_MMIO_QUEUE_READY, 1);
}

void driver_ready(uint64_t base)
{
    status_set(base, VIRTIO_STATUS_DRIVER_OK);
}

static struct virtq_desc part_desc(const struct driver_part *part, bool is_last, uint16_t next)
{
    return (struct virtq_desc){
        .gpa = part->gpa,
        .size = part->size,
        .flags = (uint16_t)((part->is_write ? DRIVER_WRITE : 0) | (is_last ? 0 : DRIVER_NEXT)),
        .next = is_last ? 0 : next};
}

static uint16_t desc_take(struct driver_queue *queue)
{
    uint16_t index = queue->desc_next;
    queue->desc_next = (uint16_t)((index + 1) % queue->size);
    return index;
}

void driver_add_head(struct driver_queue *queue, uint16_t head)
{
    queue->avail->ring[queue->avail_next % queue->size] = head;
    queue->avail_next++;
    __atomic_store_n(&queue->avail->idx, queue->avail_next, __ATOMIC_RELEASE);
}

uint16_t driver_add(struct driver_queue *queue, const struct driver_part *parts, unsigned count)
{
    uint16_t head = queue->desc_next;
    for (unsigned i = 0; i < count; i++) {
        uint16_t index = desc_take(queue);
        queue->desc[index] = part_desc(&parts[i], i + 1 == count, queue->desc_next);
    }
    driver_add_head(queue, head);
    return head;
}

uint16_t driver_add_indirect(struct driver_queue *queue, const struct driver_part *parts,
                             unsigned count, uint64_t table_gpa)
{
    uint16_t head = desc_take(queue);
    for (unsigned i = 0; i < count; i++) {
        struct virtq_desc desc = part_desc(&parts[i], i + 1 == count, (uint16_t)(i + 1));
        memcpy(fake_ram(table_gpa + i * sizeof desc), &desc, sizeof desc);
    }
    queue->desc[head] =
        (struct virtq_desc){.gpa = table_gpa, .size = count * 16, .flags = DRIVER_INDIRECT};
    driver_add_head(queue, head);
    return head;
}

void driver_kick(uint64_t base, const struct driver_queue *queue)
{
    driver_store(base, REG_VIRTIO_MMIO_QUEUE_NOTIFY, queue->index);
}

bool driver_take(struct driver_queue *queue, uint32_t *id, uint32_t *written)
{
    if (__atomic_load_n(&queue->used->idx, __ATOMIC_ACQUIRE) == queue->used_next) {
        return false;
    }
    const struct virtq_used_elem *elem = &queue->used->ring[queue->used_next++ % queue->size];
    *id = elem->id;
    *written = elem->size;
    return true;
}

void driver_set_used_event(struct driver_queue *queue, uint16_t index)
{
    queue->avail->ring[queue->size] = index;
}

uint16_t driver_avail_event(const struct driver_queue *queue)
{
    return *(const uint16_t *)&queue->used->ring[queue->size];
}

uint32_t driver_interrupt(uint64_t base)
{
    uint32_t status = driver_load(base, REG_VIRTIO_MMIO_INTERRUPT_STATUS);
    driver_store(base, REG_VIRTIO_MMIO_INTERRUPT_ACK, status);
    return status;
}

uint32_t driver_page_difference(uint64_t base, const uint32_t *page, uint32_t size)
{
    uint32_t offset = 0;
    while (offset < size && page[offset / 4] == driver_load(base, offset)) {
        offset += 4;
    }
    return offset;
}
