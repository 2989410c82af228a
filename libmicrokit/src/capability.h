/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the files behind sel4/calls.h share: a capability pointer is a class, one of the BASE_*_CAP
 * of microkit.h, plus an identifier below 256.
 */
#pragma once

#include <microkit.h>

static inline bool capability_is(seL4_CPtr cap, seL4_CPtr class)
{
    return cap >> 8 == class >> 8;
}

static inline unsigned capability_id(seL4_CPtr cap)
{
    return cap & 0xff;
}

/* What seL4 calls an error of ours. */
seL4_Error microkit_sel4_error(enum drover_error error);
