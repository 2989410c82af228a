/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The runner of `make test`: runs suites one after the other, a line each, and sums up their
 * counts. A suite is NAME=COMMAND. It has to say how many cases passed and failed, in its own last
 * line
 * ("N passed, N failed") or in cmocka's; one that does not, that has no case, or whose exit status
 * disagrees with its count, has failed.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

struct count {
    unsigned passed, failed;
    bool found;
};

static double clock_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Takes the count out of a line of a suite's output, if it has one. */
static void count_line(struct count *count, const char *line)
{
    unsigned passed, failed;
    int end = 0;

    if (sscanf(line, "%u passed, %u failed%n", &passed, &failed, &end) == 2 && end > 0) {
        *count = (struct count){.passed = passed, .failed = failed, .found = true};
    } else if (sscanf(line, "[  PASSED  ] %u test", &passed) == 1) {
        count->passed += passed;
        count->found = true;
    } else if (sscanf(line, "[  FAILED  ] %u test", &failed) == 1) {
        count->failed += failed;
        count->found = true;
    }
}

/* Copies to `out` what the reader of a failure wants to see of the log: lines that speak of one. */
static void show_failures(const char *log_path)
{
    static const char *const marks[] = {"FAIL", "ERROR", "error", "runtime error", "[   LINE   ]"};
    char line[4096];
    unsigned shown = 0;
    FILE *log = fopen(log_path, "re");

    while (log != NULL && fgets(line, sizeof(line), log) != NULL && shown < 40) {
        for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
            if (strstr(line, marks[i]) != NULL) {
                printf("    %s", line);
                shown++;
                break;
            }
        }
    }
    printf("    the whole output: %s\n", log_path);
    if (log != NULL) {
        fclose(log);
    }
}

/* Runs the command with its output in the log and counts what it reports. Returns its exit status.
 */
static int run_suite(const char *command, const char *log_path, struct count *count)
{
    char line[4096];
    FILE *log = fopen(log_path, "we");
    FILE *output;
    int status;

    if (log == NULL) {
        perror(log_path);
        exit(EXIT_FAILURE);
    }
    snprintf(line, sizeof(line), "exec 2>&1 </dev/null; %s", command);
    output = popen(line, "re");
    if (output == NULL) {
        perror(command);
        exit(EXIT_FAILURE);
    }
    while (fgets(line, sizeof(line), output) != NULL) {
        fputs(line, log);
        count_line(count, line);
    }
    status = pclose(output);
    fclose(log);
    return status;
}

/* Runs a suite and prints its line. Returns its count, of which `failed` is 0 only if all is well.
 */
static struct count report_suite(const char *name, const char *command, const char *log_directory)
{
    struct count count = {0};
    double start = clock_seconds();
    char log_path[512];
    int status;

    snprintf(log_path, sizeof(log_path), "%s/%s.log", log_directory, name);
    status = run_suite(command, log_path, &count);
    if (count.failed == 0 && (count.passed == 0 || status != 0)) {
        count.failed = 1;
    }
    printf("%-4s %-28s %5u passed %4u failed %7.1f s\n", count.failed == 0 ? "ok" : "FAIL", name,
           count.passed, count.failed, clock_seconds() - start);
    if (!count.found || count.passed + count.failed == 0) {
        printf("    it reported no case\n");
    }
    if (WIFSIGNALED(status)) {
        printf("    it was ended by signal %d\n", WTERMSIG(status));
    } else if (status != 0) {
        printf("    its exit status is %d\n", WEXITSTATUS(status));
    }
    if (count.failed > 0) {
        show_failures(log_path);
    }
    fflush(stdout);
    return count;
}

int main(int argc, char **argv)
{
    struct count sum = {0};

    if (argc < 3) {
        fprintf(stderr, "usage: run LOG-DIRECTORY NAME=COMMAND...\n");
        return EXIT_FAILURE;
    }
    for (int i = 2; i < argc; i++) {
        char *command = strchr(argv[i], '=');
        struct count count;

        if (command == NULL) {
            fprintf(stderr, "run: \"%s\" is not NAME=COMMAND\n", argv[i]);
            return EXIT_FAILURE;
        }
        *command++ = '\0';
        count = report_suite(argv[i], command, argv[1]);
        sum.passed += count.passed;
        sum.failed += count.failed;
    }
    printf("%u passed, %u failed\n", sum.passed, sum.failed);
    return sum.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
