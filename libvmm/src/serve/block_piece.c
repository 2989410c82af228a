/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the agent is given: a request, or where that is large, pieces of it. Data is copied here,
 * once: into the pool before a write is issued, out of it when a read is completed.
 */
#include <sddf/blk/extension.h>
#include <sddf/util/fence.h>

#include "block_state.h"

void block_pieces_init(struct block_server *server)
{
    for (uint16_t i = 0; i < AGENT_DEPTH_MAX; i++) {
        server->pieces[i].is_used = false;
        server->pieces[i].next_free = i + 1 < AGENT_DEPTH_MAX ? i + 1 : PIECE_NONE;
    }
    server->piece_free = 0;
    server->piece_count = 0;
    server->request_tail = 0;
    server->request_rung = 0;
    server->completion_head = 0;
}

void block_pieces_drop(struct block_server *server)
{
    block_pieces_init(server);
}

static struct agent_rings *rings_at(const struct block_server *server)
{
    return block_pool_at(&server->pool, AGENT_RINGS_OFFSET);
}

static void piece_free(struct block_server *server, uint16_t tag)
{
    struct block_server_piece *piece = &server->pieces[tag];
    if (piece->page_count != 0) {
        block_pool_give_back(&server->pool, piece->page, piece->page_count);
    }
    piece->is_used = false;
    piece->next_free = server->piece_free;
    server->piece_free = tag;
    server->piece_count--;
}

static enum agent_operation operation_of(uint32_t code)
{
    switch (code) {
    case BLK_REQ_READ:
    case BLK_REQ_READ_SCATTERED:
        return AGENT_READ;
    case BLK_REQ_WRITE:
    case BLK_REQ_WRITE_SCATTERED:
        return AGENT_WRITE;
    case BLK_REQ_DISCARD:
        return AGENT_DISCARD;
    case BLK_REQ_WRITE_ZEROES:
        return AGENT_WRITE_ZEROES;
    default:
        return AGENT_FLUSH;
    }
}

/* Puts the piece into the ring; the agent does not see it before the tail counts it. */
static void ring_put(struct block_server *server, uint16_t tag, uint32_t count)
{
    const struct block_server_piece *piece = &server->pieces[tag];
    const struct block_server_request *request = &server->requests[piece->request];
    struct agent_request *ring = block_pool_at(&server->pool, AGENT_REQUESTS_OFFSET);
    ring[server->request_tail % AGENT_RING_SIZE] = (struct agent_request){
        .operation = operation_of(request->code),
        .tag = tag,
        .disk_offset = (request->block_number + request->issued) * BLK_TRANSFER_SIZE,
        .size = (uint64_t)count * BLK_TRANSFER_SIZE,
        .pool_offset = (uint64_t)piece->page * BLK_TRANSFER_SIZE,
    };
    server->request_tail++;
}

/* Where the client has block `first` of the request: its VA in `*va`, and how many of `count`
 * blocks from there on lie one behind the other; 0: nowhere that is the client's. Of a table each
 * word is read once, for it is the client's and may change. */
static uint32_t data_run(const struct block_server *server,
                         const struct block_server_request *request, uint32_t first, uint32_t count,
                         uint8_t **va)
{
    uint64_t at = request->va + (uint64_t)first * blk_req_stride(request->code);
    if (!blk_req_is_scattered(request->code)) {
        *va = (uint8_t *)(uintptr_t)at;
        return count;
    }
    const struct guest_data_region *region = &server->config.regions[request->region];
    const volatile uint32_t *table = (const volatile uint32_t *)(uintptr_t)at;
    uint64_t pages = region->size / BLK_TRANSFER_SIZE;
    uint64_t page = table[0];
    uint32_t run = 1;
    if (page >= pages) {
        return 0;
    }
    count = count < pages - page ? count : (uint32_t)(pages - page);
    while (run < count && table[run] == page + run) {
        run++;
    }
    *va = (uint8_t *)(uintptr_t)(region->va + page * BLK_TRANSFER_SIZE);
    return run;
}

/* Copies the piece's data between its client and the pool. False: the client's table names what is
 * not its own. */
static bool piece_copy(struct block_server *server, const struct block_server_piece *piece)
{
    const struct block_server_request *request = &server->requests[piece->request];
    uint8_t *in_pool = block_pool_at(&server->pool, piece->page * BLK_TRANSFER_SIZE);
    uint32_t run;
    for (uint32_t done = 0; done < piece->page_count; done += run) {
        uint8_t *va;
        run = data_run(server, request, piece->first + done, piece->page_count - done, &va);
        if (run == 0) {
            return false;
        }
        size_t size = (size_t)run * BLK_TRANSFER_SIZE;
        if (blk_req_is_write(request->code)) {
            block_copy(in_pool, va, size);
        } else {
            block_copy(va, in_pool, size);
        }
        in_pool += size;
        server->counts.bytes += size;
    }
    return true;
}

/* Issues the next piece of the cursor's request. False: no tag or no memory is free. A request
 * whose table is wrong has the rest of it taken as issued. */
static bool piece_issue(struct block_server *server, struct block_server_request *request)
{
    bool has_data = blk_req_is_read(request->code) || blk_req_is_write(request->code);
    uint16_t tag = server->piece_free;
    uint32_t count = request->count - request->issued;
    uint32_t page = 0;
    if (server->piece_count == server->depth) {
        return false;
    }
    if (has_data) {
        count = count < PIECE_BLOCKS_MAX ? count : PIECE_BLOCKS_MAX;
        if (!block_pool_take(&server->pool, count, &page)) {
            return false;
        }
    }
    struct block_server_piece *piece = &server->pieces[tag];
    server->piece_free = piece->next_free;
    server->piece_count++;
    *piece = (struct block_server_piece){
        .is_used = true,
        .request = server->request_cursor,
        .page_count = has_data ? (uint16_t)count : 0,
        .page = page,
        .first = request->issued,
    };
    if (blk_req_is_write(request->code) && !piece_copy(server, piece)) {
        piece_free(server, tag);
        request->status = BLK_RESP_ERR_INVALID_PARAM;
        request->issued = request->count;
        return true;
    }
    ring_put(server, tag, count);
    request->issued += count;
    request->outstanding++;
    return true;
}

/* Does what can be done of the cursor's request. False: the rest has to wait. */
static bool cursor_issue(struct block_server *server)
{
    uint16_t index = server->request_cursor;
    struct block_server_request *request = &server->requests[index];
    if (server->wrong_disk) {
        block_request_done(server, index, BLK_RESP_ERR_NO_DEVICE);
        return true;
    }
    if (request->code == BLK_REQ_BARRIER) {
        if (server->piece_count != 0) {
            return false;
        }
        block_request_done(server, index, BLK_RESP_OK);
        return true;
    }
    do {
        if (!piece_issue(server, request)) {
            return false;
        }
    } while (request->issued < request->count);
    if (request->outstanding == 0) {
        block_request_done(server, index, request->status);
    } else {
        block_cursor_advance(server);
    }
    return true;
}

void block_pieces_issue(struct block_server *server)
{
    /* What comes into the queue after this look is followed by a notification of its own. */
    uint32_t waiting = blk_queue_length_req(&server->queue);
    bool goes_on = true;
    while (goes_on) {
        if (server->request_cursor != REQUEST_NONE) {
            goes_on = cursor_issue(server);
        } else {
            goes_on = waiting-- != 0 && block_request_take(server);
        }
    }
    if (server->request_rung == server->request_tail) {
        return;
    }
    struct agent_rings *rings = rings_at(server);
    store_release_32(&rings->request_tail, server->request_tail);
    fence_seq_cst();
    uint32_t event = load_relaxed_32(&rings->request_event);
    if (agent_wants_doorbell(event, server->request_rung, server->request_tail)) {
        block_server_send_byte(server);
    }
    server->request_rung = server->request_tail;
}

/* The agent has completed the piece. */
static void piece_complete(struct block_server *server, uint16_t tag, uint32_t status)
{
    const struct block_server_piece *piece = &server->pieces[tag];
    uint16_t index = piece->request;
    struct block_server_request *request = &server->requests[index];
    if (status != AGENT_OK) {
        request->status = BLK_RESP_ERR_IO;
    } else if (blk_req_is_read(request->code) && !piece_copy(server, piece)) {
        request->status = BLK_RESP_ERR_INVALID_PARAM;
    }
    piece_free(server, tag);
    request->outstanding--;
    if (request->outstanding == 0 && server->request_cursor != index) {
        block_request_done(server, index, request->status);
    }
}

/* Completes what the ring holds behind completion_head, up to `tail`. */
static bool ring_read(struct block_server *server, uint32_t tail, const char **broken)
{
    const volatile struct agent_completion *ring =
        block_pool_at(&server->pool, AGENT_COMPLETIONS_OFFSET);
    if (tail - server->completion_head > server->piece_count) {
        *broken = "it has completed more than it was given";
        return false;
    }
    while (server->completion_head != tail) {
        uint32_t slot = server->completion_head % AGENT_RING_SIZE;
        uint32_t tag = ring[slot].tag;
        uint32_t status = ring[slot].status;
        server->completion_head++;
        if (tag >= AGENT_DEPTH_MAX || !server->pieces[tag].is_used) {
            *broken = "it has completed what it was not given";
            return false;
        }
        piece_complete(server, (uint16_t)tag, status);
    }
    return true;
}

bool block_pieces_complete(struct block_server *server, const char **broken)
{
    struct agent_rings *rings = rings_at(server);
    for (;;) {
        uint32_t tail = load_acquire_32(&rings->completion_tail);
        if (tail == server->completion_head) {
            return true;
        }
        /* Each turn completes something, and nothing is issued meanwhile: there is an end. */
        if (!ring_read(server, tail, broken)) {
            return false;
        }
        store_relaxed_32(&rings->completion_event, server->completion_head);
        fence_seq_cst();
    }
}
