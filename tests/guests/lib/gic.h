/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * GICv2 as a guest programs it (Arm IHI 0048B.b, chapter 4), and the hook that interrupts reach.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "io.h"
#include "platform.h"

/* Distributor: offset, access, name (4.3). */
#define GICD_CTLR       0x000 /* rw */
#define GICD_TYPER      0x004 /* ro */
#define GICD_IIDR       0x008 /* ro */
#define GICD_IGROUPR    0x080 /* rw, 1 bit an interrupt */
#define GICD_ISENABLER  0x100 /* rw1s */
#define GICD_ICENABLER  0x180 /* rw1c */
#define GICD_ISPENDR    0x200 /* rw1s */
#define GICD_ICPENDR    0x280 /* rw1c */
#define GICD_ISACTIVER  0x300 /* rw1s */
#define GICD_ICACTIVER  0x380 /* rw1c */
#define GICD_IPRIORITYR 0x400 /* rw, a byte an interrupt */
#define GICD_ITARGETSR  0x800 /* rw, a byte an interrupt */
#define GICD_ICFGR      0xc00 /* rw, 2 bits an interrupt */
#define GICD_SGIR       0xf00 /* wo */
#define GICD_CPENDSGIR  0xf10 /* rw1c, a byte an SGI: a bit for each source */
#define GICD_SPENDSGIR  0xf20 /* rw1s */
#define GICD_PIDR2      0xfe8 /* ro, ICPIDR2: [7:4] architecture revision */

#define GICD_SGIR_LIST(cpus) ((uint32_t)(cpus) << 16) /* a bit a CPU */
#define GICD_SGIR_OTHERS     (1u << 24)
#define GICD_SGIR_SELF       (2u << 24) /* to the CPU that writes it */

/* CPU interface (4.4). */
#define GICC_CTLR  0x0000 /* rw */
#define GICC_PMR   0x0004 /* rw */
#define GICC_BPR   0x0008 /* rw */
#define GICC_IAR   0x000c /* ro */
#define GICC_EOIR  0x0010 /* wo */
#define GICC_RPR   0x0014 /* ro */
#define GICC_HPPIR 0x0018 /* ro */
#define GICC_APR0  0x00d0 /* rw */
#define GICC_IIDR  0x00fc /* ro */
#define GICC_DIR   0x1000 /* wo */

#define GICC_CTLR_ENABLE  0x001
#define GICC_CTLR_EOIMODE 0x200

#define GIC_SPURIOUS   1023
#define GIC_INTID_MASK 0x3ff
#define GIC_PRIORITY   0xa0 /* what gic_init() gives to every interrupt */
#define IRQ_VTIMER     27
#define IRQ_PTIMER     30

/* What every interrupt calls, with the counter as it stood at the vector's first instruction. */
typedef void irq_handler(uint64_t stamp);
extern irq_handler *irq_hook;

/* Everything disabled, not pending, not active, priority GIC_PRIORITY, level, to this CPU; then on.
 */
void gic_init(void);

static inline uint32_t gicd_read(uint32_t offset)
{
    return read32(platform.gicd + offset);
}

static inline void gicd_write(uint32_t offset, uint32_t value)
{
    write32(platform.gicd + offset, value);
}

static inline uint32_t gicc_read(uint32_t offset)
{
    return read32(platform.gicc + offset);
}

static inline void gicc_write(uint32_t offset, uint32_t value)
{
    write32(platform.gicc + offset, value);
}

/* The bit of `intid` in a register file with one bit an interrupt. */
static inline bool gicd_bit(uint32_t base, uint32_t intid)
{
    return gicd_read(base + intid / 32 * 4) >> (intid % 32) & 1;
}

static inline void gicd_bit_write(uint32_t base, uint32_t intid)
{
    gicd_write(base + intid / 32 * 4, 1u << (intid % 32));
}

static inline void gic_enable(uint32_t intid)
{
    gicd_bit_write(GICD_ISENABLER, intid);
}

static inline void gic_disable(uint32_t intid)
{
    gicd_bit_write(GICD_ICENABLER, intid);
}

static inline void gic_priority(uint32_t intid, uint8_t priority)
{
    write8(platform.gicd + GICD_IPRIORITYR + intid, priority);
}
