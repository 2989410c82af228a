/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Calls to the firmware, or to whoever stands in for it: SMCCC (Arm DEN 0028) and PSCI 1.1 (DEN
 * 0022).
 */
#pragma once

#include <stdint.h>

#define PSCI_VERSION             0x84000000
#define PSCI_CPU_SUSPEND         0x84000001
#define PSCI_CPU_OFF             0x84000002
#define PSCI_CPU_ON              0x84000003
#define PSCI_AFFINITY_INFO       0x84000004
#define PSCI_MIGRATE             0x84000005
#define PSCI_MIGRATE_INFO_TYPE   0x84000006
#define PSCI_MIGRATE_INFO_UP_CPU 0x84000007
#define PSCI_SYSTEM_OFF          0x84000008
#define PSCI_SYSTEM_RESET        0x84000009
#define PSCI_FEATURES            0x8400000a
#define PSCI_CPU_FREEZE          0x8400000b
#define PSCI_CPU_DEFAULT_SUSPEND 0x8400000c
#define PSCI_NODE_HW_STATE       0x8400000d
#define PSCI_SYSTEM_SUSPEND      0x8400000e
#define PSCI_SET_SUSPEND_MODE    0x8400000f
#define PSCI_STAT_RESIDENCY      0x84000010
#define PSCI_STAT_COUNT          0x84000011
#define PSCI_SYSTEM_RESET2       0x84000012
#define PSCI_MEM_PROTECT         0x84000013
#define PSCI_MEM_PROTECT_RANGE   0x84000014
#define PSCI_SMC64               0x40000000 /* set in the SMC64 form of a function */

#define PSCI_NOT_SUPPORTED (-1)
#define PSCI_INVALID       (-2)
#define PSCI_DENIED        (-3)
#define PSCI_ALREADY_ON    (-4)
#define PSCI_NOT_PRESENT   (-7)
#define PSCI_INVALID_GPA   (-9)

#define SMCCC_VERSION       0x80000000
#define SMCCC_ARCH_FEATURES 0x80000001

/* By the conduit that the device tree names. Returns x0. */
int64_t psci_call(uint32_t function, uint64_t a, uint64_t b, uint64_t c);

/* By one conduit. */
int64_t smc_call(uint32_t function, uint64_t a, uint64_t b, uint64_t c);
int64_t hvc_call(uint32_t function, uint64_t a, uint64_t b, uint64_t c);
