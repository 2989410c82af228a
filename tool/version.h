/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The version of the whole tree.
 */
#pragma once

#define DROVER_VERSION "0.1.0"
