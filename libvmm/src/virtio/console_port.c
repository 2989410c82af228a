/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Named ports of the console device, and the control queues by which the two sides speak about
 * ports: virtio 1.2, 5.3.6.
 */
#include "console.h"

#include <libvmm/util/util.h>

#define EVENT(event) (1u << (event))

/* The longest name of a port. */
#define NAME_MAX_BYTES 63

static bool is_multiport(const struct virtio_console_device *console)
{
    return virtio_has_feature(&console->virtio_device, VIRTIO_CONSOLE_F_MULTIPORT);
}

static uint32_t text_length(const char *text)
{
    uint32_t length = 0;
    while (text[length] != '\0') {
        length++;
    }
    return length;
}

/* ---- Control, to the driver ---- */

/* Sends one message; false: there is no buffer for it. */
static bool control_send(struct virtio_console_device *console, unsigned port, unsigned event)
{
    struct virtio_device *device = &console->virtio_device;
    struct virtio_console_control message = {
        .id = port, .event = (uint16_t)event, .value = event != VIRTIO_CONSOLE_PORT_ADD};
    uint32_t size = sizeof message;
    if (!virtio_queue_pop(device, CONTROL_RECEIVE, &console->sent)) {
        return false;
    }
    virtio_chain_write(&console->sent, 0, &message, size);
    if (event == VIRTIO_CONSOLE_PORT_NAME) {
        const char *name = console->ports[port].name;
        size += virtio_chain_write(&console->sent, size, name, text_length(name));
    }
    size = size < console->sent.write_size ? size : console->sent.write_size;
    virtio_queue_push(device, CONTROL_RECEIVE, console->sent.head, size);
    return true;
}

/* Sends what is due of one port, in the order of the events' numbers. False: not all. */
static bool port_control_flush(struct virtio_console_device *console, unsigned port)
{
    while (console->control_due[port] != 0) {
        unsigned event = (unsigned)__builtin_ctz(console->control_due[port]);
        if (!control_send(console, port, event)) {
            return false;
        }
        console->control_due[port] &= ~EVENT(event);
    }
    return true;
}

static void control_flush(struct virtio_console_device *console)
{
    struct virtio_device *device = &console->virtio_device;
    for (unsigned port = 0; port < console->port_count; port++) {
        while (!port_control_flush(console, port)) {
            if (!virtio_queue_notify_enable(device, CONTROL_RECEIVE)) {
                virtio_queue_publish(device, CONTROL_RECEIVE);
                return; /* it goes on when there are buffers */
            }
        }
    }
    virtio_queue_notify_disable(device, CONTROL_RECEIVE);
    virtio_queue_publish(device, CONTROL_RECEIVE);
}

/* ---- Control, from the driver ---- */

static bool port_exists(const struct virtio_console_device *console, uint32_t port)
{
    return port == 0 ? console->txq != NULL : port < console->port_count;
}

static void port_set_opened(struct virtio_console_device *console, unsigned number, bool opened)
{
    struct virtio_console_port *port = &console->ports[number];
    if (number == 0 || port->guest_opened == opened) {
        return;
    }
    port->guest_opened = opened;
    port->is_blocked = false;
    if (port->ops->opened != NULL) {
        port->ops->opened(port->data, opened);
    }
}

static void control_receive(struct virtio_console_device *console,
                            const struct virtio_console_control *message)
{
    if (message->event == VIRTIO_CONSOLE_DEVICE_READY) {
        for (unsigned port = 0; message->value == 1 && port < console->port_count; port++) {
            console->control_due[port] =
                port_exists(console, port) ? EVENT(VIRTIO_CONSOLE_PORT_ADD) : 0;
        }
        return;
    }
    if (!port_exists(console, message->id)) {
        return;
    }
    struct virtio_console_port *port = &console->ports[message->id];
    if (message->event == VIRTIO_CONSOLE_PORT_READY && message->value == 1) {
        port->ready = true;
        console->control_due[message->id] |=
            message->id == 0 ? EVENT(VIRTIO_CONSOLE_CONSOLE_PORT) | EVENT(VIRTIO_CONSOLE_PORT_OPEN)
                             : EVENT(VIRTIO_CONSOLE_PORT_OPEN) | EVENT(VIRTIO_CONSOLE_PORT_NAME);
    } else if (message->event == VIRTIO_CONSOLE_PORT_OPEN && port->ready) {
        port_set_opened(console, message->id, message->value != 0);
    }
}

static void control_notify(struct virtio_console_device *console)
{
    struct virtio_device *device = &console->virtio_device;
    struct virtio_console_control message;
    while (virtio_queue_pop(device, CONTROL_TRANSMIT, &console->received)) {
        uint16_t head = console->received.head;
        uint32_t size = virtio_chain_read(&console->received, 0, &message, sizeof message);
        if (size == sizeof message) {
            control_receive(console, &message);
        }
        virtio_queue_push(device, CONTROL_TRANSMIT, head, 0);
    }
    virtio_queue_publish(device, CONTROL_TRANSMIT);
    control_flush(console);
}

/* ---- Bytes ---- */

static void port_receive(struct virtio_console_device *console, unsigned number)
{
    struct virtio_device *device = &console->virtio_device;
    const struct virtio_console_port *port = &console->ports[number];
    unsigned queue = port_transmit_queue(number);
    while (virtio_queue_pop(device, queue, &console->received)) {
        uint16_t head = console->received.head;
        if (port->guest_opened && port->ops->received != NULL) {
            port->ops->received(port->data, &console->received);
        }
        virtio_queue_push(device, queue, head, 0);
    }
    /* The bytes are where they should be. That the driver learns of each buffer that it has back
     * would cost an interrupt and two exits each time; while it has most of them it waits for none.
     */
    const struct virtio_queue *transmit = &console->queues[queue];
    if ((uint16_t)(transmit->used_next - transmit->used_published) >= transmit->size / 4) {
        virtio_queue_publish(device, queue);
    }
}

/* The driver has given the port buffers, which somebody waits for. */
static void port_unblock(struct virtio_console_device *console, unsigned number)
{
    struct virtio_console_port *port = &console->ports[number];
    if (!port->is_blocked) {
        return;
    }
    port->is_blocked = false;
    virtio_queue_notify_disable(&console->virtio_device, port_receive_queue(number));
    if (port->ops->writable != NULL) {
        port->ops->writable(port->data);
    }
}

/* Gets a buffer for `size` bytes into console->sent. */
static bool port_buffer_get(struct virtio_console_device *console, unsigned number, uint32_t size)
{
    struct virtio_device *device = &console->virtio_device;
    unsigned queue = port_receive_queue(number);
    while (!virtio_queue_pop(device, queue, &console->sent)) {
        if (!virtio_queue_notify_enable(device, queue)) {
            console->ports[number].is_blocked = true;
            return false;
        }
    }
    if (console->sent.write_size < size) {
        virtio_queue_unpop(device, queue, console->sent.head);
        return false;
    }
    return true;
}

bool virtio_console_port_send(struct virtio_console_device *console, unsigned number,
                              const void *bytes, uint32_t size)
{
    if (number == 0 || number >= console->port_count || !console->ports[number].guest_opened ||
        !port_buffer_get(console, number, size)) {
        return false;
    }
    uint16_t head = console->sent.head;
    virtio_chain_write(&console->sent, 0, bytes, size);
    virtio_queue_push(&console->virtio_device, port_receive_queue(number), head, size);
    virtio_queue_publish(&console->virtio_device, port_receive_queue(number));
    return true;
}

/* ---- The device's part ---- */

void console_ports_notify(struct virtio_console_device *console, unsigned queue)
{
    if (!is_multiport(console)) {
        return;
    }
    if (queue == CONTROL_RECEIVE) {
        control_flush(console);
    } else if (queue == CONTROL_TRANSMIT) {
        control_notify(console);
    } else if (queue % 2 == 0) {
        port_unblock(console, queue / 2 - 1);
    } else {
        port_receive(console, queue / 2 - 1);
    }
}

void console_ports_start(struct virtio_console_device *console)
{
    /* Buffers to receive in are taken when there is something to send. */
    for (unsigned port = 0; port < console->port_count; port++) {
        unsigned queue = port == 0 ? CONSOLE_RECEIVE : port_receive_queue(port);
        virtio_queue_notify_disable(&console->virtio_device, queue);
    }
}

void console_ports_reset(struct virtio_console_device *console)
{
    for (unsigned number = 0; number < console->port_count; number++) {
        console->control_due[number] = 0;
        console->ports[number].ready = false;
        port_set_opened(console, number, false);
    }
}

static bool name_is_fit(const char *name)
{
    uint32_t length = text_length(name);
    for (uint32_t i = 0; i < length; i++) {
        if (name[i] <= ' ' || name[i] > '~' || name[i] == '/') {
            return false;
        }
    }
    return length != 0 && length <= NAME_MAX_BYTES;
}

unsigned virtio_console_port_add(struct virtio_console_device *console, const char *name,
                                 const struct virtio_console_port_ops *ops, void *data)
{
    struct virtio_device *device = &console->virtio_device;
    if (!name_is_fit(name)) {
        LOG_VMM_ERR("virtio_console_port_add: \"%s\": a name has 1 to %u printable characters "
                    "without space and /\n",
                    name, NAME_MAX_BYTES);
        return 0;
    }
    if (console->port_count == VIRTIO_CONSOLE_MAX_PORTS) {
        LOG_VMM_ERR("virtio_console_port_add: \"%s\": the device has %u ports, the console's among "
                    "them, which is all there is room for\n",
                    name, VIRTIO_CONSOLE_MAX_PORTS);
        return 0;
    }
    unsigned number = console->port_count++;
    console->ports[number] = (struct virtio_console_port){.ops = ops, .data = data, .name = name};
    console->config.max_nr_ports = console->port_count;
    device->features_offered |= VIRTIO_FEATURE(VIRTIO_CONSOLE_F_MULTIPORT);
    device->queue_count = (uint16_t)(2 * console->port_count + 2);
    virtio_device_reset(device);
    return number;
}
