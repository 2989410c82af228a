/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The clients' queues. Every field of a request is checked after it was copied out; a request that
 * fails a check is answered here and never seen by the driver. Clients take turns, a piece each.
 * Half of the driver's queue is shared out evenly, so that a client always finds its own share; the
 * other half is whoever's comes first.
 */
#include "cache.h"
#include "virt.h"

static struct blk_client clients[VIRT_MAX_CLIENTS];
static uint32_t client_count;
static uint32_t next_turn;
static struct blk_job jobs[VIRT_MAX_JOBS];
static struct blk_job *free_jobs;
static uint32_t own_share;   /* requests at the driver that each client has for itself */
static uint32_t common;      /* and those that all have together */
static uint32_t common_used; /* of these */

static void client_init(uint32_t index, const blk_virt_config_client_t *config)
{
    const blk_connection_resource_t *conn = &config->conn;
    struct blk_client *client = &clients[index];
    *client = (struct blk_client){
        .data_io = config->data.io_addr,
        .data_vaddr = (uintptr_t)config->data.region.vaddr,
        .data_size = config->data.region.size,
        .channel = conn->id,
        .partition = config->partition,
    };
    if (conn->storage_info.vaddr == NULL ||
        conn->storage_info.size < BLK_EXTENSION_OFFSET + sizeof(blk_extension_t) ||
        conn->req_queue.size < blk_queue_req_size(conn->num_buffers) ||
        conn->resp_queue.size < blk_queue_resp_size(conn->num_buffers)) {
        virt_say_number("client ", index,
                        ": its queues or its storage_info do not fit into their regions; it is "
                        "not served");
        return;
    }
    client->storage_info = conn->storage_info.vaddr;
    blk_queue_init(&client->queue, conn->req_queue.vaddr, conn->resp_queue.vaddr,
                   conn->num_buffers);
}

void clients_init(const blk_virt_config_t *config)
{
    client_count =
        config->num_clients < VIRT_MAX_CLIENTS ? (uint32_t)config->num_clients : VIRT_MAX_CLIENTS;
    for (uint32_t i = 0; i < client_count; i++) {
        client_init(i, &config->clients[i]);
    }
    free_jobs = NULL;
    for (uint32_t i = 0; i < VIRT_MAX_JOBS; i++) {
        jobs[i].next_free = free_jobs;
        free_jobs = &jobs[i];
    }
    next_turn = 0;
    common_used = 0;
    own_share = client_count > 0 ? driver_capacity() / 2 / client_count : 0;
    common = driver_capacity() - own_share * client_count;
}

uint32_t clients_count(void)
{
    return client_count;
}

struct blk_client *client_at(uint32_t index)
{
    return &clients[index];
}

/* The first time it is not notified: a client of sDDF's waits for `ready` by looking at it, and
 * takes a notification for an answer. */
void client_tell(struct blk_client *client)
{
    client->notify |= client->told;
    client->told = true;
}

/* A disk whose caches are kept here cannot have data in places that only a table names. */
uint32_t client_features(const struct blk_client *client)
{
    uint32_t features = disk_extension()->features;
    features &= client->data_vaddr != 0 ? ~BLK_EXTENSION_SCATTERED : UINT32_MAX;
    return disk_read_only() ? features & BLK_EXTENSION_SCATTERED : features;
}

/* Answers a request. A client that has left no room for it, though there was some when the request
 * was taken, has turned its queue's index back, and loses the answer. */
static void client_answer(struct blk_client *client, uint32_t id, blk_resp_status_t status,
                          uint16_t success_count)
{
    client->told = true;
    if (blk_enqueue_resp(&client->queue, status, success_count, id) == 0) {
        client->notify = true;
    }
}

static void job_finish(struct blk_job *job)
{
    struct blk_client *client = job->client;
    client_answer(client, job->id, job->status, job->good);
    client->jobs--;
    job->next_free = free_jobs;
    free_jobs = job;
}

void client_abandon(struct blk_client *client)
{
    struct blk_job *job = client->current;
    if (job == NULL) {
        return;
    }
    client->current = NULL;
    job->status = BLK_RESP_ERR_NO_DEVICE;
    job->good = job->cut < job->good ? job->cut : job->good;
    job->cut = job->count;
    if (job->pieces == 0) {
        job_finish(job);
    }
}

/* Whether the client may send one more request to the driver. */
static bool client_may_send(const struct blk_client *client)
{
    return driver_has_room() && (client->pieces < own_share || common_used < common);
}

static void piece_done(void *owner, uint16_t first, uint16_t count, blk_resp_status_t status,
                       uint16_t success_count)
{
    struct blk_job *job = owner;
    struct blk_client *client = job->client;
    if (client->pieces > own_share) {
        common_used--;
    }
    client->pieces--;
    job->pieces--;
    if (status != BLK_RESP_OK) {
        uint16_t good = (uint16_t)(first + success_count);
        job->good = good < job->good ? good : job->good;
        job->status = status;
        job->cut = job->count; /* The rest is not asked for. */
        if (client->current == job) {
            client->current = NULL;
        }
    } else if (job->code == BLK_REQ_READ && client->data_vaddr != 0) {
        cache_clean_and_invalidate(client->data_vaddr + job->offset +
                                       (uint64_t)first * BLK_TRANSFER_SIZE,
                                   (size_t)count * BLK_TRANSFER_SIZE);
    }
    if (job->cut == job->count && job->pieces == 0) {
        job_finish(job);
    }
}

/* What one piece of such a job may have, in blocks. */
static uint16_t piece_limit(blk_req_code_t code)
{
    if (code == BLK_REQ_DISCARD) {
        return disk_extension()->max_discard;
    }
    if (code == BLK_REQ_WRITE_ZEROES) {
        return disk_extension()->max_write_zeroes;
    }
    return VIRT_PIECE_BLOCKS;
}

static void cache_prepare(const struct blk_job *job, uint16_t first, uint16_t count)
{
    uintptr_t vaddr = job->client->data_vaddr + job->offset + (uint64_t)first * BLK_TRANSFER_SIZE;
    size_t size = (size_t)count * BLK_TRANSFER_SIZE;
    if (job->client->data_vaddr == 0) {
        return;
    }
    if (job->code == BLK_REQ_WRITE) {
        cache_clean(vaddr, size);
    } else if (job->code == BLK_REQ_READ) {
        cache_clean_and_invalidate(vaddr, size);
    }
}

/* Sends the next piece of the client's current job. */
static void job_send_piece(struct blk_job *job)
{
    struct blk_client *client = job->client;
    uint16_t first = job->cut;
    uint16_t count = (uint16_t)(job->count - first);
    uint16_t limit = piece_limit(job->code);
    count = count < limit ? count : limit;
    bool has_data = blk_req_is_read(job->code) || blk_req_is_write(job->code);
    uint64_t io =
        has_data ? client->data_io + job->offset + (uint64_t)first * blk_req_stride(job->code) : 0;

    cache_prepare(job, first, count);
    job->cut = (uint16_t)(first + count);
    job->pieces++;
    client->pieces++;
    if (client->pieces > own_share) {
        common_used++;
    }
    if (job->cut == job->count) {
        client->current = NULL;
    }
    driver_send(job->code, io, job->block + first, count, first, piece_done, job);
}

/* Whether the code is one that this client was offered. */
static bool code_is_known(const struct blk_client *client, blk_req_code_t code)
{
    uint32_t features = client_features(client);
    return code == BLK_REQ_READ || code == BLK_REQ_WRITE ||
           (blk_req_is_scattered(code) && (features & BLK_EXTENSION_SCATTERED) != 0) ||
           (code == BLK_REQ_DISCARD && (features & BLK_EXTENSION_DISCARD) != 0) ||
           (code == BLK_REQ_WRITE_ZEROES && (features & BLK_EXTENSION_WRITE_ZEROES) != 0);
}

/* Whether the request is one that this client may make; `*block` becomes the disk's. */
static blk_resp_status_t request_check(const struct blk_client *client, blk_req_code_t code,
                                       uint64_t offset, uint64_t *block, uint16_t count)
{
    if (client->blocks == 0) {
        return BLK_RESP_ERR_NO_DEVICE;
    }
    bool has_data = blk_req_is_read(code) || blk_req_is_write(code);
    if (code == BLK_REQ_FLUSH || code == BLK_REQ_BARRIER) {
        return BLK_RESP_OK;
    }
    uint32_t stride = blk_req_stride(code);
    uint64_t size = (uint64_t)count * stride;
    if (!code_is_known(client, code) || count == 0 || *block >= client->blocks ||
        count > client->blocks - *block || (!blk_req_is_read(code) && disk_read_only()) ||
        (has_data &&
         (offset % stride != 0 || size > client->data_size || offset > client->data_size - size))) {
        return BLK_RESP_ERR_INVALID_PARAM;
    }
    *block += client->start;
    return BLK_RESP_OK;
}

/* Takes a request from the client's queue, and answers it if it is wrong. False: there is none that
 * can be taken. */
static bool client_take(struct blk_client *client)
{
    /* Room for its answer is kept. What the client has not taken out yet counts, too. */
    uint32_t unread = client->queue.capacity == 0
                          ? 0
                          : load_relaxed_32(&client->queue.resp_queue->tail) -
                                load_acquire_32(&client->queue.resp_queue->head);
    if (client->offered == 0 || unread > client->queue.capacity ||
        client->jobs >= client->queue.capacity - unread || free_jobs == NULL) {
        return false;
    }
    struct blk_job *job = free_jobs;
    blk_req_code_t code;
    uintptr_t offset;
    uint64_t block;
    uint16_t count;
    uint32_t id;
    if (blk_dequeue_req(&client->queue, &code, &offset, &block, &count, &id) != 0) {
        return false;
    }
    client->offered--;
    blk_resp_status_t status = request_check(client, code, offset, &block, count);
    if (status != BLK_RESP_OK) {
        if (!client->complained_of) {
            client->complained_of = true;
            virt_say_number("client ", (uint32_t)(client - clients),
                            ": a request of it is refused; more of that goes unsaid");
        }
        client_answer(client, id, status, 0);
        return true;
    }
    free_jobs = job->next_free;
    if (code == BLK_REQ_FLUSH || code == BLK_REQ_BARRIER) {
        block = 0;
        count = 0;
    }
    *job = (struct blk_job){.client = client,
                            .id = id,
                            .code = code,
                            .offset = offset,
                            .block = block,
                            .count = count,
                            .good = count};
    client->jobs++;
    client->current = job;
    return true;
}

/* One turn: takes a request or goes on with one, by one piece. False: nothing can be done now. */
static bool client_turn(struct blk_client *client)
{
    if (client->current == NULL) {
        if (!client_take(client)) {
            return false;
        }
        if (client->current == NULL) {
            return true; /* It was answered. */
        }
    }
    struct blk_job *job = client->current;
    if (job->code == BLK_REQ_BARRIER) {
        if (client->jobs > 1) {
            return false;
        }
        client->current = NULL;
        job_finish(job);
        return true;
    }
    if (!client_may_send(client)) {
        return false;
    }
    job_send_piece(job);
    return true;
}

void clients_serve(void)
{
    /* What a client adds from now on it tells us of: it cannot keep us here. */
    for (uint32_t i = 0; i < client_count; i++) {
        clients[i].offered = blk_queue_length_req(&clients[i].queue);
    }
    bool progress = client_count > 0 && disk_decided();
    while (progress) {
        progress = false;
        uint32_t first = next_turn;
        for (uint32_t i = 0; i < client_count; i++) {
            uint32_t index = (first + i) % client_count;
            if (client_turn(&clients[index])) {
                progress = true;
                next_turn = (index + 1) % client_count;
            }
        }
    }
}

void clients_notify(void)
{
    for (uint32_t i = 0; i < client_count; i++) {
        if (clients[i].notify) {
            clients[i].notify = false;
            microkit_deferred_notify(clients[i].channel);
        }
    }
}
