/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What `drover check` finds: a code that says which rule is broken, how bad that is, one sentence,
 * what to do, and the lines and nodes that it is about. The codes are stable: programs and people
 * rely on them, and descriptions name them in acceptances.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "system.h"

enum check_severity {
    CHECK_ERROR,   /* it will not build, or not work */
    CHECK_WARNING, /* it works, but gives away too much or may fail */
};

enum check_code {
    CHECK_NOT_WELL_FORMED,    /* C01 */
    CHECK_REGION_UNDEFINED,   /* C02 */
    CHECK_OLD_DIALECT,        /* C03 */
    CHECK_IRQ_WITHOUT_REGS,   /* C04 */
    CHECK_NODE_NOT_GRANTED,   /* C05 */
    CHECK_IRQ_MISSING,        /* C06 */
    CHECK_IRQ_SGI,            /* C07 */
    CHECK_IRQ_OF_DISABLED,    /* C08 */
    CHECK_IRQ_TRIGGER,        /* C09 */
    CHECK_GIC_WINDOW,         /* C10 */
    CHECK_NO_NODE,            /* C11 */
    CHECK_DISABLED_GRANTED,   /* C12 */
    CHECK_POWER,              /* C13 */
    CHECK_MASTER,             /* C14 */
    CHECK_CONSOLE,            /* C15 */
    CHECK_MEMORY_NODE,        /* C16 */
    CHECK_NUMBER,             /* C17 */
    CHECK_IRQ_BEYOND,         /* C18 */
    CHECK_IRQ_PRIVATE,        /* C19 */
    CHECK_IRQ_WITHOUT_32,     /* C20 */
    CHECK_IRQ_OF_NOBODY,      /* C21 */
    CHECK_IRQ_TWICE,          /* C22 */
    CHECK_KEPT,               /* C23 */
    CHECK_RESERVED,           /* C24 */
    CHECK_TWO_OWNERS,         /* C25 */
    CHECK_ALIGNMENT,          /* C26 */
    CHECK_NOT_ONE_TO_ONE,     /* C27 */
    CHECK_CACHED,             /* C28 */
    CHECK_RAM_MOVED,          /* C29 */
    CHECK_NEEDED_DISABLED,    /* C30 */
    CHECK_GIC_WINDOW_MISSING, /* C31 */
    CHECK_ACCEPTANCE,         /* C32 */
    CHECK_CODE_COUNT,
};

/* One of the things that a finding is about. */
struct check_item {
    struct source source; /* line 0: none */
    char *node;           /* path in the device tree, or NULL */
    char *text;           /* what about it; may be empty */
};

#define CHECK_ITEM_MAX 4096 /* of a finding; more are counted, not kept */

struct check_finding {
    enum check_code code;
    struct source source; /* line 0: the file as a whole */
    char *text;
    const char *accepted; /* the reason, or NULL */
    struct check_item *items;
    size_t item_count, item_capacity;
    size_t item_total;
};

#define CHECK_FINDING_MAX 1000 /* more are counted, not kept */

struct check_findings {
    struct check_finding *list;
    size_t count, capacity;
    size_t total; /* with those that were not kept */
};

/* A rule's name ("C01"), its severity, itself in a line, and what to do where it is broken. */
const char *check_code_name(enum check_code code);
/* The code of that name, "C13"; false if there is none. */
bool check_code_find(const char *name, enum check_code *code);
enum check_severity check_code_severity(enum check_code code);
const char *check_code_rule(enum check_code code);
const char *check_code_remedy(enum check_code code);
const char *check_severity_name(enum check_severity severity);

/* Whether a comment may accept findings of the code: warnings, and what a VMM can stand in for. */
bool check_code_is_acceptable(enum check_code code);

/* A finding under construction: items come first, then the sentence, which may need their number.
 */
void check_item_add(struct check_finding *finding, const struct source *source, const char *node,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Adds `finding`, of `code`, unless it is about nothing (`item_count` is 0); takes it over. It
 * stands at its first item with a line. */
void check_finding_add(struct check_findings *findings, struct check_finding *finding,
                       enum check_code code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Drops what has been said: the finding is about nothing again. */
void check_finding_drop(struct check_finding *finding);

/* Puts the findings into the order of their codes. */
void check_findings_sort(struct check_findings *findings);

void check_findings_free(struct check_findings *findings);
