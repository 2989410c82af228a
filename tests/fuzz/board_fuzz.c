/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes the reader of boards. Input that begins with '{' is taken as board.json, other input as a
 * device tree. What is accepted has to hold what the planner relies on.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void check_ranges(const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        require(ranges[i].size > 0 && (ranges[i].base | ranges[i].size) % PAGE_SIZE_4K == 0);
        require(range_is_physical(&ranges[i]));
        require(i == 0 || ranges[i - 1].base + ranges[i - 1].size < ranges[i].base);
    }
}

static void check_clocks(const struct board *board)
{
    for (size_t i = 0; i < board->clock_count; i++) {
        const struct board_clock *clock = &board->clocks[i];
        require(clock->rate_hz > 0 && clock->cell_count <= BOARD_CLOCK_CELLS_MAX);
        require(board_clock_rate(board, clock->provider, clock->cells, clock->cell_count) ==
                clock->rate_hz);
    }
}

static void check(const struct board *board)
{
    check_clocks(board);
    check_ranges(board->memory, board->memory_count);
    check_ranges(board->reserved, board->reserved_count);
    check_ranges(board->devices, board->device_count);
    require(board->memory_count > 0);
    require(board_memory_find(board, board->image_pa, PAGE_SIZE_4K) != NULL);
    require(board->irq_lines <= 1020 && board->timer_irq < 1020 && board->maintenance_irq < 1020);
    require(board->uart_pa % PAGE_SIZE_4K <= PAGE_SIZE_4K - UART_SIZE);
    require((board->gicd.base | board->gicv.base) % PAGE_SIZE_4K == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct board board = {.name = "fuzz"};
    bool sound;
    void *copy = malloc(size + 1); /* aligned as a mapped file is, and exactly as long */
    require(copy != NULL);
    memcpy(copy, data, size);
    if (size > 0 && data[0] == '{') {
        board.memory[0] = (struct range){.base = 0x40000000, .size = 0x80000000};
        board.memory_count = 1;
        sound = board_facts_read(&board, copy, size, "fuzz.json");
    } else {
        sound = board_tree_read(&board, copy, size, "fuzz.dtb");
        board.image_pa = board.memory[0].base;
    }
    if (sound && board_finish(&board, "fuzz.json")) {
        check(&board);
    }
    free(copy);
    return 0;
}
