/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A disk that the guest drives, served to others: for the virtualiser this is sDDF's block driver,
 * for the guest's agent the other end of drover/agent.h. docs/serving.md has the whole picture.
 *
 * Requests are taken from the virtualiser's queue while an agent is connected and the pool has
 * room, and each is kept until it is answered. When the agent or its guest goes away, those that
 * it has not answered are issued to the next one, in their order; the virtualiser only sees
 * that they take longer.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <drover/agent.h>
#include <drover/guest_table.h>
#include <sddf/blk/config.h>

/* Requests of the virtualiser's that are kept at a time. */
#define BLOCK_SERVER_REQUEST_MAX AGENT_DEPTH_MAX

/* Pages of 4 KiB that the largest pool has, in words of a bit for each. */
#define BLOCK_SERVER_POOL_WORDS (AGENT_PAGE_MAX * (AGENT_PAGE_SIZE / 4096) / 64)

enum block_server_state {
    BLOCK_SERVER_CLOSED,     /* no agent */
    BLOCK_SERVER_CONNECTING, /* one has opened the port; its greeting is to come */
    BLOCK_SERVER_CONNECTED,
    BLOCK_SERVER_DRAINING, /* it was told to go, and is not asked anything any more */
};

/* What the server does to others; `data` is what the server was given with it. */
struct block_server_ops {
    /* Sends `size` bytes to the agent, to be read with one read. False: it cannot take them now,
     * and block_server_writable() will be called. */
    bool (*send)(void *data, const void *bytes, uint32_t size);

    /* Notifies the virtualiser. */
    void (*notify)(void *data);
};

struct block_server_config {
    const char *name;                        /* for log lines; stays the caller's */
    const blk_connection_resource_t *virt;   /* with VAs of this VMM */
    const struct guest_data_region *regions; /* what io addresses may name; stays the caller's */
    uint32_t region_count;
    const struct block_server_ops *ops;
    void *data;
};

/* One request of the virtualiser's. */
struct block_server_request {
    uint32_t code; /* blk_req_code_t and those of sddf/blk/extension.h */
    uint32_t id;   /* the virtualiser's */
    uint64_t va;   /* of its data or its table; checked */
    uint64_t block_number;
    uint32_t count;       /* blocks */
    uint32_t issued;      /* blocks of them that this agent was given */
    uint32_t outstanding; /* pieces that it has not answered */
    uint32_t status;      /* blk_resp_status_t */
    bool is_done;         /* to be answered */
    uint16_t region;      /* in which va is */
    uint16_t previous;    /* in the order of arrival */
    uint16_t next;        /* the same, or in the list of free ones */
};

/* What the agent has: a request or a part of it. Its index is the tag. */
struct block_server_piece {
    bool is_used;
    uint16_t request;
    uint16_t page_count; /* of the pool, at most 64; 0: no data */
    uint32_t page;
    uint32_t first; /* block of the request that it begins with */
    uint16_t next_free;
};

/* The agent's memory. Pages are of 4 KiB here. */
struct block_server_pool {
    uint64_t used[BLOCK_SERVER_POOL_WORDS]; /* a bit for each page */
    uint32_t word_count;
    uint32_t next_word; /* where the search begins */
    uint8_t *page_va[AGENT_PAGE_MAX];
};

struct block_server_counts {
    uint64_t requests;      /* answered to the virtualiser */
    uint64_t bytes;         /* copied, in either direction */
    uint64_t doorbells;     /* sent to the agent */
    uint64_t rung;          /* by the agent */
    uint64_t notified;      /* by the virtualiser */
    uint64_t notifications; /* of the virtualiser */
    uint64_t connections;
    uint64_t reissued; /* requests that an agent left unanswered */
};

/* Provided by the caller, zeroed; all of it is the server's. */
struct block_server {
    struct block_server_config config;
    enum block_server_state state;
    blk_queue_handle_t queue;
    bool has_disk;   /* storage_info is ready; `disk` is what it was made of */
    bool wrong_disk; /* another disk came back: everything is refused */
    struct agent_hello disk;
    uint32_t depth; /* requests that this agent takes */

    struct block_server_request requests[BLOCK_SERVER_REQUEST_MAX + 1]; /* the last: ends of list */
    uint16_t request_free;
    uint16_t request_cursor; /* the first that is not wholly issued, or the ends of the list */
    uint32_t done_count;     /* requests that could not be answered yet for want of room */

    struct block_server_piece pieces[AGENT_DEPTH_MAX];
    uint16_t piece_free;
    uint32_t piece_count; /* in use */

    struct block_server_pool pool;
    uint32_t request_tail;    /* as written to the ring */
    uint32_t request_rung;    /* up to where the agent was told */
    uint32_t completion_head; /* completions read */
    bool byte_due;            /* the doorbell, or while draining the goodbye, could not be sent */
    bool notify_due;          /* the virtualiser has not been told of what is in its queue */
    struct block_server_counts counts;
};

/*
 * Prepares a server. The state is closed, storage_info not ready. Returns false, after saying why,
 * if the connection to the virtualiser has no memory or too little for what it says. Called once,
 * from the VMM's init().
 */
bool block_server_init(struct block_server *server, const struct block_server_config *config);

/* The virtualiser has notified: there are requests, or there is room for responses. */
void block_server_notified(struct block_server *server);

/* A program of the guest has opened the port. */
void block_server_opened(struct block_server *server);

/* It has written `size` bytes to the port; `bytes` is a copy that the guest cannot change. */
void block_server_received(struct block_server *server, const void *bytes, uint32_t size);

/* It has closed the port or died, or its guest was reset. */
void block_server_closed(struct block_server *server);

/* After a send that was refused: it would not be any more. */
void block_server_writable(struct block_server *server);

/* The word for a state, for log lines. */
const char *block_server_state_name(enum block_server_state state);
