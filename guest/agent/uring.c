/*
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "uring.h"

/* In linux/io_uring.h from 5.19, 6.0 and 6.1 on. */
#ifndef IORING_SETUP_COOP_TASKRUN
#define IORING_SETUP_COOP_TASKRUN (1u << 8)
#endif
#ifndef IORING_SETUP_SINGLE_ISSUER
#define IORING_SETUP_SINGLE_ISSUER (1u << 12)
#endif
#ifndef IORING_SETUP_DEFER_TASKRUN
#define IORING_SETUP_DEFER_TASKRUN (1u << 13)
#endif

/* One program uses the ring, and looks at results only where it waits: an interrupt of the disk
 * need not stop it. What an older kernel does not know is left out. */
static int ring_create(unsigned entries, struct io_uring_params *params)
{
    static const unsigned flags[] = {
        IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,
        IORING_SETUP_COOP_TASKRUN,
        0,
    };
    int fd = -1;
    for (unsigned i = 0; i < sizeof flags / sizeof *flags && fd < 0; i++) {
        *params = (struct io_uring_params){.flags = flags[i]};
        fd = (int)syscall(SYS_io_uring_setup, entries, params);
        if (fd < 0 && errno != EINVAL) {
            break;
        }
    }
    return fd;
}

static void *ring_map(int fd, size_t size, off_t what)
{
    return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, what);
}

bool uring_open(struct uring *uring, unsigned entries)
{
    struct io_uring_params params;
    uring->fd = ring_create(entries, &params);
    if (uring->fd < 0) {
        return false;
    }
    if ((params.features & IORING_FEAT_SINGLE_MMAP) == 0 ||
        (params.features & IORING_FEAT_FAST_POLL) == 0) {
        errno = ENOSYS;
        return false;
    }
    size_t sq_size = params.sq_off.array + params.sq_entries * sizeof(unsigned);
    size_t cq_size = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
    uint8_t *rings = ring_map(uring->fd, sq_size > cq_size ? sq_size : cq_size, IORING_OFF_SQ_RING);
    uring->sqes =
        ring_map(uring->fd, params.sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
    if (rings == MAP_FAILED || uring->sqes == MAP_FAILED) {
        return false;
    }
    uring->sq_mask = params.sq_entries - 1;
    uring->cq_mask = params.cq_entries - 1;
    uring->sq_tail = (unsigned *)(rings + params.sq_off.tail);
    uring->cq_head = (unsigned *)(rings + params.cq_off.head);
    uring->cq_tail = (unsigned *)(rings + params.cq_off.tail);
    uring->cqes = (struct io_uring_cqe *)(rings + params.cq_off.cqes);
    unsigned *array = (unsigned *)(rings + params.sq_off.array);
    for (unsigned i = 0; i < params.sq_entries; i++) {
        array[i] = i;
    }
    uring->prepared = 0;
    return true;
}

bool uring_pin(struct uring *uring, void *va, size_t size)
{
    struct iovec buffer = {va, size};
    return syscall(SYS_io_uring_register, uring->fd, IORING_REGISTER_BUFFERS, &buffer, 1) == 0;
}

bool uring_keep_file(struct uring *uring, int fd)
{
    return syscall(SYS_io_uring_register, uring->fd, IORING_REGISTER_FILES, &fd, 1) == 0;
}

struct io_uring_sqe *uring_prepare(struct uring *uring)
{
    struct io_uring_sqe *sqe = &uring->sqes[(*uring->sq_tail + uring->prepared) & uring->sq_mask];
    uring->prepared++;
    memset(sqe, 0, sizeof *sqe);
    return sqe;
}

bool uring_enter(struct uring *uring)
{
    __atomic_store_n(uring->sq_tail, *uring->sq_tail + uring->prepared, __ATOMIC_RELEASE);
    unsigned submit = uring->prepared;
    uring->prepared = 0;
    for (;;) {
        long taken =
            syscall(SYS_io_uring_enter, uring->fd, submit, 1, IORING_ENTER_GETEVENTS, NULL, 0);
        if (taken < 0 && errno != EINTR) {
            return false;
        }
        submit -= taken < 0 ? 0 : (unsigned)taken;
        if (submit == 0) {
            return true;
        }
    }
}

bool uring_pop(struct uring *uring, uint64_t *user_data, int32_t *result)
{
    unsigned head = *uring->cq_head;
    if (head == __atomic_load_n(uring->cq_tail, __ATOMIC_ACQUIRE)) {
        return false;
    }
    const struct io_uring_cqe *cqe = &uring->cqes[head & uring->cq_mask];
    *user_data = cqe->user_data;
    *result = cqe->res;
    __atomic_store_n(uring->cq_head, head + 1, __ATOMIC_RELEASE);
    return true;
}
