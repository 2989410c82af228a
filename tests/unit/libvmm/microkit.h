/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * In place of libmicrokit's header when libvmm is compiled for the host: the types and names that
 * libvmm's own headers and the generic VMM use.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drover/abi.h"
#include "sel4/user_context.h"

typedef unsigned int microkit_channel;
typedef unsigned int microkit_child;
typedef uint64_t microkit_msginfo;

#define MICROKIT_MAX_CHANNELS   CHANNEL_MAX
#define MICROKIT_MAX_CHANNEL_ID (CHANNEL_MAX - 1)

typedef bool seL4_Bool;
#define seL4_True  true
#define seL4_False false

typedef struct {
    uint64_t x0;
} seL4_ARM_SMCContext;

extern char microkit_name[NAME_SIZE];

/* A VMM's entry points. */
void init(void);
void notified(microkit_channel channel);
seL4_Bool fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply_msginfo);

/* The fake's: counted. */
void microkit_notify(microkit_channel channel);
void microkit_deferred_notify(microkit_channel channel);

/* The fake's: counts as a call of the firmware. */
void microkit_arm_smc_call(const seL4_ARM_SMCContext *args, seL4_ARM_SMCContext *response);

static inline uint64_t microkit_msginfo_get_label(microkit_msginfo msginfo)
{
    return MSGINFO_LABEL(msginfo);
}

static inline microkit_msginfo microkit_msginfo_new(uint64_t label, uint16_t count)
{
    return MSGINFO(label, count);
}
