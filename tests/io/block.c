/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Requests to a block device, past the page cache, so many at a time.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/fs.h>

#include "io.h"
#include "uring.h"

#define DEPTH_MAX   64
#define REQUEST_MAX ((uint64_t)1 << 20)

struct run {
    int fd;
    bool is_write, is_random;
    uint64_t size, depth, count;
    uint64_t places; /* of `size` bytes on the device */
    uint64_t next;
    uint32_t seed;
    uint8_t *memory;
    struct uring uring;
};

/* xorshift32 (Marsaglia 2003): the same places in each run. */
static uint32_t random_next(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static void request(struct run *run, uint64_t slot)
{
    uint64_t place = run->is_random ? random_next(&run->seed) : run->next;
    struct io_uring_sqe *sqe = uring_prepare(&run->uring);
    run->next++;
    sqe->opcode = run->is_write ? IORING_OP_WRITE_FIXED : IORING_OP_READ_FIXED;
    sqe->fd = run->fd;
    sqe->addr = (uintptr_t)(run->memory + slot * run->size);
    sqe->len = (uint32_t)run->size;
    sqe->off = place % run->places * run->size;
    sqe->user_data = slot;
}

static void run_open(struct run *run, char **argv)
{
    uint64_t bytes;
    run->is_write = strcmp(argv[1], "write") == 0;
    run->is_random = strcmp(argv[2], "random") == 0;
    run->size = io_number(argv[3], REQUEST_MAX);
    run->depth = io_number(argv[4], DEPTH_MAX);
    run->count = io_number(argv[5], UINT32_MAX);
    run->seed = 1;
    run->fd = open(argv[0], (run->is_write ? O_RDWR : O_RDONLY) | O_DIRECT);
    if (run->fd < 0 || ioctl(run->fd, BLKGETSIZE64, &bytes) != 0) {
        io_die(argv[0]);
    }
    run->places = bytes / run->size;
    run->memory = mmap(NULL, run->depth * run->size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (run->places == 0 || run->memory == MAP_FAILED || !uring_open(&run->uring, DEPTH_MAX) ||
        !uring_pin(&run->uring, run->memory, run->depth * run->size)) {
        io_die(argv[0]);
    }
}

int io_block(int argc, char **argv)
{
    static struct run run;
    (void)argc;
    run_open(&run, argv);
    uint64_t begun = 0, done = 0, start = io_microseconds();
    for (; begun < run.depth && begun < run.count; begun++) {
        request(&run, begun);
    }
    while (done < run.count) {
        uint64_t slot;
        int32_t result;
        if (!uring_enter(&run.uring)) {
            io_die("io_uring_enter");
        }
        while (uring_pop(&run.uring, &slot, &result)) {
            if (result != (int32_t)run.size) {
                errno = result < 0 ? -result : EIO;
                io_die(argv[0]);
            }
            done++;
            if (begun < run.count) {
                request(&run, slot);
                begun++;
            }
        }
    }
    printf("io block: %s %s %s %llu bytes, depth %llu: %llu requests in %llu us\n", argv[0],
           argv[1], argv[2], (unsigned long long)run.size, (unsigned long long)run.depth,
           (unsigned long long)done, (unsigned long long)(io_microseconds() - start));
    return EXIT_SUCCESS;
}
