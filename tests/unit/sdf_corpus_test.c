/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The corpus of descriptions through the reader alone, under the sanitizers: what it refuses, it
 * refuses with the expected words; what is right, it accepts. Each file is read in a process of its
 * own, which also has to end without a leak.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "corpus.h"
#include "system.h"

#define ACCEPTED 0
#define REFUSED  1

/* Cases that the planner refuses are in the corpus too: the reader accepts those. At least these
 * many are its own. */
#define REFUSED_MIN 160

#define MACROS_MAX 8

/* Becomes a reader of the case's file; does not return. */
_Noreturn static void read_child(const struct corpus_case *entry, const char *directory,
                                 FILE *messages)
{
    struct macro macros[MACROS_MAX];
    size_t macro_count = 0;
    if (chdir(directory) != 0 || dup2(fileno(messages), STDERR_FILENO) < 0) {
        abort();
    }
    for (size_t i = 1; i < entry->argument_count; i++) {
        if (strcmp(entry->arguments[i - 1], "-D") == 0 && macro_count < MACROS_MAX) {
            char *value = strchrnul(entry->arguments[i], '=');
            if (*value == '=') {
                *value++ = '\0';
            }
            macros[macro_count++] = (struct macro){.name = entry->arguments[i], .value = value};
        }
    }
    struct system *system = system_read(entry->file, macros, macro_count);
    int result = system == NULL ? REFUSED : ACCEPTED;
    system_free(system);
    exit(result);
}

/* Returns the exit status of reading the case, and what was said in `*said`. */
static int read_case(const struct corpus_case *entry, const char *directory, char **said)
{
    FILE *messages = tmpfile();
    assert_non_null(messages);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        read_child(entry, directory, messages);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    *said = corpus_read(messages);
    fclose(messages);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void bad_descriptions_are_refused_as_expected(void **state)
{
    (void)state;
    struct corpus corpus = corpus_load("tests/bad");
    size_t refused = 0;
    for (size_t i = 0; i < corpus.count; i++) {
        char *said;
        int result = read_case(&corpus.cases[i], "tests/bad", &said);
        if (result != ACCEPTED) {
            print_message("%s\n", corpus.cases[i].file);
            assert_int_equal(result, REFUSED);
            assert_non_null(corpus.cases[i].expected);
            assert_string_equal(said, corpus.cases[i].expected);
            refused++;
        }
        free(said);
    }
    corpus_free(&corpus);
    assert_true(refused >= REFUSED_MIN);
}

static void good_descriptions_are_accepted(void **state)
{
    (void)state;
    struct corpus corpus = corpus_load("tests/bad/good");
    assert_true(corpus.count > 0);
    for (size_t i = 0; i < corpus.count; i++) {
        char *said;
        print_message("good/%s\n", corpus.cases[i].file);
        int result = read_case(&corpus.cases[i], "tests/bad/good", &said);
        assert_string_equal(said, corpus.cases[i].expected == NULL ? "" : corpus.cases[i].expected);
        assert_int_equal(result, ACCEPTED);
        free(said);
    }
    corpus_free(&corpus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_descriptions_are_refused_as_expected),
        cmocka_unit_test(good_descriptions_are_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
