/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Timers of vCPUs that are not loaded. See vcpu_timer.h.
 */
#include "vcpu_timer.h"

#include "drivers/gicv2.h"
#include "irq.h"
#include "sched.h"
#include "timer.h"
#include "virq.h"
#include "virq_bound.h"

/* CNTV_CTL_EL0 and CNTP_CTL_EL0, Arm ARM DDI 0487, D17.11.17 */
#define CNT_CTL_ENABLE 1ul
#define CNT_CTL_IMASK  2ul

static struct vcpu *all_vcpus;
static uint32_t all_count;
static uint32_t timer_irqs[GUEST_TIMER_COUNT];
unsigned vcpu_timer_count;

void vcpu_timer_init(struct vcpu *vcpus, uint32_t count, uint32_t vtimer_irq, uint32_t ptimer_irq)
{
    all_vcpus = vcpus;
    all_count = count;
    timer_irqs[GUEST_TIMER_VIRTUAL] = vtimer_irq;
    timer_irqs[GUEST_TIMER_PHYSICAL] = ptimer_irq;
    vcpu_timer_count = virq_bound_timer(ptimer_irq) == GUEST_TIMER_PHYSICAL ? GUEST_TIMER_COUNT
                                                                            : GUEST_TIMER_PHYSICAL;
}

/* When the line of a timer that is not loaded rises, on the physical counter; `now` if it is high.
 */
static uint64_t rise(const struct vcpu *vcpu, enum guest_timer timer, uint64_t now)
{
    bool is_virtual = timer == GUEST_TIMER_VIRTUAL;
    uint64_t ctl = vcpu->regs[is_virtual ? VCPU_REG_CNTV_CTL_EL0 : VCPU_REG_CNTP_CTL_EL0];
    uint64_t cval = vcpu->regs[is_virtual ? VCPU_REG_CNTV_CVAL_EL0 : VCPU_REG_CNTP_CVAL_EL0];

    if ((ctl & (CNT_CTL_ENABLE | CNT_CTL_IMASK)) != CNT_CTL_ENABLE) {
        return TIMER_NEVER;
    }
    uint64_t guest_now = is_virtual ? now - vcpu->regs[VCPU_REG_CNTVOFF_EL2] : now;
    uint64_t left = cval > guest_now ? cval - guest_now : 0;
    return left < TIMER_NEVER - now ? now + left : TIMER_NEVER;
}

/* When the interrupt of a timer that is not loaded is to be raised. */
static uint64_t deadline(const struct vcpu *vcpu, enum guest_timer timer, uint64_t now)
{
    if (!vcpu->virq.timer_enabled[timer]) {
        return TIMER_NEVER;
    }
    return vcpu->virq.timer_latched[timer] ? now : rise(vcpu, timer, now);
}

/* Whether the interrupt of a timer is among those that the guest has yet to take or to end. */
static bool is_raised(uint32_t virqs, enum guest_timer timer)
{
    return (virqs >> timer_irqs[timer] & 1) != 0;
}

bool vcpu_timer_is_pending(const struct vcpu *vcpu, enum guest_timer timer)
{
    uint64_t now = timer_now();
    return vcpu->virq.timer_latched[timer] || rise(vcpu, timer, now) <= now;
}

void vcpu_timer_arm(const struct vcpu *vcpu)
{
    uint32_t virqs = virq_private(vcpu);
    for (unsigned i = 0; i < vcpu_timer_count; i++) {
        if (!is_raised(virqs, i)) {
            timer_set(deadline(vcpu, i, timer_now()));
        }
    }
}

/* The timers themselves are off already: what is pending still, the guest pended. */
void vcpu_timer_unload(struct vcpu *vcpu)
{
    for (unsigned i = 0; i < vcpu_timer_count; i++) {
        gic_enable(timer_irqs[i], false);
        gic_bit_write(GICD_ICACTIVER, timer_irqs[i]);
        if (vcpu->virq.timer_soft[i]) {
            vcpu->virq.timer_latched[i] = gic_bit_read(GICD_ISPENDR, timer_irqs[i]);
            gic_bit_write(GICD_ICPENDR, timer_irqs[i]);
        }
    }
    vcpu_timer_arm(vcpu);
}

void vcpu_timer_load(struct vcpu *vcpu)
{
    uint32_t virqs = virq_private(vcpu);
    for (unsigned i = 0; i < vcpu_timer_count; i++) {
        if (vcpu->virq.timer_latched[i]) {
            vcpu->virq.timer_latched[i] = false;
            gic_bit_write(GICD_ISPENDR, timer_irqs[i]);
        }
        gic_bit_write(is_raised(virqs, i) ? GICD_ISACTIVER : GICD_ICACTIVER, timer_irqs[i]);
        gic_enable(timer_irqs[i], vcpu->virq.timer_enabled[i]);
    }
}

struct thread *vcpu_timer_expire(struct cpu *cpu)
{
    uint64_t now = timer_now();
    struct thread *first = NULL;

    for (struct vcpu *vcpu = all_vcpus; vcpu < all_vcpus + all_count; vcpu++) {
        if (vcpu->is_loaded) {
            continue;
        }
        uint32_t virqs = virq_private(vcpu);
        for (unsigned i = 0; i < vcpu_timer_count; i++) {
            uint64_t due = deadline(vcpu, i, now);
            if (is_raised(virqs, i)) {
                continue;
            }
            if (due > now) {
                timer_set(due);
                continue;
            }
            vcpu->virq.timer_latched[i] = false;
            first = sched_both(cpu, first, virq_raise(vcpu, vcpu->virq.timer_lr[i]));
        }
    }
    return first;
}
