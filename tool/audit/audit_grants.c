/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What nobody may be given: the kernel's memory, translation tables, the interrupt controller, DMA
 * controllers and what firmware keeps; and which rights nobody may have to any page.
 */
#include <inttypes.h>

#include "audit.h"

static void report(struct audit *audit, enum finding_code code, const struct audit_space *space,
                   const struct audit_extent *extent, const char *what)
{
    finding_add(&audit->findings, code, NULL,
                "%s \"%s\": 0x%" PRIx64 " to 0x%" PRIx64 " (PA 0x%" PRIx64 ", %s, %s) %s",
                audit_kind_name(space->kind), space->name, extent->va,
                extent->va + extent->size - 1, extent->pa, audit_rights(extent->perms),
                audit_memory_type(space, extent->perms), what);
}

/* A part of an extent that is all RAM or has none. A guest may have a device as memory: its own
 * stage 1 decides, and without one it has Device memory. */
static void check_part(struct audit *audit, const struct audit_space *space,
                       const struct audit_extent *part)
{
    bool device = (part->perms & MAP_PERM_DEVICE) != 0;
    if (board_memory_touches(audit->input->board, part->pa, part->size)) {
        if (device) {
            report(audit, FINDING_MEMORY_TYPE, space, part, "is RAM, mapped as a device");
        }
    } else if (!board_has_device(audit->input->board, part->pa, part->size)) {
        report(audit, FINDING_MEMORY_TYPE, space, part, "is neither RAM nor a device");
    } else if (!device && space->kind != AUDIT_VM) {
        report(audit, FINDING_MEMORY_TYPE, space, part,
               "is a device, mapped as memory: its map needs cached=\"false\"");
    }
}

/* Returns where RAM that begins or ends lies next above `pa`; UINT64_MAX where none does. */
static uint64_t border_above(const struct board *board, uint64_t pa)
{
    for (size_t i = 0; i < board->memory_count; i++) {
        const struct range *ram = &board->memory[i];
        if (pa < ram->base) {
            return ram->base;
        }
        if (pa - ram->base < ram->size) {
            return ram->base + ram->size;
        }
    }
    return UINT64_MAX;
}

/* Rights and memory type by themselves. A guest's RAM is writable and executable: which pages of it
 * are what is the guest's own stage 1's to say. */
static void check_rights(struct audit *audit, const struct audit_space *space,
                         const struct audit_extent *extent)
{
    const uint32_t both = MAP_PERM_WRITE | MAP_PERM_EXECUTE;
    bool device = (extent->perms & MAP_PERM_DEVICE) != 0;
    if (space->kind != AUDIT_VM && (extent->perms & both) == both) {
        report(audit, FINDING_WRITE_EXECUTE, space, extent, "is writable and executable");
    }
    if (device && (extent->perms & MAP_PERM_EXECUTE) != 0) {
        report(audit, FINDING_MEMORY_TYPE, space, extent, "is an executable device");
    }
    for (struct audit_extent rest = *extent; rest.size > 0;) {
        uint64_t room = border_above(audit->input->board, rest.pa) - rest.pa;
        struct audit_extent part = rest;
        part.size = room < rest.size ? room : rest.size;
        check_part(audit, space, &part);
        rest.va += part.size;
        rest.pa += part.size;
        rest.size -= part.size;
    }
}

/* A physical range that is not to be had. */
static void keep(struct audit *audit, const struct audit_space *space, uint64_t pa, uint64_t size,
                 const char *what)
{
    const struct range kept = {.base = pa, .size = size};
    if (audit_reach(space, pa, size) == 0) {
        return;
    }
    for (size_t i = 0; i < space->extent_count; i++) {
        const struct audit_extent *extent = &space->extents[i];
        if (range_overlaps(&kept, extent->pa, extent->size)) {
            report(audit, FINDING_KEPT, space, extent, what);
        }
    }
}

/* Keeps whole pages of a device. */
static void keep_device(struct audit *audit, const struct audit_space *space,
                        const struct range *device, const char *what)
{
    uint64_t start = device->base / PAGE_SIZE_4K * PAGE_SIZE_4K;
    uint64_t end = (device->base + device->size + PAGE_SIZE_4K - 1) / PAGE_SIZE_4K * PAGE_SIZE_4K;
    keep(audit, space, start, end - start, what);
}

static void keep_board(struct audit *audit, const struct audit_space *space)
{
    const struct audit_input *input = audit->input;
    const struct board *board = input->board;
    keep_device(audit, space, &board->gicd, "is the interrupt distributor (GICD)");
    keep_device(audit, space, &board->gicc, "is the physical CPU interface (GICC)");
    keep_device(audit, space, &board->gich, "is the virtual interface control (GICH)");
    if (space->kind == AUDIT_PD) {
        keep_device(audit, space, &board->gicv, "is a guest's CPU interface (GICV), for VMs only");
    }
    for (size_t i = 0; i < board->msi_count; i++) {
        keep_device(audit, space, &board->msi[i], "raises anybody's interrupts (GICv2m or ITS)");
    }
    for (size_t i = 0; i < input->smmu_count; i++) {
        keep_device(audit, space, &input->smmus[i], "is the board's SMMU");
    }
    for (size_t i = 0; i < board->reserved_count; i++) {
        keep(audit, space, board->reserved[i].base, board->reserved[i].size,
             "is kept by the board's firmware");
    }
}

/* The kernel's own memory; the console is a device that a debug kernel shares. */
static void keep_kernel(struct audit *audit, const struct audit_space *space)
{
    const struct audit_space *kernel = audit_space_of(audit, AUDIT_KERNEL, 0);
    for (size_t i = 0; i < kernel->extent_count; i++) {
        const struct audit_extent *extent = &kernel->extents[i];
        bool shared = extent->va == KERNEL_UART_VA || extent->va == KERNEL_MESSAGE_VA ||
                      extent->va == KERNEL_VCPU_VA;
        if (!shared) {
            keep(audit, space, extent->pa, extent->size, "is the kernel's");
        }
    }
    keep(audit, space, audit->info.image_pa, audit->loader_size, "is the loader's");
}

static void keep_tables(struct audit *audit, const struct audit_space *space)
{
    uint64_t base = audit->info.image_pa;
    for (size_t i = 0; i < space->extent_count; i++) {
        const struct audit_extent *extent = &space->extents[i];
        uint64_t start = extent->pa > base ? extent->pa : base;
        uint64_t end = extent->pa + extent->size;
        for (uint64_t pa = start; pa < end && audit_bytes(audit, pa, PAGE_SIZE_4K) != NULL;
             pa += PAGE_SIZE_4K) {
            if (audit_is_table(audit, pa)) {
                report(audit, FINDING_TABLE, space, extent, "holds a translation table");
                break;
            }
        }
    }
}

/* A page that the kernel shares with PD `pd`, at `va` there: nobody else has it. */
static void check_shared(struct audit *audit, uint64_t pa, uint32_t pd, uint64_t va,
                         const char *what)
{
    const struct range page = {.base = pa, .size = PAGE_SIZE_4K};
    bool found = false;
    for (size_t i = 0; i + 2 < audit->space_count; i++) {
        const struct audit_space *space = &audit->spaces[i];
        bool reached = audit_reach(space, pa, PAGE_SIZE_4K) != 0;
        for (size_t j = 0; reached && j < space->extent_count; j++) {
            const struct audit_extent *extent = &space->extents[j];
            if (!range_overlaps(&page, extent->pa, extent->size)) {
                continue;
            }
            bool owners = space->kind == AUDIT_PD && space->index == pd &&
                          extent->va + (pa - extent->pa) == va &&
                          extent->perms == (MAP_PERM_READ | MAP_PERM_WRITE);
            found = found || owners;
            if (!owners) {
                report(audit, FINDING_KEPT, space, extent, what);
            }
        }
    }
    if (!found) {
        finding_add(&audit->findings, FINDING_MAPPING, NULL,
                    "PD %u does not have what the kernel shares with it at 0x%" PRIx64
                    " (PA 0x%" PRIx64 "), read-write",
                    pd, va, pa);
    }
}

static void check_shared_pages(struct audit *audit)
{
    const struct audit_extent *messages = audit_kernel_window(audit, KERNEL_MESSAGE_VA);
    const struct audit_extent *vcpus = audit_kernel_window(audit, KERNEL_VCPU_VA);
    for (uint32_t i = 0; messages != NULL && i < audit->manifest->pd_count; i++) {
        check_shared(audit, messages->pa + i * (uint64_t)PAGE_SIZE_4K, i, PD_MESSAGE_PAGE_VA,
                     "holds the message page of another PD");
    }
    for (uint32_t i = 0; vcpus != NULL && i < audit->manifest->vcpu_count; i++) {
        check_shared(audit, vcpus->pa + i * (uint64_t)PAGE_SIZE_4K, audit->vcpus[i].pd,
                     PD_VCPU_PAGE_VA((uint64_t)audit->vcpus[i].vcpu_id),
                     "holds the page of a vCPU of another VMM");
    }
}

void audit_check_grants(struct audit *audit)
{
    for (size_t i = 0; i < audit->space_count; i++) {
        const struct audit_space *space = &audit->spaces[i];
        for (size_t j = 0; j < space->extent_count; j++) {
            check_rights(audit, space, &space->extents[j]);
        }
        if (space->kind == AUDIT_PD || space->kind == AUDIT_VM) {
            keep_board(audit, space);
            keep_kernel(audit, space);
        }
        if (space->kind != AUDIT_LOADER) {
            keep_tables(audit, space);
        }
    }
    check_shared_pages(audit);
}
