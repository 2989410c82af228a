/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtual machine monitor of the driver VM, to be read beside "The file vmm.c" of the driver VM
 * tutorial, whose order it follows: init() places the images, prepares the interrupt controller and
 * starts the guest; notified() passes interrupts on; fault() answers what the guest does. The
 * numbers of a board stand in its guest.h.
 */
#include <microkit.h>
#include <libvmm/compat.h>

#include "guest.h"

/* The payload, which package_guest_images.S puts into this program. */
extern char _guest_kernel_image[], _guest_kernel_image_end[];
extern char _guest_dtb_image[], _guest_dtb_image_end[];
extern char _guest_initrd_image[], _guest_initrd_image_end[];

/* Where this program sees the guest's RAM (VA): set by the tool, because the system description
 * says setvar_vaddr="guest_ram_vaddr". */
uintptr_t guest_ram_vaddr;

/* Which interrupt arrives on which channel; 0 where none does. Channel numbers are this program's
 * own choice, and have to be the ids of the <irq> elements in the system description. */
static const int passthrough_irq_map[MICROKIT_MAX_CHANNELS] = {PASSTHROUGH_IRQS};

/* PSCI function SYSTEM_OFF (Arm DEN0022): switches the whole machine off. */
#define MACHINE_OFF 0x84000008

/* The guest has switched its machine off or asked to be started again. */
static void guest_powered(enum guest_power_request request, void *data)
{
    (void)data;
    if (request == GUEST_POWER_RESET) {
        guest_reboot();
        return;
    }
    if (!VMM_MAY_CALL_FIRMWARE) {
        LOG_VMM(
            "the driver VM is off; the machine stays on, as this VMM may not call the firmware\n");
        return;
    }
    LOG_VMM("the driver VM is off; switching the machine off\n");
    microkit_smc_context call = {.x0 = MACHINE_OFF};
    microkit_arm_smc_call(&call, &call);
}

/* Has every interrupt of the table passed through. At its end-of-interrupt the guest re-arms the
 * physical one, so nothing has to be done here when it acknowledges. */
static void passthrough_init(void)
{
    for (microkit_channel ch = 0; ch < MICROKIT_MAX_CHANNELS; ch++) {
        int irq = passthrough_irq_map[ch];
        if (irq != 0 &&
            !virq_register_passthrough(ARM_GIC_IRQ_ROUTE(GUEST_VCPU_ID, (uint32_t)irq), ch)) {
            LOG_VMM_ERR("the guest has to do without interrupt %d\n", irq);
        }
    }
}

void init(void)
{
    LOG_VMM("starting \"%s\"\n", microkit_name);

    /* Kernel, device tree and initial RAM disk: from this program's image into guest RAM. */
    uintptr_t kernel_pc = linux_setup_images(
        guest_ram_vaddr, (uintptr_t)_guest_kernel_image,
        (size_t)(_guest_kernel_image_end - _guest_kernel_image), (uintptr_t)_guest_dtb_image,
        GUEST_DTB_GPA, (size_t)(_guest_dtb_image_end - _guest_dtb_image),
        (uintptr_t)_guest_initrd_image, GUEST_INITRD_GPA,
        (size_t)(_guest_initrd_image_end - _guest_initrd_image));
    if (kernel_pc == 0) {
        LOG_VMM_ERR("the guest's images cannot be placed\n");
        return;
    }

    /* The virtual interrupt controller, and the interrupts that come through it. */
    if (!virq_controller_init(GUEST_VCPU_ID)) {
        LOG_VMM_ERR("the guest's interrupt controller cannot be prepared\n");
        return;
    }
    passthrough_init();
    guest_register_power_handler(guest_powered, NULL);

    guest_start(GUEST_VCPU_ID, kernel_pc, GUEST_DTB_GPA, GUEST_INITRD_GPA);
}

void notified(microkit_channel ch)
{
    int irq = ch < MICROKIT_MAX_CHANNELS ? passthrough_irq_map[ch] : 0;
    if (irq == 0) {
        LOG_VMM_ERR("notification on channel %u, which has no interrupt\n", ch);
    } else if (!vgic_inject_irq(GUEST_VCPU_ID, irq)) {
        LOG_VMM_ERR("interrupt %d of channel %u is lost\n", irq, ch);
    }
}

bool fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply_msginfo)
{
    if (!fault_handle(child, msginfo)) {
        return false; /* the vCPU stays as it is */
    }
    *reply_msginfo = microkit_msginfo_new(0, 0);
    return true;
}
