/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The states of the block server, and what happens in each when the virtualiser, the agent or the
 * guest's end does something.
 */
#include <sddf/util/fence.h>

#include <libvmm/serve/block.h>
#include <libvmm/util/util.h>

#include "block_state.h"
#include "guest_state.h"

const char *block_server_state_name(enum block_server_state state)
{
    static const char *const names[] = {
        [BLOCK_SERVER_CLOSED] = "closed",
        [BLOCK_SERVER_CONNECTING] = "connecting",
        [BLOCK_SERVER_CONNECTED] = "connected",
        [BLOCK_SERVER_DRAINING] = "draining",
    };
    return names[state];
}

static bool connection_is_sound(const blk_connection_resource_t *virt)
{
    return virt->num_buffers != 0 && virt->req_queue.vaddr != NULL &&
           virt->req_queue.size >= blk_queue_req_size(virt->num_buffers) &&
           virt->resp_queue.vaddr != NULL &&
           virt->resp_queue.size >= blk_queue_resp_size(virt->num_buffers) &&
           virt->storage_info.vaddr != NULL &&
           virt->storage_info.size >= BLK_STORAGE_INFO_REGION_SIZE;
}

bool block_server_init(struct block_server *server, const struct block_server_config *config)
{
    const blk_connection_resource_t *virt = config->virt;
    server->config = *config;
    server->state = BLOCK_SERVER_CLOSED;
    if (!connection_is_sound(virt)) {
        LOG_VMM_ERR("disk server %s: %u requests do not fit into its queues of %lu and %lu bytes, "
                    "or its storage_info of %lu bytes is too small\n",
                    config->name, virt->num_buffers, (unsigned long)virt->req_queue.size,
                    (unsigned long)virt->resp_queue.size, (unsigned long)virt->storage_info.size);
        return false;
    }
    blk_queue_init(&server->queue, virt->req_queue.vaddr, virt->resp_queue.vaddr,
                   virt->num_buffers);
    block_requests_init(server);
    block_pieces_init(server);
    return true;
}

void block_server_send_byte(struct block_server *server)
{
    static const uint8_t doorbell = AGENT_DOORBELL, goodbye = AGENT_GOODBYE;
    bool is_doorbell = server->state == BLOCK_SERVER_CONNECTED;
    server->byte_due =
        !server->config.ops->send(server->config.data, is_doorbell ? &doorbell : &goodbye, 1);
    server->counts.doorbells += is_doorbell && !server->byte_due;
}

/* Notifies the virtualiser if there is something for it. */
static void server_notify(struct block_server *server)
{
    if (server->notify_due) {
        server->notify_due = false;
        server->counts.notifications++;
        server->config.ops->notify(server->config.data);
    }
}

/* What the agent has is taken back; it is not asked any more. */
static void server_leave(struct block_server *server, enum block_server_state state,
                         const char *reason)
{
    uint32_t kept = block_requests_rewind(server);
    block_pieces_drop(server);
    server->byte_due = false;
    server->state = state;
    server->counts.reissued += kept;
    if (guest_log_allowed()) {
        LOG_VMM("disk server %s: %s, because %s; %u requests that it left unanswered are kept\n",
                server->config.name, block_server_state_name(state), reason, kept);
    }
}

/* The agent has broken a promise: it is told to go. Closed is the server when it has gone. */
static void server_dismiss(struct block_server *server, const char *reason)
{
    server_leave(server, BLOCK_SERVER_DRAINING, reason);
    block_server_send_byte(server);
}

/* Does all there is to do for a connected agent. */
static void server_run(struct block_server *server)
{
    const char *broken;
    if (block_pieces_complete(server, &broken)) {
        block_pieces_issue(server);
    } else {
        server_dismiss(server, broken);
    }
}

void block_server_notified(struct block_server *server)
{
    server->counts.notified++;
    block_requests_answer_done(server);
    if (server->state == BLOCK_SERVER_CONNECTED) {
        server_run(server);
    }
    server_notify(server);
}

void block_server_opened(struct block_server *server)
{
    if (server->state != BLOCK_SERVER_CLOSED) {
        block_server_closed(server);
    }
    server->state = BLOCK_SERVER_CONNECTING;
    if (guest_log_allowed()) {
        LOG_VMM("disk server %s: connecting, because an agent has opened its port\n",
                server->config.name);
    }
}

void block_server_closed(struct block_server *server)
{
    if (server->state != BLOCK_SERVER_CLOSED) {
        server_leave(server, BLOCK_SERVER_CLOSED, "its port was closed");
    }
}

/* The first that comes through the port has to be a greeting. */
static void hello_received(struct block_server *server, const void *bytes, uint32_t size)
{
    static const char *const reasons[] = {
        [AGENT_REFUSED_VERSION] = "the agent speaks another version of the protocol",
        [AGENT_REFUSED_POOL] = "the agent's pool is no guest RAM, or misaligned",
        [AGENT_REFUSED_DISK] = "what the agent says of its disk makes no sense",
        [AGENT_REFUSED_HELLO] = "what came was no greeting",
    };
    struct agent_hello hello;
    struct agent_answer answer = {AGENT_MAGIC, AGENT_VERSION, AGENT_REFUSED_HELLO};
    if (size == sizeof hello) {
        __builtin_memcpy(&hello, bytes, sizeof hello);
        answer.verdict = block_hello_accept(server, &hello);
    }
    if (answer.verdict == AGENT_ACCEPTED) {
        struct agent_rings *rings = block_pool_at(&server->pool, AGENT_RINGS_OFFSET);
        store_relaxed_32(&rings->request_tail, 0);
        store_relaxed_32(&rings->completion_event, 0);
    }
    bool is_sent = server->config.ops->send(server->config.data, &answer, sizeof answer);
    if (answer.verdict != AGENT_ACCEPTED || !is_sent) {
        server_dismiss(server, answer.verdict == AGENT_ACCEPTED ? "the agent takes no answer"
                                                                : reasons[answer.verdict]);
        return;
    }
    server->state = BLOCK_SERVER_CONNECTED;
    server->counts.connections++;
    if (guest_log_allowed()) {
        LOG_VMM("disk server %s: connected: %lu MiB, serial \"%s\", %u requests at a time, pool of "
                "%u MiB\n",
                server->config.name, (unsigned long)(hello.capacity >> 20), hello.serial,
                hello.depth, hello.page_count * (AGENT_PAGE_SIZE >> 20));
    }
    server_run(server);
}

void block_server_received(struct block_server *server, const void *bytes, uint32_t size)
{
    const uint8_t *byte = bytes;
    switch (server->state) {
    case BLOCK_SERVER_CONNECTING:
        hello_received(server, bytes, size);
        break;
    case BLOCK_SERVER_CONNECTED:
        server->counts.rung++;
        if (size == 1 && byte[0] == AGENT_DOORBELL) {
            server_run(server);
        } else {
            server_dismiss(server, "what it sent was no doorbell");
        }
        break;
    case BLOCK_SERVER_CLOSED:
    case BLOCK_SERVER_DRAINING:
        break;
    }
    server_notify(server);
}

void block_server_writable(struct block_server *server)
{
    if (server->byte_due) {
        block_server_send_byte(server);
    }
}
