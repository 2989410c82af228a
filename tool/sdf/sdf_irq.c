/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * <irq>: an interrupt of a device, in a PD by channel, in a virtual machine straight to a vCPU.
 */
#include "sdf.h"

#include <string.h>

#include "alloc.h"
#include "drover/abi.h"

/* Arm Generic Interrupt Controller specification, IHI 0048B section 2.2.1: what an INTID stands
 * for. */
#define SGI_END 16
#define PPI_END 32
#define SPI_END 1020

static uint32_t intid_read(const struct sdf *sdf, const xmlNode *node, bool to_vm)
{
    uint64_t intid = sdf_number(sdf, node, "irq", PPI_END, 0, UINT64_MAX);
    if (intid >= SPI_END) {
        sdf_error(sdf, node, "a GIC has interrupts up to %d; SPI n of a device tree is n + 32",
                  SPI_END - 1);
        return PPI_END;
    }
    if (intid >= SGI_END && intid < PPI_END && to_vm) {
        sdf_error(sdf, node,
                  "it is private to a core (PPI), which no device raises; SPI n of a device tree "
                  "is n + 32, and a guest gets its timers from the kernel; remove it");
    } else if (intid < SGI_END && to_vm) {
        sdf_error(sdf, node,
                  "it is sent by software (SGI), which no device raises; a guest has its own; "
                  "remove it");
    } else if (intid < SGI_END) {
        sdf_warning(
            sdf, node,
            "it is sent by software (SGI), which no device raises; it gets no route and will "
            "never arrive");
    }
    return (uint32_t)intid;
}

struct irq *sdf_irqs_read(const struct sdf *sdf, const xmlNode *parent, size_t *count)
{
    bool to_vm = strcmp((const char *)parent->name, "virtual_machine") == 0;
    struct irq *irqs = alloc_array(sdf_count(parent, "irq"), sizeof(struct irq));
    *count = 0;
    for (const xmlNode *node = sdf_first(parent, "irq"); node != NULL; node = sdf_next(node)) {
        uint64_t id = to_vm ? sdf_number(sdf, node, "vcpu", 0, 0, VCPU_MAX - 1)
                            : sdf_number(sdf, node, "id", 0, 0, CHANNEL_MAX - 1);
        irqs[(*count)++] = (struct irq){
            .source = sdf_source(sdf, node),
            .intid = intid_read(sdf, node, to_vm),
            .edge = sdf_edge(sdf, node),
            .id = (uint32_t)id,
            .setvar_id = sdf_string(sdf, node, "setvar_id"),
        };
    }
    return irqs;
}
