/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Code that may raise an exception, run so that the guest survives it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define ESR_EC(esr)   ((esr) >> 26 & 0x3f)
#define ESR_DFSC(esr) ((esr)&0x3f)

/* DDI 0487 D17.2.37, exception classes and fault status codes. */
#define EC_UNKNOWN         0x00
#define EC_FETCH_ABORT     0x21 /* instruction abort from the same level */
#define EC_DATA_ABORT      0x25 /* data abort from the same level */
#define DFSC_PERMISSION_1  0x0d /* at level 1 of the guest's own tables */
#define DFSC_EXTERNAL      0x10 /* synchronous external abort, not on a table walk */
#define IS_DFSC_WALK(dfsc) (((dfsc) & ~3ull) == 0x14) /* external, on a table walk, any level */
#define DFSC_ALIGNMENT     0x21

struct probe_fault {
    uint64_t esr;
    uint64_t elr;  /* VA of the instruction */
    uint64_t far;  /* VA of the access */
    uint64_t base; /* x0 at the exception */
};

typedef void probe_function(uint64_t argument);

/*
 * Calls function(argument). Returns false if it came back, true if it raised a synchronous
 * exception or SError, and then fills in `fault`. The interrupt masks are as before in both cases.
 */
bool probe_call(probe_function *function, uint64_t argument, struct probe_fault *fault);
