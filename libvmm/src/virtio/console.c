/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The console itself: bytes between port 0 and sDDF serial queues, each way as fast as the slower
 * side takes them and none lost. virtio 1.2, 5.3.
 */
#include "console.h"

#include <microkit.h>

#include <libvmm/util/util.h>
#include <libvmm/virtio/mmio.h>
#include <libvmm/virtio/pci.h>

/* ---- From the guest ---- */

/* Puts what is left of the received buffer into the serial queue; false: that is full. */
static bool transmit_buffer(struct virtio_console_device *console)
{
    const struct virtio_chain *chain = &console->received;
    uint32_t skip = console->transmit_done;
    for (unsigned i = 0; i < chain->read_count; i++) {
        const struct virtio_segment *segment = &chain->segments[i];
        if (skip >= segment->size) {
            skip -= segment->size;
            continue;
        }
        uint32_t size = segment->size - skip;
        uint32_t put = serial_enqueue_batch(console->txq, size, (char *)segment->va + skip);
        console->transmit_done += put;
        if (put < size) {
            return false;
        }
        skip = 0;
    }
    console->transmit_done = 0;
    return true;
}

/* The other end is to say when there is room. False: it has made some meanwhile. */
static bool wait_for_room(struct virtio_console_device *console)
{
    serial_request_consumer_signal(console->txq);
    if (serial_queue_free(console->txq) == 0) {
        return true;
    }
    serial_cancel_consumer_signal(console->txq);
    return false;
}

void virtio_console_handle_tx(struct virtio_console_device *console)
{
    struct virtio_device *device = &console->virtio_device;
    bool is_new = false, is_full = false;
    while (!is_full && virtio_queue_pop(device, CONSOLE_TRANSMIT, &console->received)) {
        uint16_t head = console->received.head;
        uint32_t before = console->transmit_done;
        if (transmit_buffer(console)) {
            virtio_queue_push(device, CONSOLE_TRANSMIT, head, 0);
            is_new = true;
        } else {
            /* The buffer stays with the driver's until the rest of it has gone. */
            virtio_queue_unpop(device, CONSOLE_TRANSMIT, head);
            is_new |= console->transmit_done != before;
            is_full = wait_for_room(console);
        }
    }
    virtio_queue_publish(device, CONSOLE_TRANSMIT);
    if (is_new) {
        microkit_notify((microkit_channel)console->tx_ch);
    }
}

/* ---- To the guest ---- */

/* Fills a buffer of the driver from the serial queue; returns how many bytes that were. */
static uint32_t receive_buffer(struct virtio_console_device *console)
{
    const struct virtio_chain *chain = &console->sent;
    uint32_t done = 0;
    for (unsigned i = chain->read_count; i < (unsigned)chain->read_count + chain->write_count;
         i++) {
        const struct virtio_segment *segment = &chain->segments[i];
        uint32_t got = serial_dequeue_batch(console->rxq, segment->size, (char *)segment->va);
        done += got;
        if (got < segment->size) {
            break;
        }
    }
    return done;
}

static void receive_into_buffers(struct virtio_console_device *console)
{
    struct virtio_device *device = &console->virtio_device;
    console->console_blocked = false;
    while (serial_queue_length_consumer(console->rxq) != 0) {
        if (virtio_queue_pop(device, CONSOLE_RECEIVE, &console->sent)) {
            uint16_t head = console->sent.head;
            virtio_queue_push(device, CONSOLE_RECEIVE, head, receive_buffer(console));
        } else if (!virtio_queue_notify_enable(device, CONSOLE_RECEIVE)) {
            console->console_blocked = true;
            break;
        }
    }
    virtio_queue_publish(device, CONSOLE_RECEIVE);
    if (!console->console_blocked) {
        virtio_queue_notify_disable(device, CONSOLE_RECEIVE);
    }
}

/* Without a driver that listens, input is for nobody. */
static void receive_into_nothing(struct virtio_console_device *console)
{
    char bytes[64];
    uint32_t left = serial_queue_length_consumer(console->rxq);
    while (left != 0) {
        uint32_t got = serial_dequeue_batch(console->rxq, sizeof bytes, bytes);
        left -= got < left ? got : left;
        if (got == 0) {
            return;
        }
    }
}

void virtio_console_handle_rx(struct virtio_console_device *console)
{
    if (console->rxq == NULL) {
        return;
    }
    if (virtio_device_running(&console->virtio_device)) {
        receive_into_buffers(console);
    } else {
        receive_into_nothing(console);
    }
    if (serial_require_consumer_signal(console->rxq)) {
        serial_cancel_consumer_signal(console->rxq);
        microkit_notify((microkit_channel)console->rx_ch);
    }
}

bool virtio_console_queue_notify(struct virtio_console_device *console)
{
    virtio_console_handle_rx(console);
    if (console->txq != NULL) {
        virtio_console_handle_tx(console);
    }
    return true;
}

/* ---- The device ---- */

static void console_notify(struct virtio_device *device, unsigned queue)
{
    struct virtio_console_device *console = console_of(device);
    if (queue >= CONTROL_RECEIVE) {
        console_ports_notify(console, queue);
    } else if (console->txq == NULL) {
        return;
    } else if (queue == CONSOLE_TRANSMIT) {
        virtio_console_handle_tx(console);
    } else {
        virtio_console_handle_rx(console);
    }
}

/* 5.3.4.1: a byte by the way of configuration space, from a driver that has nothing else yet. */
static void console_config_write(struct virtio_device *device, uint32_t offset, unsigned width,
                                 uint64_t value)
{
    struct virtio_console_device *console = console_of(device);
    (void)width;
    if (offset == offsetof(struct virtio_console_config, emerg_wr) && console->txq != NULL &&
        serial_enqueue(console->txq, (char)value) == 0) {
        microkit_notify((microkit_channel)console->tx_ch);
    }
}

static void console_started(struct virtio_device *device)
{
    console_ports_start(console_of(device));
}

static void console_reset(struct virtio_device *device)
{
    struct virtio_console_device *console = console_of(device);
    console->transmit_done = 0;
    console->console_blocked = false;
    console_ports_reset(console);
}

static const struct virtio_device_ops ops = {
    .started = console_started,
    .reset = console_reset,
    .notify = console_notify,
    .config_write = console_config_write,
};

/* Fills in all but the transport. */
static bool console_init(struct virtio_console_device *console, serial_queue_handle_t *rxq,
                         serial_queue_handle_t *txq, int tx_ch, int rx_ch)
{
    if ((rxq == NULL) != (txq == NULL)) {
        LOG_VMM_ERR("virtio-console: a console has a queue each way, or none at all\n");
        return false;
    }
    console->virtio_device = (struct virtio_device){
        .ops = &ops,
        .name = "virtio-console",
        .device_id = VIRTIO_DEVICE_ID_CONSOLE,
        .queue_count = 2,
        .queue_size_max = VIRTIO_CONSOLE_QUEUE_SIZE,
        .queues = console->queues,
        .features_offered = txq != NULL ? VIRTIO_FEATURE(VIRTIO_CONSOLE_F_EMERG_WRITE) : 0,
        .config = &console->config,
        .config_size = sizeof console->config,
    };
    console->config = (struct virtio_console_config){.max_nr_ports = 1};
    console->port_count = 1;
    console->rxq = rxq;
    console->txq = txq;
    console->tx_ch = tx_ch;
    console->rx_ch = rx_ch;
    for (unsigned i = 0; i < VIRTIO_CONSOLE_MAX_PORTS; i++) {
        console->ports[i] = (struct virtio_console_port){0};
    }
    return true;
}

bool virtio_mmio_console_init(struct virtio_console_device *console, uintptr_t region_base,
                              uintptr_t region_size, irq_routing_info_t irq_routing_info,
                              serial_queue_handle_t *rxq, serial_queue_handle_t *txq, int tx_ch,
                              int rx_ch)
{
    return console_init(console, rxq, txq, tx_ch, rx_ch) &&
           virtio_mmio_register_device(&console->virtio_device, region_base, region_size,
                                       irq_routing_info);
}

bool virtio_pci_console_init(struct virtio_console_device *console, uint16_t pci_bus,
                             uint16_t pci_dev, irq_routing_info_t irq_routing_info,
                             serial_queue_handle_t *rxq, serial_queue_handle_t *txq, int tx_ch,
                             int rx_ch)
{
    return console_init(console, rxq, txq, tx_ch, rx_ch) &&
           virtio_pci_register_device(&console->virtio_device, pci_bus, pci_dev, irq_routing_info);
}
