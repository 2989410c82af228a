/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes what `drover payload` reads. The input's first byte chooses: a kernel, an initrd, two
 * device trees (the next two bytes are the size of the first), or a disk's partition table.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diag_capture.h"
#include "payload.h"
#include "payload_partitions.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct source at = {.file = "fuzz"};

/* What payload_diff() says goes nowhere. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return freopen("/dev/null", "w", stdout) == NULL;
}

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* A copy exactly as long as the input, aligned as what the tool reads is. */
static struct payload_bytes copy(const uint8_t *data, size_t size)
{
    struct payload_bytes bytes = {malloc(size == 0 ? 1 : size), size};
    require(bytes.bytes != NULL);
    memcpy(bytes.bytes, data, size);
    return bytes;
}

static void kernel_fuzz(const uint8_t *data, size_t size)
{
    struct payload_kernel kernel = {0};
    struct payload_bytes file = copy(data, size);
    if (payload_kernel_read(&kernel, &file, &at)) {
        require(kernel.image.size >= 64 && kernel.image.size <= PAYLOAD_KERNEL_MAX);
        require(memcmp(kernel.image.bytes + 56, "ARM\x64", 4) == 0);
        require(kernel.image_size > 0 && kernel.text_offset < 0x200000);
        require(kernel.how != NULL);
    } else {
        require(kernel.image.bytes == NULL && diag_error_count() > 0);
    }
    payload_bytes_free(&file);
    payload_kernel_free(&kernel);
}

static void initrd_fuzz(const uint8_t *data, size_t size)
{
    struct payload_initrd initrd = {.file = copy(data, size)};
    if (payload_initrd_walk(&initrd, &at)) {
        require(initrd.packings.count > 0);
        require(initrd.vermagic == NULL || initrd.module != NULL);
    } else {
        require(diag_error_count() > 0);
    }
    payload_initrd_free(&initrd);
}

static void diff_fuzz(const uint8_t *data, size_t size)
{
    struct payload_tree trees[2] = {0};
    if (size < 2) {
        return;
    }
    size_t split = (size_t)data[0] | (size_t)data[1] << 8;
    split = split > size - 2 ? size - 2 : split;
    struct payload_bytes first = copy(data + 2, split);
    struct payload_bytes second = copy(data + 2 + split, size - 2 - split);
    bool one = payload_tree_take(&trees[0], &first, "one");
    bool two = payload_tree_take(&trees[1], &second, "two");
    if (one) {
        require(payload_diff(&trees[0], &trees[0]) == 0);
    }
    if (one && two) {
        payload_diff(&trees[0], &trees[1]);
        payload_diff(&trees[1], &trees[0]);
    }
    payload_tree_free(&trees[0]);
    payload_tree_free(&trees[1]);
}

static void partitions_fuzz(const uint8_t *data, size_t size)
{
    static struct payload_partitions partitions;
    bool reported;
    struct payload_bytes disk = copy(data, size);
    if (payload_partitions_read(&partitions, disk.bytes, disk.size, &at, &reported)) {
        require(partitions.count <= PARTITIONS_MAX && partitions.scheme != NULL);
        for (size_t i = 0; i < partitions.count; i++) {
            const struct payload_partition *partition = &partitions.list[i];
            require(partition->size > 0 && partition->size <= size);
            require(partition->offset <= size - partition->size);
        }
    } else {
        require(reported == (diag_error_count() > 0));
    }
    payload_bytes_free(&disk);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[])(const uint8_t *, size_t) = {kernel_fuzz, initrd_fuzz, diff_fuzz,
                                                               partitions_fuzz};
    if (size > 0) {
        diag_capture_reset();
        readers[data[0] % (sizeof(readers) / sizeof(readers[0]))](data + 1, size - 1);
    }
    return 0;
}
