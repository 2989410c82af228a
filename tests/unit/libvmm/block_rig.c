/*
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdlib.h>
#include <string.h>

#include <sddf/util/fence.h>

#include "block_rig.h"
#include "fake.h"

struct rig rig;

static _Alignas(4096) uint8_t data[RIG_DATA_BLOCKS][BLK_TRANSFER_SIZE];
static _Alignas(4096) uint8_t info[BLK_STORAGE_INFO_REGION_SIZE];
static _Alignas(4096) uint8_t requests[4096], responses[4096];

static bool rig_send(void *where, const void *bytes, uint32_t size)
{
    (void)where;
    if (rig.refuses_sends) {
        rig.refused_sends++;
        return false;
    }
    if (size == sizeof rig.answer) {
        memcpy(&rig.answer, bytes, size);
        rig.answers++;
    } else if (size == 1 && *(const uint8_t *)bytes == AGENT_DOORBELL) {
        rig.doorbells++;
    } else if (size == 1 && *(const uint8_t *)bytes == AGENT_GOODBYE) {
        rig.goodbyes++;
    } else {
        abort();
    }
    return true;
}

static void rig_notify(void *where)
{
    (void)where;
    rig.notifications++;
}

void rig_start(void)
{
    static const struct block_server_ops ops = {rig_send, rig_notify};
    fake_start(1);
    rig_end();
    memset(data, 0, sizeof data);
    memset(info, 0, sizeof info);
    memset(requests, 0, sizeof requests);
    memset(responses, 0, sizeof responses);
    rig = (struct rig){
        .regions = {{.va = (uintptr_t)data, .size = sizeof data, .is_writable = 1},
                    {.va = (uintptr_t)data, .size = sizeof data / 2}},
        .virt = {.storage_info = {info, sizeof info},
                 .req_queue = {requests, sizeof requests},
                 .resp_queue = {responses, sizeof responses},
                 .num_buffers = RIG_CAPACITY},
        .hello = {.magic = AGENT_MAGIC,
                  .version = AGENT_VERSION,
                  .depth = 32,
                  .capacity = (uint64_t)RIG_DISK_BLOCKS * BLK_TRANSFER_SIZE,
                  .logical_block_size = 512,
                  .physical_block_size = 4096,
                  .discard_granularity = 4096,
                  .disk_flags = AGENT_DISK_DISCARD,
                  .serial = "S1",
                  .page_count = RIG_POOL_PAGES},
        .disk = calloc(RIG_DISK_BLOCKS, BLK_TRANSFER_SIZE),
        .medium = calloc(RIG_DISK_BLOCKS, BLK_TRANSFER_SIZE),
    };
    for (unsigned i = 0; i < RIG_POOL_PAGES; i++) {
        /* Not in the order of their addresses. */
        rig.hello.page_gpa[i] = RIG_POOL_GPA + (RIG_POOL_PAGES - 1 - i) * (uint64_t)AGENT_PAGE_SIZE;
    }
    blk_queue_init(&rig.client, (blk_req_queue_t *)requests, (blk_resp_queue_t *)responses,
                   RIG_CAPACITY);
    struct block_server_config config = {
        .name = "disk",
        .virt = &rig.virt,
        .regions = rig.regions,
        .region_count = 1,
        .ops = &ops,
    };
    if (!block_server_init(&rig.server, &config)) {
        abort();
    }
}

void rig_end(void)
{
    free(rig.disk);
    free(rig.medium);
    rig.disk = NULL;
    rig.medium = NULL;
}

uint8_t *rig_data(unsigned block)
{
    return data[block];
}

void rig_ask(uint32_t code, unsigned block, uint64_t disk_block, uint16_t count, uint32_t id)
{
    if (blk_enqueue_req(&rig.client, (blk_req_code_t)code, (uintptr_t)data[block], disk_block,
                        count, id) != 0) {
        abort();
    }
}

bool rig_answered(blk_resp_t *response)
{
    return blk_dequeue_resp(&rig.client, &response->status, &response->success_count,
                            &response->id) == 0;
}

/* The pool through the agent's eyes. */
static uint8_t *pool(uint64_t offset)
{
    return fake_ram(rig.hello.page_gpa[offset / AGENT_PAGE_SIZE] + offset % AGENT_PAGE_SIZE);
}

struct agent_rings *rig_rings(void)
{
    return (struct agent_rings *)pool(AGENT_RINGS_OFFSET);
}

void rig_connect(void)
{
    memset(pool(0), 0, AGENT_DATA_OFFSET);
    rig.request_head = 0;
    rig.completion_tail = 0;
    rig.taken_count = 0;
    block_server_opened(&rig.server);
    block_server_received(&rig.server, &rig.hello, sizeof rig.hello);
}

unsigned rig_take(void)
{
    const struct agent_request *ring = (const struct agent_request *)pool(AGENT_REQUESTS_OFFSET);
    uint32_t tail = load_acquire_32(&rig_rings()->request_tail);
    unsigned count = tail - rig.request_head;
    if (count > rig.hello.depth || rig.taken_count + count > rig.hello.depth) {
        abort();
    }
    while (rig.request_head != tail) {
        rig.taken[rig.taken_count++] = ring[rig.request_head++ % AGENT_RING_SIZE];
    }
    store_relaxed_32(&rig_rings()->request_event, rig.request_head);
    return count;
}

uint32_t rig_perform(unsigned index)
{
    const struct agent_request *request = &rig.taken[index];
    uint64_t block = request->disk_offset / BLK_TRANSFER_SIZE;
    if (request->operation != AGENT_FLUSH &&
        (request->size == 0 ||
         request->disk_offset + request->size > (uint64_t)RIG_DISK_BLOCKS * BLK_TRANSFER_SIZE)) {
        abort();
    }
    switch (request->operation) {
    case AGENT_READ:
        memcpy(pool(request->pool_offset), rig.disk[block], request->size);
        break;
    case AGENT_WRITE:
        memcpy(rig.disk[block], pool(request->pool_offset), request->size);
        break;
    case AGENT_FLUSH:
        memcpy(rig.medium, rig.disk, (size_t)RIG_DISK_BLOCKS * BLK_TRANSFER_SIZE);
        break;
    case AGENT_WRITE_ZEROES:
        memset(rig.disk[block], 0, request->size);
        break;
    case AGENT_DISCARD:
        memset(rig.disk[block], 0xdd, request->size);
        break;
    default:
        abort();
    }
    return AGENT_OK;
}

void rig_complete(unsigned index, uint32_t status)
{
    struct agent_completion *ring = (struct agent_completion *)pool(AGENT_COMPLETIONS_OFFSET);
    ring[rig.completion_tail++ % AGENT_RING_SIZE] =
        (struct agent_completion){rig.taken[index].tag, status};
    rig.taken_count--;
    memmove(&rig.taken[index], &rig.taken[index + 1],
            (rig.taken_count - index) * sizeof rig.taken[0]);
    store_release_32(&rig_rings()->completion_tail, rig.completion_tail);
}

void rig_ring(void)
{
    static const uint8_t doorbell = AGENT_DOORBELL;
    block_server_received(&rig.server, &doorbell, 1);
}

void rig_serve_all(void)
{
    rig_take();
    while (rig.taken_count != 0) {
        for (unsigned count = rig.taken_count; count != 0; count--) {
            rig_complete(0, rig_perform(0));
        }
        rig_ring();
        rig_take();
    }
}
