/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the virtualiser asks of the block server: requests are taken from its queue, checked, kept
 * in the order in which they came, and answered once.
 */
#include <sddf/blk/extension.h>

#include "block_state.h"

void block_requests_init(struct block_server *server)
{
    struct block_server_request *ends = &server->requests[REQUEST_NONE];
    ends->next = REQUEST_NONE;
    ends->previous = REQUEST_NONE;
    for (uint16_t i = 0; i < BLOCK_SERVER_REQUEST_MAX; i++) {
        server->requests[i].next = i + 1;
    }
    server->request_free = 0;
    server->request_cursor = REQUEST_NONE;
    server->done_count = 0;
}

/* A fresh request at the end of the list. There is a free one. */
static uint16_t request_append(struct block_server *server)
{
    uint16_t index = server->request_free;
    struct block_server_request *request = &server->requests[index];
    struct block_server_request *ends = &server->requests[REQUEST_NONE];
    server->request_free = request->next;
    *request = (struct block_server_request){.previous = ends->previous, .next = REQUEST_NONE};
    server->requests[ends->previous].next = index;
    ends->previous = index;
    return index;
}

static void request_free(struct block_server *server, uint16_t index)
{
    struct block_server_request *request = &server->requests[index];
    server->requests[request->previous].next = request->next;
    server->requests[request->next].previous = request->previous;
    request->next = server->request_free;
    server->request_free = index;
}

/* Whether the request's data, or the table of where it is, lies in a data region, which for data
 * from the disk is writable; notes which one. */
static bool data_is_known(const struct block_server *server, struct block_server_request *request)
{
    uint32_t stride = blk_req_stride(request->code);
    uint64_t size = (uint64_t)request->count * stride;
    for (uint32_t i = 0; i < server->config.region_count; i++) {
        const struct guest_data_region *region = &server->config.regions[i];
        uint64_t offset = request->va - region->va;
        if (request->va >= region->va && size <= region->size && offset <= region->size - size) {
            request->region = (uint16_t)i;
            return (!blk_req_is_read(request->code) || region->is_writable) &&
                   (!blk_req_is_scattered(request->code) || offset % stride == 0);
        }
    }
    return false;
}

/* Whether a request can be done, and if not, what to answer. */
static blk_resp_status_t request_check(const struct block_server *server,
                                       struct block_server_request *request)
{
    bool has_data = blk_req_is_read(request->code) || blk_req_is_write(request->code);
    bool is_change = !blk_req_is_read(request->code);
    uint64_t capacity = server->disk.capacity / BLK_TRANSFER_SIZE;
    switch (request->code) {
    case BLK_REQ_FLUSH:
    case BLK_REQ_BARRIER:
        return BLK_RESP_OK;
    case BLK_REQ_READ:
    case BLK_REQ_WRITE:
    case BLK_REQ_READ_SCATTERED:
    case BLK_REQ_WRITE_SCATTERED:
    case BLK_REQ_WRITE_ZEROES:
        break;
    case BLK_REQ_DISCARD:
        if ((server->disk.disk_flags & AGENT_DISK_DISCARD) != 0) {
            break;
        }
        return BLK_RESP_ERR_INVALID_PARAM;
    default:
        return BLK_RESP_ERR_INVALID_PARAM;
    }
    if (request->count == 0 || request->count > capacity ||
        request->block_number > capacity - request->count ||
        (is_change && (server->disk.disk_flags & AGENT_DISK_READ_ONLY) != 0) ||
        (has_data && !data_is_known(server, request))) {
        return BLK_RESP_ERR_INVALID_PARAM;
    }
    return BLK_RESP_OK;
}

bool block_request_take(struct block_server *server)
{
    blk_req_code_t code;
    uintptr_t va;
    uint64_t block_number;
    uint16_t count;
    uint32_t id;
    if (server->request_free == REQUEST_NONE ||
        blk_dequeue_req(&server->queue, &code, &va, &block_number, &count, &id) != 0) {
        return false;
    }
    uint16_t index = request_append(server);
    struct block_server_request *request = &server->requests[index];
    request->code = code;
    request->id = id;
    request->va = va;
    request->block_number = block_number;
    request->count = code == BLK_REQ_FLUSH || code == BLK_REQ_BARRIER ? 0 : count;
    blk_resp_status_t status = request_check(server, request);
    if (status != BLK_RESP_OK) {
        block_request_done(server, index, status);
    } else if (server->request_cursor == REQUEST_NONE) {
        server->request_cursor = index;
    }
    return true;
}

/* False: the virtualiser has no room for the response. */
static bool request_answer(struct block_server *server, uint16_t index)
{
    const struct block_server_request *request = &server->requests[index];
    uint16_t success_count = request->status == BLK_RESP_OK ? (uint16_t)request->count : 0;
    if (blk_enqueue_resp(&server->queue, request->status, success_count, request->id) != 0) {
        return false;
    }
    server->notify_due = true;
    server->counts.requests++;
    request_free(server, index);
    return true;
}

void block_cursor_advance(struct block_server *server)
{
    do {
        server->request_cursor = server->requests[server->request_cursor].next;
    } while (server->request_cursor != REQUEST_NONE &&
             server->requests[server->request_cursor].is_done);
}

void block_request_done(struct block_server *server, uint16_t index, blk_resp_status_t status)
{
    struct block_server_request *request = &server->requests[index];
    request->is_done = true;
    request->status = status;
    if (server->request_cursor == index) {
        block_cursor_advance(server);
    }
    /* Not past others that wait for room: the answer to a barrier is behind theirs. */
    if (server->done_count != 0 || !request_answer(server, index)) {
        server->done_count++;
    }
}

void block_requests_answer_done(struct block_server *server)
{
    uint16_t index = server->requests[REQUEST_NONE].next;
    while (server->done_count != 0 && index != REQUEST_NONE) {
        uint16_t next = server->requests[index].next;
        if (server->requests[index].is_done) {
            if (!request_answer(server, index)) {
                return;
            }
            server->done_count--;
        }
        index = next;
    }
}

uint32_t block_requests_rewind(struct block_server *server)
{
    uint32_t count = 0;
    server->request_cursor = REQUEST_NONE;
    for (uint16_t index = server->requests[REQUEST_NONE].previous; index != REQUEST_NONE;
         index = server->requests[index].previous) {
        struct block_server_request *request = &server->requests[index];
        if (request->is_done) {
            continue;
        }
        count += request->outstanding != 0 || request->issued != 0;
        request->issued = 0;
        request->outstanding = 0;
        request->status = BLK_RESP_OK;
        server->request_cursor = index;
    }
    return count;
}
