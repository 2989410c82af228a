/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The command line of `drover`: what it says and how it exits when used wrongly.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define TOOL     BUILD_DIR "/drover "
#define MICROKIT BUILD_DIR "/tests/microkit "

static char output[16384];

/* Runs a shell command; keeps what it says on both channels. Returns its exit status. */
static int run(const char *command)
{
    char whole[1024];
    snprintf(whole, sizeof(whole), "(%s) 2>&1", command);
    FILE *pipe = popen(whole, "r");
    assert_non_null(pipe);
    size_t length = fread(output, 1, sizeof(output) - 1, pipe);
    output[length] = '\0';
    int status = pclose(pipe);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void expect(const char *command, int status, const char *text)
{
    int got = run(command);
    if (got != status || strstr(output, text) == NULL) {
        fail_msg("%s: exit %d, said: %s", command, got, output);
    }
}

static void help_and_version(void **state)
{
    (void)state;
    expect(TOOL "help", 0, "build");
    expect(TOOL "--help", 0, "usage: drover");
    expect(TOOL "--version", 0, "drover ");
    expect(TOOL "build --help", 0, "--search-path DIR");
}

static void wrong_usage(void **state)
{
    (void)state;
    expect(TOOL, 2, "usage: drover");
    expect(TOOL "frobnicate", 2, "no command \"frobnicate\"");
    expect(TOOL "build --bord x", 2, "drover build: unrecognized option '--bord'");
    expect(TOOL "build x.system --board", 2, "requires an argument");
    expect(TOOL "build --board x", 2, "no system description given");
    expect(TOOL "build a.system b.system --board x", 2, "more than one system description");
    expect(TOOL "build a.system", 2, "--board is missing");
    expect(TOOL "explain --board x", 2, "no address, interrupt or node given");
    expect(TOOL "explain 0x1000 irq 33", 2, "--board is missing");
    expect(TOOL "build a.system --board x --image-type iso", 2,
           "binary, elf or uimage, not \"iso\"");
}

static void no_such_sdk_or_board(void **state)
{
    (void)state;
    expect("DROVER_SDK=/nonexistent " TOOL "build a.system --board x", 1,
           "name the SDK with DROVER_SDK");
    expect("mkdir -p " BUILD_DIR "/tests/no-sdk/board/one && DROVER_SDK=" BUILD_DIR
           "/tests/no-sdk " TOOL "build a.system --board two",
           1, "there are: one");
    expect("DROVER_SDK=" BUILD_DIR "/tests/no-sdk " TOOL "build a.system --board ../x", 1,
           "no board \"../x\"");
    expect("DROVER_SDK=" BUILD_DIR "/tests/no-sdk " TOOL "build a.system --board one", 1,
           "no configuration \"debug\"");
}

/* A file of VMs is taken as it stands or not at all. */
static void a_file_of_vms_is_read_strictly(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"{\"vms\": [{\"name\": \"a\", \"give\": [\"all\"]}]} more", "not JSON of the form"},
        {"{\"vms\": [], \"board\": \"x\"}", "unknown key \"board\" beside \"vms\""},
        {"{\"vms\": [{\"name\": \"a\", \"give\": [\"b\\u0000c\"]}]}",
         "\"give\": a list of strings is expected"},
        {"{\"vms\": [{\"name\": \"a\\u0000c\"}]}", "each with a \"name\""},
        {"{\"vms\": [{\"name\": \"a\", \"like_seed\": \"yes\"}]}",
         "\"like_seed\": true or false is expected"},
        {"{\"vms\": [{\"name\": \"a\", \"bord\": 1}]}", "unknown key \"bord\" of a VM"},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        FILE *file = fopen(BUILD_DIR "/tests/vms.json", "w");
        assert_non_null(file);
        assert_true(fputs(wrong[i].text, file) >= 0);
        assert_int_equal(fclose(file), 0);
        expect(TOOL "compose --board x -o y --vms " BUILD_DIR "/tests/vms.json", 2,
               wrong[i].message);
    }
}

static void microkit_takes_the_field_s_options(void **state)
{
    (void)state;
    assert_int_equal(run("ln -sf ../drover " MICROKIT), 0);
    expect(MICROKIT "a.system", 2, "microkit: --board is missing");
    expect(MICROKIT "a.system --bord x", 2, "microkit: unrecognized option '--bord'");
    expect("DROVER_SDK=/nonexistent " MICROKIT "a.system --viper-output v --capdl-json=c --board x",
           1, "no board \"x\"");
    assert_non_null(strstr(output, "--viper-output v: nothing written"));
    assert_non_null(strstr(output, "--capdl-json c: not written"));
    expect(MICROKIT "a.system --board x --override-kernel k.elf", 2,
           "--override-kernel k.elf: Drover's kernel is part of its SDK");
    expect(MICROKIT "--search-path one two --board x", 2, "no system description given");
    expect(MICROKIT "a.system --search-path one two --bord x", 2, "unrecognized option '--bord'");
    expect(MICROKIT "a.system --board x --viper-output", 2, "--viper-output lacks its argument");
    expect(MICROKIT "a.system --board x --search-path", 2, "--search-path lacks its argument");
    expect(MICROKIT "--search-path --board x a.system", 2, "--search-path lacks its argument");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_and_version),
        cmocka_unit_test(wrong_usage),
        cmocka_unit_test(no_such_sdk_or_board),
        cmocka_unit_test(a_file_of_vms_is_read_strictly),
        cmocka_unit_test(microkit_takes_the_field_s_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
