/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Damages of what the loader and the kernel map, fill and run, and of the bytes of the image.
 */
#include "mutations.h"

#include <string.h>

#define STAGE2_XN (UINT64_C(1) << 54)
#define STAGE2_W  (UINT64_C(1) << 7)
#define EL2_RW    (UINT64_C(0x743) | UINT64_C(1) << 2 | STAGE2_XN)

static void kernel_maps_guest(const struct rich *rich)
{
    uint64_t pa = *mutation_vm_page(rich, 0, 0x40000000) & MUTATION_PA_MASK;
    *mutation_kernel_page(rich, KERNEL_UART_VA + PAGE_SIZE_4K) = pa | EL2_RW;
}

static void kernel_maps_program(const struct rich *rich)
{
    uint64_t pa = *mutation_pd_page(rich, RICH_VMM, 0x202000) & MUTATION_PA_MASK;
    *mutation_kernel_page(rich, KERNEL_OBJECT_VA) = pa | EL2_RW;
}

static void kernel_code_writable(const struct rich *rich)
{
    *mutation_kernel_page(rich, KERNEL_VA) &= ~STAGE2_W; /* AP[2] stands where S2AP[1] does */
}

static void manifest_writable(const struct rich *rich)
{
    for (uint64_t offset = 0; offset < rich->manifest->size; offset += PAGE_SIZE_4K) {
        *mutation_kernel_page(rich, KERNEL_MANIFEST_VA + offset) &= ~STAGE2_W;
    }
}

static void kernel_misses_uart(const struct rich *rich)
{
    *mutation_kernel_page(rich, KERNEL_UART_VA) = 0;
}

static void kernel_other_distributor(const struct rich *rich)
{
    *mutation_kernel_page(rich, KERNEL_GICD_VA) += 0x100000;
}

static void loader_not_one_to_one(const struct rich *rich)
{
    *rich_descriptor(rich, rich->info->loader_table_pa, false, rich->info->image_pa) += 0x1000;
}

static void loader_misses_target(const struct rich *rich)
{
    *rich_descriptor(rich, rich->info->loader_table_pa, false, rich->zeroes[0].pa) = 0;
}

/* Maps a block that is not next to anything else. */
static void loader_reaches_elsewhere(const struct rich *rich)
{
    uint64_t *entry = rich_descriptor(rich, rich->info->loader_table_pa, false, rich->zeroes[0].pa);
    size_t index = 1;
    while (entry[index] != 0) {
        index++;
    }
    entry[index + 1] = entry[0] + (index + 1) * PAGE_SIZE_2M;
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
    mutation_swap(&rich->copies[0].target_pa, &rich->copies[1].target_pa);
    rich->copies[0].source_pa = rich->pds[RICH_VMM].vttbr & MUTATION_PA_MASK;
}

static void copy_to_image(const struct rich *rich)
{
    rich->copies[0].target_pa = rich->info->image_pa;
}

/* Sends a copy to what the kernel has at `va`. */
static void copy_to_kernel(const struct rich *rich, uint64_t va)
{
    rich->copies[0].target_pa = *mutation_kernel_page(rich, va) & MUTATION_PA_MASK;
}

static void copy_to_kernel_data(const struct rich *rich)
{
    copy_to_kernel(rich, KERNEL_VA + 0x8000);
}

static void copy_to_kernel_objects(const struct rich *rich)
{
    copy_to_kernel(rich, KERNEL_OBJECT_VA);
}

static void copy_to_message_page(const struct rich *rich)
{
    copy_to_kernel(rich, KERNEL_MESSAGE_VA + RICH_CHILD * PAGE_SIZE_4K);
}

static void copy_to_vcpu_page(const struct rich *rich)
{
    copy_to_kernel(rich, KERNEL_VCPU_VA);
}

static void copy_to_stack(const struct rich *rich)
{
    rich->copies[0].target_pa =
        *mutation_pd_page(rich, RICH_CHILD, PD_STACK_TOP_VA - PAGE_SIZE_4K) & MUTATION_PA_MASK;
}

static void copy_to_program_data(const struct rich *rich)
{
    rich->copies[0].target_pa = *mutation_pd_page(rich, RICH_CHILD, 0x210000) & MUTATION_PA_MASK;
}

static void copy_over_end(const struct rich *rich)
{
    rich->copies[0].target_pa += 3 * PAGE_SIZE_4K;
    rich->copies[0].size = PAGE_SIZE_4K + 1;
}

static void copy_tail_not_zeroed(const struct rich *rich)
{
    struct loader_range *zero = &rich->zeroes[rich->info->zero_count - 1]; /* the region "fixed" */
    zero->pa += PAGE_SIZE_4K;
    zero->size -= PAGE_SIZE_4K;
}

static void copy_shortened(const struct rich *rich)
{
    rich->copies[0].size--;
}

static void code_changed(const struct rich *rich)
{
    uint8_t *code = rich_at(rich, *mutation_pd_page(rich, RICH_CHILD, 0x200000) & MUTATION_PA_MASK);
    code[0x20] ^= 0x40;
}

static void kernel_code_changed(const struct rich *rich)
{
    uint8_t *code = rich_at(rich, *mutation_kernel_page(rich, KERNEL_VA) & MUTATION_PA_MASK);
    code[0x1234] ^= 0x01;
}

static void loader_code_changed(const struct rich *rich)
{
    rich->bytes[0x2010] ^= 0x80;
}

static void variable_changed(const struct rich *rich)
{
    uint8_t *data = rich_at(rich, *mutation_pd_page(rich, RICH_VMM, 0x202000) & MUTATION_PA_MASK);
    data[0x10] ^= 0x10;
}

static void region_contents_changed(const struct rich *rich)
{
    uint8_t *data =
        rich_at(rich, *mutation_pd_page(rich, RICH_SERVER, 0x51000000) & MUTATION_PA_MASK);
    data[3] ^= 0x20;
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

static const struct mutation mutations[] = {
    {"the kernel maps a guest's memory", FINDING_KERNEL_MAPPING, kernel_maps_guest},
    {"the kernel maps a program as its own", FINDING_KERNEL_MAPPING, kernel_maps_program},
    {"the kernel's code is writable", FINDING_WRITE_EXECUTE, kernel_code_writable},
    {"the manifest is writable", FINDING_KERNEL_MAPPING, manifest_writable},
    {"the kernel has no UART", FINDING_KERNEL_MAPPING, kernel_misses_uart},
    {"the kernel has another GICD", FINDING_KERNEL_MAPPING, kernel_other_distributor},
    {"the loader is not mapped 1:1", FINDING_LOADER_MAPPING, loader_not_one_to_one},
    {"the loader cannot reach what it zeroes", FINDING_LOADER_MAPPING, loader_misses_target},
    {"the loader reaches memory elsewhere", FINDING_LOADER_MAPPING, loader_reaches_elsewhere},
    {"memory is not zeroed", FINDING_FILL, zero_dropped},
    {"a page of nobody is zeroed", FINDING_SYSTEM_REGION, zero_widened},
    {"a page is not zeroed", FINDING_FILL, zero_shortened},
    {"the image is zeroed", FINDING_FILL, zero_of_image},
    {"firmware is zeroed", FINDING_FILL, zero_of_firmware},
    {"a device is zeroed", FINDING_FILL, zero_of_device},
    {"a region is not filled", FINDING_SYSTEM_REGION, copy_dropped},
    {"regions are filled with other bytes", FINDING_SYSTEM_REGION, copies_swapped},
    {"a copy overwrites the image", FINDING_FILL, copy_to_image},
    {"a copy overwrites the kernel's data", FINDING_FILL, copy_to_kernel_data},
    {"a copy overwrites the kernel's objects", FINDING_FILL, copy_to_kernel_objects},
    {"a copy overwrites a message page", FINDING_FILL, copy_to_message_page},
    {"a copy overwrites a vCPU's page", FINDING_FILL, copy_to_vcpu_page},
    {"a copy overwrites a stack", FINDING_FILL, copy_to_stack},
    {"a copy overwrites a program's data", FINDING_FILL, copy_to_program_data},
    {"a copy runs over the end of its region", FINDING_FILL, copy_over_end},
    {"behind a copy its page is not zeroed", FINDING_FILL, copy_tail_not_zeroed},
    {"a copy is a byte shorter", FINDING_SYSTEM_REGION, copy_shortened},
    {"a program's code is changed", FINDING_SYSTEM_PROGRAM, code_changed},
    {"the kernel's code is changed", FINDING_SDK_PROGRAM, kernel_code_changed},
    {"the loader's code is changed", FINDING_SDK_PROGRAM, loader_code_changed},
    {"a variable is changed", FINDING_SYSTEM_PROGRAM, variable_changed},
    {"a region's contents are changed", FINDING_SYSTEM_REGION, region_contents_changed},
    {"the image hides something", FINDING_STRAY_BYTES, payload_hidden},
    {"the kernel begins elsewhere", FINDING_HEADER, kernel_entry_moved},
    {"the image is for another board", FINDING_HEADER, board_renamed},
};

const struct mutations mutations_of_el2 = {mutations, sizeof(mutations) / sizeof(mutations[0])};
