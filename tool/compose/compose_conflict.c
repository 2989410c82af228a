/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Two owners of one thing: what each needs it for, and what can be done about it.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "alloc.h"
#include "compose_print.h"
#include "diag.h"

/* What of a VM's lies in a page, or raises an interrupt. */
struct claim {
    size_t vm;
    struct devset {
        size_t *nodes;
        size_t count, capacity;
    } devices;     /* each once, in the order of the table */
    bool is_given; /* one of them was asked for: it cannot stay as the boot loader left it */
};

static void claim_add(const struct compose *compose, struct claim *claim, size_t node)
{
    const struct composed_vm *composed = &compose->vms[claim->vm];
    struct devset *devices = &claim->devices;
    size_t device = compose_device_of(compose, node);
    if (composed->grant_of[device] == NODE_NONE) {
        device = node; /* registers that are part of no device */
    }
    for (size_t i = 0; i < devices->count; i++) {
        if (devices->nodes[i] == device) {
            return;
        }
    }
    devices->nodes =
        alloc_grow(devices->nodes, devices->count, &devices->capacity, sizeof(*devices->nodes));
    devices->nodes[devices->count++] = device;
    claim->is_given |= composed->grants[composed->grant_of[device]].why == WHY_GIVEN;
}

static void print_devices(FILE *out, const struct compose *compose, const struct claim *claim)
{
    const struct composed_vm *composed = &compose->vms[claim->vm];
    fprintf(out, "%s \"%s\"", compose_owner_kind(compose, claim->vm), composed->request->name);
    for (size_t i = 0; i < claim->devices.count; i++) {
        size_t device = claim->devices.nodes[i];
        char *why =
            compose_why_text(compose, claim->vm, &composed->grants[composed->grant_of[device]]);
        fprintf(out, "%s %s (%s)", i == 0 ? " for" : " and", compose->devtree->nodes[device].path,
                why);
        free(why);
    }
}

/* What can be done: have one VM go without what it was not asked to have. */
static void print_choices(FILE *out, const struct compose *compose, const struct claim *claims)
{
    fprintf(out, "; give all of it to one VM");
    for (int i = 0; i < 2; i++) {
        if (claims[i].is_given) {
            continue;
        }
        fprintf(out, ", or leave it as the boot loader left it in VM \"%s\":",
                compose->vms[claims[i].vm].request->name);
        for (size_t k = 0; k < claims[i].devices.count; k++) {
            fprintf(out, " --freeze %s", compose->devtree->nodes[claims[i].devices.nodes[k]].path);
        }
    }
}

/* Says that `what` has two owners. */
static void report_claims(const struct compose *compose, const char *what,
                          const struct claim *claims)
{
    char *text = NULL;
    size_t size;
    FILE *out = alloc_checked(open_memstream(&text, &size));
    print_devices(out, compose, &claims[0]);
    fputs(", ", out);
    print_devices(out, compose, &claims[1]);
    print_choices(out, compose, claims);
    fclose(out);
    diag_error(&compose->devtree->tree.at, "%s would have two owners: %s", what,
               (const char *)alloc_checked(text));
    free(text);
}

static void claims_free(struct claim *claims)
{
    free(claims[0].devices.nodes);
    free(claims[1].devices.nodes);
}

static void refuse_page(const struct compose *compose, uint64_t page, size_t one, size_t other)
{
    struct claim claims[2] = {{.vm = one}, {.vm = other}};
    char what[64];
    for (size_t i = 0; i < compose->page_count; i++) {
        const struct page_row *row = &compose->pages[i];
        if (range_overlaps(&row->pages, page, PAGE_SIZE_4K) &&
            (row->vm == one || row->vm == other)) {
            claim_add(compose, &claims[row->vm == other], row->node);
        }
    }
    snprintf(what, sizeof(what), "the page at PA 0x%" PRIx64, page);
    report_claims(compose, what, claims);
    claims_free(claims);
}

/* Reports each page that two VMs would have; a run of several is reported at its first. */
static bool check_pages(const struct compose *compose)
{
    const struct page_row *last[COMPOSE_OWNER_MAX] = {0}; /* of each VM, the row that ends last */
    uint64_t reported = 0;                                /* where the last such run ends */
    for (size_t i = 0; i < compose->page_count; i++) {
        const struct page_row *row = &compose->pages[i];
        uint64_t end = row->pages.base + row->pages.size;
        for (size_t vm = 0; vm < compose->owner_count; vm++) {
            if (vm != row->vm && last[vm] != NULL && row->pages.base >= reported &&
                last[vm]->pages.base + last[vm]->pages.size > row->pages.base) {
                uint64_t last_end = last[vm]->pages.base + last[vm]->pages.size;
                refuse_page(compose, row->pages.base, vm, row->vm);
                reported = last_end < end ? last_end : end;
            }
        }
        const struct page_row **mine = &last[row->vm];
        if (*mine == NULL || end > (*mine)->pages.base + (*mine)->pages.size) {
            *mine = row;
        }
    }
    return reported == 0;
}

static bool check_irqs(const struct compose *compose)
{
    bool sound = true;
    for (size_t i = 1; i < compose->irq_count; i++) {
        const struct irq_row *one = &compose->irqs[i - 1];
        const struct irq_row *other = &compose->irqs[i];
        if (one->intid == other->intid && one->vm != other->vm) {
            struct claim claims[2] = {{.vm = one->vm}, {.vm = other->vm}};
            char what[64];
            claim_add(compose, &claims[0], one->node);
            claim_add(compose, &claims[1], other->node);
            snprintf(what, sizeof(what), "interrupt %" PRIu32 " (SPI %" PRIu32 ")", one->intid,
                     one->intid - 32);
            report_claims(compose, what, claims);
            claims_free(claims);
            sound = false;
        }
    }
    return sound;
}

bool compose_check_owners(const struct compose *compose)
{
    bool sound = check_pages(compose);
    return check_irqs(compose) && sound;
}
