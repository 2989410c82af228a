/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Cache maintenance from EL0 (Arm DDI 0487, D7.5.9): by VA, on lines of the size that CTR_EL0 says.
 */
#include "cache.h"

/* CTR_EL0.DminLine (Arm DDI 0487, D17.2.34): the smallest line of all data caches, in log2 of words
 * of 4 bytes. */
static uintptr_t line_size(void)
{
    uint64_t ctr;
    __asm__("mrs %0, ctr_el0" : "=r"(ctr));
    return (uintptr_t)4 << (ctr >> 16 & 0xf);
}

void cache_clean(uintptr_t vaddr, size_t size)
{
    uintptr_t line = line_size();
    for (uintptr_t at = vaddr & ~(line - 1); at < vaddr + size; at += line) {
        __asm__ volatile("dc cvac, %0" ::"r"(at) : "memory");
    }
    __asm__ volatile("dsb sy" ::: "memory");
}

void cache_clean_and_invalidate(uintptr_t vaddr, size_t size)
{
    uintptr_t line = line_size();
    for (uintptr_t at = vaddr & ~(line - 1); at < vaddr + size; at += line) {
        __asm__ volatile("dc civac, %0" ::"r"(at) : "memory");
    }
    __asm__ volatile("dsb sy" ::: "memory");
}
