/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes the virtio console: a hostile guest, hostile other ends of the serial queues, a port whose
 * owner answers, sends and sees it closed. The owner is told of each opening and closing once; a
 * reset closes.
 */
#include <string.h>

#include <libvmm/virtio/console.h>

#include "virtio_guest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BASE     0xb000000ul
#define CAPACITY 64

static serial_queue_t shared[2];
static char regions[2][CAPACITY];
static serial_queue_handle_t rx, tx;
static struct virtio_console_device console;
static bool is_open;

static void opened(void *data, bool guest_opened)
{
    (void)data;
    guest_require(is_open != guest_opened);
    is_open = guest_opened;
}

static void send(uint32_t size)
{
    static const char bytes[256] = "bytes of the owner";
    bool sent = virtio_console_port_send(&console, 1, bytes, size % sizeof bytes);
    guest_require(!sent || is_open);
}

static void received(void *data, const struct virtio_chain *bytes)
{
    (void)data;
    char copy[32];
    guest_require(is_open);
    guest_chain_check(bytes);
    send(virtio_chain_read(bytes, 0, copy, sizeof copy));
    guest_chain_check(bytes);
}

static void writable(void *data)
{
    (void)data;
    guest_require(is_open);
    send(4);
}

static const struct virtio_console_port_ops port_ops = {opened, received, writable};

/* The other ends of the serial queues, and the port's owner. */
static void outside_step(const struct guest_step *step)
{
    char bytes[CAPACITY];
    switch (step->operation % 6) {
    case 0:
        serial_enqueue_batch(&rx, step->small % CAPACITY, regions[1]);
        virtio_console_handle_rx(&console);
        break;
    case 1:
        serial_dequeue_batch(&tx, step->small % CAPACITY, bytes);
        virtio_console_queue_notify(&console);
        break;
    case 2:
        memcpy((uint8_t *)shared + step->small % (sizeof shared / 4) * 4, &step->value, 4);
        break;
    case 3:
        virtio_console_queue_notify(&console);
        break;
    case 4:
        shared[0] = shared[1] = (serial_queue_t){0};
        break;
    default:
        send(step->value);
        break;
    }
}

/* A control message of the guest, made available by the rules. */
static void control_step(const struct guest_step *step)
{
    struct virtio_console_control message = {
        .id = step->small & 1, .event = step->small >> 1 & 7, .value = step->offset & 1};
    struct virtq_desc desc = {.gpa = GUEST_WINDOW + 0x8000, .size = sizeof message};
    memcpy(guest_window(0x8000), &message, sizeof message);
    memcpy(guest_window(3 * GUEST_QUEUE_BYTES), &desc, sizeof desc);
    guest_step(&(struct guest_step){.operation = 6, .small = 3});
}

static void power_on(void)
{
    static bool is_registered;
    fake_start(1);
    if (!is_registered) {
        serial_queue_init(&rx, &shared[0], CAPACITY, regions[0]);
        serial_queue_init(&tx, &shared[1], CAPACITY, regions[1]);
        is_registered = virtio_mmio_console_init(&console, BASE, 0x200, ARM_GIC_IRQ_ROUTE(0, 100),
                                                 &rx, &tx, 1, 2);
        guest_require(is_registered);
        guest_require(virtio_console_port_add(&console, "port", &port_ops, NULL) == 1);
    }
    guest_power_on(BASE,
                   VIRTIO_FEATURE(VIRTIO_CONSOLE_F_MULTIPORT) |
                       VIRTIO_FEATURE(VIRTIO_CONSOLE_F_EMERG_WRITE) |
                       VIRTIO_FEATURE(VIRTIO_F_INDIRECT_DESC) | VIRTIO_FEATURE(VIRTIO_F_EVENT_IDX),
                   6);
    shared[0] = shared[1] = (serial_queue_t){0};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct guest_step step;
    power_on();
    for (; size >= sizeof step; size -= sizeof step, data += sizeof step) {
        memcpy(&step, data, sizeof step);
        step.operation %= 20;
        if (step.operation < GUEST_OPERATIONS) {
            guest_step(&step);
        } else if (step.operation < 16) {
            outside_step(&step);
        } else {
            control_step(&step);
        }
        guest_require(is_open == console.ports[1].guest_opened);
    }
    driver_store(BASE, REG_VIRTIO_MMIO_STATUS, 0);
    guest_require(!is_open);
    return 0;
}
