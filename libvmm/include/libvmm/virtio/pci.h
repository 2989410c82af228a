/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The transport of virtio over PCI: virtio 1.2, 4.1, its modern interface only, with a legacy
 * interrupt. On the bus of libvmm/pci.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <libvmm/pci.h>
#include <libvmm/virtio/virtio.h>

#define VIRTIO_PCI_VENDOR_ID             0x1af4 /* 4.1.2 */
#define VIRTIO_PCI_MODERN_BASE_DEVICE_ID 0x1040 /* and the device type: 4.1.2 */
#define VIRTIO_PCI_REVISION              1

/* cfg_type of a capability (4.1.4). */
#define VIRTIO_PCI_CAP_COMMON_CFG 1
#define VIRTIO_PCI_CAP_NOTIFY_CFG 2
#define VIRTIO_PCI_CAP_ISR_CFG    3
#define VIRTIO_PCI_CAP_DEVICE_CFG 4
#define VIRTIO_PCI_CAP_PCI_CFG    5

/* The common configuration structure (4.1.4.3): offsets. */
#define VIRTIO_PCI_COMMON_DEV_FEATURE_SEL 0x00 /* 32 bits, rw */
#define VIRTIO_PCI_COMMON_DEV_FEATURE     0x04 /* 32, ro */
#define VIRTIO_PCI_COMMON_DRI_FEATURE_SEL 0x08 /* 32, rw */
#define VIRTIO_PCI_COMMON_DRI_FEATURE     0x0c /* 32, rw */
#define VIRTIO_PCI_COMMON_MSIX            0x10 /* 16, rw */
#define VIRTIO_PCI_COMMON_NUM_QUEUES      0x12 /* 16, ro */
#define VIRTIO_PCI_COMMON_DEV_STATUS      0x14 /* 8, rw */
#define VIRTIO_PCI_COMMON_CFG_GENERATION  0x15 /* 8, ro */
#define VIRTIO_PCI_COMMON_Q_SELECT        0x16 /* 16, rw */
#define VIRTIO_PCI_COMMON_Q_SIZE          0x18 /* 16, rw */
#define VIRTIO_PCI_COMMON_Q_MSIX          0x1a /* 16, rw */
#define VIRTIO_PCI_COMMON_Q_ENABLE        0x1c /* 16, rw */
#define VIRTIO_PCI_COMMON_Q_NOTIF_OFF     0x1e /* 16, ro */
#define VIRTIO_PCI_COMMON_Q_DESC_LO       0x20 /* 32, rw, as the five that follow */
#define VIRTIO_PCI_COMMON_Q_DESC_HI       0x24
#define VIRTIO_PCI_COMMON_Q_AVAIL_LO      0x28
#define VIRTIO_PCI_COMMON_Q_AVAIL_HI      0x2c
#define VIRTIO_PCI_COMMON_Q_USED_LO       0x30
#define VIRTIO_PCI_COMMON_Q_USED_HI       0x34
#define VIRTIO_PCI_COMMON_Q_NOTIF_DATA    0x38 /* 16, ro */
#define VIRTIO_PCI_COMMON_Q_RESET         0x3a /* 16, rw */
#define VIRTIO_PCI_COMMON_END             0x40

/*
 * Makes `device`, whose upper part is filled in, device `pci_dev` of bus `pci_bus` (0) with the
 * interrupt `irq_routing_info`, an SPI. Returns false, after saying why, as
 * virtio_mmio_register_device() does, or if the bus has no room for it.
 */
bool virtio_pci_register_device(virtio_device_t *device, uint16_t pci_bus, uint16_t pci_dev,
                                irq_routing_info_t irq_routing_info);
