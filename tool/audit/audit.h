/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The auditor: what a finished image lets everybody do, proved from its bytes. It shares no
 * planning code with `drover build`: it reads the image as loader, kernel and hardware do, through
 * the contract headers alone, and knows of the board what the device tree says. An image is hostile
 * until it is proved sound, so that every offset, count and PA in it is checked before it is used.
 *
 * audit.c is the order in which it happens; each audit_*.c is one part.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit_finding.h"
#include "board.h"
#include "drover/manifest.h"
#include "elf.h"
#include "file.h"
#include "range.h"
#include "system.h"

/* A run of pages that a table maps, as long as VA, PA and rights continue. */
struct audit_extent {
    uint64_t va; /* VA of a PD or of EL2, GPA of a VM */
    uint64_t pa;
    uint64_t size;  /* bytes, multiple of 4096 */
    uint32_t perms; /* enum map_perm */
};

enum audit_kind {
    AUDIT_PD,
    AUDIT_VM,
    AUDIT_KERNEL,
    AUDIT_LOADER,
};

#define AUDIT_RIGHTS      7u /* read, write and execute of enum map_perm */
#define AUDIT_RIGHT_COUNT 3  /* their bits: 0 to 2 */

/* Somebody who reaches memory through a table of its own. */
struct audit_space {
    enum audit_kind kind;
    uint32_t index;       /* of the PD, or of the VM */
    char name[NAME_SIZE]; /* fit for printing */
    uint64_t root_pa;
    struct audit_extent *extents; /* in the order of their VA */
    size_t extent_count, extent_capacity;
    /* What each right reaches (PA), sorted and disjoint. */
    struct range *reach[AUDIT_RIGHT_COUNT];
    size_t reach_count[AUDIT_RIGHT_COUNT];
};

enum audit_purpose {
    AUDIT_CONTENTS, /* what the image brings, or what another rule compares byte by byte */
    AUDIT_FRESH,    /* zeroes when the kernel starts */
    AUDIT_REGION,   /* a memory region of the description */
};

/* What a range of physical memory is for. */
struct audit_object {
    enum audit_purpose purpose;
    char what[3 * NAME_SIZE]; /* fit for printing */
    char region[NAME_SIZE];   /* the name, as the image has it; all zero unless AUDIT_REGION */
    uint64_t pa;
    uint64_t size; /* bytes */
};

#define AUDIT_CONTROLLER_MAX 16

/* What the audit knows besides the image. All of it is the caller's and outlives the audit. */
struct audit_input {
    const uint8_t *bytes; /* the image, 8-byte aligned */
    size_t size;
    const char *image_path;
    bool wrapped;     /* it comes in an ELF file or a uImage, which says: */
    uint64_t load_pa; /* where it is loaded, and entered at its first byte */
    const struct board *board;
    struct range smmus[AUDIT_CONTROLLER_MAX]; /* DMA controllers of the board's tree (PA) */
    size_t smmu_count;
    bool debug;              /* its kernel prints, and so maps the board's console */
    const char *kernel_path; /* programs of the SDK that the image has to contain */
    const char *loader_path;
    struct system *system; /* the description, or NULL */
    struct file_search search;
};

struct audit {
    const struct audit_input *input;
    struct findings findings;

    struct loader_info info;
    const struct loader_range *zeroes;
    const struct loader_copy *copies;
    const struct manifest *manifest;
    uint64_t manifest_pa;
    const struct manifest_pd *pds;
    const struct manifest_vcpu *vcpus;
    const struct manifest_channel *channels;
    const struct manifest_irq *irqs;
    const struct manifest_map *maps;
    const struct manifest_slot *slots;
    const struct manifest_schedule *schedule;

    uint32_t vm_count;
    struct audit_space *spaces; /* PDs, VMs, the kernel, the loader */
    size_t space_count;
    uint8_t *table_pages; /* one a page of the image: is it a translation table? */

    struct elf *kernel, *loader;
    uint64_t loader_size; /* bytes, multiple of 4096, from the start of the image */

    struct range *filled; /* whole pages that the loader zeroes or copies to (PA) */
    size_t filled_count;
    bool fill_is_sound;  /* the loader's lists by themselves */
    bool maps_are_sound; /* the list of mappings by itself: audit_spaces.c */

    uint64_t unplaced_size;       /* bytes of described regions whose PA nobody knows */
    struct audit_object *objects; /* in the order of their PA */
    size_t object_count, object_capacity;
};

/*
 * Audits an image: reads it, walks its tables and proves the rules, and with a description compares
 * it with that. Returns false where the image cannot be read, which is reported through
 * diag_error(); else what is wrong stands in `audit->findings`. Either way the caller calls
 * audit_free().
 */
bool audit_run(struct audit *audit, const struct audit_input *input);
void audit_free(struct audit *audit);

/* ---- Parts, in their order ---- */

/* audit_image.c: finds the loader's lists and the kernel's table. */
bool audit_read_image(struct audit *audit);

/* audit_manifest.c: finds the manifest through the kernel's table, bounds its arrays, and lists who
 * has an address space. */
bool audit_read_manifest(struct audit *audit);

/* audit_table.c: lists what the table of `space` maps. Descriptors that hardware would not take as
 * they are meant, and tables that are not the space's own, are findings. */
void audit_walk(struct audit *audit, struct audit_space *space);

/* audit_program.c: reads the SDK's kernel and loader, and compares the image's with them. Returns
 * false where they cannot be read. */
bool audit_check_programs(struct audit *audit);

/* Rules, each about one part of the image; what is wrong becomes a finding. */
void audit_check_header(struct audit *audit);  /* audit_header.c: image, loader_info, manifest */
void audit_check_threads(struct audit *audit); /* audit_threads.c: PDs, vCPUs, schedule */
void audit_check_routes(struct audit *audit);  /* audit_routes.c: channels, interrupts, slots */
void audit_check_spaces(struct audit *audit);  /* audit_spaces.c: tables against the manifest */
void audit_check_grants(struct audit *audit);  /* audit_grants.c: what nobody may be given */
void audit_check_kernel(struct audit *audit);  /* audit_kernel.c: what EL2 maps */
void audit_check_loader(struct audit *audit);  /* audit_loader.c: what the loader maps and fills */
void audit_check_vm_info(struct audit *audit); /* audit_vm_info.c: routing tables of VMMs */

/* audit_system.c: compares the image with the description. Returns false where a file that it names
 * cannot be read. */
bool audit_check_system(struct audit *audit);

/* audit_memory.c: proves that each page has one purpose; the last, for it needs to know of all. */
void audit_check_memory(struct audit *audit);

/* ---- Between the parts ---- */

/* audit_image.c: returns the image's bytes for `size` bytes at `pa`, or NULL unless all of them lie
 * in the image. */
const void *audit_bytes(const struct audit *audit, uint64_t pa, uint64_t size);

/* Whether the page at `pa` is one of a translation table. */
bool audit_is_table(const struct audit *audit, uint64_t pa);

/* audit_space.c: the space of a PD, of a VM, of the kernel or loader. */
struct audit_space *audit_space_of(const struct audit *audit, enum audit_kind kind, uint32_t index);
/* "PD", "VM" or "EL2", for messages. */
const char *audit_kind_name(enum audit_kind kind);
/* Returns the extent that maps `va`, or NULL. */
const struct audit_extent *audit_lookup(const struct audit_space *space, uint64_t va);
/* Adds a page or block behind all others; after the last, works out what the rights reach. */
void audit_space_add(struct audit_space *space, const struct audit_extent *extent);
void audit_space_finish(struct audit_space *space);
/* Returns what a space may do, of AUDIT_RIGHTS, somewhere in a physical range. */
uint32_t audit_reach(const struct audit_space *space, uint64_t pa, uint64_t size);

/* Whether one of `count` ranges, sorted and disjoint, holds all of a range. */
bool audit_ranges_contain(const struct range *list, size_t count, uint64_t base, uint64_t size);
/* Whether one of them holds any byte of it. */
bool audit_ranges_touch(const struct range *list, size_t count, uint64_t base, uint64_t size);

/* audit_program.c: a symbol of a program, and the bytes that it has in the image. */
struct audit_patch {
    uint64_t va;
    uint64_t size; /* bytes */
    uint8_t bytes[NAME_SIZE];
};

struct audit_program {
    const struct elf *elf;
    const struct audit_patch *patches;
    size_t patch_count;
};

/*
 * Compares what `space` maps at the pages of a program with the program: mapped, with the rights of
 * its segments, and each byte that of the file or of a patch, or zero. Differences are findings of
 * `code`, at most one a sort. Returns the number of pages that the program has.
 */
size_t audit_program_check(struct audit *audit, const struct audit_space *space,
                           const struct audit_program *program, enum finding_code code,
                           const struct source *at);

/* audit_spaces.c: the manifest's mappings of a PD, or of its VM, in the order of their VA; and the
 * one that begins at `va`, or NULL. Only where `maps_are_sound`. */
const struct manifest_map *audit_maps_of(const struct audit *audit, size_t pd, bool is_vm,
                                         size_t *count);
const struct manifest_map *audit_map_find(const struct audit *audit, size_t pd, bool is_vm,
                                          uint64_t va);

/* audit_vm_info.c: the routing table of a VM as its VMM sees it, bounded; NULL where it is not
 * mapped or damaged. And its arrays. */
const struct vm_info *audit_vm_info(const struct audit *audit, uint32_t vm);
const struct vm_info_region *audit_vm_info_regions(const struct vm_info *info);
const struct vm_info_irq *audit_vm_info_irqs(const struct vm_info *info);

/* audit_kernel.c: the console that the kernel has: the board's, or UART_NONE. */
uint32_t audit_kernel_uart(const struct audit *audit);
/* The kernel's extent that begins at `va`, where something of the contract stands;
 * NULL where it is not mapped. */
const struct audit_extent *audit_kernel_window(const struct audit *audit, uint64_t va);
/* Whether an extent is of the kernel's own program. */
bool audit_is_kernel_program(const struct audit_extent *extent);

/* audit_object.c: adds the purpose of a physical range, of a region with the NAME_SIZE bytes at
 * `name` or of something else; and all those that the image itself names. */
void audit_object_add(struct audit *audit, enum audit_purpose purpose, uint64_t pa, uint64_t size,
                      const char *format, ...) __attribute__((format(printf, 5, 6)));
void audit_region_add(struct audit *audit, uint64_t pa, uint64_t size, const char *name);
void audit_list_objects(struct audit *audit);

/* Returns the index of the first object that ends above `pa`, once they are sorted; they are
 * disjoint unless that is a finding. */
size_t audit_object_above(const struct audit *audit, uint64_t pa);

/* A VM's first vCPU in the manifest. */
const struct manifest_vcpu *audit_first_vcpu(const struct audit *audit, uint32_t vm);

/* Copies a name of the image to `target`, of NAME_SIZE bytes: UTF-8 as it is, what does not print
 * replaced. Only for printing: two names may become one. */
void audit_name(char *target, const char *name);

/* Whether a name ends, says something, and has nothing behind its end. */
bool audit_name_is_sound(const char *name);

/* "rw-" and so on. */
const char *audit_rights(uint32_t perms);
/* "Normal cached", "Normal uncached", or which sort of Device memory the space's tables make of it.
 */
const char *audit_memory_type(const struct audit_space *space, uint32_t perms);
