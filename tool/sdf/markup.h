/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Cuts XML text into pieces without parsing it. On well-formed text the pieces are those that a
 * parser sees; on other text they are something, and cover it.
 */
#pragma once

enum markup {
    MARKUP_TEXT,        /* up to the next < */
    MARKUP_COMMENT,     /* <!-- ... --> */
    MARKUP_CDATA,       /* <![CDATA[ ... ]]> */
    MARKUP_INSTRUCTION, /* <? ... ?> */
    MARKUP_TAG,         /* any other < ... >, where a > in quotes does not count */
};

/*
 * The kind of the piece that begins at `at`, before `end`; moves `*next` to the first byte behind
 * it. A piece without its closing part goes up to `end`.
 */
enum markup markup_next(const char *at, const char *end, const char **next);
