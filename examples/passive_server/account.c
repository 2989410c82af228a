/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A passive server: after init() it has no time of its own and runs on that of whoever calls. One
 * call is served at a time, so the balance needs no lock.
 */
#include <microkit.h>

#include "account.h"

static uint64_t balance;

void init(void)
{
    microkit_dbg_puts("account: open\n");
}

void notified(microkit_channel ch)
{
    (void)ch;
}

static enum account_result account_change(uint64_t procedure, uint64_t amount)
{
    switch (procedure) {
    case ACCOUNT_DEPOSIT:
        balance += amount;
        return ACCOUNT_OK;
    case ACCOUNT_WITHDRAW:
        if (amount > balance) {
            return ACCOUNT_SHORT;
        }
        balance -= amount;
        return ACCOUNT_OK;
    default:
        return ACCOUNT_UNKNOWN;
    }
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    (void)ch;
    uint64_t procedure = microkit_msginfo_get_label(msginfo);
    uint64_t amount = microkit_msginfo_get_count(msginfo) > 0 ? microkit_mr_get(0) : 0;
    enum account_result result = account_change(procedure, amount);
    microkit_mr_set(0, balance);
    return microkit_msginfo_new(result, 1);
}
