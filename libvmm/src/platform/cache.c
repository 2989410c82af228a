/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The data cache, which a PD may clean and zero itself on every platform: SCTLR_EL1.UCI and DZE.
 */
#include "platform.h"

void platform_cache_clean(const void *va, size_t size)
{
    uint64_t ctr;
    __asm__("mrs %0, ctr_el0" : "=r"(ctr));
    uintptr_t line = (uintptr_t)4 << ((ctr >> 16) & 0xf); /* DminLine, log2 words: DDI 0487 D17 */
    uintptr_t end = (uintptr_t)va + size;
#pragma clang loop unroll_count(4)
    for (uintptr_t at = (uintptr_t)va & ~(line - 1); at < end; at += line) {
        __asm__ volatile("dc cvac, %0" ::"r"(at) : "memory");
    }
    __asm__ volatile("dsb sy" ::: "memory");
}

/* Memory is zeroed and cleaned in pieces that stay in a cache in between. */
#define PIECE_SIZE 0x8000

/* Bytes that DC ZVA zeroes; 0: it is not to be used. DCZID_EL0: DDI 0487, D17.2.35. */
static size_t zero_block(void)
{
    uint64_t dczid;
    __asm__("mrs %0, dczid_el0" : "=r"(dczid));
    return (dczid & 0x10) != 0 ? 0 : (size_t)4 << (dczid & 0xf);
}

static void piece_zero(uintptr_t at, uintptr_t end, size_t block)
{
    if (block == 0 || at % block != 0 || end % block != 0) {
        __builtin_memset((void *)at, 0, end - at);
        return;
    }
#pragma clang loop unroll_count(4)
    for (; at < end; at += block) {
        __asm__ volatile("dc zva, %0" ::"r"(at) : "memory");
    }
}

void platform_memory_zero(void *va, size_t size)
{
    size_t block = zero_block();
    uintptr_t at = (uintptr_t)va, end = at + size;
    while (at < end) {
        uintptr_t piece_end = (at + PIECE_SIZE) & ~((uintptr_t)PIECE_SIZE - 1);
        piece_end = piece_end < end ? piece_end : end;
        piece_zero(at, piece_end, block);
        platform_cache_clean((const void *)at, piece_end - at);
        at = piece_end;
    }
}
