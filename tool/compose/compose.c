/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `drover compose`: the order of its steps.
 */
#include "compose.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"

/* Adds the pages of a range to those that nobody is given. */
static void keep(struct compose *compose, const struct range *range)
{
    uint64_t base = range->base & -(uint64_t)PAGE_SIZE_4K;
    uint64_t end = (range->base + range->size + PAGE_SIZE_4K - 1) & -(uint64_t)PAGE_SIZE_4K;
    compose->kept = alloc_grow(compose->kept, compose->kept_count, &compose->kept_capacity,
                               sizeof(*compose->kept));
    compose->kept[compose->kept_count++] = (struct range){.base = base, .size = end - base};
}

static void keep_all(struct compose *compose)
{
    const struct devtree *devtree = compose->devtree;
    const struct board *board = compose->board;
    for (size_t i = 0; i < board->memory_count; i++) {
        keep(compose, &board->memory[i]);
    }
    for (size_t i = 0; i < board->reserved_count; i++) {
        keep(compose, &board->reserved[i]);
    }
    for (size_t i = 1; i < devtree->node_count; i++) {
        const struct devnode *node = &devtree->nodes[i];
        for (size_t k = 0; k < node->reg_count && compose->classes[i].keeper == KEEPER_KERNEL;
             k++) {
            keep(compose, &node->regs[k]);
        }
    }
    if (compose->kept_count != 0) {
        range_merge(compose->kept, &compose->kept_count);
    }
}

static void compose_open(struct compose *compose, const struct compose_request *request,
                         const struct devtree *devtree, const struct board *board)
{
    *compose = (struct compose){.request = request,
                                .devtree = devtree,
                                .board = board,
                                .vm_count = request->vm_count,
                                .owner_count = request->vm_count + (request->console != NULL),
                                .driver = {.name = "serial_driver"}};
    compose->classes = alloc_array(devtree->node_count, sizeof(*compose->classes));
    for (size_t i = 0; i < devtree->node_count; i++) {
        compose->classes[i] = devclass_of(devtree, i);
    }
    keep_all(compose);
    for (size_t vm = 0; vm < compose->owner_count; vm++) {
        struct composed_vm *composed = &compose->vms[vm];
        composed->request = vm < compose->vm_count ? &request->vms[vm] : &compose->driver;
        composed->grant_of = alloc_array(devtree->node_count, sizeof(*composed->grant_of));
        composed->is_frozen = alloc_array(devtree->node_count, sizeof(*composed->is_frozen));
        composed->is_taken = alloc_array(devtree->node_count, sizeof(*composed->is_taken));
        for (size_t i = 0; i < devtree->node_count; i++) {
            composed->grant_of[i] = NODE_NONE;
        }
    }
}

/* A step that is done for one VM after the other. All are done, so that all mistakes are said. */
static bool for_each_vm(struct compose *compose, bool (*step)(struct compose *, size_t))
{
    bool sound = true;
    for (size_t vm = 0; vm < compose->vm_count; vm++) {
        sound = step(compose, vm) && sound;
    }
    return sound;
}

bool compose_run(struct compose *compose, const struct compose_request *request,
                 const struct devtree *devtree, const struct board *board)
{
    compose_open(compose, request, devtree, board);
    return for_each_vm(compose, compose_select) &&  /**/
           for_each_vm(compose, compose_close) &&   /**/
           serve_select(compose) &&                 /**/
           compose_own(compose) &&                  /**/
           compose_masters(compose) &&              /**/
           for_each_vm(compose, compose_payload) && /**/
           compose_regions(compose) &&              /**/
           serve_make(compose) &&                   /**/
           compose_ram(compose) &&                  /**/
           for_each_vm(compose, compose_guest);
}

void compose_free(struct compose *compose)
{
    for (size_t vm = 0; vm < compose->owner_count; vm++) {
        struct composed_vm *composed = &compose->vms[vm];
        for (size_t i = 0; i < composed->note_count; i++) {
            free(composed->notes[i].message);
        }
        file_unmap(&composed->kernel);
        file_unmap(&composed->initrd);
        free(composed->grants);
        free(composed->grant_of);
        free(composed->is_frozen);
        free(composed->is_taken);
        free(composed->dropped);
        free(composed->notes);
        free(composed->tree);
    }
    free(compose->classes);
    free(compose->kept);
    free(compose->pages);
    free(compose->irqs);
    free(compose->regions);
    free(compose->masters);
    serve_free(&compose->serve);
}

void compose_grant(struct compose *compose, size_t vm, size_t node, enum why why, size_t because,
                   const char *property)
{
    struct composed_vm *composed = &compose->vms[vm];
    if (composed->grant_of[node] != NODE_NONE) {
        return;
    }
    composed->grants = alloc_grow(composed->grants, composed->grant_count,
                                  &composed->grant_capacity, sizeof(*composed->grants));
    composed->grant_of[node] = composed->grant_count;
    composed->grants[composed->grant_count++] =
        (struct grant){.node = node,
                       .why = why,
                       .because = because,
                       .property = property,
                       .has_regs = !compose->devtree->nodes[node].is_bus};
}

bool compose_has(const struct compose *compose, size_t vm, size_t node)
{
    return compose->vms[vm].grant_of[node] != NODE_NONE;
}

void compose_note(struct compose *compose, size_t vm, enum note_kind kind, size_t node,
                  const char *format, ...)
{
    struct composed_vm *composed = &compose->vms[vm];
    struct note note = {.kind = kind, .node = node};
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&note.message, format, arguments);
    va_end(arguments);
    alloc_checked(length < 0 ? NULL : note.message);
    composed->notes = alloc_grow(composed->notes, composed->note_count, &composed->note_capacity,
                                 sizeof(*composed->notes));
    composed->notes[composed->note_count++] = note;
}

void compose_error(const struct compose *compose, size_t node, const char *format, ...)
{
    char *message;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&message, format, arguments);
    va_end(arguments);
    alloc_checked(length < 0 ? NULL : message);
    diag_error(&compose->devtree->tree.at, "node %s: %s", compose->devtree->nodes[node].path,
               message);
    free(message);
}

bool compose_is_cpu_domain(const struct compose *compose, const struct devref *ref)
{
    size_t device = compose_device_of(compose, ref->target);
    return strcmp(ref->property, "power-domains") == 0 &&
           devnode_is_compatible(compose->devtree, device, "arm,psci*");
}

size_t compose_device_of(const struct compose *compose, size_t node)
{
    return devclass_device_of(compose->devtree, node);
}

uint64_t compose_reg_size(const struct compose *compose, size_t node, size_t reg)
{
    const struct devnode *devnode = &compose->devtree->nodes[node];
    uint64_t size = devnode->regs[reg].size;
    return devnode->is_pci && size > COMPOSE_WINDOW_MAX ? COMPOSE_WINDOW_MAX : size;
}

bool compose_is_kept(const struct compose *compose, size_t node)
{
    const struct devnode *devnode = &compose->devtree->nodes[node];
    for (size_t i = 0; i < devnode->reg_count; i++) {
        uint64_t size = compose_reg_size(compose, node, i);
        for (size_t k = 0; k < compose->kept_count && !devnode->is_bus; k++) {
            if (range_overlaps(&compose->kept[k], devnode->regs[i].base, size)) {
                return true;
            }
        }
    }
    return false;
}

bool compose_off_is_machine_off(const struct compose *compose)
{
    return compose->vm_count == 1;
}
