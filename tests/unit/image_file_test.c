/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What is put around an image: an ELF that says where it goes, and U-Boot's legacy header.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include <elf.h>

#include "diag_capture.h"
#include "image_file.h"

#define IMAGE_PA   0x70000000
#define IMAGE_SIZE 0x1000
#define FILE_NAME  BUILD_DIR "/tests/image_file_test.out"

static uint8_t contents[IMAGE_SIZE];
static uint8_t written[0x4000];

static size_t write_as(enum image_type type, uint64_t pa)
{
    const struct image image = {.pa = pa, .size = IMAGE_SIZE, .bytes = contents};
    assert_true(image_file_write(&image, type, FILE_NAME));
    FILE *file = fopen(FILE_NAME, "rb");
    assert_non_null(file);
    size_t size = fread(written, 1, sizeof(written), file);
    fclose(file);
    return size;
}

/* What is no ordinary file stays what it is: a pipe, or /dev/null for one who wants no report. */
static void pipe_is_written_to(void **state)
{
    (void)state;
    const struct image image = {.pa = IMAGE_PA, .size = IMAGE_SIZE, .bytes = contents};
    struct stat status;
    remove(FILE_NAME);
    assert_int_equal(mkfifo(FILE_NAME, 0600), 0);
    int reader = open(FILE_NAME, O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    assert_true(image_file_write(&image, IMAGE_BINARY, FILE_NAME));
    assert_int_equal(read(reader, written, sizeof(written)), IMAGE_SIZE);
    assert_memory_equal(written, contents, IMAGE_SIZE);
    assert_int_equal(close(reader), 0);
    assert_int_equal(stat(FILE_NAME, &status), 0);
    assert_true(S_ISFIFO(status.st_mode));
    remove(FILE_NAME);
}

static void binary_is_the_image(void **state)
{
    (void)state;
    contents[7] = 7;
    assert_int_equal(write_as(IMAGE_BINARY, IMAGE_PA), IMAGE_SIZE);
    assert_memory_equal(written, contents, IMAGE_SIZE);
}

static void elf_has_one_segment(void **state)
{
    (void)state;
    contents[7] = 7;
    size_t size = write_as(IMAGE_ELF, IMAGE_PA);
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    memcpy(&header, written, sizeof(header));
    memcpy(&segment, written + header.e_phoff, sizeof(segment));
    assert_memory_equal(header.e_ident, ELFMAG, SELFMAG);
    assert_int_equal(header.e_machine, EM_AARCH64);
    assert_int_equal(header.e_entry, IMAGE_PA);
    assert_int_equal(header.e_phnum, 1);
    assert_int_equal(segment.p_type, PT_LOAD);
    assert_int_equal(segment.p_paddr, IMAGE_PA);
    assert_int_equal(segment.p_memsz, IMAGE_SIZE);
    assert_int_equal(segment.p_offset + segment.p_filesz, size);
    assert_memory_equal(written + segment.p_offset, contents, IMAGE_SIZE);
}

/* A big-endian word of what was written. */
static uint32_t word(size_t offset)
{
    return (uint32_t)written[offset] << 24 | (uint32_t)written[offset + 1] << 16 |
           (uint32_t)written[offset + 2] << 8 | written[offset + 3];
}

static void uimage_has_its_header(void **state)
{
    (void)state;
    memset(contents, 0, sizeof(contents));
    assert_int_equal(write_as(IMAGE_UIMAGE, IMAGE_PA), 64 + IMAGE_SIZE);
    assert_int_equal(word(0), 0x27051956);
    assert_int_equal(word(12), IMAGE_SIZE);
    assert_int_equal(word(16), IMAGE_PA);
    assert_int_equal(word(20), IMAGE_PA);
    assert_int_equal(word(24), 0xc71c0011); /* CRC-32 of 4096 zeroes */
    assert_int_equal(word(28), 0x05160200); /* Linux, arm64, kernel, not compressed */
    assert_memory_equal(written + 64, contents, IMAGE_SIZE);
}

static void uimage_beyond_4_gib_is_refused(void **state)
{
    (void)state;
    const struct image image = {.pa = 0xfffff000, .size = IMAGE_SIZE, .bytes = contents};
    diag_capture_reset();
    assert_false(image_file_write(&image, IMAGE_UIMAGE, FILE_NAME));
    assert_true(diag_captured_error("use --image-type binary"));
}

static void types_have_names(void **state)
{
    (void)state;
    enum image_type type;
    assert_true(image_type_find("uimage", &type));
    assert_int_equal(type, IMAGE_UIMAGE);
    assert_false(image_type_find("uImage", &type));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(binary_is_the_image),   cmocka_unit_test(elf_has_one_segment),
        cmocka_unit_test(uimage_has_its_header), cmocka_unit_test(uimage_beyond_4_gib_is_refused),
        cmocka_unit_test(types_have_names),      cmocka_unit_test(pipe_is_written_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
