/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Who serves whom, and what they share: one table of PDs, memory regions, who has which mapped
 * where, and channels. serve.c is the order in which it comes about; each serve_*.c is one class of
 * devices. The description, the configurations, the guest tables and the report are printed from
 * it, and nothing of it is worked out a second time.
 *
 * A VMM's own maps (its guest's RAM, the payload) are not in the table: print_pd() of compose_sdf.c
 * has them, below SERVE_VA.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drover/guest_table.h"

struct compose;

/* Where a VMM has its guest's RAM, and where every PD has what it shares, from there on (VA). The
 * room for RAM is that of the largest guest. */
#define SERVE_RAM_VA  0x4000000000
#define SERVE_VA      0x8000000000
#define SERVE_PD_NONE SIZE_MAX

/* The symbol of a program that receives the channel to the VMM of the VM that it restarts. */
#define SERVE_RESTART_SYMBOL "restart_channel"

/*
 * Priorities. Who drives a device runs before who shares it out, and that before who uses it: a
 * queue is emptied before more is put in, and an interrupt waits for nobody. A VMM runs before any
 * guest. A native program runs before guests, because guests compute as long as they like and it
 * does not; one that does is given a priority of its own. A guest that serves runs before guests
 * that wait for it.
 */
enum serve_priority {
    SERVE_PRIORITY_DRIVER = 40,
    SERVE_PRIORITY_VIRT = 30,
    SERVE_PRIORITY_SWITCH = 25,
    SERVE_PRIORITY_COPY = 20,
    SERVE_PRIORITY_VMM = 10,
    SERVE_PRIORITY_PROGRAM = 5,
    SERVE_PRIORITY_SERVER = 2, /* a guest */
    SERVE_PRIORITY_GUEST = 1,
};

/* What a section of a program is overwritten with. */
struct serve_config {
    const char *section;
    void *bytes;
    size_t size;
    bool is_optional; /* a program of others that has no such section does without */
};

#define SERVE_CONFIG_MAX 4

struct serve_pd {
    char *name;
    char *what;          /* what it does, for people */
    const char *program; /* its ELF file */
    uint32_t priority;
    size_t vm;    /* a VMM's; else NODE_NONE */
    size_t owner; /* of devices, an index of compose.vms; NODE_NONE: has none */
    uint32_t id_count;
    uint64_t va_next;
    struct serve_config configs[SERVE_CONFIG_MAX];
    size_t config_count;
    void *image; /* the program with its configurations; NULL: a VMM's */
    size_t image_size;
};

struct serve_region {
    char *name;
    const char *what; /* for people */
    uint64_t size;    /* bytes, whole pages */
    bool is_large;    /* 2 MiB pages */
    bool is_data;     /* somebody's data, and no queue or notice about it */
    bool is_declared; /* RAM of a guest, or registers: the description has it anyway */
};

struct serve_map {
    size_t pd, region;
    uint64_t va;
    bool is_writable;
    bool is_device; /* not cached */
};

struct serve_channel {
    size_t pds[2];
    uint32_t ids[2];
    const char *symbol; /* of the first's program, which receives its identifier; or NULL */
};

struct serve_irq {
    size_t pd;
    uint32_t id;
    uint32_t intid;
    bool is_edge;
    size_t node;
};

/* A virtio device of a guest. */
struct serve_device {
    size_t vm;
    uint32_t kind; /* enum guest_device_kind */
    uint32_t intid;
    uint64_t gpa;
    size_t page;      /* the region with its registers, mapped at `gpa` */
    uint64_t page_va; /* where its VMM has that */
    void *config;
    size_t config_size;
    struct guest_data_region *regions; /* memory that its queues may name */
    size_t region_count;
    size_t order; /* in which they were added */
};

/* A PCI host bridge of a guest. */
struct serve_pci {
    size_t vm;
    size_t node;
    struct guest_pci pci;
};

struct serve {
    struct serve_pd *pds; /* in the order of the description */
    size_t pd_count, pd_capacity;
    struct serve_region *regions;
    size_t region_count, region_capacity;
    struct serve_map *maps;
    size_t map_count, map_capacity;
    struct serve_channel *channels;
    size_t channel_count, channel_capacity;
    struct serve_irq *irqs;
    size_t irq_count, irq_capacity;
    struct serve_device *devices; /* by VM */
    size_t device_count, device_capacity;
    struct serve_pci *pcis;
    size_t pci_count, pci_capacity;
};

/* ---- The steps, in compose_run()'s order ---- */

/* serve_uart.c: finds the UART that is shared and grants it to its driver. Reports and returns
 * false if it cannot be. */
bool serve_select(struct compose *compose);

/* Makes the table, once it is known who owns which device. */
bool serve_make(struct compose *compose);

/* serve_image.c: puts each configuration into a copy of its program. */
bool serve_images(struct compose *compose);

void serve_free(struct serve *serve);

/* ---- serve_table.c: rows ---- */

/* Adds a PD; `name` becomes the table's. */
size_t serve_add_pd(struct serve *serve, char *name, uint32_t priority, const char *program,
                    char *what);

/* Adds a region of `size` bytes, rounded up; `name` becomes the table's. */
size_t serve_add_region(struct serve *serve, char *name, uint64_t size, const char *what);

/* The same for a region of somebody's data. */
size_t serve_add_data(struct serve *serve, char *name, uint64_t size, const char *what);

/* Adds a map of a region, behind all others of that PD, and returns its VA. */
uint64_t serve_add_map(struct serve *serve, size_t pd, size_t region, bool is_writable);

/* Adds a map of a region directly behind another at `va`, where the PD has to have room. */
void serve_add_map_at(struct serve *serve, size_t pd, size_t region, uint64_t va, bool is_writable);

/* Adds a channel by which two PDs notify each other. The result is valid until the next is added.
 */
struct serve_channel *serve_add_channel(struct serve *serve, size_t one, size_t other);

/* Adds an interrupt of a PD's. The result is valid until the next is added. */
struct serve_irq *serve_add_irq(struct serve *serve, size_t pd, uint32_t intid, size_t node);

/* Configurations are written into files, with what lies between their members: they are made in
 * memory that was zeroed as a whole, member by member.
 *
 * Adds a configuration: a copy of `size` bytes at `bytes`. The result is valid until the next PD is
 * added. */
struct serve_config *serve_add_config(struct serve *serve, size_t pd, const char *section,
                                      const void *bytes, size_t size);

/* The same for a virtio device of the VM's, whose GPA and interrupt are found later. */
struct serve_device *serve_add_device(struct serve *serve, size_t vm, enum guest_device_kind kind,
                                      const void *config, size_t size);

/* The PD of that name, or SERVE_PD_NONE. */
size_t serve_find_pd(const struct serve *serve, const char *name);

/* The PD of a VM's VMM; of a program, by its index in the request. */
size_t serve_vmm(const struct serve *serve, size_t vm);
size_t serve_program(const struct compose *compose, size_t program);

/* What a virtio device is, in a word or two; how a service is called in files, and in sentences. */
const char *serve_device_name(uint32_t kind);
const char *serve_service_name(unsigned service);
const char *serve_service_noun(unsigned service);

/* Prints into memory that is the caller's. */
char *serve_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- The classes of devices. Each adds its PDs, then connects them. ---- */

/* serve_uart.c: the program that drives the UART, or NULL; adds what its driver, a PD, has of it.
 */
struct devtree;
const char *serve_uart_program(const struct devtree *devtree, size_t node);
bool serve_uart_resources(struct compose *compose, size_t driver);

void serve_console_pds(struct compose *compose); /* serve_console.c */
bool serve_console_connect(struct compose *compose);
void serve_block_pds(struct compose *compose, size_t server); /* serve_block.c */
void serve_block_connect(struct compose *compose, size_t server);
void serve_net_pds(struct compose *compose, size_t server); /* serve_net.c */
void serve_net_connect(struct compose *compose, size_t server);

/* serve_guest.c: finds GPAs, interrupts and memory for virtio devices, and bridges. */
bool serve_guests(struct compose *compose);
