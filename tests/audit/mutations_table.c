/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Damages of the tables of PDs and VMs, and of what they lead to.
 */
#include "mutations.h"

#include <string.h>

#define STAGE2_XN  (UINT64_C(1) << 54)
#define STAGE2_W   (UINT64_C(1) << 7)
#define STAGE2_WB  (UINT64_C(0xf) << 2)
#define STAGE2_RW  (UINT64_C(0x4c3) | UINT64_C(0x300) | STAGE2_WB | STAGE2_XN) /* a page */
#define STAGE2_DEV (UINT64_C(0x4c3) | UINT64_C(0x1) << 2 | STAGE2_XN)
#define CONTIGUOUS (UINT64_C(1) << 52)
#define FREE_PA    0x43f00000 /* RAM that nobody has */

/* Maps a page behind a mapping of one page in the table and in the manifest. */
static void widen(const struct rich *rich, enum rich_pd pd, uint64_t va)
{
    struct manifest_map *map = rich_map(rich, pd, false, va);
    uint64_t *entry = mutation_pd_page(rich, pd, va + map->size);
    *entry = mutation_pd_page(rich, pd, va)[0] + map->size;
    map->size += PAGE_SIZE_4K;
}

/* Sends a page of a PD elsewhere, in the table and in the manifest. */
static void redirect(const struct rich *rich, enum rich_pd pd, uint64_t va, uint64_t pa,
                     uint64_t attributes)
{
    struct manifest_map *map = rich_map(rich, pd, false, va);
    *mutation_pd_page(rich, pd, va) = pa | attributes;
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
    *mutation_pd_page(rich, RICH_CHILD, 0x50000000 + map->size) = 0;
}

static void map_writable(const struct rich *rich)
{
    rich_map(rich, RICH_SERVER, false, 0x51000000)->perms |= MAP_PERM_WRITE;
    *mutation_pd_page(rich, RICH_SERVER, 0x51000000) |= STAGE2_W;
}

static void map_executable(const struct rich *rich)
{
    rich_map(rich, RICH_SERVER, false, 0x51000000)->perms |= MAP_PERM_EXECUTE;
    *mutation_pd_page(rich, RICH_SERVER, 0x51000000) &= ~STAGE2_XN;
}

static void map_write_execute(const struct rich *rich)
{
    *mutation_pd_page(rich, RICH_SERVER, 0x52000000) &= ~STAGE2_XN;
}

static void device_cached(const struct rich *rich)
{
    rich_map(rich, RICH_CHILD, false, 0x50010000)->perms &= ~(uint32_t)MAP_PERM_DEVICE;
    *mutation_pd_page(rich, RICH_CHILD, 0x50010000) |= STAGE2_WB | 0x300;
}

static void buffer_cached(const struct rich *rich)
{
    rich_map(rich, RICH_VMM, true, 0x9000000)->perms &= ~(uint32_t)MAP_PERM_UNCACHED;
    for (uint64_t i = 0; i < 3; i++) {
        *mutation_vm_page(rich, 0, 0x9000000 + i * PAGE_SIZE_4K) |= STAGE2_WB;
    }
}

static void ram_as_device(const struct rich *rich)
{
    redirect(rich, RICH_CHILD, 0x50010000, FREE_PA, STAGE2_DEV);
}

static void executable_device(const struct rich *rich)
{
    *mutation_vm_page(rich, 0, 0xa000000) &= ~STAGE2_XN;
}

static void hole_filled(const struct rich *rich)
{
    *mutation_vm_page(rich, 0, 0xa001000) = 0xa001000 | STAGE2_DEV;
}

static void page_of_nobody(const struct rich *rich)
{
    *mutation_pd_page(rich, RICH_SERVER, 0x52004000) = FREE_PA | STAGE2_RW;
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

static void grant_message_frame(const struct rich *rich)
{
    redirect(rich, RICH_CHILD, 0x50010000, 0x08020000, STAGE2_DEV);
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
    redirect(rich, RICH_SERVER, 0x51000000,
             *mutation_kernel_page(rich, KERNEL_VA) & MUTATION_PA_MASK, STAGE2_RW);
}

static void grant_objects(const struct rich *rich)
{
    redirect(rich, RICH_SERVER, 0x51000000,
             *mutation_kernel_page(rich, KERNEL_OBJECT_VA) & MUTATION_PA_MASK, STAGE2_RW);
}

static void grant_manifest(const struct rich *rich)
{
    redirect(rich, RICH_SERVER, 0x51000000,
             *mutation_kernel_page(rich, KERNEL_MANIFEST_VA) & MUTATION_PA_MASK, STAGE2_RW);
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
    redirect(rich, RICH_SERVER, 0x51000000,
             *mutation_pd_page(rich, RICH_VMM, 0x202000) & MUTATION_PA_MASK, STAGE2_RW);
}

static void grant_region_of_other(const struct rich *rich)
{
    uint64_t pa = *mutation_pd_page(rich, RICH_VMM, 0x50000000) & MUTATION_PA_MASK;
    redirect(rich, RICH_SERVER, 0x51000000, pa, STAGE2_RW);
}

static void grant_zero_list(const struct rich *rich)
{
    redirect(rich, RICH_SERVER, 0x51000000, rich->info->zero_pa, STAGE2_RW);
}

/* Gives a VMM a page behind its own vCPU pages, in the table and in the manifest. */
static void vcpu_page_widened(const struct rich *rich)
{
    widen(rich, RICH_SECOND_VMM, PD_VCPU_PAGE_VA(UINT64_C(0)));
}

/* Makes room in the list by taking a mapping from a VMM, and maps another's stack as the page of a
 * vCPU that the VMM does not have. */
static void stack_as_vcpu_page(const struct rich *rich)
{
    struct manifest_map *map = rich_map(rich, RICH_VMM, false, 0x50000000);
    struct manifest_map *last = rich_map(rich, RICH_VMM, false, PD_VCPU_PAGE_VA(UINT64_C(1)));
    for (uint64_t va = map->va; va < 0x50000000 + map->size; va += PAGE_SIZE_4K) {
        *mutation_pd_page(rich, RICH_VMM, va) = 0;
    }
    memmove(map, map + 1, (size_t)(last - map) * sizeof(*map));
    last->va = PD_VCPU_PAGE_VA(UINT64_C(2));
    last->pa = *mutation_pd_page(rich, RICH_CHILD, PD_STACK_TOP_VA - PAGE_SIZE_4K);
    last->pa &= MUTATION_PA_MASK;
    *mutation_pd_page(rich, RICH_VMM, last->va) = last->pa | STAGE2_RW;
}

/* Lets a stack begin with what a region that nobody maps holds in the image: the one between the
 * sources of two copies. */
static void stack_in_image(const struct rich *rich)
{
    redirect(rich, RICH_OTHER_CHILD, PD_STACK_TOP_VA - PAGE_SIZE_4K,
             rich->copies[2].source_pa - PAGE_SIZE_4K, STAGE2_RW);
}

static void grant_message_page_of_other(const struct rich *rich)
{
    mutation_swap(mutation_pd_page(rich, RICH_CHILD, PD_MESSAGE_PAGE_VA),
                  mutation_pd_page(rich, RICH_SERVER, PD_MESSAGE_PAGE_VA));
}

static void grant_vcpu_page_of_other(const struct rich *rich)
{
    mutation_swap(mutation_pd_page(rich, RICH_VMM, PD_VCPU_PAGE_VA(0)),
                  mutation_pd_page(rich, RICH_SECOND_VMM, PD_VCPU_PAGE_VA(0)));
}

static void stacks_swapped(const struct rich *rich)
{
    uint64_t va = PD_STACK_TOP_VA - PAGE_SIZE_4K;
    mutation_swap(mutation_pd_page(rich, RICH_CHILD, va), mutation_pd_page(rich, RICH_SERVER, va));
}

static void vms_swapped(const struct rich *rich)
{
    mutation_swap(mutation_vm_page(rich, 0, 0x40000000), mutation_vm_page(rich, 2, 0x40000000));
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
    *mutation_pd_page(rich, RICH_CHILD, 0x50000000) |= CONTIGUOUS;
}

static const struct mutation mutations[] = {
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
    {"a frame of messages is granted", FINDING_KEPT, grant_message_frame},
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
    {"a vCPU page is a page longer", FINDING_TWO_PURPOSES, vcpu_page_widened},
    {"a stack is mapped as a vCPU page", FINDING_TWO_PURPOSES, stack_as_vcpu_page},
    {"a stack is not zero at the start", FINDING_FILL, stack_in_image},
    {"two PDs swap message pages", FINDING_KEPT, grant_message_page_of_other},
    {"two VMMs swap vCPU pages", FINDING_KEPT, grant_vcpu_page_of_other},
    {"two PDs swap stacks", FINDING_MAPPING, stacks_swapped},
    {"two VMs swap memory", FINDING_MAPPING, vms_swapped},
    {"two PDs swap tables", FINDING_MAPPING, tables_swapped},
    {"two PDs have one table", FINDING_TABLE, table_shared},
    {"two PDs have one VMID", FINDING_VMID, vmid_shared},
    {"a lonely contiguous hint", FINDING_DESCRIPTOR, contiguous_hint_set},
};

const struct mutations mutations_of_table = {mutations, sizeof(mutations) / sizeof(mutations[0])};
