/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The image against the description: what is granted is worked out from the description and its
 * files once more, and compared with what the image has. Both less and more are findings.
 */
#pragma once

#include "audit.h"

/* What becomes of the memory region of the same index. */
struct described_region {
    uint64_t size; /* bytes, multiple of 4096 */
    bool in_ram;
    bool placed; /* its PA is known: from phys_addr, or from where the image has it */
    uint64_t pa;
    struct file prefill;
};

struct described_program {
    struct elf *elf;
    struct elf *symbols; /* where symbols are looked up; may be `elf` */
    size_t page_count;   /* that audit_program_check() has counted */
};

struct described {
    struct audit *audit;
    const struct system *system;
    struct described_region *regions;
    struct described_program *programs; /* one a PD */
    const struct vm **vms;              /* in the order of their PDs */
    uint32_t vm_count, vcpu_count;
};

/* audit_system_region.c: reads prefill files; false if one cannot be read. */
bool described_read_regions(struct described *described);
/* Finds where the image has the regions, and checks their place and contents. */
void described_check_regions(struct described *described);

/* audit_system_program.c: reads the ELF files; false if one cannot be read. */
bool described_read_programs(struct described *described);
/* Compares the programs' bytes; what differs must be a symbol that the tool sets. */
void described_check_programs(struct described *described);
/* Reads the word that the image has for a symbol of PD `pd`; false if there is none. */
bool described_read_symbol(const struct described *described, size_t pd, const char *name,
                           uint64_t *value);

/* audit_system_map.c: mappings. After described_check_programs(). */
void described_check_maps(struct described *described);

/* audit_system_thread.c: PDs, VMs and their vCPUs. */
void described_check_threads(struct described *described);

/* audit_system_route.c: channels, interrupts, slots, schedule. */
void described_check_routes(struct described *described);

/* audit_system_vm.c: routing tables of VMMs. */
void described_check_vm_info(struct described *described);

/* Whether an interrupt arrives: SGIs (0..15) are sent by software; a description may name one,
 * nothing routes it. */
static inline bool described_is_routed(const struct irq *irq)
{
    return irq->intid >= 16;
}

/* Whether the NAME_SIZE bytes at `name` are `text` and nothing else. */
bool described_name_is(const char *name, const char *text);
