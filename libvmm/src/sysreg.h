/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * System registers that a guest may touch but not have.
 */
#pragma once

#include <stdbool.h>

#include "platform.h"

/* Emulates the trapped MRS or MSR of `page->esr`. False: the register does not exist for a guest.
 */
bool sysreg_access(unsigned vcpu, struct vcpu_page *page);
