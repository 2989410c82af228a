/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Damages that make sense.
 */
#include "mutations.h"

#include <string.h>

#define PA_MASK    0xfffffff000
#define STAGE2_XN  (UINT64_C(1) << 54)
#define STAGE2_W   (UINT64_C(1) << 7)
#define STAGE2_WB  (UINT64_C(0xf) << 2)
#define STAGE2_NC  (UINT64_C(0x5) << 2)
#define STAGE2_RW  (UINT64_C(0x4c3) | UINT64_C(0x300) | STAGE2_WB | STAGE2_XN) /* a page */
#define STAGE2_DEV (UINT64_C(0x4c3) | UINT64_C(0x1) << 2 | STAGE2_XN)
#define EL2_RW     (UINT64_C(0x743) | UINT64_C(1) << 2 | STAGE2_XN)
#define CONTIGUOUS (UINT64_C(1) << 52)
#define FREE_VA    0x207000000 /* nothing is mapped near it */
#define FREE_PA    0x43f00000  /* RAM that nobody has */

static uint64_t *pd_page(const struct rich *rich, enum rich_pd pd, uint64_t va)
{
    return rich_descriptor(rich, rich_root(rich->pds[pd].vttbr), true, va);
}

static uint64_t *vm_page(const struct rich *rich, uint32_t vcpu, uint64_t gpa)
{
    return rich_descriptor(rich, rich_root(rich->vcpus[vcpu].vttbr), true, gpa);
}

static uint64_t *kernel_page(const struct rich *rich, uint64_t va)
{
    return rich_descriptor(rich, rich->info->kernel_table_pa, false, va);
}

static void swap_words(uint64_t *a, uint64_t *b)
{
    uint64_t word = *a;
    *a = *b;
    *b = word;
}

/* Maps a page behind a mapping of one page in the table and in the manifest. */
static void widen(const struct rich *rich, enum rich_pd pd, uint64_t va)
{
    struct manifest_map *map = rich_map(rich, pd, false, va);
    uint64_t *entry = pd_page(rich, pd, va + map->size);
    *entry = pd_page(rich, pd, va)[0] + map->size;
    map->size += PAGE_SIZE_4K;
}

/* Sends a page of a PD elsewhere, in the table and in the manifest. */
static void redirect(const struct rich *rich, enum rich_pd pd, uint64_t va, uint64_t pa,
                     uint64_t attributes)
{
    struct manifest_map *map = rich_map(rich, pd, false, va);
    *pd_page(rich, pd, va) = pa | attributes;
    map->pa = pa;
}

static void map_widened(const struct rich *rich)
{
    widen(rich, RICH_SERVER, 0x51000000);
}

static void device_widened(const struct rich *rich)
{
    widen(rich, RICH_CHILD, 0x50010000);
}

static void map_shortened(const struct rich *rich)
{
    struct manifest_map *map = rich_map(rich, RICH_CHILD, false, 0x50000000);
    map->size -= PAGE_SIZE_4K;
    *pd_page(rich, RICH_CHILD, 0x50000000 + map->size) = 0;
}

static void map_writable(const struct rich *rich)
{
    rich_map(rich, RICH_SERVER, false, 0x51000000)->perms |= MAP_PERM_WRITE;
    *pd_page(rich, RICH_SERVER, 0x51000000) |= STAGE2_W;
}

static void map_executable(const struct rich *rich)
{
    rich_map(rich, RICH_SERVER, false, 0x51000000)->perms |= MAP_PERM_EXECUTE;
    *pd_page(rich, RICH_SERVER, 0x51000000) &= ~STAGE2_XN;
}

static void map_write_execute(const struct rich *rich)
{
    *pd_page(rich, RICH_SERVER, 0x52000000) &= ~STAGE2_XN;
}

static void device_cached(const struct rich *rich)
{
    rich_map(rich, RICH_CHILD, false, 0x50010000)->perms &= ~(uint32_t)MAP_PERM_DEVICE;
    *pd_page(rich, RICH_CHILD, 0x50010000) |= STAGE2_WB | 0x300;
}

static void buffer_cached(const struct rich *rich)
{
    rich_map(rich, RICH_VMM, true, 0x9000000)->perms &= ~(uint32_t)MAP_PERM_UNCACHED;
    for (uint64_t i = 0; i < 3; i++) {
        *vm_page(rich, 0, 0x9000000 + i * PAGE_SIZE_4K) |= STAGE2_WB;
    }
}

static void ram_as_device(const struct rich *rich)
{
    redirect(rich, RICH_CHILD, 0x50010000, FREE_PA, STAGE2_DEV);
}

static void executable_device(const struct rich *rich)
{
    *vm_page(rich, 0, 0xa000000) &= ~STAGE2_XN;
}

static void hole_filled(const struct rich *rich)
{
    *vm_page(rich, 0, 0xa001000) = 0xa001000 | STAGE2_DEV;
}

static void page_of_nobody(const struct rich *rich)
{
    *pd_page(rich, RICH_SERVER, 0x52004000) = FREE_PA | STAGE2_RW;
}

static void grant_distributor(const struct rich *rich)
{
    redirect(rich, RICH_CHILD, 0x50010000, 0x08000000, STAGE2_DEV);
}

static void grant_cpu_interface(const struct rich *rich)
{
    redirect(rich, RICH_CHILD, 0x50010000, 0x08011000, STAGE2_DEV);
}

static void grant_interface_control(const struct rich *rich)
{
    redirect(rich, RICH_CHILD, 0x50010000, 0x08030000, STAGE2_DEV);
}

static void grant_guest_interface(const struct rich *rich)
{
    redirect(rich, RICH_CHILD, 0x50010000, 0x08040000, STAGE2_DEV);
}

static void grant_smmu(const struct rich *rich)
{
    redirect(rich, RICH_CHILD, 0x50010000, 0x0b00f000, STAGE2_DEV);
}

static void grant_firmware(const struct rich *rich)
{
    redirect(rich, RICH_SERVER, 0x51000000, 0x42000000, STAGE2_RW);
}

static void grant_kernel(const struct rich *rich)
{
    redirect(rich, RICH_SERVER, 0x51000000, *kernel_page(rich, KERNEL_VA) & PA_MASK, STAGE2_RW);
}

static void grant_objects(const struct rich *rich)
{
    redirect(rich, RICH_SERVER, 0x51000000, *kernel_page(rich, KERNEL_OBJECT_VA) & PA_MASK,
             STAGE2_RW);
}

static void grant_manifest(const struct rich *rich)
{
    redirect(rich, RICH_SERVER, 0x51000000, *kernel_page(rich, KERNEL_MANIFEST_VA) & PA_MASK,
             STAGE2_RW);
}

static void grant_loader(const struct rich *rich)
{
    redirect(rich, RICH_SERVER, 0x51000000, rich->info->image_pa, STAGE2_RW);
}

static void grant_own_table(const struct rich *rich)
{
    redirect(rich, RICH_SERVER, 0x51000000, rich_root(rich->pds[RICH_SERVER].vttbr), STAGE2_RW);
}

static void grant_program_of_other(const struct rich *rich)
{
    redirect(rich, RICH_SERVER, 0x51000000, *pd_page(rich, RICH_VMM, 0x202000) & PA_MASK,
             STAGE2_RW);
}

static void grant_region_of_other(const struct rich *rich)
{
    uint64_t pa = *pd_page(rich, RICH_VMM, 0x50000000) & PA_MASK;
    redirect(rich, RICH_SERVER, 0x51000000, pa, STAGE2_RW);
}

static void grant_zero_list(const struct rich *rich)
{
    redirect(rich, RICH_SERVER, 0x51000000, rich->info->zero_pa, STAGE2_RW);
}

static void grant_message_page_of_other(const struct rich *rich)
{
    swap_words(pd_page(rich, RICH_CHILD, PD_MESSAGE_PAGE_VA),
               pd_page(rich, RICH_SERVER, PD_MESSAGE_PAGE_VA));
}

static void grant_vcpu_page_of_other(const struct rich *rich)
{
    swap_words(pd_page(rich, RICH_VMM, PD_VCPU_PAGE_VA(0)),
               pd_page(rich, RICH_SECOND_VMM, PD_VCPU_PAGE_VA(0)));
}

static void stacks_swapped(const struct rich *rich)
{
    uint64_t va = PD_STACK_TOP_VA - PAGE_SIZE_4K;
    swap_words(pd_page(rich, RICH_CHILD, va), pd_page(rich, RICH_SERVER, va));
}

static void vms_swapped(const struct rich *rich)
{
    swap_words(vm_page(rich, 0, 0x40000000), vm_page(rich, 2, 0x40000000));
}

static void tables_swapped(const struct rich *rich)
{
    uint64_t vmids = 0xffff000000000000;
    uint64_t *a = &rich->pds[RICH_CHILD].vttbr;
    uint64_t *b = &rich->pds[RICH_OTHER_CHILD].vttbr;
    uint64_t difference = (*a ^ *b) & ~vmids;
    *a ^= difference;
    *b ^= difference;
}

static void table_shared(const struct rich *rich)
{
    rich->pds[RICH_CHILD].vttbr = rich->pds[RICH_SERVER].vttbr;
}

static void vmid_shared(const struct rich *rich)
{
    uint64_t *vttbr = &rich->pds[RICH_CHILD].vttbr;
    *vttbr = rich_root(*vttbr) | (uint64_t)VMID_PD(RICH_SERVER) << 48;
}

static void contiguous_hint_set(const struct rich *rich)
{
    *pd_page(rich, RICH_CHILD, 0x50000000) |= CONTIGUOUS;
}

static void kernel_maps_guest(const struct rich *rich)
{
    uint64_t pa = *vm_page(rich, 0, 0x40000000) & PA_MASK;
    *kernel_page(rich, KERNEL_UART_VA + PAGE_SIZE_4K) = pa | EL2_RW;
}

static void kernel_maps_program(const struct rich *rich)
{
    uint64_t pa = *pd_page(rich, RICH_VMM, 0x202000) & PA_MASK;
    *kernel_page(rich, KERNEL_OBJECT_VA) = pa | EL2_RW;
}

static void kernel_code_writable(const struct rich *rich)
{
    *kernel_page(rich, KERNEL_VA) &= ~STAGE2_W; /* AP[2] stands where S2AP[1] does */
}

static void manifest_writable(const struct rich *rich)
{
    *kernel_page(rich, KERNEL_MANIFEST_VA) &= ~STAGE2_W;
}

static void kernel_misses_uart(const struct rich *rich)
{
    *kernel_page(rich, KERNEL_UART_VA) = 0;
}

static void kernel_other_distributor(const struct rich *rich)
{
    *kernel_page(rich, KERNEL_GICD_VA) += 0x100000;
}

static void loader_not_one_to_one(const struct rich *rich)
{
    *rich_descriptor(rich, rich->info->loader_table_pa, false, rich->info->image_pa) += 0x1000;
}

static void loader_misses_target(const struct rich *rich)
{
    *rich_descriptor(rich, rich->info->loader_table_pa, false, rich->zeroes[0].pa) = 0;
}

static void zero_dropped(const struct rich *rich)
{
    uint32_t last = --rich->info->zero_count;
    memset(&rich->zeroes[last], 0, sizeof(rich->zeroes[last]));
}

static void zero_widened(const struct rich *rich)
{
    rich->zeroes[rich->info->zero_count - 1].size += PAGE_SIZE_4K;
}

static void zero_shortened(const struct rich *rich)
{
    rich->zeroes[rich->info->zero_count - 1].size -= PAGE_SIZE_4K;
}

static void zero_of_image(const struct rich *rich)
{
    rich->zeroes[rich->info->zero_count - 1] =
        (struct loader_range){.pa = rich->info->image_pa, .size = PAGE_SIZE_4K};
}

static void zero_of_firmware(const struct rich *rich)
{
    rich->zeroes[rich->info->zero_count - 1] =
        (struct loader_range){.pa = 0x42000000, .size = PAGE_SIZE_4K};
}

static void zero_of_device(const struct rich *rich)
{
    rich->zeroes[0] = (struct loader_range){.pa = 0xa000000, .size = PAGE_SIZE_4K};
}

static void copy_dropped(const struct rich *rich)
{
    memset(&rich->copies[--rich->info->copy_count], 0, sizeof(*rich->copies));
}

static void copies_swapped(const struct rich *rich)
{
    swap_words(&rich->copies[0].target_pa, &rich->copies[1].target_pa);
    rich->copies[0].source_pa = rich->pds[RICH_VMM].vttbr & PA_MASK;
}

static void copy_to_image(const struct rich *rich)
{
    rich->copies[0].target_pa = rich->info->image_pa;
}

static void copy_shortened(const struct rich *rich)
{
    rich->copies[0].size--;
}

static void code_changed(const struct rich *rich)
{
    uint8_t *code = rich_at(rich, *pd_page(rich, RICH_CHILD, 0x200000) & PA_MASK);
    code[0x20] ^= 0x40;
}

static void kernel_code_changed(const struct rich *rich)
{
    uint8_t *code = rich_at(rich, *kernel_page(rich, KERNEL_VA) & PA_MASK);
    code[0x1234] ^= 0x01;
}

static void loader_code_changed(const struct rich *rich)
{
    rich->bytes[0x2010] ^= 0x80;
}

static void variable_changed(const struct rich *rich)
{
    uint8_t *data = rich_at(rich, *pd_page(rich, RICH_VMM, 0x202000) & PA_MASK);
    data[0x10] ^= 0x10;
}

static void region_contents_changed(const struct rich *rich)
{
    uint8_t *data = rich_at(rich, *pd_page(rich, RICH_SERVER, 0x51000000) & PA_MASK);
    data[3] ^= 0x20;
}

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
    return rich_at(rich, *pd_page(rich, RICH_VMM, PD_VM_INFO_VA) & PA_MASK);
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

static void payload_hidden(const struct rich *rich)
{
    ((uint8_t *)rich->manifest)[rich->manifest->size] = 1;
}

static void kernel_entry_moved(const struct rich *rich)
{
    rich->info->kernel_entry_va += 4;
}

static void board_renamed(const struct rich *rich)
{
    rich->manifest->board[0] = 'T';
}

const struct mutation mutations[] = {
    {"a map is a page longer", FINDING_SYSTEM_MAP, map_widened},
    {"a device's map is a page longer", FINDING_SYSTEM_MAP, device_widened},
    {"a map is a page shorter", FINDING_SYSTEM_MAP, map_shortened},
    {"a map is writable", FINDING_SYSTEM_MAP, map_writable},
    {"a map is executable", FINDING_SYSTEM_MAP, map_executable},
    {"a writable page is executable", FINDING_WRITE_EXECUTE, map_write_execute},
    {"a device is cached", FINDING_SYSTEM_MAP, device_cached},
    {"an uncached buffer is cached", FINDING_SYSTEM_MAP, buffer_cached},
    {"RAM is mapped as a device", FINDING_MEMORY_TYPE, ram_as_device},
    {"a device is executable", FINDING_MEMORY_TYPE, executable_device},
    {"a guest's hole is filled", FINDING_MAPPING, hole_filled},
    {"a page of nobody is mapped", FINDING_MAPPING, page_of_nobody},
    {"GICD is granted", FINDING_KEPT, grant_distributor},
    {"GICC is granted", FINDING_KEPT, grant_cpu_interface},
    {"GICH is granted", FINDING_KEPT, grant_interface_control},
    {"GICV is granted to a PD", FINDING_KEPT, grant_guest_interface},
    {"an SMMU is granted", FINDING_KEPT, grant_smmu},
    {"firmware's memory is granted", FINDING_KEPT, grant_firmware},
    {"the kernel's code is granted", FINDING_KEPT, grant_kernel},
    {"the kernel's objects are granted", FINDING_KEPT, grant_objects},
    {"the manifest is granted", FINDING_KEPT, grant_manifest},
    {"the loader is granted", FINDING_KEPT, grant_loader},
    {"a PD has its own table", FINDING_TABLE, grant_own_table},
    {"a PD has another's program", FINDING_TWO_PURPOSES, grant_program_of_other},
    {"a PD has another's region", FINDING_TWO_PURPOSES, grant_region_of_other},
    {"a PD has the loader's list", FINDING_TWO_PURPOSES, grant_zero_list},
    {"two PDs swap message pages", FINDING_KEPT, grant_message_page_of_other},
    {"two VMMs swap vCPU pages", FINDING_KEPT, grant_vcpu_page_of_other},
    {"two PDs swap stacks", FINDING_MAPPING, stacks_swapped},
    {"two VMs swap memory", FINDING_MAPPING, vms_swapped},
    {"two PDs swap tables", FINDING_MAPPING, tables_swapped},
    {"two PDs have one table", FINDING_TABLE, table_shared},
    {"two PDs have one VMID", FINDING_VMID, vmid_shared},
    {"a lonely contiguous hint", FINDING_DESCRIPTOR, contiguous_hint_set},
    {"the kernel maps a guest's memory", FINDING_KERNEL_MAPPING, kernel_maps_guest},
    {"the kernel maps a program as its own", FINDING_KERNEL_MAPPING, kernel_maps_program},
    {"the kernel's code is writable", FINDING_WRITE_EXECUTE, kernel_code_writable},
    {"the manifest is writable", FINDING_KERNEL_MAPPING, manifest_writable},
    {"the kernel has no UART", FINDING_HEADER, kernel_misses_uart},
    {"the kernel has another GICD", FINDING_KERNEL_MAPPING, kernel_other_distributor},
    {"the loader is not mapped 1:1", FINDING_LOADER_MAPPING, loader_not_one_to_one},
    {"the loader cannot reach what it zeroes", FINDING_LOADER_MAPPING, loader_misses_target},
    {"memory is not zeroed", FINDING_FILL, zero_dropped},
    {"a page of nobody is zeroed", FINDING_FILL, zero_widened},
    {"a page is not zeroed", FINDING_FILL, zero_shortened},
    {"the image is zeroed", FINDING_FILL, zero_of_image},
    {"firmware is zeroed", FINDING_FILL, zero_of_firmware},
    {"a device is zeroed", FINDING_FILL, zero_of_device},
    {"a region is not filled", FINDING_SYSTEM_REGION, copy_dropped},
    {"regions are filled with other bytes", FINDING_SYSTEM_REGION, copies_swapped},
    {"a copy overwrites the image", FINDING_FILL, copy_to_image},
    {"a copy is a byte shorter", FINDING_SYSTEM_REGION, copy_shortened},
    {"a program's code is changed", FINDING_SYSTEM_PROGRAM, code_changed},
    {"the kernel's code is changed", FINDING_SDK_PROGRAM, kernel_code_changed},
    {"the loader's code is changed", FINDING_SDK_PROGRAM, loader_code_changed},
    {"a variable is changed", FINDING_SYSTEM_PROGRAM, variable_changed},
    {"a region's contents are changed", FINDING_SYSTEM_REGION, region_contents_changed},
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
    {"the image hides something", FINDING_STRAY_BYTES, payload_hidden},
    {"the kernel begins elsewhere", FINDING_HEADER, kernel_entry_moved},
    {"the image is for another board", FINDING_HEADER, board_renamed},
};

const size_t mutation_count = sizeof(mutations) / sizeof(mutations[0]);
