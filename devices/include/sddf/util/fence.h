/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * How two PDs order their accesses to a queue in shared memory. A release store makes visible all
 * that its PD wrote before; an acquire load sees all that was written before the value it loads.
 * Queues are shared by programs on any core, so these are the processor's barriers, not only the
 * compiler's. Names are sDDF's.
 */
#pragma once

#include <stdint.h>

static inline uint32_t load_acquire_32(const uint32_t *ptr)
{
    return __atomic_load_n(ptr, __ATOMIC_ACQUIRE);
}

static inline void store_release_32(uint32_t *ptr, uint32_t value)
{
    __atomic_store_n(ptr, value, __ATOMIC_RELEASE);
}

static inline uint32_t load_relaxed_32(const uint32_t *ptr)
{
    return __atomic_load_n(ptr, __ATOMIC_RELAXED);
}

static inline void store_relaxed_32(uint32_t *ptr, uint32_t value)
{
    __atomic_store_n(ptr, value, __ATOMIC_RELAXED);
}

static inline uint16_t load_acquire_16(const uint16_t *ptr)
{
    return __atomic_load_n(ptr, __ATOMIC_ACQUIRE);
}

static inline void store_release_16(uint16_t *ptr, uint16_t value)
{
    __atomic_store_n(ptr, value, __ATOMIC_RELEASE);
}

static inline uint16_t load_relaxed_16(const uint16_t *ptr)
{
    return __atomic_load_n(ptr, __ATOMIC_RELAXED);
}

static inline void store_relaxed_16(uint16_t *ptr, uint16_t value)
{
    __atomic_store_n(ptr, value, __ATOMIC_RELAXED);
}

/* Between "I set my flag" and "I look at yours": with this in both PDs, at least one sees the
 * other's store. */
static inline void fence_seq_cst(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}
