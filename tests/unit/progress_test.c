/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The line about progress: on a terminal, which a pseudo terminal stands for, and into a pipe.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <cmocka.h>

#include "progress.h"

#define ERASE "\r\033[K"
#define END   "end\n" /* tells the reader that there is no more */

static char said[4096];

/* Runs `act` with stderr at `write_end`, and keeps what arrives at `read_end`. */
static void run(void (*act)(void), int read_end, int write_end)
{
    int saved = dup(STDERR_FILENO);
    size_t length = 0;
    assert_true(saved >= 0 && dup2(write_end, STDERR_FILENO) >= 0);
    act();
    progress_end();
    fputs(END, stderr);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    close(saved);
    while (length < strlen(END) || memcmp(said + length - strlen(END), END, strlen(END)) != 0) {
        ssize_t count = read(read_end, said + length, sizeof(said) - 1 - length);
        assert_true(count > 0);
        length += (size_t)count;
    }
    said[length - strlen(END)] = '\0';
    close(read_end);
    close(write_end);
}

static void run_on_terminal(void (*act)(void), unsigned short width)
{
    int master, slave;
    struct winsize size = {.ws_row = 24, .ws_col = width};
    struct termios raw;
    assert_int_equal(openpty(&master, &slave, NULL, NULL, &size), 0);
    assert_int_equal(tcgetattr(slave, &raw), 0);
    cfmakeraw(&raw);
    assert_int_equal(tcsetattr(slave, TCSANOW, &raw), 0);
    run(act, master, slave);
}

static void two_steps(void)
{
    progress_step("reading %s", "a\nb");
    for (uint64_t i = 0; i <= 1000; i++) {
        progress_amount(i / 500, 2);
    }
    progress_amount(7, 0);
    progress_step("writing");
    progress_amount(UINT64_MAX, UINT64_MAX);
}

static void long_step(void)
{
    progress_step("0123456789012345678901234567890");
}

static void on_a_terminal(void **state)
{
    (void)state;
    run_on_terminal(two_steps, 80);
    assert_string_equal(said,
                        ERASE "reading a?b" ERASE "reading a?b 0%" ERASE "reading a?b 50%" ERASE
                              "reading a?b 100%" ERASE "writing" ERASE "writing 100%" ERASE);
}

static void cut_to_the_width(void **state)
{
    (void)state;
    run_on_terminal(long_step, 20);
    assert_string_equal(said, ERASE "01234567890123" ERASE);
    run_on_terminal(long_step, 4);
    assert_string_equal(said, "");
}

static void silent_in_a_pipe(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    run(two_steps, ends[0], ends[1]);
    assert_string_equal(said, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_a_terminal),
        cmocka_unit_test(cut_to_the_width),
        cmocka_unit_test(silent_in_a_pipe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
