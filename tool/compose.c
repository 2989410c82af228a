/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `drover compose`: the order of its steps.
 */
#include "compose.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "alloc.h"
#include "diag.h"

static void compose_open(struct compose *compose, const struct compose_request *request,
                         const struct devtree *devtree, const struct board *board)
{
    *compose = (struct compose){
        .request = request, .devtree = devtree, .board = board, .vm_count = request->vm_count};
    compose->classes = alloc_array(devtree->node_count, sizeof(*compose->classes));
    for (size_t i = 0; i < devtree->node_count; i++) {
        compose->classes[i] = devclass_of(devtree, i);
    }
    for (size_t vm = 0; vm < compose->vm_count; vm++) {
        struct composed_vm *composed = &compose->vms[vm];
        composed->request = &request->vms[vm];
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
           compose_own(compose) &&                  /**/
           compose_masters(compose) &&              /**/
           for_each_vm(compose, compose_payload) && /**/
           compose_regions(compose) &&              /**/
           compose_ram(compose) &&                  /**/
           for_each_vm(compose, compose_guest);
}

void compose_free(struct compose *compose)
{
    for (size_t vm = 0; vm < compose->vm_count; vm++) {
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
    free(compose->pages);
    free(compose->irqs);
    free(compose->regions);
    free(compose->masters);
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

bool compose_is_in_ram(const struct compose *compose, size_t node)
{
    const struct devnode *devnode = &compose->devtree->nodes[node];
    for (size_t i = 0; i < devnode->reg_count; i++) {
        if (board_memory_touches(compose->board, devnode->regs[i].base, devnode->regs[i].size)) {
            return true;
        }
    }
    return false;
}

bool compose_off_is_machine_off(const struct compose *compose)
{
    return compose->vm_count == 1;
}
