/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The GICv2 as the kernel drives it: distributor, CPU interface with the priority drop split from
 * deactivation, and the virtual interface control block. Arm IHI 0048B (GIC architecture v2.0).
 */
#pragma once

#include <stdbool.h>

#include "arch.h"
#include "compiler.h"

/* Distributor, 4.3. One bit an interrupt unless said otherwise. */
#define GICD_CTLR       (KERNEL_GICD_VA + 0x000) /* 4.3.1 */
#define GICD_TYPER      (KERNEL_GICD_VA + 0x004) /* 4.3.2 */
#define GICD_IGROUPR    (KERNEL_GICD_VA + 0x080) /* 4.3.4 */
#define GICD_ISENABLER  (KERNEL_GICD_VA + 0x100) /* 4.3.5 */
#define GICD_ICENABLER  (KERNEL_GICD_VA + 0x180) /* 4.3.6 */
#define GICD_ISPENDR    (KERNEL_GICD_VA + 0x200) /* 4.3.7 */
#define GICD_ICPENDR    (KERNEL_GICD_VA + 0x280) /* 4.3.8 */
#define GICD_ISACTIVER  (KERNEL_GICD_VA + 0x300) /* 4.3.9 */
#define GICD_ICACTIVER  (KERNEL_GICD_VA + 0x380) /* 4.3.10 */
#define GICD_IPRIORITYR (KERNEL_GICD_VA + 0x400) /* 4.3.11, a byte each */
#define GICD_ITARGETSR  (KERNEL_GICD_VA + 0x800) /* 4.3.12, a byte each */
#define GICD_ICFGR      (KERNEL_GICD_VA + 0xc00) /* 4.3.13, two bits each; bit 1 edge */

/* CPU interface, 4.4 */
#define GICC_CTLR (KERNEL_GICC_VA + 0x0000) /* 4.4.1 */
#define GICC_PMR  (KERNEL_GICC_VA + 0x0004) /* 4.4.2 */
#define GICC_BPR  (KERNEL_GICC_VA + 0x0008) /* 4.4.3 */
#define GICC_IAR  (KERNEL_GICC_VA + 0x000c) /* 4.4.4 */
#define GICC_EOIR (KERNEL_GICC_VA + 0x0010) /* 4.4.5 */
#define GICC_DIR  (KERNEL_GICC_VA + 0x1000) /* 4.4.15 */

#define GICC_CTLR_ENABLE  (1u << 0)
#define GICC_CTLR_EOIMODE (1u << 9) /* EOIR drops the priority, DIR deactivates */

/* Virtual interface control, 5.3 */
#define GICH_HCR   (KERNEL_GICH_VA + 0x000)           /* 5.3.1 */
#define GICH_VTR   (KERNEL_GICH_VA + 0x004)           /* 5.3.2 */
#define GICH_VMCR  (KERNEL_GICH_VA + 0x008)           /* 5.3.3 */
#define GICH_MISR  (KERNEL_GICH_VA + 0x010)           /* 5.3.4 */
#define GICH_EISR  (KERNEL_GICH_VA + 0x020)           /* 5.3.5 */
#define GICH_ELRSR (KERNEL_GICH_VA + 0x030)           /* 5.3.6 */
#define GICH_APR   (KERNEL_GICH_VA + 0x0f0)           /* 5.3.7 */
#define GICH_LR(n) (KERNEL_GICH_VA + 0x100 + (n)*4ul) /* 5.3.8 */

#define GICH_HCR_EN             (1u << 0)
#define GICH_HCR_LRENPIE        (1u << 2) /* interrupt on an EOI that found no list register */
#define GICH_HCR_NPIE           (1u << 3) /* interrupt when no list register is pending */
#define GICH_HCR_EOICOUNT_SHIFT 27
#define GICH_HCR_EOICOUNT_MASK  (0x1fu << GICH_HCR_EOICOUNT_SHIFT)
#define GICH_VTR_LIST_REGS(vtr) (((vtr)&0x3f) + 1)

/* A list register, 5.3.8 */
#define LR_VINTID_MASK    0x3ffu
#define LR_PINTID_SHIFT   10         /* [19:10] with LR_HW */
#define LR_SOURCE_SHIFT   10         /* [12:10] SGIs without LR_HW */
#define LR_EOI            (1u << 19) /* without LR_HW: maintenance interrupt at EOI */
#define LR_PRIORITY_SHIFT 23         /* [27:23]: the upper five bits of a priority */
#define LR_PRIORITY_MASK  (0x1fu << LR_PRIORITY_SHIFT)
#define LR_PENDING        (1u << 28)
#define LR_ACTIVE         (1u << 29)
#define LR_STATE_MASK     (LR_PENDING | LR_ACTIVE)
#define LR_GROUP1         (1u << 30)
#define LR_HW             (1u << 31)

#define GIC_INTID_PPI_FIRST      16
#define GIC_INTID_SPI_FIRST      32
#define GIC_INTID_SPURIOUS_FIRST 1020
#define GIC_PRIORITY_KERNEL      0x00 /* timer and maintenance */
#define GIC_PRIORITY_DEVICE      0x80 /* devices of PDs; those of guests lie in 0x80..0xf8 */

/* Takes the most urgent pending interrupt; the value is for gic_drop() and holds the INTID in
 * [9:0]. */
static inline uint32_t gic_acknowledge(void)
{
    return mmio_read32(GICC_IAR);
}

/* Lets others of any priority in again; the interrupt stays active, and so does not come back. */
static inline void gic_drop(uint32_t acknowledged)
{
    mmio_write32(GICC_EOIR, acknowledged);
}

/* Ends an interrupt that was dropped: it may come again. */
static inline void gic_deactivate(uint32_t intid)
{
    mmio_write32(GICC_DIR, intid);
}

/* Has the distributor look at its lines again. Hardware always does; QEMU's model does not when a
 * guest's EOI ends a physical interrupt through a list register. */
static inline void gic_lines_sample(void)
{
    mmio_write32(GICC_PMR, 0xff);
}

/* Sets the bit of `intid` in a bank of one-bit registers: set and clear registers alike. */
static inline void gic_bit_write(uint64_t bank, uint32_t intid)
{
    mmio_write32(bank + intid / 32 * 4, 1u << intid % 32);
}

static inline bool gic_bit_read(uint64_t bank, uint32_t intid)
{
    return (mmio_read32(bank + intid / 32 * 4) >> intid % 32 & 1) != 0;
}

/* Enables or disables the physical interrupt. */
static inline void gic_enable(uint32_t intid, bool enable)
{
    gic_bit_write(enable ? GICD_ISENABLER : GICD_ICENABLER, intid);
}

/* Brings distributor, CPU and virtual interface into a known state: everything disabled but the
 * interfaces. `line_count`: INTIDs to touch. Returns the number of list registers. */
RARE unsigned gic_init(uint32_t line_count);

/* Sets trigger and priority of `intid` and targets it at this core. */
RARE void gic_configure(uint32_t intid, bool edge, uint8_t priority);
