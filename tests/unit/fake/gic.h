/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A model of one core's GICv2: distributor, CPU interface, virtual interface control, and the
 * guest's side of the virtual interface. Arm IHI 0048B. What the specification calls
 * UNPREDICTABLE is a failure: gic_mistake tells of the first one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define GIC_LINE_COUNT 1020
#define GIC_SPURIOUS   1023

struct gic {
    bool level[GIC_LINE_COUNT];   /* a device asserts its line */
    bool latched[GIC_LINE_COUNT]; /* an edge, or a write to GICD_ISPENDR */
    bool active[GIC_LINE_COUNT];
    bool enabled[GIC_LINE_COUNT];
    bool edge[GIC_LINE_COUNT];
    uint8_t priority[GIC_LINE_COUNT];
    uint8_t targets[GIC_LINE_COUNT];
    uint8_t running[GIC_LINE_COUNT]; /* priorities of what was acknowledged and not dropped */
    unsigned running_count;
    uint32_t gicc_ctlr, gicc_pmr;
    uint32_t list_reg_count;
    uint32_t list_regs[16];
    uint32_t hcr, vmcr, apr;
};

extern struct gic gic;
extern const char *gic_mistake;

/* As after power-on, with `list_reg_count` list registers. */
void gic_reset(unsigned list_reg_count);

/* Accesses of the kernel: GICD and GICC by offset in gic.c, GICH in gich.c. */
uint32_t gicd_read(uint32_t offset);
void gicd_write(uint32_t offset, uint32_t value);
void gicd_write8(uint32_t offset, uint8_t value);
uint32_t gicc_read(uint32_t offset);
void gicc_write(uint32_t offset, uint32_t value);
uint32_t gich_read(uint32_t offset);
void gich_write(uint32_t offset, uint32_t value);

/* A device's edge. */
void gic_pulse(uint32_t intid);

bool gic_is_pending(uint32_t intid);

/* An interrupt would be taken by the core. */
bool gic_is_signalled(void);

/* The end of an interrupt, by GICC_DIR or by a guest's EOI of a list register with the HW bit. */
void gic_end(uint32_t intid);

/* The maintenance interrupt's line. */
bool gich_maintenance(void);

/* The guest reads GICV_IAR: source in [12:10], INTID in [9:0], GIC_SPURIOUS if there is nothing. */
uint32_t gicv_acknowledge(void);

/* The guest writes what it read to GICV_EOIR. */
void gicv_end(uint32_t acknowledged);

/* Records the first use of the GIC that the specification forbids. */
void gic_forbid(const char *what);
