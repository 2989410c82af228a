/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Between the distributor's register table (vgic_registers.c) and the handlers of its wider fields
 * (vgic_fields.c, vgic_target.c).
 */
#pragma once

#include <stddef.h>

#include "vgic.h"

/* A group's handlers: whole words. `offset` is a multiple of 4 from the start of the distributor;
 * `lanes` has the bits of the word that a write touches. */
struct vgic_register {
    _Alignas(32) uint32_t (*read)(unsigned vcpu, uint32_t offset);
    void (*write)(unsigned vcpu, uint32_t offset, uint32_t value, uint32_t lanes);
    bool has_bytes; /* byte accesses exist (4.1.4) */
};

/* ---- Registers with a byte an interrupt, four in a word ---- */

/* The bank of INTID `intid`; NULL past the last interrupt. */
static inline struct vgic_bank *vgic_byte_bank(unsigned vcpu, uint32_t intid)
{
    return intid / 32 < vgic.bank_count ? vgic_bank(vcpu, intid / 32) : NULL;
}

/* Four bytes of a table of bytes, as the word that the guest sees. */
static inline uint32_t vgic_word_of(const uint8_t bytes[4])
{
    uint32_t word;
    __builtin_memcpy(&word, __builtin_assume_aligned(bytes, 4), sizeof word);
    return word;
}

/* A byte of ones for each bit of `bits` [3:0]. */
static inline uint32_t vgic_lanes_of(uint32_t bits)
{
    return ((bits & 0xf) * 0x00204081 & 0x01010101) * 0xff;
}

/* A bit for each byte of `word` that is not zero. */
static inline uint32_t vgic_bits_of(uint32_t word)
{
    uint32_t bits = 0;
    for (unsigned i = 0; i < 4; i++) {
        bits |= (word >> i * 8 & 0xff) != 0 ? 1u << i : 0;
    }
    return bits;
}

/* Stores what `lanes` let through; returns the bits that changed. */
static inline uint32_t vgic_word_store(uint8_t bytes[4], uint32_t value, uint32_t lanes)
{
    uint32_t changed = (vgic_word_of(bytes) ^ value) & lanes;
    uint32_t word = vgic_word_of(bytes) ^ changed;
    __builtin_memcpy(__builtin_assume_aligned(bytes, 4), &word, sizeof word);
    return changed;
}

/* ---- Handlers ---- */

uint32_t vgic_priority_read(unsigned vcpu, uint32_t offset);
void vgic_priority_write(unsigned vcpu, uint32_t offset, uint32_t value, uint32_t lanes);
uint32_t vgic_target_read(unsigned vcpu, uint32_t offset);
void vgic_target_write(unsigned vcpu, uint32_t offset, uint32_t value, uint32_t lanes);
uint32_t vgic_trigger_read(unsigned vcpu, uint32_t offset);
void vgic_trigger_write(unsigned vcpu, uint32_t offset, uint32_t value, uint32_t lanes);
uint32_t vgic_sgi_read(unsigned vcpu, uint32_t offset);
void vgic_sgi_write(unsigned vcpu, uint32_t offset, uint32_t value, uint32_t lanes);
uint32_t vgic_identification_read(unsigned vcpu, uint32_t offset);
