/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Physical interrupts and where each goes.
 */
#pragma once

#include "arch.h"
#include "vcpu.h"

enum route_kind {
    ROUTE_NONE, /* nobody's: masked if it ever fires */
    ROUTE_KERNEL_TIMER,
    ROUTE_MAINTENANCE,
    ROUTE_CHANNEL,     /* to a PD by channel */
    ROUTE_VCPU,        /* straight to a vCPU */
    ROUTE_GUEST_TIMER, /* to the vCPU that is loaded */
};

struct irq_route {
    uint8_t kind;    /* enum route_kind */
    uint8_t channel; /* ROUTE_CHANNEL; of ROUTE_GUEST_TIMER: enum guest_timer */
    bool edge;
    bool soft_pending; /* ROUTE_VCPU: the guest has pended it itself, and its line may be low */
    uint32_t lr;       /* ROUTE_VCPU: the list register value that injects it */
    union {
        struct pd *pd;
        struct vcpu *vcpu;
    };
};

_Static_assert(sizeof(struct irq_route) <= IRQ_OBJECT_SIZE,
               "IRQ_OBJECT_SIZE of manifest.h is too small");

/* Sets the route of every interrupt in the manifest and of the kernel's own; enables what is not a
 * guest's. `routes` has manifest->irq_lines elements. */
RARE void irq_init(const struct manifest *manifest, struct irq_route *routes, struct pd *pds,
                   struct vcpu *vcpus);

/* The routes of all lines, set by irq_init(). */
struct irq_routes {
    struct irq_route *table;
    uint32_t count;
};

extern struct irq_routes irq_routes;

/* The route of `intid`, or NULL where there is no such line. */
static inline struct irq_route *irq_route(uint32_t intid)
{
    return intid < irq_routes.count ? &irq_routes.table[intid] : NULL;
}

/* Takes one pending interrupt and does what its route says. Returns the thread that woke, or NULL.
 */
struct thread *irq_handle(struct cpu *cpu);
