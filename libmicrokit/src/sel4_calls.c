/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The calls of seL4 that one system call of Drover's answers, and the caches.
 */
#include "capability.h"

seL4_IPCBuffer *__sel4_ipc_buffer = (seL4_IPCBuffer *)PD_MESSAGE_PAGE_VA;

seL4_Error microkit_sel4_error(enum drover_error error)
{
    switch (error) {
    case DROVER_OK:
        return seL4_NoError;
    case DROVER_ERR_ARGUMENT:
        return seL4_InvalidArgument;
    case DROVER_ERR_DENIED:
    case DROVER_ERR_STATE:
        return seL4_IllegalOperation;
    default:
        return seL4_InvalidCapability;
    }
}

void seL4_DebugPutChar(char c)
{
    microkit_dbg_putc(c);
}

void seL4_Signal(seL4_CPtr notification)
{
    if (capability_is(notification, BASE_OUTPUT_NOTIFICATION_CAP)) {
        microkit_notify(capability_id(notification));
    }
}

seL4_MessageInfo_t seL4_Call(seL4_CPtr endpoint, seL4_MessageInfo_t info)
{
    if (!capability_is(endpoint, BASE_ENDPOINT_CAP)) {
        return seL4_MessageInfo_new(0, 0, 0, 0);
    }
    return microkit_ppcall(capability_id(endpoint), info);
}

seL4_Error seL4_IRQHandler_Ack(seL4_CPtr irq)
{
    if (!capability_is(irq, BASE_IRQ_CAP)) {
        return seL4_InvalidCapability;
    }
    return microkit_sel4_error(
        (enum drover_error)DROVER_SYSCALL(SYS_IRQ_ACK, capability_id(irq), 0, 0).x0);
}

seL4_Error seL4_ARM_SMC_Call(seL4_CPtr smc, seL4_ARM_SMCContext *args,
                             seL4_ARM_SMCContext *response)
{
    return smc == ARM_SMC_CAP ? microkit_sel4_error(drover_smc_call(args, response))
                              : seL4_InvalidCapability;
}

/* ---- Caches ---- */

/* CTR_EL0 (Arm DDI 0487, D17.2.34): the smallest lines, in log2 of words. */
#define CTR_IMIN_LINE(ctr) ((ctr)&0xf)
#define CTR_DMIN_LINE(ctr) ((ctr) >> 16 & 0xf)

/* Runs one cache instruction on each line of [start, end). */
#define FOR_EACH_LINE(instruction, line, start, end)                                               \
    for (uint64_t at = (start) & ~((line)-1); at < (end); at += (line)) {                          \
        __asm__ volatile(instruction ", %0" ::"r"(at) : "memory");                                 \
    }

static uint64_t cache_type(void)
{
    uint64_t ctr;
    __asm__("mrs %0, ctr_el0" : "=r"(ctr));
    return ctr;
}

static seL4_Error vspace_check(seL4_CPtr vspace, seL4_Word start, seL4_Word end)
{
    if (vspace != VSPACE_CAP) {
        bool is_slot = capability_is(vspace, BASE_USER_CAPS) && vspace >= BASE_USER_CAPS;
        return is_slot ? seL4_IllegalOperation : seL4_InvalidCapability;
    }
    return start < end ? seL4_NoError : seL4_InvalidArgument;
}

static void barrier(void)
{
    __asm__ volatile("dsb sy" ::: "memory");
}

seL4_Error seL4_ARM_VSpace_Clean_Data(seL4_CPtr vspace, seL4_Word start, seL4_Word end)
{
    seL4_Error error = vspace_check(vspace, start, end);
    if (error == seL4_NoError) {
        uint64_t line = 4ul << CTR_DMIN_LINE(cache_type());
        FOR_EACH_LINE("dc cvac", line, start, end)
        barrier();
    }
    return error;
}

seL4_Error seL4_ARM_VSpace_CleanInvalidate_Data(seL4_CPtr vspace, seL4_Word start, seL4_Word end)
{
    seL4_Error error = vspace_check(vspace, start, end);
    if (error == seL4_NoError) {
        uint64_t line = 4ul << CTR_DMIN_LINE(cache_type());
        FOR_EACH_LINE("dc civac", line, start, end)
        barrier();
    }
    return error;
}

seL4_Error seL4_ARM_VSpace_Invalidate_Data(seL4_CPtr vspace, seL4_Word start, seL4_Word end)
{
    return seL4_ARM_VSpace_CleanInvalidate_Data(vspace, start, end);
}

seL4_Error seL4_ARM_VSpace_Unify_Instruction(seL4_CPtr vspace, seL4_Word start, seL4_Word end)
{
    seL4_Error error = vspace_check(vspace, start, end);
    if (error == seL4_NoError) {
        uint64_t ctr = cache_type();
        uint64_t data_line = 4ul << CTR_DMIN_LINE(ctr);
        uint64_t instruction_line = 4ul << CTR_IMIN_LINE(ctr);
        FOR_EACH_LINE("dc cvau", data_line, start, end)
        barrier();
        FOR_EACH_LINE("ic ivau", instruction_line, start, end)
        barrier();
        __asm__ volatile("isb" ::: "memory");
    }
    return error;
}
