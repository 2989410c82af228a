/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Virtual interrupts: pass-through of physical ones, and ones that the VMM's own devices raise.
 * An interrupt that arrives while the guest has it disabled is kept and delivered once enabled.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <microkit.h>

enum irq_type {
    IRQ_TYPE_INVALID = 0,
    IRQ_TYPE_ARM_GIC = 1,
};

/* Where an interrupt goes: an INTID of the guest's GIC and, for INTIDs below 32, whose. */
typedef struct irq_routing_info {
    enum irq_type type;
    union {
        struct arm_gic {
            int vcpu_id;
            uint32_t intid;
        } arm_gic;
    } hw;
} irq_routing_info_t;

#define ARM_GIC_IRQ_ROUTE(_vcpu_id, _intid)                                                        \
    ((irq_routing_info_t){.type = IRQ_TYPE_ARM_GIC,                                                \
                          .hw.arm_gic = {.vcpu_id = (_vcpu_id), .intid = (_intid)}})
#define IRQ_ROUTE_INVALID(route)        ((route).type == IRQ_TYPE_INVALID)
#define IRQ_ROUTE_TO_ARM_CPUID(routing) ((routing).hw.arm_gic.vcpu_id)
#define IRQ_ROUTE_TO_ARM_INTID(routing) ((routing).hw.arm_gic.intid)

/* Called when the guest has ended the interrupt (its EOI). It may inject or change the level. */
typedef void (*virq_ack_fn_t)(irq_routing_info_t irq_routing_info, void *cookie);

/* Prepares the virtual interrupt controller; guest_init() calls it. Returns false, after saying
 * why, if the routing table asks for one that libvmm does not have. */
bool virq_controller_init(void);

/*
 * Makes `irq_routing_info` an interrupt of the VMM's own, and has `ack_fn` (may be NULL) called
 * with `ack_data` at each EOI of the guest. An interrupt needs no registration to be injected.
 * Returns false, after saying why, for an SGI, one out of range, one registered before, or one that
 * goes straight to the guest.
 */
bool virq_register(irq_routing_info_t irq_routing_info, virq_ack_fn_t ack_fn, void *ack_data);

/* Makes the interrupt pending once, as an edge does. For a passed-through interrupt: its physical
 * one has arrived. Returns false, after saying why, for one that the VMM may not inject. */
bool virq_inject(irq_routing_info_t irq_routing_info);

/* Sets the level of the interrupt's line. What the guest has configured decides: a level is pending
 * again after each EOI while the line is high, an edge is pending once when the line rises. Returns
 * false, after saying why, for one that is not the VMM's own. */
bool virq_set_level(irq_routing_info_t irq_routing_info, bool level);

/*
 * Passes the physical interrupt that arrives on channel `irq_ch` through to the guest, as the same
 * INTID; the guest's EOI re-arms it. Returns false, after saying what disagrees, if the system
 * description does not route that interrupt to that channel.
 */
bool virq_register_passthrough(irq_routing_info_t irq_routing_info, microkit_channel irq_ch);

/* virq_register_passthrough() for every interrupt that the system description routes to this VMM,
 * each on its channel and to the boot vCPU until the guest says otherwise. Returns false, after
 * saying why, if one cannot be passed through; the others are. */
bool virq_register_passthrough_all(void);

/* Delivers the interrupt of `irq_ch`, to be called from notified(). False: the channel is not one
 * registered with virq_register_passthrough(). */
bool virq_handle_passthrough(microkit_channel irq_ch);
