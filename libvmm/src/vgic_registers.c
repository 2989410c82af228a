/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The distributor's registers (Arm IHI 0048B, 4.3), in one table. Handlers see whole words; the
 * table says where bytes may be accessed. Every other size, every register that does not exist, and
 * every bit of an interrupt that does not exist reads as zero and ignores writes (4.1.4, 4.3.1).
 */
#include "vgic_registers.h"

#include <stddef.h>

#define BLOCK_SHIFT 7 /* every group of registers fills blocks of 128 bytes */

/* 4.3.3 GICD_IIDR as a GIC-400 r0p1 has it: product 2, revision 1, implementer Arm. */
#define IIDR_VALUE 0x0200143b

/* The bank behind a register with one bit an interrupt; NULL past the last. */
static inline struct vgic_bank *bit_bank(unsigned vcpu, uint32_t offset)
{
    unsigned index = (offset & 0x7f) / 4;
    return index < vgic.bank_count ? vgic_bank(vcpu, index) : NULL;
}

static inline unsigned bit_index(uint32_t offset)
{
    return (offset & 0x7f) / 4;
}

/* ---- 4.3.1 to 4.3.3: GICD_CTLR, GICD_TYPER, GICD_IIDR ---- */

static uint32_t control_read(unsigned vcpu, uint32_t offset)
{
    (void)vcpu;
    switch (offset) {
    case 0x000: /* GICD_CTLR */
        return vgic.ctlr;
    case 0x004: /* GICD_TYPER: CPUNumber [7:5], ITLinesNumber [4:0] */
        return (vgic.vcpu_count - 1) << 5 | (vgic.bank_count - 1);
    case 0x008: /* GICD_IIDR */
        return IIDR_VALUE;
    default:
        return 0;
    }
}

static void control_write(unsigned vcpu, uint32_t offset, uint32_t value, uint32_t lanes)
{
    (void)vcpu;
    (void)lanes;
    uint32_t ctlr = value & (VGIC_CTLR_GROUP0 | VGIC_CTLR_GROUP1);
    if (offset != 0x000 || ctlr == vgic.ctlr) {
        return;
    }
    vgic.ctlr = ctlr;
    for (unsigned i = 0; i < vgic.vcpu_count; i++) {
        vgic_refresh(i, 0, ~0u);
    }
    for (unsigned index = 1; index < vgic.bank_count; index++) {
        vgic_refresh(0, index, ~0u);
    }
}

/* ---- 4.3.4: GICD_IGROUPR ---- */

static uint32_t group_read(unsigned vcpu, uint32_t offset)
{
    const struct vgic_bank *bank = bit_bank(vcpu, offset);
    return bank != NULL ? bank->group1 : 0;
}

static void group_write(unsigned vcpu, uint32_t offset, uint32_t value, uint32_t lanes)
{
    (void)lanes;
    struct vgic_bank *bank = bit_bank(vcpu, offset);
    if (bank == NULL) {
        return;
    }
    uint32_t group1 = value & bank->exists;
    uint32_t changed = group1 ^ bank->group1;
    vgic_take_back(vcpu, bit_index(offset), changed);
    bank->group1 = group1;
    vgic_refresh(vcpu, bit_index(offset), changed);
}

/* ---- 4.3.5, 4.3.6: GICD_ISENABLER, GICD_ICENABLER ---- */

static uint32_t enable_read(unsigned vcpu, uint32_t offset)
{
    const struct vgic_bank *bank = bit_bank(vcpu, offset);
    return bank != NULL ? bank->enabled : 0;
}

static void enable_set(unsigned vcpu, uint32_t offset, uint32_t value, uint32_t lanes)
{
    (void)lanes;
    struct vgic_bank *bank = bit_bank(vcpu, offset);
    if (bank != NULL) {
        uint32_t changed = value & bank->exists & ~bank->enabled;
        bank->enabled |= changed;
        vgic_refresh(vcpu, bit_index(offset), changed);
    }
}

static void enable_clear(unsigned vcpu, uint32_t offset, uint32_t value, uint32_t lanes)
{
    (void)lanes;
    struct vgic_bank *bank = bit_bank(vcpu, offset);
    if (bank != NULL) {
        uint32_t permanent = bit_index(offset) == 0 ? (1u << VGIC_SGI_COUNT) - 1 : 0;
        uint32_t changed = value & bank->enabled & ~permanent;
        bank->enabled &= ~changed;
        vgic_refresh(vcpu, bit_index(offset), changed);
    }
}

/* ---- 4.3.7 to 4.3.10: GICD_ISPENDR, GICD_ICPENDR, GICD_ISACTIVER, GICD_ICACTIVER ---- */

static uint32_t pending_read(unsigned vcpu, uint32_t offset)
{
    uint32_t pending = 0, active;
    if (bit_bank(vcpu, offset) != NULL) {
        vgic_read_state(vcpu, bit_index(offset), &pending, &active);
    }
    return pending;
}

static uint32_t active_read(unsigned vcpu, uint32_t offset)
{
    uint32_t pending, active = 0;
    if (bit_bank(vcpu, offset) != NULL) {
        vgic_read_state(vcpu, bit_index(offset), &pending, &active);
    }
    return active;
}

static void pending_set(unsigned vcpu, uint32_t offset, uint32_t value, uint32_t lanes)
{
    (void)lanes;
    if (bit_bank(vcpu, offset) != NULL) {
        vgic_set_pending(vcpu, bit_index(offset), value);
    }
}

static void pending_clear(unsigned vcpu, uint32_t offset, uint32_t value, uint32_t lanes)
{
    (void)lanes;
    if (bit_bank(vcpu, offset) != NULL) {
        vgic_clear_pending(vcpu, bit_index(offset), value);
    }
}

static void active_set(unsigned vcpu, uint32_t offset, uint32_t value, uint32_t lanes)
{
    (void)lanes;
    if (bit_bank(vcpu, offset) != NULL) {
        vgic_set_active(vcpu, bit_index(offset), value);
    }
}

static void active_clear(unsigned vcpu, uint32_t offset, uint32_t value, uint32_t lanes)
{
    (void)lanes;
    if (bit_bank(vcpu, offset) != NULL) {
        vgic_clear_active(vcpu, bit_index(offset), value);
    }
}

/* ---- The table ---- */

static uint32_t zero_read(unsigned vcpu, uint32_t offset)
{
    (void)vcpu;
    (void)offset;
    return 0;
}

static void write_ignore(unsigned vcpu, uint32_t offset, uint32_t value, uint32_t lanes)
{
    (void)vcpu;
    (void)offset;
    (void)value;
    (void)lanes;
}

#define BLOCK(offset) ((offset) >> BLOCK_SHIFT)

/* clang-format off */
static const struct vgic_register registers[BLOCK(VGIC_REGISTER_END)] = {
    /* offset                           read                      write                bytes  registers, section */
    [BLOCK(0x000)]                   = {control_read,             control_write,       false}, /* GICD_CTLR rw, GICD_TYPER ro, GICD_IIDR ro: 4.3.1 to 4.3.3 */
    [BLOCK(0x080)]                   = {group_read,               group_write,         false}, /* GICD_IGROUPR rw: 4.3.4 */
    [BLOCK(0x100)]                   = {enable_read,              enable_set,          false}, /* GICD_ISENABLER rw: 4.3.5 */
    [BLOCK(0x180)]                   = {enable_read,              enable_clear,        false}, /* GICD_ICENABLER rw: 4.3.6 */
    [BLOCK(0x200)]                   = {pending_read,             pending_set,         false}, /* GICD_ISPENDR rw: 4.3.7 */
    [BLOCK(0x280)]                   = {pending_read,             pending_clear,       false}, /* GICD_ICPENDR rw: 4.3.8 */
    [BLOCK(0x300)]                   = {active_read,              active_set,          false}, /* GICD_ISACTIVER rw: 4.3.9 */
    [BLOCK(0x380)]                   = {active_read,              active_clear,        false}, /* GICD_ICACTIVER rw: 4.3.10 */
    [BLOCK(0x400) ... BLOCK(0x780)]  = {vgic_priority_read,       vgic_priority_write, true},  /* GICD_IPRIORITYR rw: 4.3.11 */
    [BLOCK(0x800) ... BLOCK(0xb80)]  = {vgic_target_read,         vgic_target_write,   true},  /* GICD_ITARGETSR rw, raz/wi on one CPU: 4.3.12 */
    [BLOCK(0xc00) ... BLOCK(0xc80)]  = {vgic_trigger_read,        vgic_trigger_write,  false}, /* GICD_ICFGR rw: 4.3.13 */
    [BLOCK(0xd00) ... BLOCK(0xd80)]  = {zero_read,                write_ignore,        false}, /* implementation-defined */
    [BLOCK(0xe00) ... BLOCK(0xe80)]  = {zero_read,                write_ignore,        false}, /* GICD_NSACR: no Security Extensions: 4.3.14 */
    [BLOCK(0xf00)]                   = {vgic_sgi_read,            vgic_sgi_write,      true},  /* GICD_SGIR wo, GICD_CPENDSGIR, GICD_SPENDSGIR rw: 4.3.15 to 4.3.17 */
    [BLOCK(0xf80)]                   = {vgic_identification_read, write_ignore,        false}, /* GICD_PIDR, GICD_CIDR ro: 4.3.18 */
};
/* clang-format on */

uint32_t vgic_read(unsigned vcpu, uint32_t offset, unsigned size)
{
    if (offset >= VGIC_REGISTER_END) {
        return 0;
    }
    const struct vgic_register *group = &registers[offset >> BLOCK_SHIFT];
    if (size == 4 && (offset & 3) == 0) {
        return group->read(vcpu, offset);
    }
    if (size == 1 && group->has_bytes) {
        return group->read(vcpu, offset & ~3u) >> (offset & 3) * 8 & 0xff;
    }
    return 0;
}

void vgic_write(unsigned vcpu, uint32_t offset, unsigned size, uint32_t value)
{
    if (offset >= VGIC_REGISTER_END) {
        return;
    }
    const struct vgic_register *group = &registers[offset >> BLOCK_SHIFT];
    if (size == 4 && (offset & 3) == 0) {
        group->write(vcpu, offset, value, ~0u);
    } else if (size == 1 && group->has_bytes) {
        unsigned shift = (offset & 3) * 8;
        group->write(vcpu, offset & ~3u, (value & 0xff) << shift, 0xffu << shift);
    }
}
