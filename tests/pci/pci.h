/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Read before the generic VMM's devices.c: what it makes at virtio-mmio transports, which the tool
 * places a page each from FIRST_GPA on, are PCI devices 1 and so on, with the same interrupts.
 * Those pages are not used: there is nothing of it in the guest's tree.
 */
#pragma once

#include <libvmm/libvmm.h>
#include <libvmm/virtio/block.h>
#include <libvmm/virtio/console.h>
#include <libvmm/virtio/mmio.h>
#include <libvmm/virtio/net.h>

#define FIRST_GPA      0x8100000
#define DEVICE_AT(gpa) ((uint16_t)(1 + ((gpa)-FIRST_GPA) / 0x1000))

#define virtio_mmio_console_init(device, gpa, size, ...)                                           \
    virtio_pci_console_init(device, 0, DEVICE_AT(gpa), __VA_ARGS__)
#define virtio_mmio_blk_init(device, gpa, size, ...)                                               \
    virtio_pci_blk_init(device, 0, DEVICE_AT(gpa), __VA_ARGS__)
#define virtio_mmio_net_init(device, gpa, size, ...)                                               \
    virtio_pci_net_init(device, 0, DEVICE_AT(gpa), __VA_ARGS__)
#define virtio_mmio_set_registers_page(device, page, size) ((void)(device), true)
