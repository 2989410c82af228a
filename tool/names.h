/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A list of names, each with the object that it stands for: finds an object by name, and names that
 * stand for two.
 */
#pragma once

#include "system.h"

struct name {
    const char *name; /* not owned */
    size_t index;     /* of the object, in the order of the description */
    const struct source *source;
};

struct names {
    struct name *entries;
    size_t count, capacity;
};

void names_add(struct names *names, const char *name, size_t index, const struct source *source);

/* Sorts, after which names_find() and names_check() may be called. */
void names_sort(struct names *names);

/* The index of an object called `name`, INDEX_NONE if there is none. */
size_t names_find(const struct names *names, const char *name);

/* Reports each name that stands for more than one object: `what` is the sort of object, `rule` says
 * why that is wrong and what to do. */
void names_check(const struct names *names, const char *what, const char *rule);

void names_free(struct names *names);
