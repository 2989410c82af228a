/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Making accesses and judging the answers; see access.h.
 */
#include "access.h"
#include "console.h"
#include "io.h"

#define ESR_WNR           0x40 /* DDI 0487 D17.2.37: the access was a write */
#define ISAR0_ATOMICS(id) ((id) >> 20 & 0xf)
#define BLOCK_SIZE        64 /* bytes of the largest access, DC ZVA; FAR may name any of them */

uint64_t access_count;
uint64_t wrong_count;

bool access_probe(probe_function *function, uint64_t argument, struct probe_fault *fault)
{
    access_count++;
    return probe_call(function, argument, fault);
}

static void wrong(const char *what, uint64_t gpa, bool caught, const struct probe_fault *fault)
{
    wrong_count++;
    if (caught) {
        print("FAIL %s at %x: ESR %x FAR %x ELR %x x0 %x\n", what, gpa, fault->esr, fault->far,
              fault->elr, fault->base);
    } else {
        print("FAIL %s at %x: came back\n", what, gpa);
    }
}

/* A synchronous external abort of just this access, with nothing else changed. */
static bool is_abort_of(const struct access *access, uint64_t va, const struct probe_fault *fault)
{
    bool write = fault->esr & ESR_WNR;
    return ESR_EC(fault->esr) == EC_DATA_ABORT && ESR_DFSC(fault->esr) == DFSC_EXTERNAL &&
           fault->far - va / BLOCK_SIZE * BLOCK_SIZE < 2 * BLOCK_SIZE &&
           fault->elr == (uint64_t)access->run && fault->base == va &&
           (access->kind == ACCESS_STORE  ? write
            : access->kind == ACCESS_LOAD ? !write
                                          : true);
}

static bool is_right(const struct access *access, uint64_t va, bool caught,
                     const struct probe_fault *fault)
{
    if (access->kind == ACCESS_ATOMIC && !ISAR0_ATOMICS(sysreg_read(id_aa64isar0_el1))) {
        return caught && ESR_EC(fault->esr) == EC_UNKNOWN;
    }
    if (caught && va % BLOCK_SIZE != 0 && ESR_DFSC(fault->esr) == DFSC_ALIGNMENT) {
        return true; /* some have to be aligned everywhere, all of them in Device memory */
    }
    if (access->kind == ACCESS_HINT && !caught) {
        return true;
    }
    if (access->kind == ACCESS_USER && caught && ESR_DFSC(fault->esr) == DFSC_PERMISSION_1) {
        return true;
    }
    return caught && is_abort_of(access, va, fault);
}

void accesses_to_nothing(uint64_t gpa)
{
    for (const struct access *access = accesses; access < accesses_end; access++) {
        struct probe_fault fault;
        bool caught = access_probe(access->run, gpa, &fault);
        if (!is_right(access, gpa, caught, &fault)) {
            wrong(access->name, gpa, caught, &fault);
        }
    }
}

void accesses_to_readable(uint64_t gpa)
{
    for (const struct access *access = accesses; access < accesses_end; access++) {
        struct probe_fault fault;
        bool caught = access_probe(access->run, gpa, &fault);
        bool is_right_answer = access->kind == ACCESS_STORE || access->kind == ACCESS_ATOMIC
                                   ? is_right(access, gpa, caught, &fault)
                                   : !caught || fault.base == gpa;
        if (!is_right_answer || (caught && access->kind == ACCESS_LOAD && gpa % BLOCK_SIZE == 0)) {
            wrong(access->name, gpa, caught, &fault);
        }
    }
}

void accesses_to_device(uint64_t gpa)
{
    for (const struct access *access = accesses; access < accesses_end; access++) {
        struct probe_fault fault;
        bool caught = access_probe(access->run, gpa, &fault);
        if (caught && fault.base != gpa) { /* an abort must not leave half an instruction done */
            wrong(access->name, gpa, caught, &fault);
        }
    }
}

void fetch_from_nothing(uint64_t gpa)
{
    struct probe_fault fault;
    bool caught = access_probe((probe_function *)gpa, 0, &fault);
    if (!caught || ESR_EC(fault.esr) != EC_FETCH_ABORT || ESR_DFSC(fault.esr) != DFSC_EXTERNAL ||
        fault.elr != gpa || fault.far != gpa) {
        wrong("fetch", gpa, caught, &fault);
    }
}

static void load(uint64_t va)
{
    __asm__ volatile("ldr xzr, [%0]" : : "r"(va) : "memory");
}

void walk_into_nothing(uint64_t va)
{
    struct probe_fault fault;
    bool caught = access_probe(load, va, &fault);
    if (!caught || ESR_EC(fault.esr) != EC_DATA_ABORT || !IS_DFSC_WALK(ESR_DFSC(fault.esr)) ||
        fault.far != va) {
        wrong("table walk", va, caught, &fault);
    }
}
