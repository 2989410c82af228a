/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The line on the terminal.
 */
#include "progress.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TEXT_SIZE     256
#define WIDTH         80         /* where the terminal does not know its own */
#define PERCENT_WIDTH 6          /* " 100% " */
#define ERASE         "\r\033[K" /* to the start of the line; erase to its end (ECMA-48, EL) */
#define NO_PERCENT    101

static char text[TEXT_SIZE];
static unsigned shown_percent;
static bool is_shown;

/* Columns of the terminal that stderr is; 0 if it is none. */
static unsigned columns(void)
{
    struct winsize size;
    if (!isatty(STDERR_FILENO)) {
        return 0;
    }
    bool is_known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0;
    return is_known ? size.ws_col : WIDTH;
}

static void draw(unsigned percent)
{
    unsigned width = columns();
    if (width <= PERCENT_WIDTH) {
        return;
    }
    fprintf(stderr, ERASE "%.*s", (int)(width - PERCENT_WIDTH), text);
    if (percent != NO_PERCENT) {
        fprintf(stderr, " %u%%", percent);
    }
    fflush(stderr);
    shown_percent = percent;
    is_shown = true;
}

void progress_step(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    for (char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || *at == 0x7f) {
            *at = '?';
        }
    }
    draw(NO_PERCENT);
}

void progress_amount(uint64_t done, uint64_t total)
{
    if (!is_shown || total == 0) {
        return;
    }
    done = done < total ? done : total;
    unsigned percent =
        (unsigned)(total > UINT64_MAX / 100 ? done / (total / 100) : done * 100 / total);
    percent = percent < 100 ? percent : 100;
    if (percent != shown_percent) {
        draw(percent);
    }
}

void progress_end(void)
{
    if (is_shown) {
        fputs(ERASE, stderr);
        fflush(stderr);
    }
    is_shown = false;
}
