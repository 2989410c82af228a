/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The calls of seL4 on vCPUs.
 */
#include "capability.h"
#include "vcpu.h"

seL4_ARM_VCPU_ReadRegs_t seL4_ARM_VCPU_ReadRegs(seL4_CPtr vcpu, seL4_Word reg)
{
    seL4_ARM_VCPU_ReadRegs_t result = {.error = seL4_InvalidCapability};
    if (capability_is(vcpu, BASE_VCPU_CAP)) {
        result.error = microkit_sel4_error(
            drover_vcpu_read(capability_id(vcpu), (enum vcpu_reg)reg, &result.value));
    }
    return result;
}

seL4_Error seL4_ARM_VCPU_WriteRegs(seL4_CPtr vcpu, seL4_Word reg, seL4_Word value)
{
    if (!capability_is(vcpu, BASE_VCPU_CAP)) {
        return seL4_InvalidCapability;
    }
    return microkit_sel4_error(drover_vcpu_write(capability_id(vcpu), (enum vcpu_reg)reg, value));
}

seL4_Error seL4_ARM_VCPU_InjectIRQ(seL4_CPtr vcpu, seL4_Uint16 irq, seL4_Uint8 priority,
                                   seL4_Uint8 group, seL4_Uint8 index)
{
    if (!capability_is(vcpu, BASE_VCPU_CAP)) {
        return seL4_InvalidCapability;
    }
    enum drover_error error =
        microkit_vcpu_inject(capability_id(vcpu), irq, priority, group, index);
    if (error == DROVER_ERR_ARGUMENT) {
        return seL4_RangeError;
    }
    return error == DROVER_ERR_STATE ? seL4_DeleteFirst : microkit_sel4_error(error);
}

seL4_Error seL4_ARM_VCPU_AckVPPI(seL4_CPtr vcpu, seL4_Word irq)
{
    (void)irq;
    return capability_is(vcpu, BASE_VCPU_CAP) && microkit_vcpu_exists(capability_id(vcpu))
               ? seL4_NoError
               : seL4_InvalidCapability;
}
