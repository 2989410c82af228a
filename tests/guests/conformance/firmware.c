/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * PSCI 1.1 (Arm DEN 0022D.b, chapter 5) and SMCCC discovery (DEN 0028E), by each conduit there is.
 * The number a check runs on says which: SMC or HVC.
 */
#include "check.h"
#include "psci.h"
#include "string.h"
#include "timer.h"

#define CONDUIT_SMC 1
#define CONDUIT_HVC 2
#define ABSENT_CPU  0x0102 /* an affinity that no CPU of the machine has */

static int32_t call(uint32_t conduit, uint32_t function, uint64_t a, uint64_t b, uint64_t c)
{
    return (int32_t)(conduit == CONDUIT_HVC ? hvc_call(function, a, b, c)
                                            : smc_call(function, a, b, c));
}

static int32_t feature(uint32_t conduit, uint32_t function)
{
    return call(conduit, PSCI_FEATURES, function, 0, 0);
}

static uint64_t own_affinity(void)
{
    return sysreg_read(mpidr_el1) & 0xff00ffffff;
}

static bool psci_version_is_1(uint32_t conduit)
{
    int32_t version = call(conduit, PSCI_VERSION, 0, 0, 0);
    EXPECT(version >> 16 == 1 && (version & 0xffff) >= 0);
    return true;
}

static bool psci_mandatory_functions(uint32_t conduit)
{
    static const uint32_t functions[] = {
        PSCI_VERSION,       PSCI_CPU_SUSPEND, PSCI_CPU_SUSPEND | PSCI_SMC64,
        PSCI_CPU_OFF,       PSCI_CPU_ON,      PSCI_CPU_ON | PSCI_SMC64,
        PSCI_AFFINITY_INFO, PSCI_SYSTEM_OFF,  PSCI_AFFINITY_INFO | PSCI_SMC64,
        PSCI_SYSTEM_RESET,  PSCI_FEATURES,
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        EXPECT(feature(conduit, functions[i]) >= 0);
    }
    return true;
}

static bool psci_features_of_unknown(uint32_t conduit)
{
    EXPECT(feature(conduit, 0x8400001f) == PSCI_NOT_SUPPORTED);
    EXPECT(feature(conduit, 0xc400001f) == PSCI_NOT_SUPPORTED);
    EXPECT(feature(conduit, 0x12345678) == PSCI_NOT_SUPPORTED);
    return true;
}

/* A function that PSCI_FEATURES denies says so itself. */
static bool psci_denied_functions(uint32_t conduit)
{
    static const uint32_t functions[] = {
        PSCI_MIGRATE_INFO_UP_CPU, PSCI_CPU_FREEZE,        PSCI_CPU_DEFAULT_SUSPEND,
        PSCI_NODE_HW_STATE,       PSCI_SYSTEM_SUSPEND,    PSCI_SET_SUSPEND_MODE,
        PSCI_STAT_RESIDENCY,      PSCI_STAT_COUNT,        PSCI_SYSTEM_RESET2,
        PSCI_MEM_PROTECT,         PSCI_MEM_PROTECT_RANGE, PSCI_MIGRATE,
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (feature(conduit, functions[i]) == PSCI_NOT_SUPPORTED) {
            EXPECT(call(conduit, functions[i], 0, 0, 0) == PSCI_NOT_SUPPORTED);
        }
    }
    return true;
}

static bool psci_cpu_on_errors(uint32_t conduit)
{
    for (uint32_t bits = 0; bits <= PSCI_SMC64; bits += PSCI_SMC64) {
        EXPECT(call(conduit, PSCI_CPU_ON | bits, own_affinity(), platform.ram_base, 0) ==
               PSCI_ALREADY_ON);
        EXPECT(call(conduit, PSCI_CPU_ON | bits, ABSENT_CPU, platform.ram_base, 0) == PSCI_INVALID);
    }
    return true;
}

static bool psci_affinity_info(uint32_t conduit)
{
    for (uint32_t bits = 0; bits <= PSCI_SMC64; bits += PSCI_SMC64) {
        EXPECT(call(conduit, PSCI_AFFINITY_INFO | bits, own_affinity(), 0, 0) == 0); /* on */
        EXPECT(call(conduit, PSCI_AFFINITY_INFO | bits, ABSENT_CPU, 0, 0) == PSCI_INVALID);
    }
    return true;
}

static bool psci_no_trusted_os(uint32_t conduit)
{
    int32_t type = call(conduit, PSCI_MIGRATE_INFO_TYPE, 0, 0, 0);
    EXPECT(type == 2 || type == PSCI_NOT_SUPPORTED); /* nothing to migrate, either way */
    EXPECT(call(conduit, PSCI_MIGRATE, 0, 0, 0) == PSCI_NOT_SUPPORTED);
    EXPECT(call(conduit, PSCI_MIGRATE_INFO_UP_CPU, 0, 0, 0) == PSCI_NOT_SUPPORTED);
    return true;
}

/* Standby may end early (5.4.5), but it has to end well. */
static bool psci_suspend_standby(uint32_t conduit)
{
    gic_enable(IRQ_VTIMER);
    uint64_t deadline = counter_read() + 20000;
    sysreg_write(cntv_cval_el0, deadline);
    sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
    while (counter_read() < deadline) {
        EXPECT(call(conduit, PSCI_CPU_SUSPEND, 0, 0, 0) == 0);
    }
    EXPECT(gicd_bit(GICD_ISPENDR, IRQ_VTIMER));
    return true;
}

static bool psci_suspend_invalid_state(uint32_t conduit)
{
    EXPECT(call(conduit, PSCI_CPU_SUSPEND, 0xfffe0000, 0, 0) == PSCI_INVALID);
    return true;
}

static bool unknown_functions(uint32_t conduit)
{
    static const uint32_t functions[] = {
        0x8400001f,             /* PSCI's own range */
        0xc400ffff, 0x82000000, /* SiP */
        0xc3000010,             /* OEM */
        0x86000000,             /* hypervisor */
        0xbf00ff00,             /* trusted OS */
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        EXPECT(call(conduit, functions[i], 1, 2, 3) == -1);
    }
    return true;
}

static bool smccc_discovery(uint32_t conduit)
{
    EXPECT(feature(conduit, SMCCC_VERSION) == 0);
    EXPECT(call(conduit, SMCCC_VERSION, 0, 0, 0) >= 0x10001);
    EXPECT(call(conduit, SMCCC_ARCH_FEATURES, SMCCC_VERSION, 0, 0) == 0);
    EXPECT(call(conduit, SMCCC_ARCH_FEATURES, SMCCC_ARCH_FEATURES, 0, 0) == 0);
    EXPECT(call(conduit, SMCCC_ARCH_FEATURES, 0x8000beef, 0, 0) == -1);
    return true;
}

/* SMCCC 1.1: x4 to x17 come back as they were; so do x18 to x30 and SP, or nothing would work. */
static bool call_keeps_registers(uint32_t conduit)
{
    uint64_t changed;
    register uint64_t which __asm__("x19") = conduit;
    __asm__ volatile("mov x0, %2\n"
                     ".irp n, 4,5,6,7,8,9,10,11,12,13,14,15,16,17\n"
                     "mov x\\n, #(0x100 + \\n)\n"
                     ".endr\n"
                     "cmp %1, #1\n"
                     "b.ne 1f\n"
                     "smc #0\n"
                     "b 2f\n"
                     "1: hvc #0\n"
                     "2: mov %0, #0\n"
                     ".irp n, 4,5,6,7,8,9,10,11,12,13,14,15,16,17\n"
                     "sub x\\n, x\\n, #(0x100 + \\n)\n"
                     "orr %0, %0, x\\n\n"
                     ".endr\n"
                     : "=&r"(changed)
                     : "r"(which), "r"((uint64_t)PSCI_VERSION)
                     : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11",
                       "x12", "x13", "x14", "x15", "x16", "x17", "cc", "memory");
    EXPECT(changed == 0);
    return true;
}

static void conduit_checks(uint32_t conduit)
{
    const struct check checks[] = {
        CHECK_ON(psci_version_is_1, conduit),          CHECK_ON(psci_mandatory_functions, conduit),
        CHECK_ON(psci_features_of_unknown, conduit),   CHECK_ON(psci_denied_functions, conduit),
        CHECK_ON(psci_cpu_on_errors, conduit),         CHECK_ON(psci_affinity_info, conduit),
        CHECK_ON(psci_no_trusted_os, conduit),         CHECK_ON(psci_suspend_standby, conduit),
        CHECK_ON(psci_suspend_invalid_state, conduit), CHECK_ON(unknown_functions, conduit),
        CHECK_ON(call_keeps_registers, conduit),
    };
    const struct check discovery[] = {CHECK_ON(smccc_discovery, conduit)};
    checks_run(checks, sizeof checks / sizeof *checks);
    if (string_has_word(platform.bootargs, "smccc")) {
        checks_run(discovery, 1);
    }
}

void firmware_checks(void)
{
    bool both = string_has_word(platform.bootargs, "hvc");
    if (both || !platform.psci_hvc) {
        conduit_checks(CONDUIT_SMC);
    }
    if (both || platform.psci_hvc) {
        conduit_checks(CONDUIT_HVC);
    }
}
