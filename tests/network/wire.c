/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * In place of a network card's driver: the wire ends here, at a host that answers who-has and echo
 * requests. io addresses are VAs of this PD, as in the VMM of a driver VM.
 */
#include <microkit.h>

#include <sddf/network/config.h>
#include <sddf/network/queue.h>

#include "network/ping/host.h"
#include "layout.h"

__attribute__((section(".net_driver_config"), used)) net_driver_config_t config;

static net_queue_handle_t rx;
static net_queue_handle_t tx;
static struct host host = {.mac = WIRE_MAC, .address = WIRE_IP};
static uint8_t answer[2048];

/* A frame comes in from the wire. */
static void frame_arrive(size_t size)
{
    net_buff_desc_t buffer;
    if (size == 0 || net_dequeue_free(&rx, &buffer) != 0) {
        return;
    }
    __builtin_memcpy((void *)(uintptr_t)buffer.io_or_offset, answer, size);
    buffer.len = (uint16_t)size;
    net_enqueue_active(&rx, buffer);
    if (net_require_signal_active(&rx)) {
        net_cancel_signal_active(&rx);
        microkit_notify(config.virt_rx.id);
    }
}

void init(void)
{
    net_queue_init(&rx, config.virt_rx.free_queue.vaddr, config.virt_rx.active_queue.vaddr,
                   config.virt_rx.num_buffers);
    net_queue_init(&tx, config.virt_tx.free_queue.vaddr, config.virt_tx.active_queue.vaddr,
                   config.virt_tx.num_buffers);
    net_cancel_signal_free(&rx); /* a frame without a buffer is lost */
}

void notified(microkit_channel ch)
{
    net_buff_desc_t buffer;
    (void)ch;
    do {
        while (net_dequeue_active(&tx, &buffer) == 0) {
            const uint8_t *frame = (const uint8_t *)(uintptr_t)buffer.io_or_offset;
            frame_arrive(host_receive(&host, frame, buffer.len, 0, answer));
            net_enqueue_free(&tx, buffer);
        }
        net_request_signal_active(&tx);
    } while (!net_queue_empty_active(&tx));
    if (net_require_signal_free(&tx)) {
        net_cancel_signal_free(&tx);
        microkit_notify(config.virt_tx.id);
    }
}
