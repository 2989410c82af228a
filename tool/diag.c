/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Messages to the person at the terminal: one line each, bounded in length and in number, and free
 * of control characters whatever the file that they quote holds.
 */
#include "diag.h"

#include <stdarg.h>
#include <stdio.h>

#include "progress.h"

#define MESSAGE_SIZE 2048
#define SHOWN_MAX    100 /* of each kind; more would only hide the first ones */

struct kind {
    const char *name;
    unsigned count;
};

static struct kind errors = {"error", 0};
static struct kind warnings = {"warning", 0};

static void report(struct kind *kind, const struct source *at, const char *format,
                   va_list arguments)
{
    kind->count++;
    if (kind->count > SHOWN_MAX) {
        if (kind->count == SHOWN_MAX + 1) {
            fprintf(stderr, "drover: more than %d %ss; the rest is not shown\n", SHOWN_MAX,
                    kind->name);
        }
        return;
    }
    char message[MESSAGE_SIZE];
    int length = vsnprintf(message, sizeof(message), format, arguments);
    for (char *c = message; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f) {
            *c = '?';
        }
    }
    progress_end();
    if (at == NULL) {
        fprintf(stderr, "drover: ");
    } else if (at->line == 0) {
        fprintf(stderr, "%s: ", at->file);
    } else {
        fprintf(stderr, "%s:%u: ", at->file, at->line);
    }
    fprintf(stderr, "%s: %s%s\n", kind->name, message, length >= MESSAGE_SIZE ? "..." : "");
}

void diag_error(const struct source *at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(&errors, at, format, arguments);
    va_end(arguments);
}

void diag_warning(const struct source *at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(&warnings, at, format, arguments);
    va_end(arguments);
}

unsigned diag_error_count(void)
{
    return errors.count;
}
