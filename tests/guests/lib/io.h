/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Device registers by GPA, system registers, interrupt masks. Device accesses are single
 * instructions of the form whose syndrome a hypervisor can decode.
 */
#pragma once

#include <stdint.h>

static inline uint32_t read32(uint64_t gpa)
{
    uint32_t value;
    __asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(gpa) : "memory");
    return value;
}

static inline uint8_t read8(uint64_t gpa)
{
    uint32_t value;
    __asm__ volatile("ldrb %w0, [%1]" : "=r"(value) : "r"(gpa) : "memory");
    return (uint8_t)value;
}

static inline void write32(uint64_t gpa, uint32_t value)
{
    __asm__ volatile("str %w0, [%1]" : : "r"(value), "r"(gpa) : "memory");
}

static inline void write8(uint64_t gpa, uint8_t value)
{
    __asm__ volatile("strb %w0, [%1]" : : "r"((uint32_t)value), "r"(gpa) : "memory");
}

#define sysreg_read(name)                                                                          \
    ({                                                                                             \
        uint64_t value_;                                                                           \
        __asm__ volatile("mrs %0, " #name : "=r"(value_) : : "memory");                            \
        value_;                                                                                    \
    })

#define sysreg_write(name, value)                                                                  \
    __asm__ volatile("msr " #name ", %0\n isb" : : "r"((uint64_t)(value)) : "memory")

static inline void interrupts_unmask(void)
{
    __asm__ volatile("msr daifclr, #2" : : : "memory");
}

static inline void interrupts_mask(void)
{
    __asm__ volatile("msr daifset, #2" : : : "memory");
}

static inline void wait_for_interrupt(void)
{
    __asm__ volatile("dsb sy\n wfi" : : : "memory");
}
