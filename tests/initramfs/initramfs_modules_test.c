/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Modules out of a packaged kernel: what each says of itself, which are taken, and in what order.
 */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <cmocka.h>

#include "build.h"
#include "diag_capture.h"
#include "module_build.h"
#include "modules.h"

#define KERNEL "lib/modules/6.1-test/kernel/"

static const struct source at = {.file = "m.ko"};

static void assert_names(const struct payload_names *names, const char *expected)
{
    char *text = payload_names_join(names, names->count);
    assert_string_equal(text, expected);
    free(text);
}

static void says(void **state)
{
    (void)state;
    struct module_info info;
    struct payload_bytes module = module_build(
        "license=GPL\0\0\0alias=pci:v*\0depends=a,b_c\0xdepends=no\0alias=of:N*T*\0"
        "softdep=pre: d  e\tpost: f pre: g\0softdep=post: h\0softdep=i pre:\0depends=");
    diag_capture_reset();
    assert_true(module_info_read(&info, &module, &at));
    assert_names(&info.depends, "a, b_c");
    assert_names(&info.before, "d, e, g");
    assert_names(&info.aliases, "pci:v*, of:N*T*");
    module_info_free(&info);
    payload_bytes_free(&module);
}

/* Reads what is no module, and ends it. */
static void refuse(struct payload_bytes module)
{
    struct module_info info;
    diag_capture_reset();
    assert_false(module_info_read(&info, &module, &at));
    assert_true(diag_captured_at("m.ko:0: it is no kernel module of arm64: an ELF file for AArch64 "
                                 "was expected, with strings of at most 1048576 bytes in a section "
                                 "\".modinfo\""));
    module_info_free(&info);
    payload_bytes_free(&module);
}

static void no_modules(void **state)
{
    (void)state;
    static char large[MODULE_INFO_MAX + 1];
    const struct elf_recipe right = {.type = ET_REL};
    refuse(module_build_from((struct elf_recipe){.type = ET_EXEC}, ".modinfo", "a=b", 4));
    refuse(module_build_from((struct elf_recipe){.type = ET_REL, .machine = EM_X86_64}, ".modinfo",
                             "a=b", 4));
    refuse(module_build_from(right, ".modinfos", "a=b", 4));
    refuse(module_build_from(right, ".modinfo", "a=b", 3)); /* without its NUL */
    refuse(module_build_from(right, ".modinfo", NULL, 0));
    refuse(module_build_from(right, ".modinfo", large, sizeof(large)));
    refuse((struct payload_bytes){0});
    struct payload_bytes module = module_build("a=b");
    for (size_t size = 0; size < module.size; size++) { /* cut off anywhere */
        struct payload_bytes part = {0};
        build_append(&part, module.bytes, size);
        refuse(part);
    }
    payload_bytes_free(&module);
}

/* Takes those of `list` out of the kernel in the directory `packages`; what came out is in `order`,
 * as "a.ko b.ko ". */
static bool take(const char *list, char *order, size_t size)
{
    struct payload_source source = {0};
    struct modules modules = {0};
    char packages[300], path[300];
    snprintf(packages, sizeof(packages), BUILD_DIR "/tests/payload/packages");
    build_file(BUILD_DIR "/tests/payload", "list", list, strlen(list));
    snprintf(path, sizeof(path), BUILD_DIR "/tests/payload/list");
    diag_capture_reset();
    bool is_sound =
        payload_root_open(&source, packages) && modules_take(&modules, &source.list[0], path);
    order[0] = '\0';
    for (size_t i = 0; i < modules.count; i++) {
        size_t length = strlen(order);
        snprintf(order + length, size - length, "%s ", modules.list[i].name);
        assert_memory_equal(modules.list[i].bytes.bytes, ELFMAG, SELFMAG);
    }
    modules_free(&modules);
    payload_source_free(&source);
    return is_sound;
}

static void takes(const char *list, const char *expected)
{
    char order[4096];
    if (!take(list, order, sizeof(order)) || strcmp(order, expected) != 0) {
        fail_msg("of \"%s\": %s\n%s", list, order, diag_captured());
    }
}

static void takes_not(const char *list, const char *message)
{
    char order[4096];
    if (take(list, order, sizeof(order)) || !diag_captured_at(message)) {
        fail_msg("of \"%s\": %s\n%s", list, order, diag_captured());
    }
}

/* The same for what is said of no line or module. */
static void fails(const char *list, const char *message)
{
    char order[4096];
    if (take(list, order, sizeof(order)) || !diag_captured_error(message)) {
        fail_msg("of \"%s\": %s\n%s", list, order, diag_captured());
    }
}

static const char *fresh(void)
{
    return build_directory("packages");
}

static void order(void **state)
{
    (void)state;
    const char *root = fresh();
    module_put(root, KERNEL "drivers/nvme.ko", "depends=nvme_core,t10-pi");
    module_put(root, KERNEL "drivers/nvme-core.ko", "depends=builtin_too,crc_t10dif");
    module_put(root, KERNEL "block/t10-pi.ko", "depends=crc-t10dif");
    module_put(root, KERNEL "lib/crc-t10dif.ko", "depends=");
    module_put(root, KERNEL "lib/other.ko", "license=GPL");
    module_put(root, "lib/modules/6.1-test/updates/more/late.ko", "softdep=post: nvme");
    build_file(root, "lib/modules/6.1-test/modules.builtin",
               "kernel/lib/builtin_too.ko\nkernel/fs/ext4/ext4.ko", 49);
    build_file(root, "lib/modules/6.1-test/modules.order", "", 0);
    takes("nvme\n", "crc-t10dif.ko nvme-core.ko t10-pi.ko nvme.ko ");
    takes("crc_t10dif # first\r\n\tother\n#nvme\nnvme-core",
          "crc-t10dif.ko other.ko nvme-core.ko ");
    takes("late", "late.ko ");
    takes("other\nother\n", "other.ko "); /* once is enough */
    takes("ext4\nbuiltin-too\n", "");
    takes("# none\n", "");
    takes_not("# one\nnvme.ko", "list:2: there is no module \"nvme.ko\" in the packages, and it is "
                                "not built in; expected its name as modprobe(8) takes it");
    takes_not("other nvme", "list:1: \"nvme\" behind \"other\": expected one module a line");
    takes_not("", "list:0: it has 0 bytes; a list of modules of 1 to 1048576 bytes");
    takes_not("a\nother\nb", "list:3: there is no module \"b\"");
    assert_true(diag_captured_at("list:1: there is no module \"a\""));
}

/* What is to be loaded before; such things are done without where there are none. */
static void before(void **state)
{
    (void)state;
    const char *root = fresh();
    module_put(root, KERNEL "fs/ext4.ko", "softdep=pre: crc32c nothing\0depends=jbd2");
    module_put(root, KERNEL "fs/jbd2.ko", "depends=crc16");
    module_put(root, KERNEL "lib/crc16.ko", "depends=");
    module_put(root, KERNEL "arch/arm64/crypto/crc32-arm.ko", "alias=crc32c\0depends=simd");
    module_put(root, KERNEL "crypto/crc32c_generic.ko", "alias=x\0alias=crc32c");
    module_put(root, KERNEL "crypto/simd.ko", "alias=simd");
    module_put(root, KERNEL "drivers/liar.ko", "alias=crc32c");
    takes("ext4", "simd.ko crc32-arm.ko crc32c_generic.ko crc16.ko jbd2.ko ext4.ko ");
    /* Each before the other: there is no such order, and both are loaded. */
    module_put(root, KERNEL "a.ko", "softdep=pre: b");
    module_put(root, KERNEL "b.ko", "softdep=pre: a");
    takes("a", "b.ko a.ko ");
    /* But not before what it depends on. */
    module_put(root, KERNEL "b.ko", "depends=a");
    takes_not("a", "b.ko:0: it depends on \"a\", which has to wait for it in turn");
}

static void broken(void **state)
{
    (void)state;
    char name[64], info[64];
    const char *root = fresh();
    fails("a", "packages: there are no kernel modules; give the kernel's package with --deb");
    module_put(root, KERNEL "a.ko", "depends=b");
    module_put(root, KERNEL "b.ko", "depends=c");
    module_put(root, KERNEL "c.ko", "depends=a");
    module_put(root, KERNEL "d.ko", "depends=e");
    build_file(root, KERNEL "f.ko", "text", 4);
    takes_not("a", "c.ko:0: it depends on \"a\", which has to wait for it in turn; no order will");
    takes_not("d", "d.ko:0: it depends on \"e\", which is neither in the packages nor built in; "
                   "give the package that has it with --deb");
    takes_not("f", "f.ko:0: it is no kernel module of arm64");
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof(name), KERNEL "m%d.ko", i);
        int length = snprintf(info, sizeof(info), "depends=m%d", i + 1);
        module_put_sized(root, name, info, (size_t)length + 1);
    }
    module_put(root, KERNEL "m40.ko", "depends=");
    takes_not("m0", "m33.ko:0: it is the last of more than 32 modules that depend on each other");
    assert_int_equal(diag_error_count(), 1);
}

static void put_packed(const char *root, const char *path, const struct payload_bytes *module,
                       int filter)
{
    struct payload_bytes packed = build_packed(module, filter);
    build_file(root, path, packed.bytes, packed.size);
    payload_bytes_free(&packed);
}

/* They come out unpacked: Linux' insmod takes no others everywhere. */
static void packed(void **state)
{
    (void)state;
    const char *root = fresh();
    struct payload_bytes module = module_build("depends=b,c,d");
    put_packed(root, KERNEL "a.ko.xz", &module, ARCHIVE_FILTER_XZ);
    payload_bytes_free(&module);
    module = module_build("depends=");
    put_packed(root, KERNEL "b.ko.zst", &module, ARCHIVE_FILTER_ZSTD);
    put_packed(root, KERNEL "c.ko.gz", &module, ARCHIVE_FILTER_GZIP);
    module_put(root, KERNEL "d.ko", "depends=");
    payload_bytes_free(&module);
    takes("a", "b.ko c.ko d.ko a.ko ");
    module.size = PAYLOAD_MODULE_MAX + 1; /* of nothing but zeros */
    module.bytes = calloc(1, module.size);
    assert_non_null(module.bytes);
    put_packed(root, KERNEL "e.ko.zst", &module, ARCHIVE_FILTER_ZSTD);
    payload_bytes_free(&module);
    takes_not("e", "e.ko.zst:0: the module (zstd) unpacks to more than 64 MiB");
    build_file(root, KERNEL "f.ko.xz", "\375\067zXZ\0 and then", 15);
    takes_not("f", "f.ko.xz:0: the module cannot be unpacked (xz)");
}

static void places(void **state)
{
    (void)state;
    const char *root = fresh();
    module_put(root, "usr/" KERNEL "a.ko", "depends=");
    takes("a", "a.ko ");
    build_link(root, "lib", "usr/lib"); /* the same, and not two of each */
    takes("a", "a.ko ");
    /* Links may lead in a circle. */
    build_link(root, "usr/" KERNEL "up", "..");
    build_link(root, "usr/" KERNEL "again", ".");
    build_link(root, "usr/lib/modules/other", "6.1-test");
    build_link(root, "usr/" KERNEL "nowhere.ko", "nowhere");
    build_link(root, "usr/" KERNEL "linked.ko", "a.ko");
    takes("a\nlinked", "a.ko linked.ko ");
    takes_not("nowhere", "list:1: there is no module \"nowhere\"");
    /* Two of one name, be it written differently. */
    module_put(root, "usr/" KERNEL "b/x-y.ko", "depends=");
    module_put(root, "usr/" KERNEL "c/x_y.ko", "depends=");
    module_put(root, "usr/" KERNEL "z.ko", "depends=x_y");
    takes("a", "a.ko ");
    takes_not("x_y", "list:1: there are two modules \"x_y\", \"usr/lib/modules/6.1-test/kernel/b/"
                     "x-y.ko\" and \"usr/lib/modules/6.1-test/kernel/c/x_y.ko\"; give packages");
    takes_not("z", "z.ko:0: there are two modules \"x_y\"");
    /* Names that would not be one line of the list, or none at all. */
    module_put(root, "usr/" KERNEL "b c.ko", "depends=");
    module_put(root, "usr/" KERNEL ".ko", "depends=");
    module_put(root, "usr/" KERNEL "d.kox", "depends=");
    module_put(root, "usr/" KERNEL "e.ko", "depends=b c");
    takes_not("e", "e.ko:0: it depends on \"b c\", which is neither");
    takes_not("d", "list:1: there is no module \"d\"");
    /* Another kernel, without modules and with. */
    build_file(root, "usr/lib/modules/6.2/modules.builtin", "", 0);
    takes("a", "a.ko ");
    module_put(root, "usr/lib/modules/6.2/a.ko", "depends=");
    fails("a", "there are modules of two kernels, 6.1-test and 6.2; give the packages of one");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says),   cmocka_unit_test(no_modules), cmocka_unit_test(order),
        cmocka_unit_test(before), cmocka_unit_test(broken),     cmocka_unit_test(packed),
        cmocka_unit_test(places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
