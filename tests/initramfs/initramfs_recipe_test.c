/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading recipes: every keyword, and every mistake with its line and what is said of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "build.h"
#include "diag_capture.h"
#include "initramfs.h"
#include "source.h"

static bool read_bytes(struct recipe *recipe, const void *bytes, size_t size)
{
    char path[300];
    const char *directory = build_directory("recipe");
    build_file(directory, "r", bytes, size);
    snprintf(path, sizeof(path), "%s/r", directory);
    diag_capture_reset();
    return recipe_read(recipe, path);
}

static bool read_text(struct recipe *recipe, const char *text)
{
    return read_bytes(recipe, text, strlen(text));
}

static void keywords(void **state)
{
    (void)state;
    struct recipe recipe;
    if (!read_text(&recipe, "#mtree\n"
                            "\n"
                            "  # indented\r\n"
                            ".        type=dir\r\n"
                            "./bin\ttype=dir  mode=01777 uid=4294967295 gid=7 time=4294967295\n"
                            "./bin/sh type=link link=../lib/x:y\n"
                            "/set type=file mode=0644 uid=1 gid=2 time=3 nlink=1\n"
                            "./a      contents=deb:usr/a\n"
                            "./b\303\251 contents=/abs/b mode=600 nlink=1\n"
                            "/set type=dir time=0\n"
                            "./bin/d")) {
        fail_msg("%s", diag_captured());
    }
    assert_int_equal(recipe.count, 6);
    const struct recipe_entry *root = &recipe.entries[0], *bin = &recipe.entries[1],
                              *sh = &recipe.entries[2], *a = &recipe.entries[3],
                              *b = &recipe.entries[4], *d = &recipe.entries[5];
    assert_string_equal(root->path, ".");
    assert_int_equal(root->type, RECIPE_DIRECTORY);
    assert_int_equal(root->at.line, 4);
    assert_int_equal(root->mode, 0755); /* what nobody says */
    assert_int_equal(root->uid + root->gid + root->time, 0);
    assert_string_equal(bin->path, "bin");
    assert_int_equal(bin->mode, 01777);
    assert_int_equal(bin->uid, UINT32_MAX);
    assert_int_equal(bin->gid, 7);
    assert_int_equal(bin->time, UINT32_MAX);
    assert_int_equal(sh->type, RECIPE_LINK);
    assert_string_equal(sh->link, "../lib/x:y");
    assert_null(sh->contents);
    assert_int_equal(a->type, RECIPE_FILE);
    assert_string_equal(a->contents, "deb:usr/a");
    assert_int_equal(a->mode, 0644);
    assert_int_equal(a->uid, 1);
    assert_int_equal(a->gid, 2);
    assert_int_equal(a->time, 3);
    assert_string_equal(b->path, "b\303\251");
    assert_string_equal(b->contents, "/abs/b");
    assert_int_equal(b->mode, 0600);
    assert_string_equal(d->path, "bin/d");
    assert_int_equal(d->type, RECIPE_DIRECTORY);
    assert_int_equal(d->time, 0);
    assert_int_equal(d->uid, 1);
    assert_ptr_equal(recipe_find(&recipe, "bin/sh"), sh);
    assert_null(recipe_find(&recipe, "bin/s"));
    recipe_free(&recipe);
}

static const struct {
    const char *text;
    const char *message;
} mistakes[] = {
    {"./a type=fifo", "r:1: type=fifo: expected dir, file or link"},
    {"./a type=dir mode=0999", "r:1: mode=0999: expected octal permissions of at most 7777"},
    {"./a type=dir mode=10000", "r:1: mode=10000: expected octal"},
    {"./a type=dir mode=-1", "r:1: mode=-1: expected octal"},
    {"./a type=dir uid=4294967296", "r:1: uid=4294967296: expected a number of at most 4294967295"},
    {"./a type=dir uid=root", "r:1: uid=root: expected a number"},
    {"./a type=dir gid=1x", "r:1: gid=1x: expected a number"},
    {"./a type=dir time=0.5", "r:1: time=0.5: expected a number"},
    {"./a type=dir time=99999999999999999999999", "r:1: time=99999999999999999999999: expected"},
    {"./a type=dir nlink=2", "r:1: nlink=2: expected 1"},
    {"./a type=dir mode", "r:1: \"mode\": expected KEYWORD=VALUE"},
    {"./a type=dir mode=", "r:1: \"mode=\": expected KEYWORD=VALUE"},
    {"./a type=dir \\", "r:1: \"\\\": expected KEYWORD=VALUE"},
    {"./a type=dir size=3", "r:1: \"size\": expected type, mode, uid, gid, time, nlink, link or"},
    {"./a type=file contents=a\\040b", "r:1: contents=a\\040b: a value has no blanks"},
    {"#\n/set uid=1 contents=x", "r:2: \"contents\": expected type, mode, uid, gid, time or nlink"},
    {"/set link=x", "r:1: \"link\": expected type, mode, uid, gid, time or nlink in a /set line"},
    {"/unset type=dir", "r:1: \"/unset\": expected /set, or ./PATH of at most 4095 characters"},
    {"/bin type=dir", "r:1: \"/bin\": expected /set, or ./PATH"},
    {"bin type=dir", "r:1: \"bin\": expected /set, or ./PATH"},
    {".. type=dir", "r:1: \"..\": expected /set, or ./PATH"},
    {"./ type=dir", "r:1: \"./\": expected /set, or ./PATH"},
    {"./a/ type=dir", "r:1: \"./a/\": expected /set, or ./PATH"},
    {"./a//b type=dir", "r:1: \"./a//b\": expected /set, or ./PATH"},
    {"./a/./b type=dir", "r:1: \"./a/./b\": expected /set, or ./PATH"},
    {"./a/../b type=dir", "r:1: \"./a/../b\": expected /set, or ./PATH"},
    {"./../b type=dir", "r:1: \"./../b\": expected /set, or ./PATH"},
    {"./a\\040b type=dir", "r:1: \"./a\\040b\": expected /set, or ./PATH"},
    {"./TRAILER!!! type=dir", "r:1: \"./TRAILER!!!\" is what the format ends an archive with"},
    {"./a", "r:1: \"a\": type= is missing: expected dir, file or link, here or in a /set line"},
    {". type=link link=x", "r:1: \".\": it is the root: expected type=dir"},
    {"./a type=link", "r:1: \"a\": a link needs link=, where it points to"},
    {"./a type=dir link=b", "r:1: \"a\": link= is for type=link only"},
    {"./a type=file", "r:1: \"a\": a file needs contents=, a path of the host or deb:"},
    {"./a type=dir contents=b", "r:1: \"a\": contents= is for type=file only"},
    {"./a type=dir\n./b type=dir\n./a type=dir", "r:3: \"a\" stands in line 1 already; remove"},
    {"\n./a/b type=dir", "r:2: \"a/b\": no line above makes its directory, nor does Linux; put "
                         "\"./a type=dir\" before it"},
    {"./a/b type=dir\n./a type=dir", "r:1: \"a/b\": no line above makes its directory"},
    {"./a type=link link=x\n./a/b type=dir", "r:2: \"a/b\": \"a\" is no directory, but what line 1 "
                                             "makes it"},
    {"# nothing\n/set uid=0\n", "r:0: the recipe has no entry; expected a line ./PATH type=..."},
    {"", "r:0: it has 0 bytes; a recipe of 1 to 1048576 bytes was expected"},
    {"./a type=dir\n\377", "r:2: byte 0xff is not UTF-8 text"},
};

static void every_mistake(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        struct recipe recipe;
        bool is_read = read_text(&recipe, mistakes[i].text);
        recipe_free(&recipe);
        if (is_read || diag_error_count() != 1 || !diag_captured_at(mistakes[i].message)) {
            fail_msg("%s\nread: %d, %u errors: %s", mistakes[i].text, is_read, diag_error_count(),
                     diag_captured());
        }
    }
}

/* Strings of a /set line or of a line that is refused belong to nobody else: the sanitizer looks.
 */
static void several_mistakes(void **state)
{
    (void)state;
    struct recipe recipe;
    assert_false(read_text(&recipe, "/set contents=x mode=9\n"
                                    "./a type=file contents=x contents=y\n"
                                    "b type=file contents=x link=y\n"
                                    "./c type=x colour=red\n"));
    assert_int_equal(diag_error_count(), 5);
    assert_true(diag_captured_at("r:1: mode=9"));
    assert_true(diag_captured_at("r:3: \"b\""));
    assert_true(diag_captured_at("r:4: \"colour\""));
    recipe_free(&recipe);
    /* Lines that are right each, but not together. */
    assert_false(read_text(&recipe, "./a type=file contents=x\n./a type=file contents=x\n"
                                    "./b/c type=dir\n./d type=link\n"));
    assert_int_equal(diag_error_count(), 3);
    recipe_free(&recipe);
}

static void no_text(void **state)
{
    (void)state;
    struct recipe recipe;
    assert_false(read_bytes(&recipe, "./a type=dir\n./b\0 type=dir\n", 27));
    assert_true(diag_captured_at("r:2: a NUL byte; a text was expected"));
    recipe_free(&recipe);
    char *large = malloc(SOURCE_SIZE_MAX + 1);
    assert_non_null(large);
    memset(large, '#', SOURCE_SIZE_MAX + 1);
    assert_false(read_bytes(&recipe, large, SOURCE_SIZE_MAX + 1));
    assert_true(diag_captured_at("r:0: it has 1048577 bytes; a recipe of 1 to 1048576 bytes"));
    recipe_free(&recipe);
    free(large);
    diag_capture_reset();
    assert_false(recipe_read(&recipe, "/nowhere/r"));
    assert_true(diag_captured_error("cannot open \"/nowhere/r\": No such file"));
    recipe_free(&recipe);
}

/* A line of a path with `depth` components of `length` characters, which Linux can make or not. */
static bool read_long(struct recipe *recipe, size_t length, size_t depth)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    for (size_t above = 1; above <= depth; above++) {
        fputc('.', out);
        for (size_t i = 0; i < above * length; i++) {
            fputs(i % length == 0 ? "/x" : "x", out);
        }
        fputs(" type=dir\n", out);
    }
    fclose(out);
    bool is_read = read_text(recipe, text);
    free(text);
    return is_read;
}

static void long_paths(void **state)
{
    (void)state;
    struct recipe recipe;
    assert_true(read_long(&recipe, RECIPE_NAME_MAX, 16)); /* 16 * 256 - 1 characters */
    assert_int_equal(strlen(recipe.entries[15].path), RECIPE_PATH_MAX);
    recipe_free(&recipe);
    assert_false(read_long(&recipe, RECIPE_NAME_MAX + 1, 1));
    recipe_free(&recipe);
    assert_false(read_long(&recipe, RECIPE_NAME_MAX, 17));
    recipe_free(&recipe);
    assert_int_equal(diag_error_count(), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keywords),         cmocka_unit_test(every_mistake),
        cmocka_unit_test(several_mistakes), cmocka_unit_test(no_text),
        cmocka_unit_test(long_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
