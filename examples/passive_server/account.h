/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The protected procedures of the account: labels, and what the message registers hold.
 */
#pragma once

enum account_procedure {
    ACCOUNT_DEPOSIT = 1,  /* mr 0: amount; reply: mr 0 is the balance */
    ACCOUNT_WITHDRAW = 2, /* the same; the reply's label is ACCOUNT_SHORT if it holds less */
};

enum account_result {
    ACCOUNT_OK = 0,
    ACCOUNT_SHORT = 1,
    ACCOUNT_UNKNOWN = 2,
};
