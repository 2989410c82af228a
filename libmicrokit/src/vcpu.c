/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * vCPUs in the Microkit's terms. See vcpu.h.
 */
#include "vcpu.h"

#define LIST_REG_COUNT  4    /* what GICs have and VMMs for seL4 take for granted */
#define VTIMER_INTID    27   /* the virtual timer: Arm BSA (DEN0094), "PPI assignments" */
#define INTID_COUNT     1020 /* without the special ones, IHI 0048B, 2.2.1 */
#define LIST_PRIORITIES 32   /* a list register has five bits of priority, IHI 0048B, 5.3.8 */

/* Syndromes: Arm DDI 0487, D17.2.37. */
#define ESR_EC(esr)    ((esr) >> 26 & 0x3f)
#define EC_HVC64       0x16
#define EC_SYSREG      0x18
#define EC_IABT_LOWER  0x20
#define SYSREG_RT(esr) ((esr) >> 5 & 0x1f)
#define SYSREG_IS_READ 1u
#define SYSREG(op0, op1, crn, crm)                                                                 \
    ((uint64_t)(op0) << 20 | (uint64_t)(op1) << 14 | (uint64_t)(crn) << 10 | (uint64_t)(crm) << 1)

/* The interrupt that the program has put into each list register: INTID + 1; 0 if none. */
static uint16_t listed[VCPU_MAX][LIST_REG_COUNT];

bool microkit_vcpu_exists(unsigned vcpu)
{
    static bool known[VCPU_MAX];
    uint64_t value;

    if (vcpu < VCPU_MAX && !known[vcpu]) {
        known[vcpu] = drover_vcpu_read(vcpu, VCPU_REG_SCTLR_EL1, &value) == DROVER_OK;
    }
    return vcpu < VCPU_MAX && known[vcpu];
}

enum drover_error microkit_vcpu_run(unsigned vcpu, uint64_t entry)
{
    if (!microkit_vcpu_exists(vcpu)) {
        return DROVER_ERR_CHILD;
    }
    /* Such VMMs inject in group 0 with a GICv2, in group 1 with a GICv3. */
    uint32_t group = drover_vm_info()->gic_version == 2 ? 0 : VIRQ_CONFIG_GROUP1;
    drover_virq_config(vcpu, VTIMER_INTID, VIRQ_CONFIG_ENABLE | group);
    return drover_vcpu_start(vcpu, entry);
}

enum drover_error microkit_vcpu_inject(unsigned vcpu, unsigned irq, unsigned priority,
                                       unsigned group, unsigned index)
{
    if (!microkit_vcpu_exists(vcpu)) {
        return DROVER_ERR_CHILD;
    }
    if (irq >= INTID_COUNT || priority >= LIST_PRIORITIES || group > 1 || index >= LIST_REG_COUNT) {
        return DROVER_ERR_ARGUMENT;
    }
    if (listed[vcpu][index] != 0) {
        return DROVER_ERR_STATE;
    }
    uint32_t word =
        irq | INJECT_PRIORITY(priority << 3) | (group != 0 ? INJECT_GROUP1 : 0) | INJECT_EOI;
    enum drover_error error = drover_virq_inject(vcpu, word);
    if (error == DROVER_OK) {
        listed[vcpu][index] = (uint16_t)(irq + 1);
    }
    return error;
}

/* The list registers whose interrupts have ended, a bit each; they are free again. An interrupt
 * that was injected twice before the guest took it is in two and ends once. */
static unsigned ended_take(unsigned vcpu, const uint64_t *eoi)
{
    unsigned ended = 0;

    for (unsigned i = 0; i < LIST_REG_COUNT; i++) {
        unsigned intid = listed[vcpu][i] - 1u;
        if (listed[vcpu][i] != 0 && (eoi[intid / 64] >> intid % 64 & 1) != 0) {
            listed[vcpu][i] = 0;
            ended |= 1u << i;
        }
    }
    return ended;
}

static bool maintenance_deliver(unsigned vcpu, microkit_msginfo *reply)
{
    unsigned ended = ended_take(vcpu, drover_vcpu_page(vcpu)->eoi);
    bool resume = true;

    for (; ended != 0; ended &= ended - 1) {
        microkit_mr_set(0, (uint64_t)__builtin_ctz(ended));
        resume &= fault(vcpu, MSGINFO((uint64_t)FAULT_VGIC_MAINTENANCE, 1), reply);
    }
    return resume;
}

static bool vm_fault_deliver(unsigned vcpu, microkit_msginfo *reply)
{
    const struct vcpu_page *page = drover_vcpu_page(vcpu);

    microkit_mr_set(0, page->pc);
    microkit_mr_set(1, page->fault_gpa);
    microkit_mr_set(2, ESR_EC(page->esr) == EC_IABT_LOWER);
    microkit_mr_set(3, page->esr);
    return fault(vcpu, MSGINFO((uint64_t)FAULT_VM, 4), reply);
}

/* To seL4 an HVC of a guest is a system call that does not exist. */
static bool hvc_deliver(unsigned vcpu, microkit_msginfo *reply)
{
    struct vcpu_page *page = drover_vcpu_page(vcpu);
    uint64_t sp = 0;

    page->pc -= 4; /* of the HVC itself: the VMM skips it */
    drover_vcpu_read(vcpu, VCPU_REG_SP_EL1, &sp);
    for (uint8_t i = 0; i < 8; i++) {
        microkit_mr_set(i, page->x[i]);
    }
    microkit_mr_set(8, page->pc);
    microkit_mr_set(9, sp);
    microkit_mr_set(10, page->x[30]);
    microkit_mr_set(11, page->pstate);
    microkit_mr_set(12, page->x[7]);
    return fault(vcpu, MSGINFO((uint64_t)FAULT_UNKNOWN_SYSCALL, 13), reply);
}

/* Debug and performance-monitor registers, and ACTLR_EL1, which seL4 leaves to the guest and
 * Drover does not: idle hardware, which reads as zero and ignores writes. DDI 0487, D17.3, D17.5.
 */
static bool is_idle_sysreg(uint64_t esr)
{
    uint64_t debug = SYSREG(3, 0, 0, 0);
    uint64_t whole = SYSREG(3, 7, 15, 15);

    return (esr & debug) == SYSREG(2, 0, 0, 0) || (esr & whole) == SYSREG(3, 0, 1, 0) ||
           (esr & SYSREG(3, 4, 15, 12)) == SYSREG(3, 0, 9, 12) ||
           (esr & SYSREG(3, 7, 15, 8)) == SYSREG(3, 3, 14, 8);
}

static void idle_sysreg_access(struct vcpu_page *page)
{
    unsigned rt = SYSREG_RT(page->esr);

    if ((page->esr & SYSREG_IS_READ) != 0 && rt != 31) {
        page->x[rt] = 0;
    }
    page->pc += 4;
}

static bool exception_deliver(unsigned vcpu, microkit_msginfo *reply)
{
    struct vcpu_page *page = drover_vcpu_page(vcpu);

    if (ESR_EC(page->esr) == EC_HVC64) {
        return hvc_deliver(vcpu, reply);
    }
    if (ESR_EC(page->esr) == EC_SYSREG && is_idle_sysreg(page->esr)) {
        idle_sysreg_access(page);
        return true;
    }
    microkit_mr_set(0, page->esr);
    return fault(vcpu, MSGINFO((uint64_t)FAULT_VCPU, 1), reply);
}

bool microkit_vcpu_fault_deliver(microkit_child vcpu, microkit_msginfo msginfo,
                                 microkit_msginfo *reply)
{
    switch (MSGINFO_LABEL(msginfo)) {
    case FAULT_VM:
        return vm_fault_deliver(vcpu, reply);
    case FAULT_VGIC_MAINTENANCE:
        return maintenance_deliver(vcpu, reply);
    default:
        return exception_deliver(vcpu, reply);
    }
}

/* ---- The calls of microkit.h ---- */

void microkit_vcpu_restart(microkit_child vcpu, uintptr_t entry_point)
{
    if (microkit_vcpu_run(vcpu, entry_point) != DROVER_OK) {
        microkit_failed("microkit_vcpu_restart: no such vCPU: ", vcpu);
    }
}

void microkit_vcpu_arm_inject_irq(microkit_child vcpu, uint16_t irq, uint8_t priority,
                                  uint8_t group, uint8_t index)
{
    enum drover_error error = microkit_vcpu_inject(vcpu, irq, priority, group, index);
    if (error == DROVER_ERR_STATE) {
        microkit_failed("microkit_vcpu_arm_inject_irq: list register in use: ", index);
    } else if (error != DROVER_OK) {
        microkit_failed("microkit_vcpu_arm_inject_irq: no such vCPU, priority, group, list "
                        "register or interrupt: ",
                        irq);
    }
}
