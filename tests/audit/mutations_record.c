/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Damages of who runs and who hears whom: the records of the manifest and the routing tables of
 * VMMs.
 */
#include "mutations.h"

static void irqs_swapped(const struct rich *rich)
{
    struct manifest_irq *irqs = rich->irqs; /* 33 and 34 of the child */
    uint32_t channel = irqs[0].channel;
    irqs[0].channel = irqs[1].channel;
    irqs[1].channel = channel;
}

static void irq_to_other(const struct rich *rich)
{
    rich->irqs[0].owner = RICH_OTHER_CHILD;
}

static void irq_to_other_vm(const struct rich *rich)
{
    rich->irqs[rich->manifest->irq_count - 1].owner = 0;
}

static void irq_of_kernel(const struct rich *rich)
{
    rich->irqs[0].intid = 26;
}

static void irq_twice(const struct rich *rich)
{
    rich->irqs[1].intid = rich->irqs[0].intid;
}

static void irq_trigger_changed(const struct rich *rich)
{
    rich->irqs[0].edge = 1;
}

static void channel_notifies(const struct rich *rich)
{
    for (uint32_t i = 0; i < rich->manifest->channel_count; i++) {
        rich->channels[i].notify = 1;
    }
}

static void channel_calls(const struct rich *rich)
{
    for (uint32_t i = 0; i < rich->manifest->channel_count; i++) {
        if (rich->channels[i].pd == RICH_SECOND_VMM) {
            rich->channels[i].call = 1;
        }
    }
}

static void channel_one_sided(const struct rich *rich)
{
    rich->channels[0].peer_channel = 1;
}

static void priority_changed(const struct rich *rich)
{
    rich->pds[RICH_CHILD].priority++;
}

static void budget_changed(const struct rich *rich)
{
    rich->pds[RICH_CHILD].budget_us--;
}

static void smc_granted(const struct rich *rich)
{
    rich->pds[RICH_CHILD].smc = 1;
}

static void fpu_granted(const struct rich *rich)
{
    rich->pds[RICH_SECOND_VMM].fpu = 1;
}

static void passive_dropped(const struct rich *rich)
{
    rich->pds[RICH_SERVER].passive = 0;
}

static void domain_changed(const struct rich *rich)
{
    rich->pds[RICH_CHILD].domain = rich->pds[RICH_VMM].domain;
}

static void parent_changed(const struct rich *rich)
{
    rich->pds[RICH_CHILD].parent = RICH_SERVER;
}

static void child_id_shared(const struct rich *rich)
{
    rich->pds[RICH_OTHER_CHILD].child_id = rich->pds[RICH_CHILD].child_id;
}

static void entry_in_data(const struct rich *rich)
{
    rich->pds[RICH_CHILD].entry_va = 0x202000;
}

static void entry_moved(const struct rich *rich)
{
    rich->pds[RICH_CHILD].entry_va += 4;
}

static void vcpu_of_other(const struct rich *rich)
{
    rich->vcpus[2].pd = RICH_SERVER;
}

static void vm_priority_changed(const struct rich *rich)
{
    rich->vcpus[2].priority = 254;
}

static void slot_retargeted(const struct rich *rich)
{
    rich->slots[0].target_pd = RICH_VMM;
}

static void slot_kind_changed(const struct rich *rich)
{
    rich->slots[2].kind = SLOT_TCB;
}

static void schedule_changed(const struct rich *rich)
{
    rich->schedule[1].duration *= 2;
}

static void schedule_unit_changed(const struct rich *rich)
{
    rich->schedule[0].unit = DURATION_TICKS;
}

static struct vm_info *vm_info(const struct rich *rich)
{
    return rich_at(rich, *mutation_pd_page(rich, RICH_VMM, PD_VM_INFO_VA) & MUTATION_PA_MASK);
}

static void vm_info_region_moved(const struct rich *rich)
{
    struct vm_info *info = vm_info(rich);
    struct vm_info_region *regions = (void *)((uint8_t *)info + info->region_offset);
    regions[0].vmm_va = 0x50000000;
}

static void vm_info_irq_retargeted(const struct rich *rich)
{
    struct vm_info *info = vm_info(rich);
    struct vm_info_irq *irqs = (void *)((uint8_t *)info + info->irq_offset);
    irqs[info->irq_count - 1].target = 0;
}

static void vm_info_smc_allowed(const struct rich *rich)
{
    vm_info(rich)->smc_allowed ^= 1;
}

static void vm_info_gic_moved(const struct rich *rich)
{
    vm_info(rich)->gicc_gpa += PAGE_SIZE_4K;
}

static void name_changed(const struct rich *rich)
{
    rich_map(rich, RICH_CHILD, false, 0x50000000)->name[0] = 'B';
}

static const struct mutation mutations[] = {
    {"two interrupts swap channels", FINDING_SYSTEM_ROUTE, irqs_swapped},
    {"an interrupt goes to another PD", FINDING_SYSTEM_ROUTE, irq_to_other},
    {"an interrupt goes to another VM", FINDING_SYSTEM_ROUTE, irq_to_other_vm},
    {"the kernel's interrupt is granted", FINDING_INTERRUPT, irq_of_kernel},
    {"an interrupt has two owners", FINDING_INTERRUPT, irq_twice},
    {"an interrupt's trigger is changed", FINDING_SYSTEM_ROUTE, irq_trigger_changed},
    {"a channel may notify", FINDING_SYSTEM_ROUTE, channel_notifies},
    {"a channel may call", FINDING_SYSTEM_ROUTE, channel_calls},
    {"a channel leads elsewhere", FINDING_CHANNEL, channel_one_sided},
    {"a priority is changed", FINDING_SYSTEM_THREAD, priority_changed},
    {"a budget is changed", FINDING_SYSTEM_THREAD, budget_changed},
    {"a PD may make SMC calls", FINDING_SYSTEM_THREAD, smc_granted},
    {"a PD may use FP", FINDING_SYSTEM_THREAD, fpu_granted},
    {"a PD is not passive", FINDING_SYSTEM_THREAD, passive_dropped},
    {"a PD is in another domain", FINDING_SYSTEM_THREAD, domain_changed},
    {"a PD has another parent", FINDING_SYSTEM_THREAD, parent_changed},
    {"two children have one identifier", FINDING_THREAD, child_id_shared},
    {"a PD begins in its data", FINDING_THREAD, entry_in_data},
    {"a PD begins elsewhere", FINDING_SYSTEM_THREAD, entry_moved},
    {"a vCPU has another VMM", FINDING_THREAD, vcpu_of_other},
    {"a VM's priority is changed", FINDING_SYSTEM_VM, vm_priority_changed},
    {"a slot holds another PD", FINDING_SYSTEM_ROUTE, slot_retargeted},
    {"a slot gives another right", FINDING_SYSTEM_ROUTE, slot_kind_changed},
    {"a domain runs longer", FINDING_SYSTEM_ROUTE, schedule_changed},
    {"a domain runs for ticks", FINDING_SYSTEM_ROUTE, schedule_unit_changed},
    {"a VMM is told another VA", FINDING_VM_INFO, vm_info_region_moved},
    {"a VMM is told another vCPU", FINDING_VM_INFO, vm_info_irq_retargeted},
    {"a VMM is told another right", FINDING_VM_INFO, vm_info_smc_allowed},
    {"a VMM is told another GIC", FINDING_VM_INFO, vm_info_gic_moved},
    {"a mapping has another name", FINDING_SYSTEM_MAP, name_changed},
};

const struct mutations mutations_of_record = {mutations, sizeof(mutations) / sizeof(mutations[0])};
