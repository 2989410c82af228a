/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The corpus of system descriptions. Each case is NAME.system, named after its one mistake, with
 * NAME.expected, what the tool has to say about it on stderr, and, where it needs any, NAME.args,
 * more arguments for `drover build`, separated by blanks.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

struct corpus_case {
    char *file;       /* NAME.system */
    char *expected;   /* contents of NAME.expected; NULL: there is no such file */
    char *args;       /* contents of NAME.args, cut up */
    char **arguments; /* argument_count pointers into args */
    size_t argument_count;
};

struct corpus {
    struct corpus_case *cases; /* by name */
    size_t count;
};

/* Reads the cases of `directory`; exits with a message if it cannot. The caller frees it. */
struct corpus corpus_load(const char *directory);
void corpus_free(struct corpus *corpus);

/* All of `file`, from its start, NUL-terminated; the caller frees it. Exits with a message on an
 * error. */
char *corpus_read(FILE *file);
