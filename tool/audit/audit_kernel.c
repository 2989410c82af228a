/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What EL2 maps once the kernel runs: its own program, its objects, the manifest, the interrupt
 * controller, the console of a debug kernel, the pages that it shares with PDs, and the one page of
 * the loader that goes over to this table. No memory of a program or guest.
 */
#include <inttypes.h>

#include "audit.h"

#define READ_WRITE (MAP_PERM_READ | MAP_PERM_WRITE)
#define REGISTERS  (READ_WRITE | MAP_PERM_DEVICE)
#define ANYWHERE   UINT64_MAX

/* One thing of the contract: where it has to be, and how it has to be mapped. */
struct window {
    const char *name;
    uint64_t va;
    uint64_t pa; /* or ANYWHERE in RAM */
    uint64_t size;
    uint32_t perms;
    bool absent; /* not in this system: it may not be mapped at all */
};

#define WINDOW_COUNT 9

bool audit_is_kernel_program(const struct audit_extent *extent)
{
    return extent->va >= KERNEL_VA && extent->va < KERNEL_GICD_VA;
}

const struct audit_extent *audit_kernel_window(const struct audit *audit, uint64_t va)
{
    const struct audit_space *kernel = audit_space_of(audit, AUDIT_KERNEL, 0);
    const struct audit_extent *extent = audit_lookup(kernel, va);
    return extent != NULL && extent->va == va ? extent : NULL;
}

static uint64_t page_round_up(uint64_t size)
{
    return (size + PAGE_SIZE_4K - 1) / PAGE_SIZE_4K * PAGE_SIZE_4K;
}

uint32_t audit_kernel_uart(const struct audit *audit)
{
    return audit->input->debug ? audit->input->board->uart_type : (uint32_t)UART_NONE;
}

/* Bytes of a part of the interrupt controller that the kernel maps: what the tree says, but at
 * least what it uses, and at most what the contract leaves room for. */
static uint64_t device_size(const struct range *range, uint64_t smallest, uint64_t largest)
{
    uint64_t size = page_round_up(range->size);
    return size < smallest ? smallest : size > largest ? largest : size;
}

static void list_windows(const struct audit *audit, struct window *windows)
{
    const struct board *board = audit->input->board;
    const struct manifest *m = audit->manifest;
    const struct range gicc = board_cpu_interface(&board->gicc);
    uint64_t switch_pa = audit->info.image_pa + audit->loader_size - PAGE_SIZE_4K;
    const struct window list[WINDOW_COUNT] = {
        {"entry from the loader", switch_pa, switch_pa, PAGE_SIZE_4K,
         MAP_PERM_READ | MAP_PERM_EXECUTE, false},
        {"GICD", KERNEL_GICD_VA, board->gicd.base, device_size(&board->gicd, 0x1000, 0x100000),
         REGISTERS, false},
        /* GICC_DIR stands in the second page: IHI 0048B, 4.4.15. */
        {"GICC", KERNEL_GICC_VA, gicc.base, device_size(&gicc, 0x2000, 0x10000), REGISTERS, false},
        {"GICH", KERNEL_GICH_VA, board->gich.base, device_size(&board->gich, 0x1000, 0x10000),
         REGISTERS, false},
        {"UART", KERNEL_UART_VA, board_uart_page(board).base, PAGE_SIZE_4K, REGISTERS,
         audit_kernel_uart(audit) == UART_NONE},
        {"manifest", KERNEL_MANIFEST_VA, ANYWHERE, page_round_up(m->size), MAP_PERM_READ, false},
        {"kernel objects", KERNEL_OBJECT_VA, ANYWHERE, m->object_size, READ_WRITE, false},
        {"message pages", KERNEL_MESSAGE_VA, ANYWHERE, m->pd_count * (uint64_t)PAGE_SIZE_4K,
         READ_WRITE, false},
        {"vCPU pages", KERNEL_VCPU_VA, ANYWHERE, m->vcpu_count * (uint64_t)PAGE_SIZE_4K, READ_WRITE,
         m->vcpu_count == 0},
    };
    for (size_t i = 0; i < WINDOW_COUNT; i++) {
        windows[i] = list[i];
    }
}

static void check_window(struct audit *audit, const struct window *window)
{
    const struct audit_space *kernel = audit_space_of(audit, AUDIT_KERNEL, 0);
    const struct audit_extent *extent = audit_kernel_window(audit, window->va);
    if (window->absent) {
        return; /* mapped, it is where the kernel has nothing */
    }
    if (extent == NULL) {
        finding_add(&audit->findings, FINDING_KERNEL_MAPPING, NULL,
                    "kernel: %s is not mapped at 0x%" PRIx64, window->name, window->va);
        return;
    }
    bool placed = window->pa == ANYWHERE
                      ? board_memory_find(audit->input->board, extent->pa, extent->size) != NULL
                      : extent->pa == window->pa;
    if (!placed || extent->size != window->size || extent->perms != window->perms) {
        finding_add(&audit->findings, FINDING_KERNEL_MAPPING, NULL,
                    "kernel: %s is mapped at 0x%" PRIx64 " to PA 0x%" PRIx64 ", 0x%" PRIx64
                    " bytes, %s, %s; expected are 0x%" PRIx64 " bytes, %s, %s%s",
                    window->name, extent->va, extent->pa, extent->size, audit_rights(extent->perms),
                    audit_memory_type(kernel, extent->perms), window->size,
                    audit_rights(window->perms), audit_memory_type(kernel, window->perms),
                    placed ? "" : ", and another PA: the board's device, or RAM");
    }
}

static void check_extent(struct audit *audit, const struct audit_extent *extent,
                         const struct window *windows)
{
    if (audit_is_kernel_program(extent)) {
        return; /* page by page against the program: audit_program.c */
    }
    for (size_t i = 0; i < WINDOW_COUNT; i++) {
        if (!windows[i].absent && extent->va == windows[i].va) {
            return;
        }
    }
    finding_add(&audit->findings, FINDING_KERNEL_MAPPING, NULL,
                "kernel: 0x%" PRIx64 " to 0x%" PRIx64 " is mapped (PA 0x%" PRIx64
                "), where the kernel has nothing",
                extent->va, extent->va + extent->size - 1, extent->pa);
}

void audit_check_kernel(struct audit *audit)
{
    const struct audit_space *kernel = audit_space_of(audit, AUDIT_KERNEL, 0);
    struct window windows[WINDOW_COUNT];
    list_windows(audit, windows);
    for (size_t i = 0; i < WINDOW_COUNT; i++) {
        check_window(audit, &windows[i]);
    }
    for (size_t i = 0; i < kernel->extent_count; i++) {
        check_extent(audit, &kernel->extents[i], windows);
    }
}
