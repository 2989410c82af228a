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

/* Stops every vCPU of the guest; only guest_restart() starts them again. */
void guest_stop(void);

/*
 * Starts the guest again as after power-up, whatever it is doing, on or off: its vCPUs are stopped,
 * its devices kept from writing to memory (guest_register_quiet_handler()), its interrupts and
 * timers reset, its RAM is cleared, and what linux_setup_images() last put there is put there
 * again. Then the VMM's own devices are reset (guest_register_reset_handler()) and the boot vCPU
 * starts where guest_start() had it start. One log line says how often this has been done and how
 * long it took.
 *
 * `guest_ram_vaddr` (VA in the VMM) and `guest_ram_size` (bytes) are the RAM to clear; both 0: all
 * memory that the VM may write and the VMM has mapped, which then has to be read-write and nobody
 * else's. May be called from notified() and from within the answer to a guest's fault, to which the
 * VMM then has no reply to give.
 *
 * Returns false, after saying why. The guest is as before if it was never started, if its images
 * were not put in place by linux_setup_images() or were only in guest RAM, if `guest_ram_vaddr` is
 * no guest RAM, or if the kernel below cannot do it: seL4 has no way to. It is stopped if an image
 * has become unusable or the vCPU does not start.
 */
bool guest_restart(uintptr_t guest_ram_vaddr, size_t guest_ram_size);

/*
 * What a guest's PSCI SYSTEM_RESET does: guest_restart() of all its RAM. But a guest that asks for
 * it within GUEST_QUICK_SECONDS of its start, GUEST_QUICK_RESETS times in a row and without having
 * come up (guest_came_up()), stays stopped, so that one that crashes as it boots does not keep the
 * machine busy. A call of guest_restart() by the VMM starts it nevertheless, and the count anew.
 * Returns false, after saying why, if the guest stays stopped.
 */
#define GUEST_QUICK_SECONDS 10
#define GUEST_QUICK_RESETS  8
bool guest_reboot(void);

/* The VMM has seen the guest do what it is there for: an end of it soon after is no failed boot. */
void guest_came_up(void);

/* How often the guest was started again. */
unsigned guest_restart_count(void);

/* Called by guest_restart(). */
typedef void (*guest_reset_handler_t)(void *data);

/*
 * Has `handler` called with `data` at each guest_restart() when the vCPUs are stopped and nothing
 * else has happened: it keeps a device that the guest drives from writing to memory. Returns false,
 * after saying so, if GUEST_HANDLER_MAX are registered. To be called after guest_init().
 */
bool guest_register_quiet_handler(guest_reset_handler_t handler, void *data);

/*
 * The same when RAM and interrupts are as after power-up and the guest is about to start: it brings
 * a device of the VMM's own into its reset state, in which nothing of the old guest is left: no
 * queue, no request, no GPA. It may set the level of its interrupt; virq_register() stays in force.
 */
bool guest_register_reset_handler(guest_reset_handler_t handler, void *data);

/* Whether nobody writes to the guest's RAM any more on behalf of a device of the VMM's own. */
typedef bool (*guest_idle_handler_t)(void *data);

/*
 * Has `handler` asked at each guest_restart() after the quiet handlers. While one says false the
 * guest stays stopped, and its RAM as it is: guest_restart() has returned true, and goes on when
 * guest_restart_continue() finds that all say true. Returns false as the others do.
 */
bool guest_register_idle_handler(guest_idle_handler_t handler, void *data);

/* A device has become idle: a restart that waits for it goes on. To be called from notified(). */
void guest_restart_continue(void);

#define GUEST_HANDLER_MAX 32

/* What a guest asked of its machine. */
enum guest_power_request {
    GUEST_POWER_OFF,   /* PSCI SYSTEM_OFF */
    GUEST_POWER_RESET, /* PSCI SYSTEM_RESET; a handler may call guest_reboot() */
};

/* Called after the guest's vCPUs have been stopped. */
typedef void (*guest_power_handler_t)(enum guest_power_request request, void *data);

/* Has `handler` called with `data` on a power request of the guest; one handler, the last one set.
 * Without one a reset is guest_reboot(), and a guest that is off stays stopped. */
void guest_register_power_handler(guest_power_handler_t handler, void *data);
