/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Virtual interrupts as a VMM's program sees them. Every refusal is explained: these calls are
 * where a program and its system description most often disagree.
 */
#include <libvmm/virq.h>

#include <libvmm/arch/aarch64/fault.h>
#include <libvmm/util/util.h>

#include "guest_state.h"
#include "vgic.h"
#include "vm_info.h"

struct virq_handler {
    virq_ack_fn_t ack;
    void *data;
    bool registered;
};

struct passthrough {
    bool registered;
    uint8_t vcpu;
    uint16_t intid;
};

static struct virq_handler private_handlers[GUEST_MAX_NUM_VCPUS][VGIC_SPI_FIRST];
static struct virq_handler shared_handlers[VGIC_LINE_MAX];
static struct passthrough passthroughs[MICROKIT_MAX_CHANNELS];

static struct virq_handler *handler_of(unsigned vcpu, unsigned intid)
{
    return intid < VGIC_SPI_FIRST ? &private_handlers[vcpu][intid] : &shared_handlers[intid];
}

bool virq_controller_init(void)
{
    if (guest.vcpu_count == 0) {
        LOG_VMM_ERR("virq_controller_init: called before guest_init()\n");
        return false;
    }
    for (unsigned vcpu = 0; vcpu < GUEST_MAX_NUM_VCPUS; vcpu++) {
        for (unsigned intid = 0; intid < VGIC_SPI_FIRST; intid++) {
            private_handlers[vcpu][intid] = (struct virq_handler){0};
        }
    }
    for (unsigned intid = 0; intid < VGIC_LINE_MAX; intid++) {
        shared_handlers[intid] = (struct virq_handler){0};
    }
    for (unsigned channel = 0; channel < MICROKIT_MAX_CHANNELS; channel++) {
        passthroughs[channel] = (struct passthrough){0};
    }
    vgic_reset(guest.info, guest.vcpu_count);
    return true;
}

/* Physical interrupts that wait in the VMM may come again. Those that the kernel has signalled and
 * the VMM not yet seen are still to be handled, and ended by the new guest. */
static void arrived_ack(const struct vgic_bank *bank)
{
    FOR_EACH (i, bank->arrived) {
        platform_irq_ack(bank->channel[i]);
    }
}

/* An interrupt that goes straight to the guest is not pending at the distributor unless its device
 * says so, and not active. */
static void straight_reset(const struct vm_info_irq *irq)
{
    if (irq->kind == VM_IRQ_STRAIGHT && irq->target < guest.vcpu_count) {
        platform_virq_update(irq->target, irq->intid, VIRQ_OP_CLEAR_ACTIVE);
        platform_virq_update(irq->target, irq->intid, VIRQ_OP_CLEAR_PENDING);
    }
}

/* What the program has registered, once more. */
static void handler_restore(unsigned vcpu, unsigned intid)
{
    if (handler_of(vcpu, intid)->ack != NULL) {
        vgic_bank(vcpu, intid / 32)->reports_eoi |= 1u << intid % 32;
    }
}

static void passthrough_restore(unsigned channel)
{
    const struct passthrough *passthrough = &passthroughs[channel];
    if (passthrough->registered) {
        unsigned intid = passthrough->intid;
        struct vgic_bank *bank = vgic_bank(passthrough->vcpu, intid / 32);
        bank->by_channel |= 1u << intid % 32;
        bank->channel[intid % 32] = (uint8_t)channel;
    }
}

void virq_reset(void)
{
    for (unsigned vcpu = 0; vcpu < guest.vcpu_count; vcpu++) {
        arrived_ack(&vgic.private[vcpu]);
    }
    for (unsigned index = 1; index < vgic.bank_count; index++) {
        arrived_ack(&vgic.shared[index]);
    }
    vgic_reset(guest.info, guest.vcpu_count);
    const struct vm_info_irq *irqs = vm_info_irqs(guest.info);
    for (uint32_t i = 0; i < guest.info->irq_count; i++) {
        straight_reset(&irqs[i]);
    }
    for (unsigned vcpu = 0; vcpu < guest.vcpu_count; vcpu++) {
        for (unsigned intid = 0; intid < VGIC_SPI_FIRST; intid++) {
            handler_restore(vcpu, intid);
        }
    }
    for (unsigned intid = VGIC_SPI_FIRST; intid < guest.info->irq_lines; intid++) {
        handler_restore(GUEST_BOOT_VCPU_ID, intid);
    }
    for (unsigned channel = 0; channel < MICROKIT_MAX_CHANNELS; channel++) {
        passthrough_restore(channel);
    }
}

/* Whether the route names an interrupt of this guest that a VMM may have to do with. */
static bool route_check(const char *function, irq_routing_info_t route)
{
    int vcpu = IRQ_ROUTE_TO_ARM_CPUID(route);
    uint32_t intid = IRQ_ROUTE_TO_ARM_INTID(route);
    if (route.type != IRQ_TYPE_ARM_GIC || vcpu < 0 || (unsigned)vcpu >= guest.vcpu_count) {
        LOG_VMM_ERR("%s: irq %u: no such vCPU: %d of %u\n", function, intid, vcpu,
                    guest.vcpu_count);
        return false;
    }
    if (intid < VGIC_SGI_COUNT) {
        LOG_VMM_ERR("%s: irq %u is an SGI: the guest sends those to itself, no device has one\n",
                    function, intid);
        return false;
    }
    if (intid >= guest.info->irq_lines) {
        LOG_VMM_ERR("%s: irq %u: the guest's GIC has interrupts 0 to %u\n", function, intid,
                    guest.info->irq_lines - 1);
        return false;
    }
    if ((vgic_bank((unsigned)vcpu, intid / 32)->bound >> intid % 32 & 1) != 0) {
        LOG_VMM_ERR("%s: irq %u goes straight to the guest; it takes no help of the VMM\n",
                    function, intid);
        return false;
    }
    return true;
}

bool virq_register(irq_routing_info_t route, virq_ack_fn_t ack_fn, void *ack_data)
{
    if (!route_check("virq_register", route)) {
        return false;
    }
    unsigned vcpu = (unsigned)IRQ_ROUTE_TO_ARM_CPUID(route);
    uint32_t intid = IRQ_ROUTE_TO_ARM_INTID(route);
    struct virq_handler *handler = handler_of(vcpu, intid);
    if (handler->registered) {
        LOG_VMM_ERR("virq_register: irq %u is registered already\n", intid);
        return false;
    }
    *handler = (struct virq_handler){.ack = ack_fn, .data = ack_data, .registered = true};
    if (ack_fn != NULL) {
        vgic_bank(vcpu, intid / 32)->reports_eoi |= 1u << intid % 32;
    }
    return true;
}

void virq_ended(unsigned vcpu, unsigned intid)
{
    const struct virq_handler *handler = handler_of(vcpu, intid);
    if (handler->ack != NULL) {
        handler->ack(ARM_GIC_IRQ_ROUTE((int)vcpu, intid), handler->data);
    }
}

bool virq_inject(irq_routing_info_t route)
{
    if (!route_check("virq_inject", route)) {
        return false;
    }
    unsigned vcpu = (unsigned)IRQ_ROUTE_TO_ARM_CPUID(route);
    uint32_t intid = IRQ_ROUTE_TO_ARM_INTID(route);
    if ((vgic_bank(vcpu, intid / 32)->by_channel >> intid % 32 & 1) != 0) {
        vgic_arrive(vcpu, intid);
    } else {
        vgic_set_pending(vcpu, intid / 32, 1u << intid % 32);
    }
    return true;
}

bool virq_set_level(irq_routing_info_t route, bool level)
{
    if (!route_check("virq_set_level", route)) {
        return false;
    }
    unsigned vcpu = (unsigned)IRQ_ROUTE_TO_ARM_CPUID(route);
    uint32_t intid = IRQ_ROUTE_TO_ARM_INTID(route);
    if ((vgic_bank(vcpu, intid / 32)->by_channel >> intid % 32 & 1) != 0) {
        LOG_VMM_ERR("virq_set_level: irq %u is a physical one: its device sets the level\n", intid);
        return false;
    }
    vgic_set_line(vcpu, intid, level);
    return true;
}

/* Whether the system description routes `intid` to `channel`; says how it does not. */
static bool passthrough_check(uint32_t intid, microkit_channel channel)
{
    const struct vm_info_irq *irq = vm_info_irq_find(guest.info, intid);
    if (channel >= MICROKIT_MAX_CHANNELS) {
        LOG_VMM_ERR("virq_register_passthrough: irq %u: channel %u; channels are 0 to %u\n", intid,
                    channel, MICROKIT_MAX_CHANNEL_ID);
        return false;
    }
    if (irq == NULL) {
        LOG_VMM_ERR("virq_register_passthrough: the system description gives irq %u to nobody; add "
                    "<irq irq=\"%u\" id=\"%u\" /> to this VMM or take it out of the program\n",
                    intid, intid, channel);
        return false;
    }
    if (irq->target != channel) {
        LOG_VMM_ERR("virq_register_passthrough: irq %u is channel %u in the system description and "
                    "%u in the program\n",
                    intid, irq->target, channel);
        return false;
    }
    if (passthroughs[channel].registered) {
        LOG_VMM_ERR("virq_register_passthrough: channel %u has irq %u already\n", channel,
                    passthroughs[channel].intid);
        return false;
    }
    return true;
}

bool virq_register_passthrough(irq_routing_info_t route, microkit_channel irq_ch)
{
    if (!route_check("virq_register_passthrough", route) ||
        !passthrough_check(IRQ_ROUTE_TO_ARM_INTID(route), irq_ch)) {
        return false;
    }
    unsigned vcpu = (unsigned)IRQ_ROUTE_TO_ARM_CPUID(route);
    uint32_t intid = IRQ_ROUTE_TO_ARM_INTID(route);
    if (!virq_register(route, NULL, NULL)) {
        return false;
    }
    struct vgic_bank *bank = vgic_bank(vcpu, intid / 32);
    bank->by_channel |= 1u << intid % 32;
    bank->channel[intid % 32] = (uint8_t)irq_ch;
    passthroughs[irq_ch] =
        (struct passthrough){.registered = true, .vcpu = (uint8_t)vcpu, .intid = (uint16_t)intid};
    return true;
}

bool virq_register_passthrough_all(void)
{
    bool all = true;
    if (guest.vcpu_count == 0) {
        LOG_VMM_ERR("virq_register_passthrough_all: called before guest_init()\n");
        return false;
    }
    const struct vm_info_irq *irq = vm_info_irqs(guest.info);
    for (uint32_t i = 0; i < guest.info->irq_count; i++, irq++) {
        if (irq->kind == VM_IRQ_CHANNEL) {
            all = virq_register_passthrough(ARM_GIC_IRQ_ROUTE(GUEST_BOOT_VCPU_ID, irq->intid),
                                            irq->target) &&
                  all;
        }
    }
    return all;
}

bool virq_handle_passthrough(microkit_channel irq_ch)
{
    if (irq_ch >= MICROKIT_MAX_CHANNELS || !passthroughs[irq_ch].registered) {
        return false;
    }
    vgic_arrive(passthroughs[irq_ch].vcpu, passthroughs[irq_ch].intid);
    return true;
}
