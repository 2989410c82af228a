/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Ordinary files of the host that go into a payload as a whole.
 */
#pragma once

#include "payload.h"

/*
 * Reads the file `path` of at most `limit` bytes, whatever size it claims to have: those of /sys
 * claim anything. `what` is for messages. Reports what is wrong and returns false.
 */
bool payload_file_read(struct payload_bytes *file, const char *path, const char *what,
                       size_t limit);

/* The same of an open descriptor, which is closed. */
bool payload_file_read_from(struct payload_bytes *file, int descriptor, const char *path,
                            const char *what, size_t limit);
