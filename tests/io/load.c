/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A load of writes, to a disk and not to a file system's file, whose writes Linux would make one
 * after the other, of which every acknowledged one is accounted for. A part of the disk is cut into
 * places of one block; a write to a place carries its owner, the place, a number that grows with
 * each write, and a checksum over all that. In a round each place is written once. After it, when
 * nothing is under way, every place is read back: it has to hold the last write that was
 * acknowledged. An older number is a lost write, or an old one that came again after a newer one.
 * Where the load has ended in the midst of it, `check` says whether what it had acknowledged is
 * there.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "io.h"
#include "uring.h"

#define BLOCK  4096
#define PLACES 128
#define DEPTH  16

struct record {
    uint64_t owner; /* a number that whoever loads the disk has for itself */
    uint64_t place;
    uint64_t number; /* 0: never written */
    uint64_t filler[BLOCK / 8 - 4];
    uint64_t sum; /* of all before, FNV-1a by words */
};

_Static_assert(sizeof(struct record) == BLOCK, "a record is a block");

static uint64_t sum_of(const struct record *record)
{
    const uint64_t *words = (const uint64_t *)record;
    uint64_t sum = 0xcbf29ce484222325u;
    for (size_t i = 0; i < BLOCK / 8 - 1; i++) {
        sum = (sum ^ words[i]) * 0x100000001b3u;
    }
    return sum;
}

static void record_make(struct record *record, uint64_t owner, uint64_t place, uint64_t number)
{
    record->owner = owner;
    record->place = place;
    record->number = number;
    for (size_t i = 0; i < sizeof record->filler / 8; i++) {
        record->filler[i] = number * 0x9e3779b97f4a7c15u + i;
    }
    record->sum = sum_of(record);
}

struct load {
    int fd;
    uint64_t owner;
    uint64_t offset; /* of place 0, in bytes */
    struct uring uring;
    struct record *records; /* DEPTH of them */
    uint64_t place[DEPTH];
    uint64_t last[PLACES]; /* the last acknowledged number */
    bool is_busy[PLACES];  /* a write is under way */
    uint64_t number;
    uint64_t acknowledged, flushes;
};

static void file_open(struct load *load, const char *path)
{
    load->fd = open(path, O_RDWR | O_DIRECT);
    load->records = mmap(NULL, DEPTH * BLOCK, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (load->fd < 0 || load->records == MAP_FAILED || !uring_open(&load->uring, 2 * DEPTH) ||
        !uring_pin(&load->uring, load->records, DEPTH * BLOCK)) {
        io_die(path);
    }
}

static void write_begin(struct load *load, uint64_t slot)
{
    uint64_t place = load->number * 769 % PLACES; /* 769 and PLACES have no common factor */
    while (load->is_busy[place]) {
        place = (place + 1) % PLACES;
    }
    load->number++;
    load->is_busy[place] = true;
    load->place[slot] = place;
    record_make(&load->records[slot], load->owner, place, load->number);
    struct io_uring_sqe *sqe = uring_prepare(&load->uring);
    sqe->opcode = IORING_OP_WRITE_FIXED;
    sqe->fd = load->fd;
    sqe->addr = (uintptr_t)&load->records[slot];
    sqe->len = BLOCK;
    sqe->off = load->offset + place * BLOCK;
    sqe->user_data = slot;
}

static void write_end(struct load *load, uint64_t slot, int32_t result)
{
    if (result != BLOCK) {
        errno = result < 0 ? -result : EIO;
        io_die("a write failed");
    }
    load->last[load->place[slot]] = load->records[slot].number;
    load->is_busy[load->place[slot]] = false;
    load->acknowledged++;
}

/* Writes `count` records, DEPTH at a time, and flushes. Says when a part of them is there. */
static void round_write(struct load *load, uint64_t count)
{
    uint64_t begun = 0, done = 0;
    for (; begun < DEPTH; begun++) {
        write_begin(load, begun);
    }
    while (done < count) {
        uint64_t slot;
        int32_t result;
        if (!uring_enter(&load->uring)) {
            io_die("io_uring_enter");
        }
        while (uring_pop(&load->uring, &slot, &result)) {
            write_end(load, slot, result);
            done++;
            if (done == count / 8) {
                puts("io load: a round has begun");
                fflush(stdout);
            }
            if (begun < count) {
                write_begin(load, slot);
                begun++;
            }
        }
    }
    if (fdatasync(load->fd) != 0) {
        io_die("fdatasync");
    }
    load->flushes++;
}

static bool record_is_whole(const struct record *record, uint64_t owner, uint64_t place)
{
    return record->sum == sum_of(record) && record->owner == owner && record->place == place;
}

static bool record_lost(const struct record *record, uint64_t owner, uint64_t place, uint64_t last)
{
    printf("io load: LOST at place %llu: write %llu was acknowledged, %llu is there, %s\n",
           (unsigned long long)place, (unsigned long long)last, (unsigned long long)record->number,
           record->sum != sum_of(record)           ? "its sum is wrong"
           : record_is_whole(record, owner, place) ? "its sum is right"
                                                   : "of another owner or place");
    return false;
}

static const struct record *place_read(struct load *load, uint64_t place)
{
    if (pread(load->fd, load->records, BLOCK, (off_t)(load->offset + place * BLOCK)) != BLOCK) {
        io_die("read back");
    }
    return load->records;
}

static bool round_check(struct load *load)
{
    for (uint64_t place = 0; place < PLACES; place++) {
        const struct record *record = place_read(load, place);
        if (load->last[place] != 0 &&
            (!record_is_whole(record, load->owner, place) || record->number != load->last[place])) {
            return record_lost(record, load->owner, place, load->last[place]);
        }
    }
    return true;
}

int io_load(int argc, char **argv)
{
    static struct load load;
    (void)argc;
    uint64_t rounds = io_number(argv[2], UINT32_MAX);
    load.offset = io_number(argv[1], UINT32_MAX) << 20;
    load.owner = io_number(argv[3], UINT32_MAX);
    file_open(&load, argv[0]);
    for (uint64_t round = 1; round <= rounds; round++) {
        round_write(&load, PLACES);
        if (!round_check(&load)) {
            return EXIT_FAILURE;
        }
        printf("io load: round %llu, %llu writes acknowledged, %llu flushes, all there\n",
               (unsigned long long)round, (unsigned long long)load.acknowledged,
               (unsigned long long)load.flushes);
        fflush(stdout);
    }
    return EXIT_SUCCESS;
}

/* Each place holds a whole write: of the last round that was told of, or a newer one. */
int io_check(int argc, char **argv)
{
    static struct load load;
    uint64_t newest = 0;
    (void)argc;
    load.offset = io_number(argv[1], UINT32_MAX) << 20;
    load.owner = io_number(argv[2], UINT32_MAX);
    uint64_t acknowledged = io_number(argv[3], UINT32_MAX);
    file_open(&load, argv[0]);
    for (uint64_t place = 0; place < PLACES; place++) {
        const struct record *record = place_read(&load, place);
        if (!record_is_whole(record, load.owner, place) ||
            record->number + PLACES <= acknowledged) {
            record_lost(record, load.owner, place, acknowledged);
            return EXIT_FAILURE;
        }
        newest = record->number > newest ? record->number : newest;
    }
    printf("io check: all %d places hold what was acknowledged; the newest write is %llu\n", PLACES,
           (unsigned long long)newest);
    return EXIT_SUCCESS;
}
