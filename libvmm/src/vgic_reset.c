/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The distributor as the guest first sees it, with what the routing table says of the physical
 * interrupts behind it. See vgic.h.
 */
#include "vgic.h"

#include "vm_info.h"

/* SGIs are always enabled and edges (IHI 0048B, 4.3.5 and 4.3.13). */
#define SGI_MASK ((1u << VGIC_SGI_COUNT) - 1)

static void bank_reset(struct vgic_bank *bank, unsigned vcpu, unsigned index, uint32_t irq_lines)
{
    uint32_t count = irq_lines - index * 32;
    *bank = (struct vgic_bank){
        .exists = count >= 32 ? ~0u : (1u << count) - 1,
        .targeted = ~0u,
        .enabled = index == 0 ? SGI_MASK : 0,
        .edge = index == 0 ? SGI_MASK : 0,
    };
    for (unsigned i = 0; i < 32; i++) {
        bank->target[i] = (uint8_t)(1u << vcpu);
        bank->holder[i] = (uint8_t)vcpu;
    }
}

/* What the kernel forwards by itself: the vGIC only says whether it may. */
static void bind(unsigned vcpu, unsigned intid)
{
    struct vgic_bank *bank = vgic_bank(vcpu, intid / 32);
    bank->bound |= 1u << intid % 32;
    vgic_refresh(vcpu, intid / 32, 1u << intid % 32);
}

static void irq_reset(const struct vm_info_irq *irq)
{
    if (irq->intid < VGIC_SPI_FIRST || irq->intid / 32 >= vgic.bank_count) {
        return;
    }
    struct vgic_bank *bank = &vgic.shared[irq->intid / 32];
    uint32_t bit = 1u << irq->intid % 32;
    bank->fixed_trigger |= irq->kind == VM_IRQ_CHANNEL ? bit : 0;
    bank->edge |= irq->edge != 0 ? bit : 0;
    if (irq->kind == VM_IRQ_STRAIGHT && irq->target < vgic.vcpu_count) {
        bank->target[irq->intid % 32] = (uint8_t)(1u << irq->target);
        bank->holder[irq->intid % 32] = (uint8_t)irq->target;
        bind(irq->target, irq->intid);
    }
}

void vgic_reset(const struct vm_info *info, unsigned vcpu_count)
{
    vgic.gicd_gpa = info->gicd_gpa;
    vgic.gicd_size = info->gicd_size;
    vgic.ctlr = 0;
    vgic.vcpu_count = vcpu_count;
    vgic.bank_count = (info->irq_lines + 31) / 32;
    for (unsigned index = 1; index < vgic.bank_count; index++) {
        bank_reset(&vgic.shared[index], 0, index, info->irq_lines);
    }
    for (unsigned vcpu = 0; vcpu < vcpu_count; vcpu++) {
        bank_reset(&vgic.private[vcpu], vcpu, 0, info -> irq_lines);
        bind(vcpu, VGIC_PPI_VTIMER);
        bind(vcpu, VGIC_PPI_PTIMER);
    }
    const struct vm_info_irq *irqs = vm_info_irqs(info);
    for (uint32_t i = 0; i < info->irq_count; i++) {
        irq_reset(&irqs[i]);
    }
}
