/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Other ends of the network class's queues that do what the bytes of a fuzzer say: put in and take
 * out descriptors, write anywhere in shared memory, notify; and write while a program notifies
 * them.
 */
#pragma once

#include "fake.h"

/* Forgets all memory and begins with an input. */
void hostile_begin(const uint8_t *input, size_t size);

/* Shared memory that may be written. */
void hostile_add_connection(const net_connection_resource_t *conn);
void hostile_add_region(region_resource_t region);

/* Numbers of the input, 0 when there are no more. */
uint8_t hostile_byte(void);
uint64_t hostile_number(void);

/* Does what the input says until it ends. `io_addr`: of descriptors that are between virtualiser
 * and driver. `run` is called where the input says that the program runs. */
void hostile_run(uint64_t io_addr, void (*run)(void));
