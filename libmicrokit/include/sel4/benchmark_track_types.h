/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Empty: sDDF's benchmark includes it, but uses its types only where the kernel keeps such
 * records, which gen_config.h says and Drover's does not.
 */
#pragma once
