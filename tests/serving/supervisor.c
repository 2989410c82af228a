/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A program that has a VM started again, whatever it is doing, whenever a line is typed to it.
 */
#include <stdint.h>

#include <microkit.h>

#include <sddf/serial/config.h>
#include <sddf/serial/queue.h>

__attribute__((section(".serial_client_config"))) serial_client_config_t config;

uintptr_t restart_channel; /* a channel to the VMM; written by the tool */

static serial_queue_handle_t input;

void init(void)
{
    serial_queue_init(&input, config.rx.queue.vaddr, (uint32_t)config.rx.data.size,
                      config.rx.data.vaddr);
}

void notified(microkit_channel channel)
{
    char byte;
    (void)channel;
    while (serial_dequeue(&input, &byte) == 0) {
        if (byte == '\r' || byte == '\n') {
            microkit_notify((microkit_channel)restart_channel);
        }
    }
}
