/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * In place of libmicrokit's header when libvmm is compiled for the host: the types and names that
 * libvmm's own headers use.
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

extern char microkit_name[NAME_SIZE];

static inline uint64_t microkit_msginfo_get_label(microkit_msginfo msginfo)
{
    return MSGINFO_LABEL(msginfo);
}
