/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtualiser of input: what the driver receives goes to one client. The switch character, a
 * client's number and the terminator make it another; the switch character and '?' list the
 * clients; the switch character twice is one for the client. Which client it is, is said through
 * the virtualiser of output if this program is a client of that, and as debug output otherwise.
 * What a client leaves no room for is lost, so that nobody waits for it.
 */
#include <microkit.h>

#include "connection.h"
#include "text.h"

#define OWN_NAME   "serial_virt_rx"
#define DIGITS_MAX 4
#define CHUNK      64

__attribute__((section(".serial_virt_rx_config"))) serial_virt_rx_config_t config;
__attribute__((section(".serial_client_config"))) serial_client_config_t console_config;
__attribute__((section(".serial_virt_rx_names"))) serial_virt_rx_names_t names;

struct client {
    serial_queue_handle_t queue;
    bool usable;     /* its configuration can be */
    bool overflowed; /* the last byte for it was lost */
};

static serial_queue_handle_t driver;
static bool driver_usable;
static serial_queue_handle_t console;
static bool console_usable;
static struct client clients[SDDF_SERIAL_MAX_CLIENTS];
static unsigned current;
static uint64_t fed; /* a bit for each client to be notified */

/* What has been typed of a command. */
static enum { COMMAND_NONE, COMMAND_BEGUN, COMMAND_NUMBER } command;
static unsigned number;
static unsigned digit_count;

/* Says a line on the console, or as debug output; if the console has no room, not at all. */
static void say(struct text *text)
{
    if (!console_usable) {
        microkit_dbg_puts(OWN_NAME ": ");
        microkit_dbg_puts(text->bytes);
        return;
    }
    if (text->length <= serial_queue_free(&console)) {
        serial_enqueue_batch(&console, text->length, text->bytes);
        microkit_notify(console_config.tx.id);
    }
}

static void add_client(struct text *text, unsigned client)
{
    text_add_number(text, client);
    if (serial_config_check_magic(&names)) {
        text_add(text, " ");
        text_add_bounded(text, names.names[client], SDDF_NAME_LENGTH);
    }
}

static void add_key(struct text *text, char key)
{
    char name[2] = {key, '\0'};
    if (key == '\r') {
        text_add(text, "Enter");
    } else if (key > 0 && key < ' ') {
        /* ASCII: Ctrl clears bits 6 and 5 of a letter. */
        name[0] = (char)(key + '@');
        text_add(text, "Ctrl-");
        text_add(text, name);
    } else {
        text_add(text, name);
    }
}

static void say_current(const char *before)
{
    struct text text;
    text_clear(&text);
    text_add(&text, before);
    text_add(&text, "input goes to ");
    add_client(&text, current);
    text_add(&text, "\n");
    say(&text);
}

static void say_help(void)
{
    struct text text;
    for (unsigned i = 0; i < config.num_clients; i++) {
        text_clear(&text);
        add_client(&text, i);
        text_add(&text, i == current ? "  <- has the input\n" : "\n");
        say(&text);
    }
    text_clear(&text);
    add_key(&text, config.switch_char);
    text_add(&text, ", a number, ");
    add_key(&text, config.terminate_num_char);
    text_add(&text, ": another gets it; ");
    add_key(&text, config.switch_char);
    text_add(&text, " ?: this list\n");
    say(&text);
}

/* A byte for the client that has the input. */
static void client_feed(char byte)
{
    struct client *client = &clients[current];
    if (!client->usable) {
        return;
    }
    if (serial_enqueue(&client->queue, byte) == 0) {
        client->overflowed = false;
        fed |= 1ull << current;
    } else if (!client->overflowed) {
        client->overflowed = true;
        say_current("what is typed is lost until it is read: ");
    }
}

static void client_switch(void)
{
    if (number < config.num_clients) {
        current = number;
        say_current("");
    } else {
        say_current("no client has that number: ");
    }
}

static void command_byte(char byte)
{
    bool is_digit = byte >= '0' && byte <= '9';
    if (command == COMMAND_NUMBER && byte == config.terminate_num_char) {
        command = COMMAND_NONE;
        client_switch();
    } else if (is_digit && digit_count < DIGITS_MAX) {
        command = COMMAND_NUMBER;
        number = number * 10 + (unsigned)(byte - '0');
        digit_count++;
    } else if (command == COMMAND_BEGUN && byte == config.switch_char) {
        command = COMMAND_NONE;
        client_feed(byte);
    } else if (command == COMMAND_BEGUN && byte == '?') {
        command = COMMAND_NONE;
        say_help();
    } else {
        command = COMMAND_NONE;
        say_current("that is no number of a client: ");
    }
}

static void input_byte(char byte)
{
    if (command != COMMAND_NONE) {
        command_byte(byte);
    } else if (byte == config.switch_char) {
        command = COMMAND_BEGUN;
        number = 0;
        digit_count = 0;
    } else {
        client_feed(byte);
    }
}

static void clients_notify(void)
{
    for (; fed != 0; fed &= fed - 1) {
        microkit_notify(config.clients[__builtin_ctzll(fed)].id);
    }
}

/* Hands on what has been received by now: of what comes later the driver notifies again. */
static void input_handle(void)
{
    char bytes[CHUNK];
    uint32_t left = serial_queue_length_consumer(&driver);
    while (left > 0) {
        uint32_t count = serial_dequeue_batch(&driver, left < CHUNK ? left : CHUNK, bytes);
        for (uint32_t i = 0; i < count; i++) {
            input_byte(bytes[i]);
        }
        if (count == 0) {
            break;
        }
        left -= count;
    }
    if (serial_require_consumer_signal(&driver)) {
        serial_cancel_consumer_signal(&driver);
        microkit_notify(config.driver.id);
    }
    clients_notify();
}

void init(void)
{
    driver_usable = false;
    if (!serial_config_check_magic(&config) || config.num_clients == 0 ||
        config.num_clients > SDDF_SERIAL_MAX_CLIENTS || !connection_open(&config.driver, &driver)) {
        microkit_dbg_puts(OWN_NAME ": no configuration\n");
        return;
    }
    driver_usable = true;
    for (unsigned i = 0; i < config.num_clients; i++) {
        clients[i] = (struct client){0};
        clients[i].usable = connection_open(&config.clients[i], &clients[i].queue);
    }
    console_usable =
        serial_config_check_magic(&console_config) && connection_open(&console_config.tx, &console);
    current = 0;
    fed = 0;
    command = COMMAND_NONE;
    if (config.num_clients > 1) {
        say_help();
    }
    input_handle();
}

void notified(microkit_channel ch)
{
    (void)ch; /* what matters is the driver's queue */
    if (driver_usable) {
        input_handle();
    }
}
