/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The older spellings. See compat.h, whose macros this file has to do without.
 */
#include <libvmm/compat.h>

#include <libvmm/util/util.h>

#undef virq_controller_init
#undef virq_register
#undef virq_inject
#undef virq_ack_fn_t
#undef linux_setup_images
#undef guest_start
#undef guest_stop

#define ACK_MAX 64

/* An acknowledgement in the older form. */
struct compat_ack {
    compat_virq_ack_fn_t function;
    void *cookie;
};

static struct compat_ack acks[ACK_MAX];
static unsigned ack_count;

static bool is_boot_vcpu(const char *function, size_t vcpu_id)
{
    if (vcpu_id != GUEST_BOOT_VCPU_ID) {
        LOG_VMM_ERR("%s: the boot vCPU is %lu, not %lu\n", function, GUEST_BOOT_VCPU_ID,
                    (unsigned long)vcpu_id);
        return false;
    }
    return true;
}

bool compat_virq_controller_init(size_t boot_vcpu_id)
{
    ack_count = 0;
    return is_boot_vcpu("virq_controller_init", boot_vcpu_id) && guest_init((arch_guest_init_t){0});
}

static void ack_forward(irq_routing_info_t route, void *data)
{
    const struct compat_ack *ack = data;
    ack->function((size_t)IRQ_ROUTE_TO_ARM_CPUID(route), (int)IRQ_ROUTE_TO_ARM_INTID(route),
                  ack->cookie);
}

bool compat_virq_register(size_t vcpu_id, size_t irq, compat_virq_ack_fn_t ack_fn, void *cookie)
{
    irq_routing_info_t route = ARM_GIC_IRQ_ROUTE((int)vcpu_id, (uint32_t)irq);
    if (ack_fn == NULL) {
        return virq_register(route, NULL, NULL);
    }
    if (ack_count == ACK_MAX) {
        LOG_VMM_ERR("virq_register: irq %u: %u acknowledgements are registered, which is all there "
                    "is room for\n",
                    (unsigned)irq, ACK_MAX);
        return false;
    }
    acks[ack_count] = (struct compat_ack){.function = ack_fn, .cookie = cookie};
    if (!virq_register(route, ack_forward, &acks[ack_count])) {
        return false;
    }
    ack_count++;
    return true;
}

uintptr_t compat_linux_setup_images(uintptr_t ram_start, uintptr_t kernel, size_t kernel_size,
                                    uintptr_t dtb_src, uintptr_t dtb_dest, size_t dtb_size,
                                    uintptr_t initrd_src, uintptr_t initrd_dest, size_t initrd_size)
{
    uint64_t ram_gpa;
    if (!guest_ram_gpa_of_va(ram_start, &ram_gpa)) {
        LOG_VMM_ERR("linux_setup_images: the VMM has no guest RAM at VA 0x%lx; map it into the VMM "
                    "too, with setvar_vaddr=\"guest_ram_vaddr\"\n",
                    (unsigned long)ram_start);
        return 0;
    }
    return linux_setup_images(ram_gpa, kernel, kernel_size, dtb_src, dtb_dest, dtb_size, initrd_src,
                              initrd_dest, initrd_size);
}

bool compat_guest_start(size_t boot_vcpu_id, uintptr_t kernel_pc, uintptr_t dtb, uintptr_t initrd)
{
    return is_boot_vcpu("guest_start", boot_vcpu_id) && guest_start(kernel_pc, dtb, initrd);
}

void compat_guest_stop(size_t boot_vcpu_id)
{
    (void)boot_vcpu_id;
    guest_stop();
}

bool vgic_inject_irq(size_t vcpu_id, int irq)
{
    return virq_inject(ARM_GIC_IRQ_ROUTE((int)vcpu_id, (uint32_t)irq));
}
