/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * In place of libmicrokit's header when a program of a device class is compiled for the host: its
 * entry points, and calls that fake.c keeps an account of.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drover/abi.h"

typedef unsigned int microkit_channel;
typedef uint64_t microkit_msginfo;

#define MICROKIT_MAX_CHANNELS   CHANNEL_MAX
#define MICROKIT_PD_NAME_LENGTH NAME_SIZE

void init(void);
void notified(microkit_channel ch);

void microkit_notify(microkit_channel ch);
void microkit_deferred_notify(microkit_channel ch);
void microkit_irq_ack(microkit_channel ch);
void microkit_deferred_irq_ack(microkit_channel ch);
void microkit_dbg_puts(const char *s);
