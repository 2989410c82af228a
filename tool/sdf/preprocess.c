/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Runs the C preprocessor over a description and reports what it complains about. Its input and
 * outputs are temporary files, so neither side can block the other, and it is held to a bounded
 * time and size.
 */
#include "preprocess.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alloc.h"
#include "child.h"
#include "diag.h"

#define CPU_SECONDS_MAX 10 /* and twice that by the clock */
#define OUTPUT_SIZE_MAX (4 * SOURCE_SIZE_MAX)
#define EXIT_NOT_RUN    127

/* A run of the preprocessor. */
struct run {
    const char *program;
    char *directory; /* of the description: #include looks there */
    char **arguments;
    FILE *input, *output, *messages;
    int status; /* as waitpid() gives it */
};

static bool macro_is_valid(const struct macro *macro)
{
    const char *name = macro->name;
    bool valid = isalpha((unsigned char)name[0]) || name[0] == '_';
    for (const char *c = name; *c != '\0'; c++) {
        valid = valid && (isalnum((unsigned char)*c) || *c == '_');
    }
    if (!valid) {
        diag_error(NULL, "-D \"%.64s\": not the name of a macro; letters, digits and _ make one",
                   name);
    } else if (strchr(macro->value, '\n') != NULL) {
        diag_error(NULL, "-D \"%.64s\": the value has more than one line", name);
        valid = false;
    }
    return valid;
}

static char **arguments_make(const char *program, const struct macro *macros, size_t macro_count)
{
    static const char *const fixed[] = {"-E", "-x", "assembler-with-cpp", "-undef", "-nostdinc",
                                        "-I", "."};
    const size_t fixed_count = sizeof(fixed) / sizeof(fixed[0]);
    char **arguments = alloc_array(1 + fixed_count + macro_count + 2, sizeof(char *));
    size_t count = 0;
    arguments[count++] = source_copy(program, strlen(program));
    for (size_t i = 0; i < fixed_count; i++) {
        arguments[count++] = source_copy(fixed[i], strlen(fixed[i]));
    }
    for (size_t i = 0; i < macro_count; i++) {
        size_t size = strlen(macros[i].name) + strlen(macros[i].value) + sizeof("-D=");
        arguments[count] = alloc_array(size, 1);
        snprintf(arguments[count++], size, "-D%s=%s", macros[i].name, macros[i].value);
    }
    arguments[count] = source_copy("-", 1);
    return arguments;
}

static void run_free(struct run *run)
{
    FILE *const files[] = {run->input, run->output, run->messages};
    for (size_t i = 0; i < 3; i++) {
        if (files[i] != NULL) {
            fclose(files[i]);
        }
    }
    for (size_t i = 0; run->arguments != NULL && run->arguments[i] != NULL; i++) {
        free(run->arguments[i]);
    }
    free(run->arguments);
    free(run->directory);
}

static bool run_make(struct run *run, const struct source_text *text, const char *path,
                     const struct macro *macros, size_t macro_count)
{
    const char *program = getenv("DROVER_CPP");
    const char *slash = strrchr(path, '/');
    run->program = program != NULL && program[0] != '\0' ? program : "clang";
    run->directory = slash == NULL ? source_copy(".", 1)
                                   : source_copy(path, slash == path ? 1 : (size_t)(slash - path));
    run->arguments = arguments_make(run->program, macros, macro_count);
    run->input = tmpfile();
    run->output = tmpfile();
    run->messages = tmpfile();
    if (run->input == NULL || run->output == NULL || run->messages == NULL ||
        fwrite(text->bytes, 1, text->size, run->input) != text->size || fflush(run->input) != 0 ||
        fseek(run->input, 0, SEEK_SET) != 0) {
        diag_error(NULL, "cannot write a temporary file: %s", strerror(errno));
        return false;
    }
    return true;
}

/* Becomes the preprocessor; does not return. */
_Noreturn static void run_child(const struct run *run)
{
    const struct rlimit size = {OUTPUT_SIZE_MAX, OUTPUT_SIZE_MAX};
    if (dup2(fileno(run->input), STDIN_FILENO) >= 0 &&
        dup2(fileno(run->output), STDOUT_FILENO) >= 0 &&
        dup2(fileno(run->messages), STDERR_FILENO) >= 0 && chdir(run->directory) == 0 &&
        child_limit(CPU_SECONDS_MAX) && setrlimit(RLIMIT_FSIZE, &size) == 0 &&
        setenv("LC_ALL", "C", 1) == 0) {
        execvp(run->program, run->arguments);
    }
    _exit(EXIT_NOT_RUN);
}

static bool run_wait(struct run *run)
{
    pid_t child = fork();
    if (child == 0) {
        run_child(run);
    }
    pid_t waited = -1;
    do {
        waited = child < 0 ? -1 : waitpid(child, &run->status, 0);
    } while (child > 0 && waited < 0 && errno == EINTR);
    if (waited < 0 || (WIFEXITED(run->status) && WEXITSTATUS(run->status) == EXIT_NOT_RUN)) {
        diag_error(
            NULL,
            "cannot run \"%s\", the preprocessor that -D needs; install clang, or name another "
            "one in the environment variable DROVER_CPP",
            run->program);
        return false;
    }
    return true;
}

/*
 * Reports a message of the form FILE:LINE:COLUMN: error: TEXT. Lines of any other form are context
 * and are dropped. Returns whether it was an error; warnings are passed on as such.
 */
static bool message_report(const char *path, char *line)
{
    static const char *const forms[] = {": warning: ", ": error: ", ": fatal error: "};
    const char *first_colon = strchr(line, ':');
    for (size_t i = 0; first_colon != NULL && i < 3; i++) {
        const char *text = strstr(first_colon, forms[i]);
        if (text == NULL) {
            continue;
        }
        text += strlen(forms[i]);
        char *file = preprocess_file(path, line, (size_t)(first_colon - line));
        struct source at = {.file = file, .line = (unsigned)strtoul(first_colon + 1, NULL, 10)};
        if (i == 0) {
            diag_warning(&at, "preprocessor: %s", text);
        } else {
            diag_error(&at, "preprocessor: %s", text);
        }
        free(file);
        return i != 0;
    }
    return false;
}

/* Reports what the preprocessor wrote to its stderr and how it ended; returns whether it went well.
 */
static bool run_report(const struct run *run, const char *path)
{
    char *line = NULL;
    size_t capacity = 0;
    bool any_error = false;
    rewind(run->messages);
    while (getline(&line, &capacity, run->messages) > 0) {
        line[strcspn(line, "\n")] = '\0';
        any_error = message_report(path, line) || any_error;
    }
    free(line);
    bool good = WIFEXITED(run->status) && WEXITSTATUS(run->status) == 0;
    const struct source at = {.file = path};
    if (child_was_limited(run->status)) {
        diag_error(&at,
                   "the preprocessor \"%s\" has not come to an end within %d s of computing, or "
                   "twice that of waiting; does an #include name a pipe?",
                   run->program, CPU_SECONDS_MAX);
    } else if (!good && !any_error) {
        diag_error(&at, "the preprocessor \"%s\" failed (%s %d)", run->program,
                   WIFEXITED(run->status) ? "exit status" : "signal",
                   WIFEXITED(run->status) ? WEXITSTATUS(run->status) : WTERMSIG(run->status));
    }
    return good && !any_error;
}

static bool run_read(const struct run *run, struct source_text *text, const char *path)
{
    char *output = alloc_array(OUTPUT_SIZE_MAX, 1);
    rewind(run->output);
    size_t size = fread(output, 1, OUTPUT_SIZE_MAX, run->output);
    bool good = ferror(run->output) == 0;
    if (good) {
        source_text_free(text);
        preprocess_take_output(text, path, output, size);
    } else {
        diag_error(NULL, "cannot read a temporary file: %s", strerror(errno));
    }
    free(output);
    return good;
}

bool preprocess(struct source_text *text, const char *path, const struct macro *macros,
                size_t macro_count)
{
    bool good = true;
    for (size_t i = 0; i < macro_count; i++) {
        good = macro_is_valid(&macros[i]) && good;
    }
    if (!good) {
        return false;
    }
    preprocess_hide_comments(text);
    struct run run = {0};
    good = run_make(&run, text, path, macros, macro_count) && run_wait(&run) &&
           run_report(&run, path) && run_read(&run, text, path);
    run_free(&run);
    return good;
}
