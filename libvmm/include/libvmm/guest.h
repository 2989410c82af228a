/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The guest as a whole: prepare it, start it, stop it, and learn that it asked to be switched off.
 * Where its memory, its interrupt controller and its devices are is not said here: libvmm reads it
 * from the routing table that the tool writes for the VMM (struct vm_info of drover/abi.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libvmm/guest_ram.h>

#define GUEST_BOOT_VCPU_ID 0UL

#ifndef GUEST_MAX_NUM_VCPUS
#define GUEST_MAX_NUM_VCPUS 8UL
#endif

/* What a program believes about its guest. guest_init() compares it with the routing table. */
typedef struct arch_guest_init {
    size_t num_vcpus;             /* vCPUs to use; 0: all that the system description gives */
    size_t num_guest_ram_regions; /* 0: take guest RAM from the routing table alone */
    struct guest_ram_region guest_ram_regions[GUEST_MAX_RAM_REGIONS];
} arch_guest_init_t;

/*
 * Prepares the guest: its interrupt controller, its fault handling, its vCPUs (all stopped). Called
 * once, from the VMM's init(), before anything else of libvmm but linux_setup_images(). Returns
 * false, after saying why, if `init_args` disagrees with the routing table or that is unusable.
 */
bool guest_init(arch_guest_init_t init_args);

/*
 * Starts the boot vCPU as the arm64 boot protocol says: at `kernel_pc` (GPA), x0 = `dtb` (GPA),
 * EL1 with interrupts masked, MMU and caches off. `initrd` (GPA, 0 if none) is only reported: the
 * guest finds it through its device tree. Returns false, after saying why, if the vCPU cannot
 * start.
 */
bool guest_start(uintptr_t kernel_pc, uintptr_t dtb, uintptr_t initrd);

/* Stops every vCPU of the guest, for good. */
void guest_stop(void);

/* Called when the guest is reset, its vCPUs stopped, before it starts anew. */
typedef void (*guest_reset_handler_t)(void *data);

/* Has `handler` called with `data` at each reset of the guest: what emulates a device puts it back
 * into its reset state. Returns false, after saying why, if too many are registered. */
bool guest_register_reset_handler(guest_reset_handler_t handler, void *data);

/* What a guest asked of its machine. */
enum guest_power_request {
    GUEST_POWER_OFF,   /* PSCI SYSTEM_OFF */
    GUEST_POWER_RESET, /* PSCI SYSTEM_RESET */
};

/* Called after the guest's vCPUs have been stopped. */
typedef void (*guest_power_handler_t)(enum guest_power_request request, void *data);

/* Has `handler` called with `data` on a power request of the guest; one handler, the last one set.
 * Without one the guest is stopped and a log line says so. */
void guest_register_power_handler(guest_power_handler_t handler, void *data);
