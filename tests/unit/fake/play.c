/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The player: programs make every system call with arguments that are right, nearly right or wild,
 * fill the pages that they share with the kernel, and fault; guests trap, sleep and serve
 * interrupts; devices and time do as they like. See play.h.
 */
#include "play.h"

#include "example.h"
#include "pd_registers.h"

struct tape {
    const uint8_t *data;
    size_t size;
    uint32_t guest_stack[32]; /* what the guests have acknowledged and not ended */
    unsigned guest_depth;
};

static uint8_t next(struct tape *tape)
{
    if (tape->size == 0) {
        return 0;
    }
    tape->size--;
    return *tape->data++;
}

/* Numbers near which the kernel's limits lie. */
static uint64_t argument(struct tape *tape)
{
    static const uint64_t edges[] = {
        CHILD_MAX - 1,
        CHILD_MAX,
        CHANNEL_MAX,
        64,
        992,
        1019,
        1020,
        1023,
        1024,
        1ull << 31,
        1ull << 32,
        1ull << 63,
        UINT64_MAX,
        GUEST_LEVEL,
        GUEST_EDGE,
        GUEST2_LEVEL,
        VTIMER,
        PTIMER,
        PARENT_IRQ,
        PD_SLOT(SLOT_OF_CLIENT),
        PD_SLOT(SLOT_OF_SELF),
        PD_REGISTER_COUNT,
        VMM_EDGE_CHANNEL,
        DEFERRED_NOTIFY,
        0x10a,
        0x20a,
        0x203,
        0x214,
        INJECT_HW | 20u << 24 | 100,
        INJECT_HW | 21u << 24 | 101,
        INJECT_EOI | 102,
        0x123,
        0x164,
    };
    uint8_t first = next(tape);

    if (first < 160) {
        return first % 32;
    }
    if (first < 240) {
        return edges[first % (sizeof edges / sizeof edges[0])];
    }
    uint64_t wild = 0;
    for (unsigned i = 0; i < 8; i++) {
        wild = wild << 8 | next(tape);
    }
    return wild;
}

static void system_call(struct tape *tape, struct pd *pd)
{
    unsigned index = (unsigned)(pd - the_system.pds);
    uint64_t number = next(tape) % (SYS_COUNT + 1);
    uint64_t x0 = argument(tape);
    uint64_t x1 = argument(tape);
    uint64_t x2 = argument(tape);
    uint64_t result = pd_call(index, number, x0, x1, x2);

    if (running() == &pd->thread && number >= SYS_NOTIFY && result > DROVER_ERR_STATE) {
        system_fail("a system call returns no error code");
    }
}

/* A program writes to its message page and to the pages of its vCPUs. */
static void pages_fill(struct tape *tape, struct pd *pd)
{
    pd->message->mr[next(tape) % MESSAGE_WORD_MAX] = argument(tape);
    pd->message->vcpu_requests = argument(tape);
    pd->message->text_length = argument(tape);
    for (uint32_t i = 0; i < pd->vcpu_count; i++) {
        struct vcpu_page *page = pd->vcpus[i].page;
        page->inject[next(tape) % VCPU_INJECT_MAX] = (uint32_t)argument(tape);
        page->inject_count = argument(tape);
        page->pstate = argument(tape);
    }
}

static void program_acts(struct tape *tape, struct pd *pd)
{
    uint8_t what = next(tape) % 16;

    if (what == 0) {
        system_exception((uint64_t)ESR_EC_DABT_LOWER << 26 | next(tape));
    } else if (what == 1) {
        system_exception((uint64_t)(next(tape) % 64) << 26);
    } else if (what < 4) {
        pages_fill(tape, pd);
    } else {
        system_call(tape, pd);
    }
}

static void guest_acts(struct tape *tape)
{
    uint32_t name;

    switch (next(tape) % 8) {
    case 0:
        system_exception((uint64_t)ESR_EC_WFX << 26 | ESR_IL | next(tape) % 2);
        break;
    case 1:
        fake_translation = argument(tape);
        system_exception((uint64_t)ESR_EC_DABT_LOWER << 26 | next(tape));
        break;
    case 2:
        system_exception((uint64_t)ESR_EC_HVC << 26);
        break;
    case 3:
        fake_sysregs.cntv_ctl_el0 = next(tape) % 4;
        fake_sysregs.cntv_cval_el0 = argument(tape) + fake_sysregs.cntpct_el0;
        break;
    case 4:
        gicv_end((uint32_t)argument(tape) % 1020);
        break;
    case 5:
        name = tape->guest_depth > 0 ? tape->guest_stack[--tape->guest_depth] : 0;
        gicv_end(name);
        break;
    default:
        name = gicv_acknowledge();
        if (name != GIC_SPURIOUS && tape->guest_depth < 32) {
            tape->guest_stack[tape->guest_depth++] = name;
        }
        break;
    }
}

static struct pd *signalled;

static struct thread *signal_arrives(struct cpu *cpu, uint64_t esr)
{
    (void)esr;
    struct thread *woken = pd_signal(signalled, CHANNEL_MAX - 1);
    return the_system.is_idle ? sched_block_slow(cpu, woken) : sched_wake(cpu, woken);
}

static void world_acts(struct tape *tape)
{
    static const uint32_t lines[] = {PARENT_IRQ,  VMM_LEVEL_IRQ, VMM_EDGE_IRQ, VMM2_LEVEL_IRQ,
                                     GUEST_LEVEL, GUEST_EDGE,    GUEST2_LEVEL, 90};
    uint8_t what = next(tape);
    uint32_t line = lines[what % 8];

    switch (what / 8 % 4) {
    case 0:
        gic.level[line] = !gic.level[line];
        break;
    case 1:
        gic_pulse(line);
        break;
    case 2:
        fake_sysregs.cntpct_el0 += next(tape);
        break;
    default:
        signalled = PD(what / 32);
        system_enter(signal_arrives, 0);
        break;
    }
}

/* The example system, with every kind of limit that its first byte asks for. */
static const struct description *limited(uint8_t limits)
{
    static const struct manifest_schedule slots[] = {{0, DURATION_US, 300}, {1, DURATION_US, 200}};
    static struct manifest_pd pds[EXAMPLE_PD_COUNT];
    static struct manifest_vcpu vcpus[EXAMPLE_VCPU_COUNT];
    static struct description system;

    system = example;
    for (unsigned i = 0; i < EXAMPLE_PD_COUNT; i++) {
        pds[i] = example.pds[i];
        pds[i].passive = (limits & 1) != 0 && i % 2 == 0;
        pds[i].period_us *= (limits & 2) != 0 && i % 3 == 0 ? 4 : 1;
        pds[i].domain = (limits & 4) != 0 && i % 4 == 1;
    }
    for (unsigned i = 0; i < EXAMPLE_VCPU_COUNT; i++) {
        vcpus[i] = example.vcpus[i];
        vcpus[i].period_us *= (limits & 8) != 0 ? 3 : 1;
    }
    system.pds = pds;
    system.vcpus = vcpus;
    system.schedules = slots;
    system.schedule_count = (limits & 4) != 0 ? 2 : 0;
    return &system;
}

void play(const uint8_t *data, size_t size)
{
    struct tape tape = {.data = data, .size = size};

    system_boot(limited(next(&tape)));
    while (tape.size > 0) {
        struct thread *now = running();
        uint8_t who = next(&tape);
        if (now == NULL || who % 4 == 0) {
            world_acts(&tape);
        } else if (now->is_vcpu) {
            guest_acts(&tape);
        } else {
            program_acts(&tape, pd_of(now));
        }
        if (who / 4 % 2 == 0) {
            system_interrupts();
        }
    }
}
