/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What libvmm's parts know of the guest in common. Set up by guest_init().
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <libvmm/guest.h>

#include "platform.h"

struct guest_handler {
    guest_reset_handler_t function;
    void *data;
};

struct guest_handlers {
    struct guest_handler entries[GUEST_HANDLER_MAX];
    unsigned count;
};

/* What has to be idle before RAM is cleared. */
struct guest_idle_handlers {
    struct {
        guest_idle_handler_t function;
        void *data;
    } entries[GUEST_HANDLER_MAX];
    unsigned count;
};

/* A restart that has begun. */
struct guest_restart {
    bool waits; /* for a device to become idle */
    uintptr_t va;
    size_t size;
    uint64_t begin_tick;
};

/* What starting it again needs to know. */
struct guest_life {
    bool was_started;
    bool came_up;        /* the VMM said so, since the last start */
    uint64_t start_tick; /* of the last start */
    uintptr_t dtb, initrd;
    unsigned restart_count;
    unsigned quick_resets; /* in a row: see guest_reboot() */
    struct guest_handlers quiet, reset;
    struct guest_idle_handlers idle;
    struct guest_restart restart;
    unsigned pci_count; /* hosts of guest_pci.c */
};

struct guest {
    const struct vm_info *info;
    unsigned vcpu_count; /* 0 until guest_init() */
    bool vcpu_on[GUEST_MAX_NUM_VCPUS];
    bool os_lock[GUEST_MAX_NUM_VCPUS]; /* OSLSR_EL1.OSLK */
    struct guest_life life;
};

extern struct guest guest;

/* Stops the guest because it asked for `request`, and tells the VMM's power handler. */
void guest_power(enum guest_power_request request);

/* Stops all vCPUs. */
void guest_vcpus_stop(void);

/* Starts `vcpu_id` from its reset state at `entry` (GPA) with `x0`. False: the kernel refuses. */
bool guest_vcpu_start(unsigned vcpu_id, uint64_t entry, uint64_t x0);

/* Stops `vcpu_id`, which is off from then on. */
void guest_vcpu_stop(unsigned vcpu_id);

/* `vcpu_id`, whose fault is being answered, loses its registers, waits for an interrupt, which its
 * timers may be, and then runs at `entry` (GPA). */
void guest_vcpu_power_down(unsigned vcpu_id, uint64_t entry);

/* Gives `vcpu_id`, which is stopped on a fault, the registers of a core that has lost its power:
 * all but its timers are as after reset. */
void vcpu_reset_core(unsigned vcpu_id);

/* Whether `entry` (GPA) lies in memory that the guest can run from. */
bool guest_entry_valid(uint64_t entry);

/* Whether one more line about the guest's doings may be logged: true GUEST_LOG_MAX times, so that a
 * guest cannot keep its VMM busy printing. */
#define GUEST_LOG_MAX 100
bool guest_log_allowed(void);
void guest_log_begin(void); /* lines are counted from 0 again: another guest */

/* What linux_setup_images() was last told, with success. */
bool linux_images_kept(void);      /* whether it can be done again; says why not */
uint64_t linux_images_again(void); /* does it; the entry point (GPA), or 0 after saying why */
