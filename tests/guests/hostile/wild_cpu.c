/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * System registers, firmware calls and instructions that no kernel would use; see wild.h.
 */
#include "access.h"
#include "io.h"
#include "psci.h"
#include "random.h"
#include "wild.h"

#define INSTRUCTION_RET   0xd65f03c0
#define INSTRUCTION_MRS   0xd5300000 /* MRS x0, with op0..op2 in [20:5] */
#define INSTRUCTION_MSR   0xd5100000
#define OPERAND_COUNT     0x8000 /* op0[0] op1 CRn CRm op2 */
#define OP1(operand)      ((operand) >> 11 & 7)
#define CRN(operand)      ((operand) >> 7 & 0xf)
#define IS_DEBUG(operand) (((operand) >> 14 & 1) == 0) /* op0 = 2 */

#define CALL_ROUNDS 4000

static uint32_t code[16] __attribute__((aligned(64)));

/* Runs one instruction word under a probe, with x0 = argument. */
static void run_word(uint32_t word, uint64_t argument)
{
    struct probe_fault fault;
    code[0] = word;
    code[1] = INSTRUCTION_RET;
    __asm__ volatile("dc cvau, %0\n dsb ish\n ic ivau, %0\n dsb ish\n isb"
                     :
                     : "r"(code)
                     : "memory");
    access_probe((probe_function *)(uintptr_t)code, argument, &fault);
}

void wild_system_registers(void)
{
    for (uint32_t operand = 0; operand < OPERAND_COUNT; operand++) {
        run_word(INSTRUCTION_MRS | operand << 5, 0);
        bool upper = OP1(operand) >= 4;
        bool own = CRN(operand) == 11 || CRN(operand) == 15; /* implementation defined */
        if (upper || own || IS_DEBUG(operand)) {
            run_word(INSTRUCTION_MSR | operand << 5, 0);
            run_word(INSTRUCTION_MSR | operand << 5, random_next());
        }
    }
}

/* Calls that do what they say: the guest would be off, reset or asleep. */
static bool ends_the_guest(uint32_t function)
{
    switch (function & ~(uint32_t)PSCI_SMC64) {
    case PSCI_CPU_SUSPEND:
    case PSCI_CPU_OFF:
    case PSCI_SYSTEM_OFF:
    case PSCI_SYSTEM_RESET:
    case PSCI_CPU_FREEZE:
    case PSCI_CPU_DEFAULT_SUSPEND:
    case PSCI_SYSTEM_SUSPEND:
    case PSCI_SYSTEM_RESET2:
        return true;
    default:
        return false;
    }
}

static void random_call(uint64_t by_hvc)
{
    uint64_t choice = random_next();
    uint32_t function = (uint32_t)choice;
    if (choice >> 62 == 0) { /* often one of the standard services */
        function = 0x84000000 | (function & (PSCI_SMC64 | 0x1f));
    }
    if (ends_the_guest(function)) {
        return;
    }
    uint64_t a = random_next() >> (random_next() & 63);
    if (by_hvc) {
        hvc_call(function, a, random_next(), random_next());
    } else {
        smc_call(function, a, random_next(), random_next());
    }
}

void wild_firmware_calls(void)
{
    struct probe_fault fault;
    for (uint32_t i = 0; i < CALL_ROUNDS; i++) {
        access_probe(random_call, i & 1, &fault);
    }
    for (uint32_t immediate = 1; immediate < 0x10000; immediate = immediate * 2 + 1) {
        run_word(0xd4000003 | immediate << 5, PSCI_VERSION); /* SMC */
        run_word(0xd4000002 | immediate << 5, PSCI_VERSION); /* HVC */
        run_word(0xd4000001 | immediate << 5, PSCI_VERSION); /* SVC */
    }
}

void wild_instructions(void)
{
    static const uint32_t words[] = {
        0x00000000, /* UDF #0 */
        0xffffffff, /* unallocated */
        0xd4200000, /* BRK #0 */
        0xd4400000, /* HLT #0 */
        0xd4a00001, /* DCPS1 #0 */
        0xd4a00002, /* DCPS2 #0 */
        0xd4a00003, /* DCPS3 #0 */
        0xd6bf03e0, /* DRPS */
        0xd503209f, /* SEV */
        0xd50320bf, /* SEVL, so that the next comes back */
        0xd503205f, /* WFE */
        0xd503203f, /* YIELD */
        0xd508871f, /* TLBI VMALLE1 */
        0xd508831f, /* TLBI VMALLE1IS */
        0xd50c871f, /* TLBI ALLE2 */
        0xd50c879f, /* TLBI ALLE1 */
        0xd50c87df, /* TLBI VMALLS12E1 */
        0xd50e871f, /* TLBI ALLE3 */
        0xd508751f, /* IC IALLU */
        0xd508711f, /* IC IALLUIS */
        0xd5087800, /* AT S1E1R, x0 */
        0xd50c7800, /* AT S1E2R, x0 */
        0xd50c7880, /* AT S12E1R, x0 */
        0xd5087640, /* DC ISW, x0: by set and way */
        0xd5087a40, /* DC CSW, x0 */
        0xd5087e40, /* DC CISW, x0 */
        0xd50b0000, /* SYS, implementation defined */
        0xd5290000, /* SYSL, unallocated */
    };
    for (uint32_t i = 0; i < sizeof words / sizeof *words; i++) {
        run_word(words[i], 0);
    }
}
