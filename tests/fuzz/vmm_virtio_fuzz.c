/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes virtio's core over mmio: any accesses, any rings, with a device that keeps requests and
 * answers them in any order, also after a reset. What is popped is sound and popped once; whatever
 * happened, a reset mends the device, and its page of registers has what a read returns.
 */
#include <stdlib.h>
#include <string.h>

#include "virtio_guest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BASE        0xb000000ul
#define QUEUE_COUNT 2
#define KEPT_MAX    64
#define FEATURES                                                                                   \
    (VIRTIO_FEATURE(3) | VIRTIO_FEATURE(VIRTIO_F_INDIRECT_DESC) |                                  \
     VIRTIO_FEATURE(VIRTIO_F_EVENT_IDX))

static struct virtio_queue queues[QUEUE_COUNT];
static struct virtio_chain chain;
static uint8_t config[16];
static uint32_t page[0x200 / 4];

/* Requests that wait for their answer, some from before a reset. */
static struct kept {
    uint16_t head;
    unsigned queue;
    uint32_t epoch;
} kept[KEPT_MAX];
static unsigned kept_count;

static void keep(struct virtio_device *device, unsigned queue)
{
    for (unsigned i = 0; i < kept_count; i++) {
        guest_require(kept[i].epoch != device->epoch || kept[i].queue != queue ||
                      kept[i].head != chain.head);
    }
    kept[kept_count++] = (struct kept){.head = chain.head, .queue = queue, .epoch = device->epoch};
}

static void notify(struct virtio_device *device, unsigned queue)
{
    guest_require(virtio_device_running(device) && queue < QUEUE_COUNT);
    while (kept_count < KEPT_MAX && virtio_queue_pop(device, queue, &chain)) {
        guest_require(virtio_device_running(device) && chain.head < queues[queue].size);
        guest_chain_check(&chain);
        keep(device, queue);
    }
}

static void config_write(struct virtio_device *device, uint32_t offset, unsigned width,
                         uint64_t value)
{
    (void)device;
    memcpy(config + offset, &value, width);
}

static const struct virtio_device_ops ops = {.notify = notify, .config_write = config_write};

static struct virtio_device device = {.ops = &ops,
                                      .name = "fuzzed",
                                      .device_id = 42,
                                      .queue_count = QUEUE_COUNT,
                                      .queue_size_max = 64,
                                      .queues = queues,
                                      .features_offered = VIRTIO_FEATURE(3),
                                      .config = config,
                                      .config_size = sizeof config};

/* Answers a request: heads of another epoch are not the device's any more, but are answered. */
static void answer(const struct guest_step *step)
{
    if (kept_count != 0) {
        unsigned i = step->small % kept_count;
        virtio_queue_push(&device, kept[i].queue, kept[i].head, step->value);
        kept[i] = kept[--kept_count];
        if ((step->offset & 1) != 0) {
            virtio_queue_publish(&device, 0);
            virtio_queue_publish(&device, 1);
        }
    }
}

static void device_step(const struct guest_step *step)
{
    unsigned queue = step->small % QUEUE_COUNT;
    switch (step->operation % 5) {
    case 0:
        answer(step);
        break;
    case 1:
        virtio_queue_notify_disable(&device, queue);
        break;
    case 2:
        if (virtio_queue_notify_enable(&device, queue)) {
            notify(&device, queue);
        }
        break;
    case 3:
        if (virtio_queue_pop(&device, queue, &chain)) {
            guest_chain_check(&chain);
            virtio_queue_unpop(&device, queue, chain.head);
        }
        break;
    default:
        virtio_config_changed(&device);
        break;
    }
}

/* Whatever was, a driver that keeps the rules gets its buffer back. */
static void require_mended(void)
{
    struct driver_queue q;
    struct driver_part part = {GUEST_WINDOW + 0x8000, 8, true};
    uint32_t id, written;
    kept_count = 0;
    guest_require(driver_begin(BASE, FEATURES));
    driver_queue_begin(BASE, &q, 0, 16, GUEST_WINDOW);
    driver_ready(BASE);
    uint16_t head = driver_add(&q, &part, 1);
    driver_kick(BASE, &q);
    guest_require(kept_count == 1 && kept[0].head == head);
    virtio_queue_push(&device, 0, head, 8);
    virtio_queue_publish(&device, 0);
    guest_require(driver_take(&q, &id, &written) && id == head && written == 8);
    guest_require(driver_interrupt(BASE) == VIRTIO_INTERRUPT_USED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool is_registered;
    fake_start(1);
    if (!is_registered) {
        is_registered =
            virtio_mmio_register_device(&device, BASE, 0x200, ARM_GIC_IRQ_ROUTE(0, 100));
        guest_require(is_registered && virtio_mmio_set_registers_page(&device, page, sizeof page));
    }
    kept_count = 0;
    guest_power_on(BASE, FEATURES, QUEUE_COUNT);
    struct guest_step step;
    for (; size >= sizeof step; size -= sizeof step, data += sizeof step) {
        memcpy(&step, data, sizeof step);
        step.operation %= 16;
        if (step.operation < GUEST_OPERATIONS) {
            guest_step(&step);
        } else {
            device_step(&step);
        }
        guest_require(driver_page_difference(BASE, page, sizeof page) == sizeof page);
    }
    require_mended();
    return 0;
}
