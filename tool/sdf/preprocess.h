/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Macros in a description: the text goes through the C preprocessor, and every line of what comes
 * out is traced back to the author's own file and line.
 */
#pragma once

#include "source.h"

/*
 * Replaces `text`, the contents of the file `path`, by what the preprocessor makes of it with
 * `macros`. #include finds files beside `path`. The preprocessor is clang, or the program that the
 * environment variable DROVER_CPP names (absolute, or in PATH; no arguments), which has to take
 * clang's options. What it complains about is reported at the author's lines; after an error
 * returns false.
 */
bool preprocess(struct source_text *text, const char *path, const struct macro *macros,
                size_t macro_count);

/* The parts of the above that are text in, text out (preprocess_text.c). */

/*
 * Before the preprocessor: XML comments become blanks, so that nothing in them looks like C. Lines
 * stay lines. A comment without an end stays, for the XML parser to report.
 */
void preprocess_hide_comments(struct source_text *text);

/*
 * After it: makes `text` of `output`, the `size` bytes that the preprocessor wrote for `path`. Line
 * markers become marks; an XML declaration, which may now stand too late, becomes blanks; attribute
 * values without quotes get them, so that a macro given as -D SIZE=0x1000 may stand as size=SIZE.
 */
void preprocess_take_output(struct source_text *text, const char *path, const char *output,
                            size_t size);

/*
 * The author's name for a file that the preprocessor calls `name` (`length` characters of it),
 * where the description is `path`. The caller frees it.
 */
char *preprocess_file(const char *path, const char *name, size_t length);
