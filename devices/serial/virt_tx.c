/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtualiser of output: brings what its clients print to the driver. Clients take turns of at
 * most TURN_MAX printed bytes, as whole lines where that can be; with several, each line begins
 * with its client's name. A client whose line has no end yet lets others go first, once. The
 * driver's queue is kept short, so that a line soon follows whatever is printed before it.
 */
#include <microkit.h>

#include "connection.h"
#include "line.h"
#include "text.h"

#define TURN_MAX    512
#define DRIVER_FILL 2048 /* bytes in the driver's queue: 0.18 s at 115200 baud */

#define OWN_NAME   "serial_virt_tx"
#define OWN_WRITER SDDF_SERIAL_MAX_CLIENTS

/* Names are padded to the longest, but to no more than this. */
#define NAME_WIDTH_MAX 16

_Static_assert(SDDF_NAME_LENGTH == LINE_NAME_MAX, "a client's name fits a prefix");

__attribute__((section(".serial_virt_tx_config"))) serial_virt_tx_config_t config;

struct client {
    serial_queue_handle_t queue;
    struct line_prefix prefix;
    bool usable;     /* its configuration can be */
    bool skipped;    /* had only a part of a line, and others went first */
    bool complained; /* about a broken queue; once */
};

/* What is on its way to the driver. */
struct turn {
    unsigned client; /* whose it is; the next turn is that of those behind */
    char printed[TURN_MAX];
    uint32_t length;
    uint32_t sent;
};

static serial_queue_handle_t driver;
static uint32_t driver_fill; /* how full its queue may be, in bytes; 0: there is no driver */
static struct client clients[SDDF_SERIAL_MAX_CLIENTS];
static unsigned client_count;
static struct line_prefix own_prefix;
static struct line line;
static struct turn turn;

/* Bytes that may be put into the driver's queue. */
static uint32_t driver_room(void)
{
    uint32_t length = serial_queue_length_producer(&driver);
    return length < driver_fill ? driver_fill - length : 0;
}

/* Prints a line of the virtualiser's own as the next turn. */
static void turn_take_text(const char *bytes, uint32_t count, const struct line_prefix *prefix)
{
    line_print(&line, OWN_WRITER, prefix, bytes, count, true, turn.printed, sizeof(turn.printed),
               &turn.length);
    turn.sent = 0;
}

static bool turn_take_complaint(unsigned index)
{
    struct text text;
    text_clear(&text);
    text_add(&text, "the queue of ");
    text_add_bounded(&text, config.clients[index].name, SDDF_NAME_LENGTH);
    text_add(&text, " is broken; it is ignored until that has been mended\n");
    clients[index].complained = true;
    turn_take_text(text.bytes, text.length, &own_prefix);
    return true;
}

/* Takes bytes of a client for the next turn; false if there are none to take. With `parts` also
 * a line that has no end yet. */
static bool turn_take(unsigned index, bool parts)
{
    struct client *client = &clients[index];
    char bytes[TURN_MAX];
    uint32_t head = load_relaxed_32(&client->queue.queue->head);
    uint32_t count = serial_peek_batch(&client->queue, head, sizeof(bytes), bytes);
    uint32_t taken = line_print(&line, index, &client->prefix, bytes, count, parts, turn.printed,
                                sizeof(turn.printed), &turn.length);
    turn.sent = 0;
    client->skipped = count != 0 && taken == 0;
    if (taken == 0) {
        return false;
    }
    turn.client = index;
    serial_update_shared_head(&client->queue, head + taken);
    return true;
}

/* Begins the next turn, if somebody has anything to print; `*gave` gets a bit for the client. */
static bool turn_next(uint64_t *gave)
{
    unsigned partial = client_count; /* the first that has only a part of a line */
    for (unsigned i = 1; i <= client_count; i++) {
        unsigned index = (turn.client + i) % client_count;
        struct client *client = &clients[index];
        if (!client->usable) {
            continue;
        }
        if (!client->complained && serial_queue_broken(&client->queue)) {
            return turn_take_complaint(index);
        }
        if (turn_take(index, client->skipped)) {
            *gave |= 1ull << index;
            return true;
        }
        if (client->skipped && partial == client_count) {
            partial = index;
        }
    }
    if (partial < client_count && turn_take(partial, true)) {
        *gave |= 1ull << partial;
        return true;
    }
    return false;
}

/* Puts up to `room` bytes into the driver's queue; false if there is nothing to print. A turn
 * counts as a byte at least: one may print nothing. */
static bool driver_feed(uint32_t room, uint64_t *gave)
{
    bool any = false;
    while (room > 0) {
        if (turn.sent < turn.length) {
            uint32_t left = turn.length - turn.sent;
            uint32_t sent =
                serial_enqueue_batch(&driver, left < room ? left : room, turn.printed + turn.sent);
            if (sent == 0) {
                break;
            }
            turn.sent += sent;
            room -= sent;
        } else if (turn_next(gave)) {
            room -= turn.length == 0 ? 1 : 0;
        } else {
            break;
        }
        any = true;
    }
    return any;
}

/* Tells those who wait for it that their queues have room again. */
static void clients_notify(uint64_t gave)
{
    for (; gave != 0; gave &= gave - 1) {
        unsigned index = (unsigned)__builtin_ctzll(gave);
        if (serial_require_consumer_signal(&clients[index].queue)) {
            serial_cancel_consumer_signal(&clients[index].queue);
            microkit_notify(config.clients[index].conn.id);
        }
    }
}

/* Prints what there is until the driver's queue is filled. It goes on as long as the driver, which
 * may be on another core, is as fast as all clients together; each takes its turn meanwhile. */
static void clients_serve(void)
{
    for (;;) {
        uint32_t enough = (driver_fill + 1) / 2;
        uint32_t room = driver_room();
        if (room < enough) {
            serial_request_consumer_signal(&driver);
            room = driver_room();
        }
        uint64_t gave = 0;
        if (room < enough || !driver_feed(room, &gave)) {
            break;
        }
        microkit_notify(config.driver.id);
        clients_notify(gave);
    }
}

static uint32_t name_length(const char *name)
{
    uint32_t length = 0;
    while (length < SDDF_NAME_LENGTH && name[length] != '\0') {
        length++;
    }
    return length;
}

/* How far names are padded. */
static uint32_t name_width(void)
{
    uint32_t width = 0;
    for (unsigned i = 0; i < client_count; i++) {
        uint32_t length = name_length(config.clients[i].name);
        width = length > width ? length : width;
    }
    return width < NAME_WIDTH_MAX ? width : NAME_WIDTH_MAX;
}

/* A client that is alone gets no prefix: nobody is to be told apart from it. */
static void clients_open(void)
{
    uint32_t width = name_width();
    for (unsigned i = 0; i < client_count; i++) {
        const serial_virt_tx_client_config_t *client = &config.clients[i];
        clients[i] = (struct client){0};
        clients[i].usable = connection_open(&client->conn, &clients[i].queue);
        if (!clients[i].usable) {
            microkit_dbg_puts(OWN_NAME ": a client has no queue that can be used\n");
        }
        if (client_count > 1) {
            line_prefix_set(&clients[i].prefix, client->name, width, i, config.enable_colour);
        }
    }
    line_prefix_set(&own_prefix, OWN_NAME, width, OWN_WRITER, config.enable_colour);
}

void init(void)
{
    driver_fill = 0;
    client_count = 0;
    if (!serial_config_check_magic(&config) || config.num_clients > SDDF_SERIAL_MAX_CLIENTS ||
        !connection_open(&config.driver, &driver)) {
        microkit_dbg_puts(OWN_NAME ": no configuration\n");
        return;
    }
    client_count = config.num_clients;
    driver_fill = driver.capacity < DRIVER_FILL ? driver.capacity : DRIVER_FILL;
    line = (struct line){.writer = LINE_NOBODY, .coloured = config.enable_colour};
    turn = (struct turn){0};
    turn.client = client_count - 1; /* the first turn is client 0's */
    clients_open();
    if (config.enable_rx) {
        static const struct line_prefix none;
        uint32_t length = 0;
        while (length < sizeof(config.begin_str) && config.begin_str[length] != '\0') {
            length++;
        }
        turn_take_text(config.begin_str, length, &none);
    }
    clients_serve();
}

void notified(microkit_channel ch)
{
    (void)ch; /* all queues are looked at, whoever it was */
    if (driver_fill != 0) {
        clients_serve();
    }
}
