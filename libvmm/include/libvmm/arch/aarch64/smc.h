/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Calls of the guest to its firmware or hypervisor (Arm SMC Calling Convention, DEN0028), by SMC or
 * HVC: PSCI and discovery are answered here, vendor (SiP, OEM) calls by a handler of the VMM's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libvmm/vcpu.h>

/* Answers the SMC or HVC with syndrome `hsr` (ESR_EL2). Returns as psci_handle() does. A call that
 * nobody knows returns NOT_SUPPORTED (-1) to the guest. */
bool smc_handle(size_t vcpu_id, uint64_t hsr);

/*
 * Answers a SiP or OEM call: `fn_number` is the function identifier's low 16 bits, `regs` has the
 * identifier in x0 and arguments in x1..x6; results go to x0..x3. The PC has been dealt with.
 * Returns false if it does not know the function.
 */
typedef bool (*smc_sip_handler_t)(size_t vcpu_id, seL4_UserContext *regs, size_t fn_number);

/* Sets the handler of SiP and OEM calls. Returns false if there is one. */
bool smc_register_sip_handler(smc_sip_handler_t handler);

/* Whether this VMM may call the firmware: the system description gives its PD smc="true". */
bool smc_is_granted(void);

/*
 * Allows the function identifier `function_id` to go to the real firmware. The VMM vouches for it:
 * nothing of its arguments is checked. Returns false, after saying why, if the VMM's PD has no
 * smc="true" or 32 are allowed.
 */
bool smc_allow_forward(uint32_t function_id);

/* A handler that passes calls on to the firmware, those of smc_allow_forward() and no others. */
bool smc_sip_forward(size_t vcpu_id, seL4_UserContext *regs, size_t fn_number);

/* Sets x0. */
void smc_set_return_value(seL4_UserContext *u, uint64_t val);

/* Argument `arg` of the call: x1..x6 for 1..6, else 0. */
uint64_t smc_get_arg(seL4_UserContext *u, uint64_t arg);
