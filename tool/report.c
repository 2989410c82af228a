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

#include "diag.h"

static void print_size(FILE *out, uint64_t size)
{
    if (size >= 0x100000 && size % 0x100000 == 0) {
        fprintf(out, "%6" PRIu64 " MiB", size / 0x100000);
    } else {
        fprintf(out, "%6" PRIu64 " KiB", size / 1024);
    }
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

static void print_space(FILE *out, const struct space *space, const char *address)
{
    fprintf(out, "    %-27s %-27s %10s  %-4s %-8s  %-24s %s\n", address, "PA", "size", "may",
            "memory", "what", "blocks");
    for (size_t i = 0; i < space->mapping_count; i++) {
        const struct mapping *mapping = &space->mappings[i];
        fprintf(out, "    0x%010" PRIx64 "..0x%010" PRIx64 "  0x%010" PRIx64 "..0x%010" PRIx64 "  ",
                mapping->va, mapping->va + mapping->size, mapping->pa, mapping->pa + mapping->size);
        print_size(out, mapping->size);
        fprintf(out, "  %c%c%c  %-8s  %-24s ", (mapping->perms & MAP_PERM_READ) != 0 ? 'r' : '-',
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
        print_space(out, &plan->pd_spaces[i], "VA");
    }
    for (size_t i = 0; i < plan->vm_count; i++) {
        const struct plan_vm *vm = &plan->vms[i];
        fprintf(out, "\nVirtual machine \"%s\": VMM \"%s\", %zu vCPU%s, priority %" PRIu32 "\n",
                vm->vm->name, plan->system->pds[vm->pd].name, vm->vm->vcpu_count,
                vm->vm->vcpu_count == 1 ? "" : "s", vm->vm->priority);
        print_space(out, &vm->space, "GPA");
    }
    fputs("\nKernel (EL2)\n", out);
    print_space(out, &plan->kernel_space, "VA");
}

static void print_irqs(FILE *out, const char *owner, const char *way, const struct irq *irqs,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "    %5" PRIu32 "  %-5s  ", irqs[i].intid, irqs[i].edge ? "edge" : "level");
        if (irq_is_routed(&irqs[i])) {
            fprintf(out, "\"%s\", %s %" PRIu32 "\n", owner, way, irqs[i].id);
        } else {
            fprintf(out, "nobody: it is an SGI, which \"%s\" (%s %" PRIu32 ") cannot get\n", owner,
                    way, irqs[i].id);
        }
    }
}

static void print_routes(FILE *out, const struct plan *plan)
{
    const struct system *system = plan->system;
    fputs("\nInterrupts\n", out);
    fprintf(out, "    %5s  %-5s  %s\n", "INTID", "", "goes to");
    for (size_t i = 0; i < system->pd_count; i++) {
        const struct pd *pd = &system->pds[i];
        print_irqs(out, pd->name, "channel", pd->irqs, pd->irq_count);
        if (pd->vm != NULL) {
            print_irqs(out, pd->vm->name, "straight to vCPU", pd->vm->irqs, pd->vm->irq_count);
        }
    }
    fputs("\nChannels\n", out);
    for (size_t i = 0; i < system->channel_count; i++) {
        const struct channel_end *a = &system->channels[i].ends[0];
        const struct channel_end *b = &system->channels[i].ends[1];
        fprintf(out, "    \"%s\" %" PRIu32 "%s%s  <->  \"%s\" %" PRIu32 "%s%s\n",
                system->pds[a->pd].name, a->id, a->notify ? ", notifies" : "",
                a->pp ? ", calls" : "", system->pds[b->pd].name, b->id,
                b->notify ? ", notifies" : "", b->pp ? ", calls" : "");
    }
}

struct memory_printer {
    FILE *out;
    const struct memory *memory;
    size_t next; /* claim to print next */
};

static void print_range(FILE *out, uint64_t base, uint64_t size)
{
    fprintf(out, "    0x%010" PRIx64 "..0x%010" PRIx64 "  ", base, base + size);
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
        print_range(printer->out, claim->base, claim->size);
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
    print_range(printer->out, base, size);
    fputs("free\n", printer->out);
}

static void print_memory(FILE *out, const struct plan *plan)
{
    struct memory_printer printer = {.out = out, .memory = &plan->memory};
    fputs("\nPhysical memory\n", out);
    memory_each_free(&plan->memory, print_free, &printer);
    print_claims(&printer, UINT64_MAX);
    fputs("\nDevices\n", out);
    for (size_t i = 0; i < plan->system->region_count; i++) {
        const struct plan_region *region = &plan->regions[i];
        if (!region->in_ram) {
            print_range(out, region->pa, region->size);
            fprintf(out, "memory_region \"%s\"%s\n", plan->system->regions[i].name,
                    region->mapped ? "" : ", mapped by nobody");
        }
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
    print_routes(out, plan);
    print_memory(out, plan);
    bool written = fclose(out) == 0 && file_write(path, text, size);
    free(text);
    return written;
}
