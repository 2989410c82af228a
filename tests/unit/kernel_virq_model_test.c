/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Random interrupts of every sort against a model that knows only what the architecture promises:
 * the guest gets the most urgent pending interrupt that may preempt, each as often as it was raised
 * or merged, and the VMM hears of each end that it asked for.
 */
#include <string.h>

#include "assertions.h"

#define STEP_COUNT 20000

enum sort {
    SORT_SOFT,
    SORT_REPORTED, /* soft, and its end is reported */
    SORT_SGI,
    SORT_STRAIGHT_LEVEL,
    SORT_STRAIGHT_EDGE,
};

/* One interrupt as the guest sees it. */
struct item {
    enum sort sort;
    uint32_t name;     /* what the guest acknowledges */
    uint32_t priority; /* 0..31 */
    bool is_pending;
    bool is_active;
    bool is_end_due; /* an end that the VMM has not heard of yet */
};

static const struct {
    enum sort sort;
    uint32_t first, count;
} sorts[] = {
    {SORT_SOFT, 100, 6},
    {SORT_REPORTED, 110, 4},
    {SORT_SGI, 1 | 1 << 10, 2},
    {SORT_SGI, 1 | 2 << 10, 2},
    {SORT_STRAIGHT_LEVEL, GUEST_LEVEL, 1},
    {SORT_STRAIGHT_EDGE, GUEST_EDGE, 1},
};

static struct item items[32];
static unsigned item_count;
static struct item *stack[32]; /* what the guest handles, the innermost last */
static unsigned depth;
static uint32_t random_state;

static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % limit;
}

static struct item *item_of(uint32_t name)
{
    for (unsigned i = 0; i < item_count; i++) {
        if (items[i].name == name) {
            return &items[i];
        }
    }
    fail_msg("interrupt %u is nobody's", name);
    return NULL;
}

static void items_make(void)
{
    memset(items, 0, sizeof items);
    item_count = 0;
    depth = 0;
    for (unsigned i = 0; i < sizeof sorts / sizeof sorts[0]; i++) {
        for (uint32_t j = 0; j < sorts[i].count; j++) {
            struct item *item = &items[item_count++];
            *item = (struct item){.sort = sorts[i].sort,
                                  .name = sorts[i].first + j,
                                  .priority = 2 + 3 * random_below(8)};
            if (item->sort >= SORT_STRAIGHT_LEVEL) {
                example_ask(SYS_VIRQ_CONFIG, item->name,
                            VIRQ_CONFIG_ENABLE | item->priority << 3 |
                                (item->sort == SORT_STRAIGHT_EDGE ? VIRQ_CONFIG_EDGE : 0));
            }
        }
    }
}

/* The kernel takes what is signalled; the VMM notes the ends that are reported, and answers. */
static void settle(void)
{
    system_interrupts();
    while (running() == &PD(VMM)->thread) {
        assert_int_equal(PD(VMM)->frame.x[0], EVENT_FAULT | GUEST_ID);
        assert_int_equal(MSGINFO_LABEL(PD(VMM)->frame.x[1]), FAULT_VGIC_MAINTENANCE);
        for (uint32_t intid = 0; intid < 1024; intid++) {
            if ((VCPU(GUEST)->page->eoi[intid / 64] >> intid % 64 & 1) != 0) {
                assert_true(item_of(intid)->is_end_due);
                item_of(intid)->is_end_due = false;
            }
        }
        pd_answer(VMM);
        system_interrupts();
    }
    assert_ptr_equal(running(), &VCPU(GUEST)->thread);
}

/* The VMM hears of an end before anything else, in the place of an answer. */
static void trap(void)
{
    example_trap();
    pd_answer(VMM);
    settle();
}

static void raise(struct item *item)
{
    if (item->sort == SORT_STRAIGHT_EDGE && item->is_pending) {
        return; /* a second edge behind one in a list register counts, as the GIC allows */
    }
    switch (item->sort) {
    case SORT_STRAIGHT_LEVEL:
        gic.level[item->name] = true;
        break;
    case SORT_STRAIGHT_EDGE:
        gic_pulse(item->name);
        break;
    default:
        example_trap();
        pd_call(VMM, SYS_VIRQ_INJECT, GUEST_ID,
                item->name | INJECT_PRIORITY(item->priority << 3) |
                    (item->sort == SORT_REPORTED ? INJECT_EOI : 0),
                0);
        pd_answer(VMM);
    }
    item->is_pending = true;
}

static uint32_t running_priority(void)
{
    return depth > 0 ? stack[depth - 1]->priority : 32;
}

/* The priority of what the guest has to get next, 32 for nothing. An interrupt that is active does
 * not come before its end. */
static uint32_t next_priority(void)
{
    uint32_t best = running_priority();

    for (unsigned i = 0; i < item_count; i++) {
        if (items[i].is_pending && !items[i].is_active && items[i].priority < best) {
            best = items[i].priority;
        }
    }
    return best < running_priority() ? best : 32;
}

static void guest_acknowledges(void)
{
    uint32_t expected = next_priority();
    uint32_t name = gicv_acknowledge();

    if (name == GIC_SPURIOUS) {
        assert_int_equal(expected, 32);
        return;
    }
    struct item *item = item_of(name);
    assert_true(item->is_pending);
    assert_false(item->is_active);
    assert_int_equal(item->priority, expected);
    item->is_pending = false;
    item->is_active = true;
    stack[depth++] = item;
    if (item->sort == SORT_STRAIGHT_LEVEL) {
        gic.level[item->name] = false; /* the handler quiets its device */
    }
}

static void guest_ends(void)
{
    if (depth == 0) {
        return;
    }
    struct item *item = stack[--depth];
    gicv_end(item->name);
    item->is_active = false;
    /* One that is pending again has its list register to itself, and ends for good only later. */
    item->is_end_due |= item->sort == SORT_REPORTED && !item->is_pending;
}

static void withdraw(struct item *item)
{
    if (item->sort >= SORT_STRAIGHT_LEVEL || item->is_active) {
        return;
    }
    uint64_t before = example_ask(SYS_VIRQ_UPDATE, item->name, VIRQ_OP_WITHDRAW);
    assert_int_equal(before, item->is_pending ? VIRQ_STATE_PENDING : 0);
    item->is_pending = false;
}

static void other_guest_runs(void)
{
    example_wake(VMM2);
    if (VCPU(GUEST2)->thread.state == THREAD_STOPPED) {
        pd_call(VMM2, SYS_VCPU_START, GUEST_ID, 0x40000000, 0);
        pd_wait(VMM2);
    } else {
        pd_answer(VMM2);
    }
    assert_ptr_equal(running(), &VCPU(GUEST2)->thread);
    example_trap();
    pd_call(VMM2, SYS_VCPU_STOP, GUEST_ID, 0, 0);
    pd_wait(VMM2);
}

static void step(void)
{
    switch (random_below(16)) {
    case 0 ... 4:
        raise(&items[random_below(item_count)]);
        break;
    case 5 ... 8:
        settle();
        guest_acknowledges();
        break;
    case 9 ... 12:
        guest_ends();
        break;
    case 13:
        withdraw(&items[random_below(item_count)]);
        break;
    case 14:
        trap();
        break;
    default:
        other_guest_runs();
        break;
    }
    if (random_below(4) != 0) {
        settle();
    }
}

/* The guest handles everything; then nothing is left anywhere. */
static void finish(void)
{
    do {
        settle();
        guest_ends();
        settle();
        guest_acknowledges();
    } while (depth > 0);
    settle();
    for (unsigned i = 0; i < item_count; i++) {
        assert_false(items[i].is_pending);
        assert_false(items[i].is_end_due);
        assert_false(items[i].sort >= SORT_STRAIGHT_LEVEL && gic.active[items[i].name]);
    }
    assert_int_equal(VCPU(GUEST)->virq.spill_count, 0);
    assert_false(virq_is_pending(VCPU(GUEST)));
}

static void play(uint32_t list_reg_count)
{
    struct description description = example;

    description.list_reg_count = list_reg_count;
    random_state = list_reg_count;
    system_boot_idle(&description);
    PD(VMM2)->thread.priority = 255;
    VCPU(GUEST2)->thread.priority = 250;
    example_start(GUEST);
    items_make();
    for (unsigned i = 0; i < STEP_COUNT; i++) {
        step();
        if (i % 1000 == 999) {
            finish();
        }
    }
    finish();
}

static void one_list_register(void **state)
{
    (void)state;
    play(1);
}

static void two_list_registers(void **state)
{
    (void)state;
    play(2);
}

static void four_list_registers(void **state)
{
    (void)state;
    play(4);
}

static void sixteen_list_registers(void **state)
{
    (void)state;
    play(16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_list_register),
        cmocka_unit_test(two_list_registers),
        cmocka_unit_test(four_list_registers),
        cmocka_unit_test(sixteen_list_registers),
    };
    return cmocka_run_group_tests_name("kernel: virtual interrupts against a model", tests, NULL,
                                       NULL);
}
