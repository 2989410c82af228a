/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A client of the serial class: says each line back that is typed, and some make it misbehave:
 *     flood   prints as much as there is room for, until `stop`
 *     deaf    does not read any more
 *     break   writes nonsense into its queue's index
 */
#include <microkit.h>

#include <sddf/serial/config.h>
#include <sddf/serial/queue.h>

#define LINE_MAX 80

__attribute__((section(".serial_client_config"))) serial_client_config_t config;

static serial_queue_handle_t output;
static serial_queue_handle_t input;
static char line[LINE_MAX + 1];
static uint32_t line_length;
static bool flooding;
static bool deaf;
static uint32_t flood_count;

/* Lines are put together here and go into the queue at once, so that they stay whole. */
static char saying[2 * LINE_MAX];
static uint32_t saying_length;

static void add(const char *text)
{
    while (*text != '\0' && saying_length < sizeof(saying)) {
        saying[saying_length++] = *text++;
    }
}

static void add_number(uint32_t number)
{
    char digits[11];
    unsigned first = sizeof(digits) - 1;
    digits[first] = '\0';
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    add(&digits[first]);
}

static void say(void)
{
    add("\n");
    serial_enqueue_batch(&output, saying_length, saying);
    saying_length = 0;
}

static bool line_is(const char *word)
{
    uint32_t i = 0;
    while (i < line_length && line[i] == word[i]) {
        i++;
    }
    return i == line_length && word[i] == '\0';
}

static void line_obey(void)
{
    if (line_is("flood")) {
        flooding = true;
    } else if (line_is("stop")) {
        flooding = false;
    } else if (line_is("deaf")) {
        deaf = true;
    } else if (line_is("break")) {
        output.queue->tail += 2 * output.capacity;
    }
    line[line_length] = '\0';
    add("you typed ");
    add(line);
    say();
}

static void input_read(void)
{
    char byte;
    while (!deaf && serial_dequeue(&input, &byte) == 0) {
        if (byte == '\r') {
            line_obey();
            line_length = 0;
        } else if (line_length < LINE_MAX) {
            line[line_length++] = byte;
        }
    }
}

/* Fills the queue, and is notified when some of it has been taken. */
static void flood(void)
{
    while (serial_queue_free(&output) >= sizeof(saying)) {
        add("flood ");
        add_number(++flood_count);
        say();
    }
    serial_request_consumer_signal(&output);
}

void init(void)
{
    if (!serial_config_check_magic(&config) ||
        !serial_queue_init(&output, config.tx.queue.vaddr, (uint32_t)config.tx.data.size,
                           config.tx.data.vaddr) ||
        !serial_queue_init(&input, config.rx.queue.vaddr, (uint32_t)config.rx.data.size,
                           config.rx.data.vaddr)) {
        microkit_internal_crash(1);
    }
    add("here");
    say();
    microkit_notify(config.tx.id);
}

void notified(microkit_channel ch)
{
    (void)ch;
    input_read();
    if (flooding) {
        flood();
    }
    microkit_notify(config.tx.id);
}
