/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Composes for every board of a directory of device trees, each in a process of its own, and checks
 * what comes out.
 *     corpus DIRECTORY [--jobs N] [--every] [--sample NUMBER/OF] [--boards FILE] [--print FILE]
 * --every runs each device with registers by itself, not only those of a kind. --sample takes the
 * families whose hash is NUMBER modulo OF: the same number, the same boards. --boards compares with
 * docs/boards.md: all of it, or the rows of the sample. --print writes that page.
 */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <libfdt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "board_run.h"
#include "families.h"
#include "file.h"

#define BOARD_MAX 4096

struct board_file {
    char *path;
    char directory[64];
    pid_t child;
    FILE *output;
};

struct corpus {
    struct board_file boards[BOARD_MAX];
    size_t board_count;
    char payload[64];
    long jobs;
    bool every;
    unsigned long sample, of; /* of 0: all */
    struct families families;
    size_t run_count, failure_count;
    double seconds, slowest;
};

/* FNV-1a, 32 bits: the same on every host. */
static uint32_t hash(const char *text)
{
    uint32_t value = 2166136261U;
    for (; *text != '\0'; text++) {
        value = (value ^ (uint8_t)*text) * 16777619U;
    }
    return value;
}

/* Whether the board's family is in the sample. */
static bool is_in_sample(const struct corpus *corpus, const char *path)
{
    struct file file;
    bool is_in = corpus->of == 0;
    if (!is_in && file_map(&file, path, NULL)) {
        int length = 0;
        const char *list = fdt_check_full(file.bytes, file.size) == 0
                               ? fdt_getprop(file.bytes, 0, "compatible", &length)
                               : NULL;
        const char *last = "";
        for (int at = 0; list != NULL && at < length; at += (int)strlen(list + at) + 1) {
            last = list + at;
        }
        is_in = hash(last) % corpus->of == corpus->sample % corpus->of;
        file_unmap(&file);
    }
    return is_in;
}

static void add_directory(struct corpus *corpus, const char *root, const char *name)
{
    char directory[1024];
    struct dirent **entries;
    snprintf(directory, sizeof(directory), "%s/%s", root, name);
    int count = scandir(directory, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const char *end = strrchr(entries[i]->d_name, '.');
        struct board_file *board = &corpus->boards[corpus->board_count];
        if (end != NULL && strcmp(end, ".dtb") == 0 && corpus->board_count < BOARD_MAX &&
            asprintf(&board->path, "%s/%s", directory, entries[i]->d_name) > 0) {
            if (is_in_sample(corpus, board->path)) {
                snprintf(board->directory, sizeof(board->directory), "%s", name);
                corpus->board_count++;
            } else {
                free(board->path);
            }
        }
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
}

static bool add_all(struct corpus *corpus, const char *root)
{
    struct dirent **entries;
    int count = scandir(root, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        if (entries[i]->d_name[0] != '.') {
            add_directory(corpus, root, entries[i]->d_name);
        }
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
    return corpus->board_count != 0;
}

/* A kernel that is a header only, 4 MiB in memory, and a small initial RAM disk. */
static bool make_payload(struct corpus *corpus)
{
    static const uint8_t initrd[3000] = "made up";
    uint8_t image[4096] = {[18] = 0x40, [56] = 'A', [57] = 'R', [58] = 'M', [59] = 0x64};
    char path[128];
    strcpy(corpus->payload, "/tmp/corpus_XXXXXX");
    if (mkdtemp(corpus->payload) == NULL) {
        return false;
    }
    snprintf(path, sizeof(path), "%s/Image", corpus->payload);
    bool made = file_write(path, image, sizeof(image));
    snprintf(path, sizeof(path), "%s/initrd", corpus->payload);
    return file_write(path, initrd, sizeof(initrd)) && made;
}

static void remove_payload(const struct corpus *corpus)
{
    static const char *const names[] = {"Image", "initrd"};
    char path[128];
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/%s", corpus->payload, names[i]);
        unlink(path);
    }
    rmdir(corpus->payload);
}

static void start(struct corpus *corpus, struct board_file *board)
{
    board->output = tmpfile();
    fflush(NULL);
    board->child = board->output == NULL ? -1 : fork();
    if (board->child == 0) {
        dup2(fileno(board->output), STDOUT_FILENO);
        board_run(board->directory, board->path, corpus->payload, corpus->every);
        fflush(stdout);
        exit(EXIT_SUCCESS);
    }
}

static void fail(struct corpus *corpus, const char *path, const char *what)
{
    printf("FAIL %s: %s\n", path, what);
    corpus->failure_count++;
}

/* Takes what a board's runs have said. */
static void gather(struct corpus *corpus, const struct board_file *board)
{
    struct family *family = NULL;
    char *line = NULL;
    size_t capacity = 0;
    bool is_done = false;
    rewind(board->output);
    while (getline(&line, &capacity, board->output) > 0) {
        size_t runs;
        double seconds;
        if (strncmp(line, "fail\t", 5) == 0) {
            line[strcspn(line, "\n")] = '\0';
            fail(corpus, board->path, line + 5);
        } else if (sscanf(line, "done %zu %lf", &runs, &seconds) == 2) {
            is_done = true;
            corpus->run_count += runs;
            corpus->seconds += seconds;
            corpus->slowest = seconds > corpus->slowest ? seconds : corpus->slowest;
        } else {
            family = families_take(&corpus->families, family, line);
        }
    }
    if (!is_done) {
        fail(corpus, board->path, "its runs did not come to their end");
    }
    free(line);
    fclose(board->output);
}

static struct board_file *board_of(struct corpus *corpus, pid_t child)
{
    for (size_t i = 0; i < corpus->board_count; i++) {
        if (corpus->boards[i].child == child) {
            return &corpus->boards[i];
        }
    }
    return NULL;
}

/* Waits for one of the running boards; what it said is gathered later, in the boards' order. */
static void await(struct corpus *corpus)
{
    int status;
    pid_t child = wait(&status);
    struct board_file *board = child < 0 ? NULL : board_of(corpus, child);
    if (board != NULL && (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS)) {
        fail(corpus, board->path,
             WIFSIGNALED(status) ? "ended by a signal; a board has 60 s of CPU time"
                                 : "a sanitizer ended it; see above");
    }
}

static void run_all(struct corpus *corpus)
{
    long running = 0;
    size_t gathered = 0;
    for (size_t i = 0; i < corpus->board_count; i++) {
        if (running == corpus->jobs) {
            await(corpus);
            running--;
        }
        if (i - gathered == 256) { /* so many files are open */
            for (; running > 0; running--) {
                await(corpus);
            }
            for (; gathered < i; gathered++) {
                gather(corpus, &corpus->boards[gathered]);
            }
        }
        start(corpus, &corpus->boards[i]);
        running++;
    }
    for (; running > 0; running--) {
        await(corpus);
    }
    for (; gathered < corpus->board_count; gathered++) {
        gather(corpus, &corpus->boards[gathered]);
    }
}

/* The page as it would be printed; allocated. */
static char *print_page(struct corpus *corpus)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    families_print(&corpus->families, out);
    fclose(out);
    return text;
}

static void compare_page(struct corpus *corpus, const char *path)
{
    struct file file;
    if (!file_map(&file, path, NULL)) {
        fail(corpus, path, "cannot be read");
        return;
    }
    if (corpus->of == 0) {
        char *text = print_page(corpus);
        if (strlen(text) != file.size || memcmp(text, file.bytes, file.size) != 0) {
            fail(corpus, path, "is not what is found; `make boards-page` writes it");
        }
        free(text);
    }
    for (size_t i = 0; i < corpus->families.count; i++) {
        char row[4096];
        family_row(&corpus->families.entries[i], row, sizeof(row));
        if (memmem(file.bytes, file.size, row, strlen(row)) == NULL) {
            fail(corpus, path, "has another row; `make boards-page` writes it. Found:");
            fputs(row, stdout);
        }
    }
    file_unmap(&file);
}

static bool parse(struct corpus *corpus, int argc, char **argv, const char **boards,
                  const char **print)
{
    static const struct option options[] = {
        {"jobs", required_argument, NULL, 'j'},   {"every", no_argument, NULL, 'e'},
        {"sample", required_argument, NULL, 's'}, {"boards", required_argument, NULL, 'b'},
        {"print", required_argument, NULL, 'p'},  {NULL, 0, NULL, 0}};
    int option;
    bool sound = true;
    corpus->jobs = 1;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'j':
            corpus->jobs = atol(optarg);
            break;
        case 'e':
            corpus->every = true;
            break;
        case 's':
            sound = sscanf(optarg, "%lu/%lu", &corpus->sample, &corpus->of) == 2 && sound;
            break;
        case 'b':
            *boards = optarg;
            break;
        case 'p':
            *print = optarg;
            break;
        default:
            sound = false;
        }
    }
    return sound && optind == argc - 1 && corpus->jobs > 0;
}

int main(int argc, char **argv)
{
    static struct corpus corpus;
    const char *boards = NULL, *print = NULL;
    if (!parse(&corpus, argc, argv, &boards, &print)) {
        fprintf(stderr, "corpus DIRECTORY [--jobs N] [--every] [--sample NUMBER/OF] "
                        "[--boards FILE] [--print FILE]\n");
        return EXIT_FAILURE;
    }
    if (!add_all(&corpus, argv[optind]) || !make_payload(&corpus)) {
        printf("no device trees in %s, or no room for a payload\n0 passed, 1 failed\n",
               argv[optind]);
        return EXIT_FAILURE;
    }
    run_all(&corpus);
    remove_payload(&corpus);
    if (boards != NULL) {
        compare_page(&corpus, boards);
    }
    if (print != NULL) {
        char *text = print_page(&corpus);
        corpus.failure_count += !file_write(print, text, strlen(text));
        free(text);
    }
    printf("%zu boards of %zu families, %.0f s of CPU time, %.1f s for the slowest board\n",
           corpus.board_count, corpus.families.count, corpus.seconds, corpus.slowest);
    for (size_t i = 0; i < corpus.board_count; i++) {
        free(corpus.boards[i].path);
    }
    families_free(&corpus.families);
    size_t passed =
        corpus.run_count > corpus.failure_count ? corpus.run_count - corpus.failure_count : 0;
    printf("%zu passed, %zu failed\n", passed, corpus.failure_count);
    return corpus.failure_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
