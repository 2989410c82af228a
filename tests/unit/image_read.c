/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads a finished image for tests: from its bytes and the contract headers alone.
 */
#include "image_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void need(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "not a sound image: %s\n", what);
        abort();
    }
}

const void *image_bytes(const struct image_reader *image, uint64_t pa)
{
    uint64_t base = image->loader->image_pa;
    return pa >= base && pa - base < image->size ? image->bytes + (pa - base) : NULL;
}

struct walk image_walk(const struct image_reader *image, uint64_t vttbr, uint64_t va)
{
    return walk_stage2(image->bytes, image->loader->image_pa, image->size, vttbr & 0xffffffffffff,
                       va);
}

struct walk image_walk_kernel(const struct image_reader *image, uint64_t va)
{
    return walk_el2(image->bytes, image->loader->image_pa, image->size,
                    image->loader->kernel_table_pa, va);
}

struct walk image_walk_loader(const struct image_reader *image, uint64_t va)
{
    return walk_el2(image->bytes, image->loader->image_pa, image->size,
                    image->loader->loader_table_pa, va);
}

struct image_reader image_reader_open(const uint8_t *bytes, uint64_t size)
{
    struct image_reader image = {.bytes = bytes, .size = size};
    uint64_t header_size;
    need(size > 0x1000 && size % 0x1000 == 0, "size");
    need(memcmp(bytes + 0x38, "ARM\x64", 4) == 0, "no arm64 header");
    memcpy(&header_size, bytes + 0x10, sizeof(header_size));
    need(header_size == size, "image_size of the header");
    image.loader = (const void *)(bytes + LOADER_INFO_OFFSET);
    need(image.loader->magic == LOADER_INFO_MAGIC, "no loader_info");
    need(image.loader->image_size == size, "image_size of loader_info");
    struct walk found = image_walk_kernel(&image, KERNEL_MANIFEST_VA);
    need(found.mapped && found.perms == MAP_PERM_READ, "the manifest is not mapped read-only");
    image.manifest = image_bytes(&image, found.pa);
    need(image.manifest != NULL && image.manifest->magic == MANIFEST_MAGIC &&
             image.manifest->version == MANIFEST_VERSION,
         "no manifest");
    for (uint32_t offset = 0; offset < image.manifest->size; offset += 0x1000) {
        struct walk page = image_walk_kernel(&image, KERNEL_MANIFEST_VA + offset);
        need(page.mapped && page.pa == found.pa + offset, "a page of the manifest is not mapped");
    }
    return image;
}

static const void *element(const struct image_reader *image, uint32_t offset, uint32_t count,
                           size_t size, size_t index)
{
    need(index < count && offset + (uint64_t)count * size <= image->manifest->size,
         "an array of the manifest");
    return (const uint8_t *)image->manifest + offset + index * size;
}

const struct manifest_pd *image_pd(const struct image_reader *image, const char *name)
{
    const struct manifest *manifest = image->manifest;
    for (size_t i = 0; i < manifest->pd_count; i++) {
        const struct manifest_pd *pd =
            element(image, manifest->pd_offset, manifest->pd_count, sizeof(*pd), i);
        if (strcmp(pd->name, name) == 0) {
            return pd;
        }
    }
    need(false, name);
    return NULL;
}

const struct manifest_vcpu *image_vcpu(const struct image_reader *image, size_t index)
{
    return element(image, image->manifest->vcpu_offset, image->manifest->vcpu_count,
                   sizeof(struct manifest_vcpu), index);
}

const struct manifest_channel *image_channel(const struct image_reader *image, size_t index)
{
    return element(image, image->manifest->channel_offset, image->manifest->channel_count,
                   sizeof(struct manifest_channel), index);
}

const struct manifest_map *image_map(const struct image_reader *image, size_t index)
{
    return element(image, image->manifest->map_offset, image->manifest->map_count,
                   sizeof(struct manifest_map), index);
}

const struct manifest_slot *image_slot(const struct image_reader *image, size_t index)
{
    return element(image, image->manifest->slot_offset, image->manifest->slot_count,
                   sizeof(struct manifest_slot), index);
}

const struct manifest_schedule *image_schedule(const struct image_reader *image, size_t index)
{
    return element(image, image->manifest->schedule_offset, image->manifest->schedule_count,
                   sizeof(struct manifest_schedule), index);
}

const struct manifest_irq *image_irq(const struct image_reader *image, uint32_t intid)
{
    const struct manifest *manifest = image->manifest;
    for (size_t i = 0; i < manifest->irq_count; i++) {
        const struct manifest_irq *irq =
            element(image, manifest->irq_offset, manifest->irq_count, sizeof(*irq), i);
        if (irq->intid == intid) {
            return irq;
        }
    }
    return NULL;
}

uint64_t image_word(const struct image_reader *image, const char *name, uint64_t va)
{
    const void *bytes = image_bytes(image, image_walk(image, image_pd(image, name)->vttbr, va).pa);
    uint64_t word = 0;
    need(bytes != NULL, "the contents at a VA");
    memcpy(&word, bytes, sizeof(word));
    return word;
}

bool image_zeroes(const struct image_reader *image, uint64_t pa, uint64_t size)
{
    const struct loader_range *ranges = image_bytes(image, image->loader->zero_pa);
    for (uint32_t i = 0; i < image->loader->zero_count; i++) {
        if (pa >= ranges[i].pa && pa + size <= ranges[i].pa + ranges[i].size) {
            return true;
        }
    }
    return false;
}

bool image_maps(const struct image_reader *image, uint64_t vttbr, uint64_t va, uint64_t pa,
                uint64_t size, uint32_t perms, enum walk_memory memory)
{
    for (uint64_t offset = 0; offset < size; offset += 0x1000) {
        struct walk found = image_walk(image, vttbr, va + offset);
        if (!found.mapped || found.pa != pa + offset || found.perms != perms ||
            found.memory != memory) {
            fprintf(stderr, "0x%llx: mapped %d, PA 0x%llx, perms %u, memory %d\n",
                    (unsigned long long)(va + offset), found.mapped, (unsigned long long)found.pa,
                    found.perms, (int)found.memory);
            return false;
        }
    }
    return true;
}
