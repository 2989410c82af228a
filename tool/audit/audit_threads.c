/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Who runs: the records of PDs and vCPUs, and the domains' schedule.
 */
#include <inttypes.h>
#include <string.h>

#include "audit.h"

#define VTTBR_VMID_SHIFT 48

/* Reports `what` of a PD or vCPU unless `sound`. */
static void need(struct audit *audit, const struct audit_space *space, bool sound, const char *what,
                 uint64_t value)
{
    if (!sound) {
        finding_add(&audit->findings, FINDING_THREAD, NULL, "%s \"%s\": %s (0x%" PRIx64 ")",
                    audit_kind_name(space->kind), space->name, what, value);
    }
}

/* A root is used by one space: audit_walk() takes each table once. */
static void check_vttbr(struct audit *audit, const struct audit_space *space, uint64_t vttbr,
                        uint64_t vmid)
{
    if (vttbr >> VTTBR_VMID_SHIFT != vmid) {
        finding_add(&audit->findings, FINDING_VMID, NULL,
                    "%s \"%s\": VTTBR 0x%" PRIx64 " has VMID %" PRIu64 "; expected is %" PRIu64,
                    audit_kind_name(space->kind), space->name, vttbr, vttbr >> VTTBR_VMID_SHIFT,
                    vmid);
    }
}

static void check_time(struct audit *audit, const struct audit_space *space, uint32_t priority,
                       uint32_t budget_us, uint32_t period_us, uint32_t cpu)
{
    need(audit, space, priority <= PRIORITY_MAX, "priority out of range", priority);
    need(audit, space, budget_us > 0, "no budget", budget_us);
    need(audit, space, period_us >= budget_us, "period below budget", period_us);
    need(audit, space, cpu < VCPU_MAX, "core out of range", cpu);
}

/* Whether another child of `parent`, or a vCPU of it, has the identifier. */
static bool child_id_taken(const struct audit *audit, uint32_t parent, uint32_t id, uint32_t before)
{
    for (uint32_t i = 0; i < before; i++) {
        if (audit->pds[i].parent == parent && audit->pds[i].child_id == id) {
            return true;
        }
    }
    for (uint32_t i = 0; i < audit->manifest->vcpu_count; i++) {
        if (audit->vcpus[i].pd == parent && audit->vcpus[i].vcpu_id == id) {
            return true;
        }
    }
    return false;
}

static void check_family(struct audit *audit, const struct audit_space *space,
                         const struct manifest_pd *pd)
{
    if (pd->parent == MANIFEST_NONE) {
        need(audit, space, pd->child_id == 0, "a child identifier without a parent", pd->child_id);
        return;
    }
    need(audit, space, pd->parent < space->index, "its parent does not come before it", pd->parent);
    need(audit, space, pd->child_id < CHILD_MAX, "child identifier out of range", pd->child_id);
    need(audit, space, !child_id_taken(audit, pd->parent, pd->child_id, space->index),
         "child identifier is in use twice", pd->child_id);
}

/* The vCPUs of a PD are those that say so, and stand together. */
static void check_vcpus_of(struct audit *audit, const struct audit_space *space,
                           const struct manifest_pd *pd)
{
    uint32_t count = 0;
    uint32_t first = 0;
    bool together = true;
    for (uint32_t i = 0; i < audit->manifest->vcpu_count; i++) {
        if (audit->vcpus[i].pd == space->index) {
            first = count == 0 ? i : first;
            together = together && i == first + count;
            count++;
        }
    }
    need(audit, space, together, "its vCPUs do not stand together", count);
    need(audit, space, pd->vcpu_count == count, "wrong number of vCPUs", pd->vcpu_count);
    need(audit, space, pd->first_vcpu == first, "wrong first vCPU", pd->first_vcpu);
}

static void check_pd(struct audit *audit, uint32_t index)
{
    const struct manifest_pd *pd = &audit->pds[index];
    const struct audit_space *space = audit_space_of(audit, AUDIT_PD, index);
    const struct audit_extent *entry = audit_lookup(space, pd->entry_va);
    const struct audit_extent *stack = audit_lookup(space, pd->stack_va - 1);

    need(audit, space, audit_name_is_sound(pd->name), "its name is damaged", 0);
    for (uint32_t i = 0; i < index; i++) {
        need(audit, space, memcmp(pd->name, audit->pds[i].name, NAME_SIZE) != 0,
             "its name is in use twice", i);
    }
    check_vttbr(audit, space, pd->vttbr, VMID_PD((uint64_t)index));
    check_time(audit, space, pd->priority, pd->budget_us, pd->period_us, pd->cpu);
    check_family(audit, space, pd);
    check_vcpus_of(audit, space, pd);
    need(audit, space, entry != NULL && (entry->perms & MAP_PERM_EXECUTE) != 0,
         "its entry point is in no executable page", pd->entry_va);
    need(audit, space, pd->stack_va == PD_STACK_TOP_VA, "its stack begins elsewhere", pd->stack_va);
    need(audit, space,
         stack != NULL && (stack->perms & AUDIT_RIGHTS) == (MAP_PERM_READ | MAP_PERM_WRITE),
         "its stack is not mapped", pd->stack_va);
    need(audit, space, pd->passive <= 1, "`passive` is no flag", pd->passive);
    need(audit, space, pd->smc <= 1, "`smc` is no flag", pd->smc);
    need(audit, space, pd->fpu <= 1, "`fpu` is no flag", pd->fpu);
    need(audit, space, pd->domain < (audit->manifest->schedule_count == 0 ? 1 : DOMAIN_MAX),
         "domain out of range", pd->domain);
}

static void check_vcpu(struct audit *audit, uint32_t index)
{
    const struct manifest_vcpu *vcpu = &audit->vcpus[index];
    const struct manifest_vcpu *first = audit_first_vcpu(audit, vcpu->vm);
    const struct audit_space *space = audit_space_of(audit, AUDIT_VM, vcpu->vm);

    need(audit, space,
         audit_name_is_sound(vcpu->name) && memcmp(vcpu->name, first->name, NAME_SIZE) == 0,
         "the name of a vCPU is damaged", index);
    check_vttbr(audit, space, vcpu->vttbr, VMID_VM((uint64_t)vcpu->vm));
    if (vcpu->vttbr != first->vttbr) {
        finding_add(&audit->findings, FINDING_VMID, NULL,
                    "VM \"%s\": its vCPUs have different tables", space->name);
    }
    check_time(audit, space, vcpu->priority, vcpu->budget_us, vcpu->period_us, vcpu->cpu);
    need(audit, space, vcpu->pd < audit->manifest->pd_count, "its VMM does not exist", vcpu->pd);
    need(audit, space, vcpu->pd == first->pd, "its vCPUs have different VMMs", vcpu->pd);
    need(audit, space, vcpu->vcpu_id < VCPU_MAX, "identifier of a vCPU out of range",
         vcpu->vcpu_id);
    for (uint32_t i = 0; i < index; i++) {
        need(audit, space, audit->vcpus[i].pd != vcpu->pd || audit->vcpus[i].vm == vcpu->vm,
             "its VMM has another VM already", vcpu->pd);
        need(audit, space,
             audit->vcpus[i].pd != vcpu->pd || audit->vcpus[i].vcpu_id != vcpu->vcpu_id,
             "identifier of a vCPU is in use twice", vcpu->vcpu_id);
    }
    need(audit, space, vcpu->reserved == 0, "a reserved field is set", vcpu->reserved);
}

static void check_schedule(struct audit *audit)
{
    for (uint32_t i = 0; i < audit->manifest->schedule_count; i++) {
        const struct manifest_schedule *entry = &audit->schedule[i];
        if (entry->domain >= DOMAIN_MAX || entry->unit > DURATION_TICKS || entry->duration == 0) {
            finding_add(&audit->findings, FINDING_SCHEDULE, NULL,
                        "schedule: entry %u: domain %u, unit %u, duration %" PRIu64, i,
                        entry->domain, entry->unit, entry->duration);
        }
    }
}

void audit_check_threads(struct audit *audit)
{
    for (uint32_t i = 0; i < audit->manifest->pd_count; i++) {
        check_pd(audit, i);
    }
    for (uint32_t i = 0; i < audit->manifest->vcpu_count; i++) {
        check_vcpu(audit, i);
    }
    check_schedule(audit);
}
