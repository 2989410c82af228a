/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `drover payload` and initrds: segments, packings, damage, and what agrees with which kernel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <cmocka.h>

#include "alloc.h"
#include "build.h"
#include "diag_capture.h"

static const struct source at = {.file = "initrd"};
static struct payload_initrd initrd;

/* Walks through `file`, which it takes over. */
static bool walk(struct payload_bytes file)
{
    payload_initrd_free(&initrd);
    diag_capture_reset();
    initrd.file = file;
    return payload_initrd_walk(&initrd, &at);
}

static void expect_refusal(struct payload_bytes file, const char *text)
{
    if (walk(file)) {
        fail_msg("accepted, where \"%s\" was expected", text);
    }
    if (!diag_captured_error(text)) {
        fail_msg("\"%s\" is not in: %s", text, diag_captured());
    }
    payload_initrd_free(&initrd);
}

static void expect_segments(struct payload_bytes file, const char *segments, size_t entries)
{
    if (!walk(file)) {
        fail_msg("%s: %s", segments, diag_captured());
    }
    char *joined = payload_names_join(&initrd.packings, 9);
    assert_string_equal(joined, segments);
    assert_int_equal(initrd.entry_count, entries);
    assert_int_equal(initrd.modules.count, 1);
    assert_string_equal(initrd.modules.names[0], BUILT_VERSION);
    assert_string_equal(initrd.module, "usr/lib/modules/" BUILT_VERSION "/kernel/disk.ko");
    assert_string_equal(initrd.vermagic, BUILT_VERSION);
    free(joined);
    payload_initrd_free(&initrd);
}

static struct payload_bytes packed(int filter)
{
    struct payload_bytes plain = build_initrd(BUILT_VERSION);
    struct payload_bytes result = build_packed(&plain, filter);
    payload_bytes_free(&plain);
    return result;
}

static void append(struct payload_bytes *to, struct payload_bytes more)
{
    build_append(to, more.bytes, more.size);
    payload_bytes_free(&more);
}

/* What a processor's microcode comes in: an archive of its own in front. */
static struct payload_bytes microcode(void)
{
    struct payload_bytes archive = {0};
    build_cpio_add(&archive, "kernel/x86/microcode", "bytes", 5);
    build_cpio_end(&archive);
    return archive;
}

static void each_packing(void **state)
{
    (void)state;
    struct payload_bytes plain = build_initrd(BUILT_VERSION);
    expect_segments(build_initrd(BUILT_VERSION), "not packed", 2);
    expect_segments(packed(ARCHIVE_FILTER_GZIP), "gzip", 2);
    expect_segments(packed(ARCHIVE_FILTER_XZ), "xz", 2);
    expect_segments(packed(ARCHIVE_FILTER_ZSTD), "zstd", 2);
    expect_segments(packed(ARCHIVE_FILTER_LZ4), "lz4", 2);
    expect_segments(packed(ARCHIVE_FILTER_LZMA), "lzma", 2);
    expect_segments(packed(ARCHIVE_FILTER_BZIP2), "bzip2", 2);
    expect_segments(build_lz4_legacy(&plain), "lz4", 2);
    payload_bytes_free(&plain);
}

static void segments(void **state)
{
    (void)state;
    static const uint8_t zeroes[516];
    struct payload_bytes file = microcode();
    build_append(&file, zeroes, 512);
    append(&file, packed(ARCHIVE_FILTER_ZSTD));
    expect_segments(file, "not packed, zstd", 3);

    /* What is packed may be followed by more, and may hold several archives. */
    struct payload_bytes two = microcode();
    append(&two, build_initrd(BUILT_VERSION));
    file = build_packed(&two, ARCHIVE_FILTER_GZIP);
    payload_bytes_free(&two);
    build_append(&file, zeroes, 512 + 4 - file.size % 4); /* Linux wants archives aligned */
    append(&file, microcode());
    expect_segments(file, "gzip, not packed", 4);
}

/* Modules are found under lib/ and usr/lib/, with "./" or "/" in front, and packed. */
static void modules(void **state)
{
    (void)state;
    struct payload_bytes module = build_module("6.1.1"), archive = {0};
    struct payload_bytes small = build_packed(&module, ARCHIVE_FILTER_XZ);
    build_cpio_add(&archive, "./lib/modules/6.1.2", "", 0); /* a directory with nothing in it */
    build_cpio_add(&archive, "./lib/modules/6.1.1/modules.dep", "", 0);
    build_cpio_add(&archive, "/usr/lib/modules/6.1.0/modules.dep", "", 0);
    build_cpio_add(&archive, "./lib/modules/6.1.1/a.ko.xz", small.bytes, small.size);
    build_cpio_end(&archive);
    assert_true(walk(archive));
    assert_int_equal(initrd.modules.count, 2);
    assert_string_equal(initrd.modules.names[0], "6.1.0");
    assert_string_equal(initrd.modules.names[1], "6.1.1");
    assert_string_equal(initrd.vermagic, "6.1.1");
    payload_bytes_free(&module);
    payload_bytes_free(&small);
    payload_initrd_free(&initrd);
    assert_null(payload_vermagic((const uint8_t *)"vermagic=", 9));
}

/* An archive with one file, a byte or two of which are changed. */
static struct payload_bytes damaged(size_t offset, const char *bytes)
{
    struct payload_bytes archive = {0};
    build_cpio_add(&archive, "etc/motd", "hello", 5);
    build_cpio_end(&archive);
    memcpy(archive.bytes + offset, bytes, strlen(bytes));
    return archive;
}

static void damage(void **state)
{
    (void)state;
    struct payload_bytes file = {0};
    expect_refusal(file, "the initrd is empty");
    expect_refusal(damaged(0, "070707"), "is this an initrd of Linux?");
    expect_refusal(damaged(54, "xyz"), "a size is no hexadecimal number");
    expect_refusal(damaged(54, "ffffffff"), "a file reaches beyond the end");
    expect_refusal(damaged(94, "00000000"), "a name does not fit");
    expect_refusal(damaged(94, "00001001"), "a name does not fit");
    expect_refusal(damaged(94, "00000006"), "a name has no end");
    build_cpio_add(&file, "etc/motd", "hello", 5);
    expect_refusal(file, "it ends without its trailer");
    file = build_initrd(BUILT_VERSION);
    build_append(&file, "rubbish", 7);
    expect_refusal(file, "begins neither a cpio archive");
    file = packed(ARCHIVE_FILTER_GZIP);
    file.size -= 20;
    expect_refusal(file, "cannot be unpacked (gzip)");
    struct payload_bytes text = {0};
    build_append(&text, "not an archive", 14);
    expect_refusal(build_packed(&text, ARCHIVE_FILTER_GZIP),
                   "damaged at byte 0 of what was packed");
    payload_bytes_free(&text);
    build_append(&text, "\x27\x05\x19\x56 and so on", 14);
    expect_refusal(text, "dumpimage -T ramdisk");
}

/* A payload of a kernel, an initrd's and a root's modules, by their versions. */
static bool agree(const char *kernel, const char *in_initrd, const char *in_root, bool force)
{
    struct payload payload = {0};
    struct source initrd_at = {.file = "the-initrd"};
    diag_capture_reset();
    payload.kernel.version = kernel == NULL ? NULL : alloc_checked(strdup(kernel));
    payload.kernel.from = alloc_checked(strdup("the-kernel"));
    if (in_initrd != NULL) {
        payload.initrd.file = build_initrd(in_initrd);
        payload.initrd.from = alloc_checked(strdup("the-initrd"));
        assert_true(payload_initrd_walk(&payload.initrd, &initrd_at));
    }
    if (in_root != NULL) {
        payload_names_add(&payload.modules, in_root);
    }
    bool agreed = payload_agree(&payload, force);
    payload_free(&payload);
    return agreed;
}

static void agreement(void **state)
{
    (void)state;
    assert_true(agree("6.1.7", NULL, NULL, false));
    assert_true(agree("6.1.7", "6.1.7", "6.1.7", false));
    assert_int_equal(diag_error_count(), 0);
    assert_false(agree("6.1.7", "6.1.7", "6.1.8", false));
    assert_true(diag_captured_error("the kernel is 6.1.7 (the-kernel), and lib/modules has 6.1.8"));
    assert_true(diag_captured_error("no disk and no network"));
    assert_false(agree("6.1.7", "6.1.8", "6.1.7", false));
    assert_true(diag_captured_error("the initrd the-initrd has the modules of 6.1.8"));
    assert_true(diag_captured_error("update-initramfs -c -k 6.1.7"));
    assert_true(diag_captured_error("was built for 6.1.8"));
    assert_true(agree("6.1.7", "6.1.8", "6.1.8", true));
    assert_int_equal(diag_error_count(), 0);
    assert_true(diag_captured_warning("lib/modules has 6.1.8"));
    assert_true(diag_captured_warning("was built for 6.1.8"));
    assert_true(agree(NULL, "6.1.8", "6.1.8", false));
    assert_true(diag_captured_warning("cannot be told"));
}

/* An initrd for two kernels: the first module it has may be the other one's. */
static void two_kernels(void **state)
{
    (void)state;
    struct payload payload = {.kernel = {.version = alloc_checked(strdup("6.1.7")),
                                         .from = alloc_checked(strdup("the-kernel"))}};
    payload.initrd.file = build_initrd("6.1.6");
    append(&payload.initrd.file, build_initrd("6.1.7"));
    payload.initrd.from = alloc_checked(strdup("the-initrd"));
    diag_capture_reset();
    assert_true(payload_initrd_walk(&payload.initrd, &at));
    assert_string_equal(payload.initrd.vermagic, "6.1.6");
    assert_true(payload_agree(&payload, false));
    assert_int_equal(diag_error_count(), 0);
    payload_free(&payload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_packing), cmocka_unit_test(segments),  cmocka_unit_test(modules),
        cmocka_unit_test(damage),       cmocka_unit_test(agreement), cmocka_unit_test(two_kernels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
