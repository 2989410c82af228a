/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The transport of virtio over registers in memory: virtio 1.2, 4.2, version 2 (not the legacy
 * one).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libvmm/arch/aarch64/fault.h>
#include <libvmm/virtio/virtio.h>

/* 4.2.2, table 4.1. */
#define VIRTIO_MMIO_DEV_MAGIC   0x74726976 /* "virt" */
#define VIRTIO_MMIO_DEV_VERSION 2

#define REG_VIRTIO_MMIO_MAGIC_VALUE         0x000 /* ro */
#define REG_VIRTIO_MMIO_VERSION             0x004 /* ro */
#define REG_VIRTIO_MMIO_DEVICE_ID           0x008 /* ro */
#define REG_VIRTIO_MMIO_VENDOR_ID           0x00c /* ro */
#define REG_VIRTIO_MMIO_DEVICE_FEATURES     0x010 /* ro */
#define REG_VIRTIO_MMIO_DEVICE_FEATURES_SEL 0x014 /* wo */
#define REG_VIRTIO_MMIO_DRIVER_FEATURES     0x020 /* wo */
#define REG_VIRTIO_MMIO_DRIVER_FEATURES_SEL 0x024 /* wo */
#define REG_VIRTIO_MMIO_QUEUE_SEL           0x030 /* wo */
#define REG_VIRTIO_MMIO_QUEUE_NUM_MAX       0x034 /* ro */
#define REG_VIRTIO_MMIO_QUEUE_NUM           0x038 /* wo */
#define REG_VIRTIO_MMIO_QUEUE_READY         0x044 /* rw */
#define REG_VIRTIO_MMIO_QUEUE_NOTIFY        0x050 /* wo */
#define REG_VIRTIO_MMIO_INTERRUPT_STATUS    0x060 /* ro */
#define REG_VIRTIO_MMIO_INTERRUPT_ACK       0x064 /* wo */
#define REG_VIRTIO_MMIO_STATUS              0x070 /* rw */
#define REG_VIRTIO_MMIO_QUEUE_DESC_LOW      0x080 /* wo */
#define REG_VIRTIO_MMIO_QUEUE_DESC_HIGH     0x084 /* wo */
#define REG_VIRTIO_MMIO_QUEUE_AVAIL_LOW     0x090 /* wo */
#define REG_VIRTIO_MMIO_QUEUE_AVAIL_HIGH    0x094 /* wo */
#define REG_VIRTIO_MMIO_QUEUE_USED_LOW      0x0a0 /* wo */
#define REG_VIRTIO_MMIO_QUEUE_USED_HIGH     0x0a4 /* wo */
#define REG_VIRTIO_MMIO_SHM_LEN_LOW         0x0b0 /* ro */
#define REG_VIRTIO_MMIO_SHM_LEN_HIGH        0x0b4 /* ro */
#define REG_VIRTIO_MMIO_SHM_BASE_LOW        0x0b8 /* ro */
#define REG_VIRTIO_MMIO_SHM_BASE_HIGH       0x0bc /* ro */
#define REG_VIRTIO_MMIO_CONFIG_GENERATION   0x0fc /* ro */
#define REG_VIRTIO_MMIO_CONFIG              0x100 /* rw, the device's own */

/*
 * Makes `device`, whose upper part is filled in, a device of the guest: its registers at
 * `region_base` (GPA, `region_size` bytes: at least 0x100 and the configuration space), its
 * interrupt `irq_routing_info`, an SPI. Returns false, after saying why, if the device is not one
 * that the core can serve or the region or the interrupt cannot be had. After guest_init(); the
 * device stays for good.
 */
bool virtio_mmio_register_device(virtio_device_t *device, uintptr_t region_base,
                                 uintptr_t region_size, irq_routing_info_t irq_routing_info);

/*
 * Lets the guest read the device's registers without a trap. `page` (VA in the VMM, `size` bytes)
 * is memory that the guest has mapped where the device's registers are, read-only, so that writes
 * trap as before; neither maps it cached, because the guest reads it as a device's. From now on it
 * holds what reads return, and bytes of them to whoever reads less than a register. Returns false,
 * after saying why, if it has no room for the registers and the configuration space. The device is
 * registered, complete (no ports are added any more), and the guest has not started; the page stays
 * the device's for good.
 */
bool virtio_mmio_set_registers_page(virtio_device_t *device, void *page, size_t size);

/* What virtio_mmio_register_device() registers for the accesses that trap; `data` is the device. */
bool virtio_mmio_fault_handle(size_t vcpu_id, size_t offset, size_t fsr, seL4_UserContext *regs,
                              void *data);
