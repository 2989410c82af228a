/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtio devices of the guest table: what the VMM shows its guest of what others serve, and
 * through what the guest serves others.
 */
#pragma once

#include <stdbool.h>

#include <microkit.h>

#include "drover/guest_table.h"

/* Most devices of one kind that a guest can have. */
#define DEVICES_MAX 4

/*
 * Makes the devices of the table. After guest_init(), before the guest starts; the table is sound
 * (guest_table_check()) and stays. Returns false, after saying why, if one cannot be had.
 */
bool devices_init(const struct guest_table *table);

/* Handles a notification on `channel`. False: no device has it. */
bool devices_notified(microkit_channel channel);
