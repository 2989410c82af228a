/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The time that a thread may use, in counter ticks. With a period, what is used comes back one
 * period after its use began, so that in no period more than the budget is used, wherever that
 * period begins. Without one, it is the length of a turn among equals, and comes back at once.
 */
#pragma once

#include "compiler.h"

#include <stdbool.h>
#include <stdint.h>

/* What was used at different times comes back at different times: this many are told apart. */
#define BUDGET_REFILL_MAX 8

struct refill {
    uint64_t due;
    uint64_t amount;
};

struct budget {
    uint64_t amount; /* what is left now */
    uint64_t size;   /* `amount` and all refills together */
    uint64_t period; /* 0: turns among equals */
    uint64_t least;  /* with a period: less is not worth a switch */
    uint32_t first;  /* refills, a ring in order of time */
    uint32_t count;
    struct refill refills[BUDGET_REFILL_MAX];
};

/* A budget in microseconds as the manifest has it; `period_us` is not below it. */
RARE void budget_init(struct budget *budget, uint32_t budget_us, uint32_t period_us);

/* Whether it is in the middle of a turn, rather than before one. */
static inline bool budget_has_begun(const struct budget *budget)
{
    return budget->amount < budget->size;
}

/* `used` ticks of a turn have gone. */
static inline void budget_charge_turn(struct budget *budget, uint64_t used)
{
    budget->amount = used < budget->amount ? budget->amount - used : budget->size;
}

/* The time from `since` until `now` has been used. */
COLD void budget_charge(struct budget *budget, uint64_t since, uint64_t now);

/* Takes back what is due at `now`. Returns whether there is enough to run. */
COLD bool budget_is_usable(struct budget *budget, uint64_t now);

/* When to look again, of one that is not usable. */
static inline uint64_t budget_due(const struct budget *budget)
{
    return budget->refills[budget->first].due;
}
