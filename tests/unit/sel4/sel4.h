/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * seL4 as a VMM sees it, for unit tests: the registers of vCPUs, list registers with the kernel's
 * rules, and faults with message registers. A breach of a rule of the kernel ends the test.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <microkit.h>

#define SEL4_VCPU_COUNT 2
#define SEL4_GICD       0x8000000ul
#define SEL4_CHANNEL    5
#define SEL4_IRQ        40 /* arrives on SEL4_CHANNEL, level-sensitive */

struct sel4_list_register {
    bool is_used;
    bool is_active; /* the guest has taken it */
    unsigned intid, priority, group;
};

/* A vCPU but for its seL4_UserContext: libvmm's headers give that name to a type of their own. */
struct sel4_vcpu {
    seL4_Word registers[seL4_VCPUReg_Num];
    struct sel4_list_register list[4];
    bool is_running;
    unsigned timer_ack_count;
};

extern struct sel4_vcpu sel4_vcpus[SEL4_VCPU_COUNT];
extern unsigned sel4_irq_ack_count; /* of SEL4_CHANNEL */

/* ---- sel4.c: the kernel and the hardware ---- */

void sel4_reset(void);
void sel4_message_set(const seL4_Word mr[4]);

/* The general register `index` of a vCPU as the kernel has it; or one of these. */
#define SEL4_PC 31
#define SEL4_SP 32
uint64_t sel4_register(unsigned vcpu, unsigned index);
void sel4_register_set(unsigned vcpu, unsigned index, uint64_t value);

/* The guest takes the most urgent interrupt: its list register; -1 if nothing is pending. */
int sel4_take(unsigned vcpu);

/* List registers in use. */
unsigned sel4_used_count(unsigned vcpu);

/* ---- guest.c: a VMM with libvmm, and its guest ---- */

/* A new machine with libvmm set up on it; the distributor is on, all is disabled but the SGIs. */
void sel4_start(void);

/* Whether a routing table with a straight interrupt is taken. */
bool sel4_takes_straight(void);

/* The vCPU faults with these message registers; returns whether the VMM lets it go on. */
bool sel4_fault(unsigned vcpu, uint64_t label, uint64_t mr0, uint64_t mr1, uint64_t mr2,
                uint64_t mr3);

/* A word of the distributor, by way of x5; and bit `intid` of a register block with a bit each. */
uint32_t sel4_gicd_load(unsigned vcpu, uint32_t offset);
void sel4_gicd_store(unsigned vcpu, uint32_t offset, uint32_t value);
void sel4_gicd_set_bit(uint32_t offset, unsigned intid);

/* The guest ends what list register `index` holds, and the kernel says so. */
void sel4_end(unsigned vcpu, int index);

/* The INTID that the guest takes and ends; -1 if nothing is pending. */
int sel4_serve(unsigned vcpu);
