/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Several writers on one terminal: every line begins with the name of who wrote it. A line that
 * another writer breaks into is ended first, and its rest begins a new one, with the name again.
 * What follows a carriage return begins with the name too, or it would overwrite it. A carriage
 * return on an empty line is left out; a line feed gets one if it has none.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define LINE_NAME_MAX 64
#define LINE_PREFIX_MAX                                                                            \
    (LINE_NAME_MAX + 16) /* the name, "| " and what sets the colour and ends it */
#define LINE_BREAK_MAX 6 /* what ends another's line */
#define LINE_NOBODY    UINT32_MAX

/* What stands before each line of a writer; a length of 0: nothing, and its bytes stay as they are.
 */
struct line_prefix {
    char text[LINE_PREFIX_MAX];
    uint32_t length;
};

/* The last line of the terminal. */
struct line {
    uint32_t writer; /* whose it is; LINE_NOBODY: it is empty */
    bool returned;   /* the cursor is back at its start */
    bool coloured;   /* whether a break ends a colour */
    uint64_t broken; /* a bit for each writer whose line another has ended, with nothing since */
};

/* Makes the prefix of writer number `writer`: at most LINE_NAME_MAX bytes of `name`, which may lack
 * its NUL, filled up with blanks to `width`. */
void line_prefix_set(struct line_prefix *prefix, const char *name, uint32_t width, uint32_t writer,
                     bool coloured);

/* Prints `count` bytes of a writer into `out`, which has `room` bytes, and returns how many it
 * took; `*length` is what they became, which may be nothing. It takes as many whole lines as fit.
 * If the first line does not fit, it takes as much of it as does. If the first line has no end yet,
 * it takes what there is if `parts` is set, and nothing otherwise. `room` is at least
 * LINE_BREAK_MAX + LINE_PREFIX_MAX + 2, so that a byte always fits. */
uint32_t line_print(struct line *line, uint32_t writer, const struct line_prefix *prefix,
                    const char *bytes, uint32_t count, bool parts, char *out, uint32_t room,
                    uint32_t *length);
