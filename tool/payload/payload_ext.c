/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * ext2, ext3 and ext4 with libext2fs, on an io manager of our own. What a superblock claims is
 * compared with the place that the file system has before libext2fs believes it.
 */
#include "payload_fs.h"

#include <ext2fs/ext2fs.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"
#include "payload_ext_io.h"

#define SUPERBLOCK_OFFSET 1024
#define BLOCK_LOG_MAX     6 /* 64 KiB */

/* 128 TiB of the usual groups. libext2fs keeps a descriptor of each in memory. */
#define GROUPS_MAX (UINT64_C(1) << 20)

struct ext {
    struct ext_io io;
    ext2_filsys fs;
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
    memcpy(&super, ext->io.bytes + SUPERBLOCK_OFFSET, sizeof(super));
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
    if (blocks > ext->io.size >> (10 + block_log)) {
        diag_error(NULL,
                   "%s: the file system has %llu blocks of %u KiB, and its place in the "
                   "image is smaller (%llu bytes); the image is cut off: copy it again",
                   fs->name, (unsigned long long)blocks, 1u << block_log,
                   (unsigned long long)ext->io.size);
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
    ext->io = (struct ext_io){.bytes = bytes, .size = size};
    payload_source_add(source, name, &operations, ext);
    struct payload_fs *fs = &source->list[source->count - 1];
    if (!superblock_check(fs)) {
        return false;
    }
    initialize_ext2_error_table(); /* texts of errors */
    errcode_t error = ext_io_open(&ext->io, name, &ext->fs);
    if (error != 0) {
        diag_error(NULL,
                   "%s: cannot open the file system: %s; if it is damaged, repair a copy "
                   "with e2fsck",
                   fs->name, error_message(error));
        return false;
    }
    return true;
}
