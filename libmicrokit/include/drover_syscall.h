/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * How a protection domain reaches the kernel: the system call instruction, and the pages that both
 * share. All else is written in these terms.
 */
#pragma once

#include <stdint.h>

#include "drover/abi.h"

/* What one system call returns: x0 and x1. */
struct drover_result {
    uint64_t x0;
    uint64_t x1;
};

/* Makes system call `number`, a constant: the immediate of the SVC. */
#define DROVER_SYSCALL(number, a0, a1, a2)                                                         \
    ({                                                                                             \
        register uint64_t x0_ __asm__("x0") = (a0);                                                \
        register uint64_t x1_ __asm__("x1") = (a1);                                                \
        register uint64_t x2_ __asm__("x2") = (a2);                                                \
        __asm__ volatile("svc %[nr]"                                                               \
                         : "+r"(x0_), "+r"(x1_), "+r"(x2_)                                         \
                         : [nr] "i"(number)                                                        \
                         : "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",   \
                           "x14", "x15", "x16", "x17", "cc", "memory");                            \
        (struct drover_result){x0_, x1_};                                                          \
    })

/* The PD's message page. */
static inline struct message_page *drover_message_page(void)
{
    return (struct message_page *)PD_MESSAGE_PAGE_VA;
}

/* The page of the PD's own vCPU `vcpu`; mapped only if the VM has that vCPU. */
static inline struct vcpu_page *drover_vcpu_page(unsigned vcpu)
{
    return (struct vcpu_page *)PD_VCPU_PAGE_VA((uint64_t)vcpu);
}

/* The routing table of the PD's VM; mapped only if the PD has one. */
static inline const struct vm_info *drover_vm_info(void)
{
    return (const struct vm_info *)PD_VM_INFO_VA;
}
