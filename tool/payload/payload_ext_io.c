/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * An io manager for libext2fs that reads mapped memory: it cannot write, ends at the end of the
 * partition, and gives up after a bounded number of reads, so that a damaged or hostile file system
 * (a tree of extents with loops, say) keeps nobody waiting.
 */
#include "payload_ext_io.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

/* What one image may cost: enough to read the largest payload in blocks of 1 KiB. */
#define READS_MAX      (UINT64_C(16) << 20)
#define READ_BYTES_MAX (UINT64_C(16) << 30)

#define FIRST_BLOCK_SIZE 1024 /* until libext2fs knows better */

/* libext2fs hands a name to an io manager, and nothing else: this is who opens. */
static struct ext_io *opening;

static struct struct_io_manager manager;

static errcode_t io_open(const char *name, int flags, io_channel *channel)
{
    if ((flags & IO_FLAG_RW) != 0) {
        return EXT2_ET_RO_FILSYS;
    }
    io_channel new = alloc_array(1, sizeof(*new));
    new->magic = EXT2_ET_MAGIC_IO_CHANNEL;
    new->manager = &manager;
    new->name = alloc_checked(strdup(name));
    new->block_size = FIRST_BLOCK_SIZE;
    new->refcount = 1;
    new->private_data = opening;
    *channel = new;
    return 0;
}

static errcode_t io_close(io_channel channel)
{
    if (--channel->refcount == 0) {
        free(channel->name);
        free(channel);
    }
    return 0;
}

static errcode_t io_set_block_size(io_channel channel, int size)
{
    channel->block_size = size;
    return 0;
}

/* A negative count is in bytes. */
static errcode_t io_read64(io_channel channel, unsigned long long block, int count, void *data)
{
    struct ext_io *io = channel->private_data;
    uint64_t size =
        count < 0 ? (uint64_t) - (int64_t)count : (uint64_t)count * (uint64_t)channel->block_size;
    if (block > io->size / (uint64_t)channel->block_size ||
        size > io->size - block * (uint64_t)channel->block_size) {
        return EXT2_ET_SHORT_READ;
    }
    if (io->reads_left == 0 || io->bytes_left < size) {
        return EXT2_ET_CANCEL_REQUESTED;
    }
    io->reads_left--;
    io->bytes_left -= size;
    memcpy(data, io->bytes + block * (uint64_t)channel->block_size, size);
    return 0;
}

static errcode_t io_read(io_channel channel, unsigned long block, int count, void *data)
{
    return io_read64(channel, block, count, data);
}

static errcode_t io_write64(io_channel channel, unsigned long long block, int count,
                            const void *data)
{
    (void)channel;
    (void)block;
    (void)count;
    (void)data;
    return EXT2_ET_RO_FILSYS;
}

static errcode_t io_write(io_channel channel, unsigned long block, int count, const void *data)
{
    return io_write64(channel, block, count, data);
}

static errcode_t io_flush(io_channel channel)
{
    (void)channel;
    return 0;
}

static struct struct_io_manager manager = {
    .magic = EXT2_ET_MAGIC_IO_MANAGER,
    .name = "Drover's reader",
    .open = io_open,
    .close = io_close,
    .set_blksize = io_set_block_size,
    .read_blk = io_read,
    .write_blk = io_write,
    .flush = io_flush,
    .read_blk64 = io_read64,
    .write_blk64 = io_write64,
};

errcode_t ext_io_open(struct ext_io *io, const char *name, ext2_filsys *fs)
{
    io->reads_left = READS_MAX;
    io->bytes_left = READ_BYTES_MAX;
    opening = io;
    errcode_t error = ext2fs_open(name, EXT2_FLAG_64BITS | EXT2_FLAG_SKIP_MMP, 0, 0, &manager, fs);
    opening = NULL;
    if (error != 0) {
        *fs = NULL;
    }
    return error;
}
