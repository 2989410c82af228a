/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Connections of the network class, see connection.h.
 */
#include "connection.h"

bool net_connection_open(net_queue_handle_t *queue, const net_connection_resource_t *conn)
{
    size_t size = net_queue_size(conn->num_buffers);
    bool usable = conn->id <= MICROKIT_MAX_CHANNEL_ID && conn->free_queue.size >= size &&
                  conn->active_queue.size >= size;
    return net_queue_init(queue, conn->free_queue.vaddr, conn->active_queue.vaddr,
                          usable ? conn->num_buffers : 0);
}

void net_config_refuse(const char *what)
{
    microkit_dbg_puts(microkit_name);
    microkit_dbg_puts("|ERROR: configuration: ");
    microkit_dbg_puts(what);
    microkit_dbg_puts("; does nothing\n");
}

mac_addr_t net_frame_dest(uintptr_t frame)
{
    const volatile ether_hdr_t *header = (const volatile ether_hdr_t *)frame;
    mac_addr_t dest;
    for (unsigned i = 0; i < MAC802_BYTES; i++) {
        dest.addr[i] = header->dest.addr[i];
    }
    return dest;
}

void net_connection_tell_active(net_queue_handle_t *queue, microkit_channel ch)
{
    if (net_require_signal_active(queue)) {
        net_cancel_signal_active(queue);
        microkit_notify(ch);
    }
}

void net_connection_tell_free(net_queue_handle_t *queue, microkit_channel ch)
{
    if (net_require_signal_free(queue)) {
        net_cancel_signal_free(queue);
        microkit_notify(ch);
    }
}

void net_work_run(const struct net_work *work)
{
    for (;;) {
        work->turn();
        work->request_signals();
        if (!work->turn()) {
            return;
        }
        work->cancel_signals();
    }
}
