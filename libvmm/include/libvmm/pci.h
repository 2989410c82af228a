/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A virtual PCI bus for devices that the VMM emulates: bus 0 of a generic host bridge with ECAM
 * (PCI Express Base 4.0, 7.2.2), a function 0 for each device, 32-bit memory BARs, a legacy
 * interrupt (INTA) each. The names are libvmm's. The guest's device tree has to say the same: a
 * node "pci-host-ecam-generic" with the ECAM as `reg`, the aperture one to one in `ranges`, and an
 * interrupt-map that names the interrupt of each device.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libvmm/virq.h>

/* PCI Local Bus 3.0, 6.2.2 and 6.2.3: command and status. */
#define PCI_COMMAND_MEMORY       0x0002
#define PCI_COMMAND_MASTER       0x0004
#define PCI_COMMAND_INTX_DISABLE 0x0400
#define PCI_STATUS_INTERRUPT     0x0008
#define PCI_STATUS_CAP_LIST      0x0010

/* Class and subclass (PCI Local Bus 3.0, appendix D). */
#define PCI_CLASS_STORAGE_SCSI        0x0100
#define PCI_CLASS_NETWORK_ETHERNET    0x0200
#define PCI_CLASS_COMMUNICATION_OTHER 0x0780
#define PCI_CLASS_OTHER               0xff00
#define PCI_CLASS_CODE(class)         ((class) >> 8 & 0xff)
#define PCI_SUB_CLASS(class)          ((class) & 0xff)

#define PCI_CAP_ID_VNDR 0x09

#define PCI_DEVICE_MAX 16 /* on the bus */

/*
 * Makes the bus: its configuration space at `ecam_gpa` (GPA; 32 KiB for each device number that may
 * be used, 1 MiB for all of them), its BARs in the aperture (GPA, below 4 GiB). Once, after
 * guest_init(). Returns false, after saying why, if the ranges cannot be had.
 */
bool pci_bus_init(uint64_t ecam_gpa, uint32_t ecam_size, uint64_t mmio_aperature_gpa,
                  uint64_t mmio_aperature_size);

/* Where the aperture is; false without a bus. */
bool pci_bus_get_mmio_aperature(uint64_t *mmio_aperature_gpa, uint64_t *mmio_aperature_size);

/* What the header of a device says; the bits of `command` are those at reset. */
typedef struct pci_device_register_data {
    uint16_t vendor_id;
    uint16_t device_id;
    uint16_t command;
    uint16_t status;
    uint8_t revision_id;
    uint8_t subclass;
    uint8_t class_code;
    uint16_t subsystem_vendor_id;
    uint16_t subsystem_device_id;
} pci_device_register_data_t;

#define INVALID_PCI_DEVICE_HANDLE (-1)
typedef int pci_dev_handle_t;

/* Puts a device at `bus` (0), `dev` (0 to 31, inside of the ECAM), `func` (0). Returns
 * INVALID_PCI_DEVICE_HANDLE, after saying why, if the place is taken or not there, or
 * PCI_DEVICE_MAX are registered. */
pci_dev_handle_t pci_register_device(uint8_t bus, uint8_t dev, uint8_t func,
                                     pci_device_register_data_t *device_data);

/* The device's interrupt is `irq_routing_info`; as virq_register(). */
bool pci_register_device_irq(pci_dev_handle_t pci_dev_handle, irq_routing_info_t irq_routing_info,
                             virq_ack_fn_t ack_fn, void *ack_data);

/* The device has, or has no longer, a reason to interrupt: its status shows it, and its line
 * follows unless the guest has switched the line off. False without an interrupt. */
bool pci_device_set_irq_status(pci_dev_handle_t pci_dev_handle, bool new_status);

/* Adds a capability to the device's list: `payload_size` bytes that stand behind the ID and the
 * link to the next. Returns false, after saying why, if the header has no room for it. */
bool pci_register_device_capability(pci_dev_handle_t pci_dev_handle, uint8_t cap_id, void *payload,
                                    uint8_t payload_size);

/* The guest reads or writes `access_width_bytes` (1, 2, 4 or 8) at `bar_offset`, which are inside
 * of the BAR; `data` takes what it reads or has what it writes. False: reads as all ones. */
typedef bool (*pci_bar_mmio_fault_handler_t)(pci_dev_handle_t pci_dev_handle, uint64_t bar_offset,
                                             bool is_read, int access_width_bytes, uint64_t *data,
                                             void *cookie);

/* Gives the device BAR `bar_index` (0 to 5) of `size` bytes, a power of two from 16 on, at a place
 * in the aperture that the guest may change. Returns false, after saying why, if there is no room.
 */
bool pci_register_device_mmio_bar(pci_dev_handle_t pci_dev_handle, uint8_t bar_index, uint64_t size,
                                  pci_bar_mmio_fault_handler_t callback, void *cookie);
