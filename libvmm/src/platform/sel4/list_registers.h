/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The interrupts of a vCPU on seL4: in the list registers of its GIC, or waiting for a free one.
 *
 * seL4 lets a VMM fill a list register that is empty and tells it when the guest has ended what was
 * in it; there is no way to look into one, or to take an interrupt back. So what is in a list
 * register counts as active here from the moment it is there, and what waits is what can be
 * withdrawn.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The number that every GICv2 of the field has (GIC-400: DDI 0471, 2.3.3); seL4 does not tell. */
#define LIST_REGISTER_COUNT 4

/* Makes the interrupt of injection word `word` (INJECT_*) pending in `vcpu`: in a list register if
 * one is free and none has the same INTID. */
void list_registers_add(unsigned vcpu, uint32_t word);

/* Has the most urgent of those that wait take the free list registers. */
void list_registers_fill(unsigned vcpu);

/* What list register `index` held has been ended by the guest. Returns false if it held nothing;
 * else `*word` is what was injected, with INJECT_EOI only if that end is to be reported now: not
 * while the same INTID waits to be delivered again. */
bool list_registers_end(unsigned vcpu, unsigned index, uint32_t *word);

/* INTIDs first_intid..+31 that wait, and those in list registers: a bit for each. */
void list_registers_state(unsigned vcpu, uint32_t first_intid, uint32_t *waiting, uint32_t *held);

/* Whether an INTID with its source (INJECT_SOURCE) waits or is in a list register: VIRQ_STATE_*. */
uint32_t list_registers_state_of(unsigned vcpu, uint32_t intid_and_source);

/* Forgets what waits for that INTID and source, and returns its injection word; 0 if nothing does
 * or it is an SGI. */
uint32_t list_registers_withdraw(unsigned vcpu, uint32_t intid_and_source);
