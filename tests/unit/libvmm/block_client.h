/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A client of the block server (in libvmm/block_rig.h) that writes, zeroes, reads, flushes and sets
 * barriers at random, never two at a time on one block, and knows what it has to find. It fails the
 * test where an answer is not to be had: for something that was not asked or is answered already,
 * with an error, or with other data than was written.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CLIENT_BLOCKS 48u /* of the disk that it uses, from the first on */

/* A client that has asked nothing, on a disk of zeroes. What it does depends on `seed` alone. */
void client_start(uint64_t seed);

/* A random number below `count`, of the client's sequence. */
unsigned client_pick(unsigned count);

/* Puts a request into the queue, if what it comes upon can be asked now. */
void client_ask(void);

/* Takes and checks what has been answered. For a flush, `medium` (may be NULL) holds the blocks as
 * they are on the medium. */
void client_take(uint8_t (*medium)[4096]);

/* Whether everything is answered. */
bool client_is_idle(void);

/* Compares all blocks of `disk` with what was written. Only while idle. */
void client_check(uint8_t (*disk)[4096]);
