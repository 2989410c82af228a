/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * CPUs that are switched on, off and to sleep (PSCI 1.1, Arm DEN 0022D.b, 5.4 to 5.7), and what one
 * finds when it comes up (6.4).
 */
#include "psci.h"
#include "smp.h"

#define EL1          (1ull << 2) /* CurrentEL */
#define DAIF_MASKED  0x3c0ull
#define SCTLR_M      0x0001ull
#define SCTLR_C      0x0004ull
#define SCTLR_I      0x1000ull
#define AFFINITY_ON  0
#define AFFINITY_OFF 1
#define ROUNDS       5

static int32_t affinity_info(uint32_t cpu, uint32_t level)
{
    return (int32_t)psci_call(PSCI_AFFINITY_INFO | PSCI_SMC64, cpu, level, 0);
}

static uint64_t number_and_argument(uint64_t argument)
{
    return argument << 8 | cpu_number();
}

static bool cpus_come_up_as_after_reset(uint32_t intid)
{
    (void)intid;
    for (uint32_t cpu = 1; cpu < cpu_count(); cpu++) {
        EXPECT(cpu_start(cpu, number_and_argument, cpu + 100) == 0);
        EXPECT(cpu_join(cpu) == (((uint64_t)cpu + 100) << 8 | cpu));
        const struct cpu_slot *slot = &cpu_slots[cpu]; /* found by x0 */
        EXPECT(slot->el >= EL1 && slot->spsel == 1);
        EXPECT(slot->daif == DAIF_MASKED);
        EXPECT((slot->sctlr & (SCTLR_M | SCTLR_C | SCTLR_I)) == 0);
    }
    return true;
}

static bool cpus_leave_and_come_back(uint32_t intid)
{
    (void)intid;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t cpu = 1; cpu < cpu_count(); cpu++) {
            EXPECT(affinity_info(cpu, 0) == AFFINITY_OFF);
            EXPECT(cpu_start(cpu, number_and_argument, round) == 0);
        }
        for (uint32_t cpu = 1; cpu < cpu_count(); cpu++) {
            EXPECT(cpu_join(cpu) == (round << 8 | cpu));
        }
    }
    return true;
}

static bool cpu_on_of_what_is_on(uint32_t intid)
{
    (void)intid;
    smp_prepare();
    EXPECT(smp_launch(1, smp_take_one, 0));
    EXPECT(affinity_info(1, 0) == AFFINITY_ON);
    for (uint32_t bits = 0; bits <= PSCI_SMC64; bits += PSCI_SMC64) {
        EXPECT((int32_t)psci_call(PSCI_CPU_ON | bits, 1, platform.ram_base, 0) == PSCI_ALREADY_ON);
    }
    gicd_write(GICD_SGIR, GICD_SGIR_LIST(2) | 1);
    EXPECT(cpu_join(1) == 1);
    EXPECT(affinity_info(1, 0) == AFFINITY_OFF);
    return true;
}

static bool cpu_on_of_what_is_not(uint32_t intid)
{
    (void)intid;
    const uint64_t absent[] = {cpu_count(), 0xff, 0x100, 0x10000, 1ull << 32};
    for (uint32_t i = 0; i < sizeof absent / sizeof *absent; i++) {
        EXPECT((int32_t)psci_call(PSCI_CPU_ON | PSCI_SMC64, absent[i], platform.ram_base, 0) ==
               PSCI_INVALID);
        EXPECT((int32_t)psci_call(PSCI_AFFINITY_INFO | PSCI_SMC64, absent[i], 0, 0) ==
               PSCI_INVALID);
    }
    return true;
}

/* The whole is on while one CPU is. */
static bool affinity_levels(uint32_t intid)
{
    (void)intid;
    for (uint32_t level = 1; level <= 3; level++) {
        EXPECT(affinity_info(0, level) == AFFINITY_ON);
    }
    return true;
}

static uint64_t stand_by(uint64_t argument)
{
    (void)argument;
    smp_prepare();
    smp_ready();
    while ((gicd_read(GICD_ISPENDR) & 0xffff) == 0) {
        if ((int32_t)psci_call(PSCI_CPU_SUSPEND | PSCI_SMC64, 0, 0, 0) != 0) {
            return SMP_NOTHING;
        }
    }
    return smp_is_interrupted() ? smp_iar[cpu_number()] : SMP_NOTHING;
}

static bool sgi_ends_a_standby(uint32_t intid)
{
    (void)intid;
    smp_prepare();
    for (uint32_t cpu = 1; cpu < cpu_count(); cpu++) {
        EXPECT(smp_launch(cpu, stand_by, 0));
        gicd_write(GICD_SGIR, GICD_SGIR_LIST(1u << cpu) | 6);
        EXPECT(cpu_join(cpu) == 6);
    }
    return true;
}

void smp_firmware_checks(void)
{
    static const struct check checks[] = {
        CHECK(cpus_come_up_as_after_reset),
        CHECK(cpus_leave_and_come_back),
        CHECK(cpu_on_of_what_is_on),
        CHECK(cpu_on_of_what_is_not),
        CHECK(affinity_levels),
        CHECK(sgi_ends_a_standby),
    };
    checks_run(checks, sizeof checks / sizeof *checks);
}
