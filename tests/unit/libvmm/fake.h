/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A platform for libvmm on the host: the kernel's interrupt state as a model, a routing table, and
 * a guest that makes accesses and takes interrupts.
 *
 * The guest has a GICv2 at FAKE_GICD with 300 interrupts and these regions and interrupts:
 *     guest_ram  0x40000000 + 64 MiB, shared with the VMM      irq 33  level, channel 1
 *     private    0x50000000 + 2 MiB, not shared                irq 34  edge, channel 2
 *     uart       0x9000000 + 4 KiB, a device                   irq 72  edge, straight
 *                                                              irq 73  level, straight
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform.h"

#define FAKE_GICD      0x8000000ul
#define FAKE_GICD_SIZE 0x10000ul
#define FAKE_RAM       0x40000000ul
#define FAKE_RAM_SIZE  0x4000000ul
#define FAKE_BEHIND    0x20000ul
#define FAKE_PRIVATE   0x50000000ul
#define FAKE_UART      0x9000000ul
#define FAKE_IRQ_LINES 300

#define FAKE_IRQ_LEVEL          33
#define FAKE_CH_LEVEL           1
#define FAKE_IRQ_EDGE           34
#define FAKE_CH_EDGE            2
#define FAKE_IRQ_STRAIGHT       72
#define FAKE_IRQ_STRAIGHT_LEVEL 73

#define FAKE_TICK_RATE 1000000

#define FAKE_SLOT_COUNT (1024 + 128) /* SGIs by source behind the INTIDs */

/* One interrupt in a vCPU's list registers or spill. */
struct fake_virq {
    bool pending, active, hw, eoi, group1;
    uint8_t priority;
    uint8_t channel;
};

/* A bound interrupt's physical side. */
struct fake_bound {
    bool pending, active;
    uint32_t config; /* the last VIRQ_CONFIG_* */
    unsigned config_count;
};

struct fake {
    struct vcpu_page pages[VCPU_MAX];
    uint64_t regs[VCPU_MAX][VCPU_REG_COUNT];
    bool running[VCPU_MAX];
    bool start_refused;
    unsigned wait_count[VCPU_MAX]; /* platform_vcpu_wait() */
    struct fake_virq virqs[VCPU_MAX][FAKE_SLOT_COUNT];
    struct fake_bound bound[VCPU_MAX][1024];
    unsigned straight_vcpu[1024];      /* where straight interrupts go: configured there last */
    bool physical_active[CHANNEL_MAX]; /* interrupts by channel */
    unsigned ack_count[CHANNEL_MAX];
    unsigned notify_count[CHANNEL_MAX]; /* microkit_notify(), at once or deferred */
    unsigned inject_count;
    bool cannot_reset; /* as on seL4 */
    unsigned reset_count[VCPU_MAX];
    uint64_t ticks;          /* of the counter, which has FAKE_TICK_RATE a second */
    uint64_t ticks_per_look; /* how far it goes on each time it is read */
    uint64_t smc_called;     /* x0 of the last firmware call */
    uint64_t cleaned_bytes;  /* by platform_cache_clean() */
    char log[1 << 16];
    size_t log_length;
    unsigned log_lines;
};

extern struct fake fake;
extern struct vm_info *const fake_vm_info;

/* Everything as after power-on, with `vcpu_count` vCPUs. libvmm is not initialised. */
void fake_power_on(unsigned vcpu_count);

/* fake_power_on() and guest_init(). */
void fake_start(unsigned vcpu_count);

/* What registers itself once in a process is reset with the guest in every test: keeps who has
 * asked for that until now, and has them asked for it again after a fake_start(). */
void fake_reset_handlers_keep(void);
void fake_reset_handlers_restore(void);

/* Calls them, as guest_restart() does. */
void fake_devices_reset(void);

/* Where the host has guest RAM. */
uint8_t *fake_ram(uint64_t gpa);

/* FAKE_BEHIND bytes right behind the RAM, which are the VMM's alone. Nobody may touch them before.
 */
uint8_t *fake_behind(void);

/* Whether the log since the last call has `text`; forgets the log. */
bool fake_logged(const char *text);

/* ---- The guest ---- */

/* The vCPU accesses `size` bytes at `gpa` and VMM answers. A read returns what the register gets.
 */
uint64_t fake_load(unsigned vcpu, uint64_t gpa, unsigned size);
void fake_store(unsigned vcpu, uint64_t gpa, unsigned size, uint64_t value);

/* The same on a word of the distributor by vCPU 0. */
uint32_t gicd_load(uint32_t offset);
void gicd_store(uint32_t offset, uint32_t value);
bool gicd_bit(uint32_t offset, uint32_t intid);
void gicd_set_bit(uint32_t offset, uint32_t intid);

/* The place in `virqs` of an INTID with its source << 10. */
unsigned fake_slot(uint32_t intid_and_source);

/* Takes the most urgent pending interrupt: its INTID and source << 10, or 1023. */
uint32_t fake_take(unsigned vcpu);

/* Ends what fake_take() returned; the VMM is told if it asked. */
void fake_end(unsigned vcpu, uint32_t taken);

/* The physical interrupt of `channel` fires: false if it is masked, being active still. */
bool fake_fire(unsigned channel);
