/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The kernel and the program on either side of libmicrokit, as far as its seL4 names need them: a
 * PD with two vCPUs, child 1, a right to the thread of another in slot 5, channel 3, and what its
 * fault() was told.
 */
#pragma once

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "drover/abi.h"

#define KERNEL_VCPU_COUNT 2
#define KERNEL_CHILD      1
#define KERNEL_SLOT       5
#define KERNEL_CHANNEL    3

#define KERNEL_BOUND_INTID 27  /* an interrupt of the vCPUs that the kernel delivers itself */
#define KERNEL_USAGE       100 /* the first word of an account; the next are 101, 102, ... */

/* The last system call but those that only read a vCPU's register. */
struct kernel_call {
    unsigned number;
    uint64_t x0, x1, x2;
};
extern struct kernel_call kernel_last;
extern unsigned kernel_call_count;

/* A wait of the PD's never returns, but goes here. */
extern jmp_buf kernel_wait;

extern uint64_t kernel_vcpu_regs[KERNEL_VCPU_COUNT][VCPU_REG_COUNT];
extern struct pd_registers kernel_pd;
extern struct vm_info kernel_vm_info;

/* A call of the program's fault(). */
struct fault_call {
    unsigned child;
    uint64_t msginfo;
    uint64_t mr[13];
};
#define FAULT_CALL_MAX 8
extern struct fault_call fault_calls[FAULT_CALL_MAX];
extern unsigned fault_call_count;
extern bool fault_answers[FAULT_CALL_MAX]; /* what it answers, in turn */
/* What the program does inside fault(), or NULL. */
extern void (*fault_action)(void);

/* What microkit_failed() was told last; NULL if nothing. */
extern const char *failure;

/* A fresh PD; its vCPUs have nothing in list registers. */
void kernel_reset(void);
