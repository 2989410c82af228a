/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The guest as a whole: what guest_init() refuses, the state that a vCPU starts in, and the log's
 * printf.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <libvmm/guest.h>
#include <libvmm/util/util.h>
#include <libvmm/vcpu.h>
#include <libvmm/virq.h>

#include "libvmm/fake.h"

static int start(void **state)
{
    (void)state;
    fake_power_on(2);
    return 0;
}

static void assert_init_refused(arch_guest_init_t init_args, const char *text)
{
    assert_false(guest_init(init_args));
    assert_true(fake_logged(text));
}

static void table_refused(void **state)
{
    (void)state;
    const arch_guest_init_t all = {0};
    fake_vm_info->magic++;
    assert_init_refused(all, "routing table: version 1 (magic");
    fake_vm_info->magic--;
    fake_vm_info->gic_version = 3;
    assert_init_refused(all, "GICv3");
    fake_vm_info->gic_version = 2;
    fake_vm_info->vcpu_count = 0;
    assert_init_refused(all, "0 vCPUs");
    fake_vm_info->vcpu_count = 9;
    assert_init_refused(all, "9 vCPUs");
    fake_vm_info->vcpu_count = 1;
    fake_vm_info->irq_lines = 31;
    assert_init_refused(all, "31 interrupt lines");
    fake_vm_info->irq_lines = 1021;
    assert_init_refused(all, "1021 interrupt lines");
    fake_vm_info->irq_lines = 1020;
    fake_vm_info->gicd_size = 0xfff;
    assert_init_refused(all, "the distributor has 0xfff bytes");
    fake_vm_info->gicd_size = 0x1000;
    assert_true(guest_init(all));
}

static void program_and_table_disagree(void **state)
{
    (void)state;
    assert_init_refused((arch_guest_init_t){.num_vcpus = 3}, "3 vCPUs wanted");
    assert_init_refused((arch_guest_init_t){.num_guest_ram_regions = 4}, "4 RAM regions");
    struct guest_ram_region region = {FAKE_RAM, FAKE_RAM_SIZE + 1, fake_ram(FAKE_RAM)};
    arch_guest_init_t args = {.num_guest_ram_regions = 1, .guest_ram_regions = {region}};
    assert_init_refused(args, "no region of the VM holds guest RAM");
    args.guest_ram_regions[0].size--;
    args.guest_ram_regions[0].vmm_vaddr = fake_ram(FAKE_RAM) + 1;
    assert_init_refused(args, "region \"guest_ram\" of the system description is mapped at VA");
    args.guest_ram_regions[0].vmm_vaddr = fake_ram(FAKE_RAM);
    assert_true(guest_init(args));
}

static void controller_before_guest(void **state)
{
    (void)state;
    assert_false(virq_controller_init());
    assert_true(fake_logged("before guest_init()"));
    assert_false(guest_start(FAKE_RAM, 0, 0));
    assert_true(fake_logged("before guest_init()"));
}

static void start_state(void **state)
{
    (void)state;
    assert_true(guest_init((arch_guest_init_t){.num_vcpus = 1}));
    for (unsigned i = 0; i < 31; i++) {
        fake.pages[0].x[i] = ~0ul;
    }
    for (unsigned i = 0; i < VCPU_REG_COUNT; i++) {
        fake.regs[0][i] = ~0ul;
    }
    assert_false(vcpu_is_on(0));
    assert_true(guest_start(FAKE_RAM + 0x80000, FAKE_RAM + 0x1000000, FAKE_RAM + 0x2000000));
    assert_true(vcpu_is_on(0) && fake.running[0] && !vcpu_is_on(1));
    const struct vcpu_page *page = &fake.pages[0];
    assert_int_equal(page->pc, FAKE_RAM + 0x80000);
    assert_int_equal(page->x[0], FAKE_RAM + 0x1000000);
    for (unsigned i = 1; i < 31; i++) {
        assert_int_equal(page->x[i], 0);
    }
    assert_int_equal(page->pstate, 0x3c5);
    assert_int_equal(page->sp_el0, 0);
    assert_int_equal(fake.regs[0][VCPU_REG_SCTLR_EL1] & 0x1005, 0); /* MMU and caches off */
    assert_int_equal(fake.regs[0][VCPU_REG_SCTLR_EL1] & 0x30d00800, 0x30d00800); /* RES1 */
    assert_int_equal(fake.regs[0][VCPU_REG_VMPIDR_EL2], 0xc0000000);             /* alone */
    for (unsigned i = 0; i < VCPU_REG_COUNT; i++) {
        if (i != VCPU_REG_SCTLR_EL1 && i != VCPU_REG_VMPIDR_EL2) {
            assert_int_equal(fake.regs[0][i], 0);
        }
    }
}

static void start_refused(void **state)
{
    (void)state;
    guest_init((arch_guest_init_t){0});
    static const uintptr_t entries[] = {0, FAKE_UART, FAKE_RAM + 1, FAKE_RAM + FAKE_RAM_SIZE, ~3ul};
    for (unsigned i = 0; i < sizeof entries / sizeof *entries; i++) {
        assert_false(guest_start(entries[i], 0, 0));
        assert_true(fake_logged("is not in guest RAM"));
    }
    fake.start_refused = true;
    assert_false(guest_start(FAKE_RAM, 0, 0));
    assert_true(fake_logged("refuses to start vCPU 0"));
    assert_false(vcpu_is_on(0));
}

static void stop_stops_all(void **state)
{
    (void)state;
    guest_init((arch_guest_init_t){0});
    guest_start(FAKE_RAM, 0, 0);
    fake.running[1] = true;
    vcpu_set_on(1, true);
    guest_stop();
    assert_false(fake.running[0] || fake.running[1] || vcpu_is_on(0) || vcpu_is_on(1));
    vcpu_set_on(2, true);
    assert_false(vcpu_is_on(2) || vcpu_is_on(~0ul));
}

static void registers_are_printed(void **state)
{
    (void)state;
    guest_init((arch_guest_init_t){0});
    fake.pages[1].x[30] = 0xabcd;
    vcpu_print_regs(1);
    assert_true(fake_logged("    x30 0xabcd\n"));
    vcpu_print_regs(2);
    assert_int_equal(fake.log_length, 0);
}

#define ASSERT_PRINTS(text, ...)                                                                   \
    do {                                                                                           \
        fake_logged("");                                                                           \
        vmm_printf(__VA_ARGS__);                                                                   \
        assert_string_equal(fake.log, text);                                                       \
    } while (0)

static void printf_conversions(void **state)
{
    (void)state;
    ASSERT_PRINTS("plain", "plain");
    ASSERT_PRINTS("a-b 100%", "%c-%s 100%%", 'a', "b");
    ASSERT_PRINTS("0 4294967295 -2147483648", "%d %u %d", 0, ~0u, INT_MIN);
    ASSERT_PRINTS("ffffffffffffffff 18446744073709551615", "%lx %lu", ~0ul, ~0ul);
    ASSERT_PRINTS("-9223372036854775808", "%ld", LONG_MIN);
    ASSERT_PRINTS("00ff   ff", "%04x %4x", 0xffu, 0xffu);
    ASSERT_PRINTS("-007   -7", "%04d %4d", -7, -7);
    ASSERT_PRINTS("12 34", "%zu %llx", (size_t)12, 0x34ull);
    ASSERT_PRINTS("0x1000", "%p", (void *)0x1000);
    const char *null = NULL;
    ASSERT_PRINTS("(null)", "%s", null);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(table_refused, start),
        cmocka_unit_test_setup(program_and_table_disagree, start),
        cmocka_unit_test_setup(controller_before_guest, start),
        cmocka_unit_test_setup(start_state, start),
        cmocka_unit_test_setup(start_refused, start),
        cmocka_unit_test_setup(stop_stops_all, start),
        cmocka_unit_test_setup(registers_are_printed, start),
        cmocka_unit_test_setup(printf_conversions, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
