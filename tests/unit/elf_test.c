/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * ELF files, right ones and wrong ones: what is read of them and why they are refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <elf.h> /* the format; "elf.h" is the tool's reader */

#include "elf.h"
#include "diag_capture.h"
#include "drover/manifest.h"
#include "elf_build.h"

#define GLOBAL_DATA (STB_GLOBAL << 4 | STT_OBJECT)
#define LOCAL_DATA  (STB_LOCAL << 4 | STT_OBJECT)

static const struct elf_rules rules = {.va_start = 0x1000, .va_end = PD_USER_VA_END};
static uint8_t *bytes;
static size_t size;

static struct elf *read_recipe(const struct elf_recipe *recipe)
{
    diag_capture_reset();
    bytes = elf_build(recipe, &size);
    return elf_parse("test.elf", bytes, size, NULL);
}

static void done(struct elf *elf)
{
    elf_free(elf);
    free(bytes);
}

static const struct built_segment good_segments[] = {
    {.va = 0x202000, .memory_size = 0x5000, .file_size = 0x10, .flags = PF_R | PF_W},
    {.va = 0x200000, .memory_size = 0x800, .file_size = 0x800, .flags = PF_R | PF_X},
    {.va = 0x201000, .memory_size = 0x100, .file_size = 0x100, .flags = PF_R},
};

static void good_file(void **state)
{
    (void)state;
    struct elf *elf = read_recipe(
        &(struct elf_recipe){.entry = 0x200004, .segments = good_segments, .segment_count = 3});
    assert_non_null(elf);
    assert_int_equal(elf->segment_count, 3);
    assert_int_equal(elf->segments[0].va, 0x200000);
    assert_int_equal(elf->segments[0].perms, MAP_PERM_READ | MAP_PERM_EXECUTE);
    assert_int_equal(elf->segments[1].perms, MAP_PERM_READ);
    assert_int_equal(elf->segments[2].perms, MAP_PERM_READ | MAP_PERM_WRITE);
    assert_int_equal(elf->segments[0].contents[0x7f], 0x7f);
    assert_int_equal(elf->segments[2].memory_size, 0x5000);
    assert_true(elf_check(elf, &rules, NULL));
    done(elf);
}

/* Reads one that has to be refused, by the reader or by the check, with `text`. */
static void refused(const struct elf_recipe *recipe, const char *text)
{
    struct elf *elf = read_recipe(recipe);
    if (elf != NULL) {
        assert_false(elf_check(elf, &rules, NULL));
    }
    if (!diag_captured_error(text)) {
        fail_msg("expected \"%s\", got: %s", text, diag_captured());
    }
    done(elf);
}

static void segments_refused(const struct built_segment *segments, size_t count, const char *text)
{
    refused(&(struct elf_recipe){.entry = 0x200000, .segments = segments, .segment_count = count},
            text);
}

static void wrong_kinds_of_file(void **state)
{
    (void)state;
    struct elf_recipe recipe = {.entry = 0x200004, .segments = good_segments, .segment_count = 3};
    recipe.machine = EM_X86_64;
    refused(&recipe, "another machine");
    recipe.machine = 0;
    recipe.type = ET_REL;
    refused(&recipe, "not an executable");
    recipe.type = ET_DYN;
    refused(&recipe, "position-independent");
    recipe.type = ET_CORE;
    refused(&recipe, "not an executable");
}

static void not_an_elf_file(void **state)
{
    (void)state;
    uint8_t text[] = "#!/bin/sh\necho this is a script and not a program at all, but long enough\n";
    diag_capture_reset();
    assert_null(elf_parse("script", text, sizeof(text), NULL));
    assert_true(diag_captured_error("not an ELF file"));
    assert_null(elf_parse("empty", text, 0, NULL));
    assert_null(elf_parse("magic", (uint8_t *)"\177ELF", 4, NULL));
}

static void writable_and_executable(void **state)
{
    (void)state;
    static const struct built_segment segments[] = {
        {.va = 0x200000, .memory_size = 0x100, .file_size = 0x100, .flags = PF_R | PF_W | PF_X}};
    segments_refused(segments, 1, "writable and executable");
}

/* A linker may keep code from being read; page tables that do so are not what anybody asks for. */
static void code_is_readable(void **state)
{
    (void)state;
    static const struct built_segment segments[] = {
        {.va = 0x200000, .memory_size = 0x100, .file_size = 0x100, .flags = PF_X}};
    struct elf *elf = read_recipe(
        &(struct elf_recipe){.entry = 0x200000, .segments = segments, .segment_count = 1});
    assert_non_null(elf);
    assert_int_equal(elf->segments[0].perms, MAP_PERM_READ | MAP_PERM_EXECUTE);
    assert_true(elf_check(elf, &rules, NULL));
    done(elf);
}

static void not_readable(void **state)
{
    (void)state;
    static const uint32_t flags[] = {0, PF_W};
    for (size_t i = 0; i < 2; i++) {
        const struct built_segment segments[] = {
            {.va = 0x200000, .memory_size = 0x100, .file_size = 0x100, .flags = PF_R | PF_X},
            {.va = 0x201000, .memory_size = 0x100, .file_size = 0x100, .flags = flags[i]}};
        segments_refused(segments, 2, "0x201000 is neither readable nor executable");
    }
}

static void shared_page(void **state)
{
    (void)state;
    static const struct built_segment segments[] = {
        {.va = 0x200000, .memory_size = 0x100, .file_size = 0x100, .flags = PF_R | PF_X},
        {.va = 0x200800, .memory_size = 0x100, .file_size = 0x100, .flags = PF_R | PF_W}};
    segments_refused(segments, 2, "share the page 0x200000");
}

static void same_permissions_may_share_a_page(void **state)
{
    (void)state;
    static const struct built_segment segments[] = {
        {.va = 0x200000, .memory_size = 0x100, .file_size = 0x100, .flags = PF_R | PF_X},
        {.va = 0x200800, .memory_size = 0x100, .file_size = 0x100, .flags = PF_R | PF_X}};
    struct elf *elf = read_recipe(
        &(struct elf_recipe){.entry = 0x200000, .segments = segments, .segment_count = 2});
    assert_true(elf_check(elf, &rules, NULL));
    done(elf);
}

static void overlapping_segments(void **state)
{
    (void)state;
    static const struct built_segment segments[] = {
        {.va = 0x200000, .memory_size = 0x2000, .file_size = 0x100, .flags = PF_R | PF_X},
        {.va = 0x201000, .memory_size = 0x100, .file_size = 0x100, .flags = PF_R | PF_X}};
    segments_refused(segments, 2, "overlap");
}

static void out_of_bounds(void **state)
{
    (void)state;
    static const struct built_segment low[] = {
        {.va = 0, .memory_size = 0x1000, .file_size = 0x100, .flags = PF_R | PF_X}};
    static const struct built_segment high[] = {
        {.va = 0x200000, .memory_size = 0x1000, .file_size = 0x100, .flags = PF_R | PF_X},
        {.va = PD_USER_VA_END - 0x1000, .memory_size = 0x1001, .flags = PF_R | PF_W}};
    static const struct built_segment wrapping[] = {
        {.va = 0x200000, .memory_size = UINT64_MAX - 0x1000, .flags = PF_R | PF_X}};
    static const struct built_segment huge[] = {
        {.va = 0x200000, .memory_size = 0x10, .file_size = 0x20, .flags = PF_R | PF_X}};
    segments_refused(low, 1, "lies outside");
    segments_refused(high, 2, "lies outside");
    segments_refused(wrapping, 1, "beyond the last VA");
    segments_refused(huge, 1, "outside of the file");
}

static void entry_outside_of_code(void **state)
{
    (void)state;
    refused(&(struct elf_recipe){.entry = 0x201000, .segments = good_segments, .segment_count = 3},
            "in no executable segment");
    refused(&(struct elf_recipe){.entry = 0x200800, .segments = good_segments, .segment_count = 3},
            "in no executable segment");
}

static void nothing_to_load(void **state)
{
    (void)state;
    refused(&(struct elf_recipe){0}, "nothing to load");
}

static void every_truncation_is_survived(void **state)
{
    (void)state;
    static const struct built_symbol symbols[] = {{"x", 0x202000, 8, GLOBAL_DATA}};
    const struct elf_recipe recipe = {.entry = 0x200000,
                                      .segments = good_segments,
                                      .segment_count = 3,
                                      .symbols = symbols,
                                      .symbol_count = 1};
    uint8_t *whole = elf_build(&recipe, &size);
    for (size_t length = 0; length < size; length++) {
        uint8_t *part = malloc(length + 1);
        memcpy(part, whole, length);
        diag_capture_reset();
        struct elf *elf = elf_parse("part", part, length, NULL);
        struct elf_symbol symbol;
        if (elf != NULL) {
            elf_symbol(elf, "x", &symbol);
        } else {
            assert_int_not_equal(diag_error_count(), 0);
        }
        elf_free(elf);
        free(part);
    }
    free(whole);
}

static void symbols(void **state)
{
    (void)state;
    static const struct built_symbol list[] = {
        {"local_only", 0x202008, 4, LOCAL_DATA}, {"twice", 0x202010, 8, LOCAL_DATA},
        {"twice", 0x202018, 8, GLOBAL_DATA},     {"ambiguous", 0x202028, 8, LOCAL_DATA},
        {"ambiguous", 0x202030, 8, LOCAL_DATA},  {"a_file", 0x202020, 8, STB_LOCAL << 4 | STT_FILE},
    };
    struct elf *elf = read_recipe(&(struct elf_recipe){.entry = 0x200000,
                                                       .segments = good_segments,
                                                       .segment_count = 3,
                                                       .symbols = list,
                                                       .symbol_count = 6});
    struct elf_symbol symbol;
    assert_true(elf_symbol(elf, "local_only", &symbol));
    assert_int_equal(symbol.va, 0x202008);
    assert_int_equal(symbol.size, 4);
    assert_false(symbol.ambiguous);
    assert_true(elf_symbol(elf, "twice", &symbol));
    assert_int_equal(symbol.va, 0x202018);
    assert_false(symbol.ambiguous);
    assert_true(elf_symbol(elf, "ambiguous", &symbol));
    assert_true(symbol.ambiguous);
    assert_false(elf_symbol(elf, "a_file", &symbol));
    assert_false(elf_symbol(elf, "absent", &symbol));
    done(elf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_file),
        cmocka_unit_test(wrong_kinds_of_file),
        cmocka_unit_test(not_an_elf_file),
        cmocka_unit_test(writable_and_executable),
        cmocka_unit_test(code_is_readable),
        cmocka_unit_test(not_readable),
        cmocka_unit_test(shared_page),
        cmocka_unit_test(same_permissions_may_share_a_page),
        cmocka_unit_test(overlapping_segments),
        cmocka_unit_test(out_of_bounds),
        cmocka_unit_test(entry_outside_of_code),
        cmocka_unit_test(nothing_to_load),
        cmocka_unit_test(every_truncation_is_survived),
        cmocka_unit_test(symbols),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
