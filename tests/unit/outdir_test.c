/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A directory of results is replaced only as long as it holds nothing but results.
 */
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

#include "diag_capture.h"
#include "file.h"
#include "outdir.h"

static char above[] = "/tmp/outdir_test_XXXXXX";
static char path[64];

static bool is_ours(const char *name)
{
    return strcmp(name, "mark") == 0 || strcmp(name, "old") == 0 || strcmp(name, "new") == 0;
}

/* Writes the directory anew, with the mark and one file more. */
static bool write_with(const char *name)
{
    struct outdir outdir;
    diag_capture_reset();
    bool is_open = outdir_open(&outdir, path, "mark", is_ours);
    if (is_open) {
        outdir_put(&outdir, "mark", "", 0);
        outdir_put(&outdir, name, "x", 1);
    }
    return outdir_close(&outdir, is_open);
}

static bool has(const char *name)
{
    char file[128];
    snprintf(file, sizeof(file), "%s/%s", path, name);
    return access(file, F_OK) == 0;
}

static void put(const char *name)
{
    char file[128];
    snprintf(file, sizeof(file), "%s/%s", path, name);
    assert_true(file_write(file, "mine", 4));
}

static int begin(void **state)
{
    (void)state;
    strcpy(strrchr(above, '_'), "_XXXXXX");
    assert_non_null(mkdtemp(above));
    snprintf(path, sizeof(path), "%s/results", above);
    return 0;
}

static int end(void **state)
{
    (void)state;
    static const char *const names[] = {"results/mark",  "results/old", "results/new",
                                        "results/notes", "results/sub", "results"};
    char entry[128];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(entry, sizeof(entry), "%s/%s", above, names[i]);
        remove(entry);
    }
    return rmdir(above); /* fails if something is left beside the results */
}

static void one_s_own_is_replaced(void **state)
{
    (void)state;
    assert_true(write_with("old"));
    assert_true(write_with("new"));
    assert_true(has("new"));
    assert_false(has("old"));
}

static void an_empty_one_is_taken(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path, 0777), 0);
    assert_true(write_with("new"));
}

static void what_somebody_put_into_it_stays(void **state)
{
    (void)state;
    assert_true(write_with("old"));
    put("notes");
    assert_false(write_with("new"));
    assert_true(has("notes") && has("old") && has("mark"));
    assert_false(has("new"));
}

static void a_directory_in_it_stays(void **state)
{
    (void)state;
    char inner[128];
    assert_true(write_with("old"));
    snprintf(inner, sizeof(inner), "%s/sub", path);
    assert_int_equal(mkdir(inner, 0777), 0);
    assert_false(write_with("new"));
    assert_true(has("sub") && has("old"));
}

static void what_lacks_the_mark_is_somebody_s(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path, 0777), 0);
    put("old");
    assert_false(write_with("new"));
    assert_true(has("old"));
}

static void what_is_no_directory_stays(void **state)
{
    (void)state;
    assert_int_equal(symlink(".", path), 0);
    assert_false(write_with("new"));
    assert_int_equal(unlink(path), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(one_s_own_is_replaced),
        TEST(an_empty_one_is_taken),
        TEST(what_somebody_put_into_it_stays),
        TEST(a_directory_in_it_stays),
        TEST(what_lacks_the_mark_is_somebody_s),
        TEST(what_is_no_directory_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
