/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Which interrupt is in which list register. See list_registers.h.
 */
#include "list_registers.h"

#include <microkit.h>

#include "drover/abi.h"

#define INTID_COUNT 1024
#define SGI_COUNT   16

/* What stays of an injection that has not been delivered when the same INTID is injected again. */
#define INJECT_KEPT (INJECT_EOI | INJECT_HW | INJECT_CHANNEL(0x3fu))

struct vcpu_interrupts {
    uint32_t used;                      /* list registers: a bit for each */
    uint32_t held[LIST_REGISTER_COUNT]; /* injection word in each that is used */
    uint32_t waiting[INTID_COUNT / 32]; /* a bit for each INTID */
    uint32_t words[INTID_COUNT];        /* injection word of each that waits */
    uint8_t sources[SGI_COUNT];         /* of an SGI that waits: a bit for each vCPU that sent it */
};

static struct vcpu_interrupts interrupts[VCPU_MAX];

static unsigned intid_of(uint32_t word)
{
    return word & INJECT_INTID_MASK;
}

static unsigned source_of(uint32_t word)
{
    return word >> 10 & 7;
}

static unsigned priority_of(uint32_t word)
{
    return word >> 16 & 0xff;
}

static bool is_waiting(const struct vcpu_interrupts *of, unsigned intid)
{
    return (of->waiting[intid / 32] >> intid % 32 & 1) != 0;
}

/* INTIDs first_intid..+31 in list registers. */
static uint32_t held_mask(const struct vcpu_interrupts *of, uint32_t first_intid)
{
    uint32_t mask = 0;
    for (unsigned i = 0; i < LIST_REGISTER_COUNT; i++) {
        uint32_t bit = intid_of(of->held[i]) - first_intid;
        if ((of->used >> i & 1) != 0 && bit < 32) {
            mask |= 1u << bit;
        }
    }
    return mask;
}

/* The most urgent INTID that waits and may enter a list register; INTID_COUNT if there is none. Of
 * equals the lowest, as in a GIC. */
static unsigned most_urgent(const struct vcpu_interrupts *of)
{
    unsigned best = INTID_COUNT;
    for (unsigned index = 0; index < INTID_COUNT / 32; index++) {
        uint32_t mask = of->waiting[index];
        if (mask != 0) {
            mask &= ~held_mask(of, index * 32);
        }
        for (; mask != 0; mask &= mask - 1) {
            unsigned intid = index * 32 + (unsigned)__builtin_ctz(mask);
            if (best == INTID_COUNT ||
                priority_of(of->words[intid]) < priority_of(of->words[best])) {
                best = intid;
            }
        }
    }
    return best;
}

/* Takes a waiting INTID out; of an SGI one source. Returns its injection word. */
static uint32_t take(struct vcpu_interrupts *of, unsigned intid)
{
    uint32_t word = of->words[intid];
    if (intid < SGI_COUNT) {
        unsigned source = (unsigned)__builtin_ctz(of->sources[intid]);
        of->sources[intid] &= (uint8_t) ~(1u << source);
        word = (word & ~INJECT_SOURCE(7u)) | INJECT_SOURCE(source);
        if (of->sources[intid] != 0) {
            return word;
        }
    }
    of->waiting[intid / 32] &= ~(1u << intid % 32);
    return word;
}

void list_registers_fill(unsigned vcpu)
{
    struct vcpu_interrupts *of = &interrupts[vcpu];
    for (unsigned i = 0; i < LIST_REGISTER_COUNT; i++) {
        if ((of->used >> i & 1) == 0) {
            unsigned intid = most_urgent(of);
            if (intid == INTID_COUNT) {
                return;
            }
            uint32_t word = take(of, intid);
            of->held[i] = word;
            of->used |= 1u << i;
            /* A list register has the upper five bits of a priority (IHI 0048B, 5.3.14). */
            microkit_vcpu_arm_inject_irq(vcpu, (uint16_t)intid, (uint8_t)(priority_of(word) >> 3),
                                         (word & INJECT_GROUP1) != 0, (uint8_t)i);
        }
    }
}

void list_registers_add(unsigned vcpu, uint32_t word)
{
    struct vcpu_interrupts *of = &interrupts[vcpu];
    unsigned intid = intid_of(word);
    if (is_waiting(of, intid)) {
        word |= of->words[intid] & INJECT_KEPT;
    }
    of->words[intid] = word;
    of->waiting[intid / 32] |= 1u << intid % 32;
    if (intid < SGI_COUNT) {
        of->sources[intid] |= (uint8_t)(1u << source_of(word));
    }
    list_registers_fill(vcpu);
}

bool list_registers_end(unsigned vcpu, unsigned index, uint32_t *word)
{
    struct vcpu_interrupts *of = &interrupts[vcpu];
    if (index >= LIST_REGISTER_COUNT || (of->used >> index & 1) == 0) {
        return false;
    }
    *word = of->held[index];
    of->used &= ~(1u << index);
    unsigned intid = intid_of(*word);
    if (is_waiting(of, intid)) {
        of->words[intid] |= *word & INJECT_EOI;
        *word &= ~INJECT_EOI;
    }
    return true;
}

void list_registers_state(unsigned vcpu, uint32_t first_intid, uint32_t *waiting, uint32_t *held)
{
    *waiting = interrupts[vcpu].waiting[first_intid / 32 % (INTID_COUNT / 32)];
    *held = held_mask(&interrupts[vcpu], first_intid);
}

uint32_t list_registers_state_of(unsigned vcpu, uint32_t intid_and_source)
{
    const struct vcpu_interrupts *of = &interrupts[vcpu];
    unsigned intid = intid_of(intid_and_source);
    unsigned source = source_of(intid_and_source);
    bool waits =
        intid < SGI_COUNT ? (of->sources[intid] >> source & 1) != 0 : is_waiting(of, intid);
    uint32_t state = waits ? VIRQ_STATE_PENDING : 0;
    for (unsigned i = 0; i < LIST_REGISTER_COUNT; i++) {
        uint32_t word = of->held[i];
        if ((of->used >> i & 1) != 0 && intid_of(word) == intid &&
            (intid >= SGI_COUNT || source_of(word) == source)) {
            state |= VIRQ_STATE_ACTIVE;
        }
    }
    return state;
}

uint32_t list_registers_withdraw(unsigned vcpu, uint32_t intid_and_source)
{
    struct vcpu_interrupts *of = &interrupts[vcpu];
    unsigned intid = intid_of(intid_and_source);
    if (intid < SGI_COUNT) {
        of->sources[intid] &= (uint8_t) ~(1u << source_of(intid_and_source));
        if (of->sources[intid] == 0) {
            of->waiting[intid / 32] &= ~(1u << intid % 32);
        }
        return 0;
    }
    return is_waiting(of, intid) ? take(of, intid) : 0;
}
