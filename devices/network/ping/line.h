/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Lines of text: to the serial virtualiser if the configuration has one (.serial_client_config),
 * else to the kernel's debug output.
 */
#pragma once

#include <stdint.h>

/* Opens the connection to the serial virtualiser, if there is one. */
void line_open(void);

/* A line is put together and then printed whole. One that is too long loses its end, and one for
 * which the virtualiser has no room is lost. */
void line_put(const char *text);
void line_put_number(uint64_t number);
void line_put_ip(uint32_t address);
void line_end(void);
