/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The parts of the block server, among themselves. block.c has the states and calls the others:
 * block_hello.c the greeting, block_request.c what the virtualiser asks, block_piece.c what the
 * agent is given of it, block_pool.c the memory for that, block_copy.c the copy.
 */
#pragma once

#include <libvmm/serve/block.h>

/* In place of a request's index: the ends of the list. */
#define REQUEST_NONE BLOCK_SERVER_REQUEST_MAX

#define PIECE_NONE UINT16_MAX

/* The most that a piece has, in blocks: the bits of a word of the pool's map, so that no piece
 * crosses a page of the guest's. */
#define PIECE_BLOCKS_MAX (AGENT_SIZE_MAX / BLK_TRANSFER_SIZE)
_Static_assert(PIECE_BLOCKS_MAX == 64 && AGENT_ALIGN == BLK_TRANSFER_SIZE, "bits of a word");

/* ---- block_pool.c ---- */

/* An empty pool of the pages that the greeting names. False: they are not guest RAM. */
bool block_pool_open(struct block_server_pool *pool, const struct agent_hello *hello);

/* Takes `count` pages (1 to PIECE_BLOCKS_MAX) on end. False: there are none. */
bool block_pool_take(struct block_server_pool *pool, uint32_t count, uint32_t *page);

void block_pool_give_back(struct block_server_pool *pool, uint32_t page, uint32_t count);

/* The VA of what stands `offset` bytes into the pool. */
void *block_pool_at(const struct block_server_pool *pool, uint32_t offset);

/* ---- block_copy.c ---- */

/* Copies `size` bytes, whole blocks and at least one, between places that do not overlap and are
 * aligned to 16. */
void block_copy(void *to, const void *from, size_t size);

/* ---- block_hello.c ---- */

/* Checks a greeting, which is a copy, and opens the pool. */
enum agent_verdict block_hello_accept(struct block_server *server, const struct agent_hello *hello);

/* ---- block_request.c ---- */

void block_requests_init(struct block_server *server);

/* Takes the next request out of the virtualiser's queue, behind all others. False: there is none,
 * or no room for it. One that cannot be done is done at once, with an error. */
bool block_request_take(struct block_server *server);

/* The request is done. It is answered, or kept until there is room for the response. */
void block_request_done(struct block_server *server, uint16_t index, blk_resp_status_t status);

/* The cursor's request is wholly issued or done: on to the next one that is not. */
void block_cursor_advance(struct block_server *server);

/* Answers what could not be answered yet. */
void block_requests_answer_done(struct block_server *server);

/* As if none of what is kept had ever been issued. Returns how many had been. */
uint32_t block_requests_rewind(struct block_server *server);

/* ---- block_piece.c ---- */

void block_pieces_init(struct block_server *server);

/* Issues all that can be issued, new requests included, and rings if the agent waits for it. */
void block_pieces_issue(struct block_server *server);

/* Reads the completion ring. False: the agent has broken the promise that `broken` then names. */
bool block_pieces_complete(struct block_server *server, const char **broken);

/* Forgets what the agent has. */
void block_pieces_drop(struct block_server *server);

/* ---- block.c ---- */

/* Sends the doorbell, or while draining the goodbye; later, if it cannot be sent now. */
void block_server_send_byte(struct block_server *server);
