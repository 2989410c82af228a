/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copies received frames into the memory of one client, so that the client sees nobody else's and
 * cannot keep buffers that others need. Every buffer goes back at once; if the client has given no
 * buffer to copy into, the frame is lost.
 */
#include "connection.h"

__attribute__((section(".net_copy_config"), used)) net_copy_config_t config;

static net_queue_handle_t source;
static net_queue_handle_t client;
static bool is_open;

/* The frame in a received buffer, or NULL if it names none. */
static const void *frame_find(const net_buff_desc_t *buffer)
{
    const region_resource_t *region = &config.rx_data[buffer->oid];
    if (region->vaddr == NULL || buffer->len > NET_BUFFER_SIZE || buffer->len > region->size ||
        buffer->io_or_offset > region->size - buffer->len) {
        return NULL;
    }
    return (const char *)region->vaddr + buffer->io_or_offset;
}

/* False: the client gets nothing of it. */
static bool frame_copy(const net_buff_desc_t *buffer)
{
    const void *frame = frame_find(buffer);
    net_buff_desc_t copy;
    if (frame == NULL || net_dequeue_free(&client, &copy) != 0) {
        return false;
    }
    if (copy.io_or_offset % NET_BUFFER_SIZE != 0 ||
        copy.io_or_offset / NET_BUFFER_SIZE >= client.capacity) {
        return false;
    }
    __builtin_memcpy((char *)config.client_data.vaddr + copy.io_or_offset, frame, buffer->len);
    copy.len = buffer->len;
    copy.oid = 0;
    return net_enqueue_active(&client, copy) == 0;
}

static bool turn(void)
{
    net_buff_desc_t buffer;
    uint32_t count = 0;
    bool client_is_served = false;
    while (count < source.capacity && net_dequeue_active(&source, &buffer) == 0) {
        client_is_served |= frame_copy(&buffer);
        (void)net_enqueue_free(&source, buffer); /* full only if the source has broken it */
        count++;
    }
    if (client_is_served) {
        net_connection_tell_active(&client, config.client.id);
    }
    if (count != 0) {
        net_connection_tell_free(&source, config.rx.id);
    }
    return count != 0;
}

/* The client's free queue is looked into when there is a frame, so nobody need notify of it. */
static void request_signals(void)
{
    net_request_signal_active(&source);
}

static void cancel_signals(void)
{
    net_cancel_signal_active(&source);
}

static const struct net_work work = {turn, request_signals, cancel_signals};

void init(void)
{
    if (!net_config_check_magic(&config)) {
        net_config_refuse("nobody has written .net_copy_config");
        return;
    }
    if (!net_connection_open(&source, &config.rx) ||
        !net_connection_open(&client, &config.client)) {
        net_config_refuse("the queues");
        return;
    }
    if (config.client_data.vaddr == NULL ||
        config.client_data.size / NET_BUFFER_SIZE < client.capacity) {
        net_config_refuse("the client's data region is too small for its num_buffers");
        return;
    }
    is_open = true;
    net_cancel_signal_free(&client);
    net_buffers_init(&client, 0);
    net_work_run(&work);
}

void notified(microkit_channel ch)
{
    (void)ch;
    if (is_open) {
        net_work_run(&work);
    }
}
