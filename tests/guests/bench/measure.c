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
