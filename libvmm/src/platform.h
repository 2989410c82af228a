/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The seam between libvmm and what it runs on: everything the library asks of a kernel. Each
 * implementation stands in platform/NAME/, what they share in platform/; the unit tests bring their
 * own.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drover/abi.h"

/* The routing table of this VMM's guest. */
const struct vm_info *platform_vm_info(void);

/* The registers and fault of `vcpu`, to be read and written while it is stopped. */
struct vcpu_page *platform_vcpu_page(unsigned vcpu);

/* First of all with each fault of `vcpu`: its page then has it. Returns its label, FAULT_*, or
 * PLATFORM_ANSWERED if there is nothing left for libvmm to do. */
#define PLATFORM_ANSWERED UINT64_MAX
uint64_t platform_fault_take(unsigned vcpu, uint64_t label);

/* Last of all: what was done to the page now counts. */
void platform_fault_done(unsigned vcpu);

/* Starts `vcpu` at `entry` (GPA), with the registers of its page. False: the kernel refuses. */
bool platform_vcpu_start(unsigned vcpu, uint64_t entry);

/* Stops `vcpu`; its unanswered fault, if any, is dropped. */
void platform_vcpu_stop(unsigned vcpu);

/* Whether the kernel can take from a vCPU all that it has of interrupts; says why not. */
bool platform_can_reset_interrupts(void);

/* Does so with the stopped `vcpu`: its interrupt interface is as after power-up, its physical
 * interrupts may come again. Only where it can. */
void platform_interrupts_reset(unsigned vcpu);

/* Lets the stopped `vcpu` wait for an interrupt, as after WFI, when its fault is answered. */
void platform_vcpu_wait(unsigned vcpu);

/* Reads and writes a system register of the stopped `vcpu`. */
uint64_t platform_vcpu_read(unsigned vcpu, enum vcpu_reg reg);
void platform_vcpu_write(unsigned vcpu, enum vcpu_reg reg, uint64_t value);

/* Makes the interrupt of injection word `word` pending in `vcpu` before the guest runs again. */
void platform_virq_inject(unsigned vcpu, uint32_t word);

/* State of INTIDs `first_intid`..+31 that `vcpu` holds in the kernel: a bit for each. */
void platform_virq_state(unsigned vcpu, uint32_t first_intid, uint32_t *pending, uint32_t *active);

/* Changes the state of one interrupt held for `vcpu`: VIRQ_OP_*. Returns VIRQ_STATE_* before. */
uint32_t platform_virq_update(unsigned vcpu, uint32_t intid_and_source, uint32_t op);

/* Mirrors the guest's configuration of a straight interrupt or timer: VIRQ_CONFIG_*. */
void platform_virq_config(unsigned vcpu, uint32_t intid, uint32_t flags);

/* Re-arms the physical interrupt of `channel`. */
void platform_irq_ack(unsigned channel);

/* Notifies the other end of `channel`, at the latest when the VMM next waits or replies. */
void platform_notify(unsigned channel);

/* Calls the firmware with x[0..7], in and out. False: the PD may not. */
bool platform_smc(uint64_t x[8]);

/* Cleans the data cache for `size` bytes at `va` (VA of the VMM) to the point of coherency. */
void platform_cache_clean(const void *va, size_t size);

/* Fills `size` bytes at `va` (VA of the VMM, ordinary cached memory) with zeroes and cleans them to
 * the point of coherency, at the pace of the memory. */
void platform_memory_zero(void *va, size_t size);

/* The machine's counter, and how many ticks of it a second has. Only where interrupts can be reset,
 * too. */
uint64_t platform_ticks(void);
uint64_t platform_ticks_per_second(void);

/* Prints one character on the debug console; nothing in a release configuration. */
void platform_putc(char character);
