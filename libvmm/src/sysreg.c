/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Trapped system registers. Debug and performance monitors belong to the machine, not to a guest:
 * what an operating system touches at boot reads as if they were there and idle, and ignores
 * writes.
 */
#include "sysreg.h"

#include <stddef.h>

#include "esr.h"
#include "exception.h"
#include "guest_state.h"

/* OSLSR_EL1: OSLM = 0b10 (an OS lock exists), OSLK (DDI 0487, D17.3.21). */
#define OSLSR_OSLM 0x8
#define OSLSR_OSLK 0x2

static uint64_t oslsr_read(unsigned vcpu)
{
    return OSLSR_OSLM | (guest.os_lock[vcpu] ? OSLSR_OSLK : 0);
}

static void oslar_write(unsigned vcpu, uint64_t value)
{
    guest.os_lock[vcpu] = (value & 1) != 0;
}

/* Registers with one name or with a number in it: `mask` has the bits of the syndrome that decide.
 * No function means: reads as zero, writes are ignored. */
struct sysreg {
    uint32_t mask;
    uint32_t reg;
    uint64_t (*read)(unsigned vcpu);
    void (*write)(unsigned vcpu, uint64_t value);
};

#define ALL ESR_SYS_REG_MASK
#define REG ESR_SYS_REG

/* clang-format off */
static const struct sysreg sysregs[] = {
    /* mask                    register                 read        write          name, section of DDI 0487 */
    {ALL,                      REG(2, 0, 1, 0, 4),      NULL,       oslar_write}, /* OSLAR_EL1, D17.3.20 */
    {ALL,                      REG(2, 0, 1, 1, 4),      oslsr_read, NULL},        /* OSLSR_EL1, D17.3.21 */
    {REG(3, 7, 0, 0, 0),       REG(2, 0, 0, 0, 0),      NULL,       NULL},        /* other debug registers of EL1, D17.3 */
    {REG(3, 7, 0, 0, 0),       REG(2, 3, 0, 0, 0),      NULL,       NULL},        /* debug registers of EL0: MDCCSR, DBGDTR */
    {ALL,                      REG(3, 0, 1, 0, 1),      NULL,       NULL},        /* ACTLR_EL1, D17.2.1 */
    {REG(3, 7, 15, 15, 0),     REG(3, 0, 9, 14, 0),     NULL,       NULL},        /* PMINTENSET_EL1, PMINTENCLR_EL1, D17.5 */
    {REG(3, 7, 15, 12, 0),     REG(3, 3, 9, 12, 0),     NULL,       NULL},        /* PMCR_EL0 to PMOVSSET_EL0: no counters */
    {REG(3, 7, 15, 8, 0),      REG(3, 3, 14, 8, 0),     NULL,       NULL},        /* PMEVCNTR, PMEVTYPER, PMCCFILTR */
};
/* clang-format on */

bool sysreg_access(unsigned vcpu, struct vcpu_page *page)
{
    uint32_t reg = (uint32_t)page->esr & ESR_SYS_REG_MASK;
    unsigned rt = ESR_SYS_RT(page->esr);
    bool is_read = (page->esr & ESR_SYS_READ) != 0;
    const struct sysreg *found = NULL;
    for (unsigned i = 0; i < sizeof sysregs / sizeof *sysregs && found == NULL; i++) {
        found = (reg & sysregs[i].mask) == sysregs[i].reg ? &sysregs[i] : NULL;
    }
    if (found == NULL) {
        return false;
    }
    if (is_read && rt != 31) {
        page->x[rt] = found->read != NULL ? found->read(vcpu) : 0;
    } else if (!is_read && found->write != NULL) {
        found->write(vcpu, rt != 31 ? page->x[rt] : 0);
    }
    exception_skip(page);
    return true;
}
