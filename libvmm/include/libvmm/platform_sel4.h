/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a VMM for the real seL4 Microkit does that one for Drover need not: no tool writes a routing
 * table into it, so it brings its own. A VMM that calls this is linked with libvmm_sel4.a.
 */
#pragma once

#include <stdbool.h>

#include "drover/abi.h"

/*
 * Says what the VM has: to be called first of all in init(). `info` has to stay; it is laid out as
 * drover/abi.h has it, with the VA at which the VMM has each region mapped (setvar_vaddr tells),
 * and has to say what the system description says. Returns false, after saying why, if it routes an
 * interrupt straight to the VM: on seL4 each goes to the VMM by channel.
 */
bool platform_sel4_vm_info_set(const struct vm_info *info);
