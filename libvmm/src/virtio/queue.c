/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The rings of a split virtqueue: virtio 1.2, 2.7. Indices run over 16 bits and wrap; the driver
 * runs at the same time on other vCPUs, hence the order of the accesses.
 */
#include "core.h"

#define AVAIL_NO_INTERRUPT 1 /* 2.7.6 */
#define USED_NO_NOTIFY     1 /* 2.7.8 */

static inline uint16_t load(const uint16_t *word)
{
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static inline void store(uint16_t *word, uint16_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELAXED);
}

/* The driver's fields behind the end of one ring are ordered against ours of the other. */
static inline void fence(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Where the device says which buffer it wants to be notified of (2.7.10). */
static inline uint16_t *avail_event(const struct virtio_queue *queue)
{
    return (uint16_t *)&queue->used->ring[queue->size];
}

/* Where the driver says which used buffer it wants to be interrupted for (2.7.10). */
static inline const uint16_t *used_event(const struct virtio_queue *queue)
{
    return &queue->avail->ring[queue->size];
}

static inline uint64_t *taken_word(struct virtio_queue *queue, uint16_t head)
{
    return &queue->taken[head / 64];
}

static inline uint64_t taken_bit(uint16_t head)
{
    return 1ull << head % 64;
}

/* Reads the driver's index. False: it has no buffers for us, or the index cannot be. */
static bool avail_look(struct virtio_device *device, struct virtio_queue *queue)
{
    queue->avail_seen = __atomic_load_n(&queue->avail->idx, __ATOMIC_ACQUIRE);
    uint16_t count = (uint16_t)(queue->avail_seen - queue->avail_next);
    if (UNLIKELY(count > queue->size)) {
        virtio_device_break(device, "no more buffers are available than the queue has (2.7.13.2)");
        return false;
    }
    return count != 0;
}

/* Has the driver notify the device of the next buffer. */
static void notify_arm(struct virtio_queue *queue)
{
    if (queue->has_event_idx) {
        queue->avail_event = queue->avail_next;
        store(avail_event(queue), queue->avail_event);
    } else {
        store(&queue->used->flags, 0);
    }
    fence();
}

/* Nothing is left; unless the device wants it so, the driver is asked to notify it of more. What
 * came before it could have seen that is found here. */
static inline bool avail_look_last(struct virtio_device *device, struct virtio_queue *queue)
{
    if (queue->notify_off || !queue->has_event_idx || queue->avail_event == queue->avail_next) {
        return false;
    }
    notify_arm(queue);
    return avail_look(device, queue);
}

static inline bool has_buffers(struct virtio_device *device, struct virtio_queue *queue)
{
    return queue->avail_next != queue->avail_seen || avail_look(device, queue);
}

bool virtio_queue_has_buffers(struct virtio_device *device, unsigned index)
{
    struct virtio_queue *queue = &device->queues[index];
    return queue->served && has_buffers(device, queue);
}

bool virtio_queue_pop(struct virtio_device *device, unsigned index, struct virtio_chain *chain)
{
    struct virtio_queue *queue = &device->queues[index];
    if (UNLIKELY(!queue->served)) {
        return false;
    }
    if (!has_buffers(device, queue) && (!queue->served || !avail_look_last(device, queue))) {
        return false;
    }
    uint16_t head = load(&queue->avail->ring[queue->avail_next & (queue->size - 1)]);
    if (UNLIKELY(head >= queue->size)) {
        virtio_device_break(device, "a buffer's head is in the descriptor table (2.7.6)");
        return false;
    }
    if (UNLIKELY((*taken_word(queue, head) & taken_bit(head)) != 0)) {
        virtio_device_break(device, "a buffer is available again once it was used (2.7.13)");
        return false;
    }
    const char *broken = virtio_core_chain_walk(device, queue, head, chain);
    if (UNLIKELY(broken != NULL)) {
        virtio_device_break(device, broken);
        return false;
    }
    *taken_word(queue, head) |= taken_bit(head);
    queue->avail_next++;
    return true;
}

void virtio_queue_unpop(struct virtio_device *device, unsigned index, uint16_t head)
{
    struct virtio_queue *queue = &device->queues[index];
    if (queue->served && (*taken_word(queue, head) & taken_bit(head)) != 0) {
        *taken_word(queue, head) &= ~taken_bit(head);
        queue->avail_next--;
    }
}

void virtio_queue_push(struct virtio_device *device, unsigned index, uint16_t head,
                       uint32_t written)
{
    struct virtio_queue *queue = &device->queues[index];
    if (UNLIKELY(!queue->served || head >= queue->size ||
                 (*taken_word(queue, head) & taken_bit(head)) == 0)) {
        return;
    }
    *taken_word(queue, head) &= ~taken_bit(head);
    struct virtq_used_elem *elem = &queue->used->ring[queue->used_next & (queue->size - 1)];
    __atomic_store_n(&elem->id, head, __ATOMIC_RELAXED);
    __atomic_store_n(&elem->size, written, __ATOMIC_RELAXED);
    queue->used_next++;
}

/* Whether the driver wants to be interrupted for what goes from index `before` to `now` (2.7.7.1,
 * 2.7.10). */
static inline bool wants_interrupt(const struct virtio_queue *queue, uint16_t before, uint16_t now)
{
    if (queue->has_event_idx) {
        uint16_t event = load(used_event(queue));
        return (uint16_t)(now - event - 1) < (uint16_t)(now - before);
    }
    return (load(&queue->avail->flags) & AVAIL_NO_INTERRUPT) == 0;
}

void virtio_queue_publish(struct virtio_device *device, unsigned index)
{
    struct virtio_queue *queue = &device->queues[index];
    uint16_t before = queue->used_published, now = queue->used_next;
    if (!queue->served || before == now) {
        return;
    }
    __atomic_store_n(&queue->used->idx, now, __ATOMIC_RELEASE);
    queue->used_published = now;
    fence();
    if (wants_interrupt(queue, before, now)) {
        virtio_core_interrupt(device, VIRTIO_INTERRUPT_USED);
    }
}

void virtio_queue_notify_disable(struct virtio_device *device, unsigned index)
{
    struct virtio_queue *queue = &device->queues[index];
    if (!queue->served || queue->notify_off) {
        return;
    }
    queue->notify_off = true;
    if (!queue->has_event_idx) {
        store(&queue->used->flags, USED_NO_NOTIFY);
    } else if (queue->avail_event == queue->avail_next) {
        /* An index that the driver has passed asks for nothing. */
        queue->avail_event--;
        store(avail_event(queue), queue->avail_event);
    }
}

bool virtio_queue_notify_enable(struct virtio_device *device, unsigned index)
{
    struct virtio_queue *queue = &device->queues[index];
    if (!queue->served) {
        return false;
    }
    queue->notify_off = false;
    notify_arm(queue);
    return has_buffers(device, queue);
}
