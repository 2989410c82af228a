/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The report: a finished plan, for people to read. Sections in the order in which one asks: who is
 * there, what may each reach, who hears which interrupt, where does everything lie.
 */
#include "report.h"

#include <inttypes.h>
#include <stdlib.h>

#include "diag.h"
#include "report_part.h"

#define MIB 0x100000

void report_size(FILE *out, uint64_t size)
{
    if (size < 8 * MIB && size % MIB != 0) {
        fprintf(out, "%6" PRIu64 " KiB", size / 1024);
    } else if (size % MIB == 0) {
        fprintf(out, "%6" PRIu64 " MiB", size / MIB);
    } else {
        fprintf(out, "%6.1f MiB", (double)size / MIB);
    }
}

void report_range(FILE *out, int digits, uint64_t base, uint64_t size)
{
    fprintf(out, "0x%0*" PRIx64 "..0x%0*" PRIx64 "  ", digits, base, digits, base + size - 1);
}

static void print_head(FILE *out, const struct plan *plan)
{
    const struct board *board = plan->board;
    size_t pages = plan->kernel_space.table.page_count + plan->loader_space.table.page_count;
    for (size_t i = 0; i < plan->system->pd_count; i++) {
        pages += plan->pd_spaces[i].table.page_count;
    }
    for (size_t i = 0; i < plan->vm_count; i++) {
        pages += plan->vms[i].space.table.page_count;
    }
    fprintf(out, "Image for board %s, %s\n", board->name, plan->input->debug ? "debug" : "release");
    fprintf(out,
            "    loaded and started at PA 0x%010" PRIx64 ", %" PRIu64 " KiB, of which %zu KiB "
            "are translation tables\n",
            plan->image.pa, plan->image.size / 1024, pages * 4);
    fprintf(out, "    GICv%" PRIu32 ", INTIDs 0..%" PRIu32 "\n", board->gic_version,
            board->irq_lines - 1);
}

bool report_write(const struct plan *plan, const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) {
        diag_error(NULL, "the host has no memory left for the report");
        return false;
    }
    print_head(out, plan);
    report_spaces(out, plan);
    report_irqs(out, plan->system);
    report_channels(out, plan->system);
    report_schedule(out, plan->system);
    report_memory(out, plan);
    report_devices(out, plan);
    bool written = fclose(out) == 0 && file_write(path, text, size);
    free(text);
    return written;
}
