/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * List registers and spill. A list register is the hardware's copy of one interrupt; when all are
 * taken the less urgent ones wait in the spill, and maintenance interrupts bring them back. See
 * virq.h.
 */
#include "virq.h"

#include "drivers/gicv2.h"

static unsigned list_reg_count;
uint32_t virq_list_reg_mask;

void virq_init(unsigned count)
{
    list_reg_count = count < LIST_REG_MAX ? count : LIST_REG_MAX;
    virq_list_reg_mask = (1u << list_reg_count) - 1;
}

static uint32_t list_reg_get(const struct vcpu *vcpu, unsigned index)
{
    return vcpu->is_loaded ? mmio_read32(GICH_LR(index)) : vcpu->virq.list_regs[index];
}

static void list_reg_set(struct vcpu *vcpu, unsigned index, uint32_t lr)
{
    if (vcpu->is_loaded) {
        mmio_write32(GICH_LR(index), lr);
    } else {
        vcpu->virq.list_regs[index] = lr;
    }
}

/* Holds nothing, an EOI to report included: what GICH_ELRSR says of a list register. */
static bool is_free(uint32_t lr)
{
    return (lr & LR_STATE_MASK) == 0 && ((lr & LR_EOI) == 0 || (lr & LR_HW) != 0);
}

static uint32_t list_regs_free(const struct vcpu *vcpu)
{
    if (vcpu->is_loaded) {
        return mmio_read32(GICH_ELRSR) & virq_list_reg_mask;
    }
    uint32_t free = 0;
    for (unsigned i = 0; i < list_reg_count; i++) {
        free |= is_free(vcpu->virq.list_regs[i]) ? 1u << i : 0;
    }
    return free;
}

unsigned virq_slot(uint32_t lr)
{
    uint32_t intid = lr & LR_VINTID_MASK;
    return intid < 16 ? (lr >> LR_SOURCE_SHIFT & 7) * 16 + intid : VIRQ_SGI_SLOTS + intid - 16;
}

bool virq_find(const struct vcpu *vcpu, unsigned slot, struct virq_place *place)
{
    for (unsigned i = 0; i < list_reg_count; i++) {
        uint32_t lr = list_reg_get(vcpu, i);
        if ((lr & LR_STATE_MASK) != 0 && virq_slot(lr) == slot) {
            *place = (struct virq_place){.is_list_reg = true, .index = i};
            return true;
        }
    }
    *place = (struct virq_place){.is_list_reg = false, .index = slot};
    return vcpu->virq.spill[slot] != 0;
}

uint32_t virq_private(const struct vcpu *vcpu)
{
    uint32_t there = vcpu->virq.spill_map[VIRQ_SGI_SLOTS / 32] << 16;
    for (unsigned i = 0; i < list_reg_count; i++) {
        uint32_t lr = vcpu->virq.list_regs[i];
        if ((lr & LR_STATE_MASK) != 0 && (lr & LR_VINTID_MASK) < 32) {
            there |= 1u << (lr & LR_VINTID_MASK);
        }
    }
    return there;
}

_Static_assert(VIRQ_SGI_SLOTS % 32 == 0, "PPI 16 has the first bit of a word of the map");

uint32_t virq_get(const struct vcpu *vcpu, struct virq_place place)
{
    return place.is_list_reg ? list_reg_get(vcpu, place.index) : vcpu->virq.spill[place.index];
}

/* The most urgent slot of the spill whose state, of the bits in `mask`, is `state`; false if there
 * is none. */
static bool spill_first(const struct vcpu *vcpu, uint32_t mask, uint32_t state, unsigned *slot)
{
    uint32_t best = UINT32_MAX;

    for (unsigned word = 0; word < sizeof vcpu->virq.spill_map / sizeof(uint32_t); word++) {
        for (uint32_t map = vcpu->virq.spill_map[word]; map != 0; map &= map - 1) {
            unsigned candidate = word * 32 + (unsigned)__builtin_ctz(map);
            uint32_t lr = vcpu->virq.spill[candidate];
            if ((lr & mask) == state && (lr & LR_PRIORITY_MASK) < best) {
                best = lr & LR_PRIORITY_MASK;
                *slot = candidate;
            }
        }
    }
    return best != UINT32_MAX;
}

/* The next that the guest can take. What is active and pending has to end first. */
static bool spill_first_pending(const struct vcpu *vcpu, unsigned *slot)
{
    return spill_first(vcpu, LR_STATE_MASK, LR_PENDING, slot);
}

/* Maintenance interrupts are asked for while the spill holds something to bring back (no pending
 * list register left) or to end (an EOI that finds no list register). */
static void hcr_update(struct vcpu *vcpu)
{
    uint32_t hcr = GICH_HCR_EN;
    unsigned slot;

    if (vcpu->virq.spill_count != 0) {
        hcr |= GICH_HCR_LRENPIE;
        hcr |= spill_first_pending(vcpu, &slot) ? GICH_HCR_NPIE : 0;
    }
    if (vcpu->is_loaded && hcr != vcpu->virq.hcr) {
        mmio_write32(GICH_HCR, hcr | (mmio_read32(GICH_HCR) & GICH_HCR_EOICOUNT_MASK));
        vcpu->virq.hcr = hcr;
    } else if (!vcpu->is_loaded) {
        vcpu->virq.hcr = hcr | (vcpu->virq.hcr & GICH_HCR_EOICOUNT_MASK);
    }
}

COLD static void spill_set(struct vcpu *vcpu, unsigned slot, uint32_t lr)
{
    struct virq_state *virq = &vcpu->virq;
    bool was_used = virq->spill[slot] != 0;
    bool is_used = (lr & LR_STATE_MASK) != 0;

    virq->spill[slot] = is_used ? lr : 0;
    if (is_used && !was_used) {
        virq->spill_map[slot / 32] |= 1u << slot % 32;
        virq->spill_count++;
    } else if (!is_used && was_used) {
        virq->spill_map[slot / 32] &= ~(1u << slot % 32);
        virq->spill_count--;
    }
    hcr_update(vcpu);
}

/* A hardware interrupt is never pending and active in a list register: its pendency waits in the
 * distributor (IHI 0048B, 5.3.8). That of a timer is on its line. */
static uint32_t hardware_settle(uint32_t lr)
{
    uint32_t intid = lr >> LR_PINTID_SHIFT & LR_VINTID_MASK;

    if ((lr & LR_HW) == 0 || (lr & LR_STATE_MASK) != LR_STATE_MASK) {
        return lr;
    }
    if (intid >= GIC_INTID_SPI_FIRST) {
        gic_bit_write(GICD_ISPENDR, intid);
    }
    return lr & ~LR_PENDING;
}

void virq_put(struct vcpu *vcpu, struct virq_place place, uint32_t lr)
{
    lr = hardware_settle(lr);
    if (place.is_list_reg) {
        list_reg_set(vcpu, place.index, (lr & LR_STATE_MASK) != 0 ? lr : 0);
    } else {
        spill_set(vcpu, place.index, lr);
    }
}

/* The larger gives way first. An active interrupt is given up last: its end would have to be
 * trapped. An EOI to report (0) stays. */
static uint32_t rank(uint32_t lr)
{
    if ((lr & LR_STATE_MASK) == 0) {
        return 0;
    }
    return (lr & LR_PRIORITY_MASK) | ((lr & LR_ACTIVE) != 0 ? 1 : LR_STATE_MASK);
}

/* The list register whose interrupt is the first to give way. */
static unsigned list_reg_victim(const struct vcpu *vcpu)
{
    unsigned victim = 0;
    for (unsigned i = 1; i < list_reg_count; i++) {
        if (rank(list_reg_get(vcpu, i)) > rank(list_reg_get(vcpu, victim))) {
            victim = i;
        }
    }
    return victim;
}

/* In the state that GICH_MISR.NP is about: active and pending is another, which nobody can take
 * yet. */
static bool is_list_reg_pending(const struct vcpu *vcpu)
{
    for (unsigned i = 0; i < list_reg_count; i++) {
        if ((list_reg_get(vcpu, i) & LR_STATE_MASK) == LR_PENDING) {
            return true;
        }
    }
    return false;
}

/* While the spill has a pending interrupt, so has a list register, or a maintenance interrupt is
 * signalled: it also tells of ends that the VMM or the spill has to hear of. */
bool virq_is_pending(const struct vcpu *vcpu)
{
    return is_list_reg_pending(vcpu) || (vcpu->is_loaded && mmio_read32(GICH_MISR) != 0);
}

void virq_add(struct vcpu *vcpu, uint32_t lr)
{
    uint32_t free = list_regs_free(vcpu);

    if (free != 0) {
        list_reg_set(vcpu, (unsigned)__builtin_ctz(free), lr);
        return;
    }
    unsigned victim = list_reg_victim(vcpu);
    uint32_t evicted = list_reg_get(vcpu, victim);
    if (rank(evicted) != 0 &&
        ((lr & LR_PRIORITY_MASK) < (evicted & LR_PRIORITY_MASK) ||
         ((lr & LR_STATE_MASK) == LR_PENDING && !is_list_reg_pending(vcpu)))) {
        list_reg_set(vcpu, victim, lr);
        lr = evicted;
    }
    spill_set(vcpu, virq_slot(lr), lr);
}

static void eoi_note(struct vcpu *vcpu, uint32_t intid)
{
    vcpu->eoi[intid / 64] |= 1ull << intid % 64;
    vcpu->on_resume |= RESUME_REPORTS_EOI;
}

/* The guest has ended as many interrupts as GICH_HCR counts that were in no list register: the most
 * urgent active ones. */
static void spill_end(struct vcpu *vcpu)
{
    uint32_t count = mmio_read32(GICH_HCR) >> GICH_HCR_EOICOUNT_SHIFT;
    unsigned slot;

    if (count != 0) {
        mmio_write32(GICH_HCR, vcpu->virq.hcr | GICH_HCR_EN);
    }
    while (count-- > 0 && spill_first(vcpu, LR_ACTIVE, LR_ACTIVE, &slot)) {
        uint32_t lr = vcpu->virq.spill[slot];
        if ((lr & LR_HW) != 0) {
            gic_deactivate(lr >> LR_PINTID_SHIFT & LR_VINTID_MASK);
        } else if ((lr & LR_EOI) != 0 && (lr & LR_PENDING) == 0) {
            eoi_note(vcpu, lr & LR_VINTID_MASK);
        }
        spill_set(vcpu, slot, lr & ~LR_ACTIVE);
    }
}

/* Brings pending interrupts back, the most urgent first, until one has to stay. */
static void refill(struct vcpu *vcpu)
{
    unsigned slot;

    while (vcpu->virq.spill_count != 0 && spill_first_pending(vcpu, &slot)) {
        uint32_t lr = vcpu->virq.spill[slot];
        spill_set(vcpu, slot, 0);
        virq_add(vcpu, lr);
        if (vcpu->virq.spill[slot] != 0) {
            return;
        }
    }
}

struct thread *virq_raise(struct vcpu *vcpu, uint32_t lr)
{
    struct virq_place place;

    if (!virq_find(vcpu, virq_slot(lr), &place)) {
        virq_add(vcpu, lr);
        refill(vcpu);
    } else if ((lr & LR_HW) != 0) {
        virq_put(vcpu, place, lr | (virq_get(vcpu, place) & LR_ACTIVE));
    } else {
        uint32_t there = virq_get(vcpu, place);
        virq_put(vcpu, place, there | LR_PENDING | ((there & LR_HW) == 0 ? lr & LR_EOI : 0));
    }
    return virq_wake(vcpu);
}

/* List registers whose interrupt the guest ended and whose end the VMM asked for. */
static void eoi_collect(struct vcpu *vcpu)
{
    uint32_t ended = mmio_read32(GICH_EISR) & virq_list_reg_mask;

    for (; ended != 0; ended &= ended - 1) {
        unsigned index = (unsigned)__builtin_ctz(ended);
        eoi_note(vcpu, mmio_read32(GICH_LR(index)) & LR_VINTID_MASK);
        mmio_write32(GICH_LR(index), 0);
    }
}

struct thread *virq_maintain(struct cpu *cpu)
{
    struct vcpu *vcpu = cpu->loaded;

    if (vcpu == NULL) {
        mmio_write32(GICH_HCR, 0);
        return NULL;
    }
    spill_end(vcpu);
    eoi_collect(vcpu);
    refill(vcpu);
    return (vcpu->on_resume & RESUME_REPORTS_EOI) != 0 ? vcpu_report_eoi(cpu, vcpu) : NULL;
}

void virq_unload(struct vcpu *vcpu)
{
    struct virq_state *virq = &vcpu->virq;

    virq->hcr |= mmio_read32(GICH_HCR) & GICH_HCR_EOICOUNT_MASK;
    uint32_t used = ~mmio_read32(GICH_ELRSR) & virq_list_reg_mask;
    for (; used != 0; used &= used - 1) {
        unsigned index = (unsigned)__builtin_ctz(used);
        virq->list_regs[index] = mmio_read32(GICH_LR(index));
        mmio_write32(GICH_LR(index), 0);
    }
    virq->vmcr = mmio_read32(GICH_VMCR);
    virq->apr = mmio_read32(GICH_APR);
    mmio_write32(GICH_HCR, 0);
}

void virq_load(struct vcpu *vcpu)
{
    struct virq_state *virq = &vcpu->virq;

    for (unsigned i = 0; i < list_reg_count; i++) {
        if (virq->list_regs[i] != 0) {
            mmio_write32(GICH_LR(i), virq->list_regs[i]);
            virq->list_regs[i] = 0;
        }
    }
    mmio_write32(GICH_VMCR, virq->vmcr);
    mmio_write32(GICH_APR, virq->apr);
    mmio_write32(GICH_HCR, virq->hcr | GICH_HCR_EN);
    virq->hcr &= ~GICH_HCR_EOICOUNT_MASK;
}
