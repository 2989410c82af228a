/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The system description: Microkit SDF, with Drover's <irq> inside <virtual_machine>.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "compose_print.h"

/* Where a VMM sees what belongs to its guest (VA): apart, whatever their sizes; its RAM stands
 * behind, at SERVE_RAM_VA, and then what it shares. */
#define IMAGE_VA  0x1000000000
#define TREE_VA   0x1800000000
#define INITRD_VA 0x2000000000
#define TABLE_VA  0x2800000000

/* A path inside of a comment, where XML has no "--". */
static void print_comment(FILE *out, const char *text)
{
    fputs(" <!-- ", out);
    for (const char *at = text; *at != '\0'; at++) {
        fputc(*at, out);
        if (at[0] == '-' && (at[1] == '-' || at[1] == '\0')) {
            fputc(' ', out);
        }
    }
    fputs(" -->\n", out);
}

static const char *path_of(const struct compose *compose, size_t node)
{
    return compose->devtree->nodes[node].path;
}

/* The regions with the registers of what a VM or PD owns. */
static void print_device_regions(FILE *out, const struct compose *compose, size_t owner)
{
    for (size_t i = 0; i < compose->region_count; i++) {
        const struct region_row *row = &compose->regions[i];
        if (row->vm != owner) {
            continue;
        }
        char *name = compose_region_name(compose, row);
        fprintf(out,
                "  <memory_region name=\"%s\" size=\"0x%" PRIx64 "\" phys_addr=\"0x%" PRIx64
                "\" page_size=\"0x%x\" />",
                name, row->pages.size, row->pages.base,
                row->is_large ? PAGE_SIZE_2M : PAGE_SIZE_4K);
        print_comment(out, path_of(compose, row->node));
        free(name);
    }
}

/* A guest sees the virtual CPU interface where the board has the physical one, and no more of it
 * than that has room for. */
static uint64_t cpu_interface_size(const struct compose *compose)
{
    uint64_t virtual = compose->board->gicv.size, physical = compose->board->gicc.size;
    return virtual < physical ? virtual : physical;
}

static void print_vm_regions(FILE *out, const struct compose *compose, size_t vm)
{
    const struct composed_vm *composed = &compose->vms[vm];
    const char *name = composed->request->name;
    fprintf(out,
            "\n  <!-- VM \"%s\": its RAM, at its own PA, and its payload -->\n"
            "  <memory_region name=\"%s_ram\" size=\"0x%" PRIx64 "\" phys_addr=\"0x%" PRIx64
            "\" page_size=\"0x200000\" />\n"
            "  <memory_region name=\"%s_kernel\" prefill_path=\"%s.Image\" />\n"
            "  <memory_region name=\"%s_dtb\" prefill_path=\"%s.dtb\" />\n",
            name, name, composed->ram.size, composed->ram.base, name, name, name, name);
    if (composed->initrd.size != 0) {
        fprintf(out, "  <memory_region name=\"%s_initrd\" prefill_path=\"%s.initrd\" />\n", name,
                name);
    }
    fprintf(out, "  <memory_region name=\"%s_table\" prefill_path=\"%s.table\" />\n", name, name);
    print_device_regions(out, compose, vm);
}

/* All VMs have it: what a guest sees in it are its own list registers. */
static void print_gic_region(FILE *out, const struct compose *compose)
{
    if (compose->board->gic_version == 2) {
        fprintf(out,
                "\n  <!-- The GIC's virtual CPU interface -->\n"
                "  <memory_region name=\"gicv\" size=\"0x%" PRIx64 "\" phys_addr=\"0x%" PRIx64
                "\" page_size=\"0x1000\" />\n",
                cpu_interface_size(compose), compose->board->gicv.base);
    }
}

static void print_payload_map(FILE *out, const char *vm, const char *what, uint64_t va)
{
    fprintf(out,
            "    <map mr=\"%s_%s\" vaddr=\"0x%" PRIx64
            "\" perms=\"r\" setvar_vaddr=\"guest_%s_vaddr\" setvar_prefill_size=\"guest_%s_size\" "
            "/>\n",
            vm, what, va, what, what);
}

/* A guest runs before guests that use what it serves. */
static uint32_t priority_of(const struct vm_request *request)
{
    bool serves = false;
    for (enum service service = 0; service < SERVICE_COUNT; service++) {
        serves = serves || request->serves[service];
    }
    return request->has_priority ? request->priority
           : serves              ? SERVE_PRIORITY_SERVER
                                 : SERVE_PRIORITY_GUEST;
}

static void print_vm(FILE *out, const struct compose *compose, size_t vm)
{
    const struct composed_vm *composed = &compose->vms[vm];
    const char *name = composed->request->name;
    fprintf(out, "    <virtual_machine name=\"%s\" priority=\"%" PRIu32 "\">\n", name,
            priority_of(composed->request));
    for (uint32_t i = 0; i < composed->request->vcpu_count; i++) {
        fprintf(out, "      <vcpu id=\"%" PRIu32 "\" />\n", i);
    }
    fprintf(out, "      <map mr=\"%s_ram\" vaddr=\"0x%" PRIx64 "\" perms=\"rwx\" />\n", name,
            composed->ram.base);
    if (compose->board->gic_version == 2) {
        fprintf(out,
                "      <map mr=\"gicv\" vaddr=\"0x%" PRIx64 "\" perms=\"rw\" cached=\"false\" />\n",
                compose->board->gicc.base);
    }
    for (size_t i = 0; i < compose->region_count; i++) {
        const struct region_row *row = &compose->regions[i];
        if (row->vm == vm) {
            char *region = compose_region_name(compose, row);
            fprintf(out,
                    "      <map mr=\"%s\" vaddr=\"0x%" PRIx64
                    "\" perms=\"rw\" cached=\"false\" />\n",
                    region, row->pages.base);
            free(region);
        }
    }
    sdf_print_virtio_maps(out, compose, vm);
    for (size_t i = 0; i < compose->irq_count; i++) {
        const struct irq_row *row = &compose->irqs[i];
        if (row->vm == vm && (i == 0 || compose->irqs[i - 1].intid != row->intid)) {
            fprintf(out, "      <irq irq=\"%" PRIu32 "\" trigger=\"%s\" />", row->intid,
                    row->trigger == TRIGGER_EDGE ? "edge" : "level");
            print_comment(out, path_of(compose, row->node));
        }
    }
    fputs("    </virtual_machine>\n", out);
}

static void print_vmm(FILE *out, const struct compose *compose, size_t pd)
{
    size_t vm = compose->serve.pds[pd].vm;
    const struct composed_vm *composed = &compose->vms[vm];
    const char *name = composed->request->name;
    fprintf(out,
            "\n  <protection_domain name=\"%s\" priority=\"%" PRIu32 "\"%s>\n"
            "    <program_image path=\"%s\" />\n"
            "    <map mr=\"%s_ram\" vaddr=\"0x%" PRIx64
            "\" perms=\"rw\" setvar_vaddr=\"guest_ram_vaddr\" />\n",
            compose->serve.pds[pd].name, compose->serve.pds[pd].priority,
            compose_off_is_machine_off(compose) ? " smc=\"true\"" : "",
            compose->serve.pds[pd].program, name, (uint64_t)SERVE_RAM_VA);
    print_payload_map(out, name, "kernel", IMAGE_VA);
    print_payload_map(out, name, "dtb", TREE_VA);
    if (composed->initrd.size != 0) {
        print_payload_map(out, name, "initrd", INITRD_VA);
    }
    print_payload_map(out, name, "table", TABLE_VA);
    sdf_print_shared_maps(out, compose, pd);
    print_vm(out, compose, vm);
    fputs("  </protection_domain>\n", out);
}

char *compose_print_system(const struct compose *compose, size_t *size)
{
    char *text = NULL;
    FILE *out = alloc_checked(open_memstream(&text, size));
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          "<!-- Made by `drover compose`; " COMPOSE_REPORT " says why each thing is granted. -->\n"
          "<system>",
          out);
    print_gic_region(out, compose);
    for (size_t vm = 0; vm < compose->vm_count; vm++) {
        print_vm_regions(out, compose, vm);
    }
    for (size_t owner = compose->vm_count; owner < compose->owner_count; owner++) {
        fprintf(out, "\n  <!-- PD \"%s\" -->\n", compose->vms[owner].request->name);
        print_device_regions(out, compose, owner);
    }
    sdf_print_shared_regions(out, compose);
    for (size_t pd = 0; pd < compose->serve.pd_count; pd++) {
        if (compose->serve.pds[pd].vm == NODE_NONE) {
            sdf_print_serving_pd(out, compose, pd);
        } else {
            print_vmm(out, compose, pd);
        }
    }
    sdf_print_channels(out, compose);
    fputs("</system>\n", out);
    fclose(out);
    return alloc_checked(text);
}
