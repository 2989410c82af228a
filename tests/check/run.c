/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Runs `drover check` on descriptions and compares what it prints, and its exit status as a last
 * line, with what is expected. Without arguments: the cases, which have to show
 * every code that docs/check.md lists. With: EXPECTED ARGUMENT..., one run from the top of the
 * tree.
 */
#include <ctype.h>
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "corpus.h"

#define DIRECTORY   "tests/check/cases"
#define MANUAL      "docs/check.md"
#define BOARD       "odroidc4"
#define SECONDS_MAX 60
#define CODE_MAX    100 /* C01 to C99 */

/* Becomes the tool; does not return. */
_Noreturn static void run_child(const char *tool, const char *directory, char **arguments,
                                FILE *output)
{
    int null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(fileno(output), STDOUT_FILENO) < 0 ||
        dup2(fileno(output), STDERR_FILENO) < 0 || chdir(directory) != 0) {
        err(127, "%s", directory);
    }
    alarm(SECONDS_MAX);
    execv(tool, arguments);
    err(127, "%s", tool);
}

/* Runs the tool; returns what it printed, with "exit N" behind it. */
static char *run(const char *tool, const char *directory, char **arguments)
{
    FILE *output = tmpfile();
    if (output == NULL) {
        err(1, "tmpfile");
    }
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        run_child(tool, directory, arguments, output);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0) {
        err(1, "cannot run %s", tool);
    }
    fseek(output, 0, SEEK_END);
    if (WIFEXITED(status)) {
        fprintf(output, "exit %d\n", WEXITSTATUS(status));
    } else {
        fprintf(output, "killed\n");
    }
    char *said = corpus_read(output);
    fclose(output);
    return said;
}

/* Prints how a case has gone; returns whether it failed. */
static bool report(const char *name, const char *expected, const char *said)
{
    bool failed = expected == NULL || strcmp(expected, said) != 0;
    printf("%s %s\n", failed ? "FAIL" : "pass", name);
    if (failed) {
        printf("  expected:\n%s  it said:\n%s", expected == NULL ? "" : expected, said);
    }
    return failed;
}

/* An argument with the build's directory for "$BUILD" in it. */
static char *argument_make(const char *argument, const char *build)
{
    static const char name[] = "$BUILD";
    const char *found = strstr(argument, name);
    char *made;
    int length = found == NULL ? asprintf(&made, "%s", argument)
                               : asprintf(&made, "%.*s%s%s", (int)(found - argument), argument,
                                          build, found + strlen(name));
    if (length < 0) {
        err(1, "asprintf");
    }
    return made;
}

static bool run_case(const char *tool, const char *build, const struct corpus_case *entry)
{
    char *fixed[] = {"drover", "check", entry->file, "--board", BOARD};
    const size_t fixed_count = sizeof(fixed) / sizeof(fixed[0]);
    char **arguments = calloc(fixed_count + entry->argument_count + 1, sizeof(char *));
    if (arguments == NULL) {
        err(1, "calloc");
    }
    memcpy(arguments, fixed, sizeof(fixed));
    for (size_t i = 0; i < entry->argument_count; i++) {
        arguments[fixed_count + i] = argument_make(entry->arguments[i], build);
    }
    char *said = run(tool, DIRECTORY, arguments);
    bool failed = report(entry->file, entry->expected, said);
    free(said);
    for (size_t i = 0; i < entry->argument_count; i++) {
        free(arguments[fixed_count + i]);
    }
    free(arguments);
    return failed;
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        err(1, "%s", path);
    }
    char *text = corpus_read(file);
    fclose(file);
    return text;
}

/* Marks the codes behind which `after` stands in a text. */
static void find_codes(const char *text, const char *after, bool *codes)
{
    for (const char *at = text; (at = strchr(at, 'C')) != NULL; at++) {
        if (isdigit((unsigned char)at[1]) && isdigit((unsigned char)at[2]) &&
            strncmp(at + 3, after, strlen(after)) == 0) {
            codes[(at[1] - '0') * 10 + (at[2] - '0')] = true;
        }
    }
}

/* Whether the cases show the codes that the manual's table has, and no others. */
static bool codes_fail(const struct corpus *corpus)
{
    bool shown[CODE_MAX] = {false}, listed[CODE_MAX] = {false}, failed = false;
    char *manual = read_file(MANUAL);
    find_codes(manual, " |", listed);
    free(manual);
    for (size_t i = 0; i < corpus->count; i++) {
        if (corpus->cases[i].expected != NULL) {
            find_codes(corpus->cases[i].expected, ": ", shown);
        }
    }
    for (size_t i = 0; i < CODE_MAX; i++) {
        if (shown[i] != listed[i]) {
            printf("FAIL C%02zu: %s\n", i,
                   shown[i] ? MANUAL " does not list it" : "no case shows it");
            failed = true;
        }
    }
    if (!failed) {
        printf("pass every code of " MANUAL " is shown\n");
    }
    return failed;
}

static size_t run_corpus(const char *tool, const char *build, size_t *count)
{
    struct corpus corpus = corpus_load(DIRECTORY);
    if (corpus.count == 0) {
        errx(1, "no cases in " DIRECTORY);
    }
    size_t failed = codes_fail(&corpus);
    for (size_t i = 0; i < corpus.count; i++) {
        failed += run_case(tool, build, &corpus.cases[i]);
    }
    *count = corpus.count + 1;
    corpus_free(&corpus);
    return failed;
}

/* Runs the tool with the arguments behind the file of what is expected. */
static size_t run_one(const char *tool, char **argv)
{
    char *expected = read_file(argv[1]);
    argv[1] = "check";
    char *said = run(tool, ".", argv);
    bool failed = report(argv[2], expected, said);
    free(expected);
    free(said);
    return failed;
}

int main(int argc, char **argv)
{
    char *tool = realpath(BUILD_DIR "/drover", NULL);
    char *sdk = realpath(BUILD_DIR "/sdk", NULL);
    char *build = realpath(BUILD_DIR, NULL);
    if (tool == NULL || sdk == NULL || build == NULL) {
        err(1, "%s/drover and %s/sdk have to be built first", BUILD_DIR, BUILD_DIR);
    }
    setenv("DROVER_SDK", sdk, 0);
    size_t count = 1;
    size_t failed = argc > 2 ? run_one(tool, argv) : run_corpus(tool, build, &count);
    printf("%zu passed, %zu failed\n", count - failed, failed);
    free(tool);
    free(sdk);
    free(build);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
