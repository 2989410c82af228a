/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The board: the facts of board.json, and the putting in order of everything known.
 *
 *     image_load_address  "0x..."; where the boot loader puts the image, 2 MiB aligned
 *     memory              [["base", "size"], ...]; the RAM, where the tree does not know it
 *     reserved            [["base", "size"], ...]; what firmware keeps, beyond the tree's
 *     devices             [["base", "size"], ...]; what can be given away, beyond the tree's
 *     irq_lines           INTIDs that the interrupt controller implements
 *     gic_resample_us     how often the kernel makes the GIC look at its lines: for QEMU, whose
 *                         model forgets to; 0, never, elsewhere
 *     clock_rates         {"provider's path": {"specifier": Hz}}; board_clock.c
 *     qemu                the flags `drover run` starts QEMU with; not read here
 *     comment             for people
 */
#include "board.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "file.h"

#define IMAGE_CLEAR (UINT64_C(256) << 20) /* see default_image_pa() */
#define IMAGE_ROOM  (UINT64_C(128) << 20)

#define ALIASED_PAGE UINT64_C(0x10000) /* see board_cpu_interface() */

static bool fact_number(const struct source *at, const char *key, struct json_object *value,
                        uint64_t *number)
{
    const char *text = json_object_get_string(value);
    bool typed =
        json_object_is_type(value, json_type_string) || json_object_is_type(value, json_type_int);
    if (typed && text != NULL && text[0] >= '0' && text[0] <= '9') {
        char *end;
        errno = 0;
        *number = strtoull(text, &end, 0);
        if (errno == 0 && *end == '\0') {
            return true;
        }
    }
    diag_error(at, "\"%s\": a number or a string such as \"0x70000000\" is expected", key);
    return false;
}

static bool fact_ranges(const struct source *at, const char *key, struct json_object *value,
                        struct range *ranges, size_t limit, size_t *count)
{
    size_t length =
        json_object_is_type(value, json_type_array) ? json_object_array_length(value) : 0;
    if (length == 0 || length > limit - *count) {
        diag_error(at, "\"%s\": 1 to %zu pairs [\"base\", \"size\"] are expected", key, limit);
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        struct json_object *pair = json_object_array_get_idx(value, i);
        struct range *range = &ranges[*count];
        if (!json_object_is_type(pair, json_type_array) || json_object_array_length(pair) != 2) {
            diag_error(at, "\"%s\": entry %zu is not a pair [\"base\", \"size\"]", key, i);
            return false;
        }
        if (!fact_number(at, key, json_object_array_get_idx(pair, 0), &range->base) ||
            !fact_number(at, key, json_object_array_get_idx(pair, 1), &range->size)) {
            return false;
        }
        if (range->size == 0 || !range_is_physical(range)) {
            diag_error(at, "\"%s\": entry %zu is empty or ends beyond 40 bits of PA", key, i);
            return false;
        }
        ++*count;
    }
    return true;
}

static bool fact_bounded(const struct source *at, const char *key, struct json_object *value,
                         uint32_t first, uint32_t last, uint32_t *out)
{
    uint64_t number;
    if (!fact_number(at, key, value, &number)) {
        return false;
    }
    if (number < first || number > last) {
        diag_error(at, "\"%s\": %" PRIu64 " is not in %" PRIu32 "..%" PRIu32, key, number, first,
                   last);
        return false;
    }
    *out = (uint32_t)number;
    return true;
}

static bool fact_read(struct board *board, const struct source *at, const char *key,
                      struct json_object *value)
{
    if (strcmp(key, "image_load_address") == 0) {
        return fact_number(at, key, value, &board->image_pa);
    }
    if (strcmp(key, "memory") == 0) {
        board->memory_count = 0;
        return fact_ranges(at, key, value, board->memory, BOARD_MEMORY_MAX, &board->memory_count);
    }
    if (strcmp(key, "reserved") == 0) {
        return fact_ranges(at, key, value, board->reserved, BOARD_RESERVED_MAX,
                           &board->reserved_count);
    }
    if (strcmp(key, "devices") == 0) {
        return fact_ranges(at, key, value, board->devices, BOARD_DEVICE_MAX, &board->device_count);
    }
    if (strcmp(key, "irq_lines") == 0) {
        return fact_bounded(at, key, value, 32, 1020, &board->irq_lines);
    }
    if (strcmp(key, "gic_resample_us") == 0) {
        return fact_bounded(at, key, value, 0, 1000000, &board->gic_resample_us);
    }
    if (strcmp(key, "clock_rates") == 0) {
        return board_clocks_read(board, at, value);
    }
    if (strcmp(key, "qemu") == 0 || strcmp(key, "comment") == 0) {
        return true;
    }
    diag_error(at,
               "unknown fact \"%s\"; known are image_load_address, memory, reserved, devices, "
               "irq_lines, gic_resample_us, clock_rates, qemu and comment",
               key);
    return false;
}

bool board_facts_read(struct board *board, const char *text, size_t size, const char *path)
{
    const struct source at = {.file = path};
    struct json_tokener *tokener = json_tokener_new();
    struct json_object *facts = NULL;
    enum json_tokener_error error = json_tokener_error_size;
    if (tokener != NULL && size <= INT_MAX) {
        facts = json_tokener_parse_ex(tokener, text, (int)size);
        error = json_tokener_get_error(tokener);
    }
    bool sound = json_object_is_type(facts, json_type_object);
    if (!sound) {
        diag_error(&at, "not a JSON object: %s",
                   error == json_tokener_success ? "it is another value"
                                                 : json_tokener_error_desc(error));
    } else {
        json_object_object_foreach(facts, key, value)
        {
            sound = fact_read(board, &at, key, value) && sound;
        }
    }
    json_object_put(facts);
    json_tokener_free(tokener);
    return sound;
}

/* Where an image goes if nobody says it: as low as it has room, but clear of what boot loaders put
 * at the start of RAM, which is large enough on every board that runs Linux. */
static uint64_t default_image_pa(const struct board *board)
{
    for (size_t i = 0; i < board->memory_count; i++) {
        const struct range *memory = &board->memory[i];
        uint64_t pa = (memory->base + IMAGE_CLEAR + PAGE_SIZE_2M - 1) & -(uint64_t)PAGE_SIZE_2M;
        for (; pa + IMAGE_ROOM <= memory->base + memory->size; pa += PAGE_SIZE_2M) {
            bool is_clear = true;
            for (size_t k = 0; k < board->reserved_count; k++) {
                is_clear = is_clear && !range_overlaps(&board->reserved[k], pa, IMAGE_ROOM);
            }
            if (is_clear) {
                return pa;
            }
        }
    }
    return 0;
}

static void widen_to_pages(struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t start = ranges[i].base & -UINT64_C(0x1000);
        uint64_t end = (ranges[i].base + ranges[i].size + PAGE_SIZE_4K - 1) & -UINT64_C(0x1000);
        ranges[i] = (struct range){.base = start, .size = end - start};
    }
}

/* Cuts RAM to whole pages, widens everything else to whole pages. */
static void ranges_normalize(struct board *board)
{
    for (size_t i = 0; i < board->memory_count; i++) {
        struct range *range = &board->memory[i];
        uint64_t start = (range->base + PAGE_SIZE_4K - 1) & -UINT64_C(0x1000);
        uint64_t end = (range->base + range->size) & -UINT64_C(0x1000);
        *range = (struct range){.base = start, .size = start < end ? end - start : 0};
    }
    widen_to_pages(board->reserved, board->reserved_count);
    widen_to_pages(board->devices, board->device_count);
    range_merge(board->memory, &board->memory_count);
    range_merge(board->reserved, &board->reserved_count);
    range_merge(board->devices, &board->device_count);
}

bool board_finish(struct board *board, const char *path)
{
    const struct source at = {.file = path};
    ranges_normalize(board);
    if (board->memory_count == 0) {
        diag_error(&at, "the board has no RAM: neither a /memory node nor the fact \"memory\"");
        return false;
    }
    if (board->image_pa == 0) {
        board->image_pa = default_image_pa(board);
    }
    if (board->image_pa == 0 || board->image_pa % PAGE_SIZE_2M != 0 ||
        board_memory_find(board, board->image_pa, PAGE_SIZE_4K) == NULL) {
        diag_error(&at,
                   "\"image_load_address\" is 0x%" PRIx64 "; a PA in the board's RAM is expected, "
                   "2 MiB aligned",
                   board->image_pa);
        return false;
    }
    return true;
}

bool board_read(struct board *board, const char *name, const char *tree_path,
                const char *facts_path)
{
    *board = (struct board){0};
    if (strlen(name) >= sizeof(board->name)) {
        diag_error(NULL, "the board's name is longer than %zu characters", sizeof(board->name) - 1);
        return false;
    }
    strcpy(board->name, name);

    struct file tree;
    struct file facts = {0};
    bool sound = file_map(&tree, tree_path, NULL) &&
                 board_tree_read(board, tree.bytes, tree.size, tree_path);
    if (facts_path != NULL) {
        sound = sound && file_map(&facts, facts_path, NULL) &&
                board_facts_read(board, (const char *)facts.bytes, facts.size, facts_path);
    }
    sound = sound && board_finish(board, facts_path == NULL ? tree_path : facts_path);
    file_unmap(&tree);
    file_unmap(&facts);
    return sound;
}

struct range board_uart_page(const struct board *board)
{
    return (struct range){
        .base = board->uart_pa & -UINT64_C(0x1000),
        .size = board->uart_type == UART_NONE ? 0 : PAGE_SIZE_4K,
    };
}

struct range board_cpu_interface(const struct range *reg)
{
    if (reg->size != 2 * ALIASED_PAGE) {
        return *reg;
    }
    return (struct range){.base = reg->base + ALIASED_PAGE - PAGE_SIZE_4K,
                          .size = UINT64_C(2) * PAGE_SIZE_4K};
}

bool range_is_physical(const struct range *range)
{
    return range->base <= BOARD_PA_LIMIT && range->size <= BOARD_PA_LIMIT - range->base;
}

const struct range *board_memory_find(const struct board *board, uint64_t pa, uint64_t size)
{
    for (size_t i = 0; i < board->memory_count; i++) {
        const struct range *range = &board->memory[i];
        if (pa >= range->base && pa - range->base < range->size &&
            size <= range->size - (pa - range->base)) {
            return range;
        }
    }
    return NULL;
}

bool board_memory_touches(const struct board *board, uint64_t pa, uint64_t size)
{
    for (size_t i = 0; i < board->memory_count; i++) {
        if (range_overlaps(&board->memory[i], pa, size)) {
            return true;
        }
    }
    return false;
}

struct range board_device_gap(const struct board *board, uint64_t pa, uint64_t size)
{
    const uint64_t end = pa + size;
    for (size_t i = 0; i < board->device_count && pa < end; i++) {
        const struct range *device = &board->devices[i];
        uint64_t device_end = device->base + device->size;
        if (device_end <= pa) {
            continue;
        }
        if (device->base > pa) {
            uint64_t gap_end = device->base < end ? device->base : end;
            return (struct range){.base = pa, .size = gap_end - pa};
        }
        pa = device_end;
    }
    return (struct range){.base = pa, .size = pa < end ? end - pa : 0};
}

bool board_has_device(const struct board *board, uint64_t pa, uint64_t size)
{
    return board_device_gap(board, pa, size).size == 0;
}
