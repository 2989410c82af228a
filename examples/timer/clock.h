/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the clock does for its client: protected procedures by their labels.
 */
#pragma once

enum clock_procedure {
    CLOCK_NOW = 0,     /* reply: mr 0 is the time in seconds */
    CLOCK_WAKE_AT = 1, /* mr 0: time in seconds; the client is notified then */
};
