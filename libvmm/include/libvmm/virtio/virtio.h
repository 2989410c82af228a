/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What all virtio devices have in common (virtio 1.2, 2 and 3): status, features, configuration
 * space, interrupt. A device is a struct whose first member is a struct virtio_device; it fills in
 * the upper part of that and registers it with a transport (libvmm/virtio/mmio.h or pci.h), which
 * then calls its operations. docs/virtio.md has the parts of the specification that are offered.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libvmm/virq.h>
#include <libvmm/virtio/queue.h>

/* Device types (5). */
#define VIRTIO_DEVICE_ID_NET     1
#define VIRTIO_DEVICE_ID_BLOCK   2
#define VIRTIO_DEVICE_ID_CONSOLE 3
#define VIRTIO_DEVICE_ID_ENTROPY 4

#define VIRTIO_DEV_VENDOR_ID 0x72767244 /* "Drvr" */

/* Device-independent feature bits (6). */
#define VIRTIO_F_INDIRECT_DESC 28
#define VIRTIO_F_EVENT_IDX     29
#define VIRTIO_F_VERSION_1     32

#define VIRTIO_FEATURE(bit) (1ull << (bit))

/* Device status (2.1). */
#define VIRTIO_STATUS_ACKNOWLEDGE 0x01
#define VIRTIO_STATUS_DRIVER      0x02
#define VIRTIO_STATUS_DRIVER_OK   0x04
#define VIRTIO_STATUS_FEATURES_OK 0x08
#define VIRTIO_STATUS_NEEDS_RESET 0x40
#define VIRTIO_STATUS_FAILED      0x80

/* Why the device interrupts (4.1.4.5, 4.2.2). */
#define VIRTIO_INTERRUPT_USED   1
#define VIRTIO_INTERRUPT_CONFIG 2

/* What a device does; NULL for what it need not. None is called from within another. */
struct virtio_device_ops {
    /* The driver has chosen `features`, a subset of what is offered with VERSION_1 in it. False:
     * the device cannot work with these; FEATURES_OK will not stick (3.1.1). */
    bool (*features_chosen)(struct virtio_device *device, uint64_t features);

    /* The driver is ready (DRIVER_OK): queues are served from now on. `notify` follows for each
     * enabled queue. */
    void (*started)(struct virtio_device *device);

    /* The driver, or the guest with it, has been reset; also at registration. All buffers are the
     * driver's again: forget them. Answers of a back end that arrive later must not reach the
     * guest; device->epoch is another number from now on. */
    void (*reset)(struct virtio_device *device);

    /* Whether nobody writes to buffers of the time before a reset any more. After a reset the
     * driver reads a status that is not 0, and waits (2.1, 2.4), until it is so; a restart of the
     * guest waits, too (guest_restart_continue()). Who has it calls
     * virtio_registers_changed() when it has become so. NULL: always. */
    bool (*is_quiet)(const struct virtio_device *device);

    /* The driver has made buffers available in `queue`, or says so. Only while queues are served.
     */
    void (*notify)(struct virtio_device *device, unsigned queue);

    /* The driver writes `width` bytes (1, 2, 4 or 8) at `offset` of the configuration space, which
     * are inside of it. NULL: writes are ignored. */
    void (*config_write)(struct virtio_device *device, uint32_t offset, unsigned width,
                         uint64_t value);
};

/* What a transport adds: virtio_device.transport. */
struct virtio_transport {
    /* The interrupt line is to be high or low. */
    void (*set_line)(struct virtio_device *device, bool high);

    /* What the driver reads of the device may have changed, its interrupt status apart. NULL: it
     * asks each time. */
    void (*registers_changed)(struct virtio_device *device);
};

struct virtio_device {
    /* ---- Filled in by the device before it registers ---- */
    const struct virtio_device_ops *ops;
    const char *name; /* for log lines */
    uint32_t device_id;
    uint16_t queue_count;
    uint16_t queue_size_max; /* a power of two up to VIRTIO_QUEUE_SIZE_MAX, of all queues */
    struct virtio_queue *queues;
    uint64_t features_offered; /* the core adds VERSION_1, INDIRECT_DESC and EVENT_IDX */
    const void *config;        /* configuration space as the driver reads it, at any time; its */
    uint32_t config_size;      /* bytes. After a change: virtio_config_changed() */

    /* ---- To be read by the device ---- */
    uint64_t features; /* negotiated; 0 before FEATURES_OK */
    uint32_t epoch;    /* another number after each reset */

    /* ---- The core's and the transport's ---- */
    uint8_t status;
    uint8_t interrupt_status;
    uint8_t config_generation;
    bool config_has_changed;  /* since the last reset */
    uint64_t features_driver; /* as written, before FEATURES_OK */
    uint32_t features_offered_select;
    uint32_t features_driver_select;
    uint32_t queue_select;
    struct { /* the region of guest RAM that the last segment was in */
        uint64_t gpa;
        uint64_t size;
        uint8_t *va;
    } ram;
    const struct virtio_transport *transport;
    irq_routing_info_t irq_route;
    void *transport_data;
    uint32_t *interrupt_status_shown; /* where the driver reads it without a trap; NULL: nowhere */
};

typedef struct virtio_device virtio_device_t;

/* Whether the driver has completed its set-up and the device works (DRIVER_OK, not broken). */
static inline bool virtio_device_running(const struct virtio_device *device)
{
    return (device->status & (VIRTIO_STATUS_DRIVER_OK | VIRTIO_STATUS_NEEDS_RESET |
                              VIRTIO_STATUS_FAILED)) == VIRTIO_STATUS_DRIVER_OK;
}

/* Whether feature `bit` was negotiated. */
static inline bool virtio_has_feature(const struct virtio_device *device, unsigned bit)
{
    return (device->features >> bit & 1) != 0;
}

/* The device has changed its configuration space: the driver learns of it. */
void virtio_config_changed(struct virtio_device *device);

/* What the driver reads of the device has changed, though its configuration space has not: the
 * device has become quiet after a reset, or offers other features. Before it is registered:
 * nothing. */
void virtio_registers_changed(struct virtio_device *device);

/* The driver has broken the rule that `rule` states (a sentence's end, for the log): no queue is
 * served any more, the driver is told to reset the device (2.1.2, DEVICE_NEEDS_RESET). For a device
 * that finds a request it cannot even refuse. */
void virtio_device_break(struct virtio_device *device, const char *rule);

/* Resets the device as the driver's write of status 0 does. The guest's restart does it for every
 * registered device. */
void virtio_device_reset(struct virtio_device *device);
