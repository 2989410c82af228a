/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The runs of `make bench` that need a machine. Each fills in its rows; false, after saying why, if
 * the measuring did not work.
 */
#pragma once

#include <stdbool.h>

/* Our own guest, bare and in a VM. */
bool guest_measure(void);

/* The protection domains. */
bool pds_measure(void);

/* Linux up to /init, bare and in a VM. */
bool linux_measure(void);

/* Runs a guest of somebody else's, its arm64 image bare and a system image with it in a VM, and
 * shows their consoles. */
bool given_run(char *guest_image, char *system_image);
