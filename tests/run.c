/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The runner of `make test`: runs suites, a line each, and sums up their counts. A suite is
 * NAME=COMMAND; suites run one after the other, but +NAME=COMMAND beside its neighbours that are
 * marked so, as many at a time as there are processors. A suite has to say how many cases passed
 * and failed, in its own last line ("N passed, N failed") or in cmocka's; one that does not, that
 * has no case, or whose exit status disagrees with its count, has failed.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

struct suite {
    bool runs_beside; /* its neighbours that do so too */
    const char *name, *command;
};

static const char *log_directory;
static struct count sum;
static pthread_mutex_t report = PTHREAD_MUTEX_INITIALIZER; /* stdout and `sum` */

/* Prints the line of a suite that has ended, and what there is to say about it. */
static void suite_report(const struct suite *suite, const struct count *count, int status,
                         double seconds, const char *log_path)
{
    printf("%-4s %-28s %5u passed %4u failed %7.1f s\n", count->failed == 0 ? "ok" : "FAIL",
           suite->name, count->passed, count->failed, seconds);
    if (!count->found || count->passed + count->failed == 0) {
        printf("    it reported no case\n");
    }
    if (WIFSIGNALED(status)) {
        printf("    it was ended by signal %d\n", WTERMSIG(status));
    } else if (status != 0) {
        printf("    its exit status is %d\n", WEXITSTATUS(status));
    }
    if (count->failed > 0) {
        show_failures(log_path);
    }
    fflush(stdout);
}

static void suite_do(const struct suite *suite)
{
    struct count count = {0};
    double start = clock_seconds();
    char log_path[512];
    int status;

    snprintf(log_path, sizeof(log_path), "%s/%s.log", log_directory, suite->name);
    status = run_suite(suite->command, log_path, &count);
    if (count.failed == 0 && (count.passed == 0 || status != 0)) {
        count.failed = 1;
    }
    pthread_mutex_lock(&report);
    suite_report(suite, &count, status, clock_seconds() - start, log_path);
    sum.passed += count.passed;
    sum.failed += count.failed;
    pthread_mutex_unlock(&report);
}

/* Suites that run beside one another. */
struct group {
    const struct suite *suites;
    int count, next;
    pthread_mutex_t lock; /* of `next` */
};

static void *group_work(void *argument)
{
    struct group *group = argument;
    for (;;) {
        pthread_mutex_lock(&group->lock);
        int index = group->next++;
        pthread_mutex_unlock(&group->lock);
        if (index >= group->count) {
            return NULL;
        }
        suite_do(&group->suites[index]);
    }
}

static void group_do(const struct suite *suites, int count)
{
    struct group group = {.suites = suites, .count = count, .lock = PTHREAD_MUTEX_INITIALIZER};
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    int thread_count = processors < count ? (int)processors : count;
    pthread_t threads[thread_count > 1 ? thread_count - 1 : 1];
    int started = 0;

    while (started < thread_count - 1 &&
           pthread_create(&threads[started], NULL, group_work, &group) == 0) {
        started++;
    }
    group_work(&group);
    while (started-- > 0) {
        pthread_join(threads[started], NULL);
    }
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: run LOG-DIRECTORY [+]NAME=COMMAND...\n");
        return EXIT_FAILURE;
    }
    int count = argc - 2;
    struct suite *suites = calloc((size_t)count, sizeof(*suites));
    if (suites == NULL) {
        perror("run");
        return EXIT_FAILURE;
    }
    for (int i = 0; i < count; i++) {
        char *name = argv[i + 2];
        char *command = strchr(name, '=');
        if (command == NULL) {
            fprintf(stderr, "run: \"%s\" is not NAME=COMMAND\n", name);
            return EXIT_FAILURE;
        }
        *command++ = '\0';
        suites[i] = (struct suite){
            .runs_beside = name[0] == '+', .name = name + (name[0] == '+'), .command = command};
    }
    log_directory = argv[1];
    for (int i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && suites[i].runs_beside && suites[end].runs_beside; end++) {
        }
        group_do(&suites[i], end - i);
    }
    printf("%u passed, %u failed\n", sum.passed, sum.failed);
    free(suites);
    return sum.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
