/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The generic virtual machine monitor, vmm.elf of the SDK: boots any system that `drover compose`
 * writes. What its guest has (memory, devices, interrupts, vCPUs) it takes from the routing table
 * that the tool writes for every VMM, the rest from the guest table. Nothing in it belongs to one
 * guest or board.
 */
#include <libvmm/libvmm.h>
#include <microkit.h>

#include "devices.h"

/* PSCI function SYSTEM_OFF (Arm DEN0022, 5.1.9): switches the whole machine off. */
#define MACHINE_OFF 0x84000008

/* What the system description maps, and where (VA): set by the tool. The names are those of
 * drover/guest_table.h; sizes in bytes. */
uintptr_t guest_ram_vaddr;
uintptr_t guest_table_vaddr, guest_table_size;
uintptr_t guest_kernel_vaddr, guest_kernel_size;
uintptr_t guest_dtb_vaddr, guest_dtb_size;
uintptr_t guest_initrd_vaddr, guest_initrd_size;

static uint32_t restart_channel = GUEST_CHANNEL_NONE;

/* Kernel, device tree and initial RAM disk into guest RAM. The kernel's entry point (GPA), or 0. */
static uint64_t images_place(const struct guest_table *table)
{
    uint64_t ram_gpa;
    if (!guest_ram_gpa_of_va(guest_ram_vaddr, &ram_gpa)) {
        LOG_VMM_ERR("no guest RAM at VA 0x%lx of this program; map a region of the VM into it too, "
                    "with setvar_vaddr=\"guest_ram_vaddr\"\n",
                    (unsigned long)guest_ram_vaddr);
        return 0;
    }
    return linux_setup_images(table->kernel_gpa, guest_kernel_vaddr, guest_kernel_size,
                              guest_dtb_vaddr, table->dtb_gpa, guest_dtb_size, guest_initrd_vaddr,
                              table->initrd_gpa, guest_initrd_size);
}

/* Lets the firmware calls of the table through, and no others. */
static bool firmware_calls_allow(const struct guest_table *table)
{
    for (uint32_t i = 0; i < table->smc_count; i++) {
        if (!smc_allow_forward(guest_table_smcs(table)[i])) {
            return false;
        }
    }
    return table->smc_count == 0 || smc_register_sip_handler(smc_sip_forward);
}

/* The guest has switched its machine off or asked to be started again. */
static void guest_powered(enum guest_power_request request, void *data)
{
    const struct guest_table *table = data;
    if (request == GUEST_POWER_RESET) {
        guest_reboot();
    } else if ((table->flags & GUEST_TABLE_OFF_IS_MACHINE_OFF) != 0) {
        LOG_VMM("the guest is off; switching the machine off\n");
        seL4_ARM_SMCContext call = {.x0 = MACHINE_OFF};
        microkit_arm_smc_call(&call, &call);
    } else {
        LOG_VMM("the guest is off\n");
    }
}

static bool power_prepare(const struct guest_table *table)
{
    if ((table->flags & GUEST_TABLE_OFF_IS_MACHINE_OFF) != 0 && !smc_is_granted()) {
        LOG_VMM_ERR(
            "guest table: the guest's power-off is the machine's, but this VMM may not call "
            "the firmware; give its <protection_domain> smc=\"true\"\n");
        return false;
    }
    guest_register_power_handler(guest_powered, (void *)(uintptr_t)table);
    return true;
}

/* What a restart has to do beside the rest, and who may ask for one. */
static bool restart_prepare(const struct guest_table *table)
{
    for (uint32_t i = 0; i < table->pci_count; i++) {
        if (!guest_register_pci(&guest_table_pcis(table)[i])) {
            return false;
        }
    }
    restart_channel = table->restart_channel;
    return true;
}

void init(void)
{
    LOG_VMM("starting \"%s\", the generic VMM\n", microkit_name);
    const struct guest_table *table = guest_table_check(guest_table_vaddr, guest_table_size);
    if (table == NULL || !guest_init((arch_guest_init_t){0})) {
        return;
    }
    fault_register_places(table);
    if (!virq_register_passthrough_all() || !firmware_calls_allow(table) || !power_prepare(table) ||
        !restart_prepare(table) || !devices_init(table)) {
        return;
    }
    uint64_t kernel_pc = images_place(table);
    if (kernel_pc != 0) {
        guest_start(kernel_pc, table->dtb_gpa, guest_initrd_size != 0 ? table->initrd_gpa : 0);
    }
}

void notified(microkit_channel channel)
{
    if (channel == restart_channel) {
        LOG_VMM("asked to restart the guest, on channel %u\n", channel);
        guest_restart(0, 0);
    } else if (!devices_notified(channel) && !virq_handle_passthrough(channel)) {
        LOG_VMM_ERR("notification on channel %u, which has no interrupt\n", channel);
    }
}

seL4_Bool fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply_msginfo)
{
    if (!fault_handle(child, msginfo)) {
        return seL4_False; /* the vCPU stays as it is */
    }
    *reply_msginfo = microkit_msginfo_new(0, 0);
    return seL4_True;
}
