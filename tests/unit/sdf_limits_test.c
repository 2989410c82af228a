/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Descriptions that are made to be hard work: the reader has to answer each within seconds, right
 * or wrong, without running out of stack or memory. SIGALRM ends a test that hangs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "source.h"
#include "system.h"

#define SECONDS_MAX 60

static char path[] = "/tmp/drover_sdf_limits_XXXXXX";
static FILE *file;

static int file_make(void **state)
{
    (void)state;
    snprintf(path, sizeof(path), "%s", "/tmp/drover_sdf_limits_XXXXXX");
    int descriptor = mkstemp(path);
    file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    alarm(SECONDS_MAX);
    return file == NULL ? -1 : 0;
}

static int file_remove(void **state)
{
    (void)state;
    alarm(0);
    return unlink(path);
}

static void repeat(const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fputs(text, file);
    }
}

/* Reads what was written to the file. */
static struct system *read_file(const struct macro *macros, size_t macro_count)
{
    assert_int_equal(fclose(file), 0);
    return system_read(path, macros, macro_count);
}

static void ten_megabytes_are_refused(void **state)
{
    (void)state;
    fputs("<system>", file);
    repeat("<memory_region name=\"r\" size=\"0x1000\" />\n", 10000000 / 40);
    assert_null(read_file(NULL, 0));
}

static void nested_elements_are_refused(void **state)
{
    (void)state;
    repeat("<system>", 100000);
    assert_null(read_file(NULL, 0));
}

static void nested_pds_are_refused(void **state)
{
    (void)state;
    fputs("<system>", file);
    repeat("<protection_domain name=\"a\" id=\"1\">", 20000);
    assert_null(read_file(NULL, 0));
}

static void long_values_are_refused(void **state)
{
    (void)state;
    fputs("<system><protection_domain name=\"", file);
    repeat("a", SOURCE_SIZE_MAX - 100);
    fputs("\"><program_image path=\"a\" /></protection_domain></system>", file);
    assert_null(read_file(NULL, 0));
}

static void long_element_names_are_refused(void **state)
{
    (void)state;
    fputs("<system><", file);
    repeat("a", SOURCE_SIZE_MAX - 100);
    fputs(" /></system>", file);
    assert_null(read_file(NULL, 0));
}

static void many_attributes_are_refused(void **state)
{
    (void)state;
    fputs("<system", file);
    for (size_t i = 0; i < 80000; i++) {
        fprintf(file, " a%zu=\"\"", i);
    }
    fputs(" />", file);
    assert_null(read_file(NULL, 0));
}

static void many_long_tags_are_refused(void **state)
{
    (void)state;
    fputs("<system>", file);
    for (size_t tag = 0; tag < 120; tag++) {
        fputs("<map", file);
        for (size_t i = 0; i < 900; i++) {
            fprintf(file, " a%zu=\"\"", i);
        }
        fputs("/>", file);
    }
    fputs("</system>", file);
    assert_null(read_file(NULL, 0));
}

static void many_unknown_elements_are_refused(void **state)
{
    (void)state;
    fputs("<system>", file);
    repeat("<x/>", 250000);
    fputs("</system>", file);
    assert_null(read_file(NULL, 0));
}

static void many_pds_are_refused(void **state)
{
    (void)state;
    fputs("<system>", file);
    for (size_t i = 0; i < 12000; i++) {
        fprintf(file,
                "<protection_domain name=\"%zu\"><program_image path=\"a\"/></protection_domain>",
                i);
    }
    fputs("</system>", file);
    assert_null(read_file(NULL, 0));
}

static void many_equal_names_are_refused(void **state)
{
    (void)state;
    fputs("<system><protection_domain name=\"a\"><program_image path=\"a\"/></protection_domain>",
          file);
    repeat("<memory_region name=\"\" size=\"4096\"/>", 25000);
    fputs("</system>", file);
    assert_null(read_file(NULL, 0));
}

static void many_domains_and_turns_are_refused(void **state)
{
    (void)state;
    fputs("<system><domains>", file);
    for (size_t i = 0; i < 10000; i++) {
        fprintf(file, "<domain name=\"%zu\"/>", i);
    }
    fputs("<domain_schedule>", file);
    repeat("<schedule_entry domain=\"1\" duration=\"1 us\"/>", 15000);
    fputs("</domain_schedule></domains>"
          "<protection_domain name=\"a\" domain=\"1\"><program_image path=\"a\"/>"
          "</protection_domain></system>",
          file);
    assert_null(read_file(NULL, 0));
}

static void many_capabilities_are_refused(void **state)
{
    (void)state;
    fputs("<system><protection_domain name=\"a\"><program_image path=\"a\"/><cspace>", file);
    repeat("<cap_tcb slot=\"1\" pd=\"a\"/>", 30000);
    fputs("</cspace></protection_domain></system>", file);
    assert_null(read_file(NULL, 0));
}

/* The largest system that is right: it takes its time, but not long. */
static void many_regions_and_maps_are_read(void **state)
{
    (void)state;
    const size_t count = 7000;
    fputs("<system>", file);
    for (size_t i = 0; i < count; i++) {
        fprintf(file, "<memory_region name=\"%zu\" size=\"4096\" phys_addr=\"0x%zx\"/>\n", i,
                i * 4096);
    }
    fputs("<protection_domain name=\"a\"><program_image path=\"a\"/>", file);
    for (size_t i = 0; i < count; i++) {
        fprintf(file, "<map mr=\"%zu\" vaddr=\"0x%zx\" setvar_vaddr=\"s%zu\"/>\n", i,
                0x10000000 + i * 4096, i);
    }
    fputs("</protection_domain></system>", file);
    struct system *system = read_file(NULL, 0);
    assert_non_null(system);
    assert_int_equal(system->pds[0].map_count, count);
    system_free(system);
}

static void all_maps_overlapping_are_refused(void **state)
{
    (void)state;
    fputs("<system><memory_region name=\"r\" size=\"0x10000000\"/><protection_domain name=\"a\">"
          "<program_image path=\"a\"/>",
          file);
    repeat("<map mr=\"r\" vaddr=\"0x10000000\"/>", 30000);
    fputs("</protection_domain></system>", file);
    assert_null(read_file(NULL, 0));
}

/* Each macro is two of the one before: without a limit, 2^60 words come out. */
static void exploding_macros_are_refused(void **state)
{
    (void)state;
    fputs("#define M0 word\n", file);
    for (int i = 1; i <= 60; i++) {
        fprintf(file, "#define M%d M%d M%d\n", i, i - 1, i - 1);
    }
    fputs("<system M60=\"\" />\n", file);
    assert_null(read_file(&(struct macro){"X", ""}, 1));
}

static void endless_include_is_refused(void **state)
{
    (void)state;
    fprintf(file, "<system>\n#include \"%s\"\n#include \"%s\"\n</system>\n", path, path);
    assert_null(read_file(&(struct macro){"X", ""}, 1));
}

#define LIMIT_TEST(test) cmocka_unit_test_setup_teardown(test, file_make, file_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIMIT_TEST(ten_megabytes_are_refused),
        LIMIT_TEST(nested_elements_are_refused),
        LIMIT_TEST(nested_pds_are_refused),
        LIMIT_TEST(long_values_are_refused),
        LIMIT_TEST(long_element_names_are_refused),
        LIMIT_TEST(many_attributes_are_refused),
        LIMIT_TEST(many_long_tags_are_refused),
        LIMIT_TEST(many_unknown_elements_are_refused),
        LIMIT_TEST(many_pds_are_refused),
        LIMIT_TEST(many_equal_names_are_refused),
        LIMIT_TEST(many_regions_and_maps_are_read),
        LIMIT_TEST(all_maps_overlapping_are_refused),
        LIMIT_TEST(many_domains_and_turns_are_refused),
        LIMIT_TEST(many_capabilities_are_refused),
        LIMIT_TEST(exploding_macros_are_refused),
        LIMIT_TEST(endless_include_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
