/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The copy between a client's pages and the pool. It is the one place where a VMM touches the FP
 * registers: the kernel switches them when a program first uses them after another did, at some 200
 * instructions, which a copy of one page makes up for.
 */
#include "block_state.h"

#define STEP 256 /* bytes that one turn of the loop copies */
_Static_assert(BLK_TRANSFER_SIZE % STEP == 0, "blocks are whole steps");

#ifdef __aarch64__
__attribute__((target("fp-armv8,neon"))) void block_copy(void *to, const void *from, size_t size)
{
    __asm__ volatile("1: ld1 {v0.2d, v1.2d, v2.2d, v3.2d}, [%[from]], #64\n"
                     "   ld1 {v4.2d, v5.2d, v6.2d, v7.2d}, [%[from]], #64\n"
                     "   ld1 {v16.2d, v17.2d, v18.2d, v19.2d}, [%[from]], #64\n"
                     "   ld1 {v20.2d, v21.2d, v22.2d, v23.2d}, [%[from]], #64\n"
                     "   subs %[size], %[size], %[step]\n"
                     "   st1 {v0.2d, v1.2d, v2.2d, v3.2d}, [%[to]], #64\n"
                     "   st1 {v4.2d, v5.2d, v6.2d, v7.2d}, [%[to]], #64\n"
                     "   st1 {v16.2d, v17.2d, v18.2d, v19.2d}, [%[to]], #64\n"
                     "   st1 {v20.2d, v21.2d, v22.2d, v23.2d}, [%[to]], #64\n"
                     "   b.ne 1b\n"
                     : [to] "+r"(to), [from] "+r"(from), [size] "+r"(size)
                     : [step] "i"(STEP)
                     : "memory", "cc", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v16", "v17",
                       "v18", "v19", "v20", "v21", "v22", "v23");
}
#else
void block_copy(void *to, const void *from, size_t size)
{
    __builtin_memcpy(to, from, size);
}
#endif
