/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The system that most tests run: a server and two clients, a parent with a child and a grandchild,
 * and two VMMs, one with two vCPUs, the other with one.
 */
#pragma once

#include "system.h"

enum example_pd { SERVER, CLIENT, OTHER, PARENT, CHILD, GRANDCHILD, VMM, VMM2, EXAMPLE_PD_COUNT };
enum example_vcpu { GUEST, SIBLING, GUEST2, EXAMPLE_VCPU_COUNT };

/* Channels of CLIENT, OTHER, CHILD and VMM. */
#define TO_SERVER          0 /* may be called */
#define TO_EACH            1 /* CLIENT and OTHER; OTHER may not notify there, and neither may call */
/* Channels of SERVER. */
#define FROM_CLIENT        10
#define FROM_OTHER         11
#define FROM_CHILD         12
#define TO_PARENT          13
#define FROM_VMM           14
/* Slots of OTHER. */
#define SLOT_OF_CLIENT     7
#define SLOT_OF_SELF       127
#define SLOT_OF_TIME       9 /* holds no TCB */
/* Identifiers of children. */
#define CHILD_ID           5
#define GRANDCHILD_ID      0
#define GUEST_ID           0
#define SIBLING_ID         1
/* Channels of interrupts. */
#define PARENT_IRQ_CHANNEL 3
#define VMM_LEVEL_CHANNEL  20
#define VMM_EDGE_CHANNEL   21

#define PARENT_IRQ     40 /* edge */
#define VMM_LEVEL_IRQ  48
#define VMM_EDGE_IRQ   49
#define VMM2_LEVEL_IRQ 50
#define GUEST_LEVEL    64 /* straight to GUEST */
#define GUEST_EDGE     65
#define GUEST2_LEVEL   66 /* straight to GUEST2 */
#define VTIMER         27
#define PTIMER         30

#define PRIORITY_OF(pd) (PD(pd)->thread.priority)

extern const struct description example;

/* Setup functions of cmocka: the system booted, and every PD waiting. */
int example_boot(void **state);
int example_boot_running(void **state);

/* The VMM of `vcpu` is woken by its interrupt, starts the vCPU, and waits: the guest runs. */
void example_start(unsigned vcpu);

/* Makes the waiting PD `pd` the running one, by a notification out of nowhere. */
void example_wake(unsigned pd);

/* The running vCPU calls its VMM, which now runs. */
void example_trap(void);

/* The running vCPU calls its VMM, which makes a system call about it (x0 is that vCPU) that has to
 * succeed, and answers. Returns the VMM's x1 after the call. */
uint64_t example_ask(uint64_t number, uint64_t x1, uint64_t x2);
