/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * PCI Express hosts that the guest drives: a restart takes their devices off the bus first.
 */
#pragma once

#include <stdbool.h>

#include "drover/guest_table.h"

#define GUEST_PCI_MAX 4

/*
 * From now on guest_restart() first keeps all devices behind `host` from writing to memory and
 * resets those that can be (pci_quiet.h says which), and starts the guest when they may be looked
 * at again, at most 210 ms later. Returns false, after saying why, if its
 * configuration space is no device memory that VM and VMM share, is smaller than its buses need, or
 * if there are too many. To be called after guest_init().
 */
bool guest_register_pci(const struct guest_pci *host);
