/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The calls of seL4 that one system call of Drover's answers.
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
