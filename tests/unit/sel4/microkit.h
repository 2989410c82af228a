/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * In place of the seL4 Microkit's header when libvmm's platform for it is compiled for the host:
 * the names that it uses, and a context whose registers stand in seL4's order.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drover/abi.h"
#include "sel4/faults.h"

typedef uint64_t seL4_Word;
typedef unsigned int microkit_channel;
typedef unsigned int microkit_child;
typedef uint64_t microkit_msginfo;

#define MICROKIT_MAX_CHANNELS   CHANNEL_MAX
#define MICROKIT_MAX_CHANNEL_ID (CHANNEL_MAX - 1)
#define BASE_VM_TCB_CAP         266

extern char microkit_name[NAME_SIZE];

enum { seL4_False = 0, seL4_True = 1, seL4_NoError = 0 };

typedef struct {
    seL4_Word pc, sp, spsr, x0, x1, x2, x3, x4, x5, x6, x7, x8, x16, x17, x18, x29, x30;
    seL4_Word x9, x10, x11, x12, x13, x14, x15, x19, x20, x21, x22, x23, x24, x25, x26, x27, x28;
    seL4_Word tpidr_el0, tpidrro_el0;
} seL4_UserContext;

enum {
    seL4_VCPUReg_SCTLR,
    seL4_VCPUReg_TTBR0,
    seL4_VCPUReg_TTBR1,
    seL4_VCPUReg_TCR,
    seL4_VCPUReg_MAIR,
    seL4_VCPUReg_AMAIR,
    seL4_VCPUReg_CIDR,
    seL4_VCPUReg_ACTLR,
    seL4_VCPUReg_CPACR,
    seL4_VCPUReg_AFSR0,
    seL4_VCPUReg_AFSR1,
    seL4_VCPUReg_ESR,
    seL4_VCPUReg_FAR,
    seL4_VCPUReg_VBAR,
    seL4_VCPUReg_TPIDR_EL1,
    seL4_VCPUReg_SP_EL1,
    seL4_VCPUReg_ELR_EL1,
    seL4_VCPUReg_SPSR_EL1,
    seL4_VCPUReg_CNTV_CTL,
    seL4_VCPUReg_CNTV_CVAL,
    seL4_VCPUReg_CNTVOFF,
    seL4_VCPUReg_CNTKCTL_EL1,
    seL4_VCPUReg_Num,
};

int seL4_TCB_ReadRegisters(seL4_Word tcb, int suspend, uint8_t flags, seL4_Word count,
                           seL4_UserContext *regs);
int seL4_TCB_WriteRegisters(seL4_Word tcb, int resume, uint8_t flags, seL4_Word count,
                            seL4_UserContext *regs);

uint64_t microkit_mr_get(uint8_t mr);
uint64_t microkit_msginfo_get_label(microkit_msginfo msginfo);
void microkit_irq_ack(microkit_channel channel);
void microkit_notify(microkit_channel channel);
void microkit_vcpu_restart(microkit_child vcpu, uint64_t entry);
void microkit_vcpu_stop(microkit_child vcpu);
void microkit_vcpu_arm_inject_irq(microkit_child vcpu, uint16_t irq, uint8_t priority,
                                  uint8_t group, uint8_t index);
void microkit_vcpu_arm_ack_vppi(microkit_child vcpu, seL4_Word irq);
seL4_Word microkit_vcpu_arm_read_reg(microkit_child vcpu, seL4_Word reg);
void microkit_vcpu_arm_write_reg(microkit_child vcpu, seL4_Word reg, seL4_Word value);
void microkit_dbg_putc(int c);
void microkit_dbg_puts(const char *s);
void microkit_dbg_put32(uint32_t x);
