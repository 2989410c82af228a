/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The guest of virtio_guest.h.
 */
#include "virtio_guest.h"

#include <stdlib.h>
#include <string.h>

#define QUEUE_SIZE   16
#define AVAIL_OFFSET 0x100
#define USED_OFFSET  0x200

static uint64_t base;
static uint64_t features;
static unsigned queue_count;

void guest_require(bool condition)
{
    if (!condition) {
        abort();
    }
}

void guest_power_on(uint64_t device_base, uint64_t setup_features, unsigned queues)
{
    base = device_base;
    features = setup_features;
    queue_count = queues;
    fake_start(1);
    driver_store(base, REG_VIRTIO_MMIO_STATUS, 0);
    memset(fake_ram(GUEST_WINDOW), 0, GUEST_WINDOW_SIZE);
}

uint8_t *guest_window(uint32_t offset)
{
    return fake_ram(GUEST_WINDOW + offset % GUEST_WINDOW_SIZE);
}

static uint32_t queue_offset(unsigned queue)
{
    return queue % queue_count * GUEST_QUEUE_BYTES;
}

static void queue_set_up(unsigned queue)
{
    uint64_t gpa = GUEST_WINDOW + queue_offset(queue);
    driver_store(base, REG_VIRTIO_MMIO_QUEUE_SEL, queue);
    driver_store(base, REG_VIRTIO_MMIO_QUEUE_NUM, QUEUE_SIZE);
    for (uint32_t i = 0; i < 3; i++) {
        driver_store(base, REG_VIRTIO_MMIO_QUEUE_DESC_LOW + 0x10 * i,
                     (uint32_t)(gpa + AVAIL_OFFSET * i));
    }
    driver_store(base, REG_VIRTIO_MMIO_QUEUE_READY, 1);
}

/* A driver that takes the device up, by the rules, with features of its choice. */
static void set_up(uint32_t choice)
{
    uint64_t chosen = features & (choice | (uint64_t)choice << 32 | 1ull << 32);
    if (driver_begin(base, chosen)) {
        memset(fake_ram(GUEST_WINDOW), 0, queue_count * GUEST_QUEUE_BYTES);
        for (unsigned queue = 0; queue < queue_count; queue++) {
            queue_set_up(queue);
        }
        driver_ready(base);
    }
}

/* A descriptor as drivers make them, more or less. */
static void desc_write(const struct guest_step *step)
{
    uint32_t value = step->value;
    struct virtq_desc desc = {.gpa = GUEST_WINDOW + step->offset,
                              .size = value >> 16 & 0x1fff,
                              .flags = value & 7,
                              .next = value >> 3 & 0x1f};
    memcpy(guest_window(queue_offset(step->small >> 4) + (step->small & 15u) * 16), &desc,
           sizeof desc);
}

/* Makes up to 8 buffers available, from head `offset` on, and notifies. */
static void buffers_add(const struct guest_step *step)
{
    uint32_t rings = queue_offset(step->small) + AVAIL_OFFSET;
    uint16_t index;
    memcpy(&index, guest_window(rings + 2), sizeof index);
    for (uint32_t i = 0; i <= (step->value & 7); i++, index++) {
        uint16_t head = (uint16_t)(step->offset + i);
        memcpy(guest_window(rings + 4 + index % QUEUE_SIZE * 2u), &head, sizeof head);
    }
    memcpy(guest_window(rings + 2), &index, sizeof index);
    driver_store(base, REG_VIRTIO_MMIO_QUEUE_NOTIFY, step->small % queue_count);
}

void guest_step(const struct guest_step *step)
{
    unsigned size = 1u << (step->small & 3);
    uint64_t offset = step->offset % 0x200u & ~(uint64_t)(size - 1);
    switch (step->operation) {
    case 0:
        fake_store(0, base + offset, size, step->value);
        break;
    case 1:
        fake_load(0, base + offset, size);
        break;
    case 2:
        driver_store(base, (uint32_t)offset & ~3u, step->value);
        break;
    case 3:
        memcpy(guest_window(step->offset), &step->value, sizeof step->value);
        break;
    case 4:
        set_up(step->value);
        break;
    case 5:
        desc_write(step);
        break;
    case 6:
        buffers_add(step);
        break;
    case 7:
        memcpy(guest_window(queue_offset(step->small) + (step->offset & 0x3fcu)), &step->value, 4);
        break;
    case 8:
        driver_store(base, REG_VIRTIO_MMIO_QUEUE_NOTIFY, step->small % queue_count);
        break;
    default:
        driver_interrupt(base);
        break;
    }
}

static void segments_check(const struct virtio_segment *segment, unsigned count, uint64_t size,
                           bool is_write)
{
    static volatile uint8_t sink;
    const uint8_t *ram = fake_ram(FAKE_RAM);
    uint64_t sum = 0;
    for (; count != 0; count--, segment++) {
        guest_require(segment->size != 0 && segment->va >= ram && segment->size <= FAKE_RAM_SIZE &&
                      (uint64_t)(segment->va - ram) <= FAKE_RAM_SIZE - segment->size);
        sum += segment->size;
        if (is_write) {
            segment->va[0] = segment->va[segment->size - 1] = (uint8_t)segment->size;
        } else {
            sink = segment->va[0] ^ segment->va[segment->size - 1];
        }
    }
    guest_require(sum == size);
    (void)sink;
}

void guest_chain_check(const struct virtio_chain *chain)
{
    guest_require((unsigned)chain->read_count + chain->write_count <= VIRTIO_CHAIN_MAX);
    segments_check(chain->segments, chain->read_count, chain->read_size, false);
    segments_check(chain->segments + chain->read_count, chain->write_count, chain->write_size,
                   true);
}
