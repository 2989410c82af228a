/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Starting a guest again. Everything that could still write to its memory is stopped before
 * anything else, and nothing of the old guest is left when the new one starts.
 */
#include <libvmm/guest.h>

#include <libvmm/util/util.h>
#include <libvmm/vcpu.h>

#include "guest_state.h"
#include "vgic.h"
#include "vm_info.h"

#define MAP_PERM_WRITE 2 /* perms of struct vm_info_region */

/* ---- Who has to know ---- */

static bool has_room(unsigned count)
{
    if (count == GUEST_HANDLER_MAX) {
        LOG_VMM_ERR("guest_restart: %u handlers are registered, which is all there is room for\n",
                    GUEST_HANDLER_MAX);
        return false;
    }
    return true;
}

static bool handler_add(struct guest_handlers *handlers, guest_reset_handler_t function, void *data)
{
    if (!has_room(handlers->count)) {
        return false;
    }
    handlers->entries[handlers->count++] = (struct guest_handler){function, data};
    return true;
}

bool guest_register_quiet_handler(guest_reset_handler_t handler, void *data)
{
    return handler_add(&guest.life.quiet, handler, data);
}

bool guest_register_reset_handler(guest_reset_handler_t handler, void *data)
{
    return handler_add(&guest.life.reset, handler, data);
}

bool guest_register_idle_handler(guest_idle_handler_t handler, void *data)
{
    struct guest_idle_handlers *idle = &guest.life.idle;
    if (!has_room(idle->count)) {
        return false;
    }
    idle->entries[idle->count].function = handler;
    idle->entries[idle->count].data = data;
    idle->count++;
    return true;
}

static bool is_idle(void)
{
    const struct guest_idle_handlers *idle = &guest.life.idle;
    for (unsigned i = 0; i < idle->count; i++) {
        if (!idle->entries[i].function(idle->entries[i].data)) {
            return false;
        }
    }
    return true;
}

static void handlers_call(const struct guest_handlers *handlers)
{
    for (unsigned i = 0; i < handlers->count; i++) {
        handlers->entries[i].function(handlers->entries[i].data);
    }
}

/* ---- Memory ---- */

static bool is_cleared(const struct vm_info_region *region)
{
    return region->kind == VM_REGION_RAM && region->vmm_va != 0 &&
           (region->perms & MAP_PERM_WRITE) != 0;
}

/* Clears what guest_restart() is told to. Returns how many bytes that were. */
static uint64_t ram_clear(uintptr_t va, size_t size)
{
    if (va != 0) {
        platform_memory_zero((void *)va, size);
        return size;
    }
    uint64_t cleared = 0;
    const struct vm_info_region *region = vm_info_regions(guest.info);
    for (uint32_t i = 0; i < guest.info->region_count; i++, region++) {
        if (is_cleared(region)) {
            platform_memory_zero((void *)(uintptr_t)region->vmm_va, region->size);
            cleared += region->size;
        }
    }
    return cleared;
}

static bool ram_check(uintptr_t va, size_t size)
{
    uint64_t gpa;
    if (va == 0 && size == 0) {
        return true;
    }
    if (size != 0 && guest_ram_gpa_of_va(va, &gpa) && gpa_to_hva(gpa, size) == (void *)va) {
        return true;
    }
    LOG_VMM_ERR("guest_restart: 0x%lx + 0x%lx (VA) is not inside one region of guest RAM; 0 and 0 "
                "stand for all of it\n",
                (unsigned long)va, (unsigned long)size);
    return false;
}

/* ---- The restart ---- */

static bool restart_possible(uintptr_t va, size_t size)
{
    if (!platform_can_reset_interrupts()) {
        return false;
    }
    if (!guest.life.was_started) {
        LOG_VMM_ERR("guest_restart: the guest has never been started; guest_start() does that\n");
        return false;
    }
    return ram_check(va, size) && linux_images_kept();
}

/* All vCPUs as after power-up, and off. No message of theirs is left for the VMM: stopping a vCPU
 * takes back a fault that has not been answered. */
static void vcpus_reset(void)
{
    for (unsigned vcpu = 0; vcpu < guest.vcpu_count; vcpu++) {
        platform_interrupts_reset(vcpu);
        vcpu_reset(vcpu);
    }
}

/* Nobody writes to the guest's RAM any more. */
static bool restart_finish(void)
{
    const struct guest_restart *this = &guest.life.restart;
    vcpus_reset();
    virq_reset();
    guest_log_begin();
    uint64_t cleared = ram_clear(this->va, this->size);
    uint64_t entry = linux_images_again();
    if (entry == 0) {
        return false;
    }
    handlers_call(&guest.life.reset);
    if (!guest_start(entry, guest.life.dtb, guest.life.initrd)) {
        return false;
    }
    guest.life.restart_count++;
    uint64_t microseconds =
        (platform_ticks() - this->begin_tick) * 1000000 / platform_ticks_per_second();
    LOG_VMM("guest \"%s\": restart %u took %lu.%03lu ms, with %lu MiB of RAM cleared\n",
            guest.info->vm_name, guest.life.restart_count, (unsigned long)(microseconds / 1000),
            (unsigned long)(microseconds % 1000), (unsigned long)(cleared >> 20));
    return true;
}

static bool restart(uintptr_t va, size_t size)
{
    if (!restart_possible(va, size)) {
        return false;
    }
    guest.life.restart =
        (struct guest_restart){.va = va, .size = size, .begin_tick = platform_ticks()};
    guest_vcpus_stop();
    handlers_call(&guest.life.quiet);
    if (!is_idle()) {
        LOG_VMM("guest \"%s\": restart waits for what others still write to its RAM\n",
                guest.info->vm_name);
        guest.life.restart.waits = true;
        return true;
    }
    return restart_finish();
}

void guest_restart_continue(void)
{
    if (guest.life.restart.waits && is_idle()) {
        guest.life.restart.waits = false;
        restart_finish();
    }
}

bool guest_restart(uintptr_t guest_ram_vaddr, size_t guest_ram_size)
{
    guest.life.quick_resets = 0;
    return restart(guest_ram_vaddr, guest_ram_size);
}

/* Whether the guest has ended too soon to have been of any use. */
static bool was_quick(void)
{
    uint64_t lived = platform_ticks() - guest.life.start_tick;
    return !guest.life.came_up && lived < GUEST_QUICK_SECONDS * platform_ticks_per_second();
}

bool guest_reboot(void)
{
    guest.life.quick_resets = was_quick() ? guest.life.quick_resets + 1 : 0;
    if (guest.life.quick_resets > GUEST_QUICK_RESETS) {
        LOG_VMM_ERR("guest \"%s\" has been reset %u times in a row within %u s of its start: it "
                    "stays stopped\n",
                    guest.info->vm_name, guest.life.quick_resets, GUEST_QUICK_SECONDS);
        return false;
    }
    return restart(0, 0);
}

void guest_came_up(void)
{
    guest.life.came_up = true;
}

unsigned guest_restart_count(void)
{
    return guest.life.restart_count;
}
