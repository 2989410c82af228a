/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The report for people: what each VM gets, why, and what that means.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "compose_print.h"

static const char *path_of(const struct compose *compose, size_t node)
{
    return compose->devtree->nodes[node].path;
}

static void print_memory(FILE *out, const struct composed_vm *composed)
{
    char size[32];
    fprintf(out,
            "  RAM      0x%010" PRIx64 "..0x%010" PRIx64 "  %s, GPA and PA alike\n"
            "  kernel   0x%010" PRIx64 "  0x%" PRIx64 " bytes with its bss\n",
            composed->ram.base, composed->ram.base + composed->ram.size - 1,
            compose_size_text(composed->ram.size, size), composed->kernel_gpa,
            composed->kernel_memory);
    if (composed->initrd.size != 0) {
        fprintf(out, "  initrd   0x%010" PRIx64 "  0x%zx bytes\n", composed->initrd_gpa,
                composed->initrd.size);
    }
    fprintf(out, "  tree     0x%010" PRIx64 "  0x%zx bytes\n", composed->dtb_gpa,
            composed->tree_size);
}

static void print_grants(FILE *out, const struct compose *compose, size_t vm)
{
    const struct composed_vm *composed = &compose->vms[vm];
    fputs("\n  Granted, and why\n", out);
    for (size_t i = 0; i < composed->grant_count; i++) {
        const struct grant *grant = &composed->grants[i];
        const struct devnode *node = &compose->devtree->nodes[grant->node];
        const struct devclass *class = &compose->classes[grant->node];
        if (!devclass_is_device(compose->devtree, grant->node) && node->reg_count == 0) {
            continue;
        }
        char *why = compose_why_text(compose, vm, grant);
        fprintf(out, "    %s\n        %s\n", node->path, why);
        if (grant->has_regs && class->power != NULL) {
            fprintf(out, "        who has it can %s\n", class->power);
        }
        free(why);
    }
}

static void print_regions(FILE *out, const struct compose *compose, size_t vm)
{
    size_t pages = 0, shared = 0, orphans = 0;
    fputs("\n  Pages\n", out);
    for (size_t i = 0; i < compose->region_count; i++) {
        const struct region_row *row = &compose->regions[i];
        if (row->vm != vm) {
            continue;
        }
        pages += row->pages.size / PAGE_SIZE_4K;
        shared += row->shared;
        orphans += row->orphans;
        fprintf(out, "    0x%010" PRIx64 "..0x%010" PRIx64 "  %6" PRIu64 " page%s%s",
                row->pages.base, row->pages.base + row->pages.size - 1,
                row->pages.size / PAGE_SIZE_4K, row->pages.size == PAGE_SIZE_4K ? "" : "s",
                row->is_large ? " (2 MiB each)" : "");
        if (row->shared != 0) {
            fprintf(out, ", %zu of them also with registers of others", row->shared);
        }
        if (row->orphans != 0) {
            fprintf(out, ", %zu of them with nothing granted", row->orphans);
        }
        fputc('\n', out);
        for (size_t k = 0; k < compose->page_count; k++) {
            const struct page_row *page = &compose->pages[k];
            if (page->vm == vm && range_overlaps(&row->pages, page->regs.base, page->regs.size)) {
                fprintf(out, "        0x%" PRIx64 " + 0x%" PRIx64 "  %s\n", page->regs.base,
                        page->regs.size, path_of(compose, page->node));
            }
        }
    }
    fprintf(out,
            "    %zu pages in all; over-grant: %zu that hold registers of devices not granted as "
            "well, %zu that hold nothing granted\n",
            pages, shared, orphans);
}

/* Devices not granted whose registers lie in pages that are. */
static void print_shared(FILE *out, const struct compose *compose, size_t vm)
{
    bool is_first = true;
    for (size_t i = 1; i < compose->devtree->node_count; i++) {
        const struct devnode *node = &compose->devtree->nodes[i];
        if (node->is_bus || compose_has(compose, vm, i) || compose_device_of(compose, i) == 0) {
            continue;
        }
        for (size_t k = 0; k < node->reg_count; k++) {
            for (size_t r = 0; r < compose->region_count; r++) {
                const struct region_row *row = &compose->regions[r];
                if (row->vm == vm &&
                    range_overlaps(&row->pages, node->regs[k].base, node->regs[k].size)) {
                    fprintf(out, "%s    0x%010" PRIx64 "  %s%s\n",
                            is_first ? "\n  Reached although not granted, because they share a "
                                       "page\n"
                                     : "",
                            node->regs[k].base, node->path, node->is_enabled ? "" : " (disabled)");
                    is_first = false;
                    break;
                }
            }
        }
    }
}

static void print_irqs(FILE *out, const struct compose *compose, size_t vm)
{
    fputs("\n  Interrupts\n", out);
    for (size_t i = 0; i < compose->irq_count; i++) {
        const struct irq_row *row = &compose->irqs[i];
        if (row->vm == vm) {
            fprintf(out, "    %4" PRIu32 " (SPI %" PRIu32 ")  %-5s  %s, \"%s\"\n", row->intid,
                    row->intid - 32, row->trigger == TRIGGER_EDGE ? "edge" : "level",
                    path_of(compose, row->node), row->property);
        }
    }
}

static void print_masters(FILE *out, const struct compose *compose, size_t vm)
{
    bool is_first = true;
    for (size_t i = 0; i < compose->master_count; i++) {
        const struct master_row *row = &compose->masters[i];
        if (row->vm != vm) {
            continue;
        }
        if (is_first) {
            fputs("\n  Bus masters that nothing confines: each reaches all of memory by DMA, so "
                  "that the VM is trusted with it\n",
                  out);
            is_first = false;
        }
        fprintf(out, "    %s%s", path_of(compose, row->node),
                row->is_certain ? "" : " (perhaps: the tree does not say)");
        if (row->iommu != NODE_NONE) {
            fprintf(out, "; %s could confine it, but the kernel has no driver for it",
                    path_of(compose, row->iommu));
        }
        fputc('\n', out);
    }
}

static void print_notes(FILE *out, const struct compose *compose, size_t vm)
{
    const struct composed_vm *composed = &compose->vms[vm];
    for (size_t i = 0; i < composed->note_count; i++) {
        fprintf(out, "%s    %s: %s\n", i == 0 ? "\n  To know\n" : "",
                path_of(compose, composed->notes[i].node), composed->notes[i].message);
    }
}

static void print_granted(FILE *out, const struct compose *compose, size_t vm)
{
    print_grants(out, compose, vm);
    print_regions(out, compose, vm);
    print_shared(out, compose, vm);
    print_irqs(out, compose, vm);
    print_masters(out, compose, vm);
}

char *compose_print_report(const struct compose *compose, size_t *size)
{
    char *text = NULL;
    FILE *out = alloc_checked(open_memstream(&text, size));
    const char *model = devnode_string(compose->devtree, 0, "model");
    fprintf(out, "Board %s: %s\n", compose->board->name, model == NULL ? "no model" : model);
    for (size_t vm = 0; vm < compose->vm_count; vm++) {
        fprintf(out, "\nVM \"%s\", %" PRIu32 " vCPU(s)\n", compose->vms[vm].request->name,
                compose->vms[vm].request->vcpu_count);
        print_memory(out, &compose->vms[vm]);
        if (compose->vms[vm].grant_count != 0) {
            print_granted(out, compose, vm);
        } else {
            fputs("\n  Of the board's devices it has none\n", out);
        }
        report_print_devices(out, compose, vm);
        print_notes(out, compose, vm);
    }
    for (size_t owner = compose->vm_count; owner < compose->owner_count; owner++) {
        fprintf(out, "\nPD \"%s\"\n", compose->vms[owner].request->name);
        print_granted(out, compose, owner);
    }
    report_print_serving(out, compose);
    fclose(out);
    return alloc_checked(text);
}
