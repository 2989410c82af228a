/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The report's account of interrupts, channels and the domain schedule.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "alloc.h"
#include "report_part.h"

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

void report_irqs(FILE *out, const struct system *system)
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

void report_channels(FILE *out, const struct system *system)
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

void report_schedule(FILE *out, const struct system *system)
{
    if (system->schedule_count == 0) {
        return;
    }
    fputs("\nDomain schedule, over and over\n", out);
    for (size_t i = 0; i < system->schedule_count; i++) {
        const struct schedule_entry *entry = &system->schedule[i];
        const struct domain *domain = &system->domains[entry->domain];
        fprintf(out, "    %10" PRIu64 " %s  domain \"%s\" (%" PRIu32 ")\n", entry->duration,
                entry->is_ticks ? "ticks" : "us", domain->name, domain->id);
    }
}
