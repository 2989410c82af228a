/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The access matrix for people, in the order in which one asks: who is there and what may each
 * reach, who shares what with whom, who hears whom, and what is wrong.
 */
#include <inttypes.h>

#include "audit_view.h"

#define KIB 0x400
#define MIB 0x100000

static void print_size(FILE *out, uint64_t size)
{
    if (size % MIB == 0) {
        fprintf(out, "%7" PRIu64 " MiB", size / MIB);
    } else if (size < 8 * MIB) {
        fprintf(out, "%7" PRIu64 " KiB", size / KIB);
    } else {
        fprintf(out, "%7.1f MiB", (double)size / MIB);
    }
}

static void print_range(FILE *out, int digits, uint64_t base, uint64_t size)
{
    fprintf(out, "0x%0*" PRIx64 "..0x%0*" PRIx64 "  ", digits, base, digits, base + size - 1);
}

/* Of what a row is printed with. */
struct row_style {
    FILE *out;
    int digits; /* of a VA or GPA */
};

static void print_row(void *context, const struct audit_space *space, const struct audit_row *row)
{
    const struct row_style *style = context;
    const struct audit_extent *extent = &row->extent;
    fputs("    ", style->out);
    print_range(style->out, style->digits, extent->va, extent->size);
    print_range(style->out, 10, extent->pa, extent->size);
    print_size(style->out, extent->size);
    fprintf(style->out, "  %s  %-15s  %s\n", audit_rights(extent->perms),
            audit_memory_type(space, extent->perms), row->what);
}

static void print_space(const struct audit *audit, const struct audit_space *space, FILE *out)
{
    bool el2 = space->kind == AUDIT_KERNEL || space->kind == AUDIT_LOADER;
    struct row_style style = {.out = out, .digits = el2 ? 12 : 10};
    fprintf(out, "    %-*s  %-24s  %11s  may  %-15s  what\n", 2 * style.digits + 6,
            space->kind == AUDIT_VM ? "GPA" : "VA", "PA", "size", "memory");
    audit_each_row(audit, space, print_row, &style);
}

static void print_pd(const struct audit *audit, uint32_t index, FILE *out)
{
    const struct manifest_pd *pd = &audit->pds[index];
    const struct audit_space *space = audit_space_of(audit, AUDIT_PD, index);
    fprintf(out, "\nProtection domain \"%s\"\n", space->name);
    fprintf(out, "    VMID %u, priority %u, %u us in %u us, core %u", (unsigned)(pd->vttbr >> 48),
            pd->priority, pd->budget_us, pd->period_us, pd->cpu);
    if (audit->manifest->schedule_count > 0) {
        fprintf(out, ", domain %u", pd->domain);
    }
    fprintf(out, "%s%s%s\n", pd->passive != 0 ? ", passive" : "",
            pd->smc != 0 ? ", may make SMC calls" : "", pd->fpu != 0 ? "" : ", without FP");
    if (pd->parent < audit->manifest->pd_count) {
        fprintf(out, "    child %u of \"%s\", which controls it and gets its faults\n",
                pd->child_id, audit_space_of(audit, AUDIT_PD, pd->parent)->name);
    }
    print_space(audit, space, out);
}

static void print_vm(const struct audit *audit, uint32_t index, FILE *out)
{
    const struct manifest_vcpu *vcpu = audit_first_vcpu(audit, index);
    const struct audit_space *space = audit_space_of(audit, AUDIT_VM, index);
    bool owned = vcpu->pd < audit->manifest->pd_count;
    uint32_t vcpu_count = owned ? audit->pds[vcpu->pd].vcpu_count : 0;
    fprintf(out, "\nVirtual machine \"%s\"\n", space->name);
    fprintf(out, "    VMID %u, VMM \"%s\", %u vCPU%s, priority %u, %u us in %u us\n",
            (unsigned)(vcpu->vttbr >> 48),
            owned ? audit_space_of(audit, AUDIT_PD, vcpu->pd)->name : "?", vcpu_count,
            vcpu_count == 1 ? "" : "s", vcpu->priority, vcpu->budget_us, vcpu->period_us);
    print_space(audit, space, out);
}

static void print_shared(const struct audit *audit, FILE *out)
{
    bool any = false;
    fputs("\nShared\n", out);
    for (size_t i = 0; i < audit->object_count; i++) {
        const struct audit_object *object = &audit->objects[i];
        if (!audit_is_shared(audit, object)) {
            continue;
        }
        any = true;
        fputs("    ", out);
        print_range(out, 10, object->pa, object->size);
        print_size(out, object->size);
        fprintf(out, "  %s:", object->what);
        const char *separator = "";
        for (size_t j = 0; j < audit->space_count; j++) {
            const struct audit_space *space = &audit->spaces[j];
            uint32_t perms = audit_reach(space, object->pa, object->size);
            if (space->kind != AUDIT_LOADER && perms != 0) {
                fprintf(out, "%s %s \"%s\" %s", separator, audit_kind_name(space->kind),
                        space->name, audit_rights(perms));
                separator = ",";
            }
        }
        fputc('\n', out);
    }
    if (!any) {
        fputs("    nothing\n", out);
    }
}

static const char *pd_name(const struct audit *audit, uint32_t pd)
{
    return pd < audit->manifest->pd_count ? audit_space_of(audit, AUDIT_PD, pd)->name : "?";
}

static void print_irqs(const struct audit *audit, FILE *out)
{
    fprintf(out, "\nInterrupts%s\n", audit->manifest->irq_count == 0 ? "\n    none" : "");
    for (uint32_t i = 0; i < audit->manifest->irq_count; i++) {
        const struct manifest_irq *irq = &audit->irqs[i];
        fprintf(out, "    %4u  %-5s  ", irq->intid, irq->edge != 0 ? "edge" : "level");
        if (irq->kind == VM_IRQ_CHANNEL) {
            fprintf(out, "PD \"%s\", channel %u\n", pd_name(audit, irq->owner), irq->channel);
        } else if (irq->owner < audit->manifest->vcpu_count) {
            const struct manifest_vcpu *vcpu = &audit->vcpus[irq->owner];
            fprintf(out, "VM \"%s\", straight to vCPU %u\n",
                    audit_space_of(audit, AUDIT_VM, vcpu->vm)->name, vcpu->vcpu_id);
        } else {
            fputs("nobody\n", out);
        }
    }
}

/* Each channel once, from the end that comes first. */
static void print_channels(const struct audit *audit, FILE *out)
{
    static const char *const rights[] = {"nothing", "notify", "call", "notify, call"};
    fprintf(out, "\nChannels%s\n", audit->manifest->channel_count == 0 ? "\n    none" : "");
    for (uint32_t i = 0; i < audit->manifest->channel_count; i++) {
        const struct manifest_channel *end = &audit->channels[i];
        fprintf(out, "    PD \"%s\" channel %u  ->  PD \"%s\" channel %u: %s\n",
                pd_name(audit, end->pd), end->channel, pd_name(audit, end->peer_pd),
                end->peer_channel, rights[(end->notify != 0) | (end->call != 0) << 1]);
    }
}

static void print_slots(const struct audit *audit, FILE *out)
{
    if (audit->manifest->slot_count > 0) {
        fputs("\nSlots\n", out);
    }
    for (uint32_t i = 0; i < audit->manifest->slot_count; i++) {
        const struct manifest_slot *slot = &audit->slots[i];
        fprintf(out, "    PD \"%s\" slot %u: %s of PD \"%s\"\n", pd_name(audit, slot->pd),
                slot->slot, audit_slot_name(slot->kind), pd_name(audit, slot->target_pd));
    }
    if (audit->manifest->schedule_count > 0) {
        fputs("\nSchedule\n", out);
    }
    for (uint32_t i = 0; i < audit->manifest->schedule_count; i++) {
        const struct manifest_schedule *entry = &audit->schedule[i];
        fprintf(out, "    domain %2u  %10" PRIu64 " %s\n", entry->domain, entry->duration,
                entry->unit == DURATION_US ? "us" : "ticks");
    }
}

void audit_print(const struct audit *audit, FILE *out)
{
    fprintf(out, "Image for board %s, loaded at PA 0x%010" PRIx64 ", %zu KiB\n",
            audit->input->board->name, audit->info.image_pa, audit->input->size / KIB);
    for (uint32_t i = 0; i < audit->manifest->pd_count; i++) {
        print_pd(audit, i, out);
    }
    for (uint32_t i = 0; i < audit->vm_count; i++) {
        print_vm(audit, i, out);
    }
    fputs("\nKernel (EL2)\n", out);
    print_space(audit, audit_space_of(audit, AUDIT_KERNEL, 0), out);
    fputs("\nLoader (EL2, before the kernel)\n", out);
    print_space(audit, audit_space_of(audit, AUDIT_LOADER, 0), out);
    print_shared(audit, out);
    print_irqs(audit, out);
    print_channels(audit, out);
    print_slots(audit, out);
}
