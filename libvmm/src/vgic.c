/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The way of the guest's interrupts: what is pending waits here until the guest may have it, then
 * goes to the kernel; what the guest masks meanwhile comes back. Nothing is lost, nothing comes
 * twice. See vgic.h.
 */
#include "vgic.h"

#include "compiler.h"

struct vgic vgic;

/* Interrupts of the bank that may be signalled to a CPU interface: `signalled`, worked out. */
static uint32_t signalled_find(const struct vgic_bank *bank)
{
    uint32_t groups = 0;
    if ((vgic.ctlr & VGIC_CTLR_GROUP0) != 0) {
        groups |= ~bank->group1;
    }
    if ((vgic.ctlr & VGIC_CTLR_GROUP1) != 0) {
        groups |= bank->group1;
    }
    return bank->enabled & bank->targeted & groups;
}

static inline void inject(struct vgic_bank *bank, unsigned index, uint32_t i, uint32_t flags)
{
    uint32_t group = (bank->group1 >> i & 1) != 0 ? INJECT_GROUP1 : 0;
    bank->given |= 1u << i;
    platform_virq_inject(bank->holder[i], (index * 32 + i) | group | flags |
                                              INJECT_PRIORITY((uint32_t)bank->priority[i]));
}

static void give_sgi(struct vgic_bank *bank, uint32_t i)
{
    FOR_EACH (source, bank->sgi_sources[i]) {
        inject(bank, 0, i, INJECT_SOURCE(source));
    }
    bank->sgi_sources[i] = 0;
}

/* Injects a latched interrupt, or one whose line is high. Its EOI is asked for where somebody wants
 * to know, and where a physical interrupt of the same INTID may have to wait for it; not if that is
 * active there: it ends the other way. */
static void give_virtual(struct vgic_bank *bank, unsigned index, uint32_t i)
{
    uint32_t bit = 1u << i;
    bool eoi = ((bank->reports_eoi | (bank->by_channel & ~bank->given)) & bit) != 0;
    bank->eoi_due |= eoi ? bit : 0;
    bank->given_latched |= bank->latched & bit;
    bank->latched &= ~bit;
    inject(bank, index, i, eoi ? INJECT_EOI : 0);
}

static void give_physical(struct vgic_bank *bank, unsigned index, uint32_t i)
{
    bank->arrived &= ~(1u << i);
    inject(bank, index, i, INJECT_HW | INJECT_CHANNEL((uint32_t)bank->channel[i]));
}

static void take_back_sgi(struct vgic_bank *bank, uint32_t i)
{
    for (unsigned source = 0; source < vgic.vcpu_count; source++) {
        uint32_t before = platform_virq_update(bank->holder[i], i | source << 10, VIRQ_OP_WITHDRAW);
        if ((before & VIRQ_STATE_PENDING) != 0) {
            bank->sgi_sources[i] |= (uint8_t)(1u << source);
        }
    }
    bank->given &= ~(1u << i);
}

/* Takes interrupt `i` back from the kernel if it is pending there. What was active stays active. */
static void take_back(struct vgic_bank *bank, unsigned index, uint32_t i)
{
    uint32_t bit = 1u << i;
    if (index == 0 && i < VGIC_SGI_COUNT) {
        take_back_sgi(bank, i);
        return;
    }
    uint32_t before = platform_virq_update(bank->holder[i], index * 32 + i, VIRQ_OP_WITHDRAW);
    if ((before & VIRQ_STATE_PENDING) != 0) {
        if ((bank->by_channel & ~bank->eoi_due & bit) != 0) {
            bank->arrived |= bit;
        } else {
            bank->latched |= bank->given_latched & bit;
        }
    }
    if ((before & VIRQ_STATE_ACTIVE) == 0) {
        bank->given &= ~bit;
        bank->eoi_due &= ~bit;
    }
    bank->given_latched &= ~bit;
}

/* Asks for the end of interrupt `i`, which is active where its target was: until then what is
 * pending of it waits here (IHI 0048B, 4.3.12). */
COLD static void await_end(struct vgic_bank *bank, unsigned index, uint32_t i)
{
    bank->eoi_due |= 1u << i;
    inject(bank, index, i, INJECT_EOI);
    platform_virq_update(bank->holder[i], index * 32 + i, VIRQ_OP_WITHDRAW);
}

/* What is about to be given goes to its new target, unless it is active at the old one. There a
 * physical interrupt is pending by itself once it has ended; others are waited for. Returns the
 * interrupts that may be given now. */
COLD static uint32_t give_moved(struct vgic_bank *bank, unsigned index, uint32_t mask)
{
    FOR_EACH (i, mask & bank->moved) {
        take_back(bank, index, i);
        vgic_retarget(index, i);
    }
    FOR_EACH (i, mask & bank->moved & ~(bank->by_channel | bank->eoi_due) &
                     (bank->latched | bank->line)) {
        await_end(bank, index, i);
    }
    return mask & ~(bank->moved & bank->eoi_due);
}

/* Gives the kernel what of `mask` is pending and may be signalled. */
static void give(struct vgic_bank *bank, unsigned index, uint32_t mask)
{
    mask &= bank->signalled & ~bank->bound;
    if (UNLIKELY((mask & bank->moved) != 0)) {
        mask = give_moved(bank, index, mask);
    }
    if (index == 0) {
        FOR_EACH (sgi, mask & 0xffff) {
            give_sgi(bank, sgi);
        }
    }
    FOR_EACH (i, mask & bank->arrived & ~bank->eoi_due) {
        give_physical(bank, index, i);
    }
    FOR_EACH (i, mask & (bank->latched | (bank->line & ~bank->eoi_due))) {
        give_virtual(bank, index, i);
    }
}

/* Brings the physical GIC into line with what the guest configured for bound interrupt `i`. One
 * that is pending at another vCPU than its holder comes along. */
static void mirror(struct vgic_bank *bank, unsigned index, uint32_t i)
{
    uint32_t bit = 1u << i;
    uint32_t flags = bank->priority[i] | ((bank->group1 & bit) != 0 ? VIRQ_CONFIG_GROUP1 : 0) |
                     ((bank->edge & bit) != 0 ? VIRQ_CONFIG_EDGE : 0) |
                     ((bank->signalled & bit) != 0 ? VIRQ_CONFIG_ENABLE : 0);
    unsigned target = bank->holder[i];
    platform_virq_config(target, index * 32 + i, flags);
    if ((flags & VIRQ_CONFIG_ENABLE) == 0 && (bank->mirrored & bit) != 0) {
        platform_virq_update(target, index * 32 + i, VIRQ_OP_WITHDRAW);
    }
    bank->mirrored =
        (flags & VIRQ_CONFIG_ENABLE) != 0 ? bank->mirrored | bit : bank->mirrored & ~bit;
}

void vgic_refresh(unsigned vcpu, unsigned index, uint32_t mask)
{
    struct vgic_bank *bank = vgic_bank(vcpu, index);
    bank->signalled = signalled_find(bank);
    FOR_EACH (i, mask & bank->bound) {
        mirror(bank, index, i);
    }
    FOR_EACH (i, mask & bank->given & ~bank->signalled) {
        take_back(bank, index, i);
    }
    give(bank, index, mask);
}

void vgic_take_back(unsigned vcpu, unsigned index, uint32_t mask)
{
    struct vgic_bank *bank = vgic_bank(vcpu, index);
    FOR_EACH (i, mask & bank->given) {
        take_back(bank, index, i);
    }
}

void vgic_give(unsigned vcpu, unsigned index, uint32_t mask)
{
    give(vgic_bank(vcpu, index), index, mask);
}

void vgic_sgi_set(unsigned target, unsigned source, unsigned intid)
{
    struct vgic_bank *bank = &vgic.private[target];
    if (LIKELY((bank->signalled >> intid & 1) != 0)) {
        inject(bank, 0, intid, INJECT_SOURCE(source));
    } else {
        bank->sgi_sources[intid] |= (uint8_t)(1u << source);
    }
}

void vgic_sgi_clear(unsigned target, unsigned source, unsigned intid)
{
    struct vgic_bank *bank = &vgic.private[target];
    bank->sgi_sources[intid] &= (uint8_t) ~(1u << source);
    platform_virq_update(target, intid | source << 10, VIRQ_OP_CLEAR_PENDING);
}

uint32_t vgic_sgi_sources(unsigned target, unsigned intid)
{
    struct vgic_bank *bank = &vgic.private[target];
    take_back_sgi(bank, intid);
    uint32_t sources = bank->sgi_sources[intid];
    give(bank, 0, 1u << intid);
    return sources;
}

/* The physical interrupt cannot be given as it is. What the guest latched itself and has not taken
 * yet is the same interrupt. */
COLD static void arrive_and_wait(unsigned vcpu, unsigned index, uint32_t bit)
{
    struct vgic_bank *bank = vgic_bank(vcpu, index);
    bank->arrived |= bit;
    if ((bank->eoi_due & bit) != 0) {
        take_back(bank, index, (uint32_t)__builtin_ctz(bit));
    }
    bank->latched &= ~bit;
    give(bank, index, bit);
}

void vgic_arrive(unsigned vcpu, unsigned intid)
{
    unsigned index = intid / 32;
    struct vgic_bank *bank = vgic_bank(vcpu, index);
    uint32_t bit = 1u << intid % 32;
    if (LIKELY((bank->signalled & ~(bank->eoi_due | bank->latched | bank->moved) & bit) != 0)) {
        give_physical(bank, index, intid % 32);
    } else {
        arrive_and_wait(vcpu, index, bit);
    }
}

/* The level of line `i`, whose interrupt is level-sensitive. A low line is not pending; one that
 * has just become a line was given without asking for its EOI. */
static void level_set(struct vgic_bank *bank, unsigned index, uint32_t i, bool high)
{
    uint32_t bit = 1u << i;
    bank->line = high ? bank->line | bit : bank->line & ~bit;
    if ((!high || (bank->reports_eoi & bit) == 0) && (bank->given & bit) != 0) {
        take_back(bank, index, i);
    }
    bank->reports_eoi |= high ? bit : 0;
    give(bank, index, bit);
}

void vgic_set_line(unsigned vcpu, unsigned intid, bool high)
{
    unsigned index = intid / 32;
    struct vgic_bank *bank = vgic_bank(vcpu, index);
    uint32_t bit = 1u << intid % 32;
    if (((bank->wire & bit) != 0) == high) {
        return;
    }
    bank->wire ^= bit;
    if ((bank->edge & bit) == 0) {
        level_set(bank, index, intid % 32, high);
    } else if (high) {
        bank->latched |= bit;
        give(bank, index, bit);
    }
}

void vgic_trigger_changed(unsigned vcpu, unsigned index, uint32_t mask)
{
    struct vgic_bank *bank = vgic_bank(vcpu, index);
    FOR_EACH (i, mask & bank->wire) {
        level_set(bank, index, i, (bank->edge >> i & 1) == 0);
    }
}

void vgic_end(unsigned vcpu, unsigned intid)
{
    unsigned index = intid / 32;
    struct vgic_bank *bank = vgic_bank(vcpu, index);
    uint32_t bit = 1u << intid % 32;
    bank->eoi_due &= ~bit;
    bank->given &= ~bit;
    virq_ended(vcpu, intid);
    give(bank, index, bit);
}

void vgic_maintenance(unsigned vcpu)
{
    const struct vcpu_page *page = platform_vcpu_page(vcpu);
    for (unsigned index = 0; index < vgic.bank_count; index++) {
        uint32_t ended = (uint32_t)(page->eoi[index / 2] >> (index % 2 * 32));
        FOR_EACH (i, ended & vgic_bank(vcpu, index)->exists) {
            vgic_end(vcpu, index * 32 + i);
        }
    }
}
