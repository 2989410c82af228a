/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Where each register of a PD stands. See pd_registers.h.
 */
#include "pd_registers.h"

#include "regs.h"

/* NULL: TPIDRRO_EL0, which is 0 in every PD. */
static uint64_t *place(struct pd *pd, unsigned index)
{
    switch (index) {
    case PD_REGISTER_PC:
        return &pd->frame.pc;
    case PD_REGISTER_SP:
        return &pd->frame.sp_el0;
    case PD_REGISTER_PSTATE:
        return &pd->frame.pstate;
    case PD_REGISTER_TPIDR:
        return &pd->tpidr;
    case PD_REGISTER_TPIDRRO:
        return NULL;
    default:
        return &pd->frame.x[index - PD_REGISTER_X0];
    }
}

uint64_t pd_register_read(struct pd *pd, unsigned index)
{
    const uint64_t *from = place(pd, index);

    return from != NULL ? *from : 0;
}

void pd_register_write(struct pd *pd, unsigned index, uint64_t value)
{
    uint64_t *to = place(pd, index);

    if (to != NULL) {
        *to = index == PD_REGISTER_PSTATE ? value & PSTATE_NZCV : value;
    }
}
