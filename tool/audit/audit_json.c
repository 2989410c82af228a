/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The access matrix for programs: one JSON object. Its keys are stable; docs/audit.md lists them.
 */
#include <json-c/json.h>

#include "alloc.h"
#include "audit_view.h"

static json_object *object_new(void)
{
    return alloc_checked(json_object_new_object());
}

static json_object *array_new(void)
{
    return alloc_checked(json_object_new_array());
}

static void add_number(json_object *object, const char *key, uint64_t value)
{
    json_object_object_add(object, key, alloc_checked(json_object_new_uint64(value)));
}

static void add_flag(json_object *object, const char *key, bool value)
{
    json_object_object_add(object, key, alloc_checked(json_object_new_boolean(value)));
}

static void add_text(json_object *object, const char *key, const char *value)
{
    json_object_object_add(object, key, alloc_checked(json_object_new_string(value)));
}

/* Adds a PD by its name; null where there is none of that index. */
static void add_pd(json_object *object, const char *key, const struct audit *audit, uint32_t pd)
{
    if (pd < audit->manifest->pd_count) {
        add_text(object, key, audit_space_of(audit, AUDIT_PD, pd)->name);
    } else {
        json_object_object_add(object, key, NULL);
    }
}

static void add_row(void *context, const struct audit_space *space, const struct audit_row *row)
{
    json_object *entry = object_new();
    add_number(entry, "va", row->extent.va);
    add_number(entry, "pa", row->extent.pa);
    add_number(entry, "size", row->extent.size);
    add_text(entry, "rights", audit_rights(row->extent.perms));
    add_text(entry, "memory", audit_memory_type(space, row->extent.perms));
    add_text(entry, "what", row->what);
    json_object_array_add(context, entry);
}

static json_object *space_json(const struct audit *audit, const struct audit_space *space)
{
    json_object *object = object_new();
    json_object *mappings = array_new();
    add_text(object, "name", space->name);
    audit_each_row(audit, space, add_row, mappings);
    json_object_object_add(object, "mappings", mappings);
    return object;
}

static json_object *pds_json(const struct audit *audit)
{
    json_object *list = array_new();
    for (uint32_t i = 0; i < audit->manifest->pd_count; i++) {
        const struct manifest_pd *pd = &audit->pds[i];
        json_object *object = space_json(audit, audit_space_of(audit, AUDIT_PD, i));
        add_number(object, "vmid", pd->vttbr >> 48);
        add_number(object, "priority", pd->priority);
        add_number(object, "budget_us", pd->budget_us);
        add_number(object, "period_us", pd->period_us);
        add_flag(object, "passive", pd->passive != 0);
        add_flag(object, "smc", pd->smc != 0);
        add_flag(object, "fpu", pd->fpu != 0);
        add_number(object, "domain", pd->domain);
        add_number(object, "cpu", pd->cpu);
        add_pd(object, "parent", audit, pd->parent);
        add_number(object, "child_id", pd->child_id);
        json_object_array_add(list, object);
    }
    return list;
}

static json_object *vms_json(const struct audit *audit)
{
    json_object *list = array_new();
    for (uint32_t i = 0; i < audit->vm_count; i++) {
        json_object *object = space_json(audit, audit_space_of(audit, AUDIT_VM, i));
        json_object *vcpus = array_new();
        const struct manifest_vcpu *first = audit_first_vcpu(audit, i);
        add_number(object, "vmid", first->vttbr >> 48);
        add_pd(object, "vmm", audit, first->pd);
        for (uint32_t j = 0; j < audit->manifest->vcpu_count; j++) {
            const struct manifest_vcpu *vcpu = &audit->vcpus[j];
            if (vcpu->vm == i) {
                json_object *entry = object_new();
                add_number(entry, "id", vcpu->vcpu_id);
                add_number(entry, "priority", vcpu->priority);
                add_number(entry, "budget_us", vcpu->budget_us);
                add_number(entry, "period_us", vcpu->period_us);
                add_number(entry, "cpu", vcpu->cpu);
                json_object_array_add(vcpus, entry);
            }
        }
        json_object_object_add(object, "vcpus", vcpus);
        json_object_array_add(list, object);
    }
    return list;
}

static json_object *shared_json(const struct audit *audit)
{
    static const char *const kinds[] = {
        [AUDIT_PD] = "pd", [AUDIT_VM] = "vm", [AUDIT_KERNEL] = "kernel", [AUDIT_LOADER] = "loader"};
    json_object *list = array_new();
    for (size_t i = 0; i < audit->object_count; i++) {
        const struct audit_object *object = &audit->objects[i];
        if (!audit_is_shared(audit, object)) {
            continue;
        }
        json_object *entry = object_new();
        json_object *by = array_new();
        add_text(entry, "what", object->what);
        add_number(entry, "pa", object->pa);
        add_number(entry, "size", object->size);
        for (size_t j = 0; j < audit->space_count; j++) {
            const struct audit_space *space = &audit->spaces[j];
            uint32_t perms = audit_reach(space, object->pa, object->size);
            if (space->kind != AUDIT_LOADER && perms != 0) {
                json_object *who = object_new();
                add_text(who, "kind", kinds[space->kind]);
                add_text(who, "name", space->name);
                add_text(who, "rights", audit_rights(perms));
                json_object_array_add(by, who);
            }
        }
        json_object_object_add(entry, "by", by);
        json_object_array_add(list, entry);
    }
    return list;
}

static json_object *irqs_json(const struct audit *audit)
{
    json_object *list = array_new();
    for (uint32_t i = 0; i < audit->manifest->irq_count; i++) {
        const struct manifest_irq *irq = &audit->irqs[i];
        json_object *entry = object_new();
        add_number(entry, "intid", irq->intid);
        add_text(entry, "trigger", irq->edge != 0 ? "edge" : "level");
        if (irq->kind == VM_IRQ_CHANNEL) {
            add_pd(entry, "pd", audit, irq->owner);
            add_number(entry, "channel", irq->channel);
        } else if (irq->owner < audit->manifest->vcpu_count) {
            const struct manifest_vcpu *vcpu = &audit->vcpus[irq->owner];
            add_text(entry, "vm", audit_space_of(audit, AUDIT_VM, vcpu->vm)->name);
            add_number(entry, "vcpu", vcpu->vcpu_id);
        }
        json_object_array_add(list, entry);
    }
    return list;
}

static json_object *channels_json(const struct audit *audit)
{
    json_object *list = array_new();
    for (uint32_t i = 0; i < audit->manifest->channel_count; i++) {
        const struct manifest_channel *end = &audit->channels[i];
        json_object *entry = object_new();
        add_pd(entry, "pd", audit, end->pd);
        add_number(entry, "id", end->channel);
        add_pd(entry, "peer_pd", audit, end->peer_pd);
        add_number(entry, "peer_id", end->peer_channel);
        add_flag(entry, "notify", end->notify != 0);
        add_flag(entry, "call", end->call != 0);
        json_object_array_add(list, entry);
    }
    return list;
}

static json_object *slots_json(const struct audit *audit)
{
    json_object *list = array_new();
    for (uint32_t i = 0; i < audit->manifest->slot_count; i++) {
        const struct manifest_slot *slot = &audit->slots[i];
        json_object *entry = object_new();
        add_pd(entry, "pd", audit, slot->pd);
        add_number(entry, "slot", slot->slot);
        add_text(entry, "kind", audit_slot_name(slot->kind));
        add_pd(entry, "target_pd", audit, slot->target_pd);
        json_object_array_add(list, entry);
    }
    return list;
}

static json_object *schedule_json(const struct audit *audit)
{
    json_object *list = array_new();
    for (uint32_t i = 0; i < audit->manifest->schedule_count; i++) {
        const struct manifest_schedule *slice = &audit->schedule[i];
        json_object *entry = object_new();
        add_number(entry, "domain", slice->domain);
        add_number(entry, "duration", slice->duration);
        add_text(entry, "unit", slice->unit == DURATION_US ? "us" : "ticks");
        json_object_array_add(list, entry);
    }
    return list;
}

static json_object *findings_json(const struct audit *audit)
{
    json_object *list = array_new();
    for (size_t i = 0; i < audit->findings.count; i++) {
        const struct finding *finding = &audit->findings.list[i];
        json_object *entry = object_new();
        add_text(entry, "code", finding_code_name(finding->code));
        add_text(entry, "rule", finding_code_rule(finding->code));
        add_text(entry, "text", finding->text);
        json_object_array_add(list, entry);
    }
    return list;
}

bool audit_write_json(const struct audit *audit, FILE *out)
{
    json_object *root = object_new();
    add_text(root, "board", audit->input->board->name);
    add_number(root, "image_pa", audit->info.image_pa);
    add_number(root, "image_size", audit->input->size);
    add_flag(root, "described", audit->input->system != NULL);
    json_object_object_add(root, "pds", pds_json(audit));
    json_object_object_add(root, "vms", vms_json(audit));
    json_object_object_add(root, "kernel",
                           space_json(audit, audit_space_of(audit, AUDIT_KERNEL, 0)));
    json_object_object_add(root, "loader",
                           space_json(audit, audit_space_of(audit, AUDIT_LOADER, 0)));
    json_object_object_add(root, "shared", shared_json(audit));
    json_object_object_add(root, "interrupts", irqs_json(audit));
    json_object_object_add(root, "channels", channels_json(audit));
    json_object_object_add(root, "slots", slots_json(audit));
    json_object_object_add(root, "schedule", schedule_json(audit));
    json_object_object_add(root, "findings", findings_json(audit));
    add_number(root, "finding_count", audit->findings.total);
    int flags = JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE;
    bool written = fprintf(out, "%s\n", json_object_to_json_string_ext(root, flags)) > 0;
    json_object_put(root);
    return written;
}
