/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * ext2, ext3 and ext4 with libext2fs, on an io manager of our own that reads mapped memory: it
 * cannot write, ends at the end of the partition, and gives up after a bounded number of reads, so
 * that a damaged or hostile file system (a tree of extents with loops, say) keeps nobody waiting.
 */
#include "payload_fs.h"

#include <ext2fs/ext2fs.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"

#define SUPERBLOCK_OFFSET 1024
#define BLOCK_LOG_MAX     6 /* 64 KiB */

/* 128 TiB of the usual groups. libext2fs keeps a descriptor of each in memory. */
#define GROUPS_MAX (UINT64_C(1) << 20)

/* What one image may cost: enough to read the largest payload in blocks of 1 KiB. */
#define READS_MAX      (UINT64_C(16) << 20)
#define READ_BYTES_MAX (UINT64_C(16) << 30)

struct ext {
    const uint8_t *bytes;
    uint64_t size;
    uint64_t reads_left, bytes_left;
    ext2_filsys fs;
};

/* libext2fs hands a name to an io manager, and nothing else: this is who opens. */
static struct ext *opening;

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
    new->block_size = SUPERBLOCK_OFFSET;
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
    struct ext *ext = channel->private_data;
    uint64_t size =
        count < 0 ? (uint64_t) - (int64_t)count : (uint64_t)count * (uint64_t)channel->block_size;
    if (block > ext->size / (uint64_t)channel->block_size ||
        size > ext->size - block * (uint64_t)channel->block_size) {
        return EXT2_ET_SHORT_READ;
    }
    if (ext->reads_left == 0 || ext->bytes_left < size) {
        return EXT2_ET_CANCEL_REQUESTED;
    }
    ext->reads_left--;
    ext->bytes_left -= size;
    memcpy(data, ext->bytes + block * (uint64_t)channel->block_size, size);
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

/* Says what libext2fs cannot do. */
static bool refuse(const struct payload_fs *fs, const char *path, errcode_t error)
{
    if (error == EXT2_ET_CANCEL_REQUESTED) {
        diag_error(NULL,
                   "%s: reading \"%s\" takes too long; the file system is damaged: look at "
                   "it with e2fsck -n",
                   fs->name, path);
    } else {
        diag_error(NULL,
                   "%s: cannot read \"%s\": %s; if the file system is damaged, repair a copy "
                   "with e2fsck",
                   fs->name, path, error_message(error));
    }
    return false;
}

/* Finds the inode of a path without links. */
static errcode_t inode_find(struct payload_fs *fs, const char *path, ext2_ino_t *inode)
{
    struct ext *ext = fs->state;
    *inode = EXT2_ROOT_INO;
    while (path[0] != '\0') {
        size_t length = strcspn(path, "/");
        ext2_ino_t next;
        if (length > EXT2_NAME_LEN) {
            return EXT2_ET_FILE_NOT_FOUND;
        }
        errcode_t error = ext2fs_lookup(ext->fs, *inode, path, (int)length, NULL, &next);
        if (error != 0) {
            return error;
        }
        *inode = next;
        path += length + (path[length] == '/' ? 1 : 0);
    }
    return 0;
}

static enum payload_kind ext_look(struct payload_fs *fs, const char *path)
{
    struct ext *ext = fs->state;
    struct ext2_inode inode;
    ext2_ino_t number;
    errcode_t error = inode_find(fs, path, &number);
    if (error == 0) {
        error = ext2fs_read_inode(ext->fs, number, &inode);
    }
    if (error != 0) {
        if (error != EXT2_ET_FILE_NOT_FOUND) {
            refuse(fs, path, error);
        }
        return PAYLOAD_ABSENT;
    }
    if (LINUX_S_ISREG(inode.i_mode)) {
        return PAYLOAD_FILE;
    }
    if (LINUX_S_ISDIR(inode.i_mode)) {
        return PAYLOAD_DIRECTORY;
    }
    return LINUX_S_ISLNK(inode.i_mode) ? PAYLOAD_LINK : PAYLOAD_OTHER;
}

/* Reads an inode's bytes. `file` is empty before, and on failure. */
static errcode_t inode_read(struct ext *ext, ext2_ino_t number, size_t limit,
                            struct payload_bytes *file)
{
    ext2_file_t open;
    __u64 size;
    errcode_t error = ext2fs_file_open(ext->fs, number, 0, &open);
    if (error != 0) {
        return error;
    }
    error = ext2fs_file_get_lsize(open, &size);
    if (error == 0 && size > limit) {
        error = EXT2_ET_FILE_TOO_BIG;
    }
    if (error == 0) {
        file->bytes = alloc_array(size + 1, 1);
        while (error == 0 && file->size < size) {
            uint64_t left = size - file->size;
            unsigned int got = 0;
            error = ext2fs_file_read(open, file->bytes + file->size,
                                     left > (1u << 20) ? 1u << 20 : (unsigned int)left, &got);
            file->size += got;
            if (error == 0 && got == 0) {
                error = EXT2_ET_SHORT_READ;
            }
        }
    }
    ext2fs_file_close(open);
    if (error != 0) {
        payload_bytes_free(file);
    }
    return error;
}

static char *ext_target(struct payload_fs *fs, const char *path)
{
    struct ext *ext = fs->state;
    struct ext2_inode inode;
    ext2_ino_t number;
    if (inode_find(fs, path, &number) != 0 || ext2fs_read_inode(ext->fs, number, &inode) != 0) {
        return NULL;
    }
    if (ext2fs_is_fast_symlink(&inode)) {
        return alloc_checked(strndup((const char *)inode.i_block, sizeof(inode.i_block)));
    }
    struct payload_bytes target = {0};
    errcode_t error = inode_read(ext, number, PAYLOAD_PATH_MAX, &target);
    if (error != 0) {
        refuse(fs, path, error);
        return NULL;
    }
    return (char *)target.bytes; /* ends with the NUL behind what was read */
}

static int name_add(struct ext2_dir_entry *entry, int offset, int block_size, char *block,
                    void *context)
{
    struct payload_names *names = context;
    char name[EXT2_NAME_LEN + 1];
    (void)offset;
    (void)block_size;
    (void)block;
    snprintf(name, sizeof(name), "%.*s", ext2fs_dirent_name_len(entry), entry->name);
    if (name[0] != '\0' && strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
        payload_names_add(names, name);
    }
    return names->count < PAYLOAD_NAMES_MAX ? 0 : DIRENT_ABORT;
}

static bool ext_list(struct payload_fs *fs, const char *path, struct payload_names *names)
{
    struct ext *ext = fs->state;
    ext2_ino_t number;
    errcode_t error = inode_find(fs, path, &number);
    if (error == 0) {
        error = ext2fs_dir_iterate(ext->fs, number, 0, NULL, name_add, names);
    }
    return error == 0 || refuse(fs, path, error);
}

static bool ext_read(struct payload_fs *fs, const char *path, size_t limit,
                     struct payload_bytes *file)
{
    ext2_ino_t number;
    errcode_t error = inode_find(fs, path, &number);
    if (error == 0) {
        error = inode_read(fs->state, number, limit, file);
    }
    if (error == EXT2_ET_FILE_TOO_BIG) {
        diag_error(NULL, "%s: \"%s\" has more than %zu MiB, which Drover takes for a mistake",
                   fs->name, path, limit >> 20);
        return false;
    }
    return error == 0 || refuse(fs, path, error);
}

static void ext_close(struct payload_fs *fs)
{
    struct ext *ext = fs->state;
    if (ext->fs != NULL) {
        ext2fs_free(ext->fs);
    }
    free(ext);
}

static const struct payload_fs_operations operations = {
    .look = ext_look,
    .target = ext_target,
    .list = ext_list,
    .read = ext_read,
    .close = ext_close,
};

bool payload_ext_is(const uint8_t *bytes, size_t size)
{
    struct ext2_super_block super;
    if (size < SUPERBLOCK_OFFSET + sizeof(super)) {
        return false;
    }
    memcpy(&super, bytes + SUPERBLOCK_OFFSET, sizeof(super));
    return ext2fs_le16_to_cpu(super.s_magic) == EXT2_SUPER_MAGIC;
}

/* What libext2fs would believe a superblock: sizes that cost memory. */
static bool superblock_check(const struct payload_fs *fs)
{
    const struct ext *ext = fs->state;
    struct ext2_super_block super;
    memcpy(&super, ext->bytes + SUPERBLOCK_OFFSET, sizeof(super));
    uint32_t block_log = ext2fs_le32_to_cpu(super.s_log_block_size);
    uint64_t blocks = ext2fs_le32_to_cpu(super.s_blocks_count);
    uint32_t group = ext2fs_le32_to_cpu(super.s_blocks_per_group);
    if ((ext2fs_le32_to_cpu(super.s_feature_incompat) & EXT4_FEATURE_INCOMPAT_64BIT) != 0) {
        blocks |= (uint64_t)ext2fs_le32_to_cpu(super.s_blocks_count_hi) << 32;
    }
    if (block_log > BLOCK_LOG_MAX || group == 0 || blocks / group >= GROUPS_MAX) {
        diag_error(NULL,
                   "%s: the superblock is damaged (2^%u KiB a block, %u blocks a group, %llu "
                   "blocks); repair a copy with e2fsck",
                   fs->name, block_log, group, (unsigned long long)blocks);
        return false;
    }
    if (blocks > ext->size >> (10 + block_log)) {
        diag_error(NULL,
                   "%s: the file system has %llu blocks of %u KiB, and its place in the "
                   "image is smaller (%llu bytes); the image is cut off: copy it again",
                   fs->name, (unsigned long long)blocks, 1u << block_log,
                   (unsigned long long)ext->size);
        return false;
    }
    if ((ext2fs_le32_to_cpu(super.s_feature_incompat) & EXT3_FEATURE_INCOMPAT_RECOVER) != 0) {
        diag_warning(NULL,
                     "%s: the file system was not unmounted; what only its journal holds is "
                     "not seen (e2fsck on a copy writes it back)",
                     fs->name);
    }
    return true;
}

bool payload_ext_open(struct payload_source *source, const uint8_t *bytes, uint64_t size,
                      char *name)
{
    struct ext *ext = alloc_array(1, sizeof(*ext));
    *ext = (struct ext){
        .bytes = bytes, .size = size, .reads_left = READS_MAX, .bytes_left = READ_BYTES_MAX};
    payload_source_add(source, name, &operations, ext);
    struct payload_fs *fs = &source->list[source->count - 1];
    if (!superblock_check(fs)) {
        return false;
    }
    initialize_ext2_error_table(); /* texts of errors */
    opening = ext;
    errcode_t error =
        ext2fs_open(name, EXT2_FLAG_64BITS | EXT2_FLAG_SKIP_MMP, 0, 0, &manager, &ext->fs);
    opening = NULL;
    if (error != 0) {
        ext->fs = NULL;
        diag_error(NULL,
                   "%s: cannot open the file system: %s; if it is damaged, repair a copy "
                   "with e2fsck",
                   fs->name, error_message(error));
        return false;
    }
    return true;
}
