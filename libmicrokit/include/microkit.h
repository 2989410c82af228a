/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The Microkit's interface for a protection domain (PD). A program defines the entry points and
 * calls the functions; names and meanings are the Microkit's, the system calls beneath are
 * Drover's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <drover.h>
#include <sel4/sel4.h>

typedef unsigned int microkit_channel;
typedef unsigned int microkit_child;
typedef unsigned int microkit_ioport;
typedef uint64_t microkit_msginfo;

#define MICROKIT_MAX_CHANNELS   CHANNEL_MAX
#define MICROKIT_MAX_CHANNEL_ID (CHANNEL_MAX - 1)
#define MICROKIT_MAX_IOPORT_ID  MICROKIT_MAX_CHANNELS
#define MICROKIT_MAX_USER_CAPS  SLOT_MAX
#define MICROKIT_PD_NAME_LENGTH NAME_SIZE

/* What the calls of sel4/calls.h take as a capability: a class plus a channel, child, vCPU or slot.
 * Only the names are the Microkit's. The first two classes are the kernel's deferred actions, so
 * that a program may set microkit_signal_cap itself. */
#define ARM_SMC_CAP                  7
#define BASE_OUTPUT_NOTIFICATION_CAP DEFERRED_NOTIFY
#define BASE_IRQ_CAP                 DEFERRED_IRQ_ACK
#define BASE_ENDPOINT_CAP            0x300
#define BASE_TCB_CAP                 0x400
#define BASE_USER_CAPS               (BASE_TCB_CAP + PD_SLOT(0))
#define BASE_VM_TCB_CAP              0x500
#define BASE_VCPU_CAP                0x600
/* The PD itself, for the calls of sel4/benchmark.h and no others. */
#define TCB_CAP                      (BASE_TCB_CAP + BENCHMARK_SELF)

/* ---- Entry points, written by the program ---- */

/* Called once at start. */
void init(void);
/* Called for each notification and each interrupt that arrived on `ch`. */
void notified(microkit_channel ch);
/* Called for a protected procedure call on `ch`; returns the reply. Optional. */
microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo);
/* Called when child PD or vCPU `child` faulted: true resumes it (after `*reply_msginfo`). Optional.
 */
bool fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply_msginfo);

/* ---- What the tool writes into the program's image ---- */

extern char microkit_name[MICROKIT_PD_NAME_LENGTH]; /* the PD's name in the system description */
extern bool microkit_passive;           /* the PD runs on its callers' time after init */
extern uint64_t microkit_irqs;          /* a bit for each channel that is an interrupt */
extern uint64_t microkit_notifications; /* ... that may be notified */
extern uint64_t microkit_pps;           /* ... that may be called */
extern uint64_t microkit_ioports;       /* none: there are no I/O ports on Arm */

/* ---- The action that the next wait carries out, set by the deferred calls ---- */

extern bool microkit_have_signal;            /* there is one */
extern uint64_t microkit_signal_cap;         /* DEFERRED_* of drover/abi.h */
extern microkit_msginfo microkit_signal_msg; /* says nothing: the capability decides */

/* ---- Debug output: nothing in a release configuration ----
 *
 * Printed a line at a time, so that lines of several PDs do not mix; what has no newline yet when
 * the PD waits or faults, or after DEBUG_TEXT_MAX bytes.
 */

void microkit_dbg_putc(int c);
void microkit_dbg_puts(const char *s);
void microkit_dbg_put8(uint8_t x);   /* decimal */
void microkit_dbg_put32(uint32_t x); /* decimal */

/* Stops the PD with a fault whose address is `error`, so that a fault message shows it. */
static inline void microkit_internal_crash(uint64_t error)
{
    *(volatile uint8_t *)(uintptr_t)error = 0;
}

/* What a failed assert() of a C library calls: says so and crashes. A program may have its own. */
void __assert_fail(const char *expression, const char *file, int line, const char *function);

/* ---- Channels ---- */

/* Says that `what`, a call and what it needs, was used without the right to; part of every call
 * that can be misused. */
void microkit_refused(const char *what, unsigned id);
/* The same, and crashes the PD: it would go on in the belief that it has stopped another. */
void microkit_failed(const char *what, unsigned id);

/* Notifies the other end of `ch`; does not block; several may arrive as one. */
static inline void microkit_notify(microkit_channel ch)
{
    if (DROVER_SYSCALL(SYS_NOTIFY, ch, 0, 0).x0 != DROVER_OK) {
        microkit_refused("microkit_notify: channel that may not be notified: ", ch);
    }
}

/* Re-arms the interrupt of channel `ch`. */
static inline void microkit_irq_ack(microkit_channel ch)
{
    if (DROVER_SYSCALL(SYS_IRQ_ACK, ch, 0, 0).x0 != DROVER_OK) {
        microkit_refused("microkit_irq_ack: channel that is no interrupt: ", ch);
    }
}

/* Notifies the other end of `ch` when the entry point returns, without a system call of its own.
 * There is one deferred action an entry: a second one is carried out at once. */
static inline void microkit_deferred_notify(microkit_channel ch)
{
    if (microkit_have_signal || ch > MICROKIT_MAX_CHANNEL_ID ||
        (microkit_notifications >> ch & 1) == 0) {
        microkit_notify(ch);
        return;
    }
    microkit_have_signal = true;
    microkit_signal_cap = BASE_OUTPUT_NOTIFICATION_CAP | ch;
}

/* Re-arms the interrupt of channel `ch` when the entry point returns; as above. */
static inline void microkit_deferred_irq_ack(microkit_channel ch)
{
    if (microkit_have_signal || ch > MICROKIT_MAX_CHANNEL_ID || (microkit_irqs >> ch & 1) == 0) {
        microkit_irq_ack(ch);
        return;
    }
    microkit_have_signal = true;
    microkit_signal_cap = BASE_IRQ_CAP | ch;
}

/* ---- Messages ---- */

static inline microkit_msginfo microkit_msginfo_new(uint64_t label, uint16_t count)
{
    return MSGINFO(label, count & 0x7fu);
}

static inline uint64_t microkit_msginfo_get_label(microkit_msginfo msginfo)
{
    return MSGINFO_LABEL(msginfo);
}

static inline uint64_t microkit_msginfo_get_count(microkit_msginfo msginfo)
{
    return MSGINFO_COUNT(msginfo);
}

static inline void microkit_mr_set(uint8_t mr, uint64_t value)
{
    if (mr < MESSAGE_WORD_MAX) {
        drover_message_page()->mr[mr] = value;
    }
}

static inline uint64_t microkit_mr_get(uint8_t mr)
{
    return mr < MESSAGE_WORD_MAX ? drover_message_page()->mr[mr] : 0;
}

/* Calls the protected procedure at the other end of `ch`, a PD of higher priority; returns its
 * reply. */
static inline microkit_msginfo microkit_ppcall(microkit_channel ch, microkit_msginfo msginfo)
{
    struct drover_result result = DROVER_SYSCALL(SYS_CALL, ch, msginfo, 0);
    if (result.x0 != DROVER_OK) {
        microkit_refused("microkit_ppcall: channel that may not be called: ", ch);
        return 0;
    }
    return result.x1;
}

/* ---- Child PDs ---- */

/* Stops `pd`; it keeps its state. */
static inline void microkit_pd_stop(microkit_child pd)
{
    if (DROVER_SYSCALL(SYS_PD_STOP, pd, 0, 0).x0 != DROVER_OK) {
        microkit_failed("microkit_pd_stop: no such child: ", pd);
    }
}

/* Lets a stopped `pd` go on. */
static inline void microkit_pd_resume(microkit_child pd)
{
    if (DROVER_SYSCALL(SYS_PD_RESUME, pd, 0, 0).x0 != DROVER_OK) {
        microkit_failed("microkit_pd_resume: no such child: ", pd);
    }
}

/* Makes `pd` run from `entry_point` (VA in the child). */
static inline void microkit_pd_restart(microkit_child pd, uintptr_t entry_point)
{
    if (DROVER_SYSCALL(SYS_PD_RESTART, pd, entry_point, 0).x0 != DROVER_OK) {
        microkit_failed("microkit_pd_restart: no such child: ", pd);
    }
}

/* ---- Virtual machines ---- */

/* Who calls one of the next two has a VMM in the Microkit's style: fault() then finds what a fault
 * is about in message registers, and the virtual timer (PPI 27) is delivered from the start.
 * Drover's own style is drover_vcpu_start() and the vCPU's page; libmicrokit/src/vcpu.h has the
 * difference. */

/* Lets `vcpu` run from `entry_point` (GPA, or guest VA if its MMU is on). */
void microkit_vcpu_restart(microkit_child vcpu, uintptr_t entry_point);

/* Makes `irq` pending in `vcpu`. `priority` is 0..31; `index` 0..3 is the number that the fault
 * seL4_Fault_VGICMaintenance tells when the guest has ended it. */
void microkit_vcpu_arm_inject_irq(microkit_child vcpu, uint16_t irq, uint8_t priority,
                                  uint8_t group, uint8_t index);

/* Nothing to do: the kernel delivers the virtual timer and sees the guest end it. */
static inline void microkit_vcpu_arm_ack_vppi(microkit_child vcpu, uint64_t irq)
{
    (void)vcpu;
    (void)irq;
}

/* Stops `vcpu` where it is. */
static inline void microkit_vcpu_stop(microkit_child vcpu)
{
    if (drover_vcpu_stop(vcpu) != DROVER_OK) {
        microkit_failed("microkit_vcpu_stop: no such vCPU: ", vcpu);
    }
}

/* `reg` is an enum vcpu_reg. An unknown one reads as zero. */
static inline uint64_t microkit_vcpu_arm_read_reg(microkit_child vcpu, uint64_t reg)
{
    uint64_t value = 0;
    if (drover_vcpu_read(vcpu, (enum vcpu_reg)reg, &value) != DROVER_OK) {
        microkit_failed("microkit_vcpu_arm_read_reg: no such vCPU or register: ", (unsigned)reg);
    }
    return value;
}

static inline void microkit_vcpu_arm_write_reg(microkit_child vcpu, uint64_t reg, uint64_t value)
{
    if (drover_vcpu_write(vcpu, (enum vcpu_reg)reg, value) != DROVER_OK) {
        microkit_failed("microkit_vcpu_arm_write_reg: no such vCPU or register: ", (unsigned)reg);
    }
}

/* ---- Firmware ---- */

typedef struct drover_smc_context microkit_smc_context;

/* Calls the firmware; the PD needs smc="true". */
static inline void microkit_arm_smc_call(const microkit_smc_context *args,
                                         microkit_smc_context *response)
{
    if (drover_smc_call(args, response) != DROVER_OK) {
        microkit_failed("microkit_arm_smc_call: the PD lacks smc=\"true\": function ",
                        (unsigned)args->x0);
    }
}

/* ---- Capabilities ---- */

/* What the calls of sel4/calls.h take for slot `slot` of the PD's <cspace>; seL4_CapNull if there
 * can be no such slot. */
static inline uint64_t microkit_cspace_root_slot_to_cptr(uint64_t slot)
{
    return slot < MICROKIT_MAX_USER_CAPS ? BASE_USER_CAPS + slot : seL4_CapNull;
}
