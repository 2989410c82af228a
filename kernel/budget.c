/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Periods and refills: the sporadic server. See budget.h.
 */
#include "budget.h"

#include "timer.h"

#define LEAST_US 10

void budget_init(struct budget *budget, uint32_t budget_us, uint32_t period_us)
{
    uint64_t size = timer_ticks(budget_us);
    uint64_t least = timer_ticks(LEAST_US);

    budget->size = size != 0 ? size : 1;
    budget->amount = budget->size;
    budget->period = period_us > budget_us ? timer_ticks(period_us) : 0;
    budget->least = budget->period == 0 ? 0 : least < budget->size ? least : budget->size;
}

/* `amount` comes back at `due`, which is later than all that came before. With the ring full, the
 * last refill waits for it: later than it must, never earlier. */
static void refill_add(struct budget *budget, uint64_t amount, uint64_t due)
{
    if (budget->count == BUDGET_REFILL_MAX) {
        uint32_t last = (budget->first + BUDGET_REFILL_MAX - 1) % BUDGET_REFILL_MAX;
        amount += budget->refills[last].amount;
        budget->count--;
    }
    uint32_t at = (budget->first + budget->count) % BUDGET_REFILL_MAX;
    budget->refills[at] = (struct refill){.due = due, .amount = amount};
    budget->count++;
}

void budget_charge(struct budget *budget, uint64_t since, uint64_t now)
{
    uint64_t used = now - since;
    uint64_t amount = used < budget->amount ? used : budget->amount;

    if (budget->period == 0) {
        budget_charge_turn(budget, used);
    } else if (amount != 0) {
        budget->amount -= amount;
        refill_add(budget, amount, since + budget->period + (used - amount));
    }
}

bool budget_is_usable(struct budget *budget, uint64_t now)
{
    while (budget->count != 0 && budget->refills[budget->first].due <= now) {
        budget->amount += budget->refills[budget->first].amount;
        budget->first = (budget->first + 1) % BUDGET_REFILL_MAX;
        budget->count--;
    }
    return budget->amount >= budget->least;
}
