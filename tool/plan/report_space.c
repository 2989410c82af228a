/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The report's account of PDs, VMs and the kernel, and of what each may reach.
 */
#include <inttypes.h>

#include "report_part.h"

#define KERNEL_DIGITS 12

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
        report_range(out, digits, mapping->va, mapping->size);
        report_range(out, REPORT_PA_DIGITS, mapping->pa, mapping->size);
        report_size(out, mapping->size);
        fprintf(out, "  %c%c%c  %-8s  %-22s  ", (mapping->perms & MAP_PERM_READ) != 0 ? 'r' : '-',
                (mapping->perms & MAP_PERM_WRITE) != 0 ? 'w' : '-',
                (mapping->perms & MAP_PERM_EXECUTE) != 0 ? 'x' : '-',
                attribute_name(mapping->perms), mapping->name);
        print_blocks(out, mapping);
        fputc('\n', out);
    }
    fprintf(out, "    %zu pages of translation table\n", space->table.page_count);
}

static void print_capabilities(FILE *out, const struct system *system, const struct pd *pd)
{
    static const char *const rights[] = {
        [CAPABILITY_TCB] = "registers, stop, resume and restart",
        [CAPABILITY_SC] = "time",
        [CAPABILITY_VSPACE] = "address space",
    };
    for (size_t i = 0; i < pd->capability_count; i++) {
        const struct capability *capability = &pd->capabilities[i];
        fprintf(out, "    slot %" PRIu32 ": %s of \"%s\"\n", capability->slot,
                rights[capability->kind], system->pds[capability->pd].name);
    }
}

static void print_pd(FILE *out, const struct system *system, const struct pd *pd)
{
    fprintf(out, "\nProtection domain \"%s\": %s\n", pd->name, pd->program_path);
    fprintf(out, "    priority %" PRIu32 ", budget %" PRIu32 " us in %" PRIu32 " us%s%s%s\n",
            pd->priority, pd->budget_us, pd->period_us, pd->passive ? ", passive" : "",
            pd->smc ? ", may make SMC calls" : "", pd->fpu ? "" : ", without FP");
    if (pd->domain != INDEX_NONE) {
        fprintf(out, "    in domain \"%s\"\n", system->domains[pd->domain].name);
    }
    if (pd->parent != INDEX_NONE) {
        fprintf(out, "    child %" PRIu32 " of \"%s\", which gets its faults\n", pd->id,
                system->pds[pd->parent].name);
    }
    print_capabilities(out, system, pd);
}

void report_spaces(FILE *out, const struct plan *plan)
{
    for (size_t i = 0; i < plan->system->pd_count; i++) {
        print_pd(out, plan->system, &plan->system->pds[i]);
        print_space(out, &plan->pd_spaces[i], "VA", REPORT_PA_DIGITS);
    }
    for (size_t i = 0; i < plan->vm_count; i++) {
        const struct plan_vm *vm = &plan->vms[i];
        fprintf(out, "\nVirtual machine \"%s\": VMM \"%s\", %zu vCPU%s\n", vm->vm->name,
                plan->system->pds[vm->pd].name, vm->vm->vcpu_count,
                vm->vm->vcpu_count == 1 ? "" : "s");
        fprintf(out, "    priority %" PRIu32 ", budget %" PRIu32 " us in %" PRIu32 " us\n",
                vm->vm->priority, vm->vm->budget_us, vm->vm->period_us);
        print_space(out, &vm->space, "GPA", REPORT_PA_DIGITS);
    }
    fputs("\nKernel (EL2)\n", out);
    print_space(out, &plan->kernel_space, "VA", KERNEL_DIGITS);
}
