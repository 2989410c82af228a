/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The generic VMM on the platform of the host: it starts its guest with what the tables say, and
 * starts nothing where one of them, the payload or a right is wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <libvmm/libvmm.h>

#include "esr.h"
#include "guest_table_build.h"
#include "libvmm/fake.h"

#define KERNEL_GPA FAKE_RAM
#define DTB_GPA    (FAKE_RAM + 0x1000000)
#define INITRD_GPA (FAKE_RAM + 0x2000000)
#define NOBODY     0xb000000ul
#define SIP_CALL   0xc2000001u

#define PSCI_SYSTEM_OFF_SMC   0x84000008
#define PSCI_SYSTEM_RESET_SMC 0x84000009

/* The generic VMM's. */
extern uintptr_t guest_ram_vaddr, guest_table_vaddr, guest_table_size;
extern uintptr_t guest_kernel_vaddr, guest_kernel_size, guest_dtb_vaddr, guest_dtb_size;
extern uintptr_t guest_initrd_vaddr, guest_initrd_size;

static const struct table_place place = {NOBODY, 0x1000,
                                         "usb@b000000: okay in the tree, not given"};
static const uint32_t smcs[] = {SIP_CALL};

static struct linux_image_header kernel;
static uint8_t dtb[0x48];
static uint8_t initrd[0x100];
static uint64_t bytes[512];

static struct guest_table *const table = (struct guest_table *)bytes;

#define RESTART_CHANNEL 9
#define ECAM_SIZE       0x100000

/* The configuration space of a bus with one device, whose command allows everything. */
static _Alignas(4096) uint32_t ecam[ECAM_SIZE / 4];
#define ECAM_COMMAND ecam[(8 << 12 | 4) / 4]

static struct guest_pci host = {(uintptr_t)ecam, ECAM_SIZE, 0, 1};

static void set_table(uint32_t flags, size_t smc_count)
{
    guest_table_vaddr = (uintptr_t)table;
    guest_table_size =
        guest_table_build(table, sizeof bytes,
                          &(struct table_choice){.flags = flags,
                                                 .kernel_gpa = KERNEL_GPA,
                                                 .dtb_gpa = DTB_GPA,
                                                 .initrd_gpa = INITRD_GPA,
                                                 .places = &place,
                                                 .place_count = 1,
                                                 .smcs = smcs,
                                                 .smc_count = smc_count,
                                                 .restart_channel = RESTART_CHANNEL});
}

static void set_table_with_pci(const struct guest_pci *hosts, size_t count)
{
    guest_table_size = guest_table_build(table, sizeof bytes,
                                         &(struct table_choice){.kernel_gpa = KERNEL_GPA,
                                                                .dtb_gpa = DTB_GPA,
                                                                .initrd_gpa = INITRD_GPA,
                                                                .pci = hosts,
                                                                .pci_count = count});
}

/* The board's one device region becomes that of the bus, in the VMM as well. */
static void share_ecam(void)
{
    struct vm_info_region *uart =
        (struct vm_info_region *)((uintptr_t)fake_vm_info + fake_vm_info->region_offset);
    memset(ecam, 0xff, sizeof ecam);
    memset(&ecam[(8 << 12) / 4], 0, 0x1000);
    ecam[(8 << 12) / 4] = 0x10d38086;
    ECAM_COMMAND = 0x107;
    uart->size = ECAM_SIZE;
    uart->vmm_va = (uintptr_t)ecam;
}

static int start(void **state)
{
    (void)state;
    static const uint32_t header[10] = {0xd00dfeed, sizeof dtb, 0x38, 0x48, 0x28, 17, 16, 0, 0, 16};
    fake_power_on(2);
    fault_register_places(NULL);
    kernel = (struct linux_image_header){.magic = LINUX_IMAGE_MAGIC, .image_size = 0x800000};
    for (unsigned i = 0; i < sizeof header; i++) {
        dtb[i] = (uint8_t)(header[i / 4] >> (24 - i % 4 * 8));
    }
    memset(initrd, 0x49, sizeof initrd);
    guest_ram_vaddr = (uintptr_t)fake_ram(FAKE_RAM);
    guest_kernel_vaddr = (uintptr_t)&kernel;
    guest_kernel_size = sizeof kernel;
    guest_dtb_vaddr = (uintptr_t)dtb;
    guest_dtb_size = sizeof dtb;
    guest_initrd_vaddr = (uintptr_t)initrd;
    guest_initrd_size = sizeof initrd;
    set_table(0, 0);
    return 0;
}

static void assert_does_not_start(const char *reason)
{
    fake_logged("");
    init();
    if (strstr(fake.log, reason) == NULL) {
        fail_msg("no \"%s\", but: %s", reason, fake.log);
    }
    assert_false(fake.running[0] || fake.running[1]);
}

static void boots(void **state)
{
    (void)state;
    init();
    assert_true(fake.running[0]);
    assert_false(fake.running[1]);
    assert_int_equal(fake.pages[0].pc, KERNEL_GPA);
    assert_int_equal(fake.pages[0].x[0], DTB_GPA);
    assert_memory_equal(fake_ram(KERNEL_GPA), &kernel, sizeof kernel);
    assert_memory_equal(fake_ram(DTB_GPA), dtb, sizeof dtb);
    assert_memory_equal(fake_ram(INITRD_GPA), initrd, sizeof initrd);
    assert_null(strstr(fake.log, "ERROR"));
    assert_true(fake_logged("2 vCPU(s)"));
}

static void boots_without_initrd(void **state)
{
    (void)state;
    guest_initrd_vaddr = guest_initrd_size = 0;
    init();
    assert_true(fake.running[0]);
    assert_true(fake_logged("initial RAM disk at 0x0 (GPA)"));
}

/* Each on its channel, without a word about them in the program. */
static void interrupts_pass_through(void **state)
{
    (void)state;
    init();
    gicd_store(0x000, 1);
    gicd_set_bit(0x100, FAKE_IRQ_LEVEL);
    gicd_set_bit(0x100, FAKE_IRQ_EDGE);
    fake.physical_active[FAKE_CH_LEVEL] = true;
    notified(FAKE_CH_LEVEL);
    assert_int_equal(fake_take(0), FAKE_IRQ_LEVEL);
    fake_end(0, FAKE_IRQ_LEVEL);
    assert_false(fake.physical_active[FAKE_CH_LEVEL]);
    notified(FAKE_CH_EDGE);
    assert_int_equal(fake_take(0), FAKE_IRQ_EDGE);
    fake_logged("");
    notified(7);
    assert_true(fake_logged("channel 7, which has no interrupt"));
}

static bool fault_of(unsigned vcpu, uint64_t label)
{
    microkit_msginfo reply = 1;
    bool goes_on = fault(vcpu, MSGINFO(label, 0), &reply);
    assert_int_equal(reply, goes_on ? 0 : 1);
    return goes_on;
}

static void unclaimed_access_is_explained(void **state)
{
    (void)state;
    init();
    fake_logged("");
    fake.pages[0].pc = 0x400800;
    fake.pages[0].esr = ESR_EC_FIELD(ESR_EC_DABT_LOWER) | ESR_IL | ESR_ISV | 2u << 22;
    fake.pages[0].fault_gpa = NOBODY + 0x10;
    assert_true(fault_of(0, FAULT_VM));
    assert_string_equal(fake.log, "VMM|INFO: vCPU 0: read of 4 byte(s) at GPA 0xb000010, PC "
                                  "0x400800: not the guest's; external abort: usb@b000000: okay in "
                                  "the tree, not given\n");
}

static bool guest_calls(uint64_t function)
{
    fake.smc_called = 0;
    fake.pages[0].x[0] = function;
    fake.pages[0].esr = ESR_EC_FIELD(ESR_EC_SMC64) | ESR_IL;
    return fault_of(0, FAULT_VCPU);
}

static void firmware_calls(void **state)
{
    (void)state;
    set_table(0, 1);
    assert_does_not_start("0xc2000001: the VMM may not call the firmware");
    start(state);
    fake_vm_info->smc_allowed = 1;
    set_table(0, 1);
    init();
    assert_true(guest_calls(SIP_CALL));
    assert_int_equal(fake.smc_called, SIP_CALL);
    assert_true(guest_calls(SIP_CALL + 1));
    assert_int_equal(fake.smc_called, 0);
    assert_int_equal(fake.pages[0].x[0], -1);
}

static void off_stops_the_guest(void **state)
{
    (void)state;
    init();
    assert_false(guest_calls(PSCI_SYSTEM_OFF_SMC));
    assert_false(fake.running[0]);
    assert_int_equal(fake.smc_called, 0);
    assert_true(fake_logged("the guest is off\n"));
}

static void off_is_machine_off(void **state)
{
    (void)state;
    set_table(GUEST_TABLE_OFF_IS_MACHINE_OFF, 0);
    assert_does_not_start("give its <protection_domain> smc=\"true\"");
    start(state);
    fake_vm_info->smc_allowed = 1;
    set_table(GUEST_TABLE_OFF_IS_MACHINE_OFF, 0);
    init();
    assert_false(guest_calls(PSCI_SYSTEM_RESET_SMC));
    assert_int_equal(fake.smc_called, 0);
    assert_true(fake.running[0]);
    assert_false(guest_calls(PSCI_SYSTEM_OFF_SMC));
    assert_int_equal(fake.smc_called, PSCI_SYSTEM_OFF_SMC);
}

static void assert_restarted(void)
{
    assert_true(fake.running[0]);
    assert_int_equal(fake.pages[0].pc, KERNEL_GPA);
    assert_int_equal(*fake_ram(INITRD_GPA), 0x49);
    assert_int_equal(*fake_ram(INITRD_GPA + sizeof initrd), 0);
    assert_true(fake_logged("restart "));
}

static void reset_restarts(void **state)
{
    (void)state;
    init();
    memset(fake_ram(INITRD_GPA), 0x55, 0x1000);
    fake_logged("");
    assert_false(guest_calls(PSCI_SYSTEM_RESET_SMC));
    assert_restarted();
}

static void notification_restarts(void **state)
{
    (void)state;
    init();
    memset(fake_ram(INITRD_GPA), 0x55, 0x1000);
    fake_logged("");
    notified(RESTART_CHANNEL);
    assert_restarted();
    assert_false(guest_calls(PSCI_SYSTEM_OFF_SMC));
    assert_false(fake.running[0]);
    fake_logged("");
    notified(RESTART_CHANNEL); /* one that is off, too */
    assert_restarted();
}

static void pci_devices_are_off_the_bus(void **state)
{
    (void)state;
    share_ecam();
    set_table_with_pci(&host, 1);
    init();
    assert_true(fake.running[0]);
    assert_int_equal(ECAM_COMMAND, 0x107);
    assert_false(guest_calls(PSCI_SYSTEM_RESET_SMC));
    assert_int_equal(ECAM_COMMAND, 0x103);
    assert_true(strstr(fake.log, "PCI: 1 functions are off the bus, 0 of the root bus reset"));
    assert_restarted();
}

static void wrong_pci_hosts(void **state)
{
    const struct guest_pci hosts[] = {
        {(uintptr_t)ecam, ECAM_SIZE - 1, 0, 1}, {(uintptr_t)ecam, ECAM_SIZE, 0, 0},
        {(uintptr_t)ecam, ECAM_SIZE, 0, 2},     {(uintptr_t)ecam, ECAM_SIZE, 256, 1},
        {(uintptr_t)ecam, ECAM_SIZE, ~0u, 1},   {(uintptr_t)ecam, ~0ul, 1, ~0u},
        {(uintptr_t)ecam + 2, ECAM_SIZE, 0, 1},
    };
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        start(state);
        share_ecam();
        set_table_with_pci(&hosts[i], 1);
        assert_does_not_start("guest_register_pci: ");
    }
    const struct guest_pci elsewhere[] = {
        {(uintptr_t)ecam + 4096, ECAM_SIZE, 0, 1},
        {(uintptr_t)ecam - 4096, ECAM_SIZE, 0, 1},
        {(uintptr_t)ecam, ~0ul, 0, 1},
    };
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
        start(state);
        share_ecam();
        set_table_with_pci(&elsewhere[i], 1);
        assert_does_not_start("is not inside one device region of the VM");
    }
    const struct guest_pci five[] = {host, host, host, host, host};
    start(state);
    share_ecam();
    set_table_with_pci(five, 5);
    assert_does_not_start("4 hosts are registered");
}

static void nothing_mapped(void **state)
{
    (void)state;
    guest_table_vaddr = guest_table_size = 0;
    assert_does_not_start("setvar_prefill_size=\"guest_table_size\"");
    start(state);
    guest_ram_vaddr = 0;
    assert_does_not_start("setvar_vaddr=\"guest_ram_vaddr\"");
    start(state);
    guest_kernel_vaddr = guest_kernel_size = 0;
    assert_does_not_start("kernel: 0 bytes");
    start(state);
    guest_dtb_vaddr = guest_dtb_size = 0;
    assert_does_not_start("device tree: 0 bytes");
}

static void wrong_tables(void **state)
{
    (void)state;
    table->version++;
    assert_does_not_start("guest table: version 4");
    start(state);
    fake_vm_info->version++;
    assert_does_not_start("routing table: version 2");
    start(state);
    table->kernel_gpa += 0x1000;
    assert_does_not_start("is not a multiple of 2 MiB");
    start(state);
    table->dtb_gpa = NOBODY;
    assert_does_not_start("is not inside one region of guest RAM");
    start(state);
    table->initrd_gpa = table->dtb_gpa;
    assert_does_not_start("overlap; move the initrd");
}

static void interrupt_that_cannot_be(void **state)
{
    (void)state;
    struct vm_info_irq *irq =
        (struct vm_info_irq *)((uintptr_t)fake_vm_info + fake_vm_info->irq_offset);
    irq->intid = 5;
    assert_does_not_start("irq 5 is an SGI");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(boots, start),
        cmocka_unit_test_setup(boots_without_initrd, start),
        cmocka_unit_test_setup(interrupts_pass_through, start),
        cmocka_unit_test_setup(unclaimed_access_is_explained, start),
        cmocka_unit_test_setup(firmware_calls, start),
        cmocka_unit_test_setup(off_stops_the_guest, start),
        cmocka_unit_test_setup(off_is_machine_off, start),
        cmocka_unit_test_setup(reset_restarts, start),
        cmocka_unit_test_setup(notification_restarts, start),
        cmocka_unit_test_setup(pci_devices_are_off_the_bus, start),
        cmocka_unit_test_setup(wrong_pci_hosts, start),
        cmocka_unit_test_setup(nothing_mapped, start),
        cmocka_unit_test_setup(wrong_tables, start),
        cmocka_unit_test_setup(interrupt_that_cannot_be, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
