/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The client of the serial port: gives back each line that is typed, in capitals.
 */
#include <microkit.h>

#include "queue.h"

#define DRIVER_CHANNEL 0

struct queue *received;
struct queue *to_send;

static void say(const char *text)
{
    while (*text != '\0' && queue_put(to_send, (uint8_t)*text)) {
        text++;
    }
}

static uint8_t capital(uint8_t letter)
{
    return letter >= 'a' && letter <= 'z' ? (uint8_t)(letter - 'a' + 'A') : letter;
}

void init(void)
{
    say("echo: type something\r\n");
    microkit_notify(DRIVER_CHANNEL);
}

void notified(microkit_channel ch)
{
    uint8_t byte;
    while (queue_take(received, &byte)) {
        if (byte == '\r' || byte == '\n') {
            say("\r\n");
        } else if (!queue_put(to_send, capital(byte))) {
            break;
        }
    }
    microkit_deferred_notify(ch);
}
