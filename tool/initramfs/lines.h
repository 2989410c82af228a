/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The lines of a recipe or of a list of modules.
 */
#pragma once

#include "source.h"

#define LINES_BLANKS " \t\r"

struct lines {
    struct source at; /* the line that came last */
    struct source_text text;
    char *rest;
};

/* Opens the text file `path`, which is to be `what`. Reports what is no text, empty or longer than
 * SOURCE_SIZE_MAX, and returns false. */
bool lines_open(struct lines *lines, const char *path, const char *what);

/* The next line with something in it that is no comment, from its first word on; it may be changed
 * and stays until lines_close(). NULL at the end. */
char *lines_next(struct lines *lines);

void lines_close(struct lines *lines);
