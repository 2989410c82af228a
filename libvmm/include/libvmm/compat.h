/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The older spellings of libvmm, as the driver VM tutorial uses them: interrupts are plain numbers,
 * the boot vCPU is an argument, guest RAM is named by its VA in the VMM. A program includes this
 * header in place of libvmm/libvmm.h; each old name becomes a call of one function below.
 */
#pragma once

#include <libvmm/libvmm.h>

#ifndef GUEST_VCPU_ID
#define GUEST_VCPU_ID GUEST_BOOT_VCPU_ID
#endif

/* Called when the guest has ended `irq`. */
typedef void (*compat_virq_ack_fn_t)(size_t vcpu_id, int irq, void *cookie);

/* guest_init() with what the routing table says; `boot_vcpu_id` has to be 0. */
bool compat_virq_controller_init(size_t boot_vcpu_id);

/* virq_register() for `irq`, a GIC INTID. */
bool compat_virq_register(size_t vcpu_id, size_t irq, compat_virq_ack_fn_t ack_fn, void *cookie);

/* linux_setup_images() with the start of guest RAM given by where the VMM sees it: `ram_start` is a
 * VA in the VMM, `dtb_dest` and `initrd_dest` are GPAs. */
uintptr_t compat_linux_setup_images(uintptr_t ram_start, uintptr_t kernel, size_t kernel_size,
                                    uintptr_t dtb_src, uintptr_t dtb_dest, size_t dtb_size,
                                    uintptr_t initrd_src, uintptr_t initrd_dest,
                                    size_t initrd_size);

/* guest_start(); `boot_vcpu_id` has to be 0. */
bool compat_guest_start(size_t boot_vcpu_id, uintptr_t kernel_pc, uintptr_t dtb, uintptr_t initrd);

/* guest_stop(). */
void compat_guest_stop(size_t boot_vcpu_id);

/* virq_inject() of `irq` to `vcpu_id`. */
bool vgic_inject_irq(size_t vcpu_id, int irq);

#define virq_controller_init(boot_vcpu_id) compat_virq_controller_init(boot_vcpu_id)
#define virq_register(vcpu_id, irq, ack_fn, cookie)                                                \
    compat_virq_register((vcpu_id), (irq), (ack_fn), (cookie))
#define virq_inject(vcpu_id, irq) vgic_inject_irq((vcpu_id), (irq))
#define virq_ack_fn_t             compat_virq_ack_fn_t
#define linux_setup_images        compat_linux_setup_images
#define guest_start(boot_vcpu_id, kernel_pc, dtb, initrd)                                          \
    compat_guest_start((boot_vcpu_id), (kernel_pc), (dtb), (initrd))
#define guest_stop(boot_vcpu_id) compat_guest_stop(boot_vcpu_id)
