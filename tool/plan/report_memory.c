/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The report's account of physical memory.
 */
#include "report_part.h"

struct memory_printer {
    FILE *out;
    const struct memory *memory;
    size_t next; /* claim to print next */
};

static void print_sized_range(FILE *out, uint64_t base, uint64_t size)
{
    fputs("    ", out);
    report_range(out, REPORT_PA_DIGITS, base, size);
    report_size(out, size);
    fputs("  ", out);
}

/* Prints the claims below `end`. */
static void print_claims(struct memory_printer *printer, uint64_t end)
{
    for (; printer->next < printer->memory->claim_count; printer->next++) {
        const struct claim *claim = &printer->memory->claims[printer->next];
        if (claim->base >= end) {
            return;
        }
        print_sized_range(printer->out, claim->base, claim->size);
        fputs(claim->kind, printer->out);
        if (claim->name[0] != '\0') {
            fprintf(printer->out, " \"%s\"", claim->name);
        }
        fputs(claim->zero_from < claim->size ? ", zeroed at boot\n" : "\n", printer->out);
    }
}

static void print_free(void *context, uint64_t base, uint64_t size)
{
    struct memory_printer *printer = context;
    print_claims(printer, base);
    print_sized_range(printer->out, base, size);
    fputs("free\n", printer->out);
}

void report_memory(FILE *out, const struct plan *plan)
{
    struct memory_printer printer = {.out = out, .memory = &plan->memory};
    fputs("\nPhysical memory\n", out);
    memory_each_free(&plan->memory, print_free, &printer);
    print_claims(&printer, UINT64_MAX);
}

void report_devices(FILE *out, const struct plan *plan)
{
    const struct range uart = board_uart_page(plan->board);
    bool console = plan->input->debug && uart.size != 0;
    fputs("\nDevices\n", out);
    for (size_t i = 0; i < plan->system->region_count; i++) {
        const struct plan_region *region = &plan->regions[i];
        if (region->in_ram) {
            continue;
        }
        print_sized_range(out, region->pa, region->size);
        fprintf(out, "memory_region \"%s\"%s%s\n", plan->system->regions[i].name,
                region->mapped ? "" : ", mapped by nobody",
                console && range_overlaps(&uart, region->pa, region->size)
                    ? ", shares the debug kernel's console"
                    : "");
    }
}
