/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A client of the account. Two PDs run this program; microkit_name says which one this is.
 */
#include <microkit.h>

#include "account.h"

#define ACCOUNT_CHANNEL 0

/* Calls the account and says how it went. */
static void account_call(enum account_procedure procedure, uint32_t amount, const char *what)
{
    microkit_mr_set(0, amount);
    microkit_msginfo reply = microkit_ppcall(ACCOUNT_CHANNEL, microkit_msginfo_new(procedure, 1));
    microkit_dbg_puts(microkit_name);
    microkit_dbg_puts(what);
    microkit_dbg_put32(amount);
    microkit_dbg_puts(microkit_msginfo_get_label(reply) == ACCOUNT_OK ? ", balance "
                                                                      : ", but has ");
    microkit_dbg_put32((uint32_t)microkit_mr_get(0));
    microkit_dbg_puts("\n");
}

void init(void)
{
    account_call(ACCOUNT_DEPOSIT, 30, " pays in ");
    account_call(ACCOUNT_WITHDRAW, 50, " asks for ");
}

void notified(microkit_channel ch)
{
    (void)ch;
}
