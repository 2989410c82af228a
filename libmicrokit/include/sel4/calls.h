/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The calls of seL4 that Drover offers. A capability of the wrong kind, or one that the system
 * description does not grant, is answered with seL4_InvalidCapability. What is not declared here
 * has nothing behind it: Drover creates no objects at run time and changes no schedule, so that
 * a <cap_sc> can be granted, but no call takes one.
 */
#pragma once

#include <sel4/types.h>

/* One character for the debug console. Nothing in a release configuration. */
void seL4_DebugPutChar(char c);

/* Notifies the other end of a channel: BASE_OUTPUT_NOTIFICATION_CAP + channel. */
void seL4_Signal(seL4_CPtr notification);

/* Calls the PD at the other end of a channel, BASE_ENDPOINT_CAP + channel; returns its reply. */
seL4_MessageInfo_t seL4_Call(seL4_CPtr endpoint, seL4_MessageInfo_t info);

/* Re-arms an interrupt: BASE_IRQ_CAP + channel. */
seL4_Error seL4_IRQHandler_Ack(seL4_CPtr irq);

/* Calls the firmware; `smc` is ARM_SMC_CAP, and the PD needs smc="true". */
seL4_Error seL4_ARM_SMC_Call(seL4_CPtr smc, seL4_ARM_SMCContext *args,
                             seL4_ARM_SMCContext *response);

/* ---- Threads: BASE_TCB_CAP + child, BASE_VM_TCB_CAP + vCPU, or a slot of the <cspace> that holds
 * a <cap_tcb> ---- */

seL4_Error seL4_TCB_Suspend(seL4_CPtr tcb);
seL4_Error seL4_TCB_Resume(seL4_CPtr tcb);

/* The first `count` words of the registers. `suspend` stops the thread first. `flags` is not used,
 * as in seL4. Overwrites message registers. */
seL4_Error seL4_TCB_ReadRegisters(seL4_CPtr tcb, seL4_Bool suspend, seL4_Uint8 flags,
                                  seL4_Word count, seL4_UserContext *regs);

/* The same to write; `resume` then runs the thread from the new registers. */
seL4_Error seL4_TCB_WriteRegisters(seL4_CPtr tcb, seL4_Bool resume, seL4_Uint8 flags,
                                   seL4_Word count, seL4_UserContext *regs);

/* ---- vCPUs: BASE_VCPU_CAP + vCPU ---- */

typedef struct {
    int error; /* seL4_Error */
    seL4_Word value;
} seL4_ARM_VCPU_ReadRegs_t;

/* `reg` is a seL4_VCPUReg. */
seL4_ARM_VCPU_ReadRegs_t seL4_ARM_VCPU_ReadRegs(seL4_CPtr vcpu, seL4_Word reg);
seL4_Error seL4_ARM_VCPU_WriteRegs(seL4_CPtr vcpu, seL4_Word reg, seL4_Word value);

/* As microkit_vcpu_arm_inject_irq(); seL4_DeleteFirst if list register `index` is in use,
 * seL4_RangeError also for an interrupt that the kernel delivers to the vCPU itself. */
seL4_Error seL4_ARM_VCPU_InjectIRQ(seL4_CPtr vcpu, seL4_Uint16 irq, seL4_Uint8 priority,
                                   seL4_Uint8 group, seL4_Uint8 index);

/* Succeeds and does nothing: the kernel delivers the virtual timer itself. */
seL4_Error seL4_ARM_VCPU_AckVPPI(seL4_CPtr vcpu, seL4_Word irq);

/* ---- Caches, for [start, end) of VAs of the PD itself: `vspace` is VSPACE_CAP. Another PD's
 * address space, in a slot, is seL4_IllegalOperation. ---- */

#define VSPACE_CAP 3

seL4_Error seL4_ARM_VSpace_Clean_Data(seL4_CPtr vspace, seL4_Word start, seL4_Word end);
seL4_Error seL4_ARM_VSpace_CleanInvalidate_Data(seL4_CPtr vspace, seL4_Word start, seL4_Word end);
seL4_Error seL4_ARM_VSpace_Unify_Instruction(seL4_CPtr vspace, seL4_Word start, seL4_Word end);

/* Cleans as well: EL0 may not throw away what has been written. */
seL4_Error seL4_ARM_VSpace_Invalidate_Data(seL4_CPtr vspace, seL4_Word start, seL4_Word end);
