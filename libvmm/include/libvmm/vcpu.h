/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A vCPU of the guest: on or off, its registers, its reset state.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <microkit.h>

/* A stopped vCPU's registers are a seL4_UserContext, which microkit.h knows, without its last two
 * words. It is the head of the vCPU page (struct vcpu_page of drover/abi.h): a store there is a
 * store to the vCPU's register. */

/* Whether `vcpu_id` is on; false for one that does not exist. */
bool vcpu_is_on(size_t vcpu_id);

/* Records that `vcpu_id` is on or off; neither starts nor stops it. */
void vcpu_set_on(size_t vcpu_id, bool on);

/* Gives `vcpu_id`, which is stopped, the registers it has after reset: EL1h, interrupts masked, MMU
 * and caches off, general registers zero, timers off. */
void vcpu_reset(size_t vcpu_id);

/* Prints the registers of `vcpu_id`, for a person. */
void vcpu_print_regs(size_t vcpu_id);
