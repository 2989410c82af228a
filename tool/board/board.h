/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The board: what its device tree says (board_tree.c), and the few facts that a tree cannot say,
 * out of board.json (board.c). All ranges are physical (PA).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drover/manifest.h"
#include "range.h"

#define BOARD_PA_LIMIT     (UINT64_C(1) << 40) /* the PS fields of drover/manifest.h */
#define BOARD_MEMORY_MAX   32
#define BOARD_RESERVED_MAX 64
#define BOARD_DEVICE_MAX   1024
#define BOARD_MSI_MAX      64
#define BOARD_GICR_MAX     32
#define BOARD_CLOCK_MAX    64

#define BOARD_CLOCK_PATH_SIZE 128
#define BOARD_CLOCK_CELLS_MAX 4

/* A clock of the fact "clock_rates". */
struct board_clock {
    char provider[BOARD_CLOCK_PATH_SIZE];  /* path of its node */
    uint32_t cells[BOARD_CLOCK_CELLS_MAX]; /* of the specifier, as numbers of the host */
    size_t cell_count;
    uint32_t rate_hz;
};

struct board {
    char name[NAME_SIZE];
    uint64_t image_pa; /* where its boot loader puts the image */

    /* RAM, page aligned, sorted, neither overlapping nor adjacent. */
    struct range memory[BOARD_MEMORY_MAX];
    size_t memory_count;
    /* What firmware keeps of it, page aligned. */
    struct range reserved[BOARD_RESERVED_MAX];
    size_t reserved_count;

    /* Where it has devices (and whatever else has an address in its tree), in whole pages, as
     * `memory`. */
    struct range devices[BOARD_DEVICE_MAX];
    size_t device_count;

    uint32_t gic_version;
    struct range gicd;
    struct range gicc, gich, gicv;     /* of a GICv2 */
    struct range gicr[BOARD_GICR_MAX]; /* of a GICv3: regions of redistributors */
    size_t gicr_count;
    /* GICv2m frames and ITSs: who writes there raises interrupts, which may be anybody's. */
    struct range msi[BOARD_MSI_MAX];
    size_t msi_count;
    uint32_t gic_resample_us; /* 0: the GIC looks at its lines by itself */
    uint32_t irq_lines;       /* INTIDs the distributor may implement, at most 1020 */
    uint32_t timer_irq, vtimer_irq, ptimer_irq, maintenance_irq; /* INTIDs */

    struct board_clock clocks[BOARD_CLOCK_MAX];
    size_t clock_count;

    uint32_t uart_type; /* enum uart_type of the board's console */
    uint64_t uart_pa;   /* its registers, all in one page; 0 where the type is UART_NONE */
};

/* Reads both files; `facts_path` may be NULL. Reports every mistake and returns false if there was
 * one. */
bool board_read(struct board *board, const char *name, const char *tree_path,
                const char *facts_path);

/* Adds what the flattened device tree of `size` bytes says. `path` is for messages. */
bool board_tree_read(struct board *board, const void *tree, size_t size, const char *path);

/* board_device.c: adds where the tree has devices. */
struct devtree;
bool board_devices_read(struct board *board, const struct devtree *devtree);

/* Whether this release has a kernel for the board; says at `path` why not. */
bool board_has_kernel(const struct board *board, const char *path);

/* Adds what the text of a board.json says, which wins over the tree. `path` is for messages. */
bool board_facts_read(struct board *board, const char *text, size_t size, const char *path);

/* board_clock.c: adds what the fact "clock_rates" says; reports every mistake at `at`. */
struct json_object;
struct source;
bool board_clocks_read(struct board *board, const struct source *at, struct json_object *value);

/* Returns the rate in Hz that "clock_rates" gives for the clock with that specifier of the provider
 * at that path; 0 if it gives none. */
uint32_t board_clock_rate(const struct board *board, const char *provider, const uint32_t *cells,
                          size_t cell_count);

/* Brings the ranges into order and checks that the board is complete. */
bool board_finish(struct board *board, const char *path);

/* Returns the RAM that contains all of the range, or NULL. */
const struct range *board_memory_find(const struct board *board, uint64_t pa, uint64_t size);

/* Returns whether any byte of the range is RAM. */
bool board_memory_touches(const struct board *board, uint64_t pa, uint64_t size);

/* Returns the first part of the range that belongs to no device; its size is 0 if there is none. */
struct range board_device_gap(const struct board *board, uint64_t pa, uint64_t size);

/* Returns whether every page of the range belongs to a device. */
bool board_has_device(const struct board *board, uint64_t pa, uint64_t size);

/* Returns the page of the console; empty if there is none. */
struct range board_uart_page(const struct board *board);

/* Returns where a GICv2's CPU interface (GICC or GICV), whose `reg` is given, has its two pages
 * side by side. A window of 128 KiB shows each page sixteen times, for systems with pages of 64
 * KiB; the last of the first page stands before the first of the second (Server Base System
 * Architecture, Arm DEN0029, "GICv2 systems"). */
struct range board_cpu_interface(const struct range *reg);

/* Whether a range ends within the PAs that the translation tables can name. */
bool range_is_physical(const struct range *range);
