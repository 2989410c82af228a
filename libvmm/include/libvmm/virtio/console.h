/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtio console device (virtio 1.2, 5.3): port 0 is the guest's console over sDDF serial
 * queues; beside it there may be named ports, which are byte channels between a program in the
 * guest (/dev/virtio-ports/NAME in Linux) and code of the VMM.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sddf/serial/queue.h>

#include <libvmm/virtio/virtio.h>

/* 5.3.3. */
#define VIRTIO_CONSOLE_F_SIZE        0
#define VIRTIO_CONSOLE_F_MULTIPORT   1
#define VIRTIO_CONSOLE_F_EMERG_WRITE 2

/* 5.3.4. */
struct virtio_console_config {
    uint16_t cols;
    uint16_t rows;
    uint32_t max_nr_ports;
    uint32_t emerg_wr;
};

/* 5.3.6.2: a message on a control queue; a name follows PORT_NAME. */
struct virtio_console_control {
    uint32_t id; /* port */
    uint16_t event;
    uint16_t value;
};

#define VIRTIO_CONSOLE_DEVICE_READY 0
#define VIRTIO_CONSOLE_PORT_ADD     1
#define VIRTIO_CONSOLE_PORT_REMOVE  2
#define VIRTIO_CONSOLE_PORT_READY   3
#define VIRTIO_CONSOLE_CONSOLE_PORT 4
#define VIRTIO_CONSOLE_RESIZE       5
#define VIRTIO_CONSOLE_PORT_OPEN    6
#define VIRTIO_CONSOLE_PORT_NAME    7

/* Ports with the console's; each has two queues, and two more are for control (5.3.2). */
#define VIRTIO_CONSOLE_MAX_PORTS   4
#define VIRTIO_CONSOLE_QUEUE_COUNT (2 * VIRTIO_CONSOLE_MAX_PORTS + 2)
#define VIRTIO_CONSOLE_QUEUE_SIZE  64

struct virtio_console_device;

/* What the VMM's side of a named port does; NULL for what it need not. `data` is what was given to
 * virtio_console_port_add(). Each may call virtio_console_port_send(). */
struct virtio_console_port_ops {
    /* A program of the guest has opened the port or, by its own will or its death, closed it; or
     * the driver was reset, which closes it. Called for each change, and only then. */
    void (*opened)(void *data, bool guest_opened);

    /* The guest has sent the bytes of one buffer: all that one write of its program put there, up
     * to its driver's buffer size, in one chain (readable part). Valid during the call. */
    void (*received)(void *data, const struct virtio_chain *bytes);

    /* After a virtio_console_port_send() that returned false: there is room again. */
    void (*writable)(void *data);
};

struct virtio_console_port {
    const struct virtio_console_port_ops *ops; /* NULL: no such port */
    void *data;
    const char *name;
    bool ready;        /* the driver has taken it up */
    bool guest_opened; /* a program of the guest has it open */
    bool is_blocked;   /* a send was refused for want of buffers */
};

struct virtio_console_device {
    struct virtio_device virtio_device;
    struct virtio_queue queues[VIRTIO_CONSOLE_QUEUE_COUNT];
    struct virtio_console_config config;
    struct virtio_console_port ports[VIRTIO_CONSOLE_MAX_PORTS]; /* the first is not used */
    unsigned port_count;                                        /* with the console's */
    serial_queue_handle_t *rxq; /* both NULL: no console, named ports only */
    serial_queue_handle_t *txq;
    int tx_ch;
    int rx_ch;
    bool console_blocked;   /* bytes wait for a buffer of the driver */
    uint32_t transmit_done; /* bytes of the next buffer of the console that are written already */
    uint32_t control_due[VIRTIO_CONSOLE_MAX_PORTS]; /* messages to send: a bit for each event */
    struct virtio_chain received;                   /* what the driver sends */
    struct virtio_chain sent;                       /* where to the device writes */
};

/*
 * A console for the guest, its registers at `region_base` (GPA), its interrupt `irq_routing_info`.
 * What the guest writes goes into `txq`, what comes from `rxq` to the guest; `tx_ch` and `rx_ch`
 * are the channels to the other ends. Both queues NULL: a device for named ports only. After
 * guest_init(). Returns false, after saying why, as virtio_mmio_register_device() does.
 */
bool virtio_mmio_console_init(struct virtio_console_device *console, uintptr_t region_base,
                              uintptr_t region_size, irq_routing_info_t irq_routing_info,
                              serial_queue_handle_t *rxq, serial_queue_handle_t *txq, int tx_ch,
                              int rx_ch);

/* The same as device `pci_dev` of bus `pci_bus` (libvmm/pci.h). */
bool virtio_pci_console_init(struct virtio_console_device *console, uint16_t pci_bus,
                             uint16_t pci_dev, irq_routing_info_t irq_routing_info,
                             serial_queue_handle_t *rxq, serial_queue_handle_t *txq, int tx_ch,
                             int rx_ch);

/* The other end of a serial queue has notified: bytes have come for the guest (`rx_ch`), or there
 * is room for what the guest writes (`tx_ch`). To be called from notified() for both channels. */
bool virtio_console_queue_notify(struct virtio_console_device *console);

/* The part of it for `rx_ch`. */
void virtio_console_handle_rx(struct virtio_console_device *console);

/* The part of it for `tx_ch`. */
void virtio_console_handle_tx(struct virtio_console_device *console);

/*
 * Adds a port named `name` (it stays the caller's, as `ops` does) and offers the driver MULTIPORT.
 * After the console's initialisation, before the guest runs. Returns the port's number, or 0, after
 * saying why, if the name is unfit or there is no room for one more.
 */
unsigned virtio_console_port_add(struct virtio_console_device *console, const char *name,
                                 const struct virtio_console_port_ops *ops, void *data);

/* Sends `size` bytes through named port `port`, all in one buffer of the driver's, so that a
 * program of the guest reads them with one read. False: no program has the port open, the driver
 * has no buffer free (`writable` follows), or its buffers are smaller than `size`; nothing was
 * sent. */
bool virtio_console_port_send(struct virtio_console_device *console, unsigned port,
                              const void *bytes, uint32_t size);
