/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes the virtualiser of input: anything may be typed, and two clients write whatever they like
 * into their shared memory, between notifications and while it works. A third still gets the input
 * when it is switched to.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fake.h"
#include "serial_hostile.h"
#include "serial_host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern serial_virt_rx_config_t config;
extern serial_client_config_t console_config;
extern serial_virt_rx_names_t names;

#define CLIENTS  3
#define GOOD     2
#define CAPACITY 64u

static serial_queue_handle_t driver;
static serial_queue_handle_t console;
static serial_queue_handle_t client[CLIENTS];
static struct hostile_input input;

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void connect(void)
{
    memset(&config, 0, sizeof(config));
    memset(&console_config, 0, sizeof(console_config));
    serial_host_magic(config.magic);
    serial_host_magic(console_config.magic);
    serial_host_connect(&config.driver, &driver, CAPACITY, 0);
    serial_host_connect(&console_config.tx, &console, CAPACITY * 4, CLIENTS + 1);
    config.num_clients = CLIENTS;
    config.switch_char = 0x1c;
    config.terminate_num_char = '\r';
    for (unsigned i = 0; i < CLIENTS; i++) {
        serial_host_connect(&config.clients[i], &client[i], CAPACITY, (uint8_t)(i + 1));
    }
    serial_host_magic(names.magic);
    memset(names.names, 'n', sizeof(names.names));
}

static void disconnect(void)
{
    serial_host_disconnect(&config.driver);
    serial_host_disconnect(&console_config.tx);
    for (unsigned i = 0; i < CLIENTS; i++) {
        serial_host_disconnect(&config.clients[i]);
    }
}

static void anybody_runs(microkit_channel ch)
{
    if (ch == 1 || ch == 2) {
        hostile_write(&input, &client[ch - 1]);
    }
}

static void step(void)
{
    static const char likely[] = "\x1c\x1c?012\r";
    uint8_t what = hostile_byte(&input);
    char bytes[CAPACITY];
    switch (what & 3) {
    case 0:
        serial_enqueue(&driver, (char)hostile_byte(&input));
        notified(0);
        break;
    case 1:
        serial_enqueue(&driver, likely[(what >> 2) % (sizeof(likely) - 1)]);
        if ((what & 0x80) != 0) {
            notified(0);
        }
        break;
    case 2:
        serial_dequeue_batch(&client[GOOD], what >> 2, bytes);
        serial_dequeue_batch(&console, what >> 2, bytes);
        notified(what >> 4);
        break;
    default:
        hostile_write(&input, &client[what >> 2 & 1]);
    }
    require(!serial_queue_broken(&driver) && !serial_queue_broken(&console) &&
            !serial_queue_broken(&client[GOOD]));
}

/* Whatever has been typed before: one more byte ends any command. */
static void check(void)
{
    char bytes[CAPACITY];
    notified(0);
    serial_host_send(&driver, "x\x1c"
                              "2\r");
    notified(0);
    serial_dequeue_batch(&client[GOOD], CAPACITY, bytes);
    serial_host_send(&driver, "mine");
    notified(0);
    require(serial_dequeue_batch(&client[GOOD], CAPACITY, bytes) == 4);
    require(memcmp(bytes, "mine", 4) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input = (struct hostile_input){data, size};
    fake_reset();
    connect();
    init();
    fake_on_notify = anybody_runs;
    while (input.size > 0) {
        step();
    }
    check();
    disconnect();
    return 0;
}
