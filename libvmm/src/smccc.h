/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Function identifiers of the SMC Calling Convention (Arm DEN0028, 2.5).
 */
#pragma once

#include <stdint.h>

#define SMCCC_FAST         0x80000000u
#define SMCCC_64           0x40000000u
#define SMCCC_OWNER(id)    ((id) >> 24 & 0x3f)
#define SMCCC_MBZ          0x00ff0000u /* must be zero in a fast call */
#define SMCCC_FUNCTION(id) ((id)&0xffff)

#define SMCCC_OWNER_ARCH     0
#define SMCCC_OWNER_SIP      2
#define SMCCC_OWNER_OEM      3
#define SMCCC_OWNER_STANDARD 4

/* Arm architecture calls (DEN0028, 7). */
#define SMCCC_VERSION_ID       0x80000000u
#define SMCCC_ARCH_FEATURES_ID 0x80000001u

#define SMCCC_VERSION_1_1   0x10001
#define SMCCC_NOT_SUPPORTED (-1)
