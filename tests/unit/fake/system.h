/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A whole kernel on the fake machine: booted from a description through its own kernel_main(), then
 * entered as programs, guests and devices enter it. After every entry the invariants are checked.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "exception.h"
#include "irq.h"
#include "machine.h"
#include "objects.h"
#include "regs.h"
#include "sched.h"
#include "vcpu_regs.h"
#include "virq.h"

/* The tables of a manifest. PDs and vCPUs are told apart by their index. */
struct description {
    const struct manifest_pd *pds;
    uint32_t pd_count;
    const struct manifest_vcpu *vcpus;
    uint32_t vcpu_count;
    const struct manifest_channel *channels;
    uint32_t channel_count;
    const struct manifest_irq *irqs;
    uint32_t irq_count;
    const struct manifest_map *maps;
    uint32_t map_count;
    const struct manifest_slot *slots;
    uint32_t slot_count;
    const struct manifest_schedule *schedules;
    uint32_t schedule_count;
    uint32_t irq_lines;      /* 0: GIC_LINE_COUNT */
    uint32_t list_reg_count; /* 0: 4 */
};

struct system {
    struct cpu cpu;
    struct pd *pds;
    struct vcpu *vcpus;
    uint32_t pd_count, vcpu_count;
    bool is_idle; /* the kernel waits for an interrupt; nobody runs */
};

extern struct system the_system;

#define PD(i)   (&the_system.pds[i])
#define VCPU(i) (&the_system.vcpus[i])

/* Powers the machine on and boots the kernel: the most urgent PD runs. */
void system_boot(const struct description *description);

/* system_boot(), then lets every PD wait: nobody runs. */
void system_boot_idle(const struct description *description);

/* The running thread, NULL while nobody runs. */
struct thread *running(void);

/* The running PD `pd` makes a system call. Returns its x0 afterwards: the result unless it blocked.
 * The running PD is checked. */
uint64_t pd_call(unsigned pd, uint64_t number, uint64_t x0, uint64_t x1, uint64_t x2);

/* SYS_WAIT of the running PD `pd`. */
void pd_wait(unsigned pd);

/* SYS_REPLY_WAIT of the running PD `pd` with an empty message. */
void pd_answer(unsigned pd);

/* Enters the kernel at `handler`, and leaves it to the thread that it returns. */
void system_enter(struct thread *(*handler)(struct cpu *cpu, uint64_t esr), uint64_t esr);

/* The running thread takes a synchronous exception. */
void system_exception(uint64_t esr);

/* The running vCPU `vcpu` executes WFI. */
void vcpu_wfi(unsigned vcpu);

/* The kernel takes interrupts until none is signalled. */
void system_interrupts(void);

/* A device raises line `intid` or lets it fall, or makes an edge, and the kernel takes it. */
void device_raise(uint32_t intid);
void device_lower(uint32_t intid);
void device_pulse(uint32_t intid);

/* The counter reaches `now`, and the kernel takes what fires. */
void system_time(uint64_t now);

/* Returns what is wrong with the kernel's state, or NULL. */
const char *invariant_broken(void);

/* Invariants hold, and the GIC was used as its specification says. */
void system_check(void);

/* Ends the test: in fail.c for unit tests. */
_Noreturn void system_fail(const char *why);
