/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes the virtualiser of output: two clients write whatever they like into their shared memory,
 * between notifications and while it works; a third prints lines. All of those come out, whole and
 * in order, and no other line begins with that one's name.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fake.h"
#include "serial_hostile.h"
#include "serial_host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern serial_virt_tx_config_t config;

#define CLIENTS         3
#define GOOD            2
#define CLIENT_CAPACITY 1024u
#define DRIVER_CAPACITY 4096u
#define GOOD_NAME       "good| "

static serial_queue_handle_t driver;
static serial_queue_handle_t client[CLIENTS];
static struct hostile_input input;
static char *terminal;
static size_t terminal_length;
static unsigned printed;

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void connect(void)
{
    static const char *const names[CLIENTS] = {"bad", "evil", "good"};
    memset(&config, 0, sizeof(config));
    serial_host_magic(config.magic);
    serial_host_connect(&config.driver, &driver, DRIVER_CAPACITY, 0);
    config.num_clients = CLIENTS;
    for (unsigned i = 0; i < CLIENTS; i++) {
        serial_host_connect(&config.clients[i].conn, &client[i], CLIENT_CAPACITY, (uint8_t)(i + 1));
        strcpy(config.clients[i].name, names[i]);
    }
}

static void disconnect(void)
{
    serial_host_disconnect(&config.driver);
    for (unsigned i = 0; i < CLIENTS; i++) {
        serial_host_disconnect(&config.clients[i].conn);
    }
}

static void driver_send(uint32_t count)
{
    static char bytes[DRIVER_CAPACITY];
    uint32_t sent = serial_dequeue_batch(&driver, count, bytes);
    require(!serial_queue_broken(&driver));
    terminal = realloc(terminal, terminal_length + sent + 1);
    memcpy(terminal + terminal_length, bytes, sent);
    terminal_length += sent;
    if (sent > 0 && serial_require_consumer_signal(&driver)) {
        serial_cancel_consumer_signal(&driver);
        notified(0);
    }
}

/* The hostile ones run whenever somebody is notified. */
static void anybody_runs(microkit_channel ch)
{
    if (ch != 0) {
        hostile_write(&input, &client[ch % GOOD]);
    }
}

static void step(void)
{
    uint8_t what = hostile_byte(&input);
    char line[32];
    switch (what & 7) {
    case 0:
        snprintf(line, sizeof(line), "line %u\n", printed);
        if (serial_queue_free(&client[GOOD]) >= strlen(line)) {
            serial_host_send(&client[GOOD], line);
            printed++;
        }
        notified(GOOD + 1);
        break;
    case 1:
        driver_send((uint32_t)what * 8);
        break;
    case 2:
        notified(what >> 3);
        break;
    default:
        hostile_write(&input, &client[what >> 3 & 1]);
    }
}

/* The lines that begin with the good one's name are its own, and all of them. */
static void check(void)
{
    unsigned seen = 0;
    terminal[terminal_length] = '\0';
    for (size_t at = 0; at < terminal_length;) {
        const char *end = memchr(terminal + at, '\n', terminal_length - at);
        size_t length = end == NULL ? terminal_length - at : (size_t)(end + 1 - terminal) - at;
        if (length >= strlen(GOOD_NAME) &&
            memcmp(terminal + at, GOOD_NAME, strlen(GOOD_NAME)) == 0) {
            char expected[48];
            snprintf(expected, sizeof(expected), GOOD_NAME "line %u\r\n", seen++);
            require(length == strlen(expected) && memcmp(terminal + at, expected, length) == 0);
        }
        at += length;
    }
    require(seen == printed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input = (struct hostile_input){data, size};
    terminal = malloc(1);
    terminal_length = 0;
    printed = 0;
    fake_reset();
    connect();
    init();
    fake_on_notify = anybody_runs;
    while (input.size > 0) {
        step();
    }
    fake_on_notify = NULL;
    /* What is left is at most what the clients' queues hold, with its prefixes. */
    for (unsigned i = 0; i < CLIENTS * CLIENT_CAPACITY; i++) {
        notified(0);
        if (serial_queue_length_consumer(&driver) == 0) {
            break;
        }
        driver_send(DRIVER_CAPACITY);
    }
    check();
    disconnect();
    free(terminal);
    return 0;
}
