/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The other ends of network loads, on this host's 127.0.0.1: one that takes bytes, one that gives
 * them, one that counts packets.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct io_ports {
    uint16_t sink, source, counter;
};

/* Starts them; they live as long as this process. `wire` is how many bytes a second a TCP stream
 * carries, with queues as short as a wire's; 0: as many as it can. False, after saying why, if that
 * fails. */
bool io_peers_start(struct io_ports *ports, double wire);

/* What the next connection to the source is given, in bytes. */
void io_peer_give(uint64_t bytes);
