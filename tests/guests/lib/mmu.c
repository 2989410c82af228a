/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The guest's own stage 1; see mmu.h. DDI 0487 D8: 4 KiB granule, 39-bit VAs, walks start at
 * level 1.
 */
#include "mmu.h"
#include "io.h"

#define ENTRY_COUNT      512
#define DESCRIPTOR_TABLE 3ull
#define DESCRIPTOR_BLOCK 0x701ull /* AF, inner shareable, block; attribute index in [4:2] */
#define BLOCK_UXN        (1ull << 54)
#define BLOCK_PXN        (1ull << 53)
#define MAIR_VALUE       0xff00 /* index 0 Device-nGnRnE, 1 Normal write-back */
#define INDEX_NORMAL     (1ull << 2)

/* T0SZ = T1SZ = 25, both walks cached, inner shareable, 4 KiB granules, 40-bit GPAs. */
#define TCR_VALUE 0x2b5193519ull

#define SCTLR_M 0x0001 /* MMU */
#define SCTLR_C 0x0004 /* data cache */
#define SCTLR_I 0x1000 /* instruction cache */

static uint64_t table[ENTRY_COUNT] __attribute__((aligned(4096)));

void mmu_enable(uint64_t upper_table)
{
    table[0] = DESCRIPTOR_BLOCK | BLOCK_UXN | BLOCK_PXN;
    for (uint64_t i = 1; i < ENTRY_COUNT; i++) {
        table[i] = i << 30 | DESCRIPTOR_BLOCK | INDEX_NORMAL;
    }
    sysreg_write(mair_el1, MAIR_VALUE);
    sysreg_write(tcr_el1, TCR_VALUE);
    sysreg_write(ttbr0_el1, table);
    sysreg_write(ttbr1_el1, upper_table);
    __asm__ volatile("dsb sy\n tlbi vmalle1\n ic iallu\n dsb sy\n isb" : : : "memory");
    sysreg_write(sctlr_el1, sysreg_read(sctlr_el1) | SCTLR_M | SCTLR_C | SCTLR_I);
}

void mmu_table_set(uint32_t index, uint64_t gpa)
{
    table[index % ENTRY_COUNT] = 0; /* break before make */
    __asm__ volatile("dsb sy\n tlbi vmalle1\n dsb sy\n isb" : : : "memory");
    table[index % ENTRY_COUNT] = gpa | DESCRIPTOR_TABLE;
    __asm__ volatile("dsb sy\n isb" : : : "memory");
}
