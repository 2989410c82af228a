/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Builds what `drover payload` reads, for its tests.
 */
#include "build.h"

#include <archive.h>
#include <archive_entry.h>
#include <libfdt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc.h"
#include "file.h"

char build_output[65536];

void build_store32(uint8_t *bytes, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        bytes[i] = (uint8_t)(value >> (i * 8));
    }
}

void build_store64(uint8_t *bytes, uint64_t value)
{
    build_store32(bytes, (uint32_t)value);
    build_store32(bytes + 4, (uint32_t)(value >> 32));
}

struct payload_bytes build_image(const char *version, size_t size)
{
    struct payload_bytes image = {alloc_array(size, 1), size};
    uint64_t random = 1;
    assert_true(size >= 8192);
    for (size_t i = 64; i < size; i++) { /* not to be packed into nothing */
        random = random * 6364136223846793005u + 1442695040888963407u;
        image.bytes[i] = (uint8_t)(random >> 60);
    }
    build_store64(image.bytes + 8, 0x80000);        /* text_offset */
    build_store64(image.bytes + 16, size + 0x4000); /* image_size */
    build_store64(image.bytes + 24, 0xa);           /* flags: 4 KiB pages, anywhere */
    memcpy(image.bytes + 56, "ARM\x64", 4);
    strcpy((char *)image.bytes + 2048, "Linux version %s (%s)\n"); /* not the banner */
    if (version != NULL) {
        sprintf((char *)image.bytes + 4096, "Linux version %s (someone@somewhere) #1 SMP\n",
                version);
    }
    return image;
}

void build_append(struct payload_bytes *to, const void *bytes, size_t size)
{
    to->bytes = alloc_checked(realloc(to->bytes, to->size + size + 1));
    memcpy(to->bytes + to->size, bytes, size);
    to->size += size;
}

struct payload_bytes build_packed(const struct payload_bytes *bytes, int filter)
{
    size_t capacity = bytes->size * 2 + 65536;
    struct payload_bytes packed = {alloc_array(capacity, 1), 0};
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    assert_int_equal(archive_write_set_format_raw(archive), ARCHIVE_OK);
    assert_int_equal(archive_write_add_filter(archive, filter), ARCHIVE_OK);
    archive_write_set_bytes_in_last_block(archive, 1);
    assert_int_equal(archive_write_open_memory(archive, packed.bytes, capacity, &packed.size),
                     ARCHIVE_OK);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_pathname(entry, "data");
    assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(archive, bytes->bytes, bytes->size), bytes->size);
    assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
    archive_entry_free(entry);
    archive_write_free(archive);
    return packed;
}

/* One block that is nothing but literals: a token, the length in bytes of 255, the bytes. */
struct payload_bytes build_lz4_legacy(const struct payload_bytes *bytes)
{
    struct payload_bytes block = {0}, packed = {0};
    uint8_t size[4], byte = 0xf0;
    size_t left = bytes->size - 15;
    assert_true(bytes->size >= 15 && bytes->size < (8u << 20));
    build_append(&block, &byte, 1);
    for (byte = 255; left >= 255; left -= 255) {
        build_append(&block, &byte, 1);
    }
    byte = (uint8_t)left;
    build_append(&block, &byte, 1);
    build_append(&block, bytes->bytes, bytes->size);
    build_store32(size, (uint32_t)block.size);
    build_append(&packed, "\x02\x21\x4c\x18", 4);
    build_append(&packed, size, sizeof(size));
    build_append(&packed, block.bytes, block.size);
    payload_bytes_free(&block);
    return packed;
}

struct payload_bytes build_zboot(const struct payload_bytes *packed, const char *packing)
{
    uint8_t header[512] = {'M', 'Z', 0, 0, 'z', 'i', 'm', 'g'};
    struct payload_bytes zboot = {0};
    build_store32(header + 8, sizeof(header));
    build_store32(header + 12, (uint32_t)packed->size);
    strcpy((char *)header + 24, packing);
    build_append(&zboot, header, sizeof(header));
    build_append(&zboot, packed->bytes, packed->size);
    build_append(&zboot, "behind it", 9);
    return zboot;
}

static void pad(struct payload_bytes *archive)
{
    while (archive->size % 4 != 0) {
        build_append(archive, "", 1);
    }
}

void build_cpio_add(struct payload_bytes *archive, const char *name, const void *bytes, size_t size)
{
    char header[111];
    snprintf(header, sizeof(header), "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08zx%08x",
             0, 0100644, 0, 0, 1, 0, (unsigned)size, 0, 0, 0, 0, strlen(name) + 1, 0);
    build_append(archive, header, 110);
    build_append(archive, name, strlen(name) + 1);
    pad(archive);
    build_append(archive, bytes, size);
    pad(archive);
}

void build_cpio_end(struct payload_bytes *archive)
{
    build_cpio_add(archive, "TRAILER!!!", "", 0);
}

struct payload_bytes build_module(const char *version)
{
    struct payload_bytes module = {0};
    char text[256];
    int length = snprintf(text, sizeof(text), "\177ELF license=GPL%cvermagic=%s SMP mod_unload%c",
                          0, version, 0);
    build_append(&module, text, (size_t)length);
    return module;
}

struct payload_bytes build_initrd(const char *version)
{
    struct payload_bytes archive = {0}, module = build_module(version);
    char name[256];
    build_cpio_add(&archive, "init", "#!/bin/sh\n", 10);
    snprintf(name, sizeof(name), "usr/lib/modules/%s/kernel/disk.ko", version);
    build_cpio_add(&archive, name, module.bytes, module.size);
    build_cpio_end(&archive);
    payload_bytes_free(&module);
    return archive;
}

int build_run(const char *format, ...)
{
    char command[8192], whole[8300];
    va_list arguments;
    va_start(arguments, format);
    assert_true(vsnprintf(command, sizeof(command), format, arguments) < (int)sizeof(command));
    va_end(arguments);
    snprintf(whole, sizeof(whole), "(%s) 2>&1", command);
    FILE *pipe = popen(whole, "r");
    assert_non_null(pipe);
    size_t length = fread(build_output, 1, sizeof(build_output) - 1, pipe);
    build_output[length] = '\0';
    int status = pclose(pipe);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

const char *build_directory(const char *name)
{
    static char path[256];
    snprintf(path, sizeof(path), BUILD_DIR "/tests/payload/%s", name);
    assert_int_equal(build_run("rm -rf %s && mkdir -p %s", path, path), 0);
    return path;
}

void build_file(const char *directory, const char *path, const void *bytes, size_t size)
{
    char whole[512];
    snprintf(whole, sizeof(whole), "%s/%s", directory, path);
    assert_int_equal(build_run("mkdir -p $(dirname '%s')", whole), 0);
    assert_true(file_write(whole, bytes, size));
}

void build_link(const char *directory, const char *path, const char *target)
{
    char whole[512];
    snprintf(whole, sizeof(whole), "%s/%s", directory, path);
    assert_int_equal(build_run("mkdir -p $(dirname '%s')", whole), 0);
    assert_int_equal(symlink(target, whole), 0);
}

struct payload_bytes build_tree(const char *compatible)
{
    struct payload_bytes tree = {alloc_array(4096, 1), 4096};
    assert_int_equal(fdt_create_empty_tree(tree.bytes, 4096), 0);
    assert_int_equal(fdt_setprop_string(tree.bytes, 0, "compatible", compatible), 0);
    assert_int_equal(fdt_appendprop_string(tree.bytes, 0, "compatible", "maker,chip"), 0);
    assert_int_equal(fdt_setprop_string(tree.bytes, 0, "model", "A board of the test"), 0);
    assert_int_equal(fdt_pack(tree.bytes), 0);
    tree.size = fdt_totalsize(tree.bytes);
    return tree;
}

void build_root(const char *directory)
{
    struct payload_bytes image = build_image(BUILT_VERSION, 100000);
    struct payload_bytes packed = build_packed(&image, ARCHIVE_FILTER_GZIP);
    struct payload_bytes initrd = build_initrd(BUILT_VERSION);
    struct payload_bytes tree = build_tree("maker,board");
    build_file(directory, "boot/vmlinuz-" BUILT_VERSION, packed.bytes, packed.size);
    build_file(directory, "boot/initrd.img-" BUILT_VERSION, initrd.bytes, initrd.size);
    build_file(directory, "usr/lib/modules/" BUILT_VERSION "/modules.order", "", 0);
    build_file(directory, "usr/lib/linux-image-" BUILT_VERSION "/maker/board.dtb", tree.bytes,
               tree.size);
    build_link(directory, "boot/vmlinuz", "/boot/vmlinuz-" BUILT_VERSION);
    build_link(directory, "lib", "usr/lib");
    payload_bytes_free(&image);
    payload_bytes_free(&packed);
    payload_bytes_free(&initrd);
    payload_bytes_free(&tree);
}
