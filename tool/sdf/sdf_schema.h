/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The shape of a system description, as data: which elements and attributes there are, and where.
 */
#pragma once

#include <stddef.h>

enum presence { OPTIONAL, REQUIRED, REFUSED };

struct attribute {
    const char *name;
    enum presence presence;
    const char *reason; /* REFUSED: why, and what to do */
};

struct child {
    const struct element *element;
    unsigned low, high; /* how many of them; 0 for no limit */
};

struct element {
    const char *name;
    const struct attribute *attributes; /* up to one without a name */
    const struct child *children;       /* up to one without an element */
    const char *refusal;                /* not NULL: why it is not accepted, and what to do */
};

/* <system> */
extern const struct element sdf_schema_root;
