/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The image against the description, step by step.
 */
#include "audit_system.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

bool described_name_is(const char *name, const char *text)
{
    char wanted[NAME_SIZE] = {0};
    strncpy(wanted, text, sizeof(wanted) - 1);
    return memcmp(name, wanted, sizeof(wanted)) == 0;
}

/* Numbers the VMs in the order of their PDs. */
static void list_vms(struct described *described)
{
    for (size_t i = 0; i < described->system->pd_count; i++) {
        const struct vm *vm = described->system->pds[i].vm;
        if (vm != NULL) {
            described->vms[described->vm_count++] = vm;
            described->vcpu_count += (uint32_t)vm->vcpu_count;
        }
    }
}

/* Without the same number of PDs, VMs and vCPUs nothing else can be compared. */
static bool check_counts(struct described *described)
{
    struct audit *audit = described->audit;
    const struct {
        const char *what;
        uint64_t found, expected;
    } counts[] = {
        {"PDs", audit->manifest->pd_count, described->system->pd_count},
        {"VMs", audit->vm_count, described->vm_count},
        {"vCPUs", audit->manifest->vcpu_count, described->vcpu_count},
    };
    bool same = true;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        if (counts[i].found != counts[i].expected) {
            finding_add(&audit->findings, FINDING_SYSTEM_THREAD, NULL,
                        "the image has %u %s, the description %u", (unsigned)counts[i].found,
                        counts[i].what, (unsigned)counts[i].expected);
            same = false;
        }
    }
    return same;
}

static void described_free(struct described *described)
{
    for (size_t i = 0; i < described->system->region_count; i++) {
        file_unmap(&described->regions[i].prefill);
    }
    for (size_t i = 0; i < described->system->pd_count; i++) {
        struct described_program *program = &described->programs[i];
        if (program->symbols != program->elf) {
            elf_free(program->symbols);
        }
        elf_free(program->elf);
    }
    free(described->regions);
    free(described->programs);
    free(described->vms);
}

bool audit_check_system(struct audit *audit)
{
    const struct system *system = audit->input->system;
    struct described described = {
        .audit = audit,
        .system = system,
        .regions = alloc_array(system->region_count, sizeof(*described.regions)),
        .programs = alloc_array(system->pd_count, sizeof(*described.programs)),
        .vms = alloc_array(system->pd_count, sizeof(*described.vms)),
    };
    list_vms(&described);
    bool readable = described_read_regions(&described) && described_read_programs(&described);
    if (readable && check_counts(&described) && audit->maps_are_sound && audit->fill_is_sound) {
        described_check_threads(&described);
        described_check_routes(&described);
        described_check_regions(&described);
        described_check_programs(&described);
        described_check_maps(&described);
        described_check_vm_info(&described);
    }
    described_free(&described);
    return readable;
}
