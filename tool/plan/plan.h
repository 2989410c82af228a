/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The plan: where every object of a system lies and who may reach it, from the description, the
 * programs and the board down to the finished bytes of the image. plan.c is the order in which it
 * comes about; each plan_*.c is one step. Nothing here reads the clock, the environment or
 * addresses of the host: the same input gives the same plan.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "board.h"
#include "elf.h"
#include "file.h"
#include "image.h"
#include "pagetable.h"
#include "plan_memory.h"
#include "system.h"

/* What the planner works from. All of it is the caller's and outlives the plan. */
struct plan_input {
    const struct board *board;
    struct system *system; /* gets the sizes of regions that have the size of their file */
    const char *kernel_path;
    const char *loader_path;
    struct file_search search;
    bool debug; /* the kernel prints on the board's console */
};

/* Bytes that the tool writes into a program: a symbol's new value. */
struct patch {
    uint64_t va;
    uint64_t size; /* bytes, at most NAME_SIZE */
    uint8_t bytes[NAME_SIZE];
    size_t region; /* INDEX_NONE, or the region whose PA is the value, known only at the end */
};

/* A page-aligned run of a program that is either contents, in the image, or zeroes, elsewhere in
 * RAM. */
struct piece {
    uint64_t va;
    uint64_t size; /* bytes, multiple of 4096 */
    uint64_t pa;
    uint32_t perms;
    bool contents;
};

/* A program: the ELF of a PD, or the kernel's. */
struct program {
    const char *name;
    struct elf *elf;
    struct elf *symbols; /* where symbols are looked up; may be `elf` */
    struct patch *patches;
    size_t patch_count, patch_capacity;
    struct piece *pieces; /* in the order of their VA */
    size_t piece_count, piece_capacity;
};

/* What becomes of the memory region of the same index. */
struct plan_region {
    uint64_t size; /* bytes, multiple of 4096 */
    uint64_t pa;
    uint64_t align;       /* of the PA, bytes */
    uint64_t block_limit; /* largest block that may map it, bytes */
    bool in_ram;          /* ordinary memory; else a device */
    bool mapped;          /* some space maps it */
    bool in_image;        /* its contents are used where the boot loader put them */
    uint64_t source_pa;   /* else: where they are copied from, if there is a prefill file */
    struct file prefill;
};

/* An address space and the table that makes it. */
struct space {
    struct mapping *mappings; /* in the order of their VA once complete */
    size_t mapping_count, mapping_capacity;
    struct pagetable table;
};

/* A VM, with its place in the numbering of the whole system. */
struct plan_vm {
    const struct vm *vm;
    size_t pd;
    size_t first_vcpu;
    struct space space;
    uint64_t info_pa; /* struct vm_info, in the image */
    uint64_t info_size;
};

struct plan {
    const struct plan_input *input;
    const struct board *board;
    struct system *system;

    struct program *programs; /* one a PD */
    struct program kernel;
    struct elf *loader;

    struct plan_region *regions; /* one a region of the system */
    struct plan_vm *vms;
    size_t vm_count;
    size_t vcpu_count;

    struct memory memory; /* who has which RAM */
    struct image image;
    uint64_t loader_size; /* bytes, multiple of 4096, from the start of the image */
    uint64_t switch_pa;   /* the loader's page that goes over to the kernel's table */
    uint64_t message_pa;  /* message page of PD i at + i * 4096 */
    uint64_t vcpu_pa;     /* page of vCPU i at + i * 4096 */
    uint64_t object_pa;
    uint64_t object_size;
    uint64_t *stack_pa; /* one a PD: lowest byte */
    uint64_t manifest_pa;
    uint64_t manifest_size;
    uint64_t zero_pa, copy_pa;
    size_t zero_count, copy_count;

    struct space *pd_spaces; /* one a PD */
    struct space kernel_space;
    struct space loader_space;
};

/* Makes the plan and the image in it. Reports every mistake and returns false if there was one.
 * Either way the caller frees the plan with plan_free(). */
bool plan_build(struct plan *plan, const struct plan_input *input);
void plan_free(struct plan *plan);

/* ---- The steps, in their order. Each reports its mistakes and returns false if there was one.
 * ---- */

/* plan_check.c: what the description asks for against what the board has. */
bool plan_check_board(const struct plan *plan);

/* plan_program.c: reads all ELF files and finds out which of their bytes are to be patched. */
bool plan_read_programs(struct plan *plan);

/* plan_region.c: reads prefill files; settles size, kind and alignment of every region. */
bool plan_read_regions(struct plan *plan);

/* plan_place.c: gives fixed regions and firmware their memory, and the image what has contents ...
 */
bool plan_place_fixed(struct plan *plan);
bool plan_place_contents(struct plan *plan);
/* ... and everything else a place in the RAM that is left, keeping room for the image to end in. */
bool plan_place_rest(struct plan *plan);

/* plan_space.c: lists the mappings of every PD and VM. */
bool plan_map_spaces(struct plan *plan);

/* plan_el2.c: lists the mappings of the kernel and of the loader. */
bool plan_map_kernel(struct plan *plan);
bool plan_map_loader(struct plan *plan);

/* plan_write.c: writes symbols, VM information, manifest, page tables and the loader's lists. */
bool plan_write_image(struct plan *plan);

/* ---- Between the steps ---- */

/* plan_program.c: splits a program into pieces, once its patches are known; and writes the patches
 * once all regions have their PA. */
void program_split(struct program *program);
void program_write_patches(const struct plan *plan, const struct program *program);
void program_free(struct program *program);

/* plan_grant.c: checks that the board has what a <map> of the PD or VM `owner` asks for, and that
 * it can be given away. Reports each mistake and returns false if there was one. */
bool plan_check_grant(const struct plan *plan, const char *owner, bool is_vm,
                      const struct map *map);

/* plan_place.c: returns the alignment that lets large blocks map `size` bytes at `va`: the PA has
 * to equal the VA modulo it. */
uint64_t piece_align(uint64_t va, uint64_t size);

/* plan_bound.c: bytes that the rest of the image takes at most: tables, manifest, VM information
 * and the loader's lists. */
uint64_t plan_bound(const struct plan *plan);

/* plan_patch.c: collects the symbols of PD `pd` that the tool sets. */
bool program_find_patches(const struct plan *plan, size_t pd);

/* plan_space.c: adds a mapping of `size` bytes. */
struct mapping *space_add(struct space *space, const char *name, uint64_t va, uint64_t pa,
                          uint64_t size, uint32_t perms);
/* Adds the pieces of a program. */
void space_add_program(struct space *space, const struct program *program);
/* Sorts the mappings; reports two that overlap, `owner` being the PD or VM. */
bool space_finish(struct space *space, const char *owner);

/* plan_vm_info.c: the routing table of a VM. The first needs no PA. */
uint64_t vm_info_size(const struct plan *plan, const struct plan_vm *vm);
void vm_info_write(const struct plan *plan, const struct plan_vm *vm);

/* manifest_write.c: the manifest. The first needs no PA. */
uint64_t manifest_size(const struct plan *plan);
void manifest_write(const struct plan *plan);

/* The interrupts 0..15 are the processor's own (SGIs): a description may name one, nothing routes
 * it. */
static inline bool irq_is_routed(const struct irq *irq)
{
    return irq->intid >= 16;
}

#define CONTIGUOUS_SIZE_4K 0x10000 /* sixteen 4 KiB pages can share a TLB entry */

static inline uint64_t page_round_up(uint64_t size)
{
    return (size + PAGE_SIZE_4K - 1) / PAGE_SIZE_4K * PAGE_SIZE_4K;
}
