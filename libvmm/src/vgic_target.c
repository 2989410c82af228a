/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Which vCPU an SPI goes to (Arm IHI 0048B, 4.3.12, GICD_ITARGETSR). Of several targets only one
 * takes an interrupt (1-N model, 3.2.3): here the first of them that is on. See vgic.h.
 */
#include "compiler.h"
#include "guest_state.h"
#include "vgic_registers.h"

/* The vCPU that gets what is targeted at the mask `targets`, of which there is at least one. */
static uint8_t choose(uint8_t targets)
{
    FOR_EACH (vcpu, targets) {
        if (guest.vcpu_on[vcpu]) {
            return (uint8_t)vcpu;
        }
    }
    return (uint8_t)__builtin_ctz(targets);
}

void vgic_retarget(unsigned index, uint32_t i)
{
    struct vgic_bank *bank = &vgic.shared[index];
    uint32_t bit = 1u << i;
    bool has_target = bank->target[i] != 0;
    uint8_t holder = has_target ? choose(bank->target[i]) : bank->holder[i];

    bank->targeted = has_target ? bank->targeted | bit : bank->targeted & ~bit;
    bank->moved &= ~bit;
    if (holder == bank->holder[i]) {
        return;
    }
    if ((bank->given & bit) != 0) {
        bank->moved |= bit;
    } else {
        bank->holder[i] = holder;
    }
}

static void retarget(unsigned index, uint32_t mask)
{
    vgic_take_back(0, index, mask);
    FOR_EACH (i, mask) {
        vgic_retarget(index, i);
    }
    vgic_refresh(0, index, mask);
}

void vgic_vcpus_changed(void)
{
    for (unsigned index = 1; index < vgic.bank_count; index++) {
        const struct vgic_bank *bank = &vgic.shared[index];
        uint32_t mask = 0;
        for (unsigned i = 0; i < 32; i++) {
            bool has_choice = (bank->target[i] & (bank->target[i] - 1)) != 0;
            mask |= has_choice && choose(bank->target[i]) != bank->holder[i] ? 1u << i : 0;
        }
        if (mask != 0) {
            retarget(index, mask);
        }
    }
}

/* RAZ/WI with one CPU; the first 32 interrupts of each CPU are its own. */
uint32_t vgic_target_read(unsigned vcpu, uint32_t offset)
{
    uint32_t intid = offset - 0x800, first = intid % 32;
    const struct vgic_bank *bank = vgic_byte_bank(vcpu, intid);
    if (bank == NULL || vgic.vcpu_count == 1) {
        return 0;
    }
    return vgic_word_of(&bank->target[first]) & vgic_lanes_of(bank->exists >> first);
}

void vgic_target_write(unsigned vcpu, uint32_t offset, uint32_t value, uint32_t lanes)
{
    uint32_t intid = offset - 0x800, first = intid % 32;
    struct vgic_bank *bank = vgic_byte_bank(vcpu, intid);
    if (bank == NULL || vgic.vcpu_count == 1 || intid < VGIC_SPI_FIRST) {
        return;
    }
    uint32_t cpus = ((1u << vgic.vcpu_count) - 1) * 0x01010101u;
    uint32_t changed = vgic_word_store(&bank->target[first], value & cpus,
                                       lanes & vgic_lanes_of(bank->exists >> first));
    if (changed != 0) {
        retarget(intid / 32, vgic_bits_of(changed) << first);
    }
}
