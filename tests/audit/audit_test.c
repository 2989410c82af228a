/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The auditor's mutation test: a good image is clean, and every damage of it is noticed. There is
 * no list of exceptions: no bit of an image may change.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "audit_wrapper.h"
#include "crc32.h"
#include "diag_capture.h"
#include "mutations.h"

static struct rich *rich;

static int group_set_up(void **state)
{
    (void)state;
    rich = rich_build();
    return 0;
}

static int group_tear_down(void **state)
{
    (void)state;
    rich_free(rich);
    return 0;
}

/* Audits the image, with its description or without; returns whether it cannot be read or anything
 * is wrong with it. */
static bool noticed(bool described)
{
    struct audit audit;
    struct audit_input input = rich->input;
    input.system = described ? rich->input.system : NULL;
    diag_capture_reset();
    bool wrong = !audit_run(&audit, &input) || audit.findings.total > 0;
    audit_free(&audit);
    return wrong;
}

/* Audits the image; returns whether it can be read and breaks the rule. */
static bool breaks(enum finding_code code, bool described)
{
    struct audit audit;
    struct audit_input input = rich->input;
    input.system = described ? rich->input.system : NULL;
    diag_capture_reset();
    bool readable = audit_run(&audit, &input);
    bool found = false;
    for (size_t i = 0; i < audit.findings.count; i++) {
        found = found || audit.findings.list[i].code == code;
    }
    audit_free(&audit);
    return readable && found;
}

static void print_findings(bool described)
{
    struct audit audit;
    struct audit_input input = rich->input;
    input.system = described ? rich->input.system : NULL;
    if (!audit_run(&audit, &input)) {
        print_error("    unreadable: %s", diag_captured());
    }
    for (size_t i = 0; i < audit.findings.count; i++) {
        print_error("    %s %s\n", finding_code_name(audit.findings.list[i].code),
                    audit.findings.list[i].text);
    }
    audit_free(&audit);
}

static void good_image_is_clean(void **state)
{
    (void)state;
    for (int described = 0; described < 2; described++) {
        if (noticed(described)) {
            print_findings(described);
            fail_msg("%s", diag_captured());
        }
    }
}

/* Makes each damage of a list; returns how many are not noticed for what they are. What breaks a
 * rule that holds for every image is found without the description as well. */
static size_t mutations_missed(const struct mutations *mutations)
{
    size_t missed = 0;
    for (size_t i = 0; i < mutations->count; i++) {
        const struct mutation *mutation = &mutations->list[i];
        mutation->apply(rich);
        assert_int_not_equal(memcmp(rich->bytes, rich->good, rich->size), 0);
        for (int described = mutation->expected >= FINDING_SYSTEM_MAP; described < 2; described++) {
            if (!breaks(mutation->expected, described)) {
                print_error("not found as %s%s: %s; instead:\n",
                            finding_code_name(mutation->expected),
                            described ? "" : " without the description", mutation->what);
                print_findings(described);
                missed++;
            }
        }
        rich_restore(rich);
    }
    return missed;
}

static void damage_that_makes_sense(void **state)
{
    (void)state;
    assert_int_equal(mutations_missed(&mutations_of_table), 0);
    assert_int_equal(mutations_missed(&mutations_of_el2), 0);
    assert_int_equal(mutations_missed(&mutations_of_record), 0);
}

/* Changes one bit of the image; returns whether that is noticed. */
static bool bit_noticed(size_t offset, unsigned bit)
{
    rich->bytes[offset] ^= (uint8_t)(1u << bit);
    bool found = noticed(true);
    if (!found) {
        print_error("bit %u of the byte at 0x%zx may change\n", bit, offset);
    }
    rich->bytes[offset] = rich->good[offset];
    return found;
}

/* Changes `size` bytes at `bytes`, each in one bit. */
static size_t bytes_missed(const void *bytes, size_t size)
{
    size_t start = (size_t)((const uint8_t *)bytes - rich->bytes);
    size_t missed = 0;
    for (size_t i = 0; i < size; i++) {
        missed += !bit_noticed(start + i, (unsigned)(start + i) * 5 % 8);
    }
    return missed;
}

static void bits_of_records(void **state)
{
    (void)state;
    const struct loader_info *info = rich->info;
    size_t missed = bytes_missed(rich->bytes, LOADER_INFO_OFFSET + sizeof(*info));
    missed += bytes_missed(rich->zeroes, info->zero_count * sizeof(*rich->zeroes));
    missed += bytes_missed(rich->copies, info->copy_count * sizeof(*rich->copies));
    missed += bytes_missed(rich->manifest, rich->manifest->map_offset);
    missed += bytes_missed(&rich->maps[4], sizeof(*rich->maps));
    missed += bytes_missed(rich->channels, rich->manifest->size - rich->manifest->channel_offset);
    assert_int_equal(missed, 0);
}

static bool is_table(const struct audit *audit, size_t page)
{
    return audit->table_pages[page] != 0;
}

/* Bits of descriptors of every kind: those of each table that differ from the one before them by
 * more than where they lead, and one that is not valid. A third of their bits are changed in one
 * table, the next third in the next one. */
static void bits_of_descriptors(void **state)
{
    (void)state;
    struct audit audit;
    size_t missed = 0;
    size_t count = 0;
    assert_true(audit_run(&audit, &rich->input));
    for (size_t page = 0; page < rich->size / PAGE_SIZE_4K; page++) {
        const uint64_t *entries = (const void *)(rich->bytes + page * PAGE_SIZE_4K);
        uint64_t kind = 1;
        for (size_t i = 0; is_table(&audit, page) && i < PAGE_SIZE_4K / sizeof(*entries); i++) {
            uint64_t next = entries[i] & ~UINT64_C(0xfffffff000);
            for (unsigned bit = page % 3; next != kind && bit < 64; bit += 3) {
                size_t offset = page * PAGE_SIZE_4K + i * sizeof(*entries) + bit / 8;
                missed += !bit_noticed(offset, bit % 8);
                count++;
            }
            kind = next;
        }
    }
    audit_free(&audit);
    print_message("%zu bits of descriptors\n", count);
    assert_int_equal(missed, 0);
    assert_true(count > 300);
}

/* Bits all over the image, at distances that hit every page and have no common divisor with it. */
static void bits_everywhere(void **state)
{
    (void)state;
    size_t missed = 0;
    for (size_t offset = 0; offset < rich->size; offset += 1021) {
        missed += !bit_noticed(offset, (unsigned)(offset % 7));
    }
    assert_int_equal(missed, 0);
}

/* Writes a number into the header of a uImage, in `size` bytes, big-endian. */
static void uimage_set(uint8_t *header, size_t offset, uint32_t value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        header[offset + i] = (uint8_t)(value >> 8 * (size - 1 - i));
    }
}

/* Gives the header its checksum and says whether the file is taken for the image that it holds. */
static bool uimage_is_taken(uint8_t *bytes, size_t size, bool with_sum)
{
    struct audit_input input = {.image_path = "rich.uimage"};
    const struct file file = {.bytes = bytes, .size = size};
    if (with_sum) {
        uimage_set(bytes, 4, 0, 4);
        uimage_set(bytes, 4, crc32_of(bytes, 64), 4);
    }
    diag_capture_reset();
    return audit_unwrap(&input, &file) && input.wrapped && input.size == size - 64;
}

/* U-Boot, include/image.h: where each field of the header stands, and what is wrong there. */
static void fields_of_uimage(void **state)
{
    (void)state;
    static const struct {
        size_t offset, size;
        uint32_t good, wrong;
    } fields[] = {
        {0, 4, 0x27051956, 0},
        {12, 4, 0, 1},
        {16, 4, 0x40800000, 0x40000000},
        {20, 4, 0x40800000, 0x40800004},
        {24, 4, 0, 1},
        {28, 1, 5, 17},
        {29, 1, 22, 2},
        {30, 1, 2, 4},
        {31, 1, 0, 1},
    };
    size_t size = 64 + rich->size;
    uint8_t *bytes = calloc(1, size);
    assert_non_null(bytes);
    memcpy(bytes + 64, rich->bytes, rich->size);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        uimage_set(bytes, fields[i].offset, fields[i].good, fields[i].size);
    }
    uimage_set(bytes, 12, (uint32_t)rich->size, 4);
    uimage_set(bytes, 24, crc32_of(bytes + 64, rich->size), 4);
    assert_true(uimage_is_taken(bytes, size, true));
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        uint8_t good[64];
        memcpy(good, bytes, sizeof(good));
        uimage_set(bytes, fields[i].offset, fields[i].wrong, fields[i].size);
        assert_false(uimage_is_taken(bytes, size, true));
        memcpy(bytes, good, sizeof(good));
    }
    for (size_t i = 4; i < size; i += i < 64 ? 1 : 4099) {
        bytes[i] ^= 0x10;
        assert_false(uimage_is_taken(bytes, size, false));
        bytes[i] ^= 0x10;
    }
    free(bytes);
}

static void known_checksum(void **state)
{
    (void)state;
    assert_int_equal(crc32_of((const uint8_t *)"123456789", 9), 0xcbf43926);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_image_is_clean), cmocka_unit_test(damage_that_makes_sense),
        cmocka_unit_test(bits_of_records),     cmocka_unit_test(bits_of_descriptors),
        cmocka_unit_test(bits_everywhere),     cmocka_unit_test(fields_of_uimage),
        cmocka_unit_test(known_checksum),
    };
    return cmocka_run_group_tests(tests, group_set_up, group_tear_down);
}
