/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * From a device tree and a list of devices to give, to one table of who owns which page and which
 * interrupt, from which every artefact is printed. compose.c is the order in which it comes about;
 * each compose_*.c is one step. All pages and registers are PAs; a device's GPA is its PA.
 *
 * Nothing here reads the clock, the environment or addresses of the host: the same input gives the
 * same bytes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "board.h"
#include "devclass.h"
#include "devtree.h"
#include "file.h"
#include "serve.h"

#define COMPOSE_VM_MAX      16
#define COMPOSE_PROGRAM_MAX 32
#define COMPOSE_OWNER_MAX   (COMPOSE_VM_MAX + 1)  /* VMs, and the driver of the console */
#define COMPOSE_RAM_SIZE    (UINT64_C(512) << 20) /* a guest's, unless --ram says another */
#define COMPOSE_WINDOW_MAX  (UINT64_C(4) << 30)   /* of a PCI window; a larger one is cut */
#define COMPOSE_ROW_MAX     8192 /* ranges of registers; Debian's larger boards have some 100 */
#define COMPOSE_TREE_ROOM   PAGE_SIZE_2M /* booting.rst: a guest's tree has at most that */

/* ---- What is asked for ---- */

struct names_asked {
    const char **entries; /* node paths, aliases, compatible strings */
    size_t count;
};

/* What VMs may serve to others. */
enum service { SERVICE_BLOCK, SERVICE_NET, SERVICE_COUNT };

#define MAC_SIZE 6

struct service_use {
    const char *from;   /* name of the VM that serves; NULL: it is not used */
    size_t server;      /* its index, after request_finish() */
    bool is_whole_disk; /* whatever partitions it has */
    uint32_t partition; /* else this one, counted from 1 */
    bool has_mac;       /* else request_link() makes one up */
    uint8_t mac[MAC_SIZE];
};

/* What a VM or program has of others. */
struct uses {
    bool console;
    struct service_use services[SERVICE_COUNT];
};

/* What a VM is to be. The strings are the caller's. */
struct vm_request {
    const char *name;
    struct names_asked give, take, freeze;
    bool gives_all;    /* "all" is among `give` */
    bool like_seed;    /* whole buses, as the Driver Virtual Machines page grants them */
    uint64_t ram_size; /* bytes */
    uint32_t vcpu_count;
    const char *payload;  /* directory of `drover payload`, or NULL */
    const char *bootargs; /* or NULL */
    bool has_priority;    /* else one is worked out */
    uint32_t priority;    /* of its vCPUs */
    bool serves[SERVICE_COUNT];
    struct uses uses;
};

/* A program of the user's beside the VMs. The strings are the caller's. */
struct program_request {
    const char *name;
    const char *path; /* of its ELF file, which is looked for as `drover build` does */
    bool has_priority;
    uint32_t priority;
    const char *restarts; /* a VM that it may have started again, or NULL */
    size_t restarted;     /* its index, after request_finish() */
    struct uses uses;
};

struct compose_request {
    struct vm_request vms[COMPOSE_VM_MAX];
    size_t vm_count;
    struct program_request programs[COMPOSE_PROGRAM_MAX];
    size_t program_count;
    const char *console; /* the UART that VMs and programs share: path, alias or compatible string;
                            NULL: none */
    struct file_search search; /* for programs */
    const char *path;          /* of the file with all this, for messages; or NULL */
};

/* ---- What comes out ---- */

enum why {
    WHY_GIVEN, /* asked for */
    WHY_PART,  /* below what was asked for, or part of what is granted */
    WHY_ABOVE, /* what it stands on: a bus or system controller above it */
    WHY_NEEDED /* named by a property */
};

/* A node that a VM gets, and why. */
struct grant {
    size_t node;
    enum why why;
    size_t because;       /* the node that brought it; NODE_NONE where asked for */
    const char *property; /* of that node, for WHY_NEEDED */
    bool has_regs;        /* its registers are granted: not those of a bus */
};

/* Something about a VM that its reader should know; `message` says it, with the node's path. */
enum note_kind {
    NOTE_LEFT_OUT, /* a device of `all` that cannot be given */
    NOTE_PEER,     /* works with a node that is not granted */
    NOTE_DROPPED,  /* a property that the guest's tree does without */
    NOTE_TRIGGER,  /* the tree does not say edge or level */
    NOTE_PPI,      /* an interrupt that belongs to a CPU */
    NOTE_FROZEN,   /* a provider that stays as the boot loader left it */
    NOTE_CONSOLE,  /* shared with the kernel */
    NOTE_CUT,      /* a window that was cut */
};

struct note {
    enum note_kind kind;
    size_t node;
    char *message;
};

/* A reference of a granted node that its guest cannot follow. */
struct dropped_ref {
    size_t node;
    const char *property;
    size_t target;
    bool is_frozen; /* its target stays as the boot loader left it: a clock has a known rate */
};

struct composed_vm {
    const struct vm_request *request;

    struct grant *grants; /* in the order in which they were found */
    size_t grant_count, grant_capacity;
    size_t *grant_of; /* by node: index into `grants`, or NODE_NONE */
    bool *is_frozen;  /* by node */
    bool *is_taken;   /* by node: kept out by --take */
    struct dropped_ref *dropped;
    size_t dropped_count, dropped_capacity;
    size_t refused_node, refused_provider; /* the last that was reported: once is enough */
    struct note *notes;
    size_t note_count, note_capacity;

    /* Its payload; sizes are 0 where there is none. */
    struct file kernel, initrd;
    uint64_t kernel_memory; /* bytes that the kernel takes from the start of RAM, with its bss */
    struct range
        ram; /* GPA and PA alike, so that what a device does by DMA is where Linux thinks */
    uint64_t kernel_gpa, dtb_gpa, initrd_gpa;

    void *tree; /* the guest's flattened tree */
    size_t tree_size;
};

/* A row of the ownership table: registers of a node, in whole pages. */
struct page_row {
    struct range pages;
    struct range regs;
    size_t vm;
    size_t node;
};

struct irq_row {
    uint32_t intid;
    enum trigger trigger;
    size_t vm;
    size_t node;
    const char *property;
    size_t index;
};

/* A run of pages of one VM, as a memory region of the description. */
struct region_row {
    struct range pages;
    size_t vm;
    size_t node;    /* the first that lies there */
    bool is_large;  /* 2 MiB pages */
    size_t shared;  /* pages of it with registers of nodes that the VM is not granted */
    size_t orphans; /* pages of it with no registers of anything granted: --like-seed */
};

/* A bus master that a VM gets. */
struct master_row {
    size_t vm;
    size_t node;
    bool is_certain; /* else the tree does not say whether it does DMA */
    size_t iommu;    /* the node that could confine it, or NODE_NONE */
};

struct compose {
    const struct compose_request *request;
    const struct devtree *devtree;
    const struct board *board;
    struct devclass *classes; /* by node */
    struct range *kept;       /* pages that nobody is given: the kernel's, and memory; merged */
    size_t kept_count, kept_capacity;

    /* Who owns devices: the VMs, and behind them the console's driver if there is one. It has
     * grants and notes as a VM has, and nothing else of one. */
    struct composed_vm vms[COMPOSE_OWNER_MAX];
    size_t vm_count, owner_count;
    struct vm_request driver; /* the console's driver's, of which only the name counts */

    struct page_row *pages; /* by PA */
    size_t page_count, page_capacity;
    struct irq_row *irqs; /* by number */
    size_t irq_count, irq_capacity;
    struct region_row *regions; /* by VM, then PA */
    size_t region_count, region_capacity;
    struct master_row *masters;
    size_t master_count, master_capacity;

    struct serve serve; /* who serves whom, and what they share */
};

/*
 * Works out the system: ownership, memory, guest trees. Reports every mistake and returns false if
 * there was one. The board, the tree and the request outlive `compose`; the caller frees with
 * compose_free() either way.
 */
bool compose_run(struct compose *compose, const struct compose_request *request,
                 const struct devtree *devtree, const struct board *board);
void compose_free(struct compose *compose);

/* ---- The steps, in their order. Each reports its mistakes and returns false if there was one.
 * ---- */

/* compose_select.c: which nodes are asked for, taken out and frozen; grants the first. */
bool compose_select(struct compose *compose, size_t vm);

/* compose_closure.c: grants all that those need. */
bool compose_close(struct compose *compose, size_t vm);

/* compose_own.c: enters what is granted into the ownership table; refuses two owners. */
bool compose_own(struct compose *compose);

/* compose_dma.c: lists bus masters. */
bool compose_masters(struct compose *compose);

/* compose_payload.c: reads the payloads. */
bool compose_payload(struct compose *compose, size_t vm);

/* compose_ram.c: finds room for each guest, and places its payload in it. */
bool compose_ram(struct compose *compose);

/* compose_region.c: merges pages into memory regions. */
bool compose_regions(struct compose *compose);

/* compose_guest.c: makes the guest's tree. */
bool compose_guest(struct compose *compose, size_t vm);

/* ---- Between the steps ---- */

/* compose_conflict.c: refuses pages and interrupts with two owners. */
bool compose_check_owners(const struct compose *compose);

/* Grants a node; what it needs is compose_close()'s matter. Does nothing if it is granted. */
void compose_grant(struct compose *compose, size_t vm, size_t node, enum why why, size_t because,
                   const char *property);

/* Whether the VM is granted the node. */
bool compose_has(const struct compose *compose, size_t vm, size_t node);

/* Adds a note; the message is printed as `format` says. */
void compose_note(struct compose *compose, size_t vm, enum note_kind kind, size_t node,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Reports an error about a node, by its path. */
void compose_error(const struct compose *compose, size_t node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether a device can be given at all; if not, `*reason` says why. */
bool compose_can_give(const struct compose *compose, size_t vm, size_t node, const char **reason);

/* Whether a reference is to a power domain of the CPUs (arm,psci.yaml): what hangs on it is on
 * while they are, and a guest does without. */
bool compose_is_cpu_domain(const struct compose *compose, const struct devref *ref);

/* The nearest node from `node` up that is a device: what a reference to a part of it means. */
size_t compose_device_of(const struct compose *compose, size_t node);

/* Bytes of a node's register range that are granted, from its start: all of it but for PCI windows
 * beyond COMPOSE_WINDOW_MAX. */
uint64_t compose_reg_size(const struct compose *compose, size_t node, size_t reg);

/* Whether any page with registers of the node is RAM, reserved, or has registers that the kernel
 * keeps. */
bool compose_is_kept(const struct compose *compose, size_t node);

/* compose_text.c: the name of a region of registers: its owner's and where it lies. Allocated. */
char *compose_region_name(const struct compose *compose, const struct region_row *row);

/* compose_region.c: the ECAM of a PCI host bridge (PCI Express Base 4.0, 7.2.2); its size is 0
 * where the tree does not say that the bridge has one. It is in regions of its own. */
struct range compose_ecam(const struct compose *compose, size_t node);

/* Whether a guest's power-off is the machine's: where there is one VM only. Its VMM may then call
 * the firmware. */
bool compose_off_is_machine_off(const struct compose *compose);
