/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What several writers print on one terminal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "line.h"

#define ROOM 512

static struct line line;
static struct line_prefix prefixes[2];
static char terminal[8192];
static uint32_t terminal_length;

static int set_up(void **state)
{
    (void)state;
    line = (struct line){.writer = LINE_NOBODY};
    line_prefix_set(&prefixes[0], "one", 5, 0, false);
    line_prefix_set(&prefixes[1], "two", 5, 1, false);
    terminal_length = 0;
    return 0;
}

/* Prints as much as it takes; returns how much. */
static uint32_t print_some(uint32_t writer, const char *text, uint32_t count, bool parts,
                           uint32_t room)
{
    char out[ROOM];
    uint32_t length = ROOM + 1;
    uint32_t taken =
        line_print(&line, writer, &prefixes[writer], text, count, parts, out, room, &length);
    assert_true(length <= room);
    assert_true(terminal_length + length < sizeof(terminal));
    memcpy(terminal + terminal_length, out, length);
    terminal_length += length;
    terminal[terminal_length] = '\0';
    return taken;
}

static void print(uint32_t writer, const char *text)
{
    uint32_t count = (uint32_t)strlen(text);
    for (uint32_t taken = 0; taken < count;) {
        uint32_t now = print_some(writer, text + taken, count - taken, true, ROOM);
        assert_true(now > 0);
        taken += now;
    }
}

static void prefix_has_name_and_colour(void **state)
{
    (void)state;
    struct line_prefix prefix;
    line_prefix_set(&prefix, "linux", 8, 0, true);
    assert_int_equal(prefix.length, strlen("\x1b[31mlinux   |\x1b[0m "));
    assert_memory_equal(prefix.text, "\x1b[31mlinux   |\x1b[0m ", prefix.length);
    line_prefix_set(&prefix, "linux", 0, 7, true);
    assert_memory_equal(prefix.text, "\x1b[32mlinux|\x1b[0m ", prefix.length);
    line_prefix_set(&prefix, "linux", 3, 0, false);
    assert_int_equal(prefix.length, strlen("linux| "));
    assert_memory_equal(prefix.text, "linux| ", prefix.length);
}

/* A name need not end. */
static void longest_name_fits(void **state)
{
    (void)state;
    struct line_prefix prefix;
    char name[LINE_NAME_MAX];
    memset(name, 'n', sizeof(name));
    line_prefix_set(&prefix, name, UINT32_MAX, 0, true);
    assert_true(prefix.length <= LINE_PREFIX_MAX);
    line_prefix_set(&prefix, "", UINT32_MAX, 0, true);
    assert_true(prefix.length <= LINE_PREFIX_MAX);
}

static void lines_begin_with_names(void **state)
{
    (void)state;
    print(0, "a\nb\r\n\n");
    print(1, "c\n");
    assert_string_equal(terminal, "one  | a\r\none  | b\r\n\r\ntwo  | c\r\n");
}

static void line_is_continued(void **state)
{
    (void)state;
    print(0, "log");
    print(0, "in: \n");
    assert_string_equal(terminal, "one  | login: \r\n");
}

static void other_breaks_a_line(void **state)
{
    (void)state;
    print(0, "login: ");
    print(1, "up\n");
    print(0, "root\n");
    assert_string_equal(terminal, "one  | login: \r\ntwo  | up\r\none  | root\r\n");
}

/* The end of a line that has been ended already is not a line of its own; the next end is. */
static void end_of_a_broken_line_is_left_out(void **state)
{
    (void)state;
    print(0, "one");
    print(1, "other\n");
    print(0, "\r\n");
    assert_string_equal(terminal, "one  | one\r\ntwo  | other\r\n");
    print(0, "\n");
    assert_string_equal(terminal, "one  | one\r\ntwo  | other\r\n\r\n");
    set_up(NULL);
    print(0, "one");
    print(1, "other\n");
    print(0, "more\n\n");
    assert_string_equal(terminal, "one  | one\r\ntwo  | other\r\none  | more\r\n\r\n");
}

static void break_ends_the_colour(void **state)
{
    (void)state;
    line.coloured = true;
    print(0, "x");
    print(1, "y");
    assert_string_equal(terminal, "one  | x\x1b[0m\r\ntwo  | y");
}

/* After a return the name stands there again, so that it is not overwritten. */
static void return_repeats_the_name(void **state)
{
    (void)state;
    print(0, "10%\r20%\r\n");
    assert_string_equal(terminal, "one  | 10%\rone  | 20%\r\n");
    set_up(NULL);
    print(0, "10%\r");
    print(1, "y\n");
    assert_string_equal(terminal, "one  | 10%\r\r\ntwo  | y\r\n");
    set_up(NULL);
    print(0, "\r");
    print(0, "x\n\r");
    print(1, "y\n");
    assert_string_equal(terminal, "one  | x\r\ntwo  | y\r\n");
}

/* On an empty line it does nothing; and an empty line has no name. */
static void return_on_an_empty_line_is_left_out(void **state)
{
    (void)state;
    assert_int_equal(print_some(0, "\r\r", 2, true, ROOM), 2);
    assert_int_equal(terminal_length, 0);
    print(0, "\r\n\n\r");
    print(1, "y");
    assert_string_equal(terminal, "\r\n\r\ntwo  | y");
}

static void without_prefix_bytes_are_as_they_come(void **state)
{
    (void)state;
    prefixes[0].length = 0;
    print(0, "a\nb\r\n\x1b[2J");
    assert_string_equal(terminal, "a\nb\r\n\x1b[2J");
    assert_int_equal(line.writer, 0);
    print(1, "c\n");
    assert_string_equal(terminal, "a\nb\r\n\x1b[2J\r\ntwo  | c\r\n");
}

static void whole_lines_first(void **state)
{
    (void)state;
    assert_int_equal(print_some(0, "a\nb\nrest", 8, false, ROOM), 4);
    assert_string_equal(terminal, "one  | a\r\none  | b\r\n");
    assert_int_equal(line.writer, LINE_NOBODY);
    assert_int_equal(print_some(0, "rest", 4, false, ROOM), 0);
    assert_int_equal(line.writer, LINE_NOBODY);
    assert_int_equal(print_some(0, "rest", 4, true, ROOM), 4);
    assert_int_equal(line.writer, 0);
    assert_string_equal(terminal, "one  | a\r\none  | b\r\none  | rest");
}

/* What is not taken leaves no trace: the break before another's rest is not printed either. */
static void rest_that_waits_breaks_nothing(void **state)
{
    (void)state;
    print(0, "prompt");
    assert_int_equal(print_some(1, "rest", 4, false, ROOM), 0);
    print(0, "!\n");
    assert_string_equal(terminal, "one  | prompt!\r\n");
}

static void long_line_goes_in_parts(void **state)
{
    (void)state;
    char text[1000];
    memset(text, 'x', sizeof(text));
    uint32_t taken = print_some(0, text, sizeof(text), false, ROOM);
    assert_in_range(taken, ROOM - 2 * LINE_PREFIX_MAX, ROOM);
    assert_true(print_some(0, text, sizeof(text), false, ROOM) > 0);
    assert_null(strchr(terminal, '\n'));
}

/* With the least room that is allowed, and bytes that each become many, a byte is taken. */
static void least_room_is_enough(void **state)
{
    (void)state;
    struct line_prefix longest;
    char name[LINE_NAME_MAX];
    memset(name, 'n', sizeof(name));
    line_prefix_set(&longest, name, 0, 1, true);
    line.coloured = true;
    print(0, "x");
    char out[LINE_BREAK_MAX + LINE_PREFIX_MAX + 2];
    uint32_t length;
    uint32_t taken =
        line_print(&line, 1, &longest, "y\ry\ry\r", 6, true, out, sizeof(out), &length);
    assert_true(taken > 0);
    assert_true(length <= sizeof(out));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(prefix_has_name_and_colour, set_up),
        cmocka_unit_test_setup(longest_name_fits, set_up),
        cmocka_unit_test_setup(lines_begin_with_names, set_up),
        cmocka_unit_test_setup(line_is_continued, set_up),
        cmocka_unit_test_setup(other_breaks_a_line, set_up),
        cmocka_unit_test_setup(end_of_a_broken_line_is_left_out, set_up),
        cmocka_unit_test_setup(break_ends_the_colour, set_up),
        cmocka_unit_test_setup(return_repeats_the_name, set_up),
        cmocka_unit_test_setup(return_on_an_empty_line_is_left_out, set_up),
        cmocka_unit_test_setup(without_prefix_bytes_are_as_they_come, set_up),
        cmocka_unit_test_setup(whole_lines_first, set_up),
        cmocka_unit_test_setup(rest_that_waits_breaks_nothing, set_up),
        cmocka_unit_test_setup(long_line_goes_in_parts, set_up),
        cmocka_unit_test_setup(least_room_is_enough, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
