/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The little of io_uring (io_uring_setup(2), io_uring_enter(2)) that the agent uses, without a
 * library: operations are prepared, given to the kernel together, and their results popped.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/io_uring.h>

struct uring {
    int fd;
    unsigned sq_mask, cq_mask;
    unsigned *sq_tail, *cq_head, *cq_tail;
    struct io_uring_sqe *sqes;
    struct io_uring_cqe *cqes;
    unsigned prepared; /* operations that the kernel does not have yet */
};

/* A ring for `entries` operations at a time. False with errno. */
bool uring_open(struct uring *uring, unsigned entries);

/* Pins `size` bytes of memory at `va` as buffer 0. False with errno. */
bool uring_pin(struct uring *uring, void *va, size_t size);

/* Registers a file as number 0 of those that IOSQE_FIXED_FILE speaks of: the kernel looks it up
 * once, not for each operation. False with errno. */
bool uring_keep_file(struct uring *uring, int fd);

/* The next operation to fill in, zeroed. At most `entries` before uring_enter(). */
struct io_uring_sqe *uring_prepare(struct uring *uring);

/* Gives the kernel what was prepared, and waits until at least one result is there. False with
 * errno. */
bool uring_enter(struct uring *uring);

/* Takes a result: what the operation's user_data was, and its result or a negative errno. */
bool uring_pop(struct uring *uring, uint64_t *user_data, int32_t *result);
