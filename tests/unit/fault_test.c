/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fault dispatch: syndromes of every size and sign, handlers of devices, accesses that nobody
 * claims, system registers, and the bound on what a guest can make its VMM print.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <libvmm/arch/aarch64/fault.h>

#include "esr.h"
#include "guest_state.h"
#include "guest_table_build.h"
#include "libvmm/fake.h"

#define DEVICE      0xa000000ul
#define DEVICE_SIZE 0x200ul
#define REFUSED     0x100 /* offset that the device refuses */
#define NOBODY      0xb000000ul
#define PC          0x400800ul
#define VBAR        0x800000ul

#define DATA_ABORT (ESR_EC_FIELD(ESR_EC_DABT_LOWER) | ESR_IL | 7)

static struct {
    size_t offset;
    uint64_t data; /* what was written, or what is read */
    uint64_t mask;
    unsigned count;
} device;

/* A device with one word. */
static bool device_access(size_t vcpu_id, size_t offset, size_t fsr, seL4_UserContext *regs,
                          void *data)
{
    assert_ptr_equal(data, &device);
    device.count++;
    device.offset = offset;
    device.mask = fault_get_data_mask(offset, fsr);
    if (offset == REFUSED) {
        return false;
    }
    if (fault_is_write(fsr)) {
        device.data = fault_get_data(regs, fsr);
    }
    return fault_advance(vcpu_id, regs, offset, fsr, device.data);
}

static int start(void **state)
{
    (void)state;
    static bool is_registered;
    fake_start(1);
    fake.pages[0].pc = PC;
    fake.pages[0].pstate = 0x5; /* EL1h */
    fake.regs[0][VCPU_REG_VBAR_EL1] = VBAR;
    fake.regs[0][VCPU_REG_SCTLR_EL1] = 1ul << 23;
    if (!is_registered) {
        assert_true(
            fault_register_vm_exception_handler(DEVICE, DEVICE_SIZE, device_access, &device));
        is_registered = true;
    }
    device.count = 0;
    return 0;
}

static bool fault_at(uint64_t gpa, uint64_t esr)
{
    fake.pages[0].esr = esr;
    fake.pages[0].fault_gpa = gpa;
    fake.pages[0].far_va = 0xffff000000000000 | gpa;
    return fault_handle(0, MSGINFO((uint64_t)FAULT_VM, 4));
}

static uint64_t syndrome(unsigned sas, bool sign, bool wide, unsigned rt, bool write)
{
    return DATA_ABORT | ESR_ISV | (uint64_t)sas << 22 | (sign ? ESR_SSE : 0) | (uint64_t)rt << 16 |
           (wide ? ESR_SF : 0) | (write ? ESR_WNR : 0);
}

/* Whether the guest has just taken an exception with `esr` at the vector for EL1h. */
static void assert_exception(uint64_t esr)
{
    assert_int_equal(fake.pages[0].pc, VBAR + 0x200);
    assert_int_equal(fake.regs[0][VCPU_REG_ESR_EL1], esr);
    assert_int_equal(fake.regs[0][VCPU_REG_ELR_EL1], PC);
}

/* Every size, signed or not, into 32 or 64 bits, into every register. */
static void read_extension(void **state)
{
    (void)state;
    const uint64_t word = 0x80a1b2c384d5e6f7;
    static const uint64_t expected[4][2][2] = {
        /* by size: {unsigned to 32, 64}, {signed to 32, 64} */
        {{0xf7, 0xf7}, {0xfffffff7, 0xfffffffffffffff7}},
        {{0xe6f7, 0xe6f7}, {0xffffe6f7, 0xffffffffffffe6f7}},
        {{0x84d5e6f7, 0x84d5e6f7}, {0x84d5e6f7, 0xffffffff84d5e6f7}},
        {{0x84d5e6f7, 0x80a1b2c384d5e6f7}, {0x84d5e6f7, 0x80a1b2c384d5e6f7}},
    };
    for (unsigned variant = 0; variant < 16 * 32; variant++) {
        unsigned sas = variant & 3, sign = variant >> 2 & 1, wide = variant >> 3 & 1;
        unsigned rt = variant >> 4;
        struct vcpu_page *page = &fake.pages[0];
        for (unsigned i = 0; i < 31; i++) {
            page->x[i] = 0x1111111111111111 * (i & 7);
        }
        page->pc = PC;
        device.data = word;
        assert_true(fault_at(DEVICE + 8, syndrome(sas, sign, wide, rt, false)));
        assert_int_equal(page->pc, PC + 4);
        for (unsigned i = 0; i < 31; i++) {
            assert_int_equal(page->x[i],
                             i == rt ? expected[sas][sign][wide] : 0x1111111111111111 * (i & 7));
        }
    }
}

static void read_lanes(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 4; byte++) {
        device.data = 0x44332211;
        fault_at(DEVICE + byte, syndrome(0, false, false, 3, false));
        assert_int_equal(fake.pages[0].x[3], 0x11 * (byte + 1));
        assert_int_equal(device.mask, 0xfful << byte * 8);
    }
    fault_at(DEVICE + 2, syndrome(1, true, true, 3, false));
    assert_int_equal(fake.pages[0].x[3], 0x4433);
    assert_int_equal(device.mask, 0xffff0000);
    fault_at(DEVICE + 4, syndrome(3, false, true, 3, false));
    assert_int_equal(device.mask, ~0ul);
}

static void writes(void **state)
{
    (void)state;
    static const uint64_t expected[4] = {0xf7, 0xe6f7, 0x84d5e6f7, 0x80a1b2c384d5e6f7};
    for (unsigned sas = 0; sas < 4; sas++) {
        fake.pages[0].x[30] = 0x80a1b2c384d5e6f7;
        assert_true(fault_at(DEVICE + DEVICE_SIZE - 8, syndrome(sas, false, true, 30, true)));
        assert_int_equal(device.data, expected[sas]);
        assert_int_equal(device.offset, DEVICE_SIZE - 8);
        fault_at(DEVICE, syndrome(sas, false, true, 31, true)); /* xzr */
        assert_int_equal(device.data, 0);
    }
}

static void emulated_words(void **state)
{
    (void)state;
    seL4_UserContext *regs = (seL4_UserContext *)&fake.pages[0];
    uint64_t byte_write = syndrome(0, false, false, 0, true);
    assert_int_equal(fault_emulate(regs, 0x44332211, 2, byte_write, 0xaa), 0x44aa2211);
    assert_int_equal(fault_emulate(regs, 0, 2, byte_write & ~(uint64_t)ESR_WNR, 0x44332211),
                     0x330000);
    assert_int_equal(fault_get_width_bytes(byte_write), 1);
    assert_int_equal(fault_get_width_bytes(byte_write & ~(uint64_t)ESR_ISV), -1);
    assert_null(decode_rt(32, regs));
    *decode_rt(31, regs) = 5;
    assert_int_equal(*decode_rt(31, regs), 0);
    assert_ptr_equal(decode_rt(30, regs), &fake.pages[0].x[30]);
}

/* The distributor, with registers that have something to extend. */
static void distributor_registers(void **state)
{
    (void)state;
    struct vcpu_page *page = &fake.pages[0];
    gicd_store(0x400 + 100, 0xf0);
    fault_at(FAKE_GICD + 0x400 + 100, syndrome(0, true, true, 9, false));
    assert_int_equal(page->x[9], 0xfffffffffffffff0);
    fault_at(FAKE_GICD + 0x400 + 100, syndrome(0, true, false, 9, false));
    assert_int_equal(page->x[9], 0xfffffff0);
    fault_at(FAKE_GICD + 0xc00, syndrome(2, true, true, 9, false));
    assert_int_equal(page->x[9], 0xffffffffaaaaaaaa);
    page->x[30] = 0x1234;
    fault_at(FAKE_GICD + 0x004, syndrome(2, false, false, 31, false)); /* into xzr */
    assert_int_equal(page->x[30], 0x1234);
    page->x[0] = 1;
    fault_at(FAKE_GICD, syndrome(2, false, false, 0, true));
    fault_at(FAKE_GICD, syndrome(2, false, false, 31, true)); /* xzr */
    assert_int_equal(gicd_load(0), 0);
}

static void handlers_refused(void **state)
{
    (void)state;
    static const uint64_t ranges[][2] = {
        {0xc000000, 0},
        {~0ul, 2},
        {DEVICE, DEVICE_SIZE},
        {DEVICE - 1, 2},
        {DEVICE + DEVICE_SIZE - 1, 1},
        {0, ~0ul},
        {DEVICE + 1, 1},
    };
    for (unsigned i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        assert_false(fault_register_vm_exception_handler(ranges[i][0], ranges[i][1], device_access,
                                                         &device));
        assert_true(fake_logged("fault_register_vm_exception_handler"));
    }
    assert_true(
        fault_register_vm_exception_handler(DEVICE + DEVICE_SIZE, 8, device_access, &device));
    assert_true(fault_register_vm_exception_handler(~0ul, 1, device_access, &device));
    for (unsigned i = 3; i < 32; i++) {
        assert_true(fault_register_vm_exception_handler(0xd000000 + i, 1, device_access, &device));
    }
    assert_false(fault_register_vm_exception_handler(0xe000000, 1, device_access, &device));
    assert_true(fake_logged("32 ranges"));
    fault_at(0xd000000 + 9, syndrome(0, false, false, 0, false));
    fault_at(DEVICE, syndrome(2, false, false, 0, false));
    assert_int_equal(device.count, 2);
}

static void unclaimed_access(void **state)
{
    (void)state;
    assert_true(fault_at(NOBODY, syndrome(1, false, false, 4, true)));
    assert_exception(ESR_EC_FIELD(ESR_EC_DABT_SAME) | ESR_IL | ESR_WNR | ESR_FSC_EXTERNAL);
    assert_int_equal(fake.regs[0][VCPU_REG_FAR_EL1], 0xffff000000000000 | NOBODY);
    assert_string_equal(fake.log, "VMM|INFO: vCPU 0: write of 2 byte(s) at GPA 0xb000000, PC "
                                  "0x400800: not the guest's; external abort (nearest region: "
                                  "\"uart\" + 0x2000000)\n");
}

/* A VMM that knows its board says what is there, or that nothing is; else what is near. */
static void unclaimed_access_with_places(void **state)
{
    (void)state;
    static const struct table_place places[] = {{NOBODY, 0x1000, "usb@b000000, not given: 100%"},
                                                {0xe000000, 0x1000, "pcie@e000000"}};
    static uint64_t bytes[64];
    size_t size = guest_table_build(bytes, sizeof bytes,
                                    &(struct table_choice){.places = places, .place_count = 2});
    fault_register_places(guest_table_check((uintptr_t)bytes, size));
    assert_true(fault_at(NOBODY + 0xfff, syndrome(1, false, false, 4, true)));
    assert_string_equal(fake.log, "VMM|INFO: vCPU 0: write of 2 byte(s) at GPA 0xb000fff, PC "
                                  "0x400800: not the guest's; external abort: usb@b000000, not "
                                  "given: 100%\n");
    fake_logged("");
    fault_at(NOBODY + 0x1000, syndrome(2, false, false, 4, false));
    assert_true(fake_logged("external abort: nobody: no node of the board's tree has registers at "
                            "this byte\n"));
    fault_register_places(NULL);
    fault_at(NOBODY, syndrome(2, false, false, 4, false));
    assert_true(fake_logged("external abort (nearest region: "));
}

static void device_refuses(void **state)
{
    (void)state;
    assert_true(fault_at(DEVICE + REFUSED, syndrome(2, false, false, 4, false)));
    assert_int_equal(device.count, 1);
    assert_exception(ESR_EC_FIELD(ESR_EC_DABT_SAME) | ESR_IL | ESR_FSC_EXTERNAL);
}

/* LDP, write-back and the like, even where a device is. */
static void no_syndrome(void **state)
{
    (void)state;
    static const uint64_t at[] = {DEVICE, FAKE_GICD, NOBODY};
    for (unsigned i = 0; i < 3; i++) {
        fake.pages[0].pc = PC;
        fake.pages[0].pstate = 0x5;
        assert_true(fault_at(at[i], DATA_ABORT | ESR_WNR));
        assert_exception(ESR_EC_FIELD(ESR_EC_DABT_SAME) | ESR_IL | ESR_WNR | ESR_FSC_EXTERNAL);
    }
    assert_int_equal(device.count, 0);
}

static void cache_maintenance_of_nothing(void **state)
{
    (void)state;
    assert_true(fault_at(NOBODY, DATA_ABORT | ESR_CM | ESR_WNR));
    assert_int_equal(fake.pages[0].pc, PC + 4);
    assert_int_equal(fake.log_lines, 1); /* guest_init()'s */
}

static void fetch_from_nowhere(void **state)
{
    (void)state;
    assert_true(fault_at(NOBODY, ESR_EC_FIELD(ESR_EC_IABT_LOWER) | ESR_IL | 6));
    assert_exception(ESR_EC_FIELD(ESR_EC_IABT_SAME) | ESR_IL | ESR_FSC_EXTERNAL);
    assert_true(fake_logged("fetch of 4 byte(s)"));
}

/* The guest's own tables point to where nothing is. */
static void table_walk_to_nowhere(void **state)
{
    (void)state;
    assert_true(fault_at(NOBODY, DATA_ABORT | ESR_S1PTW));
    assert_exception(ESR_EC_FIELD(ESR_EC_DABT_SAME) | ESR_IL | ESR_FSC_EXTERNAL_WALK);
}

static void log_is_bounded(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 10 * GUEST_LOG_MAX; i++) {
        fake.pages[0].pstate = 0x5;
        assert_true(fault_at(NOBODY, syndrome(2, false, false, 4, false)));
    }
    assert_true(fake.log_lines <= GUEST_LOG_MAX + 2);
    assert_true(fake_logged("100 lines about what the guest does; this is the last"));
}

/* ---- Other exceptions ---- */

static bool exception(uint64_t esr)
{
    fake.pages[0].pc = PC;
    fake.pages[0].pstate = 0x5;
    fake.pages[0].esr = esr;
    return fault_handle(0, MSGINFO((uint64_t)FAULT_VCPU, 0));
}

static uint64_t sysreg(unsigned op0, unsigned op1, unsigned crn, unsigned crm, unsigned op2,
                       unsigned rt, bool read)
{
    return ESR_EC_FIELD(ESR_EC_SYSREG) | ESR_IL | ESR_SYS_REG(op0, op1, crn, crm, op2) | rt << 5 |
           (read ? ESR_SYS_READ : 0);
}

static void debug_registers(void **state)
{
    (void)state;
    static const uint8_t registers[][5] = {
        {2, 0, 0, 2, 2},  {2, 0, 0, 15, 4}, {2, 0, 0, 0, 5},  {2, 0, 1, 3, 4},  {2, 0, 7, 14, 6},
        {2, 3, 0, 1, 0},  {3, 0, 1, 0, 1},  {3, 0, 9, 14, 1}, {3, 3, 9, 12, 0}, {3, 3, 9, 13, 0},
        {3, 3, 9, 14, 3}, {3, 3, 14, 8, 0}, {3, 3, 14, 15, 7}};
    for (unsigned i = 0; i < sizeof registers / sizeof *registers; i++) {
        const uint8_t *r = registers[i];
        fake.pages[0].x[6] = ~0ul;
        assert_true(exception(sysreg(r[0], r[1], r[2], r[3], r[4], 6, false)));
        assert_int_equal(fake.pages[0].pc, PC + 4);
        assert_true(exception(sysreg(r[0], r[1], r[2], r[3], r[4], 6, true)));
        assert_int_equal(fake.pages[0].pc, PC + 4);
        assert_int_equal(fake.pages[0].x[6], 0);
        assert_true(exception(sysreg(r[0], r[1], r[2], r[3], r[4], 31, true)));
    }
}

static void os_lock(void **state)
{
    (void)state;
    vcpu_reset(0);
    exception(sysreg(2, 0, 1, 1, 4, 6, true)); /* OSLSR_EL1 */
    assert_int_equal(fake.pages[0].x[6], 0xa);
    exception(sysreg(2, 0, 1, 0, 4, 31, false)); /* OSLAR_EL1 = xzr */
    exception(sysreg(2, 0, 1, 1, 4, 6, true));
    assert_int_equal(fake.pages[0].x[6], 0x8);
    fake.pages[0].x[7] = 1;
    exception(sysreg(2, 0, 1, 0, 4, 7, false));
    exception(sysreg(2, 0, 1, 1, 4, 6, true));
    assert_int_equal(fake.pages[0].x[6], 0xa);
}

static void undefined_for_a_guest(void **state)
{
    (void)state;
    const uint64_t undefined[] = {
        sysreg(3, 1, 15, 2, 1, 6, true), sysreg(3, 4, 1, 1, 0, 6, true),
        sysreg(2, 1, 0, 0, 0, 6, true),  sysreg(1, 0, 7, 6, 2, 6, false),
        ESR_EC_FIELD(0x03) | ESR_IL,     ESR_EC_FIELD(0x19) | ESR_IL,
        ESR_EC_FIELD(0x3c) | ESR_IL,     ESR_EC_FIELD(0x2f) | ESR_IL,
    };
    for (unsigned i = 0; i < sizeof undefined / sizeof *undefined; i++) {
        fake.regs[0][VCPU_REG_FAR_EL1] = 0x77;
        assert_true(exception(undefined[i]));
        assert_exception(ESR_IL);
        assert_int_equal(fake.regs[0][VCPU_REG_FAR_EL1], 0x77);
    }
}

static void wait_instruction(void **state)
{
    (void)state;
    assert_true(exception(ESR_EC_FIELD(ESR_EC_WFX) | ESR_IL));
    assert_int_equal(fake.pages[0].pc, PC + 4);
}

static void faults_of_others(void **state)
{
    (void)state;
    assert_false(fault_handle(1, MSGINFO((uint64_t)FAULT_VM, 4)));
    assert_true(fake_logged("virtual memory fault of child 1, which is no vCPU"));
    assert_false(fault_handle(~0ul, MSGINFO((uint64_t)FAULT_VCPU, 0)));
    for (uint64_t label = 0; label < 16; label++) {
        if (label < FAULT_VM || label > FAULT_VCPU) {
            assert_false(fault_handle(0, MSGINFO(label, 0)));
        }
        assert_non_null(fault_to_string(label));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(read_extension, start),
        cmocka_unit_test_setup(read_lanes, start),
        cmocka_unit_test_setup(writes, start),
        cmocka_unit_test_setup(emulated_words, start),
        cmocka_unit_test_setup(distributor_registers, start),
        cmocka_unit_test_setup(unclaimed_access, start),
        cmocka_unit_test_setup(unclaimed_access_with_places, start),
        cmocka_unit_test_setup(device_refuses, start),
        cmocka_unit_test_setup(no_syndrome, start),
        cmocka_unit_test_setup(cache_maintenance_of_nothing, start),
        cmocka_unit_test_setup(fetch_from_nowhere, start),
        cmocka_unit_test_setup(table_walk_to_nowhere, start),
        cmocka_unit_test_setup(debug_registers, start),
        cmocka_unit_test_setup(os_lock, start),
        cmocka_unit_test_setup(undefined_for_a_guest, start),
        cmocka_unit_test_setup(wait_instruction, start),
        cmocka_unit_test_setup(faults_of_others, start),
        cmocka_unit_test_setup(log_is_bounded, start),
        cmocka_unit_test_setup(handlers_refused, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
