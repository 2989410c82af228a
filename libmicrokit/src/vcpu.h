/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A vCPU as a VMM for the Microkit sees it: list registers that it numbers itself, and faults with
 * message registers. Drover's kernel numbers its list registers itself and leaves what a fault is
 * about in the vCPU's page; this translates. It is linked only into programs that call one of these
 * functions: libvmm's do not.
 */
#pragma once

#include <microkit.h>

/* True if the PD has the vCPU, and so its page. */
bool microkit_vcpu_exists(unsigned vcpu);

/* Lets the vCPU run from `entry` (GPA, or guest VA if its MMU is on). Its virtual timer is
 * delivered from then on. */
enum drover_error microkit_vcpu_run(unsigned vcpu, uint64_t entry);

/* Makes `irq` pending, in what the program calls list register `index`. `priority` is 0..31,
 * `group` 0 or 1. DROVER_ERR_STATE: that register is in use. DROVER_ERR_ARGUMENT: a number is out
 * of range, or the interrupt is one that the kernel delivers itself. */
enum drover_error microkit_vcpu_inject(unsigned vcpu, unsigned irq, unsigned priority,
                                       unsigned group, unsigned index);

/* Hands a fault of the vCPU, as the kernel tells it, to the program's fault() in the form that the
 * Microkit has; once for each interrupt that has ended. Returns whether to resume the vCPU. The
 * main loop calls it where it is linked. */
bool microkit_vcpu_fault_deliver(microkit_child vcpu, microkit_msginfo msginfo,
                                 microkit_msginfo *reply);
