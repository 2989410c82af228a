/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The data cache, which a PD may clean itself on every platform: SCTLR_EL1.UCI.
 */
#include "platform.h"

void platform_cache_clean(const void *va, size_t size)
{
    uint64_t ctr;
    __asm__("mrs %0, ctr_el0" : "=r"(ctr));
    uintptr_t line = (uintptr_t)4 << ((ctr >> 16) & 0xf); /* DminLine, log2 words: DDI 0487 D17 */
    uintptr_t end = (uintptr_t)va + size;
    for (uintptr_t at = (uintptr_t)va & ~(line - 1); at < end; at += line) {
        __asm__ volatile("dc cvac, %0" ::"r"(at) : "memory");
    }
    __asm__ volatile("dsb sy" ::: "memory");
}
