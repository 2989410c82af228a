/*
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "line.h"

/* ECMA-48, 8.3.117 (SGR): foreground colours 31 to 36, and the end of all attributes. */
#define COLOUR_COUNT 6
#define COLOUR_END   "\x1b[0m"

static void put(char *out, uint32_t *length, const char *text)
{
    while (*text != '\0') {
        out[(*length)++] = *text++;
    }
}

void line_prefix_set(struct line_prefix *prefix, const char *name, uint32_t width, uint32_t writer,
                     bool coloured)
{
    char colour[] = "\x1b[31m";
    colour[3] = (char)('1' + writer % COLOUR_COUNT);
    prefix->length = 0;
    if (coloured) {
        put(prefix->text, &prefix->length, colour);
    }
    uint32_t column = 0;
    for (; column < LINE_NAME_MAX && name[column] != '\0'; column++) {
        prefix->text[prefix->length++] = name[column];
    }
    for (; column < width && column < LINE_NAME_MAX; column++) {
        prefix->text[prefix->length++] = ' ';
    }
    put(prefix->text, &prefix->length, "|");
    if (coloured) {
        put(prefix->text, &prefix->length, COLOUR_END);
    }
    put(prefix->text, &prefix->length, " ");
}

/* None for who only writes whole lines, behind those that have one. */
static uint64_t writer_bit(uint32_t writer)
{
    return writer < 64 ? 1ull << writer : 0;
}

/* Prints a byte with what has to stand before it; at most LINE_PREFIX_MAX + 2 bytes. */
static uint32_t print_byte(struct line *line, uint32_t writer, const struct line_prefix *prefix,
                           char byte, char *out)
{
    uint32_t length = 0;
    uint64_t bit = writer_bit(writer);
    bool was_broken = (line->broken & bit) != 0;
    if (byte != '\r') {
        line->broken &= ~bit;
    }
    if (byte == '\n') {
        if (was_broken) {
            return 0;
        }
        if (!line->returned) {
            out[length++] = '\r';
        }
        out[length++] = '\n';
        line->writer = LINE_NOBODY;
        line->returned = false;
        return length;
    }
    if (byte == '\r') {
        if (line->writer != LINE_NOBODY) {
            out[length++] = byte;
            line->returned = true;
        }
        return length;
    }
    if (line->writer != writer || line->returned) {
        for (; length < prefix->length; length++) {
            out[length] = prefix->text[length];
        }
    }
    out[length++] = byte;
    line->writer = writer;
    line->returned = false;
    return length;
}

static uint32_t print_break(struct line *line, uint32_t writer, char *out)
{
    uint32_t length = 0;
    if (line->writer != LINE_NOBODY && line->writer != writer) {
        if (line->coloured) {
            put(out, &length, COLOUR_END);
        }
        put(out, &length, "\r\n");
        line->broken |= writer_bit(line->writer);
        line->writer = LINE_NOBODY;
        line->returned = false;
    }
    return length;
}

static uint32_t print_raw(struct line *line, uint32_t writer, const char *bytes, uint32_t count,
                          char *out, uint32_t room, uint32_t *length)
{
    uint32_t taken = count < room ? count : room;
    for (uint32_t i = 0; i < taken; i++) {
        out[i] = bytes[i];
        line->writer = bytes[i] == '\n' ? LINE_NOBODY : writer;
    }
    line->returned = false;
    *length = taken;
    return taken;
}

uint32_t line_print(struct line *line, uint32_t writer, const struct line_prefix *prefix,
                    const char *bytes, uint32_t count, bool parts, char *out, uint32_t room,
                    uint32_t *length)
{
    if (prefix->length == 0) {
        return print_raw(line, writer, bytes, count, out, room, length);
    }
    struct line now = *line;
    struct line whole = *line; /* as it was after the last whole line */
    uint32_t whole_taken = 0;
    uint32_t whole_length = 0;
    uint32_t taken = 0;
    uint32_t printed = print_break(&now, writer, out);
    while (taken < count && room - printed >= LINE_PREFIX_MAX + 2) {
        char byte = bytes[taken++];
        printed += print_byte(&now, writer, prefix, byte, out + printed);
        if (byte == '\n') {
            whole = now;
            whole_taken = taken;
            whole_length = printed;
        }
    }
    if (whole_taken == 0 && taken > 0 && (parts || taken < count)) {
        whole = now;
        whole_taken = taken;
        whole_length = printed;
    }
    *line = whole;
    *length = whole_length;
    return whole_taken;
}
