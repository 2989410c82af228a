/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Calls to the firmware below the kernel.
 */
#pragma once

#include <stdint.h>

/* Makes an SMC with x0..x7 from `x`, where the results go too. SMC Calling Convention, Arm DEN0028.
 */
void firmware_call(uint64_t x[8]);
