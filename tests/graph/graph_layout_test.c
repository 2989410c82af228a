/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Placing a picture: large systems, a graphviz that is not there or not itself, and the command
 * line of `drover graph`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "diag_capture.h"
#include "drover/abi.h"
#include "picture.h"

#define DIRECTORY BUILD_DIR "/tests/graph"
#define LARGE     DIRECTORY "/large.system"
#define FAKE      DIRECTORY "/fake"
#define EXAMPLE   "tests/bad/good/everything.system"
#define TOOL      BUILD_DIR "/drover graph "

/* Two servers; every other PD has a channel and shared memory with one of them. */
static void write_large(void)
{
    FILE *out = fopen(LARGE, "w");
    assert_non_null(out);
    fputs("<system>\n", out);
    for (int i = 2; i < PD_MAX; i++) {
        fprintf(out, "<memory_region name=\"queue_%d\" size=\"0x1000\" />\n", i);
    }
    for (int i = 0; i < PD_MAX; i++) {
        fprintf(out, "<protection_domain name=\"pd_%d\"><program_image path=\"pd.elf\" />", i);
        for (int k = 2; k < PD_MAX; k++) {
            if (i == k || i == k % 2) {
                fprintf(out, "<map mr=\"queue_%d\" vaddr=\"0x%x\" />", k, 0x10000000 + k * 0x1000);
            }
        }
        fputs("</protection_domain>\n", out);
    }
    for (int i = 2; i < PD_MAX; i++) {
        fprintf(out, "<channel><end pd=\"pd_%d\" id=\"0\" /><end pd=\"pd_%d\" id=\"%d\" />", i,
                i % 2, i / 2);
        fputs("</channel>\n", out);
    }
    fputs("</system>\n", out);
    assert_int_equal(fclose(out), 0);
}

static double children_seconds(void)
{
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_CHILDREN, &usage), 0);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6;
}

static void large_systems_take_little_time(void **state)
{
    (void)state;
    struct picture picture;
    double before = children_seconds();
    write_large();
    picture_draw(&picture, LARGE, "large", NULL);
    assert_true(children_seconds() - before < 20);
    assert_int_equal(picture_count(&picture, "pd"), PD_MAX);
    assert_int_equal(picture_count(&picture, "channel"), PD_MAX - 2);
    assert_int_equal(picture_count(&picture, "memory"), PD_MAX - 2);
    assert_true(picture_ids_are_unique(&picture));
    picture_free(&picture);
}

/* ---- What stands in for `dot` ---- */

static void write_fake(const char *script)
{
    FILE *out = fopen(FAKE "/dot", "w");
    assert_non_null(out);
    fprintf(out, "#!/bin/sh\n%s\n", script);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(chmod(FAKE "/dot", 0755), 0);
}

/* Places the example with `script` as `dot`; expects an error with `message`. */
static void expect_refusal(const char *script, const char *message)
{
    char *path = strdup(getenv("PATH"));
    struct system *system = system_read(EXAMPLE, NULL, 0);
    struct graph graph;
    assert_non_null(system);
    if (script == NULL) {
        remove(FAKE "/dot");
    } else {
        write_fake(script);
    }
    diag_capture_reset();
    graph_build(&graph, system, NULL);
    setenv("PATH", FAKE, 1);
    assert_false(graph_layout(&graph));
    setenv("PATH", path, 1);
    if (!diag_captured_error(message)) {
        fail_msg("\"%s\" said: %s", script == NULL ? "nothing" : script, diag_captured());
    }
    graph_free(&graph);
    system_free(system);
    free(path);
}

static void a_missing_dot_is_named(void **state)
{
    (void)state;
    expect_refusal(NULL, "install the package graphviz");
}

static void a_failing_dot_is_reported(void **state)
{
    (void)state;
    expect_refusal("exit 3", "failed, with exit status 3");
    expect_refusal("kill -ABRT $$", "failed, with signal 6");
    expect_refusal("kill -XCPU $$", "has not placed the picture within 60 s");
}

static void an_answer_without_sense_is_refused(void **state)
{
    static const char *const answers[] = {
        "",
        "nonsense",
        "[]",
        "{}",
        "{\"bb\": \"0,0,10,10\", \"objects\": []}",
        "{\"bb\": \"0,0,10\", \"objects\": []}",
        "{\"bb\": \"0,0,10,10\", \"objects\": 7}",
        "{\"bb\": \"0,0,10,10\", \"objects\": [7, null, {\"name\": \"n0\", \"pos\": \"1,2\"}]}",
        "{\"bb\": \"0,0,10,10\", \"objects\": [{\"name\": \"n99\", \"pos\": \"1,2\"}]}",
        "{\"bb\": \"0,0,10,10\", \"objects\": [{\"name\": \"cluster7\", \"bb\": \"1,2,3,4\"}]}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        char script[256];
        snprintf(script, sizeof(script), "echo '%s'", answers[i]);
        expect_refusal(script, "has left out a part of the picture");
    }
}

/* ---- The command line ---- */

static int run(const char *command, const char *text)
{
    char whole[512];
    char output[8192];
    snprintf(whole, sizeof(whole), "(%s) 2>&1", command);
    FILE *pipe = popen(whole, "r");
    assert_non_null(pipe);
    output[fread(output, 1, sizeof(output) - 1, pipe)] = '\0';
    while (fgetc(pipe) != EOF) {
    }
    int status = pclose(pipe);
    if (strstr(output, text) == NULL) {
        fail_msg("%s: status %d, said: %s", command, status, output);
    }
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void the_command_line_is_checked(void **state)
{
    (void)state;
    assert_int_equal(run(TOOL "--help", "usage: drover graph"), 0);
    assert_int_equal(run(TOOL, "no system description given"), 2);
    assert_int_equal(run(TOOL "a.system b.system", "more than one system description"), 2);
    assert_int_equal(run(TOOL "--frob a.system", "unrecognized option"), 2);
    assert_int_equal(run(TOOL EXAMPLE, "<svg "), 0);
    assert_int_equal(run(TOOL EXAMPLE " --dot", "digraph"), 0);
    assert_int_equal(run(TOOL EXAMPLE " -o /nonexistent/x.svg", "/nonexistent/x.svg"), 1);
    assert_int_equal(run(TOOL EXAMPLE " --search-path /nonexistent", "\"Image\""), 1);
    assert_int_equal(run("DROVER_SDK=/nonexistent " TOOL EXAMPLE " --board x", "no board"), 1);
}

/* The host's fonts and language are no part of the picture. */
static void the_host_does_not_matter(void **state)
{
    (void)state;
    assert_int_equal(run(TOOL EXAMPLE " -o " DIRECTORY "/one.svg", ""), 0);
    assert_int_equal(run("FONTCONFIG_FILE=/dev/null LC_ALL=de_DE.UTF-8 " TOOL EXAMPLE
                         " -o " DIRECTORY "/two.svg",
                         ""),
                     0);
    assert_int_equal(run("cmp " DIRECTORY "/one.svg " DIRECTORY "/two.svg", ""), 0);
}

static int set_up(void **state)
{
    (void)state;
    return run("mkdir -p " FAKE, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(large_systems_take_little_time),
        cmocka_unit_test(a_missing_dot_is_named),
        cmocka_unit_test(a_failing_dot_is_reported),
        cmocka_unit_test(an_answer_without_sense_is_refused),
        cmocka_unit_test(the_command_line_is_checked),
        cmocka_unit_test(the_host_does_not_matter),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
