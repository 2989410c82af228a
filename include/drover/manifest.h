/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The contract between the tool, the loader and the kernel: the form of an image, where things are
 * mapped at EL2, and the manifest, which tells the kernel every object that exists.
 */
#pragma once

#include "drover/abi.h"

/* ---- EL2 address space (VA). The same on every board: the kernel is linked once. ---- */

#define KERNEL_VA          0x800000000000 /* text, rodata, data as linked */
#define KERNEL_GICD_VA     0x800010000000
#define KERNEL_GICC_VA     0x800010100000
#define KERNEL_GICH_VA     0x800010200000
#define KERNEL_UART_VA     0x800010300000 /* debug configurations only */
#define KERNEL_MANIFEST_VA 0x800020000000 /* read-only */
#define KERNEL_OBJECT_VA   0x800030000000 /* manifest.object_size bytes, zeroed by the loader */
#define KERNEL_MESSAGE_VA  0x800040000000 /* message page of PD i at + i * 4096 */
#define KERNEL_VCPU_VA     0x800050000000 /* page of vCPU i (system-wide index) at + i * 4096 */
#define KERNEL_VA_END      0x800060000000

/* Memory object_size must hold, as the kernel lays it out: PD_OBJECT_SIZE * pd_count +
 * VCPU_OBJECT_SIZE * vcpu_count + IRQ_OBJECT_SIZE * irq_lines, rounded up to pages. The kernel
 * asserts at compile time that its structures fit in these. */
#define PD_OBJECT_SIZE   4096
#define VCPU_OBJECT_SIZE 8192
#define IRQ_OBJECT_SIZE  32

/* ---- Translation: fixed choices that tool, loader, kernel and audit share ----
 * Arm ARM DDI 0487, D8 (VMSAv8-64). 4 KiB granule everywhere. */

/* EL2 stage 1: 48-bit VA, 4 levels from level 0. MAIR_EL2 attribute indices: */
#define MAIR_INDEX_DEVICE 0 /* Device-nGnRnE, 0x00 */
#define MAIR_INDEX_NORMAL 1 /* Normal, write-back, 0xff */
#define MAIR_EL2_VALUE    0xff00
#define TCR_EL2_VALUE                                                                              \
    0x80823510 /* RES1 31,23; PS=40 bits, 4 KiB, inner shareable, WBWA, T0SZ=16                    \
                */

/* Stage 2, PDs and VMs: 40-bit input, level 1 start, two concatenated level-1 tables (8 KiB root,
 * 8 KiB aligned), VMID in VTTBR_EL2[55:48]: PD i has VMID i + 1, VM j has VMID 128 + j. */
#define VTCR_EL2_VALUE                                                                             \
    0x80023558 /* RES1 31; PS=40 bits, 4 KiB, inner shareable, WBWA, SL0=1, T0SZ=24 */
#define STAGE2_INPUT_BITS 40
#define VMID_PD(i)        ((i) + 1)
#define VMID_VM(j)        (128 + (j))

/* ---- The image ----
 * One flat file: the loader at offset 0 (arm64 `Image` header, then struct loader_info), then at
 * page granularity everything that has contents. It runs where it was loaded and nowhere else:
 * contents are used in place, so the loader only zeroes and copies what lies outside. */

#define LOADER_INFO_OFFSET 0x40
#define LOADER_INFO_MAGIC  0x524544414f4cu /* "LOADER" */

/* Offsets in struct loader_info for the loader's assembly. */
#define LOADER_INFO_IMAGE_SIZE   0x10
#define LOADER_INFO_LOADER_TABLE 0x18
#define LOADER_INFO_KERNEL_TABLE 0x20
#define LOADER_INFO_KERNEL_ENTRY 0x28

#ifndef __ASSEMBLER__

struct loader_range {
    uint64_t pa;
    uint64_t size; /* bytes, multiple of 4096 */
};

struct loader_copy {
    uint64_t source_pa; /* in the image, page aligned */
    uint64_t target_pa;
    uint64_t size; /* bytes */
};

struct loader_info {
    uint64_t magic;
    uint64_t image_pa;        /* where the image has to be loaded */
    uint64_t image_size;      /* bytes, multiple of 4096 */
    uint64_t loader_table_pa; /* EL2 identity map of the image and all ranges below, and the UART */
    uint64_t
        kernel_table_pa; /* the kernel's EL2 table; maps the loader's last page 1:1, executable */
    uint64_t kernel_entry_va;
    uint64_t uart_pa;   /* for error messages before the kernel runs; 0: none */
    uint32_t uart_type; /* enum uart_type */
    uint32_t zero_count;
    uint64_t zero_pa; /* struct loader_range[zero_count]: zeroed, cleaned to the PoC */
    uint64_t copy_pa; /* struct loader_copy[copy_count]: copied after zeroing, cleaned */
    uint32_t copy_count;
    uint32_t reserved;
};

/* ---- The manifest ---- */

#define MANIFEST_MAGIC   0x545345464e414dU /* "MANFEST" */
#define MANIFEST_VERSION 3

enum uart_type {
    UART_NONE = 0,
    UART_PL011 = 1,
    UART_MESON = 2, /* amlogic,meson-gx-uart */
    UART_CADENCE = 3,
};

#define UART_SIZE 0x40 /* bytes of registers that their drivers use, of any type */

enum map_perm {
    MAP_PERM_READ = 1,
    MAP_PERM_WRITE = 2,
    MAP_PERM_EXECUTE = 4,
    MAP_PERM_DEVICE = 8,    /* Device-nGnRE */
    MAP_PERM_UNCACHED = 16, /* Normal non-cacheable: cached="false" on the board's RAM */
};

#define MANIFEST_NONE 0xffffffffu

/* A protection domain. */
struct manifest_pd {
    char name[NAME_SIZE];
    uint64_t vttbr; /* VTTBR_EL2: root PA | VMID << 48 */
    uint64_t entry_va;
    uint64_t stack_va; /* initial SP */
    uint32_t priority; /* 0..254 */
    uint32_t budget_us;
    uint32_t period_us;
    uint32_t parent;   /* index of the parent PD or MANIFEST_NONE */
    uint32_t child_id; /* identifier within the parent */
    uint32_t passive;
    uint32_t smc;        /* 1: may use SYS_SMC */
    uint32_t fpu;        /* 1: may use FP */
    uint32_t first_vcpu; /* its vCPUs are consecutive */
    uint32_t vcpu_count;
    uint32_t domain; /* scheduling domain of the PD and its vCPUs; 0 where there is no schedule */
    uint32_t cpu;    /* core */
};

/* A vCPU. */
struct manifest_vcpu {
    char name[NAME_SIZE]; /* the VM's */
    uint64_t vttbr;
    uint32_t pd;      /* its VMM */
    uint32_t vcpu_id; /* within the VM; also the child identifier within the PD */
    uint32_t priority;
    uint32_t budget_us;
    uint32_t period_us;
    uint32_t vm;  /* index of the VM: vCPUs with the same one share memory and GIC */
    uint32_t cpu; /* core */
    uint32_t reserved;
};

/* One end of a channel, seen from `pd`. Two of them make a channel. */
struct manifest_channel {
    uint32_t pd;
    uint32_t channel; /* identifier in `pd` */
    uint32_t peer_pd;
    uint32_t peer_channel;
    uint32_t notify; /* `pd` may notify the peer */
    uint32_t call;   /* `pd` may call the peer (pp) */
};

/* A physical interrupt. */
struct manifest_irq {
    uint32_t intid;
    uint32_t edge;    /* 1 edge, 0 level */
    uint32_t kind;    /* enum vm_irq_kind */
    uint32_t owner;   /* channel: PD index; straight: vCPU index (system-wide) */
    uint32_t channel; /* channel identifier */
    uint32_t reserved;
};

enum slot_kind {
    SLOT_TCB = 0,    /* registers, stop, resume, restart */
    SLOT_SC = 1,     /* its time */
    SLOT_VSPACE = 2, /* its address space */
};

/* A right to another PD, from a <cspace>. */
struct manifest_slot {
    uint32_t pd;
    uint32_t slot; /* 0..127 in `pd` */
    uint32_t kind; /* enum slot_kind */
    uint32_t target_pd;
};

enum duration_unit {
    DURATION_US = 0,
    DURATION_TICKS = 1, /* of the generic timer */
};

/* One entry of the domain schedule. The kernel runs them in turn, for ever. */
struct manifest_schedule {
    uint32_t domain;
    uint32_t unit;     /* enum duration_unit */
    uint64_t duration; /* not 0 */
};

/* A mapping, for messages: what is granted, and what a fault nearly hit. */
struct manifest_map {
    char name[NAME_SIZE]; /* memory region, or what the tool added: "image", "stack", ... */
    uint64_t va;          /* VA of a PD, GPA of a VM */
    uint64_t pa;
    uint64_t size;
    uint32_t owner; /* PD index; for a VM: PD index of its VMM */
    uint32_t is_vm;
    uint32_t perms;   /* enum map_perm */
    uint32_t granted; /* 1: by a <map> of the description; 0: added by the tool */
};

struct manifest {
    uint64_t magic;
    uint32_t version;
    uint32_t size; /* bytes, with the arrays */
    char board[NAME_SIZE];
    uint32_t gic_version;
    uint32_t irq_lines; /* highest INTID used or implemented + 1, at most 1020 */
    uint32_t uart_type;
    uint32_t timer_irq;           /* INTID of the EL2 physical timer (26) */
    uint32_t vtimer_irq;          /* 27 */
    uint32_t ptimer_irq;          /* 30 */
    uint32_t maintenance_irq;     /* 25 */
    uint32_t gic_resample_us;     /* board fact; 0 on hardware: see kernel/resample.h */
    uint64_t uart_va;             /* KERNEL_UART_VA and how far into its page the UART begins */
    uint64_t object_size;         /* bytes mapped at KERNEL_OBJECT_VA */
    uint32_t pd_offset, pd_count; /* bytes from the start of the manifest */
    uint32_t vcpu_offset, vcpu_count;
    uint32_t channel_offset, channel_count;   /* sorted by pd, channel */
    uint32_t irq_offset, irq_count;           /* sorted by intid */
    uint32_t map_offset, map_count;           /* sorted by owner, is_vm, va */
    uint32_t slot_offset, slot_count;         /* sorted by pd, slot */
    uint32_t schedule_offset, schedule_count; /* 0 entries: every PD runs at any time */
};

#endif
