/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The VMM under every guest program of the tests: one vCPU, RAM 1:1, the clock's interrupt straight
 * and the GPIO block's through this PD. When the guest switches itself off, so is the machine.
 */
#include <libvmm/libvmm.h>
#include <microkit.h>

#include "guest.h"

#define GPIO_CHANNEL 1
#define GPIO_INTID   39

#define PSCI_SYSTEM_OFF_SMC   0x84000008 /* Arm DEN 0022, 5.1.9 and 5.1.10 */
#define PSCI_SYSTEM_RESET_SMC 0x84000009

/* From images.S; the initrd may be empty. */
extern char guest_kernel[], guest_kernel_end[];
extern char guest_dtb[], guest_dtb_end[];
extern char guest_initrd[], guest_initrd_end[];

/* The guest's machine is the machine. */
static void power(enum guest_power_request request, void *data)
{
    (void)data;
    const microkit_smc_context call = {.x0 = request == GUEST_POWER_OFF ? PSCI_SYSTEM_OFF_SMC
                                                                        : PSCI_SYSTEM_RESET_SMC};
    microkit_smc_context response;
    microkit_arm_smc_call(&call, &response);
}

void init(void)
{
    uint64_t pc = linux_setup_images(
        GUEST_RAM_GPA, (uintptr_t)guest_kernel, (size_t)(guest_kernel_end - guest_kernel),
        (uintptr_t)guest_dtb, GUEST_DTB_GPA, (size_t)(guest_dtb_end - guest_dtb),
        (uintptr_t)guest_initrd, GUEST_INITRD_GPA, (size_t)(guest_initrd_end - guest_initrd));
    const arch_guest_init_t everything_given = {0};
    if (pc == 0 || !guest_init(everything_given)) {
        return;
    }
    virq_register_passthrough(ARM_GIC_IRQ_ROUTE(GUEST_BOOT_VCPU_ID, GPIO_INTID), GPIO_CHANNEL);
    guest_register_power_handler(power, NULL);
    guest_start(pc, GUEST_DTB_GPA, GUEST_INITRD_GPA);
}

void notified(microkit_channel channel)
{
    virq_handle_passthrough(channel);
}

bool fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply_msginfo)
{
    if (!fault_handle(child, msginfo)) {
        return false;
    }
    *reply_msginfo = microkit_msginfo_new(0, 0);
    return true;
}
