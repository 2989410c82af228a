/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Taking a PCI Express host's devices off the bus when their guest is stopped: none of them may
 * write to memory any more, and as many as can be are as after power-up. Written over an accessor
 * of configuration space. What stands there the stopped guest may have chosen, or a broken device:
 * every walk is bounded.
 */
#pragma once

#include <stdint.h>

/* Configuration space, by 32-bit registers. `bus` is one of the host's, `function` is the device
 * number * 8 + function number, `offset` is in bytes, a multiple of 4 below 256. */
struct pci_space {
    unsigned bus_first; /* the root bus */
    unsigned bus_count; /* 1 to 256 - bus_first */
    uint32_t (*read)(const struct pci_space *space, unsigned bus, unsigned function,
                     unsigned offset);
    void (*write)(const struct pci_space *space, unsigned bus, unsigned function, unsigned offset,
                  uint32_t value);
    void (*delay)(const struct pci_space *space, unsigned microseconds);
};

struct pci_quiet {
    unsigned functions; /* that were found, bridges included */
    unsigned resets;    /* functions on the root bus that were reset, alone or with what lies behind
                           them */
    unsigned busy;      /* of those, ones that did not become idle before */
};

/*
 * Clears Bus Master Enable of every function that can be reached, bridges first, and turns their
 * message interrupts off; but for the host's own entry. Then resets: an endpoint of the root bus
 * through the function-level reset or, lacking that, through power state D3hot; what is behind a
 * bridge through that bridge's secondary bus reset. Takes at most PCI_QUIET_MAX_US; nobody may look
 * at the devices for PCI_SETTLE_US after it.
 */
struct pci_quiet pci_quiet(const struct pci_space *space);

#define PCI_QUIET_MAX_US 110000

/* Time for a function to come out of a reset: PCI Express 4.0, 6.6.1 and 6.6.2. */
#define PCI_SETTLE_US 100000
