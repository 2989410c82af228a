/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Lines of text: to the serial virtualiser if the configuration has one (.serial_client_config),
 * else to the kernel's debug output.
 */
#pragma once

#include <stdint.h>

/* Opens the connection to the serial virtualiser, if there is one. */
void console_open(void);

/* A line is put together and then printed whole. One that is too long loses its end, and one for
 * which the virtualiser has no room is lost. */
void console_put(const char *text);
void console_put_number(uint64_t number);
void console_put_ip(uint32_t address);
void console_end(void);
