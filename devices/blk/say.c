/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Lines on the debug console, each in one piece.
 */
#include "text.h"
#include "virt.h"

static void say(struct text *text)
{
    text_add(text, "\n");
    microkit_dbg_puts(text->bytes);
}

void virt_say(const char *before, const char *after)
{
    struct text text;
    text_clear(&text);
    text_add(&text, "blk_virt: ");
    text_add(&text, before);
    text_add(&text, after);
    say(&text);
}

void virt_say_number(const char *before, uint32_t number, const char *after)
{
    struct text text;
    text_clear(&text);
    text_add(&text, "blk_virt: ");
    text_add(&text, before);
    text_add_number(&text, number);
    text_add(&text, after);
    say(&text);
}
