/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The agent of guest/agent as a process of the host: its port is a socket, its pool memory that it
 * shares with the fake guest's RAM, its disk a file.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define AGENT_DISK_BLOCKS 64u

/* The exit status of an agent that has called refuse(): not that of a sanitizer. */
#define AGENT_REFUSED 3

struct agent_process {
    pid_t pid;
    int port; /* the VMM's end; -1: it has gone */
};

/* Whether the host lets programs use io_uring, and files past the page cache. */
bool agent_process_possible(void);

/* A fresh disk of zeroes; the pool is shared from now on. */
void agent_disk_create(void);
void agent_disk_remove(void);

/* The disk's contents, as a program that reads the file sees them. */
void agent_disk_read(uint8_t (*blocks)[4096]);

/* Starts an agent for `depth` requests at a time. */
void agent_process_start(struct agent_process *process, uint32_t depth);

/* Waits up to `milliseconds` for something of the agent's; fails the test after 20 s in all.
 * Returns its size, 0 if there was nothing, -1 if the agent has gone. */
int agent_process_hear(struct agent_process *process, void *bytes, uint32_t size, int milliseconds);

/* Kills it, if it has not ended by itself, and returns its exit status, or -1 if it was killed. */
int agent_process_end(struct agent_process *process, bool kill_it);
