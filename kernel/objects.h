/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The kernel's objects, made once from the manifest in the memory that the tool set aside.
 */
#pragma once

#include "irq.h"

struct objects {
    struct pd *pds;           /* manifest->pd_count */
    struct vcpu *vcpus;       /* manifest->vcpu_count */
    struct irq_route *routes; /* manifest->irq_lines */
};

/* Makes all PDs, vCPUs and channels of `manifest`; PDs are ready, vCPUs stopped. */
RARE struct objects objects_create(const struct manifest *manifest, struct cpu *cpu);
