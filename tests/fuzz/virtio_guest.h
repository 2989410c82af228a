/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The guest of the virtio fuzzers: steps of the input are accesses to a device's registers, changes
 * of guest RAM, and, so that the input need not find its way through the set-up, whole set-ups and
 * buffers made available. Nothing about it keeps the rules: rings and buffers overlap, and the
 * device's own writes fall into them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libvmm/virtio_driver.h"

/* The RAM that steps write to: rings and descriptors of all queues, tables and data. */
#define GUEST_WINDOW      (FAKE_RAM + 0x10000)
#define GUEST_WINDOW_SIZE 0x10000u
#define GUEST_QUEUE_BYTES 0x400u /* of which every queue has so many; 16 descriptors */

/* One step of the input. The guest's are those with operation < GUEST_OPERATIONS; the others are
 * the fuzzer's own. */
struct guest_step {
    uint8_t operation;
    uint8_t small;
    uint16_t offset;
    uint32_t value;
};

#define GUEST_OPERATIONS 10

void guest_require(bool condition);

/* Everything as after power-on, the window zero; `base` (GPA) is where the device's registers are,
 * `setup_features` what whole set-ups may choose of. */
void guest_power_on(uint64_t base, uint64_t setup_features, unsigned queue_count);

/* Does a step of the guest. */
void guest_step(const struct guest_step *step);

/* The `size` bytes of the window from `offset` modulo its size on; the window goes on behind its
 * end, in RAM that no step writes to. */
uint8_t *guest_window(uint32_t offset);

/* Requires that what was popped lies in guest RAM and has the sizes it says, and touches it all as
 * a device would. */
void guest_chain_check(const struct virtio_chain *chain);
