/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A finished audit, to be shown: the access matrix as rows, for people (audit_print.c) and for
 * programs (audit_json.c).
 */
#pragma once

#include <stdio.h>

#include "audit.h"

/* A part of an extent that has one purpose. */
struct audit_row {
    struct audit_extent extent;
    const char *what; /* its purpose; empty where nobody knows one */
};

/* Calls `visit` for every row of a space, in the order of its VA or GPA. */
void audit_each_row(const struct audit *audit, const struct audit_space *space,
                    void (*visit)(void *context, const struct audit_space *space,
                                  const struct audit_row *row),
                    void *context);

/* Whether more than one of PDs, VMs and the kernel reach an object. */
bool audit_is_shared(const struct audit *audit, const struct audit_object *object);

/* "tcb", "sc" or "vspace": what a slot holds. */
const char *audit_slot_name(uint32_t kind);

/* Prints the whole matrix, or writes it as one JSON object (docs/audit.md). */
void audit_print(const struct audit *audit, FILE *out);
bool audit_write_json(const struct audit *audit, FILE *out);
