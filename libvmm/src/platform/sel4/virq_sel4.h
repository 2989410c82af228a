/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Interrupts of a vCPU as seL4 reports them, for the fault decoder.
 */
#pragma once

#include <stdbool.h>

/* The guest has ended what list register `index` held: re-arms what is physical behind it, and lets
 * those that wait in. Returns whether libvmm asked to be told: the `eoi` of the vCPU's page then
 * says which INTID it was. */
bool virq_sel4_ended(unsigned vcpu, unsigned index);

/* The private interrupt `intid` of the guest's virtual machine has fired: its virtual timer. seL4
 * masks it until it is acknowledged. */
void virq_sel4_private(unsigned vcpu, unsigned intid);
