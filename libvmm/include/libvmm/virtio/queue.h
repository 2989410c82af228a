/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Split virtqueues (virtio 1.2, 2.7) as a device sees them: buffers that the driver made available
 * are popped, and pushed back once used. Everything in guest memory is hostile; what these
 * functions hand out is checked and copied: a chain's segments lie in guest RAM that the guest
 * itself may read and write, and the guest cannot change the list any more (only the bytes).
 *
 * A device that serves all there is loops over virtio_queue_pop() until it returns false, and may
 * then rely on the next notification: nothing else is needed. virtio_queue_publish() once after a
 * batch of pushes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct virtio_device;

/* The largest queue a device may offer. */
#define VIRTIO_QUEUE_SIZE_MAX 256

/* The longest chain, in segments and in descriptors. No correct driver makes one longer than its
 * queue (2.7.5.3.1); those of indirect tables are held to this maximum only. */
#define VIRTIO_CHAIN_MAX VIRTIO_QUEUE_SIZE_MAX

/* A piece of a buffer. Never empty: descriptors of length 0, about which the specification says
 * nothing, are left out. */
struct virtio_segment {
    uint8_t *va; /* VA in the VMM */
    uint32_t size;
};

/* A buffer: what the device may read, then what it may write. Large: keep it out of the stack. */
struct virtio_chain {
    uint16_t head; /* names it to virtio_queue_push() */
    uint16_t read_count;
    uint16_t write_count;
    uint32_t read_size;                               /* bytes in the first read_count segments */
    uint32_t write_size;                              /* bytes in the write_count after them */
    struct virtio_segment segments[VIRTIO_CHAIN_MAX]; /* beyond the counts: undefined */
};

/* 2.7.5, 2.7.6 and 2.7.8. */
struct virtq_desc {
    uint64_t gpa;
    uint32_t size;
    uint16_t flags;
    uint16_t next;
};

struct virtq_avail {
    uint16_t flags;
    uint16_t idx;
    uint16_t ring[]; /* behind its end: used_event */
};

struct virtq_used_elem {
    uint32_t id;
    uint32_t size;
};

struct virtq_used {
    uint16_t flags;
    uint16_t idx;
    struct virtq_used_elem ring[]; /* behind its end: avail_event */
};

/* One queue. A device provides the memory; all of it is the core's. */
struct virtio_queue {
    const struct virtq_desc *desc; /* VA in the VMM; valid while `enabled` */
    struct virtq_avail *avail;
    struct virtq_used *used;
    uint16_t size;
    uint16_t avail_next;     /* to be popped next */
    uint16_t avail_seen;     /* the driver's index as last read */
    uint16_t used_next;      /* to be pushed next */
    uint16_t used_published; /* the index the driver was given */
    uint16_t avail_event;    /* as last written */
    bool served;             /* enabled, and its device runs */
    bool enabled;
    bool has_event_idx;
    bool notify_off; /* by virtio_queue_notify_disable() */
    uint64_t desc_gpa, avail_gpa, used_gpa;
    uint64_t taken[VIRTIO_QUEUE_SIZE_MAX / 64]; /* heads popped and not pushed: a bit for each */
};

/*
 * Takes the next available buffer. False: there is none, or the queue is not being served (the
 * driver is not ready, was reset, or has broken a rule; with the first rule broken here the device
 * goes into DEVICE_NEEDS_RESET). When it returns false for want of buffers the driver has been
 * asked to notify the device of the next one, unless virtio_queue_notify_disable() is in force.
 * A head is handed out once until it is pushed, so that it may serve as an index (< queue size).
 */
bool virtio_queue_pop(struct virtio_device *device, unsigned queue, struct virtio_chain *chain);

/* Undoes the last virtio_queue_pop() of the queue, for a device that finds it cannot serve the
 * buffer now. No push of the same queue may have come between. */
void virtio_queue_unpop(struct virtio_device *device, unsigned queue, uint16_t head);

/* Whether virtio_queue_pop() has something to give. Asks the driver for nothing. */
bool virtio_queue_has_buffers(struct virtio_device *device, unsigned queue);

/*
 * Gives buffer `head` back, of which the device has written the first `written` bytes. The driver
 * sees it after virtio_queue_publish(). A head that was not popped since the device was last reset
 * is ignored; a device whose answers come late compares virtio_device.epoch before.
 */
void virtio_queue_push(struct virtio_device *device, unsigned queue, uint16_t head,
                       uint32_t written);

/* Shows the driver what was pushed, and interrupts it if it wants that. Nothing if nothing was. */
void virtio_queue_publish(struct virtio_device *device, unsigned queue);

/*
 * Asks the driver not to notify the device of buffers in this queue, from which the device takes
 * when it has something to do (a hint: notifications may still come). It lasts until
 * virtio_queue_notify_enable() or a reset of the device.
 */
void virtio_queue_notify_disable(struct virtio_device *device, unsigned queue);

/* Asks for notifications again. True: there are buffers already, about which none will come. */
bool virtio_queue_notify_enable(struct virtio_device *device, unsigned queue);

/* Copies up to `size` bytes from `offset` on out of the chain's readable part; returns how many. */
uint32_t virtio_chain_read(const struct virtio_chain *chain, uint32_t offset, void *destination,
                           uint32_t size);

/* Copies up to `size` bytes to `offset` of the chain's writable part; returns how many. */
uint32_t virtio_chain_write(const struct virtio_chain *chain, uint32_t offset, const void *source,
                            uint32_t size);
