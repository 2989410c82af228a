/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Lines of text, see console.h.
 */
#include "console.h"

#include <microkit.h>
#include <sddf/serial/config.h>
#include <sddf/serial/queue.h>

#define LINE_MAX 128

__attribute__((section(".serial_client_config"), used)) serial_client_config_t serial_config;

static serial_queue_handle_t serial;
static char line[LINE_MAX + 2]; /* with a newline and a NUL */
static uint32_t line_size;

void console_open(void)
{
    if (serial_config_check_magic(&serial_config) &&
        serial_config.tx.queue.size >= sizeof(serial_queue_t) &&
        serial_config.tx.data.size <= UINT32_MAX) {
        serial_queue_init(&serial, serial_config.tx.queue.vaddr,
                          (uint32_t)serial_config.tx.data.size, serial_config.tx.data.vaddr);
    }
}

void console_put(const char *text)
{
    while (*text != '\0' && line_size < LINE_MAX) {
        line[line_size++] = *text++;
    }
}

void console_put_number(uint64_t number)
{
    char digits[21];
    char *at = &digits[20];
    *at = '\0';
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    console_put(at);
}

void console_put_ip(uint32_t address)
{
    for (unsigned shift = 24;; shift -= 8) {
        console_put_number(address >> shift & 0xff);
        if (shift == 0) {
            return;
        }
        console_put(".");
    }
}

void console_end(void)
{
    line[line_size++] = '\n';
    line[line_size] = '\0';
    if (serial.capacity == 0) {
        microkit_dbg_puts(line);
    } else if (serial_queue_free(&serial) >= line_size) {
        serial_enqueue_batch(&serial, line_size, line);
        microkit_notify(serial_config.tx.id);
    }
    line_size = 0;
}
