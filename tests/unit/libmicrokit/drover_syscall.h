/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * In place of libmicrokit's header of the same name: system calls are functions of the test, and
 * the shared pages are memory of the test's.
 */
#pragma once

#include <stdint.h>

#include "drover/abi.h"

struct drover_result {
    uint64_t x0;
    uint64_t x1;
};

/* Answers a system call as the kernel would, and keeps it. See kernel.h. */
struct drover_result kernel_call(unsigned number, uint64_t x0, uint64_t x1, uint64_t x2);

#define DROVER_SYSCALL(number, a0, a1, a2) kernel_call(number, a0, a1, a2)

struct message_page *drover_message_page(void);
struct vcpu_page *drover_vcpu_page(unsigned vcpu);
const struct vm_info *drover_vm_info(void);
