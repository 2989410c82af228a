/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The types of seL4 on AArch64, with MCS.
 */
#pragma once

#include <drover.h>
#include <sel4/user_context.h>

typedef int8_t seL4_Int8;
typedef int16_t seL4_Int16;
typedef int32_t seL4_Int32;
typedef int64_t seL4_Int64;
typedef uint8_t seL4_Uint8;
typedef uint16_t seL4_Uint16;
typedef uint32_t seL4_Uint32;
typedef uint64_t seL4_Uint64;
typedef uint64_t seL4_Word;
typedef bool seL4_Bool;

#define seL4_True     true
#define seL4_False    false
#define seL4_WordBits 64
#define seL4_PageBits 12

/* A capability pointer: one of the BASE_*_CAP of microkit.h plus a channel, child or slot. */
typedef seL4_Word seL4_CPtr;
#define seL4_CapNull 0

typedef enum {
    seL4_NoError = 0,
    seL4_InvalidArgument,
    seL4_InvalidCapability,
    seL4_IllegalOperation,
    seL4_RangeError,
    seL4_AlignmentError,
    seL4_FailedLookup,
    seL4_TruncatedMessage,
    seL4_DeleteFirst,
    seL4_RevokeFirst,
    seL4_NotEnoughMemory,
} seL4_Error;

/* ---- Messages ---- */

typedef uint64_t seL4_MessageInfo_t; /* the same as microkit_msginfo */

/* No capability travels in a message: `caps_unwrapped` and `extra_caps` count for nothing. */
static inline seL4_MessageInfo_t seL4_MessageInfo_new(seL4_Uint64 label, seL4_Uint64 caps_unwrapped,
                                                      seL4_Uint64 extra_caps, seL4_Uint64 length)
{
    (void)caps_unwrapped;
    (void)extra_caps;
    return MSGINFO(label, length & 0x7f);
}

static inline seL4_Uint64 seL4_MessageInfo_get_label(seL4_MessageInfo_t info)
{
    return MSGINFO_LABEL(info);
}

static inline seL4_Uint64 seL4_MessageInfo_get_length(seL4_MessageInfo_t info)
{
    return MSGINFO_COUNT(info);
}

#define seL4_MsgMaxLength MESSAGE_WORD_MAX

/* The message page; of seL4's buffer it has the message registers only. */
typedef struct {
    seL4_Word msg[seL4_MsgMaxLength];
} seL4_IPCBuffer;

extern seL4_IPCBuffer *__sel4_ipc_buffer;

static inline seL4_IPCBuffer *seL4_GetIPCBuffer(void)
{
    return __sel4_ipc_buffer;
}

static inline seL4_Word seL4_GetMR(int i)
{
    return (unsigned)i < MESSAGE_WORD_MAX ? drover_message_page()->mr[i] : 0;
}

static inline void seL4_SetMR(int i, seL4_Word value)
{
    if ((unsigned)i < MESSAGE_WORD_MAX) {
        drover_message_page()->mr[i] = value;
    }
}

/* ---- Registers ---- */

typedef struct drover_smc_context seL4_ARM_SMCContext;

typedef enum {
    seL4_VCPUReg_SCTLR = VCPU_REG_SCTLR_EL1,
    seL4_VCPUReg_CPACR = VCPU_REG_CPACR_EL1,
    seL4_VCPUReg_TTBR0 = VCPU_REG_TTBR0_EL1,
    seL4_VCPUReg_TTBR1 = VCPU_REG_TTBR1_EL1,
    seL4_VCPUReg_TCR = VCPU_REG_TCR_EL1,
    seL4_VCPUReg_MAIR = VCPU_REG_MAIR_EL1,
    seL4_VCPUReg_AMAIR = VCPU_REG_AMAIR_EL1,
    seL4_VCPUReg_CIDR = VCPU_REG_CONTEXTIDR_EL1,
    seL4_VCPUReg_ACTLR = VCPU_REG_ACTLR_EL1,
    seL4_VCPUReg_AFSR0 = VCPU_REG_AFSR0_EL1,
    seL4_VCPUReg_AFSR1 = VCPU_REG_AFSR1_EL1,
    seL4_VCPUReg_ESR = VCPU_REG_ESR_EL1,
    seL4_VCPUReg_FAR = VCPU_REG_FAR_EL1,
    seL4_VCPUReg_PAR = VCPU_REG_PAR_EL1,
    seL4_VCPUReg_VBAR = VCPU_REG_VBAR_EL1,
    seL4_VCPUReg_TPIDR_EL1 = VCPU_REG_TPIDR_EL1,
    seL4_VCPUReg_VMPIDR_EL2 = VCPU_REG_VMPIDR_EL2,
    seL4_VCPUReg_SP_EL1 = VCPU_REG_SP_EL1,
    seL4_VCPUReg_ELR_EL1 = VCPU_REG_ELR_EL1,
    seL4_VCPUReg_SPSR_EL1 = VCPU_REG_SPSR_EL1,
    seL4_VCPUReg_CNTV_CTL = VCPU_REG_CNTV_CTL_EL0,
    seL4_VCPUReg_CNTV_CVAL = VCPU_REG_CNTV_CVAL_EL0,
    seL4_VCPUReg_CNTVOFF = VCPU_REG_CNTVOFF_EL2,
    seL4_VCPUReg_CNTKCTL_EL1 = VCPU_REG_CNTKCTL_EL1,
} seL4_VCPUReg;
