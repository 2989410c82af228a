/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Between the distributor's register table (vgic_registers.c) and the handlers of its wider fields
 * (vgic_fields.c).
 */
#pragma once

#include "vgic.h"

/* A group's handlers: whole words. `offset` is a multiple of 4 from the start of the distributor;
 * `lanes` has the bits of the word that a write touches. */
struct vgic_register {
    _Alignas(32) uint32_t (*read)(unsigned vcpu, uint32_t offset);
    void (*write)(unsigned vcpu, uint32_t offset, uint32_t value, uint32_t lanes);
    bool has_bytes; /* byte accesses exist (4.1.4) */
};

uint32_t vgic_priority_read(unsigned vcpu, uint32_t offset);
void vgic_priority_write(unsigned vcpu, uint32_t offset, uint32_t value, uint32_t lanes);
uint32_t vgic_target_read(unsigned vcpu, uint32_t offset);
void vgic_target_write(unsigned vcpu, uint32_t offset, uint32_t value, uint32_t lanes);
uint32_t vgic_trigger_read(unsigned vcpu, uint32_t offset);
void vgic_trigger_write(unsigned vcpu, uint32_t offset, uint32_t value, uint32_t lanes);
uint32_t vgic_sgi_read(unsigned vcpu, uint32_t offset);
void vgic_sgi_write(unsigned vcpu, uint32_t offset, uint32_t value, uint32_t lanes);
uint32_t vgic_identification_read(unsigned vcpu, uint32_t offset);
