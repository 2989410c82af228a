/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A guest that starts again: nothing of the old one is left, what the VMM registered is, and who
 * crashes as it boots is given up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <libvmm/libvmm.h>

#include "esr.h"
#include "libvmm/fake.h"

#define KERNEL_GPA FAKE_RAM
#define DTB_GPA    (FAKE_RAM + 0x1000000)
#define SECOND     FAKE_TICK_RATE

#define SOFT_IRQ        80
#define GICD_CTLR       0x000
#define GICD_ISENABLER  0x100
#define GICD_ISPENDR    0x200
#define GICD_IPRIORITYR 0x400

#define PSCI_CPU_ON_SMC       0xc4000003
#define PSCI_SYSTEM_RESET_SMC 0x84000009

static struct linux_image_header kernel;
static uint8_t dtb[0x48];

static char events[64];
static unsigned acks;

static void images_make(void)
{
    static const uint32_t header[10] = {0xd00dfeed, sizeof dtb, 0x38, 0x48, 0x28, 17, 16, 0, 0, 16};
    kernel = (struct linux_image_header){.magic = LINUX_IMAGE_MAGIC, .image_size = 0x800000};
    for (unsigned i = 0; i < sizeof header; i++) {
        dtb[i] = (uint8_t)(header[i / 4] >> (24 - i % 4 * 8));
    }
}

static uint64_t images_place(void)
{
    return linux_setup_images(KERNEL_GPA, (uintptr_t)&kernel, sizeof kernel, (uintptr_t)dtb,
                              DTB_GPA, sizeof dtb, 0, 0, 0);
}

static void ack(irq_routing_info_t route, void *data)
{
    (void)route;
    (*(unsigned *)data)++;
}

/* A guest of two vCPUs with its interrupts passed through runs. */
static int start(void **state)
{
    (void)state;
    fake_start(2);
    images_make();
    events[0] = '\0';
    acks = 0;
    assert_true(virq_register_passthrough_all());
    assert_true(virq_register(ARM_GIC_IRQ_ROUTE(0, SOFT_IRQ), ack, &acks));
    assert_true(guest_start(images_place(), DTB_GPA, 0));
    fake_logged("");
    return 0;
}

static unsigned writers;

static bool nobody_writes(void *data)
{
    (void)data;
    return writers == 0;
}

/* Somebody else still writes to the guest's RAM: nothing is cleared before that ends. */
static void waits_for_writers(void **state)
{
    (void)state;
    uint8_t *byte = fake_ram(FAKE_RAM + 0x2000000);
    *byte = 1;
    writers = 1;
    assert_true(guest_register_idle_handler(nobody_writes, NULL));
    assert_true(guest_restart(0, 0));
    assert_false(fake.running[0]);
    assert_int_equal(*byte, 1);
    assert_true(fake_logged("restart waits"));
    guest_restart_continue();
    assert_int_equal(guest_restart_count(), 0);
    assert_true(guest_restart(0, 0)); /* asked once more, it waits as well */
    writers = 0;
    guest_restart_continue();
    assert_true(fake.running[0]);
    assert_int_equal(*byte, 0);
    assert_int_equal(guest_restart_count(), 1);
    guest_restart_continue();
    assert_int_equal(guest_restart_count(), 1);
}

static bool guest_calls(unsigned vcpu, uint64_t function, uint64_t argument)
{
    fake.pages[vcpu].x[0] = function;
    fake.pages[vcpu].x[1] = argument;
    fake.pages[vcpu].x[2] = KERNEL_GPA;
    fake.pages[vcpu].esr = ESR_EC_FIELD(ESR_EC_SMC64) | ESR_IL;
    return fault_handle(vcpu, MSGINFO((uint64_t)FAULT_VCPU, 0));
}

static void assert_fresh(void)
{
    assert_true(fake.running[0] && vcpu_is_on(0));
    assert_false(fake.running[1] || vcpu_is_on(1));
    assert_int_equal(fake.pages[0].pc, KERNEL_GPA);
    assert_int_equal(fake.pages[0].x[0], DTB_GPA);
    assert_int_equal(fake.pages[0].x[1], 0);
    assert_memory_equal(fake_ram(KERNEL_GPA), &kernel, sizeof kernel);
    assert_memory_equal(fake_ram(DTB_GPA), dtb, sizeof dtb);
    for (unsigned vcpu = 0; vcpu < 2; vcpu++) {
        assert_int_equal(fake.pages[vcpu].pstate, 0x3c5);
        assert_int_equal(fake.regs[vcpu][VCPU_REG_CNTV_CTL_EL0], 0);
        assert_int_equal(fake.regs[vcpu][VCPU_REG_TTBR1_EL1], 0);
    }
}

static void memory_and_registers_are_new(void **state)
{
    (void)state;
    memset(fake_ram(FAKE_RAM), 0xa5, FAKE_RAM_SIZE);
    assert_true(guest_calls(0, PSCI_CPU_ON_SMC, 1));
    assert_true(fake.running[1]);
    for (unsigned vcpu = 0; vcpu < 2; vcpu++) {
        fake.pages[vcpu].x[1] = 1;
        fake.regs[vcpu][VCPU_REG_CNTV_CTL_EL0] = 1;
        fake.regs[vcpu][VCPU_REG_TTBR1_EL1] = 0x1000;
    }
    fake.cleaned_bytes = 0;
    fake.ticks_per_look = 2500;
    assert_true(guest_restart(0, 0));
    assert_fresh();
    assert_in_range(fake.cleaned_bytes, FAKE_RAM_SIZE, FAKE_RAM_SIZE + 0x10000);
    assert_int_equal(*fake_ram(FAKE_RAM + FAKE_RAM_SIZE - 1), 0);
    assert_int_equal(*fake_ram(DTB_GPA + sizeof dtb), 0);
    assert_true(
        fake_logged("guest \"linux\": restart 1 took 5.000 ms, with 64 MiB of RAM cleared"));
    assert_true(guest_restart(0, 0));
    assert_int_equal(guest_restart_count(), 2);
    assert_true(fake_logged("restart 2 took"));
}

static void only_the_given_ram_is_cleared(void **state)
{
    (void)state;
    memset(fake_ram(FAKE_RAM), 0xa5, FAKE_RAM_SIZE);
    assert_true(guest_restart((uintptr_t)fake_ram(FAKE_RAM + 0x2000000), 0x1000));
    assert_fresh();
    assert_int_equal(*fake_ram(FAKE_RAM + 0x1ffffff), 0xa5);
    assert_int_equal(*fake_ram(FAKE_RAM + 0x2000000), 0);
    assert_int_equal(*fake_ram(FAKE_RAM + 0x2000fff), 0);
    assert_int_equal(*fake_ram(FAKE_RAM + 0x2001000), 0xa5);
}

/* What cannot be done leaves the guest as it is. */
static void refused(void **state)
{
    (void)state;
    memset(fake_ram(FAKE_RAM), 0xa5, FAKE_RAM_SIZE);
    assert_false(guest_restart((uintptr_t)fake_ram(FAKE_RAM) + FAKE_RAM_SIZE - 16, 17));
    assert_false(guest_restart((uintptr_t)&kernel, 16));
    assert_false(guest_restart(0, 16));
    assert_false(guest_restart((uintptr_t)fake_ram(FAKE_RAM), 0));
    assert_true(fake_logged("is not inside one region of guest RAM"));
    fake.cannot_reset = true;
    assert_false(guest_restart(0, 0));
    assert_true(fake.running[0]);
    assert_int_equal(*fake_ram(KERNEL_GPA), 0xa5);
    assert_int_equal(guest_restart_count(), 0);
}

static void never_started(void **state)
{
    (void)state;
    fake_start(2);
    assert_false(guest_restart(0, 0));
    assert_true(fake_logged("the guest has never been started"));
    assert_false(fake.running[0]);
}

static void images_only_in_guest_ram(void **state)
{
    (void)state;
    memcpy(fake_ram(KERNEL_GPA), &kernel, sizeof kernel);
    assert_int_not_equal(linux_setup_images(KERNEL_GPA, (uintptr_t)fake_ram(KERNEL_GPA),
                                            sizeof kernel, (uintptr_t)dtb, DTB_GPA, sizeof dtb, 0,
                                            0, 0),
                         0);
    assert_false(guest_restart(0, 0));
    assert_true(fake_logged("the only copy of the kernel is in guest RAM (GPA 0x40000000)"));
    assert_true(fake.running[0]);
    dtb[0] = 0;
    assert_int_equal(images_place(), 0);
    assert_false(guest_restart(0, 0));
    assert_true(fake_logged("linux_setup_images() has put no kernel into guest RAM"));
}

static void image_that_has_become_unusable(void **state)
{
    (void)state;
    dtb[0] = 0;
    assert_false(guest_restart(0, 0));
    assert_true(fake_logged("device tree"));
    assert_false(fake.running[0]);
    images_make();
    fake.start_refused = true;
    assert_false(guest_restart(0, 0));
    fake.start_refused = false;
    assert_true(guest_restart(0, 0));
    assert_fresh();
}

/* ---- Interrupts ---- */

static void enable(uint32_t intid)
{
    gicd_set_bit(GICD_ISENABLER, intid);
}

static void assert_comes(unsigned channel, uint32_t intid)
{
    gicd_store(GICD_CTLR, 1);
    enable(intid);
    assert_true(fake_fire(channel));
    assert_int_equal(fake_take(0), intid);
    assert_false(fake_fire(channel));
    fake_end(0, intid);
    assert_true(fake_fire(channel));
    assert_int_equal(fake_take(0), intid);
    fake_end(0, intid);
}

/* Wherever it is when the guest ends: not arrived, waiting in the VMM, with the kernel, active. */
static void channel_interrupts_come_again(void **state)
{
    (void)state;
    for (unsigned where = 0; where < 4; where++) {
        gicd_store(GICD_CTLR, where == 1 ? 0 : 1);
        enable(FAKE_IRQ_LEVEL);
        if (where > 0) {
            fake_fire(FAKE_CH_LEVEL);
        }
        if (where == 3) {
            assert_int_equal(fake_take(0), FAKE_IRQ_LEVEL);
        }
        assert_true(guest_restart(0, 0));
        assert_false(fake.physical_active[FAKE_CH_LEVEL]);
        assert_int_equal(gicd_load(GICD_CTLR), 0);
        assert_false(gicd_bit(GICD_ISENABLER, FAKE_IRQ_LEVEL));
        assert_false(gicd_bit(GICD_ISPENDR, FAKE_IRQ_LEVEL));
        assert_int_equal(fake_take(0), 1023);
        assert_comes(FAKE_CH_LEVEL, FAKE_IRQ_LEVEL);
        assert_comes(FAKE_CH_EDGE, FAKE_IRQ_EDGE);
    }
}

/* The kernel has signalled it before the restart; the VMM sees it after. It is the new guest's. */
static void notification_that_was_on_its_way(void **state)
{
    (void)state;
    gicd_store(GICD_CTLR, 1);
    enable(FAKE_IRQ_LEVEL);
    fake.physical_active[FAKE_CH_LEVEL] = true;
    assert_true(guest_restart(0, 0));
    assert_true(virq_handle_passthrough(FAKE_CH_LEVEL));
    assert_int_equal(fake_take(0), 1023);
    gicd_store(GICD_CTLR, 1);
    enable(FAKE_IRQ_LEVEL);
    assert_int_equal(fake_take(0), FAKE_IRQ_LEVEL);
    fake_end(0, FAKE_IRQ_LEVEL);
    assert_false(fake.physical_active[FAKE_CH_LEVEL]);
    assert_comes(FAKE_CH_LEVEL, FAKE_IRQ_LEVEL);
}

static void straight_interrupts_are_as_at_first(void **state)
{
    (void)state;
    gicd_store(GICD_CTLR, 1);
    fake_store(0, FAKE_GICD + 0x800 + FAKE_IRQ_STRAIGHT, 1, 2); /* to vCPU 1 */
    guest_calls(0, PSCI_CPU_ON_SMC, 1);
    enable(FAKE_IRQ_STRAIGHT);
    gicd_set_bit(GICD_ISPENDR, FAKE_IRQ_STRAIGHT);
    assert_int_equal(fake.straight_vcpu[FAKE_IRQ_STRAIGHT], 1);
    fake.bound[1][FAKE_IRQ_STRAIGHT].active = true;
    assert_true(guest_restart(0, 0));
    assert_int_equal(fake.straight_vcpu[FAKE_IRQ_STRAIGHT], 0);
    const struct fake_bound *bound = &fake.bound[0][FAKE_IRQ_STRAIGHT];
    assert_int_equal(bound->config, VIRQ_CONFIG_EDGE); /* disabled */
    assert_false(bound->pending || bound->active || fake.bound[1][FAKE_IRQ_STRAIGHT].active);
    assert_int_equal(fake.bound[0][27].config & VIRQ_CONFIG_ENABLE, 0);
    assert_int_equal(fake.bound[1][27].config & VIRQ_CONFIG_ENABLE, 0);
    gicd_store(GICD_CTLR, 1);
    enable(FAKE_IRQ_STRAIGHT);
    assert_int_equal(bound->config, VIRQ_CONFIG_EDGE | VIRQ_CONFIG_ENABLE);
}

/* A level of the old guest's device is gone, and so is what it was told; who registered stays. */
static void virtual_interrupts(void **state)
{
    (void)state;
    irq_routing_info_t route = ARM_GIC_IRQ_ROUTE(0, SOFT_IRQ);
    gicd_store(GICD_CTLR, 1);
    enable(SOFT_IRQ);
    assert_true(virq_set_level(route, true));
    assert_int_equal(fake_take(0), SOFT_IRQ);
    assert_true(guest_restart(0, 0));
    gicd_store(GICD_CTLR, 1);
    enable(SOFT_IRQ);
    assert_int_equal(fake_take(0), 1023);
    assert_int_equal(acks, 0);
    assert_true(virq_inject(route));
    assert_int_equal(fake_take(0), SOFT_IRQ);
    fake_end(0, SOFT_IRQ);
    assert_int_equal(acks, 1);
}

/* ---- Handlers ---- */

static void note(void *data)
{
    strcat(events, data);
    strcat(events, fake.running[0] ? "runs " : *fake_ram(KERNEL_GPA) == 0xa5 ? "old " : "new ");
}

static void raise_line(void *data)
{
    (void)data;
    assert_true(virq_set_level(ARM_GIC_IRQ_ROUTE(0, SOFT_IRQ), true));
}

static void handlers_are_called_in_order(void **state)
{
    (void)state;
    assert_true(guest_register_reset_handler(note, "reset:"));
    assert_true(guest_register_quiet_handler(note, "quiet1:"));
    assert_true(guest_register_quiet_handler(note, "quiet2:"));
    assert_true(guest_register_reset_handler(raise_line, NULL));
    memset(fake_ram(KERNEL_GPA), 0xa5, sizeof kernel);
    assert_true(guest_restart(0, 0));
    assert_string_equal(events, "quiet1:old quiet2:old reset:new ");
    gicd_store(GICD_CTLR, 1);
    enable(SOFT_IRQ);
    assert_int_equal(fake_take(0),
                     SOFT_IRQ); /* a level that a handler has set is the new guest's */
}

static void too_many_handlers(void **state)
{
    (void)state;
    for (unsigned i = 0; i < GUEST_HANDLER_MAX; i++) {
        assert_true(guest_register_reset_handler(note, ""));
        assert_true(guest_register_quiet_handler(note, ""));
    }
    assert_false(guest_register_reset_handler(note, ""));
    assert_false(guest_register_quiet_handler(note, ""));
    assert_true(fake_logged("32 handlers are registered"));
}

/* ---- Who asks ---- */

static void any_vcpu_may_ask(void **state)
{
    (void)state;
    for (unsigned vcpu = 0; vcpu < 2; vcpu++) {
        guest_calls(0, PSCI_CPU_ON_SMC, 1);
        assert_true(vcpu_is_on(1));
        assert_false(guest_calls(vcpu, PSCI_SYSTEM_RESET_SMC, 0)); /* nobody gets an answer */
        assert_fresh();
        assert_int_equal(fake.reset_count[1], vcpu + 1);
    }
}

static void guest_asks_after(uint64_t ticks)
{
    fake.ticks += ticks;
    assert_false(guest_calls(0, PSCI_SYSTEM_RESET_SMC, 0));
}

static void crash_loop_is_ended(void **state)
{
    (void)state;
    for (unsigned i = 0; i < GUEST_QUICK_RESETS; i++) {
        guest_asks_after(SECOND);
        assert_true(fake.running[0]);
    }
    guest_asks_after(SECOND);
    assert_false(fake.running[0]);
    assert_true(fake_logged("has been reset 9 times in a row within 10 s of its start: it stays"));
    assert_true(guest_restart(0, 0)); /* the VMM wants it nevertheless */
    for (unsigned i = 0; i < GUEST_QUICK_RESETS; i++) {
        guest_asks_after(SECOND);
        assert_true(fake.running[0]);
    }
}

static void useful_guests_may_reboot_for_ever(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4 * GUEST_QUICK_RESETS; i++) {
        guest_came_up();
        guest_asks_after(SECOND);
        assert_true(fake.running[0]);
    }
    for (unsigned i = 0; i < 4 * GUEST_QUICK_RESETS; i++) {
        guest_asks_after(i % GUEST_QUICK_RESETS == 0 ? 10 * SECOND : SECOND);
        assert_true(fake.running[0]);
    }
}

/* A log that one guest has filled is not the next one's silence. */
static void log_begins_anew(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 200; i++) {
        fake_load(0, 0xb000000, 4);
    }
    fake_logged("");
    fake_load(0, 0xb000000, 4);
    assert_false(fake_logged("external abort"));
    assert_true(guest_restart(0, 0));
    fake_load(0, 0xb000000, 4);
    assert_true(fake_logged("external abort"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(memory_and_registers_are_new, start),
        cmocka_unit_test_setup(only_the_given_ram_is_cleared, start),
        cmocka_unit_test_setup(refused, start),
        cmocka_unit_test_setup(never_started, start),
        cmocka_unit_test_setup(images_only_in_guest_ram, start),
        cmocka_unit_test_setup(image_that_has_become_unusable, start),
        cmocka_unit_test_setup(channel_interrupts_come_again, start),
        cmocka_unit_test_setup(notification_that_was_on_its_way, start),
        cmocka_unit_test_setup(straight_interrupts_are_as_at_first, start),
        cmocka_unit_test_setup(virtual_interrupts, start),
        cmocka_unit_test_setup(handlers_are_called_in_order, start),
        cmocka_unit_test_setup(waits_for_writers, start),
        cmocka_unit_test_setup(too_many_handlers, start),
        cmocka_unit_test_setup(any_vcpu_may_ask, start),
        cmocka_unit_test_setup(crash_loop_is_ended, start),
        cmocka_unit_test_setup(useful_guests_may_reboot_for_ever, start),
        cmocka_unit_test_setup(log_begins_anew, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
