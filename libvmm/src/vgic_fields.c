/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The distributor's registers that have more than a bit an interrupt (Arm IHI 0048B, 4.3.11
 * to 4.3.18). See vgic_registers.h.
 */
#include "vgic_registers.h"

#include "compiler.h"

/* ---- 4.3.11: GICD_IPRIORITYR: a byte an interrupt ---- */

uint32_t vgic_priority_read(unsigned vcpu, uint32_t offset)
{
    uint32_t intid = offset - 0x400;
    const struct vgic_bank *bank = vgic_byte_bank(vcpu, intid);
    return bank != NULL ? vgic_word_of(&bank->priority[intid % 32]) : 0;
}

/* A pending interrupt has its new priority at once. */
void vgic_priority_write(unsigned vcpu, uint32_t offset, uint32_t value, uint32_t lanes)
{
    uint32_t intid = offset - 0x400, first = intid % 32;
    struct vgic_bank *bank = vgic_byte_bank(vcpu, intid);
    if (bank == NULL) {
        return;
    }
    uint32_t changed =
        vgic_word_store(&bank->priority[first], value & VGIC_PRIORITY_MASK * 0x01010101u,
                        lanes & vgic_lanes_of(bank->exists >> first));
    uint32_t concerned = (bank->bound | bank->given) >> first & 0xf;
    if (UNLIKELY(changed != 0 && concerned != 0)) {
        concerned = (concerned & vgic_bits_of(changed)) << first;
        vgic_take_back(vcpu, intid / 32, concerned);
        vgic_refresh(vcpu, intid / 32, concerned);
    }
}

/* ---- 4.3.13: GICD_ICFGR: two bits an interrupt, of which the upper says edge ---- */

uint32_t vgic_trigger_read(unsigned vcpu, uint32_t offset)
{
    uint32_t intid = (offset - 0xc00) * 4, value = 0;
    const struct vgic_bank *bank = vgic_byte_bank(vcpu, intid);
    for (unsigned i = 0; bank != NULL && i < 16; i++) {
        value |= (bank->edge >> (intid % 32 + i) & 1) << (i * 2 + 1);
    }
    return value;
}

void vgic_trigger_write(unsigned vcpu, uint32_t offset, uint32_t value, uint32_t lanes)
{
    (void)lanes;
    uint32_t intid = (offset - 0xc00) * 4, edge = 0;
    struct vgic_bank *bank = vgic_byte_bank(vcpu, intid);
    if (bank == NULL || intid < VGIC_SPI_FIRST) {
        return;
    }
    for (unsigned i = 0; i < 16; i++) {
        edge |= (value >> (i * 2 + 1) & 1) << (intid % 32 + i);
    }
    uint32_t writable = 0xffffu << intid % 32 & bank->exists & ~bank->fixed_trigger;
    uint32_t changed = (edge ^ bank->edge) & writable;
    bank->edge ^= changed;
    vgic_trigger_changed(vcpu, intid / 32, changed);
    vgic_refresh(vcpu, intid / 32, changed & bank->bound);
}

/* ---- 4.3.15 to 4.3.17: GICD_SGIR, GICD_CPENDSGIR, GICD_SPENDSGIR ---- */

/* GICD_SGIR: filter [25:24], CPU targets [23:16], INTID [3:0]; NSATT means nothing here. */
#define SGIR_FILTER(value)  ((value) >> 24 & 3)
#define SGIR_FILTER_LIST    0
#define SGIR_FILTER_OTHERS  1
#define SGIR_FILTER_SELF    2
#define SGIR_TARGETS(value) ((value) >> 16 & 0xff)
#define SGIR_INTID(value)   ((value)&0xf)

COLD static void sgi_request(unsigned vcpu, uint32_t value)
{
    uint32_t targets = (1u << vgic.vcpu_count) - 1;
    switch (SGIR_FILTER(value)) {
    case SGIR_FILTER_LIST:
        targets &= SGIR_TARGETS(value);
        break;
    case SGIR_FILTER_OTHERS:
        targets &= ~(1u << vcpu);
        break;
    default: /* reserved */
        return;
    }
    for (; targets != 0; targets &= targets - 1) {
        vgic_sgi_set((unsigned)__builtin_ctz(targets), vcpu, SGIR_INTID(value));
    }
}

uint32_t vgic_sgi_read(unsigned vcpu, uint32_t offset)
{
    uint32_t value = 0;
    if (offset < 0xf10 || offset >= 0xf30) { /* GICD_SGIR is write-only */
        return 0;
    }
    for (unsigned i = 0; i < 4; i++) {
        value |= vgic_sgi_sources(vcpu, (offset & 0xf) + i) << i * 8;
    }
    return value;
}

/* GICD_CPENDSGIR and GICD_SPENDSGIR: a byte of requesting CPUs an SGI. */
COLD static void sgi_pending_write(unsigned vcpu, uint32_t offset, uint32_t value)
{
    if (offset < 0xf10 || offset >= 0xf30) {
        return;
    }
    for (unsigned i = 0; i < 4; i++) {
        uint32_t sources = value >> i * 8 & ((1u << vgic.vcpu_count) - 1);
        for (; sources != 0; sources &= sources - 1) {
            unsigned source = (unsigned)__builtin_ctz(sources);
            if (offset < 0xf20) {
                vgic_sgi_clear(vcpu, source, (offset & 0xf) + i);
            } else {
                vgic_sgi_set(vcpu, source, (offset & 0xf) + i);
            }
        }
    }
}

void vgic_sgi_write(unsigned vcpu, uint32_t offset, uint32_t value, uint32_t lanes)
{
    if (offset != 0xf00) {
        sgi_pending_write(vcpu, offset, value);
    } else if (lanes != ~0u) {
        return;
    } else if (LIKELY(SGIR_FILTER(value) == SGIR_FILTER_SELF)) {
        vgic_sgi_set(vcpu, vcpu, SGIR_INTID(value));
    } else {
        sgi_request(vcpu, value);
    }
}

/* ---- 4.3.18: identification registers, as a GIC-400 has them ---- */

uint32_t vgic_identification_read(unsigned vcpu, uint32_t offset)
{
    static const uint8_t values[] = {
        0x04, 0x00, 0x00, 0x00, /* 0xfd0 GICD_PIDR4 to 7 */
        0x90, 0xb4, 0x2b, 0x00, /* 0xfe0 GICD_PIDR0 to 3: PIDR2[7:4] = 2 is GICv2 */
        0x0d, 0xf0, 0x05, 0xb1, /* 0xff0 GICD_CIDR0 to 3 */
    };
    (void)vcpu;
    return offset >= 0xfd0 ? values[(offset - 0xfd0) / 4] : 0;
}
