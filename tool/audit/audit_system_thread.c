/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * PDs, virtual machines and vCPUs of the manifest against those of the description.
 */
#include <inttypes.h>

#include "audit_system.h"

/* A field of a record, and what the description makes of it. */
struct field {
    const char *name;
    uint64_t found, expected;
};

static void check_fields(struct audit *audit, enum finding_code code, const struct source *at,
                         const char *what, const char *name, const struct field *fields,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (fields[i].found != fields[i].expected) {
            finding_add(&audit->findings, code, at,
                        "%s \"%s\": %s is %" PRIu64 " in the image; described is %" PRIu64, what,
                        name, fields[i].name, fields[i].found, fields[i].expected);
        }
    }
}

static uint64_t domain_of(const struct system *system, const struct pd *pd)
{
    return pd->domain == INDEX_NONE ? 0 : system->domains[pd->domain].id;
}

static void check_pd(struct described *described, size_t index)
{
    const struct system *system = described->system;
    const struct pd *pd = &system->pds[index];
    const struct manifest_pd *found = &described->audit->pds[index];
    const struct field fields[] = {
        {"priority", found->priority, pd->priority},
        {"budget", found->budget_us, pd->budget_us},
        {"period", found->period_us, pd->period_us},
        {"parent", found->parent, pd->parent == INDEX_NONE ? MANIFEST_NONE : pd->parent},
        {"id", found->child_id, pd->id},
        {"passive", found->passive, pd->passive},
        {"smc", found->smc, pd->smc},
        {"fpu", found->fpu, pd->fpu},
        {"domain", found->domain, domain_of(system, pd)},
        {"cpu", found->cpu, pd->cpu},
        {"number of vCPUs", found->vcpu_count, pd->vm == NULL ? 0 : pd->vm->vcpu_count},
        {"entry point", found->entry_va, described->programs[index].elf->entry_va},
    };
    check_fields(described->audit, FINDING_SYSTEM_THREAD, &pd->source, "protection_domain",
                 pd->name, fields, sizeof(fields) / sizeof(fields[0]));
    if (!described_name_is(found->name, pd->name)) {
        finding_add(&described->audit->findings, FINDING_SYSTEM_THREAD, &pd->source,
                    "protection_domain \"%s\" is \"%s\" in the image", pd->name,
                    audit_space_of(described->audit, AUDIT_PD, (uint32_t)index)->name);
    }
}

static void check_vm(struct described *described, size_t pd, uint32_t index, uint32_t first_vcpu)
{
    struct audit *audit = described->audit;
    const struct vm *vm = described->vms[index];
    for (size_t i = 0; i < vm->vcpu_count; i++) {
        const struct manifest_vcpu *found = &audit->vcpus[first_vcpu + i];
        const struct field fields[] = {
            {"VMM", found->pd, pd},
            {"VM of a vCPU", found->vm, index},
            {"id of a vCPU", found->vcpu_id, vm->vcpus[i].id},
            {"cpu of a vCPU", found->cpu, vm->vcpus[i].cpu},
            {"priority", found->priority, vm->priority},
            {"budget", found->budget_us, vm->budget_us},
            {"period", found->period_us, vm->period_us},
        };
        check_fields(audit, FINDING_SYSTEM_VM, &vm->source, "virtual_machine", vm->name, fields,
                     sizeof(fields) / sizeof(fields[0]));
        if (!described_name_is(found->name, vm->name)) {
            finding_add(&audit->findings, FINDING_SYSTEM_VM, &vm->source,
                        "virtual_machine \"%s\" has another name in the image", vm->name);
        }
    }
}

void described_check_threads(struct described *described)
{
    uint32_t vm = 0;
    uint32_t vcpu = 0;
    for (size_t i = 0; i < described->system->pd_count; i++) {
        check_pd(described, i);
        if (described->system->pds[i].vm != NULL) {
            check_vm(described, i, vm, vcpu);
            vcpu += (uint32_t)described->vms[vm++]->vcpu_count;
        }
    }
}
