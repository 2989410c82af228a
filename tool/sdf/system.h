/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The system as its description states it: what the SDF reader (sdf_*.c) produces and the planner
 * (plan_*.c) reads. Every object knows the file and line it came from. Arrays are in the
 * order of the description. Names and paths are owned by the system; references between objects are
 * indices, INDEX_NONE where there is none.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INDEX_NONE SIZE_MAX

/* Where something stands in the author's own files (after mapping back through the preprocessor).
 */
struct source {
    const char *file;
    unsigned line;
};

struct memory_region {
    struct source source;
    char *name;
    uint64_t size; /* bytes; 0 until the prefill file's size is known if the attribute is absent */
    uint64_t
        page_size; /* 0x1000 or 0x200000; 0: the planner takes the largest that alignment allows */
    bool has_phys_addr;
    uint64_t phys_addr; /* PA */
    char *prefill_path; /* NULL: zero-filled */
};

struct map {
    struct source source;
    size_t region;  /* index into system.regions */
    uint64_t vaddr; /* VA in a PD, GPA in a VM */
    uint32_t perms; /* enum map_perm: read, write, execute */
    bool cached;
    char *setvar_vaddr; /* symbol names or NULL; never set on a VM's maps */
    char *setvar_size;
    char *setvar_prefill_size;
};

struct irq {
    struct source source;
    uint32_t intid; /* the GIC's number: SPI n is n + 32 */
    bool edge;
    uint32_t id; /* channel identifier; of a VM's irq: the vCPU */
    char *setvar_id;
};

struct setvar {
    struct source source;
    char *symbol;
    size_t region; /* region_paddr: the region whose PA the symbol receives */
};

struct vcpu {
    struct source source;
    uint32_t id;
    uint32_t cpu;
    char *setvar_id;
};

struct vm {
    struct source source;
    char *name;
    uint32_t priority;
    uint32_t budget_us, period_us;
    struct vcpu *vcpus;
    size_t vcpu_count;
    struct map *maps;
    size_t map_count;
    struct irq *irqs;
    size_t irq_count; /* straight to a vCPU: Drover's extension of the SDF */
};

enum capability_kind {
    CAPABILITY_TCB,
    CAPABILITY_SC,
    CAPABILITY_VSPACE,
};

/* A <cap_tcb>, <cap_sc> or <cap_vspace> of a PD's <cspace>. */
struct capability {
    struct source source;
    enum capability_kind kind;
    uint32_t slot;
    size_t pd; /* whose */
};

struct pd {
    struct source source;
    char *name;
    char *program_path; /* as written; the planner finds it along the search path */
    char *symbols_path; /* path_for_symbols or NULL */
    struct source program_source;
    uint32_t priority;
    uint32_t budget_us, period_us;
    uint64_t stack_size;
    bool passive, smc, fpu;
    uint32_t cpu;
    size_t domain; /* index into system.domains; INDEX_NONE where there is no schedule */
    size_t parent; /* index of the parent PD or INDEX_NONE */
    uint32_t id;   /* identifier within the parent */
    char *setvar_id;
    struct map *maps;
    size_t map_count;
    struct irq *irqs;
    size_t irq_count;
    struct setvar *setvars;
    size_t setvar_count;
    struct capability *capabilities;
    size_t capability_count;
    struct vm *vm; /* NULL: none */
};

struct channel_end {
    struct source source;
    size_t pd;
    uint32_t id;
    bool pp;     /* may call the other end */
    bool notify; /* may notify the other end */
    char *setvar_id;
};

struct channel {
    struct source source;
    struct channel_end ends[2];
};

/* A scheduling domain: PDs of different ones never run in the same slice of time. */
struct domain {
    struct source source;
    char *name;
    uint32_t id; /* 0..15 */
};

struct schedule_entry {
    struct source source;
    size_t domain;     /* index into system.domains */
    uint64_t duration; /* in `is_ticks` of the generic timer, else microseconds */
    bool is_ticks;
};

/* An <io_address_space>: what a device may reach. */
struct io_space {
    struct source source;
    char *name;
};

struct system {
    struct memory_region *regions;
    size_t region_count;
    struct pd *pds;
    size_t pd_count; /* parents before their children */
    struct channel *channels;
    size_t channel_count;
    struct domain *domains;
    size_t domain_count;
    struct schedule_entry *schedule; /* what runs: from start_index to the next end marker */
    size_t schedule_count;           /* 0: every PD runs at any time */
    struct io_space *io_spaces;
    size_t io_space_count;
    char **files;
    size_t file_count; /* what source.file points to */
};

/* A macro of the command line: -D NAME=VALUE, or -D NAME for an empty value. */
struct macro {
    const char *name;
    const char *value;
};

/*
 * Reads the description `path`. With macros, the text goes through the C preprocessor first.
 * Checks everything that needs no board and no ELF. All mistakes found are reported
 * through diag_error() with file and line. Returns NULL if there was any; else the system,
 * which the caller frees with system_free().
 */
struct system *system_read(const char *path, const struct macro *macros, size_t macro_count);
void system_free(struct system *system);

/*
 * Reports mappings that are misaligned, out of bounds or overlap, and regions that overlap in
 * physical memory; returns true if there are none. Regions of size 0 take no room: system_read()
 * calls it; who then learns the sizes of prefill files may call it again.
 */
bool system_placement_check(const struct system *system);
