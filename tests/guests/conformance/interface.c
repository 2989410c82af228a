/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The CPU interface: masking, preemption, the two ways of ending an interrupt (IHI 0048B 3.3, 4.4).
 */
#include "check.h"

#define LOW  60 /* two SPIs that no device drives */
#define HIGH 61

/* Both groups enabled; AckCtl: GICC_IAR and GICC_EOIR serve group 1 as well (4.4.1). */
#define GICC_CTLR_BOTH   0x003
#define GICC_CTLR_ACKCTL 0x004
#define GIC_GROUP1_WAITS 1022

static void pend(uint32_t intid, uint8_t priority)
{
    gic_priority(intid, priority);
    gic_enable(intid);
    gicd_bit_write(GICD_ISPENDR, intid);
}

static bool idle_registers(uint32_t intid)
{
    (void)intid;
    EXPECT(gicc_read(GICC_IAR) == GIC_SPURIOUS);
    EXPECT(gicc_read(GICC_HPPIR) == GIC_SPURIOUS);
    EXPECT((gicc_read(GICC_RPR) & 0xf8) == 0xf8);
    EXPECT((gicc_read(GICC_IIDR) >> 16 & 0xf) == 2); /* GICv2 */
    EXPECT(gicc_read(GICC_CTLR) == GICC_CTLR_ENABLE);
    return true;
}

static bool mask_register(uint32_t intid)
{
    (void)intid;
    gicc_write(GICC_PMR, 0xff);
    uint32_t all = gicc_read(GICC_PMR);
    EXPECT((all & 0xf0) == 0xf0 && all <= 0xff);
    gicc_write(GICC_PMR, 0x50);
    EXPECT(gicc_read(GICC_PMR) == 0x50);
    gicc_write(GICC_PMR, 0);
    EXPECT(gicc_read(GICC_PMR) == 0);
    return true;
}

static bool binary_point_register(uint32_t intid)
{
    (void)intid;
    EXPECT(gicc_read(GICC_BPR) <= 3); /* the least that is implemented */
    gicc_write(GICC_BPR, 7);
    EXPECT(gicc_read(GICC_BPR) == 7);
    gicc_write(GICC_BPR, 4);
    EXPECT(gicc_read(GICC_BPR) == 4);
    return true;
}

static bool priority_mask_holds_back(uint32_t intid)
{
    (void)intid;
    gicc_write(GICC_PMR, 0x80);
    pend(LOW, 0x80); /* not higher than the mask */
    EXPECT(window_open() == 0);
    EXPECT(gicc_read(GICC_IAR) == GIC_SPURIOUS);
    gicc_write(GICC_PMR, 0x88);
    EXPECT(window_open() == 1 && irq_log.iar[0] == LOW);
    pend(HIGH, 0x78);
    EXPECT(window_open() == 2);
    return true;
}

static bool interface_off_holds_back(uint32_t intid)
{
    (void)intid;
    gicc_write(GICC_CTLR, 0);
    pend(LOW, GIC_PRIORITY);
    EXPECT(window_open() == 0);
    gicc_write(GICC_CTLR, GICC_CTLR_ENABLE);
    EXPECT(window_open() == 1);
    return true;
}

static bool higher_priority_first(uint32_t intid)
{
    (void)intid;
    pend(LOW, 0x90);
    pend(HIGH, 0x40);
    EXPECT(gicc_read(GICC_HPPIR) == HIGH);
    EXPECT(window_open() == 2);
    EXPECT(irq_log.iar[0] == HIGH && irq_log.iar[1] == LOW);
    return true;
}

static bool equal_priority_both_come(uint32_t intid)
{
    (void)intid;
    pend(HIGH, 0x80);
    pend(LOW, 0x80);
    EXPECT(window_open() == 2);
    EXPECT(irq_log.iar[0] + irq_log.iar[1] == LOW + HIGH); /* in whatever order: 3.3 */
    return true;
}

static bool priority_changed_while_disabled(uint32_t intid)
{
    (void)intid;
    pend(LOW, 0x80);
    pend(HIGH, 0x90);
    gic_disable(HIGH);
    gic_priority(HIGH, 0x20);
    gic_enable(HIGH);
    EXPECT(gicc_read(GICC_HPPIR) == HIGH);
    EXPECT(window_open() == 2);
    EXPECT(irq_log.iar[0] == HIGH && irq_log.iar[1] == LOW);
    return true;
}

static bool acknowledged_without_exception(uint32_t intid)
{
    (void)intid;
    pend(LOW, 0x60);
    EXPECT(gicc_read(GICC_IAR) == LOW);
    EXPECT(gicc_read(GICC_RPR) == 0x60);
    EXPECT(gicd_bit(GICD_ISACTIVER, LOW) && !gicd_bit(GICD_ISPENDR, LOW));
    EXPECT(gicc_read(GICC_IAR) == GIC_SPURIOUS);
    gicc_write(GICC_EOIR, LOW);
    EXPECT((gicc_read(GICC_RPR) & 0xf8) == 0xf8);
    EXPECT(!gicd_bit(GICD_ISACTIVER, LOW));
    return true;
}

static uint8_t nested_priority;
static uint32_t nested_count; /* interrupts that arrived inside the handler of LOW */

static void nest(uint32_t intid)
{
    if (intid != LOW) {
        return;
    }
    uint32_t before = irq_log.count;
    pend(HIGH, nested_priority);
    window_open();
    nested_count = irq_log.count - before;
}

static bool preempted_by_higher(uint32_t intid)
{
    (void)intid;
    irq_body = nest;
    nested_priority = 0x40;
    pend(LOW, 0x80);
    EXPECT(window_open() == 2);
    EXPECT(nested_count == 1 && irq_log.iar[1] == HIGH);
    return true;
}

static bool not_preempted_by_equal(uint32_t intid)
{
    (void)intid;
    irq_body = nest;
    nested_priority = 0x80;
    pend(LOW, 0x80);
    EXPECT(window_open() == 2);
    EXPECT(nested_count == 0 && irq_log.iar[1] == HIGH);
    return true;
}

static bool not_preempted_in_group(uint32_t intid)
{
    (void)intid;
    gicc_write(GICC_BPR, 6); /* one bit of group priority: 0x80 and 0x90 are of one group */
    irq_body = nest;
    nested_priority = 0x80;
    pend(LOW, 0x90);
    EXPECT(window_open() == 2);
    EXPECT(nested_count == 0 && irq_log.iar[1] == HIGH);
    return true;
}

static bool split_end_of_interrupt(uint32_t intid)
{
    (void)intid;
    gicc_write(GICC_CTLR, GICC_CTLR_ENABLE | GICC_CTLR_EOIMODE);
    EXPECT(gicc_read(GICC_CTLR) == (GICC_CTLR_ENABLE | GICC_CTLR_EOIMODE));
    pend(LOW, 0x80);
    EXPECT(window_open() == 1);
    EXPECT((gicc_read(GICC_RPR) & 0xf8) == 0xf8); /* dropped, */
    EXPECT(gicd_bit(GICD_ISACTIVER, LOW));        /* but still active: */
    gicd_bit_write(GICD_ISPENDR, LOW);
    EXPECT(window_open() == 1); /* it cannot come, */
    pend(HIGH, 0xa0);
    EXPECT(window_open() == 2 && irq_log.iar[1] == HIGH); /* others can, */
    gicc_write(GICC_DIR, LOW);                            /* until deactivated */
    EXPECT(window_open() == 3 && irq_log.iar[2] == LOW);
    gicc_write(GICC_DIR, HIGH);
    gicc_write(GICC_DIR, LOW);
    EXPECT(!gicd_bit(GICD_ISACTIVER, LOW) && !gicd_bit(GICD_ISACTIVER, HIGH));
    gicc_write(GICC_CTLR, GICC_CTLR_ENABLE);
    return true;
}

static bool group1_needs_ackctl(uint32_t intid)
{
    (void)intid;
    gicd_write(GICD_CTLR, 3);
    gicc_write(GICC_CTLR, GICC_CTLR_BOTH);
    gicd_bit_write(GICD_IGROUPR, LOW);
    pend(LOW, 0x80);
    EXPECT(gicc_read(GICC_HPPIR) == GIC_GROUP1_WAITS);
    EXPECT(gicc_read(GICC_IAR) == GIC_GROUP1_WAITS);
    EXPECT(!gicd_bit(GICD_ISACTIVER, LOW));
    gicc_write(GICC_CTLR, GICC_CTLR_BOTH | GICC_CTLR_ACKCTL);
    EXPECT(gicc_read(GICC_IAR) == LOW);
    EXPECT(gicd_bit(GICD_ISACTIVER, LOW));
    gicc_write(GICC_EOIR, LOW);
    EXPECT(!gicd_bit(GICD_ISACTIVER, LOW));
    return true;
}

static bool group1_off_holds_back(uint32_t intid)
{
    (void)intid;
    gicc_write(GICC_CTLR, GICC_CTLR_BOTH | GICC_CTLR_ACKCTL);
    gicd_bit_write(GICD_IGROUPR, LOW);
    pend(LOW, 0x80); /* the distributor forwards group 0 only */
    EXPECT(window_open() == 0);
    gicd_write(GICD_CTLR, 3);
    EXPECT(window_open() == 1 && irq_log.iar[0] == LOW);
    return true;
}

void interface_checks(void)
{
    static const struct check checks[] = {
        CHECK(idle_registers),
        CHECK(mask_register),
        CHECK(binary_point_register),
        CHECK(priority_mask_holds_back),
        CHECK(interface_off_holds_back),
        CHECK(higher_priority_first),
        CHECK(equal_priority_both_come),
        CHECK(priority_changed_while_disabled),
        CHECK(acknowledged_without_exception),
        CHECK(preempted_by_higher),
        CHECK(not_preempted_by_equal),
        CHECK(not_preempted_in_group),
        CHECK(split_end_of_interrupt),
        CHECK(group1_needs_ackctl),
        CHECK(group1_off_holds_back),
    };
    checks_run(checks, sizeof checks / sizeof *checks);
}
