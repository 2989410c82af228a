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

#include "drover.h"

typedef unsigned int microkit_channel;
typedef unsigned int microkit_child;
typedef uint64_t microkit_msginfo;

#define MICROKIT_MAX_CHANNELS   CHANNEL_MAX
#define MICROKIT_MAX_CHANNEL_ID (CHANNEL_MAX - 1)
#define MICROKIT_PD_NAME_LENGTH NAME_SIZE

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

/* The deferred action that the next wait carries out: DEFERRED_* of drover/abi.h. */
extern uint64_t microkit_deferred;

/* ---- Debug output: nothing in a release configuration ---- */

void microkit_dbg_putc(int c);
void microkit_dbg_puts(const char *s);
void microkit_dbg_put8(uint8_t x);   /* decimal */
void microkit_dbg_put32(uint32_t x); /* decimal */

/* Stops the PD with a fault whose address is `error`, so that a fault message shows it. */
static inline void microkit_internal_crash(uint64_t error)
{
    *(volatile uint8_t *)(uintptr_t)error = 0;
    __builtin_unreachable();
}

/* ---- Channels ---- */

/* Says that `ch` was used without the right to; part of every call that can be misused. */
void microkit_refused(const char *what, unsigned id);

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
 * One deferred action an entry: an earlier one is carried out at once. */
static inline void microkit_deferred_notify(microkit_channel ch)
{
    if (microkit_deferred != DEFERRED_NONE) {
        microkit_notify(ch);
        return;
    }
    microkit_deferred = DEFERRED_NOTIFY | ch;
}

/* Re-arms the interrupt of channel `ch` when the entry point returns; as above. */
static inline void microkit_deferred_irq_ack(microkit_channel ch)
{
    if (microkit_deferred != DEFERRED_NONE) {
        microkit_irq_ack(ch);
        return;
    }
    microkit_deferred = DEFERRED_IRQ_ACK | ch;
}

/* ---- Messages ---- */

static inline microkit_msginfo microkit_msginfo_new(uint64_t label, uint16_t count)
{
    return MSGINFO(label, (uint64_t)count);
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
        microkit_refused("microkit_pd_stop: no such child: ", pd);
    }
}

/* Lets a stopped `pd` go on. */
static inline void microkit_pd_resume(microkit_child pd)
{
    if (DROVER_SYSCALL(SYS_PD_RESUME, pd, 0, 0).x0 != DROVER_OK) {
        microkit_refused("microkit_pd_resume: no such child: ", pd);
    }
}

/* Makes `pd` run from `entry_point` (VA in the child). */
static inline void microkit_pd_restart(microkit_child pd, uintptr_t entry_point)
{
    if (DROVER_SYSCALL(SYS_PD_RESTART, pd, entry_point, 0).x0 != DROVER_OK) {
        microkit_refused("microkit_pd_restart: no such child: ", pd);
    }
}

/* ---- Virtual machines ---- */

/* Starts `vcpu` at `entry_point`, with the registers of its page. */
static inline void microkit_vcpu_restart(microkit_child vcpu, uintptr_t entry_point)
{
    if (drover_vcpu_start(vcpu, entry_point) != DROVER_OK) {
        microkit_refused("microkit_vcpu_restart: no such vCPU: ", vcpu);
    }
}

static inline void microkit_vcpu_stop(microkit_child vcpu)
{
    if (drover_vcpu_stop(vcpu) != DROVER_OK) {
        microkit_refused("microkit_vcpu_stop: no such vCPU: ", vcpu);
    }
}

/* `reg` is an enum vcpu_reg. An unknown one reads as zero. */
static inline uint64_t microkit_vcpu_arm_read_reg(microkit_child vcpu, uint64_t reg)
{
    uint64_t value = 0;
    if (drover_vcpu_read(vcpu, (enum vcpu_reg)reg, &value) != DROVER_OK) {
        microkit_refused("microkit_vcpu_arm_read_reg: no such vCPU or register: ", (unsigned)reg);
    }
    return value;
}

static inline void microkit_vcpu_arm_write_reg(microkit_child vcpu, uint64_t reg, uint64_t value)
{
    if (drover_vcpu_write(vcpu, (enum vcpu_reg)reg, value) != DROVER_OK) {
        microkit_refused("microkit_vcpu_arm_write_reg: no such vCPU or register: ", (unsigned)reg);
    }
}

/* Makes `irq` pending in `vcpu`. Drover's kernel chooses the list register: `index` is not used. */
static inline void microkit_vcpu_arm_inject_irq(microkit_child vcpu, uint16_t irq, uint8_t priority,
                                                uint8_t group, uint8_t index)
{
    (void)index;
    uint32_t word = (irq & INJECT_INTID_MASK) | INJECT_PRIORITY((uint32_t)priority) |
                    (group != 0 ? INJECT_GROUP1 : 0) | INJECT_EOI;
    if (drover_virq_inject(vcpu, word) != DROVER_OK) {
        microkit_refused("microkit_vcpu_arm_inject_irq: no such vCPU or interrupt: ", irq);
    }
}

/* ---- Firmware ---- */

typedef struct {
    uint64_t x0, x1, x2, x3, x4, x5, x6, x7;
} microkit_smc_context;

/* Calls the firmware; the PD needs smc="true". */
static inline void microkit_arm_smc_call(const microkit_smc_context *args,
                                         microkit_smc_context *response)
{
    uint64_t x[8] = {args->x0, args->x1, args->x2, args->x3,
                     args->x4, args->x5, args->x6, args->x7};
    if (drover_smc(x) != DROVER_OK) {
        microkit_refused("microkit_arm_smc_call: the PD lacks smc=\"true\": function ",
                         (unsigned)args->x0);
        return;
    }
    *response = (microkit_smc_context){x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]};
}
