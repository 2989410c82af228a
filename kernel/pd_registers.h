/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The registers of a PD that does not run, by their place in struct pd_registers of drover/abi.h.
 */
#pragma once

#include "compiler.h"
#include "pd.h"

/* Indices of words in struct pd_registers. */
enum pd_register {
    PD_REGISTER_PC,
    PD_REGISTER_SP,
    PD_REGISTER_PSTATE,
    PD_REGISTER_X0,
    PD_REGISTER_LR = PD_REGISTER_X0 + 30,
    PD_REGISTER_TPIDR,
    PD_REGISTER_TPIDRRO,
    PD_REGISTER_COUNT,
};

_Static_assert(PD_REGISTER_COUNT * sizeof(uint64_t) == sizeof(struct pd_registers),
               "one index a word");

/* `index` is below PD_REGISTER_COUNT. Of PSTATE only the flags are written. */
RARE uint64_t pd_register_read(struct pd *pd, unsigned index);
RARE void pd_register_write(struct pd *pd, unsigned index, uint64_t value);
