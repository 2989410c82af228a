/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The native client whose disk and network are measured. On its console it is told, a line each:
 *     io block DISK read|write random|sequential BYTES DEPTH COUNT
 *     io ping HOST COUNT
 *     io udp HOST PORT COUNT BYTES
 * as a guest's `io` is; of HOST and DISK it has one and does not look at the name.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <microkit.h>

#define WORD_MAX 9

/* The words of a line. */
struct words {
    uint32_t count;
    const char *word[WORD_MAX];
};

bool word_is(const struct words *words, uint32_t index, const char *text);

/* A decimal number; 0 if it is none. */
uint32_t word_number(const struct words *words, uint32_t index);

/* The load that was begun is over; `amount` of `what` were done. */
void load_end(bool is_well, uint32_t amount, const char *what);

/* Each is opened once, begins a load when it is told, and takes the channels that are its own. */
void block_open(void);
bool block_is_ready(void);
bool block_begin(const struct words *words);
bool block_notified(microkit_channel channel);

void net_open(void);
bool net_begin(const struct words *words);
bool net_notified(microkit_channel channel);
