/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of `make bench`; see rows.h. Unless an event says otherwise, its unit is instructions.
 */
#include "rows.h"

#include <string.h>

static struct row rows[] = {
    {.key = "mmio_read", .event = "trapped MMIO read, emulated by the VMM", .goal = 450},
    {.key = "mmio_write", .event = "trapped MMIO write, emulated by the VMM", .goal = 450},
    {.key = "psci_version", .event = "PSCI_VERSION, answered by the VMM", .goal = 430},
    {.key = "timer_to_handler", .event = "virtual timer: CVAL to handler", .goal = 150},
    {.key = "timer_lost", .event = "virtual timer: lost per tick", .goal = 240},
    {.key = "wfi_to_handler", .event = "timer out of WFI: CVAL to handler", .goal = 190},
    {.key = "wfi_total", .event = "timer out of WFI: whole", .goal = 260},
    {.key = "spi_to_handler", .event = "SPI, straight: raised to handler", .goal = 150},
    {.key = "spi_total", .event = "SPI, straight: whole", .goal = 230},
    {.key = "spi_channel_total", .event = "SPI, by channel: whole", .goal = 500},
    {.key = "sgi_to_handler", .event = "SGI to itself: to handler", .goal = 520},
    {.key = "sgi_total", .event = "SGI to itself: whole", .goal = 600},
    {.key = "stolen_ppm", .event = "stolen from a busy guest, ppm", .goal = 0},
    {.key = "notify_oneway", .event = "notify a PD of lower priority", .goal = 120},
    {.key = "notify_roundtrip", .event = "notify round trip, equal priority", .goal = 600},
    {.key = "notify_deferred_roundtrip", .event = "the same, deferred", .goal = 500},
    {.key = "ppc_passive", .event = "protected call, passive server", .goal = 300},
    {.key = "ppc_active", .event = "protected call, active server", .goal = 700},
    {.key = "irq_to_notified", .event = "interrupt raised to notified()", .goal = 250},
    {.key = "irq_with_ack", .event = "interrupt raised to acknowledged", .goal = 450},
    {.key = "init_virtual_ms", .event = "reset to Linux' /init, virtual ms", .decimals = 1},
    {.key = "init_cpu_ratio",
     .event = "reset to Linux off, host CPU, bare = 1",
     .goal = 1.25,
     .decimals = 2},
    {.key = "kernel_text", .event = "kernel text, bytes", .goal = 24576},
    {.key = "kernel_lines", .event = "kernel, lines of C and assembly", .goal = 5000},
    {.key = "build_s", .event = "image of a 30 MB system, seconds", .goal = 0.2, .decimals = 3},
};

#define ROW_COUNT (sizeof rows / sizeof *rows)

static struct row *row_find(const char *key)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (strcmp(rows[i].key, key) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

bool row_set_bare(const char *key, double value)
{
    struct row *row = row_find(key);
    if (row == NULL) {
        fprintf(stderr, "bench: no row for the result \"%s\"\n", key);
        return false;
    }
    row->bare = value;
    row->has_bare = true;
    return true;
}

bool row_set_drover(const char *key, double value)
{
    struct row *row = row_find(key);
    if (row == NULL) {
        fprintf(stderr, "bench: no row for the result \"%s\"\n", key);
        return false;
    }
    row->drover = value;
    row->has_drover = true;
    return true;
}

void row_set_goal(const char *key, double goal)
{
    struct row *row = row_find(key);
    if (row != NULL) {
        row->goal = goal;
    }
}

/* A row in five columns; the first is `name`. */
static void row_print(FILE *to, const char *format, const char *name, const struct row *row)
{
    char bare[32] = "-";
    char drover[32] = "-";
    char goal[32];
    if (row->has_bare) {
        snprintf(bare, sizeof bare, "%.*f", row->decimals, row->bare);
    }
    if (row->has_drover) {
        snprintf(drover, sizeof drover, "%.*f", row->decimals, row->drover);
    }
    snprintf(goal, sizeof goal, "%.*f", row->decimals, row->goal);
    fprintf(to, format, name, bare, drover, goal,
            row->has_drover && row->drover <= row->goal ? "yes" : "no");
}

void rows_print(FILE *to)
{
    fprintf(to, "%-40s %8s %8s %8s  %s\n", "instructions, where nothing else is said", "bare",
            "Drover", "goal", "reached");
    for (size_t i = 0; i < ROW_COUNT; i++) {
        row_print(to, "%-40s %8s %8s %8s  %s\n", rows[i].event, &rows[i]);
    }
}

bool rows_write(const char *path)
{
    FILE *to = fopen(path, "we");
    if (to == NULL) {
        perror(path);
        return false;
    }
    fputs("key\tbare\tdrover\tgoal\treached\n", to);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        row_print(to, "%s\t%s\t%s\t%s\t%s\n", rows[i].key, &rows[i]);
    }
    if (fclose(to) != 0) {
        perror(path);
        return false;
    }
    return true;
}

size_t rows_missing(void)
{
    size_t count = 0;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (!rows[i].has_drover) {
            fprintf(stderr, "bench: no result for \"%s\"\n", rows[i].key);
            count++;
        }
    }
    return count;
}
