/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Everything a virtual machine monitor (VMM) needs from libvmm. Names and signatures are libvmm
 * 0.2's; programs that use the older spellings include libvmm/compat.h instead.
 */
#pragma once

#include <libvmm/guest.h>
#include <libvmm/guest_pci.h>
#include <libvmm/guest_ram.h>
#include <libvmm/guest_table.h>
#include <libvmm/pci.h>
#include <libvmm/vcpu.h>
#include <libvmm/virq.h>
#include <libvmm/arch/aarch64/fault.h>
#include <libvmm/arch/aarch64/linux.h>
#include <libvmm/arch/aarch64/psci.h>
#include <libvmm/arch/aarch64/smc.h>
#include <libvmm/util/util.h>
#include <libvmm/virtio/entropy.h>
#include <libvmm/virtio/mmio.h>
#include <libvmm/virtio/pci.h>
#include <libvmm/virtio/virtio.h>

/* The devices that stand on sDDF queues need the headers of those, which not every VMM brings. */
#if __has_include(<sddf/serial/queue.h>)
#include <libvmm/virtio/console.h>
#endif
#if __has_include(<sddf/network/queue.h>)
#include <libvmm/virtio/net.h>
#endif
