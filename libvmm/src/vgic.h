/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The guest's interrupt controller: a GICv2 distributor (Arm IHI 0048B) in front of the virtual CPU
 * interface that the hardware has.
 *
 * Who owns what. The kernel owns the pending and active state of an interrupt once it was injected.
 * The vGIC owns the configuration, and what is pending but may not be signalled yet. There are
 * three sorts of interrupt: virtual      SGIs, and whatever the VMM injects; the guest's EOI may be
 * reported by channel   the physical one arrives as a notification and stays active, hence masked,
 * until the guest's EOI (or an explicit end) deactivates it bound        straight interrupts and
 * the guest's timers: the kernel forwards the physical one; the vGIC mirrors its configuration to
 * the physical GIC
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <libvmm/guest.h>

#include "platform.h"

#define VGIC_LINE_MAX 1020 /* IHI 0048B, 2.2.1: INTIDs 1020 to 1023 are special */
#define VGIC_BANK_MAX 32   /* banks of 32 interrupts */

#define VGIC_SGI_COUNT 16 /* INTIDs 0 to 15 */
#define VGIC_PPI_FIRST 16
#define VGIC_SPI_FIRST 32

#define VGIC_PPI_VTIMER 27 /* CNTV, in every board that follows the base architecture */
#define VGIC_PPI_PTIMER 30 /* CNTP */

#define VGIC_REGISTER_END 0x1000 /* of the distributor; the rest of its range is empty */

#define VGIC_CTLR_GROUP0 1
#define VGIC_CTLR_GROUP1 2

/* The 32 priorities that a GICv2's virtual CPU interface can tell apart (IHI 0048B, 5.3.7). */
#define VGIC_PRIORITY_MASK 0xf8

/* 32 interrupts; in the masks a bit for each. */
struct vgic_bank {
    /* What the guest configured. */
    uint32_t enabled;
    uint32_t group1;
    uint32_t edge;
    _Alignas(4) uint8_t priority[32];
    _Alignas(4) uint8_t target[32]; /* a bit for each vCPU: see vgic_target.c */

    /* What the interrupts are. */
    uint32_t exists;
    uint32_t targeted;  /* has a target at all */
    uint32_t signalled; /* enabled, with a target, and its group is on: kept by vgic_refresh() */
    uint32_t fixed_trigger; /* by channel: `edge` is the system description's */
    uint32_t bound;
    uint32_t by_channel;
    uint32_t reports_eoi; /* injected with INJECT_EOI */
    uint8_t channel[32];

    /* What is pending here. */
    uint32_t latched;        /* an edge, or the guest's own ISPENDR */
    uint32_t wire;           /* level of the VMM's virtual lines */
    uint32_t line;           /* ... where that, not its rise, makes the interrupt pending */
    uint32_t arrived;        /* the physical interrupt of a channel */
    uint8_t sgi_sources[16]; /* SGIs: by requesting vCPU */

    /* What was given to the kernel. */
    uint32_t given;         /* injected since it was last known not to be there */
    uint32_t given_latched; /* ... for a latch rather than a line */
    uint32_t eoi_due;       /* ... and its EOI will be reported */
    uint32_t mirrored;      /* bound: enabled in the physical GIC */
    uint32_t moved;         /* its target is another vCPU than `holder`, where it is active */
    uint8_t holder[32];     /* the vCPU that gets it, or holds it still */
};

struct vgic {
    uint64_t gicd_gpa;
    uint64_t gicd_size;
    uint32_t ctlr;
    uint32_t vcpu_count;
    uint32_t bank_count;
    struct vgic_bank private[GUEST_MAX_NUM_VCPUS]; /* SGIs and PPIs of each vCPU */
    struct vgic_bank shared[VGIC_BANK_MAX];        /* SPIs; the first is not used */
};

extern struct vgic vgic;

/* Runs what follows with each interrupt of `mask` as `i`. */
#define FOR_EACH(i, mask)                                                                          \
    for (uint32_t rest_ = (mask), i; rest_ != 0 && (i = (uint32_t)__builtin_ctz(rest_), true);     \
         rest_ &= rest_ - 1)

/* The bank with INTIDs index * 32 .. + 31, as `vcpu` sees it. */
static inline struct vgic_bank *vgic_bank(unsigned vcpu, unsigned index)
{
    return index == 0 ? &vgic.private[vcpu] : &vgic.shared[index];
}

/* Puts the distributor into its reset state: all disabled, nothing pending. */
void vgic_reset(const struct vm_info *info, unsigned vcpu_count);

/* ---- State of interrupts (vgic.c, vgic_state.c). `index` is a bank's, `mask` has a bit for each
 * interrupt. ----
 */

/* The configuration of `mask` has changed: takes back what may no longer be signalled, gives what
 * may. */
void vgic_refresh(unsigned vcpu, unsigned index, uint32_t mask);

/* Takes back what of `mask` is pending in the kernel, before its group or target changes;
 * vgic_refresh() gives it again. */
void vgic_take_back(unsigned vcpu, unsigned index, uint32_t mask);

/* Gives the kernel what of `mask` is pending and may be signalled. */
void vgic_give(unsigned vcpu, unsigned index, uint32_t mask);

/* Makes `mask` pending once: an edge of a virtual line, or the guest's ISPENDR. */
void vgic_set_pending(unsigned vcpu, unsigned index, uint32_t mask);

/* Forgets that `mask` is pending; a line that is high makes it so again. */
void vgic_clear_pending(unsigned vcpu, unsigned index, uint32_t mask);

void vgic_set_active(unsigned vcpu, unsigned index, uint32_t mask);
void vgic_clear_active(unsigned vcpu, unsigned index, uint32_t mask);

/* Which interrupts of the bank are pending and active for `vcpu`. */
void vgic_read_state(unsigned vcpu, unsigned index, uint32_t *pending, uint32_t *active);

/* SGI `intid` for `target`, requested by `source`. */
void vgic_sgi_set(unsigned target, unsigned source, unsigned intid);
void vgic_sgi_clear(unsigned target, unsigned source, unsigned intid);

/* Mask of the vCPUs whose SGI `intid` is pending for `target`. */
uint32_t vgic_sgi_sources(unsigned target, unsigned intid);

/* ---- What happens outside the guest ---- */

/* The physical interrupt behind `intid` has arrived on its channel. */
void vgic_arrive(unsigned vcpu, unsigned intid);

/* The VMM's line behind `intid` is high or low. Its rise counts if the guest has configured an
 * edge, which costs no exit at its EOI, otherwise its level. */
void vgic_set_line(unsigned vcpu, unsigned intid, bool high);

/* The guest has configured `mask` as edges that were levels, or the other way round. */
void vgic_trigger_changed(unsigned vcpu, unsigned index, uint32_t mask);

/* The guest has ended `intid`, whose EOI was asked for. Whoever registered it is told; what waited
 * for this is given. */
void vgic_end(unsigned vcpu, unsigned intid);

/* The guest has ended the interrupts in the page of `vcpu` (FAULT_VGIC_MAINTENANCE). */
void vgic_maintenance(unsigned vcpu);

/* Puts all interrupts of the guest, whose vCPUs are stopped and reset, into their reset state; what
 * was registered stays: virq.c. */
void virq_reset(void);

/* Calls whoever registered `intid`: virq.c. */
void virq_ended(unsigned vcpu, unsigned intid);

/* ---- Targets of SPIs (vgic_target.c) ---- */

/* The target of SPI `i` of the bank may have changed: it goes there unless it is active where it
 * was. */
void vgic_retarget(unsigned index, uint32_t i);

/* A vCPU has been switched on or off: what has several targets goes to one that is on. */
void vgic_vcpus_changed(void);

/* ---- Registers (vgic_registers.c) ---- */

/* The guest's access of `size` bytes at `offset` of the distributor, aligned to its size. What does
 * not exist reads as zero and ignores writes. */
uint32_t vgic_read(unsigned vcpu, uint32_t offset, unsigned size);
void vgic_write(unsigned vcpu, uint32_t offset, unsigned size, uint32_t value);
