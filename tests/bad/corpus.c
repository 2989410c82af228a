/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads the corpus of system descriptions.
 */
#include "corpus.h"

#include <dirent.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

#define SUFFIX ".system"

char *corpus_read(FILE *file)
{
    char *text = NULL;
    size_t size = 0;
    rewind(file);
    for (size_t got = 1; got > 0; size += got) {
        text = realloc(text, size + 4096 + 1);
        if (text == NULL) {
            err(1, "realloc");
        }
        got = fread(text + size, 1, 4096, file);
    }
    if (ferror(file)) {
        err(1, "read");
    }
    text[size] = '\0';
    return text;
}

/* Contents of the file beside `file` that has `suffix` instead of .system; NULL if there is none.
 */
static char *read_beside(const char *directory, const char *file, const char *suffix)
{
    char path[1024];
    int stem = (int)(strlen(file) - strlen(SUFFIX));
    snprintf(path, sizeof(path), "%s/%.*s%s", directory, stem, file, suffix);
    FILE *opened = fopen(path, "r");
    if (opened == NULL) {
        return NULL;
    }
    char *text = corpus_read(opened);
    fclose(opened);
    return text;
}

static void case_load(struct corpus_case *entry, const char *directory, const char *file)
{
    *entry = (struct corpus_case){.file = strdup(file)};
    entry->expected = read_beside(directory, file, ".expected");
    entry->args = read_beside(directory, file, ".args");
    char *rest = entry->args;
    for (char *word = NULL; rest != NULL && (word = strtok_r(rest, " \n", &rest)) != NULL;) {
        entry->arguments = realloc(entry->arguments, (entry->argument_count + 1) * sizeof(char *));
        entry->arguments[entry->argument_count++] = word;
    }
}

static int is_case(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > strlen(SUFFIX) && strcmp(entry->d_name + length - strlen(SUFFIX), SUFFIX) == 0;
}

struct corpus corpus_load(const char *directory)
{
    struct dirent **entries;
    int count = scandir(directory, &entries, is_case, alphasort);
    if (count < 0) {
        err(1, "%s", directory);
    }
    struct corpus corpus = {.cases = calloc((size_t)count + 1, sizeof(struct corpus_case)),
                            .count = (size_t)count};
    if (corpus.cases == NULL) {
        err(1, "calloc");
    }
    for (int i = 0; i < count; i++) {
        case_load(&corpus.cases[i], directory, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return corpus;
}

void corpus_free(struct corpus *corpus)
{
    for (size_t i = 0; i < corpus->count; i++) {
        free(corpus->cases[i].file);
        free(corpus->cases[i].expected);
        free(corpus->cases[i].args);
        free(corpus->cases[i].arguments);
    }
    free(corpus->cases);
    *corpus = (struct corpus){0};
}
