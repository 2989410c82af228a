/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `drover payload` as it is used: from directories, images and Debian's real packages to a
 * payload's directory, which is whole or not there; and its command line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <cmocka.h>
#include <json-c/json.h>

#include "build.h"

#define TOOL     BUILD_DIR "/drover payload "
#define TESTS    BUILD_DIR "/tests/payload/"
#define ROOT     TESTS "root"
#define OUT      TESTS "out"
#define PACKAGES BUILD_DIR "/payload/packages/"
#define C4       "amlogic/meson-sm1-odroid-c4.dtb"

/* The least that dpkg-deb takes. */
#define CONTROL                                                                                    \
    "Package: two\nVersion: 1\nArchitecture: arm64\nMaintainer: nobody <nobody@invalid>\n"         \
    "Description: a test\n"

static void expect(const char *command, int status, const char *text)
{
    int got = build_run("%s", command);
    if (got != status || strstr(build_output, text) == NULL) {
        fail_msg("%s: exit %d, said: %s", command, got, build_output);
    }
}

/* Whether the last command said `text`, too. */
static void expect_also(const char *text)
{
    if (strstr(build_output, text) == NULL) {
        fail_msg("\"%s\" is not in: %s", text, build_output);
    }
}

static void command_line(void **state)
{
    (void)state;
    expect(TOOL "--help", 0, "--dtb-like FILE|DIR");
    expect(TOOL "-o x", 2, "no source given");
    expect(TOOL "--root x", 2, "-o DIR is missing");
    expect(TOOL "--root x --disk y -o z", 2, "--root, --disk and --deb exclude each other");
    expect(TOOL "--root x y -o z", 2, "an argument that is no option");
    expect(TOOL "--root x --dtb y --dtb-name z -o w", 2, "exclude each other");
    expect(TOOL "--kernel x --dtb-name z -o w", 2, "choose in a source");
    expect(TOOL "--rot x", 2, "drover payload: unrecognized option '--rot'");
    expect(TOOL "--diff x", 2, "--diff takes two device trees");
    expect(TOOL "--diff x y", 2, "cannot open the device tree \"x\"");
}

static void from_root(void **state)
{
    (void)state;
    build_root(build_directory("root"));
    build_directory("out"); /* an empty one may be written */
    expect(TOOL "--root " ROOT " -o " OUT, 0,
           "kernel: " BUILT_VERSION " from " ROOT ": boot/vmlinuz-" BUILT_VERSION);
    expect_also("(the only kernel there)");
    expect_also("gzip, ");
    expect_also("100000 bytes, needs 116384 bytes of memory at text offset 0x80000");
    expect_also("boot/initrd.img-" BUILT_VERSION " (it has the kernel's version in its name)");
    expect_also("1 segment (not packed) with 2 files; modules: " BUILT_VERSION);
    expect_also("maker/board.dtb (the only device tree there)");
    expect_also("A board of the test; maker,board, maker,chip");
    expect_also("modules: lib/modules has " BUILT_VERSION);
    expect_also("written: " OUT);
    expect("ls " OUT, 0, "Image\nboard.dtb\ninitrd\npayload.json\n");
    expect("cmp " OUT "/initrd " ROOT "/boot/initrd.img-" BUILT_VERSION " && zcat <" ROOT
           "/boot/vmlinuz-" BUILT_VERSION " | cmp - " OUT "/Image",
           0, "");
    /* Again, in its place; and the same bytes. */
    expect("cp " OUT "/payload.json " TESTS "first.json && " TOOL "--root " ROOT " -o " OUT
           "/ && cmp " OUT "/payload.json " TESTS "first.json",
           0, "written: " OUT);
    expect("ls -d " OUT ".*", 2, "No such file"); /* nothing temporary stays */
}

static const char *text_at(json_object *root, const char *part, const char *key)
{
    json_object *object, *value;
    assert_true(json_object_object_get_ex(root, part, &object));
    assert_true(json_object_object_get_ex(object, key, &value));
    return json_object_get_string(value);
}

static void facts(void **state)
{
    (void)state;
    build_root(build_directory("root"));
    expect("rm -rf " OUT " && " TOOL "--root " ROOT " -o " OUT, 0, "written");
    json_object *root = json_object_from_file(OUT "/payload.json");
    assert_non_null(root);
    assert_string_equal(text_at(root, "kernel", "version"), BUILT_VERSION);
    assert_string_equal(text_at(root, "kernel", "size"), "100000");
    assert_string_equal(text_at(root, "kernel", "text_offset"), "524288");
    assert_string_equal(text_at(root, "kernel", "image_size"), "116384");
    assert_string_equal(text_at(root, "initrd", "vermagic"), BUILT_VERSION);
    assert_string_equal(text_at(root, "tree", "model"), "A board of the test");
    assert_string_equal(text_at(root, "tree", "live"), "false");
    assert_int_equal(build_run("sha256sum <" OUT "/Image"), 0);
    build_output[64] = '\0';
    assert_string_equal(text_at(root, "kernel", "sha256"), build_output);
    json_object_put(root);
}

static void mismatches(void **state)
{
    (void)state;
    const char *root = build_directory("root");
    build_root(root);
    expect("rm -rf " OUT " && mv " ROOT "/usr/lib/modules/" BUILT_VERSION " " ROOT
           "/usr/lib/modules/6.1.9 && " TOOL "--root " ROOT " -o " OUT,
           1, "lib/modules has 6.1.9: none of these modules would load");
    expect("ls " OUT, 2, "No such file");
    expect(TOOL "--root " ROOT " --force -o " OUT, 0, "warning: the kernel is " BUILT_VERSION);
    struct payload_bytes initrd = build_initrd("6.1.9");
    build_file(root, "initrd", initrd.bytes, initrd.size);
    payload_bytes_free(&initrd);
    expect(TOOL "--kernel " ROOT "/boot/vmlinuz-" BUILT_VERSION " --initrd " ROOT "/initrd -o " OUT,
           1, "has the modules of 6.1.9");
    expect(TOOL "--root " ROOT " --version 6.1.9 -o " OUT, 1, "--version asks for 6.1.9");
}

static void several_kernels(void **state)
{
    (void)state;
    const char *root = build_directory("root");
    build_root(root);
    struct payload_bytes image = build_image("6.1.0-70-test", 20000);
    build_file(root, "boot/Image-6.1.0-70-test", image.bytes, image.size);
    build_file(root, "boot/vmlinuz-0-rescue", image.bytes, image.size);
    build_file(root, "boot/initrd.img-6.1.0-70-test", "none", 4);
    build_file(root, "lib/modules/6.1.0-70-test/modules.order", "", 0);
    payload_bytes_free(&image);
    expect("rm -rf " OUT "; " TOOL "--root " ROOT " -o " OUT, 0,
           "(the link boot/vmlinuz points to it)");
    expect_also("note: passed over boot/Image-6.1.0-70-test: choose with --version");
    expect_also("note: passed over boot/vmlinuz-0-rescue: kept for emergencies");
    expect_also("note: passed over boot/initrd.img-6.1.0-70-test: not this kernel's");
    expect(TOOL "--root " ROOT " --version " BUILT_VERSION " -o " OUT, 0,
           "--version " BUILT_VERSION " asks for it");
    expect(TOOL "--root " ROOT " --version 6.1.0-70-test -o " OUT, 1,
           "begins neither a cpio archive");
    expect(TOOL "--root " ROOT " --version 5.10 -o " OUT, 1,
           "no kernel of version 5.10; there are");
    expect("rm " ROOT "/boot/vmlinuz; " TOOL "--root " ROOT " -o " OUT, 1,
           "several kernels: boot/Image-6.1.0-70-test, boot/vmlinuz-" BUILT_VERSION);
    expect("rm -r " ROOT "/boot; " TOOL "--root " ROOT " -o " OUT, 1, "no kernel found");
}

/* Flavours in place of versions, as some distributions name their kernels. */
static void flavours(void **state)
{
    (void)state;
    const char *root = build_directory("root");
    struct payload_bytes image = build_image("6.6.1-0-lts", 20000);
    struct payload_bytes initrd = build_initrd("6.6.1-0-lts");
    build_file(root, "boot/vmlinuz-lts", image.bytes, image.size);
    build_file(root, "boot/vmlinuz-virt", image.bytes, image.size);
    build_file(root, "boot/initramfs-lts", initrd.bytes, initrd.size);
    build_file(root, "boot/initramfs-virt", "none", 4);
    payload_bytes_free(&image);
    payload_bytes_free(&initrd);
    expect("rm -rf " OUT "; " TOOL "--root " ROOT " --version lts -o " OUT, 0,
           "boot/initramfs-lts (its name ends as the kernel's does)");
    expect_also("kernel: 6.6.1-0-lts from " ROOT ": boot/vmlinuz-lts (--version lts asks for it)");
}

static void trees(void **state)
{
    (void)state;
    const char *root = build_directory("root");
    build_root(root);
    struct payload_bytes other = build_tree("maker,other");
    build_file(root, "usr/lib/linux-image-" BUILT_VERSION "/maker/other.dtb", other.bytes,
               other.size);
    build_file(root, "usr/lib/linux-image-" BUILT_VERSION "/maker/broken.dtb", "rubbish", 7);
    build_file(root, "live/compatible", "maker,other", 12);
    payload_bytes_free(&other);
    expect("rm -rf " OUT "; " TOOL "--root " ROOT " -o " OUT, 0,
           "note: none of the 3 device trees was taken");
    expect("ls " OUT, 0, "Image\ninitrd\npayload.json\n");
    expect(TOOL "--root " ROOT " --dtb-name other -o " OUT, 0, "maker/other.dtb (--dtb-name other");
    expect(TOOL "--root " ROOT " --dtb-name her.dtb -o " OUT, 1, "none of the 3 device trees");
    expect_also("there are: maker/other.dtb");
    expect(TOOL "--root " ROOT " --dtb-name maker/broken.dtb -o " OUT, 1,
           "not a flattened device tree");
    expect(TOOL "--root " ROOT " --dtb-like " ROOT "/live -o " OUT, 0,
           "maker/other.dtb (its board is \"maker,other\"");
    expect(TOOL "--root " ROOT " --dtb " ROOT "/live -o " OUT, 0, "tree:   " ROOT "/live");
    expect_also("note: a directory does not show a device tree's memory reservations");
    expect(TOOL "--diff " OUT "/board.dtb " ROOT "/live", 0, "the trees say the same");
    expect(
        TOOL "--diff " ROOT "/live " ROOT "/usr/lib/linux-image-" BUILT_VERSION "/maker/other.dtb",
        1, "matters: /: compatible: live \"maker,other\", on disk \"maker,other\", \"maker,chip\"");
    expect(TOOL "--diff " ROOT "/live /dev/null", 2, "it is a device or a pipe");
    expect("printf 'xmaker,none' | tr x '\\0' >" ROOT "/live/compatible; " TOOL "--root " ROOT
           " --dtb-like " ROOT "/live -o " OUT,
           1, "none of the 3 device trees begins its compatible with");
}

/* What is there is kept unless we made it. */
static void output_kept(void **state)
{
    (void)state;
    build_root(build_directory("root"));
    build_file(build_directory("out"), "thesis.tex", "years", 5);
    expect(TOOL "--root " ROOT " -o " OUT, 1, "was not made by this command");
    expect("cat " OUT "/thesis.tex", 0, "years");
    build_file(build_directory("out"), "Image", "mine", 4);
    expect(TOOL "--root " ROOT " -o " OUT, 1, "was not made by this command");
    build_file(BUILD_DIR "/tests/payload/out", "payload.json", "{}", 2);
    build_file(BUILD_DIR "/tests/payload/out", "thesis.tex", "years", 5);
    expect(TOOL "--root " ROOT " -o " OUT, 1, "\"thesis.tex\", which this command has not written");
    expect("cat " OUT "/Image", 0, "mine");
    expect("rm -r " OUT "; echo file >" OUT "; " TOOL "--root " ROOT " -o " OUT, 1,
           "is no directory");
    expect("rm " OUT "; " TOOL "--root " ROOT " -o " OUT "/a/b", 1, "No such file");
}

/* A disk of two partitions: one mounted at /boot, one with the rest. */
static void from_disk(void **state)
{
    (void)state;
    build_root(build_directory("root"));
    expect("rm -rf " OUT " " TESTS "*.img; cd " TESTS
           " && mkdir root/empty && mv root/boot bootfs && "
           "/sbin/mke2fs -q -t ext4 -d root root.img 4096 && "
           "/sbin/mke2fs -q -t ext4 -d bootfs boot.img 4096 && rm -r bootfs && "
           /* An MBR: its signature, and the entries of two partitions of 8192 sectors. */
           "head -c 512 /dev/zero >disk.img && "
           "printf '\\203\\0\\0\\0\\1\\0\\0\\0\\0\\040\\0\\0' | dd of=disk.img bs=1 seek=450 "
           "conv=notrunc status=none && "
           "printf '\\203\\0\\0\\0\\1\\040\\0\\0\\0\\040\\0\\0' | dd of=disk.img bs=1 seek=466 "
           "conv=notrunc status=none && "
           "printf '\\125\\252' | dd of=disk.img bs=1 seek=510 conv=notrunc status=none && "
           "cat root.img boot.img >>disk.img",
           0, "");
    expect(TOOL "--disk " TESTS "disk.img -o " OUT, 0,
           "disk.img, partition 2: vmlinuz-" BUILT_VERSION " (the only kernel there)");
    expect_also("disk.img, partition 2: initrd.img-" BUILT_VERSION);
    expect_also("disk.img, partition 1: usr/lib/linux-image-" BUILT_VERSION "/maker/board.dtb");
    expect_also("modules: lib/modules has " BUILT_VERSION);
    expect(TOOL "--disk " TESTS "root.img -o " OUT, 1, "no kernel found");
    expect(TOOL "--disk /nonexistent -o " OUT, 1, "cannot open \"/nonexistent\"");
    /* The end is missing: the first partition is read, and the other named. */
    expect("head -c 6000000 " TESTS "disk.img >" TESTS "cut.img; " TOOL "--disk " TESTS
           "cut.img -o " OUT,
           1, "warning: 1 partition reaches beyond the end of the image");
    /* Two systems, as where updates go to the one that does not run. */
    expect("cd " TESTS " && head -c 512 disk.img >twins.img && cat boot.img boot.img >>twins.img",
           0, "");
    expect(TOOL "--disk " TESTS "twins.img -o " OUT, 1,
           "partition 1: vmlinuz-" BUILT_VERSION ", " TESTS "twins.img, partition 2: vmlinuz-");
    expect(TOOL "--disk " TESTS "twins.img --version " BUILT_VERSION " -o " OUT, 1,
           "version " BUILT_VERSION " is there twice");
}

static void from_debian(void **state)
{
    (void)state;
    expect("rm -rf " OUT "; " TOOL "--deb " PACKAGES "busybox.deb --deb " PACKAGES
           "linux.deb --dtb-name " C4 " -o " OUT,
           0, "boot/vmlinuz-6.");
    expect_also("Hardkernel ODROID-C4; hardkernel,odroid-c4, amlogic,sm1");
    expect_also("initrd: none");
    expect("cmp " OUT "/Image " BUILD_DIR "/payload/linux/Image && cmp " OUT "/board.dtb " BUILD_DIR
           "/payload/linux/dtb/" C4,
           0, "");
    /* The board's own tree, as Linux shows it, chooses the same. */
    build_file(build_directory("live"), "compatible", "hardkernel,odroid-c4\0amlogic,sm1", 33);
    expect(TOOL "--deb " PACKAGES "linux.deb --dtb-like " TESTS "live -o " OUT, 0,
           C4 " (its board is \"hardkernel,odroid-c4\"");
    expect(TOOL "--deb " PACKAGES "busybox.deb -o " OUT, 1, "no kernel found");
}

/* A file with two names stands in a package once. */
static void second_names(void **state)
{
    (void)state;
    const char *root = build_directory("package");
    build_root(root);
    build_file(root, "DEBIAN/control", CONTROL, sizeof(CONTROL) - 1);
    expect("cd " TESTS "package/boot && rm vmlinuz && ln vmlinuz-" BUILT_VERSION
           " Image && cd ../.. && dpkg-deb -b package two.deb",
           0, "building package");
    expect("rm -rf " OUT "; " TOOL "--deb " TESTS "two.deb -o " OUT, 0,
           "kernel: " BUILT_VERSION " from " TESTS "two.deb: boot/");
    expect("zcat <" TESTS "package/boot/Image | cmp - " OUT "/Image", 0, "");
}

static void bad_packages(void **state)
{
    (void)state;
    const char *directory = build_directory("debs");
    build_file(directory, "none.deb", "!<arch>\n", 8);
    build_file(directory, "text.deb", "text", 4);
    expect("head -c 100000 " PACKAGES "busybox.deb >" TESTS "debs/cut.deb", 0, "");
    expect(TOOL "--deb " TESTS "debs/none.deb -o " OUT "2", 1, "there is no data.tar in it");
    expect(TOOL "--deb " TESTS "debs/text.deb -o " OUT "2", 1, "is no sound Debian package");
    expect(TOOL "--deb " TESTS "debs/cut.deb -o " OUT "2", 1, "is no sound Debian package");
    expect(TOOL "--deb /nonexistent.deb -o " OUT "2", 1,
           "cannot open the package \"/nonexistent.deb\"");
    expect(TOOL "--deb /dev/null -o " OUT "2", 1, "it is no ordinary file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(command_line), cmocka_unit_test(from_root),
        cmocka_unit_test(facts),        cmocka_unit_test(mismatches),
        cmocka_unit_test(trees),        cmocka_unit_test(several_kernels),
        cmocka_unit_test(output_kept),  cmocka_unit_test(from_disk),
        cmocka_unit_test(flavours),     cmocka_unit_test(from_debian),
        cmocka_unit_test(second_names), cmocka_unit_test(bad_packages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
