/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The report: a finished plan, for people to read. Sections in the order in which one asks: who is
 * there, what may each reach, who hears which interrupt, where does everything lie.
 */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "alloc.h"
#include "diag.h"

#define MIB           0x100000
#define PA_DIGITS     10
#define KERNEL_DIGITS 12

static void print_size(FILE *out, uint64_t size)
{
    if (size < 8 * MIB && size % MIB != 0) {
        fprintf(out, "%6" PRIu64 " KiB", size / 1024);
    } else if (size % MIB == 0) {
        fprintf(out, "%6" PRIu64 " MiB", size / MIB);
    } else {
        fprintf(out, "%6.1f MiB", (double)size / MIB);
    }
}

/* A range of `digits` hexadecimal digits. */
static void print_range(FILE *out, int digits, uint64_t base, uint64_t size)
{
    fprintf(out, "0x%0*" PRIx64 "..0x%0*" PRIx64 "  ", digits, base, digits, base + size - 1);
}

/* How memory is to be seen: "cached", "uncached" memory, or a "device". */
static const char *attribute_name(uint32_t perms)
{
    if ((perms & MAP_PERM_DEVICE) != 0) {
        return "device";
    }
    return (perms & MAP_PERM_UNCACHED) != 0 ? "uncached" : "cached";
}

static void print_blocks(FILE *out, const struct mapping *mapping)
{
    struct mapping_blocks blocks = mapping_blocks(mapping);
    const struct {
        size_t count;
        const char *name;
    } kinds[] = {{blocks.count_1g, "1G"}, {blocks.count_2m, "2M"}, {blocks.count_4k, "4K"}};
    const char *separator = "";
    for (size_t i = 0; i < 3; i++) {
        if (kinds[i].count > 0) {
            fprintf(out, "%s%zu x %s", separator, kinds[i].count, kinds[i].name);
            separator = " + ";
        }
    }
    if (blocks.contiguous_count > 0) {
        fprintf(out, " (%zu contiguous)", blocks.contiguous_count);
    }
}

/* The mappings of a space, whose input addresses are called `address` and have `digits` digits. */
static void print_space(FILE *out, const struct space *space, const char *address, int digits)
{
    fprintf(out, "    %-*s  %-26s  %10s  may  memory    %-22s  blocks\n", 2 * digits + 6, address,
            "PA", "size", "what");
    for (size_t i = 0; i < space->mapping_count; i++) {
        const struct mapping *mapping = &space->mappings[i];
        fputs("    ", out);
        print_range(out, digits, mapping->va, mapping->size);
        print_range(out, PA_DIGITS, mapping->pa, mapping->size);
        print_size(out, mapping->size);
        fprintf(out, "  %c%c%c  %-8s  %-22s  ", (mapping->perms & MAP_PERM_READ) != 0 ? 'r' : '-',
                (mapping->perms & MAP_PERM_WRITE) != 0 ? 'w' : '-',
                (mapping->perms & MAP_PERM_EXECUTE) != 0 ? 'x' : '-',
                attribute_name(mapping->perms), mapping->name);
        print_blocks(out, mapping);
        fputc('\n', out);
    }
    fprintf(out, "    %zu pages of translation table\n", space->table.page_count);
}

static void print_pds(FILE *out, const struct plan *plan)
{
    for (size_t i = 0; i < plan->system->pd_count; i++) {
        const struct pd *pd = &plan->system->pds[i];
        fprintf(out, "\nProtection domain \"%s\": %s\n", pd->name, pd->program_path);
        fprintf(out, "    priority %" PRIu32 ", budget %" PRIu32 " us in %" PRIu32 " us%s%s%s\n",
                pd->priority, pd->budget_us, pd->period_us, pd->passive ? ", passive" : "",
                pd->smc ? ", may make SMC calls" : "", pd->fpu ? "" : ", without FP");
        if (pd->parent != INDEX_NONE) {
            fprintf(out, "    child %" PRIu32 " of \"%s\", which gets its faults\n", pd->id,
                    plan->system->pds[pd->parent].name);
        }
        print_space(out, &plan->pd_spaces[i], "VA", PA_DIGITS);
    }
    for (size_t i = 0; i < plan->vm_count; i++) {
        const struct plan_vm *vm = &plan->vms[i];
        fprintf(out, "\nVirtual machine \"%s\": VMM \"%s\", %zu vCPU%s, priority %" PRIu32 "\n",
                vm->vm->name, plan->system->pds[vm->pd].name, vm->vm->vcpu_count,
                vm->vm->vcpu_count == 1 ? "" : "s", vm->vm->priority);
        print_space(out, &vm->space, "GPA", PA_DIGITS);
    }
    fputs("\nKernel (EL2)\n", out);
    print_space(out, &plan->kernel_space, "VA", KERNEL_DIGITS);
}

/* An interrupt and who gets it. */
struct route {
    const struct irq *irq;
    const char *owner;
    const char *way; /* what irq->id is */
};

static int route_compare(const void *left, const void *right)
{
    const struct route *a = left;
    const struct route *b = right;
    return (a->irq->intid > b->irq->intid) - (a->irq->intid < b->irq->intid);
}

static size_t add_routes(struct route *routes, size_t count, const char *owner, const char *way,
                         const struct irq *irqs, size_t irq_count)
{
    for (size_t i = 0; i < irq_count; i++) {
        routes[count++] = (struct route){.irq = &irqs[i], .owner = owner, .way = way};
    }
    return count;
}

/* Lists the interrupts of all PDs and VMs by number; the caller frees the list. */
static struct route *list_routes(const struct system *system, size_t *count)
{
    size_t limit = 0;
    for (size_t i = 0; i < system->pd_count; i++) {
        const struct vm *vm = system->pds[i].vm;
        limit += system->pds[i].irq_count + (vm == NULL ? 0 : vm->irq_count);
    }
    struct route *routes = alloc_array(limit, sizeof(*routes));
    *count = 0;
    for (size_t i = 0; i < system->pd_count; i++) {
        const struct pd *pd = &system->pds[i];
        *count = add_routes(routes, *count, pd->name, "channel", pd->irqs, pd->irq_count);
        if (pd->vm != NULL) {
            *count = add_routes(routes, *count, pd->vm->name, "straight to vCPU", pd->vm->irqs,
                                pd->vm->irq_count);
        }
    }
    qsort(routes, *count, sizeof(*routes), route_compare);
    return routes;
}

static void print_irqs(FILE *out, const struct system *system)
{
    size_t count;
    struct route *routes = list_routes(system, &count);
    fputs(count == 0 ? "\nInterrupts: none\n" : "\nInterrupts\n    INTID         to\n", out);
    for (size_t i = 0; i < count; i++) {
        const struct irq *irq = routes[i].irq;
        fprintf(out, "    %5" PRIu32 "  %-5s  ", irq->intid, irq->edge ? "edge" : "level");
        if (irq_is_routed(irq)) {
            fprintf(out, "\"%s\", %s %" PRIu32 "\n", routes[i].owner, routes[i].way, irq->id);
        } else {
            fprintf(out, "nobody: an SGI, which \"%s\" (%s %" PRIu32 ") cannot get\n",
                    routes[i].owner, routes[i].way, irq->id);
        }
    }
    free(routes);
}

static void print_end(FILE *out, const struct system *system, const struct channel_end *end)
{
    static const char *const rights[] = {"listens", "notifies", "calls", "notifies, calls"};
    fprintf(out, "\"%s\" %" PRIu32 " (%s)", system->pds[end->pd].name, end->id,
            rights[(end->notify ? 1 : 0) + (end->pp ? 2 : 0)]);
}

static void print_channels(FILE *out, const struct system *system)
{
    fputs(system->channel_count == 0 ? "\nChannels: none\n" : "\nChannels\n", out);
    for (size_t i = 0; i < system->channel_count; i++) {
        fputs("    ", out);
        print_end(out, system, &system->channels[i].ends[0]);
        fputs("  <->  ", out);
        print_end(out, system, &system->channels[i].ends[1]);
        fputc('\n', out);
    }
}

struct memory_printer {
    FILE *out;
    const struct memory *memory;
    size_t next; /* claim to print next */
};

static void print_sized_range(FILE *out, uint64_t base, uint64_t size)
{
    fputs("    ", out);
    print_range(out, PA_DIGITS, base, size);
    print_size(out, size);
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

static void print_memory(FILE *out, const struct plan *plan)
{
    struct memory_printer printer = {.out = out, .memory = &plan->memory};
    fputs("\nPhysical memory\n", out);
    memory_each_free(&plan->memory, print_free, &printer);
    print_claims(&printer, UINT64_MAX);
}

static void print_devices(FILE *out, const struct plan *plan)
{
    const struct range uart = {.base = plan->board->uart_pa, .size = PAGE_SIZE_4K};
    bool console = plan->input->debug && plan->board->uart_type != UART_NONE;
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
    print_pds(out, plan);
    print_irqs(out, plan->system);
    print_channels(out, plan->system);
    print_memory(out, plan);
    print_devices(out, plan);
    bool written = fclose(out) == 0 && file_write(path, text, size);
    free(text);
    return written;
}
