/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What virtio's transport needs of the PCI bus beyond its public interface.
 */
#pragma once

#include <libvmm/pci.h>

/* Makes the capability that was registered last a window to the device's BARs, as virtio 1.2,
 * 4.1.4.9 has it: a BAR's index at byte 4, an offset into it at 8, a width at 12, and data at 16.
 */
void pci_register_device_window(pci_dev_handle_t handle);
