/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The machine of examples/serving: who is on it, what each says when all is well, and its one
 * console, on which lines begin with the name of who wrote them and input goes to one of them.
 */
#pragma once

#include "machine.h"

/* Whose the input can be, by the numbers that the console has them under. */
enum serving_console {
    SERVING_STORAGE,
    SERVING_CLIENT,
    SERVING_BLK_CLIENT,
    SERVING_PING,
    SERVING_SUPERVISOR, /* in tests/serving only */
};

/* What one of them does for the others, or has of them. */
struct serving_step {
    const char *name; /* of who says it */
    const char *text; /* a part of the line */
    const char *what; /* what it means, for people */
};

/* All of it, in no order; the last has a name of NULL. */
extern const struct serving_step serving_steps[];

/* Texts that mean that something has gone wrong, for machine_forbid(). */
extern const char *const serving_failures[];

/* Waits until the step's line is there, whenever it was printed. False if it does not come within
 * `seconds`; machine_reason() says why. */
bool serving_wait(struct machine *machine, const struct serving_step *step, double seconds);

/* Waits for all steps, for `seconds` at most in all. */
bool serving_wait_all(struct machine *machine, double seconds);

/* Gives the input to one of them, by its number, and waits until the console says so. */
bool serving_switch(struct machine *machine, unsigned console, double seconds);

/* Turns the client VM off from its shell, which has the input, and waits until its VMM has said
 * that it is off. */
bool serving_client_off(struct machine *machine, double seconds);
