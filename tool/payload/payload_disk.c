/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A raw image of a disk, or of one file system. It is mapped and never written to; nothing is
 * mounted, so that no rights are needed.
 */
#include "payload_fs.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"
#include "file.h"
#include "payload_partitions.h"

/* The mapping is a file system of the source with nothing in it, so that it ends with the source.
 */
static enum payload_kind disk_look(struct payload_fs *fs, const char *path)
{
    (void)fs;
    (void)path;
    return PAYLOAD_ABSENT;
}

static char *disk_target(struct payload_fs *fs, const char *path)
{
    (void)fs;
    (void)path;
    return NULL;
}

static bool disk_list(struct payload_fs *fs, const char *path, struct payload_names *names)
{
    (void)fs;
    (void)path;
    (void)names;
    return true;
}

static bool disk_read(struct payload_fs *fs, const char *path, size_t limit,
                      struct payload_bytes *file)
{
    (void)limit;
    (void)file;
    diag_error(NULL, "%s: no file \"%s\"", fs->name, path);
    return false;
}

static void disk_close(struct payload_fs *fs)
{
    file_unmap(fs->state);
    free(fs->state);
}

static const struct payload_fs_operations operations = {
    .look = disk_look,
    .target = disk_target,
    .list = disk_list,
    .read = disk_read,
    .close = disk_close,
};

/* What is known by its magic number and cannot be read: where that is, and what to do. */
static const struct {
    size_t offset;
    const char *magic;
    const char *name, *remedy;
} foreign[] = {
    {0, "QFI\xfb", "a qcow2 image", "make it raw: qemu-img convert -O raw FILE disk.img"},
    {0, "hsqs", "squashfs", "unpack it (unsquashfs) and give --root"},
    {0x8001, "CD001", "the file system of a CD", "unpack it (bsdtar -xf) and give --root"},
    {0, "LUKS\xba\xbe", "encrypted (LUKS)", "open it, copy the files, and give --root"},
    {512, "LABELONE", "LVM", "activate it, copy the files, and give --root"},
    {0, "XFSB", "xfs", "mount it and give --root"},
    {0x10040, "_BHRfS_M", "btrfs", "mount it and give --root"},
    {1024, "\x10\x20\xf5\xf2", "f2fs", "mount it and give --root"},
    {54, "FAT", "FAT", "copy the kernel out (mcopy) and give --kernel"},
    {82, "FAT32", "FAT", "copy the kernel out (mcopy) and give --kernel"},
};

#define FOREIGN_COUNT (sizeof(foreign) / sizeof(foreign[0]))

/* The entry of `foreign` that begins at `bytes`; FOREIGN_COUNT if none does. */
static size_t foreign_find(const uint8_t *bytes, uint64_t size)
{
    size_t i = 0;
    for (; i < FOREIGN_COUNT; i++) {
        size_t length = strlen(foreign[i].magic);
        if (foreign[i].offset + length <= size &&
            memcmp(bytes + foreign[i].offset, foreign[i].magic, length) == 0) {
            break;
        }
    }
    return i;
}

/* Says what an image is that nothing could be read from. */
static bool refuse_image(const struct file *file, const struct source *at)
{
    size_t found = foreign_find(file->bytes, file->size);
    if (found < FOREIGN_COUNT) {
        diag_error(at, "the image is %s, which Drover does not read; %s", foreign[found].name,
                   foreign[found].remedy);
    } else if (payload_packing_of(file->bytes, file->size) != PACKING_NONE) {
        diag_error(at, "the image is packed; unpack it first");
    } else {
        diag_error(at, "the image has neither a partition table (MBR or GPT) nor ext2, ext3 or "
                       "ext4");
    }
    return false;
}

/* Opens the file systems in the partitions; of others it is kept what they are. */
static bool partitions_open(struct payload_source *source, const struct file *file,
                            const struct payload_partitions *partitions, const char *path)
{
    struct source at = {.file = path};
    size_t before = source->count;
    for (size_t i = 0; i < partitions->count; i++) {
        const struct payload_partition *partition = &partitions->list[i];
        const uint8_t *bytes = file->bytes + partition->offset;
        if (payload_ext_is(bytes, partition->size)) {
            char *name = payload_text("%s, partition %u", path, partition->number);
            if (!payload_ext_open(source, bytes, partition->size, name)) {
                return false;
            }
            continue;
        }
        size_t found = foreign_find(bytes, partition->size);
        payload_names_add_format(&source->unread, "partition %u (%s)", partition->number,
                                 found < FOREIGN_COUNT ? foreign[found].name : "unknown contents");
    }
    if (source->count > before) {
        if (partitions->cut_count > 0) {
            diag_warning(&at,
                         "%zu partition%s beyond the end of the image, which is cut off, and %s "
                         "not looked at",
                         partitions->cut_count, partitions->cut_count == 1 ? " reaches" : "s reach",
                         partitions->cut_count == 1 ? "is" : "are");
        }
        return true;
    }
    char *unread = payload_names_join(&source->unread, 8);
    diag_error(
        &at,
        "none of the %zu %s partitions has ext2, ext3 or ext4: %s%s; copy the system's files "
        "out of them and give --root",
        partitions->count, partitions->scheme, unread,
        partitions->cut_count == 0
            ? ""
            : "; and others reach beyond the end of the image, which is cut off");
    free(unread);
    return false;
}

bool payload_disk_open(struct payload_source *source, const char *path)
{
    struct source at = {.file = path};
    struct file *file = alloc_array(1, sizeof(*file));
    if (!file_map(file, path, NULL)) {
        free(file);
        return false;
    }
    payload_source_add(source, alloc_checked(strdup(path)), &operations, file);
    if (payload_ext_is(file->bytes, file->size)) {
        return payload_ext_open(source, file->bytes, file->size, alloc_checked(strdup(path)));
    }
    struct payload_partitions partitions;
    bool reported = false;
    /* The boot sector of a FAT looks like an MBR. */
    if (foreign_find(file->bytes, file->size) == FOREIGN_COUNT &&
        payload_partitions_read(&partitions, file->bytes, file->size, &at, &reported)) {
        return partitions_open(source, file, &partitions, path);
    }
    return !reported && refuse_image(file, &at);
}
