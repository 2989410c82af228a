/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The parts of the agent: a program in a driver VM that serves its disk to the VMM
 * (drover/agent.h is what they say to each other). main.c has the order of things; disk.c, pool.c
 * and port.c find what it needs, greeting.c introduces it, serve.c is the loop, uring.c the
 * kernel's interface that it uses.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <drover/agent.h>

#include "uring.h"

/* Ends the program: what cannot be done, and what to do about it. */
_Noreturn void refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A line for the log. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- file.c ---- */

/* Reads the text file at `path` without the newline at its end; false if that cannot be done. */
bool file_read(const char *path, char *text, size_t size);

/* ---- disk.c ---- */

struct disk {
    int fd;
    const char *path;
    uint64_t capacity; /* bytes, a multiple of AGENT_ALIGN */
    uint32_t logical_block_size;
    uint32_t physical_block_size;
    uint32_t discard_granularity; /* 0: no discard */
    int discard_mode;             /* of fallocate() */
    bool is_read_only;
    bool is_file;
    char serial[AGENT_SERIAL_SIZE];
};

/*
 * Waits for the block device (or file) `path`, then opens it past the page cache and for nobody
 * else: while a file system is mounted on it, or an agent that has died still has writes under way,
 * it waits. Writes of the past therefore never follow those that this agent is given.
 */
void disk_open(struct disk *disk, const char *path);

/* ---- pool.c ---- */

struct pool {
    uint8_t *va;
    uint64_t size; /* bytes, a multiple of AGENT_PAGE_SIZE */
    uint64_t page_gpa[AGENT_PAGE_MAX];
};

/*
 * Maps the pool: huge pages of the file `name` in a file system of such pages. The file outlives
 * the agent, and an agent that is started again finds the same pages: what the VMM still writes
 * there before it knows that the one before has died reaches nobody else's memory.
 */
void pool_open(struct pool *pool, const char *name, uint64_t size);

/* Finds out where in guest RAM the pages are. For after they have been pinned. */
void pool_locate(struct pool *pool);

/* ---- port.c ---- */

/* Opens the port, waiting for it to appear and for whoever has it open to go. Not blocking. */
int port_open(const char *path);

/* The path of the port that the VMM named `name`; waits for it to appear. */
void port_find(const char *name, char *path, size_t size);

/* Writes all of it in one piece. */
void port_write(int fd, const void *bytes, size_t size);

/* Waits for something, and reads it. */
size_t port_read(int fd, void *bytes, size_t size);

/* ---- greeting.c ---- */

struct agent {
    struct disk disk;
    struct pool pool;
    struct uring uring;
    int port;
    uint32_t depth;
    struct agent_rings *rings;
    const volatile struct agent_request *requests;
    struct agent_completion *completions;
    uint32_t request_head;    /* read up to here */
    uint32_t completion_tail; /* written up to here */
    uint32_t completion_rung; /* and the VMM knows up to here */
    bool is_disk_kept;        /* by the kernel, as file 0 of the ring's */
    bool is_port_polled;      /* it is read when something has come */
    uint8_t received[64];     /* by the read of the port that is under way */
    struct {
        bool is_busy;
        struct agent_request request;
        uint64_t done;        /* bytes */
        bool is_allocated;    /* a file's blocks are; that is yet to be written down */
    } slots[AGENT_DEPTH_MAX]; /* by tag */
};

/* Clears the rings, introduces the agent, and waits to be accepted. */
void greeting_exchange(struct agent *agent);

/* ---- serve.c ---- */

/* Serves until the VMM ends it. Does not return. */
_Noreturn void serve(struct agent *agent);
