/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Debug output of several programs: each line is printed in one piece, and nothing is lost.
 */
#include <string.h>

#include "cases.h"

#define SECONDS    20
#define LINE_COUNT 6000 /* of each talker */

/* With an instruction a nanosecond, so that turns end at the same places each time. */
static struct machine *start(const char *system)
{
    char image[128];
    char log[128];
    snprintf(image, sizeof image, BUILD_DIR "/tests/lines/%s.img", system);
    snprintf(log, sizeof log, BUILD_DIR "/tests/log/lines_%s.console", system);
    return machine_boot_virt(image, log, true);
}

/* Whether `line` is the next whole one of `name`; counts it in `*count` then. */
static bool is_next(const char *line, size_t length, const char *name, unsigned *count)
{
    char wanted[64];
    int size = snprintf(wanted, sizeof wanted, "line %u of %s,255", *count + 1, name);
    if (length != (size_t)size || memcmp(line, wanted, length) != 0) {
        return false;
    }
    (*count)++;
    return true;
}

/* Every line of `output` behind the boot's is a whole one of either; they take turns often. */
static bool lines_are_whole(const char *output)
{
    static const char last_of_boot[] = "drover: running\r\n";
    const char *line = strstr(output, last_of_boot);
    unsigned left = 0;
    unsigned right = 0;
    unsigned turns = 0;
    bool was_left = true;

    if (line == NULL) {
        return case_fail("the system does not boot");
    }
    line += strlen(last_of_boot);
    for (const char *end = strstr(line, "\r\n"); end != NULL; end = strstr(line, "\r\n")) {
        size_t length = (size_t)(end - line);
        bool is_left = is_next(line, length, "left", &left);
        if (!is_left && !is_next(line, length, "right", &right)) {
            return case_fail("behind line %u of left and %u of right: \"%.*s\"", left, right,
                             (int)length, line);
        }
        turns += is_left != was_left;
        was_left = is_left;
        line = end + 2;
    }
    if (left != LINE_COUNT || right != LINE_COUNT) {
        return case_fail("%u lines of left, %u of right", left, right);
    }
    return turns >= 100 || case_fail("they took only %u turns", turns);
}

/* A line that never comes whole is waited for in vain, and then found among those that came. */
static bool turns(struct machine *none)
{
    (void)none;
    struct machine *machine = start("turns");
    machine_wait(machine, "line 6000 of ", SECONDS);
    machine_wait(machine, "line 6000 of ", SECONDS);
    machine_wait(machine, "\r\n", SECONDS);
    bool right = lines_are_whole(machine_output(machine));
    machine_stop(machine);
    return right;
}

static bool pauses(struct machine *none)
{
    static const char before[] = "answerer: answers\r\npauser: calls, goes on\r\nten bytes,";
    static const char after[] = "ten bytes, that is all\r\npauser: waits, waker: all wait\r\n"
                                "pauser: faults\r\n";
    (void)none;
    struct machine *machine = start("pauses");
    const char *output = machine_wait(machine, "drover: PD pauser stops: ", SECONDS);
    bool right = output != NULL && strstr(output, before) != NULL && strstr(output, after) != NULL;
    unsigned count = 0;

    for (const char *at = output; right && (at = strstr(at, "ten bytes,")) != NULL; at++) {
        count++;
    }
    if (!right) {
        case_fail("%s", output != NULL ? output : machine_reason(machine));
    } else if (count != 100) {
        right = case_fail("of the long line there are %u of 100 parts", count);
    }
    machine_stop(machine);
    return right;
}

static const struct test_case cases[] = {
    {"lines of two programs that take turns are whole", turns},
    {"what has no newline is printed before a wait and a fault, with others' lines around it",
     pauses},
};

int main(void)
{
    return cases_run(NULL, cases, sizeof(cases) / sizeof(*cases));
}
