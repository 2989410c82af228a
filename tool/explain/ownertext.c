/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * One line about a thing of the board that no PD and no VM has.
 */
#include "ownertext.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

#define PRIVATE_IRQS 32 /* INTIDs below it are each CPU's own: IHI 0048B, 2.2.1 */

/* Who keeps it; NULL where nobody does. */
static const char *keeper_text(enum keeper keeper)
{
    switch (keeper) {
    case KEEPER_KERNEL:
        return "the kernel";
    case KEEPER_FIRMWARE:
        return "the firmware";
    case KEEPER_CPU:
        return "the CPUs";
    case KEEPER_MEMORY:
    case KEEPER_RAM:
        return "RAM";
    case KEEPER_NONE:
        break;
    }
    return NULL;
}

const char *ownertext_trigger(enum trigger trigger)
{
    switch (trigger) {
    case TRIGGER_EDGE:
        return "edge";
    case TRIGGER_LEVEL:
        return "level";
    case TRIGGER_UNKNOWN:
        break;
    }
    return "edge or level, which the tree leaves open";
}

static const char *path_of(const struct ownertext *about, size_t node)
{
    return about->devtree->nodes[node].path;
}

/* "nobody: THING, why and what to do". */
static char *text_nobody(const struct ownertext *about, size_t node, bool is_frozen,
                         const char *thing)
{
    bool is_console =
        about->board->uart_type != UART_NONE && node == devtree_console(about->devtree);
    const char *console = is_console ? ", the console of a debug kernel" : "";
    size_t device = devclass_device_of(about->devtree, node);
    char *text;
    int length;
    if (!about->devtree->nodes[node].is_enabled) {
        length = asprintf(&text, "nobody: %s, disabled in the board's tree", thing);
    } else if (is_frozen) {
        length = asprintf(&text, "nobody: %s, which stays as the boot loader left it", thing);
    } else if (about->remedy == REMEDY_GIVE) {
        length = asprintf(&text, "nobody: %s, enabled in the board's tree%s; --give %s gives it",
                          thing, console, path_of(about, device != 0 ? device : node));
    } else if (about->remedy == REMEDY_MAP) {
        length = asprintf(&text,
                          "nobody: %s, enabled in the board's tree%s; the description has it for "
                          "nobody",
                          thing, console);
    } else {
        const char *what = about->classes[node].what;
        length = asprintf(&text, "free: %s, enabled in the board's tree%s%s%s", thing, console,
                          what == NULL ? "" : ", ", what == NULL ? "" : what);
    }
    return alloc_checked(length < 0 ? NULL : text);
}

/* "KEEPER: THING, what it is". */
static char *text_kept(const char *keeper, const char *thing, const char *what)
{
    char *text;
    int length = asprintf(&text, "%s: %s%s%s", keeper, thing, what == NULL ? "" : ", ",
                          what == NULL ? "" : what);
    return alloc_checked(length < 0 ? NULL : text);
}

char *ownertext_node(const struct ownertext *about, size_t node, bool is_frozen)
{
    const struct devclass *class = &about->classes[node];
    const char *path = path_of(about, node);
    const char *keeper = keeper_text(class->keeper);
    if (keeper != NULL) {
        return text_kept(keeper, path, class->what);
    }
    if (about->devtree->nodes[node].is_bus) {
        return text_kept("nobody", path, "a bus; what is below it has owners");
    }
    return text_nobody(about, node, is_frozen, path);
}

char *ownertext_irq(const struct ownertext *about, size_t node, const struct devirq *irq,
                    bool is_frozen)
{
    const struct devclass *class = &about->classes[node];
    const char *keeper = keeper_text(class->keeper);
    char *thing, *text;
    int length = asprintf(&thing, "entry %zu of \"%s\" of %s, %s", irq->index, irq->property,
                          path_of(about, node), ownertext_trigger(irq->trigger));
    alloc_checked(length < 0 ? NULL : thing);
    if (keeper != NULL) {
        text = text_kept(keeper, thing, class->what);
    } else if (irq->intid < PRIVATE_IRQS) {
        text = text_kept("the CPUs", thing, "private to each of them, so that it cannot be given");
    } else {
        text = text_nobody(about, node, is_frozen, thing);
    }
    free(thing);
    return text;
}

char *ownertext_ram_free(const struct ownertext *about)
{
    return alloc_checked(
        strdup(about->remedy == REMEDY_NONE
                   ? "free: RAM"
                   : "free: RAM that nobody is given at a fixed address; `drover build` puts the "
                     "kernel, the programs and the rest there, and its report says where"));
}

char *ownertext_ram_reserved(const struct range *range)
{
    char *text;
    int length =
        asprintf(&text, "the firmware: RAM that the board sets aside, 0x%" PRIx64 "..0x%" PRIx64,
                 range->base, range->base + range->size - 1);
    return alloc_checked(length < 0 ? NULL : text);
}

char *ownertext_ram_of(const char *vm)
{
    char *text;
    int length = asprintf(&text, "VM \"%s\": RAM, its own, which its VMM has mapped as well", vm);
    return alloc_checked(length < 0 ? NULL : text);
}
