/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * From descriptors in guest memory to a list of segments: each descriptor is copied once and
 * checked, none is looked at again. virtio 1.2, 2.7.5.
 */
#include "core.h"

#include <libvmm/guest_ram.h>

/* 2.7.5: flags of a descriptor. */
#define DESC_NEXT     1
#define DESC_WRITE    2
#define DESC_INDIRECT 4

/* Makes the region that holds `gpa` the device's current one. */
COLD static bool ram_find(struct virtio_device *device, uint64_t gpa)
{
    struct guest_ram_region region;
    if (!guest_ram_region_find(gpa, &region)) {
        return false;
    }
    device->ram.gpa = region.gpa_start;
    device->ram.size = region.size;
    device->ram.va = region.vmm_vaddr;
    return true;
}

/* The VA of `gpa`, NULL if that is not RAM; in `*room` how many bytes follow in the region. */
static inline uint8_t *ram_at(struct virtio_device *device, uint64_t gpa, uint64_t *room)
{
    if (UNLIKELY(gpa - device->ram.gpa >= device->ram.size) && !ram_find(device, gpa)) {
        return NULL;
    }
    uint64_t offset = gpa - device->ram.gpa;
    *room = device->ram.size - offset;
    return device->ram.va + offset;
}

void *virtio_core_ram(struct virtio_device *device, uint64_t gpa, uint32_t size)
{
    uint64_t room;
    uint8_t *va = ram_at(device, gpa, &room);
    return va != NULL && room >= size ? va : NULL;
}

/* Copies a descriptor. A table is aligned as its words are, unless it is an indirect one. */
static inline struct virtq_desc desc_copy(const struct virtq_desc *table, uint32_t index)
{
    union {
        struct virtq_desc desc;
        uint64_t words[2];
    } copy;
    const uint64_t *words = (const uint64_t *)((uintptr_t)table + index * sizeof *table);
    if (LIKELY(((uintptr_t)table & 7) == 0)) {
        copy.words[0] = __atomic_load_n(&words[0], __ATOMIC_RELAXED);
        copy.words[1] = __atomic_load_n(&words[1], __ATOMIC_RELAXED);
    } else {
        __builtin_memcpy(&copy, (const void *)words, sizeof copy);
        __asm__ volatile("" : "+m"(copy)); /* from here on this is the descriptor */
    }
    return copy.desc;
}

/* Adds the bytes of a descriptor, cut where regions of RAM meet. */
static inline const char *segments_add(struct virtio_device *device, struct virtio_chain *chain,
                                       const struct virtq_desc *desc)
{
    bool is_write = (desc->flags & DESC_WRITE) != 0;
    uint32_t *total = is_write ? &chain->write_size : &chain->read_size;
    if (UNLIKELY(__builtin_add_overflow(*total, desc->size, total))) {
        return "a chain has less than 4 GiB (2.7.5.3.1)";
    }
    if (UNLIKELY(!is_write && chain->write_count != 0 && desc->size != 0)) {
        return "what the device reads comes before what it writes (2.7.4.2)";
    }
    uint64_t gpa = desc->gpa;
    for (uint32_t left = desc->size; left != 0;) {
        uint64_t room;
        uint32_t count = (uint32_t)chain->read_count + chain->write_count;
        uint8_t *va = ram_at(device, gpa, &room);
        if (UNLIKELY(va == NULL)) {
            return "buffers are in the guest's RAM";
        }
        if (UNLIKELY(count == VIRTIO_CHAIN_MAX)) {
            return "no chain is longer than its queue (2.7.5.3.1)";
        }
        uint32_t size = left <= room ? left : (uint32_t)room;
        chain->segments[count] = (struct virtio_segment){.va = va, .size = size};
        chain->read_count = (uint16_t)(chain->read_count + !is_write);
        chain->write_count = (uint16_t)(chain->write_count + is_write);
        gpa += size;
        left -= size;
    }
    return NULL;
}

/* A table of descriptors. */
struct table {
    const struct virtq_desc *desc;
    uint32_t count;
    bool is_indirect;
};

/* Goes from the queue's table on to the one that `desc` names (2.7.5.3). */
static const char *table_enter(struct virtio_device *device, struct table *table,
                               const struct virtq_desc *desc)
{
    if ((device->features & VIRTIO_FEATURE(VIRTIO_F_INDIRECT_DESC)) == 0) {
        return "INDIRECT is negotiated before it is used (2.7.5.3.1)";
    }
    if (table->is_indirect || (desc->flags & DESC_NEXT) != 0) {
        return "an indirect table is the end of a chain and has none in it (2.7.5.3.1)";
    }
    if (desc->size == 0 || desc->size % sizeof *desc != 0) {
        return "an indirect table has whole descriptors (2.7.5.3)";
    }
    table->desc = virtio_core_ram(device, desc->gpa, desc->size);
    table->count = desc->size / sizeof *desc;
    table->is_indirect = true;
    return table->desc != NULL ? NULL : "an indirect table is in the guest's RAM";
}

const char *virtio_core_chain_walk(struct virtio_device *device, const struct virtio_queue *queue,
                                   uint16_t head, struct virtio_chain *chain)
{
    struct table table = {.desc = queue->desc, .count = queue->size};
    uint32_t index = head;
    chain->head = head;
    chain->read_count = chain->write_count = 0;
    chain->read_size = chain->write_size = 0;
    for (unsigned steps = 0; steps <= VIRTIO_CHAIN_MAX; steps++) { /* a loop has no end */
        if (UNLIKELY(index >= table.count)) {
            return "a descriptor's next is in its table (2.7.5)";
        }
        struct virtq_desc desc = desc_copy(table.desc, index);
        bool enters = (desc.flags & DESC_INDIRECT) != 0;
        const char *broken =
            enters ? table_enter(device, &table, &desc) : segments_add(device, chain, &desc);
        if (UNLIKELY(broken != NULL)) {
            return broken;
        }
        if (!enters && (desc.flags & DESC_NEXT) == 0) {
            return NULL;
        }
        index = enters ? 0 : desc.next;
    }
    return "no chain is longer than its queue (2.7.5.3.1)";
}

/* Copies between `bytes` and `count` segments from `offset` on. */
static uint32_t segments_copy(const struct virtio_segment *segment, unsigned count, uint32_t offset,
                              uint8_t *bytes, uint32_t size, bool to_segments)
{
    uint32_t done = 0;
    for (; count != 0 && done < size; count--, segment++) {
        if (offset >= segment->size) {
            offset -= segment->size;
            continue;
        }
        uint32_t part = segment->size - offset;
        part = part < size - done ? part : size - done;
        if (to_segments) {
            __builtin_memcpy(segment->va + offset, bytes + done, part);
        } else {
            __builtin_memcpy(bytes + done, segment->va + offset, part);
        }
        done += part;
        offset = 0;
    }
    return done;
}

uint32_t virtio_chain_read(const struct virtio_chain *chain, uint32_t offset, void *destination,
                           uint32_t size)
{
    return segments_copy(chain->segments, chain->read_count, offset, destination, size, false);
}

uint32_t virtio_chain_write(const struct virtio_chain *chain, uint32_t offset, const void *source,
                            uint32_t size)
{
    return segments_copy(chain->segments + chain->read_count, chain->write_count, offset,
                         (uint8_t *)(uintptr_t)source, size, true);
}
