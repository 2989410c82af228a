/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the programs of the network class share: opening a connection that the configuration names,
 * telling the other end, and the turns that everybody gets.
 */
#pragma once

#include <microkit.h>
#include <sddf/network/config.h>
#include <sddf/network/queue.h>

/* Sets up a handle from a configuration. False if the queues' memory is missing or too small, the
 * capacity is no power of two, or there can be no such channel: the handle then holds nothing. */
bool net_connection_open(net_queue_handle_t *queue, const net_connection_resource_t *conn);

/* Prints what is wrong with this program's configuration; for init(), which then leaves everything
 * as it is. */
void net_config_refuse(const char *what);

/* The destination MAC of a frame in shared memory, at VA `frame`: read once. */
mac_addr_t net_frame_dest(uintptr_t frame);

/* Notify the other end of a connection, if it waits for what was put into its active or its free
 * queue. */
void net_connection_tell_active(net_queue_handle_t *queue, microkit_channel ch);
void net_connection_tell_free(net_queue_handle_t *queue, microkit_channel ch);

/* What a program does with its queues. */
struct net_work {
    /* Serves each queue once, up to a bounded number of descriptors, and notifies whom that
     * concerns. False: nothing could be moved. */
    bool (*turn)(void);
    /* Asks to be notified about each queue that is consumed, or takes that back. */
    void (*request_signals)(void);
    void (*cancel_signals)(void);
};

/* Works until nothing can be moved and everybody has been asked for a notification. Nothing that is
 * put into a queue meanwhile is missed. */
void net_work_run(const struct net_work *work);
