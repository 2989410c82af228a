/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Who has what by a system description: regions that are mapped, and interrupts.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "alloc.h"
#include "drover/manifest.h"
#include "explain.h"

static char *pd_text(const struct pd *pd)
{
    return explain_text("PD \"%s\"", pd->name);
}

static char *vm_text(const struct vm *vm)
{
    return explain_text("VM \"%s\"", vm->name);
}

static void add_maps(struct explain *explain, const struct system *system, const struct map *maps,
                     size_t count, bool is_vm, const char *who)
{
    for (size_t i = 0; i < count; i++) {
        const struct map *map = &maps[i];
        const struct memory_region *region = &system->regions[map->region];
        if (!region->has_phys_addr) {
            continue; /* `drover build` chooses where in RAM it lies */
        }
        /* One that has its file's size begins here; where it ends, the description does not say. */
        const struct range pages = {.base = region->phys_addr,
                                    .size = region->size == 0 ? PAGE_SIZE_4K : region->size};
        char *how = explain_text(
            "region \"%s\" (%s:%u), mapped %s%s%s at %s 0x%" PRIx64 " (%s:%u)", region->name,
            region->source.file, region->source.line, (map->perms & MAP_PERM_READ) != 0 ? "r" : "",
            (map->perms & MAP_PERM_WRITE) != 0 ? "w" : "",
            (map->perms & MAP_PERM_EXECUTE) != 0 ? "x" : "", is_vm ? "GPA" : "VA", map->vaddr,
            map->source.file, map->source.line);
        explain_add_holding(explain, &(struct holding){.pages = pages,
                                                       .who = explain_text("%s", who),
                                                       .how = how,
                                                       .is_by_page = true});
    }
}

/* Adds the line of an interrupt for one node that raises it. */
static void add_line(struct explain *explain, const struct irq *irq, const char *way, size_t node,
                     const struct devirq *raised)
{
    bool differs =
        raised->trigger != TRIGGER_UNKNOWN && irq->edge != (raised->trigger == TRIGGER_EDGE);
    explain_add_line(
        explain, irq->intid, node, true,
        explain_text("%s, %s (%s:%u): entry %zu of \"%s\" of %s%s%s%s", way,
                     irq->edge ? "edge" : "level", irq->source.file, irq->source.line,
                     raised->index, raised->property, explain->devtree->nodes[node].path,
                     explain->devtree->nodes[node].is_enabled ? ""
                                                              : ", disabled in the board's tree",
                     differs ? ", for which the tree says " : "",
                     differs ? ownertext_trigger(raised->trigger) : ""));
}

/* Adds the lines of an interrupt: one for each node that raises it. `way` is who gets it, and how.
 */
static void add_irq(struct explain *explain, const struct irq *irq, const char *way)
{
    bool is_raised = false;
    for (size_t i = 0; i < explain->raised_count; i++) {
        const struct raised *raised = &explain->raised[i];
        if (raised->irq.intid == irq->intid) {
            add_line(explain, irq, way, raised->node, &raised->irq);
            is_raised = true;
        }
    }
    if (!is_raised) {
        explain_add_line(explain, irq->intid, NODE_NONE, true,
                         explain_text("%s, %s (%s:%u): no node of the board's tree raises it", way,
                                      irq->edge ? "edge" : "level", irq->source.file,
                                      irq->source.line));
    }
}

static void add_irqs(struct explain *explain, const struct irq *irqs, size_t count, bool is_vm,
                     const char *who)
{
    for (size_t i = 0; i < count; i++) {
        char *way = explain_text("%s, %s %" PRIu32, who, is_vm ? "straight to vCPU" : "by channel",
                                 irqs[i].id);
        add_irq(explain, &irqs[i], way);
        free(way);
    }
}

void explain_system(struct explain *explain, const struct system *system)
{
    explain->remedy = REMEDY_MAP;
    for (size_t i = 0; i < system->pd_count; i++) {
        const struct pd *pd = &system->pds[i];
        char *who = pd_text(pd);
        add_maps(explain, system, pd->maps, pd->map_count, false, who);
        add_irqs(explain, pd->irqs, pd->irq_count, false, who);
        free(who);
        if (pd->vm != NULL) {
            who = vm_text(pd->vm);
            add_maps(explain, system, pd->vm->maps, pd->vm->map_count, true, who);
            add_irqs(explain, pd->vm->irqs, pd->vm->irq_count, true, who);
            free(who);
        }
    }
}
