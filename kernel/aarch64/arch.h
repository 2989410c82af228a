/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the portable kernel needs of the machine, in one place: system registers, barriers and
 * device access. The host's unit tests put a fake of this header before it on the include path.
 */
#pragma once

#include <stdint.h>

#include "drover/manifest.h"

#define sysreg_read(name)                                                                          \
    ({                                                                                             \
        uint64_t value_;                                                                           \
        __asm__ volatile("mrs %0, " #name : "=r"(value_));                                         \
        value_;                                                                                    \
    })

#define sysreg_write(name, value)                                                                  \
    do {                                                                                           \
        uint64_t new_value_ = (value);                                                             \
        __asm__ volatile("msr " #name ", %0" : : "r"(new_value_));                                 \
    } while (0)

static inline void arch_isb(void)
{
    __asm__ volatile("isb" : : : "memory");
}

/* Waits for all memory accesses, device writes among them. */
static inline void arch_dsb(void)
{
    __asm__ volatile("dsb sy" : : : "memory");
}

/* Walks stage 1 of the guest as a read of `va` by its EL1 would; the result is in PAR_EL1. */
static inline void arch_translate_guest_read(uint64_t va)
{
    __asm__ volatile("at s1e1r, %0\n\tisb" : : "r"(va) : "memory");
}

/* Drops what this core has cached of stage 1 of the guest in VTTBR_EL2, and of instructions. */
static inline void arch_guest_translations_forget(void)
{
    __asm__ volatile("isb\n\ttlbi vmalle1\n\tic iallu\n\tdsb nsh\n\tisb" : : : "memory");
}

/* Sleeps until an interrupt is pending; they stay masked. */
static inline void arch_wait_for_interrupt(void)
{
    __asm__ volatile("dsb sy\n\twfi" : : : "memory");
}

/* Device registers at `va`, a VA of the kernel. */
static inline uint32_t mmio_read32(uint64_t va)
{
    return *(volatile uint32_t *)va;
}

static inline void mmio_write32(uint64_t va, uint32_t value)
{
    *(volatile uint32_t *)va = value;
}

static inline void mmio_write8(uint64_t va, uint8_t value)
{
    *(volatile uint8_t *)va = value;
}

/* Where the tool mapped the objects that programs share with the kernel. */
static inline void *kernel_va(uint64_t va)
{
    return (void *)va;
}
