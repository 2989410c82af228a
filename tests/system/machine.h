/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A machine under test: QEMU as a child process, its serial console on pipes. A test waits for
 * output with a deadline, never for time to pass. Everything the console says is kept in a log
 * file.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct machine;

/*
 * Starts the program argv[0] with a NULL-terminated argument list. Its stdin and stdout are the
 * console; a socket at file descriptor MACHINE_MONITOR_FD is for QEMU's monitor. What it prints
 * goes to the file `log_path` and, unless that is NULL, to `echo`. The child dies with this
 * process. Exits with a message if the machine cannot be started.
 */
#define MACHINE_MONITOR_FD 3
struct machine *machine_start(const char *log_path, FILE *echo, char *const argv[]);

/* Boots `image` on QEMU's virt board with one core and without a network, its console in the file
 * `log_path`. `is_counted`: with an instruction a nanosecond, so that each run is the same. */
struct machine *machine_boot_virt(const char *image, const char *log_path, bool is_counted);

/* From here on, output containing one of the texts (NULL-terminated list, kept by reference) makes
 * the wait that meets it, and every later one, fail. */
void machine_forbid(struct machine *machine, const char *const *texts);

/*
 * Waits until the console has printed `text` after what earlier waits consumed, and consumes it.
 * Returns the output between what was consumed before and `text`, NUL-terminated and valid until
 * the next call; NULL if `seconds` pass, the machine exits or a forbidden text comes first: then
 * machine_reason() says which.
 */
const char *machine_wait(struct machine *machine, const char *text, double seconds);

/* Types text on the console, or a command with its newline at QEMU's monitor. */
void machine_type(struct machine *machine, const char *text);
void machine_monitor(struct machine *machine, const char *command);

/* Reads the next line that the monitor answers, without its end, into `line` of `size` bytes; what
 * does not fit is lost. False if `seconds` pass or the machine exits. */
bool machine_monitor_read(struct machine *machine, char *line, size_t size, double seconds);

/* Waits until the machine has ended by itself. Returns its exit status, or -1 if it does not end
 * within `seconds` or was ended by a signal. */
int machine_wait_exit(struct machine *machine, double seconds);

/* Sets machine_reason(), for a wait of the caller's own making. */
void machine_complain(struct machine *machine, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Why the last wait failed; never NULL. */
const char *machine_reason(const struct machine *machine);

/* Everything that the console has printed so far, NUL-terminated; valid until the next call. */
const char *machine_output(const struct machine *machine);

/* Kills the machine if it still runs and frees it. */
void machine_stop(struct machine *machine);

/* Seconds of a clock that only goes forward, for deadlines and durations. */
double clock_seconds(void);
