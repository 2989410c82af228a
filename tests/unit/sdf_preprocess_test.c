/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Text before and after the C preprocessor: XML comments hidden, lines traced back to their files,
 * bare attribute values quoted; and a whole description with macros.
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

#include "preprocess.h"

static void check_hidden(const char *before, const char *after)
{
    struct source_text text;
    source_text_init(&text, "x.system", before, strlen(before));
    preprocess_hide_comments(&text);
    assert_string_equal(text.bytes, after);
    source_text_free(&text);
}

static void comments_are_hidden(void **state)
{
    (void)state;
    check_hidden("<a><!-- it's /* -->\n</a>", "<a>                \n</a>");
    check_hidden("<!--\n//\n-->x", "    \n  \n   x");
    check_hidden("<a b=\"<!-- no -->\"/>", "<a b=\"<!-- no -->\"/>");
    check_hidden("/* <!-- */ <!-- x -->", "/* <!-- */           ");
    check_hidden("// <!--\n<!-- x -->", "// <!--\n          ");
    check_hidden("  #define A <!--\n<!---->", "  #define A <!--\n       ");
    check_hidden("<!-- no end", "<!-- no end");
    check_hidden("<a b='", "<a b='");
    check_hidden("", "");
}

/* What the preprocessor's output `output` becomes; the caller frees it. */
static struct source_text take(const char *output)
{
    struct source_text text;
    preprocess_take_output(&text, "dir/x.system", output, strlen(output));
    return text;
}

static void check_taken(const char *output, const char *after)
{
    struct source_text text = take(output);
    assert_string_equal(text.bytes, after);
    source_text_free(&text);
}

static void bare_values_are_quoted(void **state)
{
    (void)state;
    check_taken("<a b=1/>", "<a b=\"1\"/>");
    check_taken("<a b= 0x1 c='2' d=\"3=x\">", "<a b= \"0x1\" c='2' d=\"3=x\">");
    check_taken("<a b=\n1\n/>", "<a b=\n\"1\"\n/>");
    check_taken("<a b=x/y />", "<a b=\"x/y\" />");
    check_taken("<a b=1\"2 />", "<a b=1\"2 />");
    check_taken("<a b=/>", "<a b=/>");
    check_taken("<a b=", "<a b=");
    check_taken("x=1 <!-- y=2 --> <![CDATA[<z w=3>]]>", "x=1 <!-- y=2 --> <![CDATA[<z w=3>]]>");
}

static void declaration_is_hidden(void **state)
{
    (void)state;
    check_taken("\n<?xml version=\"1.0\"?>\n<a/>", "\n                     \n<a/>");
    check_taken("<?xml-stylesheet?>", "<?xml-stylesheet?>");
    check_taken("<?xml ", "      ");
}

static void check_line(const struct source_text *text, unsigned line, const char *file,
                       unsigned expected)
{
    struct source source = source_text_locate(text, line);
    assert_string_equal(source.file, file);
    assert_int_equal(source.line, expected);
}

static void lines_are_traced(void **state)
{
    (void)state;
    struct source_text text =
        take("# 1 \"<stdin>\"\n# 1 \"<built-in>\" 1\n# 1 \"<stdin>\" 2\n"
             "one\ntwo\n# 7 \"./sub/y.h\" 1\nseven\n# 9 \"/z \\\"q\\\\.h\" 1\n"
             "nine\n# 4 \"<stdin>\" 2\nfour\n#5 x\n# x\n# 6 y\n");
    check_line(&text, 4, "dir/x.system", 1);
    check_line(&text, 5, "dir/x.system", 2);
    check_line(&text, 7, "dir/sub/y.h", 7);
    check_line(&text, 9, "/z \"q\\.h", 9);
    check_line(&text, 11, "dir/x.system", 4);
    check_line(&text, 14, "dir/x.system", 7);
    assert_null(strstr(text.bytes, "stdin"));
    assert_non_null(strstr(text.bytes, "\n#5 x\n# x\n# 6 y\n"));
    source_text_free(&text);
}

static void files_lie_beside_the_description(void **state)
{
    (void)state;
    static const struct {
        const char *path, *name, *file;
    } cases[] = {
        {"a/b.system", "<stdin>", "a/b.system"},
        {"a/b.system", "./c.h", "a/c.h"},
        {"a/b.system", "c.h", "a/c.h"},
        {"a/b.system", "/c.h", "/c.h"},
        {"b.system", "./c.h", "c.h"},
        {"/b.system", "c.h", "/c.h"},
        {"a/b.system", "<built-in>", "<built-in>"},
        {"a/b.system", "", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *file = preprocess_file(cases[i].path, cases[i].name, strlen(cases[i].name));
        assert_string_equal(file, cases[i].file);
        free(file);
    }
}

static void macros_reach_the_system(void **state)
{
    (void)state;
    const struct macro macros[] = {
        {"RAM", "\"0x40000000\""}, {"RAM_SIZE", "0x400_000"}, {"WITH_MAP", ""}};
    struct system *system = system_read("tests/bad/good/macros.system", macros, 3);
    assert_non_null(system);
    assert_int_equal(system->regions[0].size, 0x400000);
    assert_int_equal(system->regions[0].phys_addr, 0x40000000);
    assert_int_equal(system->regions[0].source.line, 7);
    assert_string_equal(system->regions[0].source.file, "tests/bad/good/macros.system");
    assert_string_equal(system->regions[1].name, "it's RAM // /* here");
    assert_int_equal(system->regions[1].size, 0x1000);
    const struct pd *pd = &system->pds[0];
    assert_string_equal(pd->program_path, "dir//a.elf");
    assert_int_equal(pd->map_count, 2);
    assert_int_equal(pd->maps[0].vaddr, 0x40000000);
    assert_int_equal(pd->maps[0].source.line, 14);
    assert_int_equal(pd->maps[1].source.line, 16);
    system_free(system);
}

/* Reads a right description with `program` as the preprocessor. */
static struct system *read_with(const char *program)
{
    assert_int_equal(setenv("DROVER_CPP", program, 1), 0);
    struct system *system =
        system_read("tests/bad/good/minimal.system", &(struct macro){"X", ""}, 1);
    unsetenv("DROVER_CPP");
    return system;
}

static void another_preprocessor_can_be_named(void **state)
{
    (void)state;
    assert_null(read_with("/no/such/program"));
    assert_null(read_with("false"));
    assert_null(read_with("true"));
    struct system *system = read_with("clang");
    assert_non_null(system);
    system_free(system);
}

/* What nobody writes to is waited for, but not for ever. */
static void an_included_pipe_ends(void **state)
{
    (void)state;
    char directory[] = "/tmp/drover-preprocess-test-XXXXXX";
    char description[64];
    char pipe[64];
    assert_non_null(mkdtemp(directory));
    snprintf(description, sizeof(description), "%s/x.system", directory);
    snprintf(pipe, sizeof(pipe), "%s/pipe", directory);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    FILE *out = fopen(description, "w");
    assert_non_null(out);
    fputs("#include \"pipe\"\n<system/>\n", out);
    assert_int_equal(fclose(out), 0);
    assert_null(system_read(description, &(struct macro){"X", ""}, 1));
    assert_int_equal(unlink(description), 0);
    assert_int_equal(unlink(pipe), 0);
    assert_int_equal(rmdir(directory), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comments_are_hidden),
        cmocka_unit_test(bare_values_are_quoted),
        cmocka_unit_test(declaration_is_hidden),
        cmocka_unit_test(lines_are_traced),
        cmocka_unit_test(files_lie_beside_the_description),
        cmocka_unit_test(macros_reach_the_system),
        cmocka_unit_test(another_preprocessor_can_be_named),
        cmocka_unit_test(an_included_pipe_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
