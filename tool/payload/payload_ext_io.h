/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * An io manager for libext2fs that reads mapped memory.
 */
#pragma once

#include <ext2fs/ext2fs.h>
#include <stdint.h>

/* A file system in memory, and what it may still cost to read it. */
struct ext_io {
    const uint8_t *bytes;
    uint64_t size;
    uint64_t reads_left, bytes_left;
};

/*
 * Opens, for reading only, the file system in `io`, of which `bytes` and `size` are set and which
 * has to stay. Returns 0 or libext2fs's error, and then `*fs` is NULL. A read fails with
 * EXT2_ET_CANCEL_REQUESTED once reading has cost too much.
 */
errcode_t ext_io_open(struct ext_io *io, const char *name, ext2_filsys *fs);
