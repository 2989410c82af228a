/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * System registers and FP registers with known values; see registers.h.
 */
#include "registers.h"
#include "io.h"

#define PATTERN(cpu, index) (0x5a00000000000000 | (uint64_t)(cpu) << 16 | (uint64_t)(index) << 4)

/* The MMU is off: nothing follows from what is in these. X(register, bits that it keeps). */
#define SYSTEM_REGISTERS(X)                                                                        \
    X(ttbr0_el1, 0xfffe)                                                                           \
    X(ttbr1_el1, 0xfffe)                                                                           \
    X(mair_el1, ~0ull)                                                                             \
    X(contextidr_el1, 0xffffffff)                                                                  \
    X(tpidr_el1, ~0ull)                                                                            \
    X(tpidr_el0, ~0ull)                                                                            \
    X(tpidrro_el0, ~0ull)                                                                          \
    X(sp_el0, ~0ull)                                                                               \
    X(cntp_cval_el0, ~0ull)

#define FP              ".arch_extension fp\n" /* the compiler itself leaves them alone */
#define FP_REGISTERS(X) X(0) X(1) X(7) X(8) X(15) X(16) X(23) X(31)

void registers_fill(uint32_t cpu)
{
    uint64_t index = 0;
#define FILL(reg, mask) sysreg_write(reg, PATTERN(cpu, ++index));
    SYSTEM_REGISTERS(FILL)
#undef FILL
#define FILL(n) __asm__ volatile(FP "fmov d" #n ", %0" : : "r"(PATTERN(cpu, ++index)));
    FP_REGISTERS(FILL)
#undef FILL
}

bool registers_are_as_filled(uint32_t cpu)
{
    uint64_t index = 0, differs = 0, value;
#define LOOK(reg, mask) differs |= (sysreg_read(reg) ^ PATTERN(cpu, ++index)) & (mask);
    SYSTEM_REGISTERS(LOOK)
#undef LOOK
#define LOOK(n)                                                                                    \
    __asm__ volatile(FP "fmov %0, d" #n : "=r"(value));                                            \
    differs |= value ^ PATTERN(cpu, ++index);
    FP_REGISTERS(LOOK)
#undef LOOK
    return differs == 0;
}
