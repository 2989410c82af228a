/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Documents that are followed: tests/docs/follow does what a document says; what the document shows
 * as output has to come, line by line. In a shown line, "..." stands for anything.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

#define SECONDS 120 /* for a line, on a busy host */

static const struct document {
    const char *name;
    const char *path;
    const char *section; /* "" for the whole */
} documents[] = {
    {"manual", "docs/manual.md", "## A first program"},
    {"guide", "docs/guide.md", ""},
    {"new-board", "docs/new-board.md", ""},
};

static const struct document *document;

/* Reads the next line that the document shows as output; false at its end. */
static bool next_line(FILE *file, bool *inside, bool *output, char *line, size_t size)
{
    while (fgets(line, (int)size, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "## ", 3) == 0) {
            *inside = document->section[0] == '\0' || strcmp(line, document->section) == 0;
        } else if (strncmp(line, "```", 3) == 0) {
            *output = *inside && strcmp(line, "```text") == 0;
        } else if (*output && line[0] != '\0') {
            return true;
        }
    }
    return false;
}

/* Waits for a shown line, piece by piece. */
static bool comes(struct machine *machine, char *line)
{
    while (*line != '\0') {
        char *dots = strstr(line, "...");
        if (dots != NULL) {
            *dots = '\0';
        }
        if (*line != '\0' && machine_wait(machine, line, SECONDS) == NULL) {
            return false;
        }
        line = dots == NULL ? "" : dots + strlen("...");
    }
    return true;
}

static bool shows_what_it_says(struct machine *machine)
{
    char line[1024];
    bool inside = document->section[0] == '\0';
    bool output = false;
    size_t count = 0;
    FILE *file = fopen(document->path, "r");
    if (file == NULL) {
        return case_fail("cannot open %s", document->path);
    }
    while (next_line(file, &inside, &output, line, sizeof(line))) {
        if (!comes(machine, line)) {
            fclose(file);
            return false;
        }
        count++;
    }
    fclose(file);
    return count > 0 || case_fail("%s shows no output", document->path);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"what the document says happens as it shows", shows_what_it_says},
    };
    char log[256];
    for (size_t i = 0; i < sizeof(documents) / sizeof(*documents); i++) {
        if (argc > 1 && strcmp(argv[1], documents[i].name) == 0) {
            document = &documents[i];
        }
    }
    if (document == NULL) {
        fprintf(stderr, "usage: documents manual | guide | new-board\n");
        return EXIT_FAILURE;
    }
    char *const arguments[] = {"tests/docs/follow",       BUILD_DIR,
                               (char *)document->name,    (char *)document->path,
                               (char *)document->section, NULL};
    snprintf(log, sizeof(log), BUILD_DIR "/tests/log/document_%s.console", document->name);
    struct machine *machine = machine_start(log, NULL, arguments);
    int status = cases_run(machine, cases, sizeof(cases) / sizeof(cases[0]));
    machine_stop(machine);
    return status;
}
