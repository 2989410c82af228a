/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `drover payload` and disk images: partition tables, ext4 of mke2fs, damage; and links, which lead
 * nowhere but inside, in an image as in a directory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc.h"
#include "build.h"
#include "crc32.h"
#include "diag_capture.h"
#include "file.h"
#include "payload_ext_io.h"
#include "payload_fs.h"
#include "payload_partitions.h"

#define SECTOR 512

#ifndef RANDOM_IMAGES
#define RANDOM_IMAGES 1000
#define RANDOM_SEED   42
#endif

static const struct source at = {.file = "disk.img"};
static struct payload_partitions partitions;

static bool read_table(const struct payload_bytes *disk)
{
    bool reported;
    diag_capture_reset();
    bool is_read = payload_partitions_read(&partitions, disk->bytes, disk->size, &at, &reported);
    assert_int_equal(reported, diag_error_count() > 0);
    return is_read;
}

static void expect_partition(size_t index, unsigned number, uint64_t first, uint64_t sectors)
{
    assert_true(index < partitions.count);
    assert_int_equal(partitions.list[index].number, number);
    assert_int_equal(partitions.list[index].offset, first * SECTOR);
    assert_int_equal(partitions.list[index].size, sectors * SECTOR);
}

/* Writes entry `index` of the MBR, or of a link of extended partitions, at `sector`. */
static void mbr_entry(struct payload_bytes *disk, size_t sector, int index, uint8_t type,
                      uint32_t first, uint32_t count)
{
    uint8_t *bytes = disk->bytes + sector * SECTOR;
    uint8_t *entry = bytes + 446 + index * 16;
    entry[4] = type;
    build_store32(entry + 8, first);
    build_store32(entry + 12, count);
    bytes[510] = 0x55;
    bytes[511] = 0xaa;
}

static struct payload_bytes disk_of(size_t sectors)
{
    return (struct payload_bytes){alloc_array(sectors, SECTOR), sectors * SECTOR};
}

static void mbr(void **state)
{
    (void)state;
    struct payload_bytes disk = disk_of(1000);
    assert_false(read_table(&disk));
    mbr_entry(&disk, 0, 0, 0x0c, 10, 20);
    mbr_entry(&disk, 0, 1, 0x83, 30, 70);
    mbr_entry(&disk, 0, 2, 0x05, 100, 500);
    mbr_entry(&disk, 0, 3, 0x83, 900, 101); /* one sector too long */
    mbr_entry(&disk, 100, 0, 0x83, 1, 10);
    mbr_entry(&disk, 100, 1, 0x05, 50, 100);
    mbr_entry(&disk, 150, 0, 0x83, 2, 20);
    assert_true(read_table(&disk));
    assert_string_equal(partitions.scheme, "MBR");
    assert_int_equal(partitions.count, 4);
    expect_partition(0, 1, 10, 20);
    expect_partition(1, 2, 30, 70);
    expect_partition(2, 5, 101, 10);
    expect_partition(3, 6, 152, 20);
    assert_int_equal(partitions.cut_count, 1);
    /* A chain that comes back ends. */
    mbr_entry(&disk, 150, 1, 0x0f, 0, 100);
    assert_true(read_table(&disk));
    assert_int_equal(partitions.count, 4);
    mbr_entry(&disk, 150, 1, 0x0f, UINT32_MAX, 100);
    assert_true(read_table(&disk));
    mbr_entry(&disk, 0, 0, 0xee, 1, 999);
    assert_false(read_table(&disk));
    assert_true(diag_captured_error("the MBR says that the disk has a GPT"));
    payload_bytes_free(&disk);
}

static void gpt_seal(struct payload_bytes *disk)
{
    uint8_t *header = disk->bytes + SECTOR;
    build_store32(header + 16, 0);
    build_store32(header + 16, crc32_of(header, 92));
}

/* A GPT with its entries in sector 2, of which entry `index` is used. */
static void gpt_entry(struct payload_bytes *disk, int index, uint64_t first, uint64_t last)
{
    uint8_t *header = disk->bytes + SECTOR;
    uint8_t *entry = disk->bytes + (size_t)2 * SECTOR + index * 128;
    memcpy(header, "EFI PART", 8);
    build_store32(header + 12, 92);
    build_store64(header + 72, 2);
    build_store32(header + 80, 128);
    build_store32(header + 84, 128);
    memset(entry, 0x11, 32);
    build_store64(entry + 32, first);
    build_store64(entry + 40, last);
    gpt_seal(disk);
}

static void gpt(void **state)
{
    (void)state;
    struct payload_bytes disk = disk_of(1000);
    mbr_entry(&disk, 0, 0, 0xee, 1, 999);
    gpt_entry(&disk, 0, 40, 49);
    gpt_entry(&disk, 3, 50, 899);
    gpt_entry(&disk, 4, 900, 1000); /* one sector too long */
    gpt_entry(&disk, 5, 70, 60);
    gpt_entry(&disk, 6, 0, UINT64_MAX);
    assert_true(read_table(&disk));
    assert_string_equal(partitions.scheme, "GPT");
    assert_int_equal(partitions.count, 2);
    expect_partition(0, 1, 40, 10);
    expect_partition(1, 4, 50, 850);
    assert_int_equal(partitions.cut_count, 1);
    build_store64(disk.bytes + SECTOR + 72, 990);
    assert_false(read_table(&disk));
    assert_true(diag_captured_error("its checksum is wrong"));
    gpt_seal(&disk);
    assert_false(read_table(&disk));
    assert_true(diag_captured_error("do not lie in the image"));
    payload_bytes_free(&disk);
}

/* Makes an image of ext4 of what is in `directory`, with a GPT around it if asked for. */
static void make_disk(const char *directory, const char *image, const char *type, bool with_gpt)
{
    assert_int_equal(
        build_run("rm -f %s && /sbin/mke2fs -q -t %s -d %s %s 4096", image, type, directory, image),
        0);
    if (!with_gpt) {
        return;
    }
    struct file file;
    assert_true(file_map(&file, image, NULL));
    size_t sectors = file.size / SECTOR;
    struct payload_bytes disk = disk_of(100 + sectors + 40);
    gpt_entry(&disk, 0, 40, 99); /* of no file system that we know */
    gpt_entry(&disk, 1, 100, 99 + sectors);
    memcpy(disk.bytes + (size_t)100 * SECTOR, file.bytes, file.size);
    file_unmap(&file);
    assert_true(file_write(image, disk.bytes, disk.size));
    payload_bytes_free(&disk);
}

static void expect_file(struct payload_source *source, const char *path, const char *text)
{
    struct payload_bytes file;
    struct payload_fs *fs = &source->list[source->count - 1];
    if (!payload_fs_read(fs, path, 1 << 20, &file)) {
        fail_msg("%s: %s", path, diag_captured());
    }
    assert_int_equal(file.size, strlen(text));
    assert_memory_equal(file.bytes, text, file.size);
    payload_bytes_free(&file);
}

static void expect_nothing(struct payload_source *source, const char *path)
{
    enum payload_kind kind;
    assert_null(payload_fs_resolve(&source->list[source->count - 1], path, &kind));
    assert_int_equal(kind, PAYLOAD_ABSENT);
}

#define LONG "a-name-of-a-link-s-target-that-is-too-long-to-be-kept-in-the-inode-itself"

static void make_links(const char *directory)
{
    build_file(directory, "boot/" LONG, "long", 4);
    build_file(directory, "boot/vmlinuz-6.1", "kernel", 6);
    build_file(directory, "etc/motd", "motd", 4);
    build_link(directory, "boot/vmlinuz", "vmlinuz-6.1");
    build_link(directory, "boot/absolute", "/boot/vmlinuz");
    build_link(directory, "boot/up", "../etc/./motd");
    build_link(directory, "boot/out", "../../../../../../../../etc/motd");
    build_link(directory, "boot/long", LONG);
    build_link(directory, "boot/loop", "loop2");
    build_link(directory, "boot/loop2", "loop");
    build_link(directory, "boot/nowhere", "/etc/passwd");
    build_link(directory, "boot/through", "vmlinuz/file");
    build_link(directory, "etc-link", "boot/../etc");
}

static void check_links(struct payload_source *source)
{
    struct payload_names names = {0};
    struct payload_bytes file;
    struct payload_fs *fs = &source->list[source->count - 1];
    diag_capture_reset();
    expect_file(source, "boot/vmlinuz", "kernel");
    expect_file(source, "boot/absolute", "kernel");
    expect_file(source, "/boot//./vmlinuz", "kernel");
    expect_file(source, "boot/up", "motd");
    expect_file(source, "boot/out", "motd"); /* the root's parent is the root */
    expect_file(source, "boot/long", "long");
    expect_file(source, "etc-link/motd", "motd");
    expect_nothing(source, "boot/loop");
    expect_nothing(source, "boot/nowhere");
    expect_nothing(source, "boot/through");
    expect_nothing(source, "boot/vmlinuz-6.1/..");
    assert_false(payload_fs_read(fs, "boot/nowhere", 100, &file));
    assert_true(diag_captured_error("is a link that leads nowhere"));
    assert_false(payload_fs_read(fs, "boot", 100, &file));
    assert_true(diag_captured_error("is no ordinary file"));
    assert_false(payload_fs_read(fs, "boot/vmlinuz", 5, &file));
    assert_true(payload_fs_list(fs, "etc-link", &names));
    assert_int_equal(names.count, 1);
    assert_string_equal(names.names[0], "motd");
    payload_names_free(&names);
    assert_true(payload_fs_list(fs, "no/such", &names));
    assert_int_equal(names.count, 0);
}

static void links_in_directory(void **state)
{
    (void)state;
    const char *directory = build_directory("links");
    struct payload_source source = {0};
    make_links(directory);
    assert_true(payload_root_open(&source, directory));
    check_links(&source);
    payload_source_free(&source);
    diag_capture_reset();
    assert_false(payload_root_open(&source, "/nonexistent"));
    assert_true(diag_captured_error("cannot open the root directory"));
}

#define IMAGE BUILD_DIR "/tests/payload/links.img"

static void links_in_images(void **state)
{
    (void)state;
    static const char *const types[] = {"ext4", "ext3", "ext2", "ext4 -O inline_data"};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        struct payload_source source = {0};
        const char *directory = build_directory("links");
        make_links(directory);
        make_disk(directory, IMAGE, types[i], i == 0);
        assert_true(payload_disk_open(&source, IMAGE));
        check_links(&source);
        payload_source_free(&source);
    }
}

static void refuse_disk(const void *bytes, size_t size, const char *text)
{
    struct payload_source source = {0};
    diag_capture_reset();
    assert_true(file_write(IMAGE, bytes, size));
    assert_false(payload_disk_open(&source, IMAGE));
    payload_source_free(&source);
    if (!diag_captured_error(text)) {
        fail_msg("\"%s\" is not in: %s", text, diag_captured());
    }
}

static void foreign_images(void **state)
{
    (void)state;
    struct payload_bytes disk = disk_of(200);
    refuse_disk("", 0, "neither a partition table");
    refuse_disk(disk.bytes, disk.size, "neither a partition table");
    memcpy(disk.bytes, "\x1f\x8b\x08", 3);
    refuse_disk(disk.bytes, disk.size, "the image is packed");
    mbr_entry(&disk, 0, 0, 0x83, 1, 10);
    refuse_disk(disk.bytes, disk.size,
                "none of the 1 MBR partitions has ext2, ext3 or ext4: partition 1 (unknown");
    memcpy(disk.bytes + SECTOR + 54, "FAT16", 5);
    mbr_entry(&disk, 0, 1, 0x83, 150, 51);
    refuse_disk(disk.bytes, disk.size, "partition 1 (FAT); and others reach beyond the end");
    memcpy(disk.bytes + 0x10040, "_BHRfS_M", 8);
    refuse_disk(disk.bytes, disk.size, "the image is btrfs");
    memcpy(disk.bytes + 0x8001, "CD001", 5);
    refuse_disk(disk.bytes, disk.size, "the file system of a CD");
    memcpy(disk.bytes, "QFI\xfb", 4);
    refuse_disk(disk.bytes, disk.size, "qemu-img convert");
    memcpy(disk.bytes, "hsqs", 4);
    refuse_disk(disk.bytes, disk.size, "squashfs");
    payload_bytes_free(&disk);
}

/* The superblock's fields: where libext2fs would believe too much (ext2_fs.h). */
static void damaged_superblocks(void **state)
{
    (void)state;
    const char *directory = build_directory("damaged");
    struct file file;
    build_file(directory, "boot/vmlinuz", "kernel", 6);
    make_disk(directory, IMAGE, "ext4", false);
    assert_true(file_map(&file, IMAGE, NULL));
    struct payload_bytes good = {0}, disk = {0};
    build_append(&good, file.bytes, file.size);
    file_unmap(&file);
    refuse_disk(good.bytes, good.size / 2, "the image is cut off");
    build_append(&disk, good.bytes, good.size);
    build_store32(disk.bytes + 1024 + 24, 40); /* s_log_block_size */
    refuse_disk(disk.bytes, disk.size, "the superblock is damaged");
    build_store32(disk.bytes + 1024 + 24, 0);
    build_store32(disk.bytes + 1024 + 32, 0); /* s_blocks_per_group */
    refuse_disk(disk.bytes, disk.size, "the superblock is damaged");
    memcpy(disk.bytes, good.bytes, good.size);
    build_store32(disk.bytes + 1024 + 96, 0x80000000); /* s_feature_incompat */
    refuse_disk(disk.bytes, disk.size, "cannot open the file system");
    payload_bytes_free(&good);
    payload_bytes_free(&disk);
}

/* Reading ends when it has cost what it may. */
static void bounded_reading(void **state)
{
    (void)state;
    const char *directory = build_directory("damaged");
    struct file file;
    ext2_filsys fs;
    ext2_ino_t inode;
    build_file(directory, "boot/vmlinuz", "kernel", 6);
    make_disk(directory, IMAGE, "ext4", false);
    assert_true(file_map(&file, IMAGE, NULL));
    struct ext_io io = {.bytes = file.bytes, .size = file.size};
    assert_int_equal(ext_io_open(&io, "image", &fs), 0);
    io.reads_left = 0;
    assert_int_equal(ext2fs_lookup(fs, EXT2_ROOT_INO, "boot", 4, NULL, &inode),
                     EXT2_ET_CANCEL_REQUESTED);
    io.reads_left = 100;
    io.bytes_left = 100;
    assert_int_equal(ext2fs_lookup(fs, EXT2_ROOT_INO, "boot", 4, NULL, &inode),
                     EXT2_ET_CANCEL_REQUESTED);
    io.bytes_left = 100000;
    assert_int_equal(ext2fs_lookup(fs, EXT2_ROOT_INO, "boot", 4, NULL, &inode), 0);
    ext2fs_free(fs);
    file_unmap(&file);
}

/* Takes everything out of an image that may be damaged. Returns how many files that were. */
static size_t read_everything(struct payload_source *source)
{
    size_t count = 0;
    struct payload_fs *fs = &source->list[source->count - 1];
    static const char *const directories[] = {"", "boot", "etc-link", "lost+found"};
    for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
        struct payload_names names = {0};
        payload_fs_list(fs, directories[i], &names);
        for (size_t j = 0; j < names.count; j++) {
            struct payload_bytes file;
            char *path = payload_text("%s/%s", directories[i], names.names[j]);
            if (payload_fs_read(fs, path, 1 << 20, &file)) {
                payload_bytes_free(&file);
                count++;
            }
            free(path);
        }
        payload_names_free(&names);
    }
    return count;
}

/* A thousand images with a few bytes wrong: each is refused, or read as far as that goes. */
static void random_damage(void **state)
{
    (void)state;
    const char *directory = build_directory("damaged");
    struct file file;
    make_links(directory);
    /* Without checksums, so that the damage is not found by them alone. */
    make_disk(directory, IMAGE, "ext4 -b 1024 -O ^metadata_csum", false);
    assert_true(file_map(&file, IMAGE, NULL));
    struct payload_bytes disk = {alloc_array(file.size, 1), file.size};
    uint64_t random = RANDOM_SEED;
    size_t read_count = 0;
    for (int i = 0; i < RANDOM_IMAGES; i++) {
        struct payload_source source = {0};
        memcpy(disk.bytes, file.bytes, file.size);
        for (int j = 0; j < 8; j++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            /* The first KiB tell most: superblock, descriptors, inodes, directories. */
            size_t place = (random >> 20) % (j < 4 ? 4096 : (size_t)256 << 10);
            disk.bytes[1024 + place % (disk.size - 1024)] = (uint8_t)(random >> 56);
        }
        diag_capture_reset();
        if (payload_ext_is(disk.bytes, disk.size) &&
            payload_ext_open(&source, disk.bytes, disk.size, alloc_checked(strdup("damaged")))) {
            read_count += read_everything(&source);
        }
        payload_source_free(&source);
    }
    assert_true(read_count > RANDOM_IMAGES); /* most damage leaves most files */
    payload_bytes_free(&disk);
    file_unmap(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mbr),
        cmocka_unit_test(gpt),
        cmocka_unit_test(links_in_directory),
        cmocka_unit_test(links_in_images),
        cmocka_unit_test(foreign_images),
        cmocka_unit_test(damaged_superblocks),
        cmocka_unit_test(bounded_reading),
        cmocka_unit_test(random_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
