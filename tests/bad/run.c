/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Runs `drover build` on every bad system description: it has to exit with status 1, say exactly
 * what is expected, and leave no image behind; and docs/sdf.md has to list it. Run it from the top
 * of the tree.
 */
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "corpus.h"

#define DIRECTORY   "tests/bad"
#define MANUAL      "docs/sdf.md"
#define BOARD       "qemu_virt_aarch64"
#define SECONDS_MAX 60

/* What every case is run with; absolute, for the tool runs inside DIRECTORY. */
struct setting {
    char *tool;
    char image[4096];
    char report[4096];
};

static struct setting setting_make(void)
{
    struct setting setting = {.tool = realpath(BUILD_DIR "/drover", NULL)};
    char *build = realpath(BUILD_DIR, NULL);
    if (setting.tool == NULL || build == NULL || access(BUILD_DIR "/sdk", F_OK) != 0) {
        err(1, "%s/drover and %s/sdk have to be built first", BUILD_DIR, BUILD_DIR);
    }
    setenv("DROVER_SDK", "../../" BUILD_DIR "/sdk", 1); /* from DIRECTORY: messages name it */
    snprintf(setting.image, sizeof(setting.image), "%s/" DIRECTORY "/loader.img", build);
    snprintf(setting.report, sizeof(setting.report), "%s/" DIRECTORY "/report.txt", build);
    free(build);
    return setting;
}

/* Becomes the tool; does not return. */
_Noreturn static void run_child(const struct setting *setting, const struct corpus_case *entry,
                                FILE *messages)
{
    const char *const fixed[] = {setting->tool,  "build",    entry->file,    "--board",
                                 BOARD,          "--config", "debug",        "-o",
                                 setting->image, "-r",       setting->report};
    const size_t fixed_count = sizeof(fixed) / sizeof(fixed[0]);
    char **arguments = calloc(fixed_count + entry->argument_count + 1, sizeof(char *));
    int null = open("/dev/null", O_RDWR);
    if (arguments == NULL || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
        dup2(null, STDOUT_FILENO) < 0 || dup2(fileno(messages), STDERR_FILENO) < 0 ||
        chdir(DIRECTORY) != 0) {
        err(127, "%s", DIRECTORY);
    }
    for (size_t i = 0; i < fixed_count; i++) {
        arguments[i] = strdup(fixed[i]);
    }
    for (size_t i = 0; i < entry->argument_count; i++) {
        arguments[fixed_count + i] = entry->arguments[i];
    }
    alarm(SECONDS_MAX);
    execv(setting->tool, arguments);
    err(127, "%s", setting->tool);
}

/* Runs a case; returns what went wrong, or NULL. Puts what the tool said into `*said`. */
static const char *run_case(const struct setting *setting, const struct corpus_case *entry,
                            char **said)
{
    FILE *messages = tmpfile();
    if (messages == NULL) {
        err(1, "tmpfile");
    }
    unlink(setting->image);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        run_child(setting, entry, messages);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0) {
        err(1, "cannot run %s", setting->tool);
    }
    *said = corpus_read(messages);
    fclose(messages);
    if (!WIFEXITED(status)) {
        return "the tool was killed";
    }
    if (WEXITSTATUS(status) != 1) {
        return "the exit status is not 1";
    }
    if (access(setting->image, F_OK) == 0) {
        return "an image was written";
    }
    if (entry->expected == NULL) {
        return "there is no .expected file";
    }
    return strcmp(*said, entry->expected) == 0 ? NULL : "the messages differ";
}

static char *manual_read(void)
{
    FILE *file = fopen(MANUAL, "r");
    if (file == NULL) {
        err(1, MANUAL);
    }
    char *text = corpus_read(file);
    fclose(file);
    return text;
}

/* Whether the manual names the case. */
static bool is_listed(const char *manual, const struct corpus_case *entry)
{
    char name[256];
    snprintf(name, sizeof(name), "`%.*s`", (int)strcspn(entry->file, "."), entry->file);
    return strstr(manual, name) != NULL;
}

int main(void)
{
    char *manual = manual_read();
    struct setting setting = setting_make();
    struct corpus corpus = corpus_load(DIRECTORY);
    if (corpus.count == 0) {
        errx(1, "no cases in " DIRECTORY);
    }
    size_t failed = 0;
    for (size_t i = 0; i < corpus.count; i++) {
        const struct corpus_case *entry = &corpus.cases[i];
        char *said;
        const char *wrong = run_case(&setting, entry, &said);
        if (wrong == NULL && !is_listed(manual, entry)) {
            wrong = MANUAL " does not list it";
        }
        printf("%s %s\n", wrong == NULL ? "pass" : "FAIL", entry->file);
        if (wrong != NULL) {
            failed++;
            printf("  %s; expected:\n%s  it said:\n%s", wrong,
                   entry->expected == NULL ? "" : entry->expected, said);
        }
        free(said);
    }
    printf("%zu passed, %zu failed\n", corpus.count - failed, failed);
    corpus_free(&corpus);
    free(manual);
    free(setting.tool);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
