/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * How a driver VM's VMM and the agent in its guest talk about a disk. There is a port of a
 * virtio-console (a byte channel between the two) and a pool (memory of the guest's, which the
 * agent keeps in place and the VMM has mapped). The agent says in its greeting where the pool is;
 * from then on the port carries doorbells only, and everything else lies in the pool.
 *
 *     agent                          VMM
 *     opens the port
 *     struct agent_hello     ->
 *                            <-      struct agent_answer
 *     doorbell               ->      there is a completion
 *                            <-      doorbell: there is a request
 *                            <-      goodbye: you have broken a promise; go
 *     closes the port, or dies
 *
 * What goes through the port is written with one write and read with one read. Structures are
 * little-endian. Each side takes what the other says as input: it copies first, then checks.
 *
 * Rings: a request stands in slot `request_tail % AGENT_RING_SIZE` before `request_tail` counts it,
 * a completion in slot `completion_tail % AGENT_RING_SIZE` before `completion_tail` does. The
 * indices start at 0 with each greeting and wrap at 2^32. A tag is a request's from when it is
 * written to the ring to when its completion is read; at most `depth` are in use, so neither ring
 * can overflow and nobody tells the other how far he has read. Completions come in any order.
 *
 * Doorbells: who waits writes to his `_event` the index that he waits for and looks at the ring
 * once more; who moves a tail past that index rings (agent_wants_doorbell()). A doorbell too many
 * does no harm.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AGENT_MAGIC   0x746e65676176u /* "vagent" */
#define AGENT_VERSION 1

/* The name of the port, to which the server's number is added: /sys/class/virtio-ports/X/name. */
#define AGENT_BLOCK_PORT "org.drover.block."

/* The pool is made of pages of this size, each one piece for the guest and for the VMM. A huge page
 * of Linux's on arm64 whatever the size of its base pages. */
#define AGENT_PAGE_SIZE 0x200000u
#define AGENT_PAGE_MAX  32

#define AGENT_DEPTH_MAX 256 /* requests that the agent has at a time */
#define AGENT_RING_SIZE AGENT_DEPTH_MAX
#define AGENT_SIZE_MAX  0x40000u /* bytes of data that one request moves */
#define AGENT_ALIGN     4096u /* of its data in the pool, of its place on the disk, of both sizes */

/* Offsets in the pool (bytes): all but the data stands in its first page. */
#define AGENT_RINGS_OFFSET       0x0
#define AGENT_REQUESTS_OFFSET    0x1000
#define AGENT_COMPLETIONS_OFFSET 0x3000
#define AGENT_DATA_OFFSET        0x4000

/* Each side's words have a cache line of their own. */
struct agent_rings {
    uint32_t request_tail;     /* the VMM's */
    uint32_t completion_event; /* the VMM's */
    uint8_t reserved[120];
    uint32_t completion_tail; /* the agent's */
    uint32_t request_event;   /* the agent's */
};

enum agent_operation {
    AGENT_READ,         /* disk to pool */
    AGENT_WRITE,        /* pool to disk */
    AGENT_FLUSH,        /* completed when all writes that were completed before are on the medium */
    AGENT_DISCARD,      /* the contents are not needed any more; no data */
    AGENT_WRITE_ZEROES, /* a write of zeroes; no data */
};

struct agent_request {
    uint32_t operation;   /* enum agent_operation */
    uint32_t tag;         /* below the greeting's `depth` */
    uint64_t disk_offset; /* bytes */
    uint64_t size;        /* bytes; AGENT_SIZE_MAX is the most with data */
    uint64_t pool_offset; /* bytes; where there is no data, 0 */
};

enum agent_status {
    AGENT_OK,
    AGENT_ERROR_IO,      /* the disk could not do all of it */
    AGENT_ERROR_INVALID, /* no such operation, outside of disk or pool, not aligned */
};

struct agent_completion {
    uint32_t tag;
    uint32_t status; /* enum agent_status */
};

enum agent_disk_flags {
    AGENT_DISK_READ_ONLY = 1,
    AGENT_DISK_DISCARD = 2, /* AGENT_DISCARD may be asked */
};

#define AGENT_SERIAL_SIZE 64

/* The agent's greeting: the first that it writes to the port. */
struct agent_hello {
    uint64_t magic;
    uint32_t version;
    uint32_t depth;              /* 1 to AGENT_DEPTH_MAX */
    uint64_t capacity;           /* bytes */
    uint32_t logical_block_size; /* bytes, a power of two from 512 to AGENT_ALIGN */
    uint32_t physical_block_size;
    uint32_t discard_granularity;   /* bytes; 0 without AGENT_DISK_DISCARD */
    uint32_t disk_flags;            /* enum agent_disk_flags */
    char serial[AGENT_SERIAL_SIZE]; /* printable ASCII; behind it, at least one NUL */
    uint32_t reserved;
    uint32_t page_count; /* of the pool, in the order of its bytes */
    uint64_t page_gpa[AGENT_PAGE_MAX];
};

enum agent_verdict {
    AGENT_ACCEPTED,
    AGENT_REFUSED_VERSION, /* the VMM's is in the answer */
    AGENT_REFUSED_POOL,    /* not guest RAM that the VMM has mapped, or misaligned */
    AGENT_REFUSED_DISK,    /* facts that no disk has, or too small */
    AGENT_REFUSED_HELLO,   /* no greeting at all */
};

struct agent_answer {
    uint64_t magic;
    uint32_t version;
    uint32_t verdict; /* enum agent_verdict */
};

/* Bytes on the port after that; any other is a broken promise. */
#define AGENT_DOORBELL 'd'
#define AGENT_GOODBYE  'g' /* the VMM's only */

_Static_assert(sizeof(struct agent_rings) == 136 && sizeof(struct agent_request) == 32 &&
                   sizeof(struct agent_completion) == 8 && sizeof(struct agent_answer) == 16 &&
                   offsetof(struct agent_hello, serial) == 40 &&
                   offsetof(struct agent_hello, page_gpa) == 112 &&
                   sizeof(struct agent_hello) == 368,
               "a layout of two programs");
_Static_assert(AGENT_REQUESTS_OFFSET + AGENT_RING_SIZE * sizeof(struct agent_request) <=
                       AGENT_COMPLETIONS_OFFSET &&
                   AGENT_COMPLETIONS_OFFSET + AGENT_RING_SIZE * sizeof(struct agent_completion) <=
                       AGENT_DATA_OFFSET,
               "the rings lie one behind the other");

/* Whether who moved a tail from `old_tail` to `new_tail` has to ring: the other waits for one of
 * the entries between. `event` is the other's, read after the tail was written. */
static inline bool agent_wants_doorbell(uint32_t event, uint32_t old_tail, uint32_t new_tail)
{
    return new_tail - event - 1 < new_tail - old_tail;
}
