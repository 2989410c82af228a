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

/* Says what an image is that nothing could be read from. */
static bool refuse_image(const struct file *file, const struct source *at)
{
    const uint8_t *bytes = file->bytes;
    const char *what = "it has neither a partition table (MBR or GPT) nor ext2, ext3 or ext4";
    if (file->size >= 4 && memcmp(bytes, "QFI\xfb", 4) == 0) {
        what = "it is a qcow2 image; make it raw: qemu-img convert -O raw FILE disk.img";
    } else if (payload_packing_of(bytes, file->size) != PACKING_NONE) {
        what = "it is packed; unpack it first";
    } else if (file->size >= 4 && memcmp(bytes, "hsqs", 4) == 0) {
        what = "it is a squashfs; unpack it (unsquashfs) and give --root";
    } else if (file->size > 0x8006 && memcmp(bytes + 0x8001, "CD001", 5) == 0) {
        what = "it is an image of a CD; unpack it (bsdtar -xf) and give --root";
    }
    diag_error(at, "no file system found in the image: %s", what);
    return false;
}

/* Opens the file systems in the partitions; those of other sorts are passed over. */
static bool partitions_open(struct payload_source *source, const struct file *file,
                            const struct payload_partitions *partitions, const char *path)
{
    struct source at = {.file = path};
    size_t before = source->count;
    for (size_t i = 0; i < partitions->count; i++) {
        const struct payload_partition *partition = &partitions->list[i];
        const uint8_t *bytes = file->bytes + partition->offset;
        if (!payload_ext_is(bytes, partition->size)) {
            continue;
        }
        char *name = payload_text("%s, partition %u", path, partition->number);
        if (!payload_ext_open(source, bytes, partition->size, name)) {
            return false;
        }
    }
    if (source->count > before) {
        return true;
    }
    diag_error(&at,
               "none of the %zu %s partitions has ext2, ext3 or ext4%s; unpack the system by hand "
               "and give --root",
               partitions->count, partitions->scheme,
               partitions->cut_count == 0
                   ? ""
                   : ", and others reach beyond the end of the image, which is cut off");
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
    bool reported;
    if (payload_partitions_read(&partitions, file->bytes, file->size, &at, &reported)) {
        return partitions_open(source, file, &partitions, path);
    }
    return !reported && refuse_image(file, &at);
}
