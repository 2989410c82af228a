/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the auditor finds: a code that says which rule is broken, and a line that says who, where
 * and what. The codes are stable: programs may rely on them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "system.h"

enum finding_code {
    FINDING_WRITE_EXECUTE,  /* A01 */
    FINDING_DESCRIPTOR,     /* A02 */
    FINDING_TABLE,          /* A03 */
    FINDING_MAPPING,        /* A04 */
    FINDING_KERNEL_MAPPING, /* A05 */
    FINDING_LOADER_MAPPING, /* A06 */
    FINDING_KEPT,           /* A07 */
    FINDING_MEMORY_TYPE,    /* A08 */
    FINDING_TWO_PURPOSES,   /* A09 */
    FINDING_FILL,           /* A10 */
    FINDING_VMID,           /* A11 */
    FINDING_THREAD,         /* A12 */
    FINDING_CHANNEL,        /* A13 */
    FINDING_INTERRUPT,      /* A14 */
    FINDING_SLOT,           /* A15 */
    FINDING_SCHEDULE,       /* A16 */
    FINDING_HEADER,         /* A17 */
    FINDING_STRAY_BYTES,    /* A18 */
    FINDING_VM_INFO,        /* A19 */
    FINDING_SDK_PROGRAM,    /* A20 */
    FINDING_SYSTEM_MAP,     /* D01 */
    FINDING_SYSTEM_THREAD,  /* D02 */
    FINDING_SYSTEM_PROGRAM, /* D03 */
    FINDING_SYSTEM_REGION,  /* D04 */
    FINDING_SYSTEM_ROUTE,   /* D05 */
    FINDING_SYSTEM_VM,      /* D06 */
    FINDING_COUNT,
};

struct finding {
    enum finding_code code;
    char *text;
};

#define FINDING_KEEP_MAX 1000 /* more are counted, not kept */

struct findings {
    struct finding *list;
    size_t count; /* of `list` */
    size_t capacity;
    size_t total; /* with those that were not kept */
};

/* Adds a finding. `at`, which may be NULL, is the line of the description that it is about. */
void finding_add(struct findings *findings, enum finding_code code, const struct source *at,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* "A01", and the rule in a few words. */
const char *finding_code_name(enum finding_code code);
const char *finding_code_rule(enum finding_code code);

void findings_free(struct findings *findings);
