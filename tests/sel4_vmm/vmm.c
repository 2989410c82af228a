/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A VMM for the seL4 Microkit, run on Drover: libvmm on its platform for seL4, which knows faults
 * by their message registers, the vCPU by system calls and list registers by their numbers. All of
 * that is the compatibility layer's to give.
 */
#include <libvmm/libvmm.h>
#include <libvmm/platform_sel4.h>
#include <microkit.h>

#include "guest.h"

#define PSCI_SYSTEM_OFF_SMC 0x84000008 /* Arm DEN 0022, 5.1.9 */

extern char _guest_kernel_image[], _guest_kernel_image_end[];
extern char _guest_dtb_image[], _guest_dtb_image_end[];
extern char _guest_initrd_image[], _guest_initrd_image_end[];

static void guest_powered(enum guest_power_request request, void *data)
{
    (void)request;
    (void)data;
    seL4_ARM_SMCContext call = {.x0 = PSCI_SYSTEM_OFF_SMC};
    microkit_arm_smc_call(&call, &call);
}

static void interrupts_pass_through(const struct vm_info *info)
{
    const struct vm_info_irq *irqs =
        (const struct vm_info_irq *)((uintptr_t)info + info->irq_offset);
    for (uint32_t i = 0; i < info->irq_count; i++) {
        virq_register_passthrough(ARM_GIC_IRQ_ROUTE(GUEST_BOOT_VCPU_ID, irqs[i].intid),
                                  irqs[i].target);
    }
}

void init(void)
{
    const arch_guest_init_t everything_given = {0};
    if (!platform_sel4_vm_info_set(drover_vm_info())) {
        return;
    }
    uint64_t pc = linux_setup_images(GUEST_RAM_GPA, (uintptr_t)_guest_kernel_image,
                                     (size_t)(_guest_kernel_image_end - _guest_kernel_image),
                                     (uintptr_t)_guest_dtb_image, GUEST_DTB_GPA,
                                     (size_t)(_guest_dtb_image_end - _guest_dtb_image),
                                     (uintptr_t)_guest_initrd_image, GUEST_INITRD_GPA,
                                     (size_t)(_guest_initrd_image_end - _guest_initrd_image));
    if (pc == 0 || !guest_init(everything_given)) {
        return;
    }
    interrupts_pass_through(drover_vm_info());
    guest_register_power_handler(guest_powered, NULL);
    guest_start(pc, GUEST_DTB_GPA, GUEST_INITRD_GPA);
}

void notified(microkit_channel channel)
{
    virq_handle_passthrough(channel);
}

seL4_Bool fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply_msginfo)
{
    if (!fault_handle(child, msginfo)) {
        return seL4_False;
    }
    *reply_msginfo = microkit_msginfo_new(0, 0);
    return seL4_True;
}
