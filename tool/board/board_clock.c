/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The fact "clock_rates" of board.json: at what rates the board's clocks run that a guest is not to
 * control. It tells them apart as a device tree does, by the node of their provider and the
 * specifier (the cells after the phandle; Devicetree Specification 0.4, 2.3.5 and clock binding).
 *
 *     "clock_rates": { "/firmware/clock-controller": { "56": 99990000, "3 1": 25000000 } }
 */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "diag.h"

/* Reads decimal cells with a blank between them; none is the specifier of a provider without cells.
 */
static bool cells_read(const char *text, struct board_clock *clock)
{
    clock->cell_count = 0;
    if (*text == '\0') {
        return true;
    }
    for (const char *at = text;; at++) {
        char *end;
        if (*at < '0' || *at > '9' || clock->cell_count == BOARD_CLOCK_CELLS_MAX) {
            return false;
        }
        errno = 0;
        unsigned long long cell = strtoull(at, &end, 10);
        if (errno != 0 || cell > UINT32_MAX || (*end != '\0' && *end != ' ')) {
            return false;
        }
        clock->cells[clock->cell_count++] = (uint32_t)cell;
        if (*end == '\0') {
            return true;
        }
        at = end;
    }
}

static bool add_clock(struct board *board, const struct source *at, const char *provider,
                      const char *specifier, struct json_object *value)
{
    struct board_clock clock = {0};
    if (board->clock_count == BOARD_CLOCK_MAX) {
        diag_error(at, "\"clock_rates\": more than %d clocks", BOARD_CLOCK_MAX);
        return false;
    }
    strcpy(clock.provider, provider); /* its length is checked */
    if (!cells_read(specifier, &clock)) {
        diag_error(at,
                   "\"clock_rates\": \"%s\" of %s is no specifier; the cells after the phandle are "
                   "expected, at most %d, in decimal with a blank between them: \"56\"",
                   specifier, provider, BOARD_CLOCK_CELLS_MAX);
        return false;
    }
    int64_t rate =
        json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : INT64_C(0);
    if (rate < 1 || rate > UINT32_MAX) {
        diag_error(
            at, "\"clock_rates\": clock \"%s\" of %s: a rate in Hz, 1 to %" PRIu32 ", is expected",
            specifier, provider, UINT32_MAX);
        return false;
    }
    clock.rate_hz = (uint32_t)rate;
    if (board_clock_rate(board, provider, clock.cells, clock.cell_count) != 0) {
        diag_error(at, "\"clock_rates\": clock \"%s\" of %s stands there twice", specifier,
                   provider);
        return false;
    }
    board->clocks[board->clock_count++] = clock;
    return true;
}

static bool add_provider(struct board *board, const struct source *at, const char *provider,
                         struct json_object *clocks)
{
    if (provider[0] != '/' || strlen(provider) >= BOARD_CLOCK_PATH_SIZE) {
        diag_error(at,
                   "\"clock_rates\": \"%s\" is no path of a node; \"/\", names and units are "
                   "expected, at most %d characters",
                   provider, BOARD_CLOCK_PATH_SIZE - 1);
        return false;
    }
    if (!json_object_is_type(clocks, json_type_object)) {
        diag_error(at,
                   "\"clock_rates\": %s: an object of specifiers and rates in Hz is expected, "
                   "such as {\"56\": 99990000}",
                   provider);
        return false;
    }
    bool sound = true;
    json_object_object_foreach(clocks, specifier, rate)
    {
        sound = add_clock(board, at, provider, specifier, rate) && sound;
    }
    return sound;
}

bool board_clocks_read(struct board *board, const struct source *at, struct json_object *value)
{
    if (!json_object_is_type(value, json_type_object)) {
        diag_error(at, "\"clock_rates\": an object of providers' paths is expected");
        return false;
    }
    bool sound = true;
    json_object_object_foreach(value, provider, clocks)
    {
        sound = add_provider(board, at, provider, clocks) && sound;
    }
    return sound;
}

uint32_t board_clock_rate(const struct board *board, const char *provider, const uint32_t *cells,
                          size_t cell_count)
{
    for (size_t i = 0; i < board->clock_count; i++) {
        const struct board_clock *clock = &board->clocks[i];
        if (clock->cell_count == cell_count && strcmp(clock->provider, provider) == 0 &&
            memcmp(clock->cells, cells, cell_count * sizeof(*cells)) == 0) {
            return clock->rate_hz;
        }
    }
    return 0;
}
