/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the native client is told on its console; see native.h.
 */
#include "native.h"

#include <sddf/serial/config.h>
#include <sddf/serial/queue.h>

#include "console.h"

#define LINE_MAX 96

extern serial_client_config_t serial_config; /* console.c's */

static serial_queue_handle_t input;
static char line[LINE_MAX + 1];
static uint32_t line_size;
static bool is_ready;
static uint64_t began;

static uint64_t now_us(void)
{
    uint64_t count, frequency;
    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(count)::"memory");
    __asm__("mrs %0, cntfrq_el0" : "=r"(frequency));
    return count / frequency * 1000000 + count % frequency * 1000000 / frequency;
}

bool word_is(const struct words *words, uint32_t index, const char *text)
{
    const char *at = index < words->count ? words->word[index] : "";
    while (*at != '\0' && *at == *text) {
        at++;
        text++;
    }
    return *at == *text;
}

uint32_t word_number(const struct words *words, uint32_t index)
{
    uint32_t number = 0;
    const char *at = index < words->count ? words->word[index] : "";
    while (*at >= '0' && *at <= '9' && number < UINT32_MAX / 10 - 1) {
        number = number * 10 + (uint32_t)(*at++ - '0');
    }
    return *at == '\0' ? number : 0;
}

static void words_split(struct words *words)
{
    char *at = line;
    words->count = 0;
    while (words->count < WORD_MAX) {
        while (*at == ' ') {
            *at++ = '\0';
        }
        if (*at == '\0') {
            return;
        }
        words->word[words->count++] = at;
        while (*at != ' ' && *at != '\0') {
            at++;
        }
    }
}

static void status_say(bool is_well)
{
    console_put(is_well ? "bench status 0" : "bench status 1");
    console_end();
}

void load_end(bool is_well, uint32_t amount, const char *what)
{
    if (is_well) {
        console_put("io native: ");
        console_put_number(amount);
        console_put(" ");
        console_put(what);
        console_put(" in ");
        console_put_number(now_us() - began);
        console_put(" us");
        console_end();
    }
    status_say(is_well);
}

static void line_obey(void)
{
    struct words words;
    line[line_size] = '\0';
    line_size = 0;
    words_split(&words);
    began = now_us();
    if (!word_is(&words, 0, "io") ||
        !(word_is(&words, 1, "block") ? block_begin(&words) : net_begin(&words))) {
        status_say(false);
    }
}

static void input_read(void)
{
    char byte;
    while (serial_dequeue(&input, &byte) == 0) {
        if (byte == '\r' || byte == '\n') {
            line_obey();
        } else if (line_size < LINE_MAX) {
            line[line_size++] = byte;
        }
    }
}

static void ready_say(void)
{
    if (!is_ready && block_is_ready()) {
        is_ready = true;
        console_put("bench ready");
        console_end();
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
    block_open();
    net_open();
    ready_say();
}

void notified(microkit_channel channel)
{
    if (!block_notified(channel) && !net_notified(channel) && channel == serial_config.rx.id) {
        input_read();
    }
    ready_say();
}
