/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A program for guests that loads a disk or a network and says what came of it, one line each:
 *     io NAME: FACTS
 * The harness on the host reads these lines. Times are CLOCK_MONOTONIC's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* io block DEVICE read|write random|sequential SIZE DEPTH COUNT */
int io_block(int argc, char **argv);

/* io load DEVICE MIB ROUNDS OWNER: from that offset on, which nobody else uses;
 * io check DEVICE MIB OWNER ACKNOWLEDGED: what a load that was cut short has left there */
int io_load(int argc, char **argv);
int io_check(int argc, char **argv);

/* io send|receive HOST PORT BYTES; io udp HOST PORT COUNT SIZE; io ping HOST COUNT */
int io_send(int argc, char **argv);
int io_receive(int argc, char **argv);
int io_udp(int argc, char **argv);
int io_ping(int argc, char **argv);

/*
 * io seed: tells the kernel that it has random numbers, which it has not. Until it believes so it
 * makes each anew, at thousands of instructions a packet, and a VM without a source of entropy
 * takes minutes to get there. For measuring only.
 */
int io_seed(int argc, char **argv);

/* Microseconds of a clock that only goes forward. */
uint64_t io_microseconds(void);

/* Says what failed, with errno, and ends the program. */
void io_die(const char *what) __attribute__((noreturn));

/* A number between 1 and `most`; ends the program if the text is none. */
uint64_t io_number(const char *text, uint64_t most);
