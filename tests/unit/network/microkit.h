/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * In place of libmicrokit's header when programs of the network class are compiled for the host:
 * what they use of it. fake.h says what becomes of a notification.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drover/abi.h"

typedef unsigned int microkit_channel;
typedef uint64_t microkit_msginfo;
typedef uint64_t seL4_Word;

#define MICROKIT_MAX_CHANNELS   CHANNEL_MAX
#define MICROKIT_MAX_CHANNEL_ID (CHANNEL_MAX - 1)
#define VSPACE_CAP              3

extern char microkit_name[NAME_SIZE];

void init(void);
void notified(microkit_channel ch);
microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo);

void microkit_notify(microkit_channel ch);
void microkit_irq_ack(microkit_channel ch);
void microkit_dbg_puts(const char *text);
void microkit_mr_set(uint8_t mr, uint64_t value);
uint64_t microkit_mr_get(uint8_t mr);

/* Check that the range is memory, and count. */
int seL4_ARM_VSpace_Clean_Data(uint64_t vspace, seL4_Word start, seL4_Word end);
int seL4_ARM_VSpace_CleanInvalidate_Data(uint64_t vspace, seL4_Word start, seL4_Word end);

static inline microkit_msginfo microkit_msginfo_new(uint64_t label, uint16_t count)
{
    return MSGINFO(label, count & 0x7fu);
}

static inline uint64_t microkit_msginfo_get_label(microkit_msginfo msginfo)
{
    return MSGINFO_LABEL(msginfo);
}
