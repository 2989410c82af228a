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
#ifdef LIBVMM_PLATFORM_SEL4
/* seL4's own has another order; after this header its name stands for libvmm's. */
typedef struct __attribute__((may_alias)) libvmm_user_context {
    uint64_t x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15;
    uint64_t x16, x17, x18, x19, x20, x21, x22, x23, x24, x25, x26, x27, x28, x29, x30;
    uint64_t pc;
    uint64_t spsr;
    uint64_t sp; /* SP_EL0 */
} libvmm_user_context;
#define seL4_UserContext libvmm_user_context
#endif

/* Whether `vcpu_id` is on; false for one that does not exist. */
bool vcpu_is_on(size_t vcpu_id);

/* Records that `vcpu_id` is on or off; neither starts nor stops it. */
void vcpu_set_on(size_t vcpu_id, bool on);

/* Gives `vcpu_id`, which is stopped, the registers it has after reset: EL1h, interrupts masked, MMU
 * and caches off, general registers zero, timers off. */
void vcpu_reset(size_t vcpu_id);

/* Prints the registers of `vcpu_id`, for a person. */
void vcpu_print_regs(size_t vcpu_id);
