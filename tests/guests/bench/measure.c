/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Counting instructions; see measure.h.
 */
#include "measure.h"
#include "console.h"
#include "io.h"

#define VECTOR_TABLE_SIZE 0x800

extern char phase_vectors[];

void phase_set(unsigned phase)
{
    sysreg_write(vbar_el1, phase_vectors + phase * VECTOR_TABLE_SIZE);
}

void phase_spread(void)
{
    static uint32_t state = 1;
    state = state * 1664525 + 1013904223; /* a full-period generator; its high bits are good */
    uint64_t target;
    __asm__ volatile("adr  %0, 1f\n"
                     "add  %0, %0, %1, lsl #2\n"
                     "br   %0\n"
                     "1:\n"
                     ".rept 15\n"
                     "nop\n"
                     ".endr\n"
                     : "=&r"(target)
                     : "r"((uint64_t)(state >> 28)));
}

void busy_loop(uint64_t rounds)
{
    __asm__ volatile("1: subs %0, %0, #1\n"
                     "b.ne 1b\n"
                     : "+r"(rounds)
                     :
                     : "cc");
}

void result_print(const char *key, uint64_t sum, uint64_t count)
{
    print("bench %s %u\n", key, (sum + count / 2) / count);
}
