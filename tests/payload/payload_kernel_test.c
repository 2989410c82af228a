/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `drover payload` and kernels: each way of packing, each header that is refused, bombs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <cmocka.h>

#include "build.h"
#include "alloc.h"
#include "diag_capture.h"
#include "sha256.h"

#define SIZE 100000

static const struct source at = {.file = "kernel"};
static struct payload_kernel kernel;

/* Reads `file`, which is freed. */
static bool read_kernel(struct payload_bytes file)
{
    payload_kernel_free(&kernel);
    diag_capture_reset();
    bool is_read = payload_kernel_read(&kernel, &file, &at);
    payload_bytes_free(&file);
    return is_read;
}

static void expect_refusal(struct payload_bytes file, const char *text)
{
    if (read_kernel(file)) {
        fail_msg("accepted, where \"%s\" was expected", text);
    }
    if (!diag_captured_error(text)) {
        fail_msg("\"%s\" is not in: %s", text, diag_captured());
    }
    assert_null(kernel.image.bytes);
}

static void expect_image(struct payload_bytes file, const char *how)
{
    struct payload_bytes image = build_image(BUILT_VERSION, SIZE);
    if (!read_kernel(file)) {
        fail_msg("%s: %s", how, diag_captured());
    }
    assert_int_equal(kernel.image.size, image.size);
    assert_memory_equal(kernel.image.bytes, image.bytes, image.size);
    assert_string_equal(kernel.version, BUILT_VERSION);
    assert_non_null(strstr(kernel.how, how));
    assert_int_equal(kernel.text_offset, 0x80000);
    assert_int_equal(kernel.image_size, SIZE + 0x4000);
    payload_bytes_free(&image);
    payload_kernel_free(&kernel);
}

static struct payload_bytes packed(int filter)
{
    struct payload_bytes image = build_image(BUILT_VERSION, SIZE);
    struct payload_bytes result = build_packed(&image, filter);
    payload_bytes_free(&image);
    return result;
}

static void plain(void **state)
{
    (void)state;
    expect_image(build_image(BUILT_VERSION, SIZE), "as it is");
    assert_true(read_kernel(build_image(NULL, SIZE)));
    assert_null(kernel.version);
    payload_kernel_free(&kernel);
}

static void each_packing(void **state)
{
    (void)state;
    struct payload_bytes image = build_image(BUILT_VERSION, SIZE);
    expect_image(packed(ARCHIVE_FILTER_GZIP), "gzip");
    expect_image(packed(ARCHIVE_FILTER_XZ), "xz");
    expect_image(packed(ARCHIVE_FILTER_LZMA), "lzma");
    expect_image(packed(ARCHIVE_FILTER_ZSTD), "zstd");
    expect_image(packed(ARCHIVE_FILTER_LZ4), "lz4");
    expect_image(packed(ARCHIVE_FILTER_BZIP2), "bzip2");
    expect_image(build_lz4_legacy(&image), "lz4");
    payload_bytes_free(&image);
}

static struct payload_bytes zboot(int filter, const char *name)
{
    struct payload_bytes inner = packed(filter);
    struct payload_bytes result = build_zboot(&inner, name);
    payload_bytes_free(&inner);
    return result;
}

static void efi_zboot(void **state)
{
    (void)state;
    expect_image(zboot(ARCHIVE_FILTER_GZIP, "gzip"), "EFI zboot with gzip");
    expect_image(zboot(ARCHIVE_FILTER_ZSTD, "zstd"), "EFI zboot with zstd");
    struct payload_bytes file = zboot(ARCHIVE_FILTER_GZIP, "gzip");
    struct payload_bytes twice = build_packed(&file, ARCHIVE_FILTER_XZ);
    expect_image(twice, "xz");
    build_store32(file.bytes + 12, (uint32_t)file.size);
    expect_refusal(file, "it is cut off or damaged");
    file = zboot(ARCHIVE_FILTER_GZIP, "gzip");
    build_store32(file.bytes + 8, UINT32_MAX);
    expect_refusal(file, "has the kernel at byte 4294967295");
    file = zboot(ARCHIVE_FILTER_GZIP, "lzfoo");
    file.bytes[512] = 0;
    expect_refusal(file, "packed with \"lzfoo\"");
}

static struct payload_bytes text(const char *bytes, size_t size)
{
    struct payload_bytes file = {0};
    uint8_t rest[256] = {0};
    build_append(&file, bytes, size);
    build_append(&file, rest, sizeof(rest));
    return file;
}

static void other_files(void **state)
{
    (void)state;
    expect_refusal(text("\x27\x05\x19\x56", 4), "uImage of U-Boot");
    expect_refusal(text("\xd0\x0d\xfe\xed", 4), "FIT image");
    expect_refusal(text("\177ELF", 4), "this is an ELF file");
    expect_refusal(text("MZ", 2), "of another architecture");
    expect_refusal(text("", 0), "no kernel of arm64");
    expect_refusal(text("\x89LZO\0", 5), "give it unpacked");
    expect_refusal((struct payload_bytes){0}, "no kernel of arm64");
}

static struct payload_bytes with64(size_t offset, uint64_t value)
{
    struct payload_bytes image = build_image(BUILT_VERSION, SIZE);
    build_store64(image.bytes + offset, value);
    return image;
}

static void headers(void **state)
{
    (void)state;
    expect_refusal(with64(24, 0xb), "big-endian");
    expect_refusal(with64(16, 0), "image_size is 0");
    expect_refusal(with64(16, UINT64_MAX), "header is damaged");
    expect_refusal(with64(8, 0x200000), "text_offset 0x200000");
    expect_refusal(with64(8, 0x80001), "text_offset 0x80001");
}

/* The sections of an EFI stub say how long the file is. */
static void cut_off(void **state)
{
    (void)state;
    struct payload_bytes image = build_image(BUILT_VERSION, SIZE);
    memcpy(image.bytes, "MZ", 2);
    build_store32(image.bytes + 60, 64);
    memset(image.bytes + 64, 0, 64);
    memcpy(image.bytes + 64, "PE\0\0", 4);
    image.bytes[64 + 6] = 1; /* one section, no optional header */
    build_store32(image.bytes + 64 + 24 + 16, SIZE - 1024);
    build_store32(image.bytes + 64 + 24 + 20, 1024);
    struct payload_bytes shorter = {0}, shortest = {0};
    build_append(&shorter, image.bytes, image.size - 1);
    build_append(&shortest, image.bytes, 80); /* within the PE header */
    assert_true(read_kernel(image));
    expect_refusal(shorter, "it has 100000 bytes at least, and there are 99999");
    expect_refusal(shortest, "it has 88 bytes at least, and there are 80");
    struct payload_bytes half = packed(ARCHIVE_FILTER_GZIP);
    half.size /= 2;
    expect_refusal(half, "cannot be unpacked (gzip)");
    half = packed(ARCHIVE_FILTER_XZ);
    half.bytes[half.size / 2] ^= 0x55;
    expect_refusal(half, "cannot be unpacked (xz)");
    payload_kernel_free(&kernel);
}

/* A few hundred KiB that unpack to more than anybody wants. */
static void bombs(void **state)
{
    (void)state;
    struct payload_bytes zeroes = {alloc_array(PAYLOAD_KERNEL_MAX + 1, 1), PAYLOAD_KERNEL_MAX + 1};
    struct payload_bytes bomb = build_packed(&zeroes, ARCHIVE_FILTER_ZSTD);
    payload_bytes_free(&zeroes);
    assert_true(bomb.size < (1 << 20));
    expect_refusal(bomb, "unpacks to more than 512 MiB");
    struct payload_bytes layers = packed(ARCHIVE_FILTER_GZIP);
    for (int i = 0; i < 3; i++) {
        struct payload_bytes next = build_packed(&layers, ARCHIVE_FILTER_GZIP);
        payload_bytes_free(&layers);
        layers = next;
    }
    expect_refusal(layers, "packed more than 3 times");
    struct payload_bytes lzma = packed(ARCHIVE_FILTER_LZMA);
    build_store32(lzma.bytes + 1, 0xf0000000);
    expect_refusal(lzma, "dictionary of more than 64 MiB");
}

/* FIPS 180-4's examples, and a message that needs two blocks for its padding. */
static void sha256(void **state)
{
    (void)state;
    char digits[SHA256_TEXT_SIZE];
    const char *two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    sha256_text(digits, (const uint8_t *)"abc", 3);
    assert_string_equal(digits, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    sha256_text(digits, (const uint8_t *)two, strlen(two));
    assert_string_equal(digits, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    sha256_text(digits, NULL, 0);
    assert_string_equal(digits, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain),   cmocka_unit_test(each_packing), cmocka_unit_test(efi_zboot),
        cmocka_unit_test(headers), cmocka_unit_test(other_files),  cmocka_unit_test(cut_off),
        cmocka_unit_test(bombs),   cmocka_unit_test(sha256),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
