/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The guest as a whole: its start, its end, and what is known of it in common.
 */
#include <libvmm/guest.h>

#include <libvmm/arch/aarch64/fault.h>
#include <libvmm/util/util.h>
#include <libvmm/vcpu.h>
#include <libvmm/virq.h>

#include "guest_state.h"
#include "vgic.h"
#include "vm_info.h"

struct guest guest;

static guest_power_handler_t power_handler;
static void *power_handler_data;
static unsigned log_lines;

/* Compares guest RAM as the program has it with the routing table. */
static bool ram_region_check(const struct vm_info *info, const struct guest_ram_region *claim)
{
    const struct vm_info_region *region =
        vm_info_region_holding(info, claim->gpa_start, claim->size);
    if (region == NULL) {
        LOG_VMM_ERR("guest_init: no region of the VM holds guest RAM 0x%lx + 0x%lx (GPA); correct "
                    "the program or the <virtual_machine> of the system description\n",
                    claim->gpa_start, claim->size);
        return false;
    }
    uint64_t va = region->vmm_va + (claim->gpa_start - region->gpa);
    if (region->vmm_va == 0 || va != (uintptr_t)claim->vmm_vaddr) {
        LOG_VMM_ERR("guest_init: guest RAM 0x%lx (GPA) is at VA 0x%lx in the program, but region "
                    "\"%s\" of the system description is mapped at VA 0x%lx\n",
                    claim->gpa_start, (uintptr_t)claim->vmm_vaddr, region->name, region->vmm_va);
        return false;
    }
    return true;
}

bool guest_init(arch_guest_init_t init_args)
{
    const struct vm_info *info = platform_vm_info();
    if (!vm_info_check(info)) {
        return false;
    }
    if (init_args.num_vcpus > info->vcpu_count) {
        LOG_VMM_ERR("guest_init: %u vCPUs wanted, the <virtual_machine> has %u\n",
                    (unsigned)init_args.num_vcpus, info->vcpu_count);
        return false;
    }
    if (init_args.num_guest_ram_regions > GUEST_MAX_RAM_REGIONS) {
        LOG_VMM_ERR("guest_init: %u RAM regions, at most %u are possible\n",
                    (unsigned)init_args.num_guest_ram_regions, GUEST_MAX_RAM_REGIONS);
        return false;
    }
    for (size_t i = 0; i < init_args.num_guest_ram_regions; i++) {
        if (!ram_region_check(info, &init_args.guest_ram_regions[i])) {
            return false;
        }
    }
    guest.info = info;
    guest.life = (struct guest_life){0};
    guest.vcpu_count = init_args.num_vcpus != 0 ? (unsigned)init_args.num_vcpus : info->vcpu_count;
    if (!virq_controller_init()) {
        return false;
    }
    LOG_VMM("guest \"%s\": %u vCPU(s), GICv%u at 0x%lx (GPA), %u interrupt lines, %u physical "
            "interrupt(s)\n",
            info->vm_name, guest.vcpu_count, info->gic_version, info->gicd_gpa, info->irq_lines,
            info->irq_count);
    return true;
}

bool guest_entry_valid(uint64_t entry)
{
    const struct vm_info_region *region =
        (entry & 3) == 0 ? vm_info_region_holding(guest.info, entry, 4) : NULL;
    return region != NULL && region->kind == VM_REGION_RAM;
}

bool guest_vcpu_start(unsigned vcpu_id, uint64_t entry, uint64_t x0)
{
    vcpu_reset(vcpu_id);
    platform_vcpu_page(vcpu_id)->x[0] = x0;
    guest.vcpu_on[vcpu_id] = platform_vcpu_start(vcpu_id, entry);
    vgic_vcpus_changed();
    return guest.vcpu_on[vcpu_id];
}

static void vcpu_stop(unsigned vcpu_id)
{
    platform_vcpu_stop(vcpu_id);
    guest.vcpu_on[vcpu_id] = false;
}

void guest_vcpu_stop(unsigned vcpu_id)
{
    vcpu_stop(vcpu_id);
    vgic_vcpus_changed();
}

void guest_vcpu_power_down(unsigned vcpu_id, uint64_t entry)
{
    vcpu_reset_core(vcpu_id);
    platform_vcpu_page(vcpu_id)->pc = entry;
    platform_vcpu_wait(vcpu_id);
}

void guest_vcpus_stop(void)
{
    for (unsigned i = 0; i < guest.vcpu_count; i++) {
        vcpu_stop(i);
    }
}

bool guest_start(uintptr_t kernel_pc, uintptr_t dtb, uintptr_t initrd)
{
    if (guest.vcpu_count == 0) {
        LOG_VMM_ERR("guest_start: called before guest_init()\n");
        return false;
    }
    if (!guest_entry_valid(kernel_pc)) {
        LOG_VMM_ERR("guest_start: entry point 0x%lx (GPA) is not in guest RAM\n", kernel_pc);
        return false;
    }
    LOG_VMM("starting guest at 0x%lx, DTB at 0x%lx, initial RAM disk at 0x%lx (GPA)\n", kernel_pc,
            dtb, initrd);
    if (!guest_vcpu_start(GUEST_BOOT_VCPU_ID, kernel_pc, dtb)) {
        LOG_VMM_ERR("guest_start: the kernel refuses to start vCPU %lu\n", GUEST_BOOT_VCPU_ID);
        return false;
    }
    guest.life.was_started = true;
    guest.life.came_up = false;
    guest.life.start_tick = platform_ticks();
    guest.life.dtb = dtb;
    guest.life.initrd = initrd;
    return true;
}

void guest_stop(void)
{
    guest_vcpus_stop();
    LOG_VMM("guest stopped\n");
}

void guest_register_power_handler(guest_power_handler_t handler, void *data)
{
    power_handler = handler;
    power_handler_data = data;
}

void guest_power(enum guest_power_request request)
{
    LOG_VMM("guest asks for %s\n", request == GUEST_POWER_OFF ? "power-off" : "reset");
    guest_stop();
    if (power_handler != NULL) {
        power_handler(request, power_handler_data);
    } else if (request == GUEST_POWER_RESET) {
        guest_reboot();
    }
}

void guest_log_begin(void)
{
    log_lines = 0;
}

bool guest_log_allowed(void)
{
    if (log_lines == GUEST_LOG_MAX) {
        return false;
    }
    log_lines++;
    if (log_lines == GUEST_LOG_MAX) {
        LOG_VMM("%u lines about what the guest does; this is the last\n", GUEST_LOG_MAX);
    }
    return true;
}
