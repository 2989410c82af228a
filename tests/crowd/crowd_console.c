/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Who says what on the console. See crowd.h. A line of a member begins with its name in a colour,
 * padded, and a bar.
 */
#include "crowd.h"

#include <string.h>

#include "serving_machine.h"

#define SWITCH_SECONDS 60

const char *const crowd_names[CROWD_PING] = {
    [CROWD_STORAGE] = "storage",
    [CROWD_VICTIM] = "victim",
    [CROWD_WITNESS] = "witness",
    [CROWD_A] = "a",
    [CROWD_B] = "b",
    [CROWD_C] = "c",
    [CROWD_D] = "d",
    [CROWD_EDGE] = "edge",
    [CROWD_DOOMED] = "doomed",
};

bool crowd_wait_count(struct machine *machine, const char *text, unsigned count, double seconds)
{
    double end = clock_seconds() + seconds;

    for (;;) {
        const char *at = machine_output(machine);
        unsigned found = 0;

        while ((at = strstr(at, text)) != NULL) {
            at += strlen(text);
            found++;
        }
        if (found >= count) {
            return true;
        }
        if (machine_wait(machine, text, end - clock_seconds()) == NULL) {
            return false;
        }
    }
}

bool crowd_tell(struct machine *machine, enum crowd_member member, const char *line)
{
    if (!serving_switch(machine, member, SWITCH_SECONDS)) {
        return false;
    }
    machine_type(machine, line);
    machine_type(machine, member <= CROWD_WITNESS ? "\n" : "\r");
    return true;
}

/* Whether what stands at `at` is on a line of this member's. */
static bool is_said_by(const char *output, const char *at, enum crowd_member member)
{
    size_t length = strlen(crowd_names[member]);

    while (at > output && at[-1] != '\n') {
        at--;
    }
    if (*at == '\x1b') {
        at += strcspn(at, "m");
        at += *at != '\0';
    }
    return strncmp(at, crowd_names[member], length) == 0 &&
           at[length + strspn(at + length, " ")] == '|';
}

/* The last line of a member's that says how far its load is, from the number of the round on. */
static const char *last_round(struct machine *machine, enum crowd_member member)
{
    const char *mark = member <= CROWD_WITNESS ? "io load: round " : "crowd: round ";
    const char *output = machine_output(machine), *last = NULL;

    for (const char *at = output; (at = strstr(at, mark)) != NULL; at++) {
        /* What has no end yet may have the rest of its number missing. */
        if (is_said_by(output, at, member) && strchr(at, '\n') != NULL) {
            last = at + strlen(mark);
        }
    }
    return last;
}

static unsigned long number_behind_round(struct machine *machine, enum crowd_member member)
{
    const char *line = last_round(machine, member);
    unsigned long round, number;

    return line != NULL && sscanf(line, "%lu, %lu", &round, &number) == 2 ? number : 0;
}

unsigned long crowd_requests(struct machine *machine, enum crowd_member member)
{
    unsigned long number = number_behind_round(machine, member);

    return member <= CROWD_WITNESS ? 2 * number : number; /* each write is read back as well */
}

unsigned long crowd_acknowledged(struct machine *machine, enum crowd_member member)
{
    return number_behind_round(machine, member);
}

static unsigned long round_number(struct machine *machine, enum crowd_member member)
{
    const char *line = last_round(machine, member);
    unsigned long round;

    return line != NULL && sscanf(line, "%lu", &round) == 1 ? round : 0;
}

bool crowd_goes_on(struct machine *machine, enum crowd_member first, enum crowd_member last,
                   double seconds)
{
    double end = clock_seconds() + seconds;
    unsigned long before[CROWD_PING];

    for (enum crowd_member member = first; member <= last; member++) {
        before[member] = round_number(machine, member);
    }
    for (enum crowd_member member = first; member <= last; member++) {
        /* The round that was under way, and another one. */
        while (round_number(machine, member) < before[member] + 2) {
            if (machine_wait(machine, ", all ", end - clock_seconds()) == NULL) {
                char why[128];

                snprintf(why, sizeof(why), "%s", machine_reason(machine));
                machine_complain(machine, "%s does not go on: %s", crowd_names[member], why);
                return false;
            }
        }
    }
    return true;
}
