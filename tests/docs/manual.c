/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The manual's first program: tests/docs/follow-manual does what the manual says; what it shows has
 * to come, line by line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

#define LOG     BUILD_DIR "/tests/log/manual.log"
#define SECTION "## A first program"
#define SECONDS 120 /* for a line, on a busy host */

/* Reads the next line that the manual's section shows as output; false at its end. */
static bool next_line(FILE *manual, bool *inside, bool *output, char *line, size_t size)
{
    while (fgets(line, (int)size, manual) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "## ", 3) == 0) {
            *inside = strcmp(line, SECTION) == 0;
        } else if (strncmp(line, "```", 3) == 0) {
            *output = *inside && strcmp(line, "```text") == 0;
        } else if (*output && line[0] != '\0') {
            return true;
        }
    }
    return false;
}

static bool shows_what_it_says(struct machine *machine)
{
    char line[512];
    bool inside = false;
    bool output = false;
    size_t count = 0;
    FILE *manual = fopen("docs/manual.md", "r");
    if (manual == NULL) {
        return case_fail("cannot open docs/manual.md");
    }
    while (next_line(manual, &inside, &output, line, sizeof(line))) {
        if (machine_wait(machine, line, SECONDS) == NULL) {
            fclose(manual);
            return false;
        }
        count++;
    }
    fclose(manual);
    return count > 0 || case_fail("docs/manual.md shows no output in \"%s\"", SECTION);
}

int main(void)
{
    static char script[] = "tests/docs/follow-manual";
    static char build[] = BUILD_DIR;
    static char *const arguments[] = {script, build, NULL};
    static const struct test_case cases[] = {
        {"the manual's first program is built, audited and boots as it says", shows_what_it_says},
    };
    struct machine *machine = machine_start(LOG, NULL, arguments);
    int status = cases_run(machine, cases, sizeof(cases) / sizeof(cases[0]));
    machine_stop(machine);
    return status;
}
