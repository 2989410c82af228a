/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the client is told; see client.h.
 */
#include <sddf/serial/config.h>
#include <sddf/serial/queue.h>

#include "client.h"
#include "console.h"

#define WORD_MAX 16

extern serial_client_config_t serial_config; /* console.c's */

uintptr_t restart_channel; /* to a VMM; written by the tool where this program restarts a VM */

static serial_queue_handle_t input;
static char word[WORD_MAX + 1];
static uint32_t word_size;

_Noreturn void client_fail(const char *what, uint64_t number)
{
    console_put("crowd: FAILED: ");
    console_put(what);
    console_put(" ");
    console_put_number(number);
    console_end();
    for (;;) {
        microkit_internal_crash(2);
    }
}

static void restart_begin(void)
{
    microkit_notify((microkit_channel)restart_channel);
}

static const struct command {
    const char *word;
    void (*begin)(void);
    bool needs_disk;
} commands[] = {
    {"load", load_begin, true},   {"stop", load_stop, false}, {"limits", limits_begin, true},
    {"order", order_begin, true}, {"die", death_begin, true}, {"restart", restart_begin, false},
};

static bool word_is(const char *text)
{
    uint32_t i = 0;
    while (text[i] != '\0' && text[i] == word[i]) {
        i++;
    }
    return text[i] == word[i];
}

static void word_obey(void)
{
    word[word_size] = '\0';
    word_size = 0;
    for (uint32_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
        if (word_is(commands[i].word)) {
            if (commands[i].needs_disk && !disk_is_free()) {
                client_fail("it has no disk, or is busy with it, told", i);
            }
            commands[i].begin();
            return;
        }
    }
    client_fail("told something else than it knows", 0);
}

static void input_read(void)
{
    char byte;
    while (serial_dequeue(&input, &byte) == 0) {
        if (byte == '\r') {
            word_obey();
        } else if (word_size < WORD_MAX) {
            word[word_size++] = byte;
        }
    }
}

void init(void)
{
    console_open();
    if (!serial_config_check_magic(&serial_config) ||
        !serial_queue_init(&input, serial_config.rx.queue.vaddr,
                           (uint32_t)serial_config.rx.data.size, serial_config.rx.data.vaddr)) {
        microkit_internal_crash(1);
    }
    disk_open();
}

void notified(microkit_channel channel)
{
    if (channel == serial_config.rx.id) {
        input_read();
    } else {
        disk_notified(channel);
    }
}
