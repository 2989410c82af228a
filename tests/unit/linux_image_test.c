/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The payload of a Linux guest: good ones placed, and every way of being wrong refused with a line
 * that says what is wrong and where.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <libvmm/arch/aarch64/linux.h>
#include <libvmm/compat.h>
#include <libvmm/guest_ram.h>
#undef linux_setup_images

#include "libvmm/fake.h"

#define KERNEL_SIZE 0x5000
#define DTB_SIZE    0x200
#define INITRD_SIZE 0x3000

#define DTB_GPA    (FAKE_RAM + 0x1000000)
#define INITRD_GPA (FAKE_RAM + 0x2000000)
#define RAM_END    (FAKE_RAM + FAKE_RAM_SIZE)

/* The arguments of linux_setup_images(), good until a test spoils them. */
static struct {
    uint64_t ram_gpa;
    struct linux_image_header *kernel;
    size_t kernel_size;
    uint8_t *dtb;
    uint64_t dtb_gpa;
    size_t dtb_size;
    uint8_t *initrd;
    uint64_t initrd_gpa;
    size_t initrd_size;
} images;

static uint64_t setup(void)
{
    return linux_setup_images(images.ram_gpa, (uintptr_t)images.kernel, images.kernel_size,
                              (uintptr_t)images.dtb, images.dtb_gpa, images.dtb_size,
                              (uintptr_t)images.initrd, images.initrd_gpa, images.initrd_size);
}

static void put_be32(unsigned word, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++) {
        images.dtb[word * 4 + i] = (uint8_t)(value >> (24 - i * 8));
    }
}

static int start(void **state)
{
    (void)state;
    fake_power_on(1);
    memset(fake_ram(FAKE_RAM), 0, FAKE_RAM_SIZE);
    /* Exactly as long as they say, so that reading past the end is caught. */
    images.kernel = malloc(KERNEL_SIZE);
    images.dtb = calloc(1, DTB_SIZE);
    images.initrd = malloc(INITRD_SIZE);
    memset(images.kernel, 0x4b, KERNEL_SIZE);
    memset(images.initrd, 0x49, INITRD_SIZE);
    images.kernel->magic = LINUX_IMAGE_MAGIC;
    images.kernel->text_offset = 0;
    images.kernel->image_size = 0x800000; /* with its bss */
    images.kernel_size = KERNEL_SIZE;
    static const uint32_t header[10] = {0xd00dfeed, DTB_SIZE, 0x38, 0x138, 0x28,
                                        17,         16,       0,    0x20,  0x100};
    for (unsigned i = 0; i < 10; i++) {
        put_be32(i, header[i]);
    }
    images.dtb_size = DTB_SIZE;
    images.initrd_size = INITRD_SIZE;
    images.ram_gpa = FAKE_RAM;
    images.dtb_gpa = DTB_GPA;
    images.initrd_gpa = INITRD_GPA;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    free(images.kernel);
    free(images.dtb);
    free(images.initrd);
    return 0;
}

/* Refused, with `text` in the message, and nothing written. */
static void assert_refused(const char *text)
{
    fake_logged("");
    assert_int_equal(setup(), 0);
    assert_true(fake_logged(text));
    assert_int_equal(fake.cleaned_bytes, 0);
}

static void good_payload(void **state)
{
    (void)state;
    assert_int_equal(setup(), FAKE_RAM);
    assert_memory_equal(fake_ram(FAKE_RAM), images.kernel, KERNEL_SIZE);
    assert_memory_equal(fake_ram(DTB_GPA), images.dtb, DTB_SIZE);
    assert_memory_equal(fake_ram(INITRD_GPA), images.initrd, INITRD_SIZE);
    assert_int_equal(fake.cleaned_bytes, KERNEL_SIZE + DTB_SIZE + INITRD_SIZE);
    assert_true(fake_logged("VMM|INFO: kernel: 20480 bytes at 0x40000000 + 0x800000 (GPA)"));
}

static void text_offset(void **state)
{
    (void)state;
    images.kernel->text_offset = 0x80000;
    assert_int_equal(setup(), FAKE_RAM + 0x80000);
    assert_memory_equal(fake_ram(FAKE_RAM + 0x80000), images.kernel, KERNEL_SIZE);
    images.kernel->text_offset = 0x1234; /* unknown size: the offset of old kernels */
    images.kernel->image_size = 0;
    assert_int_equal(setup(), FAKE_RAM + 0x80000);
}

static void no_initrd(void **state)
{
    (void)state;
    images.initrd_size = 0;
    images.initrd_gpa = 0;
    assert_int_equal(setup(), FAKE_RAM);
}

static void payload_in_place(void **state)
{
    (void)state;
    struct linux_image_header *there = (struct linux_image_header *)fake_ram(FAKE_RAM);
    memcpy(there, images.kernel, KERNEL_SIZE);
    struct linux_image_header *own = images.kernel;
    images.kernel = there; /* a prefilled region */
    assert_int_equal(setup(), FAKE_RAM);
    assert_memory_equal(there, own, KERNEL_SIZE);
    images.kernel = own;
}

static void kernel_wrong(void **state)
{
    (void)state;
    images.kernel->magic ^= 1;
    assert_refused("kernel: magic 0x644d5240 at byte 56");
    images.kernel->magic ^= 1;
    for (images.kernel_size = 0; images.kernel_size < 64; images.kernel_size++) {
        struct linux_image_header *whole = images.kernel;
        images.kernel = malloc(images.kernel_size + 1);
        memcpy(images.kernel, whole, images.kernel_size);
        assert_refused("too few for an arm64 Image");
        free(images.kernel);
        images.kernel = whole;
    }
    images.kernel_size = KERNEL_SIZE;
    images.kernel->text_offset = 0x200000;
    assert_refused("text_offset 0x200000");
    images.kernel->text_offset = ~0ul;
    assert_refused("text_offset");
}

static void kernel_does_not_fit(void **state)
{
    (void)state;
    images.kernel->image_size = FAKE_RAM_SIZE + 1;
    assert_refused("kernel: 0x40000000 + 0x4000001 (GPA) is not inside");
    images.kernel->image_size = ~0ul;
    assert_refused("kernel: 0x40000000 + 0xffffffffffffffff");
    images.kernel->image_size = FAKE_RAM_SIZE;
    images.kernel->text_offset = 0x1000;
    assert_refused("is not inside one region of guest RAM");
}

static void ram_start_wrong(void **state)
{
    (void)state;
    images.ram_gpa = FAKE_RAM + 0x1000;
    assert_refused("not a multiple of 2 MiB");
    images.ram_gpa = FAKE_UART & ~0x1ffffful;
    assert_refused("nearest is \"uart\"");
    images.ram_gpa = FAKE_PRIVATE; /* RAM, but the VMM has not mapped it */
    images.kernel->image_size = 0x1000;
    assert_refused("nearest is \"private\"");
    images.ram_gpa = ~0x1ffffful;
    assert_refused("kernel: 0xffffffffffe00000");
    images.kernel->text_offset = 0x1fffff;
    images.kernel->image_size = ~0ul;
    assert_refused("kernel: 0xffffffffffffffff");
}

/* Every pair, from both sides, at the last byte. */
static void overlaps(void **state)
{
    (void)state;
    images.dtb_gpa = FAKE_RAM + 0x800000 - 8; /* in the kernel's bss */
    assert_refused("kernel at 0x40000000 + 0x800000 and device tree at 0x407ffff8");
    images.dtb_gpa = FAKE_RAM + 0x800000;
    assert_int_equal(setup(), FAKE_RAM);
    fake.cleaned_bytes = 0;
    images.initrd_gpa = FAKE_RAM + 0x7fffff;
    assert_refused("kernel at 0x40000000 + 0x800000 and initrd");
    images.initrd_gpa = images.dtb_gpa + DTB_SIZE - 1;
    assert_refused("device tree at 0x40800000 + 0x200 and initrd at 0x408001ff");
    images.dtb_gpa = INITRD_GPA + INITRD_SIZE - 8;
    images.initrd_gpa = INITRD_GPA;
    assert_refused("device tree at");
    images.dtb_gpa = DTB_GPA;
    images.ram_gpa = DTB_GPA & ~0x1ffffful;
    assert_refused("kernel at 0x41000000");
    images.ram_gpa = FAKE_RAM + 0x2000000;
    assert_refused("kernel at 0x42000000 + 0x800000 and initrd");
}

static void outside_ram(void **state)
{
    (void)state;
    static const uint64_t outside[] = {0,       FAKE_UART, FAKE_RAM - 8, RAM_END - 8,
                                       RAM_END, ~7ul,      FAKE_PRIVATE};
    for (unsigned i = 0; i < sizeof outside / sizeof *outside; i++) {
        images.dtb_gpa = outside[i];
        assert_refused("device tree: 0x");
        images.dtb_gpa = DTB_GPA;
        images.initrd_gpa = outside[i];
        assert_refused("initrd: 0x");
        images.initrd_gpa = INITRD_GPA;
    }
    images.initrd_size = ~0ul; /* never read: it does not fit */
    assert_refused("initrd: 0x42000000 + 0xffffffffffffffff");
}

static void dtb_wrong(void **state)
{
    (void)state;
    put_be32(0, 0xedfe0dd0);
    assert_refused("do not begin with 0xd00dfeed");
    put_be32(0, 0xd00dfeed);
    images.dtb_size = DTB_SIZE - 1;
    assert_refused("its header says 512 bytes, the file has 511; it is cut off");
    images.dtb_size = 39;
    assert_refused("39 bytes that do not begin");
    images.dtb_size = 0;
    assert_refused("0 bytes that do not begin");
    images.dtb_size = DTB_SIZE;
    put_be32(5, 15);
    assert_refused("version 15");
    put_be32(5, 18);
    put_be32(6, 18);
    assert_refused("version 18 (readable as 18)");
    put_be32(6, 17); /* newer, but readable */
    assert_int_equal(setup(), FAKE_RAM);
    fake.cleaned_bytes = 0;
    images.dtb_gpa = DTB_GPA + 4;
    assert_refused("is not a multiple of 8");
}

static void dtb_blocks_wrong(void **state)
{
    (void)state;
    static const struct {
        unsigned word;
        uint32_t bad, good;
        const char *text;
    } cases[] = {
        {2, 0x24, 0x38, "its structure block"},
        {2, 0x1fc, 0x38, "its structure block"},
        {2, 0xfffffff0, 0x38, "its structure block"},
        {9, 0xffffffff, 0x100, "its structure block"},
        {3, 0x200, 0x138, "its strings block"},
        {8, 0x1000, 0x20, "its strings block"},
        {4, 0x1f8, 0x28, "its reserved memory block"},
        {4, 0, 0x28, "its reserved memory block"},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_be32(cases[i].word, cases[i].bad);
        assert_refused(cases[i].text);
        put_be32(cases[i].word, cases[i].good);
    }
    assert_int_equal(setup(), FAKE_RAM);
}

static void dtb_too_large(void **state)
{
    (void)state;
    images.dtb = realloc(images.dtb, 0x200008);
    images.dtb_size = 0x200008;
    put_be32(1, 0x200001);
    assert_refused("at most 2 MiB");
    put_be32(1, 0x200000);
    assert_int_equal(setup(), FAKE_RAM);
}

static void older_spelling(void **state)
{
    (void)state;
    uintptr_t va = (uintptr_t)fake_ram(FAKE_RAM);
    assert_int_equal(compat_linux_setup_images(va, (uintptr_t)images.kernel, KERNEL_SIZE,
                                               (uintptr_t)images.dtb, DTB_GPA, DTB_SIZE,
                                               (uintptr_t)images.initrd, INITRD_GPA, INITRD_SIZE),
                     FAKE_RAM);
    assert_int_equal(compat_linux_setup_images(1, (uintptr_t)images.kernel, KERNEL_SIZE,
                                               (uintptr_t)images.dtb, DTB_GPA, DTB_SIZE,
                                               (uintptr_t)images.initrd, INITRD_GPA, INITRD_SIZE),
                     0);
    assert_true(fake_logged("the VMM has no guest RAM at VA 0x1"));
}

static void unusable_table(void **state)
{
    (void)state;
    fake_vm_info->version = VM_INFO_VERSION + 1;
    assert_refused("routing table: version 2");
}

/* Translation of what a guest may say. */
static void guest_ram_bounds(void **state)
{
    (void)state;
    assert_ptr_equal(gpa_to_hva(FAKE_RAM + 5, 1), fake_ram(FAKE_RAM + 5));
    assert_ptr_equal(gpa_to_hva(FAKE_RAM, FAKE_RAM_SIZE), fake_ram(FAKE_RAM));
    assert_null(gpa_to_hva(FAKE_RAM, FAKE_RAM_SIZE + 1));
    assert_null(gpa_to_hva(FAKE_RAM - 1, 2));
    assert_null(gpa_to_hva(RAM_END - 1, 2));
    assert_null(gpa_to_hva(RAM_END - 1, ~0ul));
    assert_null(gpa_to_hva(~0ul, 2));
    assert_null(gpa_to_hva(FAKE_UART, 4));
    assert_null(gpa_to_hva(FAKE_PRIVATE, 4));
    uint64_t gpa;
    assert_true(guest_ram_gpa_of_va((uintptr_t)fake_ram(FAKE_RAM + 9), &gpa));
    assert_int_equal(gpa, FAKE_RAM + 9);
    assert_false(guest_ram_gpa_of_va((uintptr_t)fake_ram(FAKE_RAM) + FAKE_RAM_SIZE, &gpa));
    assert_false(guest_ram_gpa_of_va(0, &gpa));
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)
    const struct CMUnitTest tests[] = {
        TEST(good_payload),     TEST(text_offset),      TEST(no_initrd),
        TEST(payload_in_place), TEST(kernel_wrong),     TEST(kernel_does_not_fit),
        TEST(ram_start_wrong),  TEST(overlaps),         TEST(outside_ram),
        TEST(dtb_wrong),        TEST(dtb_blocks_wrong), TEST(dtb_too_large),
        TEST(older_spelling),   TEST(unusable_table),   TEST(guest_ram_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
