/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The block server between a virtualiser and an agent that keep their promises, an agent that comes
 * and goes, and one that breaks them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "libvmm/block_rig.h"
#include "libvmm/fake.h"

static int start(void **state)
{
    (void)state;
    rig_start();
    return 0;
}

static int end(void **state)
{
    (void)state;
    rig_end();
    return 0;
}

static void assert_state(enum block_server_state state)
{
    assert_string_equal(block_server_state_name(rig.server.state), block_server_state_name(state));
}

static void assert_answered(uint32_t id, blk_resp_status_t status, uint16_t success_count)
{
    blk_resp_t response;
    assert_true(rig_answered(&response));
    assert_int_equal(response.id, id);
    assert_int_equal(response.status, status);
    assert_int_equal(response.success_count, success_count);
}

static void assert_silent(void)
{
    blk_resp_t response;
    assert_false(rig_answered(&response));
}

static void too_little_memory(void **state)
{
    (void)state;
    const blk_connection_resource_t sound = rig.virt;
    struct block_server_config config = rig.server.config;
    rig.virt.num_buffers = 1000;
    assert_false(block_server_init(&rig.server, &config));
    rig.virt = sound;
    rig.virt.num_buffers = 0;
    assert_false(block_server_init(&rig.server, &config));
    rig.virt = sound;
    rig.virt.resp_queue.size = 8;
    assert_false(block_server_init(&rig.server, &config));
    rig.virt = sound;
    rig.virt.storage_info.vaddr = NULL;
    assert_false(block_server_init(&rig.server, &config));
    rig.virt = sound;
    assert_true(block_server_init(&rig.server, &config));
}

static void greeting(void **state)
{
    (void)state;
    blk_storage_info_t *info = rig.virt.storage_info.vaddr;
    assert_state(BLOCK_SERVER_CLOSED);
    assert_false(blk_storage_is_ready(info));
    rig_connect();
    assert_state(BLOCK_SERVER_CONNECTED);
    assert_int_equal(rig.answers, 1);
    assert_int_equal(rig.answer.verdict, AGENT_ACCEPTED);
    assert_true(blk_storage_is_ready(info));
    assert_int_equal(rig.notifications, 1);
    assert_int_equal(info->capacity, RIG_DISK_BLOCKS);
    assert_int_equal(info->sector_size, 512);
    assert_int_equal(info->queue_depth, 32);
    assert_false(info->read_only);
    assert_string_equal(info->serial_number, "S1");
    blk_extension_t extension = blk_extension_read(info);
    assert_int_equal(extension.features,
                     BLK_EXTENSION_DISCARD | BLK_EXTENSION_WRITE_ZEROES | BLK_EXTENSION_SCATTERED);
}

static void write_and_read(void **state)
{
    (void)state;
    rig_connect();
    memset(rig_data(0), 0x5a, 3 * BLK_TRANSFER_SIZE);
    rig_ask(BLK_REQ_WRITE, 0, 100, 3, 7);
    block_server_notified(&rig.server);
    assert_int_equal(rig.doorbells, 1);
    assert_int_equal(rig_take(), 1);
    assert_int_equal(rig.taken[0].operation, AGENT_WRITE);
    assert_int_equal(rig.taken[0].size, 3 * BLK_TRANSFER_SIZE);
    assert_silent();
    rig_complete(0, rig_perform(0));
    rig_ring();
    assert_answered(7, BLK_RESP_OK, 3);
    assert_silent();
    assert_memory_equal(rig.disk[100], rig_data(0), 3 * BLK_TRANSFER_SIZE);
    rig_ask(BLK_REQ_READ, 8, 101, 1, 8);
    block_server_notified(&rig.server);
    rig_serve_all();
    assert_answered(8, BLK_RESP_OK, 1);
    assert_memory_equal(rig_data(8), rig_data(0), BLK_TRANSFER_SIZE);
    /* The beginning of the connection, and two responses. */
    assert_int_equal(rig.notifications, 3);
    assert_int_equal(rig.server.counts.bytes, 4 * BLK_TRANSFER_SIZE);
}

static void no_data(void **state)
{
    (void)state;
    rig_connect();
    memset(rig.disk[5], 1, BLK_TRANSFER_SIZE);
    rig_ask(BLK_REQ_WRITE_ZEROES, 0, 5, 1, 1);
    rig_ask(BLK_REQ_DISCARD, 0, 6, 500, 2);
    rig_ask(BLK_REQ_FLUSH, 0, 0, 0, 3);
    block_server_notified(&rig.server);
    rig_take();
    assert_int_equal(rig.taken[1].size, 500 * BLK_TRANSFER_SIZE);
    rig_serve_all();
    assert_answered(1, BLK_RESP_OK, 1);
    assert_answered(2, BLK_RESP_OK, 500);
    assert_answered(3, BLK_RESP_OK, 0);
    assert_int_equal(rig.disk[5][0], 0);
    assert_int_equal(rig.medium[6][0], 0xdd);
    assert_int_equal(rig.server.counts.bytes, 0);
}

/* One notification from each side for many requests. */
static void doorbells_are_saved(void **state)
{
    (void)state;
    rig_connect();
    rig.notifications = 0;
    for (unsigned i = 0; i < 32; i++) {
        rig_ask(BLK_REQ_READ, i, i, 1, i);
    }
    block_server_notified(&rig.server);
    assert_int_equal(rig.doorbells, 1);
    /* The agent has not looked yet. */
    rig_rings()->request_event = rig.request_head - 1;
    rig_take();
    rig_rings()->request_event = rig.request_head - 1;
    for (unsigned i = 0; i < 32; i++) {
        rig_complete(0, rig_perform(0));
    }
    rig_ring();
    assert_int_equal(rig.notifications, 1);
    rig_ask(BLK_REQ_READ, 0, 0, 1, 32);
    block_server_notified(&rig.server);
    assert_int_equal(rig.doorbells, 1);
    assert_int_equal(rig_rings()->completion_event, 32);
}

static void larger_than_a_piece(void **state)
{
    (void)state;
    rig_connect();
    for (unsigned i = 0; i < 200; i++) {
        memset(rig_data(i), (int)i, BLK_TRANSFER_SIZE);
    }
    rig_ask(BLK_REQ_WRITE, 0, 300, 200, 1);
    block_server_notified(&rig.server);
    assert_int_equal(rig_take(), 4);
    rig_complete(2, rig_perform(2));
    rig_complete(0, rig_perform(0));
    rig_ring();
    assert_silent();
    rig_serve_all();
    assert_answered(1, BLK_RESP_OK, 200);
    assert_silent();
    assert_memory_equal(rig.disk[300], rig_data(0), 200 * BLK_TRANSFER_SIZE);
}

/* A request larger than the pool is done bit by bit; what is behind it waits in the queue. */
static void larger_than_the_pool(void **state)
{
    (void)state;
    rig.hello.page_count = 1;
    rig_connect();
    rig_ask(BLK_REQ_READ, 0, 0, 256, 1);
    rig_ask(BLK_REQ_READ, 0, 0, 256, 2);
    rig_ask(BLK_REQ_READ, 0, 0, 256, 3);
    block_server_notified(&rig.server);
    assert_int_equal(blk_queue_length_req(&rig.client), 1);
    assert_int_equal(rig_take(), 7); /* of eight words of 64 pages, the first holds the rings */
    rig_serve_all();
    assert_answered(1, BLK_RESP_OK, 256);
    assert_answered(2, BLK_RESP_OK, 256);
    assert_answered(3, BLK_RESP_OK, 256);
    for (unsigned i = 1; i < rig.server.pool.word_count; i++) {
        assert_int_equal(rig.server.pool.used[i], 0);
    }
    assert_int_equal(rig.server.piece_count, 0);
}

static void failed_piece(void **state)
{
    (void)state;
    rig_connect();
    rig_ask(BLK_REQ_READ, 0, 0, 200, 1);
    rig_ask(BLK_REQ_READ, 200, 0, 1, 2);
    block_server_notified(&rig.server);
    rig_take();
    rig_complete(1, AGENT_ERROR_IO);
    rig_serve_all();
    assert_answered(1, BLK_RESP_ERR_IO, 0);
    assert_answered(2, BLK_RESP_OK, 1);
}

static void barrier(void **state)
{
    (void)state;
    rig_connect();
    rig_ask(BLK_REQ_WRITE, 0, 0, 1, 1);
    rig_ask(BLK_REQ_WRITE, 1, 1, 1, 2);
    rig_ask(BLK_REQ_BARRIER, 0, 0, 0, 3);
    rig_ask(BLK_REQ_WRITE, 2, 2, 1, 4);
    block_server_notified(&rig.server);
    assert_int_equal(rig_take(), 2);
    rig_complete(1, rig_perform(1));
    rig_ring();
    assert_answered(2, BLK_RESP_OK, 1);
    assert_silent();
    assert_int_equal(rig_take(), 0);
    rig_complete(0, rig_perform(0));
    rig_ring();
    assert_answered(1, BLK_RESP_OK, 1);
    assert_answered(3, BLK_RESP_OK, 0);
    assert_int_equal(rig_take(), 1);
    rig_serve_all();
    assert_answered(4, BLK_RESP_OK, 1);
}

static void wrong_requests(void **state)
{
    (void)state;
    static const struct {
        uint32_t code;
        uint64_t disk_block;
        uint16_t count;
    } wrong[] = {
        {BLK_REQ_READ, 0, 0},
        {BLK_REQ_READ, RIG_DISK_BLOCKS, 1},
        {BLK_REQ_READ, RIG_DISK_BLOCKS - 1, 2},
        {BLK_REQ_WRITE, UINT64_MAX, 1},
        {BLK_REQ_WRITE, UINT64_MAX / BLK_TRANSFER_SIZE + 1, 1},
        {BLK_REQ_WRITE, 0, RIG_DATA_BLOCKS + 1},
        {BLK_REQ_DISCARD, 1, RIG_DISK_BLOCKS},
        {BLK_REQ_WRITE_ZEROES, 0, 0},
        {4, 0, 1},
        {UINT32_MAX, 0, 1},
    };
    rig_connect();
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        rig_ask(wrong[i].code, 0, wrong[i].disk_block, wrong[i].count, i);
        block_server_notified(&rig.server);
        assert_answered(i, BLK_RESP_ERR_INVALID_PARAM, 0);
    }
    assert_int_equal(rig_take(), 0);
}

static void wrong_io_addresses(void **state)
{
    (void)state;
    const uint64_t va = rig.regions[0].va, size = rig.regions[0].size;
    const uint64_t wrong[] = {
        0,
        va - 1,
        va - BLK_TRANSFER_SIZE,
        va + size - BLK_TRANSFER_SIZE + 1,
        va + size,
        UINT64_MAX,
        UINT64_MAX - BLK_TRANSFER_SIZE + 1,
    };
    rig_connect();
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        blk_enqueue_req(&rig.client, BLK_REQ_WRITE, (uintptr_t)wrong[i], 0, 1, i);
        block_server_notified(&rig.server);
        assert_answered(i, BLK_RESP_ERR_INVALID_PARAM, 0);
    }
    /* A region that may not be written to takes no data from the disk. */
    rig.regions[0].is_writable = 0;
    rig_ask(BLK_REQ_READ, 0, 0, 1, 50);
    rig_ask(BLK_REQ_WRITE, 0, 0, 1, 51);
    block_server_notified(&rig.server);
    rig_serve_all();
    assert_answered(50, BLK_RESP_ERR_INVALID_PARAM, 0);
    assert_answered(51, BLK_RESP_OK, 1);
}

/* ---- Data in the pages of a table ---- */

#define TABLE_BLOCK (RIG_DATA_BLOCKS - 1) /* of the data: holds the tables of these tests */

static uint32_t *table(void)
{
    return (uint32_t *)rig_data(TABLE_BLOCK);
}

/* The pages of `count` blocks: every second one from `last` downwards. */
static void table_fill(unsigned count, unsigned last)
{
    for (unsigned i = 0; i < count; i++) {
        table()[i] = last - 2 * i;
    }
}

static void scattered_write_and_read(void **state)
{
    (void)state;
    rig_connect();
    table_fill(10, 40);
    for (unsigned i = 0; i < 10; i++) {
        memset(rig_data(40 - 2 * i), (int)(1 + i), BLK_TRANSFER_SIZE);
    }
    table()[4] = table()[3] + 1; /* two that lie together */
    memset(rig_data(table()[4]), 5, BLK_TRANSFER_SIZE);
    rig_ask(BLK_REQ_WRITE_SCATTERED, TABLE_BLOCK, 100, 10, 1);
    block_server_notified(&rig.server);
    assert_int_equal(rig_take(), 1);
    assert_int_equal(rig.taken[0].size, 10 * BLK_TRANSFER_SIZE);
    rig_serve_all();
    assert_answered(1, BLK_RESP_OK, 10);
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(rig.disk[100 + i][0], 1 + i);
        assert_int_equal(rig.disk[100 + i][BLK_TRANSFER_SIZE - 1], 1 + i);
    }
    table_fill(10, 141);
    memset(rig_data(122), 0xa5, 21 * BLK_TRANSFER_SIZE);
    rig_ask(BLK_REQ_READ_SCATTERED, TABLE_BLOCK, 100, 10, 2);
    block_server_notified(&rig.server);
    rig_serve_all();
    assert_answered(2, BLK_RESP_OK, 10);
    for (unsigned i = 0; i < 10; i++) {
        assert_memory_equal(rig_data(141 - 2 * i), rig.disk[100 + i], BLK_TRANSFER_SIZE);
        assert_int_equal(rig_data(142 - 2 * i)[0], 0xa5);
    }
    assert_int_equal(rig.server.counts.bytes, 20 * BLK_TRANSFER_SIZE);
}

/* Each piece goes on in the table where the one before ended; so does an agent that comes later. */
static void scattered_in_pieces(void **state)
{
    (void)state;
    rig_connect();
    for (unsigned i = 0; i < 100; i++) {
        table()[i] = (i * 7) % 100;
        memset(rig_data(i), (int)i, BLK_TRANSFER_SIZE);
    }
    rig_ask(BLK_REQ_WRITE_SCATTERED, TABLE_BLOCK, 50, 100, 1);
    block_server_notified(&rig.server);
    assert_int_equal(rig_take(), 2);
    rig_complete(0, rig_perform(0));
    rig_ring();
    assert_silent();
    block_server_closed(&rig.server);
    rig_connect();
    rig_serve_all();
    assert_answered(1, BLK_RESP_OK, 100);
    assert_silent();
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(rig.disk[50 + i][9], (i * 7) % 100);
    }
}

/* What the table names has to be the client's, whenever it is looked at. */
static void wrong_tables(void **state)
{
    (void)state;
    const uint32_t wrong[] = {RIG_DATA_BLOCKS, RIG_DATA_BLOCKS + 1, UINT32_MAX, UINT32_MAX / 4096};
    rig_connect();
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        table_fill(3, 10);
        table()[1] = wrong[i];
        rig_ask(BLK_REQ_WRITE_SCATTERED, TABLE_BLOCK, 0, 3, i);
        rig_ask(BLK_REQ_READ_SCATTERED, TABLE_BLOCK, 0, 3, 100 + i);
        block_server_notified(&rig.server);
        assert_answered(i, BLK_RESP_ERR_INVALID_PARAM, 0);
        assert_int_equal(rig_take(), 1);
        rig_serve_all();
        assert_answered(100 + i, BLK_RESP_ERR_INVALID_PARAM, 0);
        assert_silent();
    }
    /* Of two pieces the second is wrong: the first, which is out, is waited for. */
    table_fill(70, 200);
    table()[69] = RIG_DATA_BLOCKS;
    rig_ask(BLK_REQ_WRITE_SCATTERED, TABLE_BLOCK, 0, 70, 1);
    rig_ask(BLK_REQ_READ, 0, 0, 1, 2);
    block_server_notified(&rig.server);
    assert_silent();
    assert_int_equal(rig_take(), 2);
    rig_serve_all();
    assert_answered(1, BLK_RESP_ERR_INVALID_PARAM, 0);
    assert_answered(2, BLK_RESP_OK, 1);
    /* The last pages in a row, and one more than there are. */
    table()[0] = RIG_DATA_BLOCKS - 2;
    table()[1] = RIG_DATA_BLOCKS - 1;
    table()[2] = RIG_DATA_BLOCKS;
    rig_ask(BLK_REQ_WRITE_SCATTERED, TABLE_BLOCK, 0, 2, 3);
    rig_ask(BLK_REQ_WRITE_SCATTERED, TABLE_BLOCK, 0, 3, 4);
    block_server_notified(&rig.server);
    rig_serve_all();
    assert_answered(4, BLK_RESP_ERR_INVALID_PARAM, 0);
    assert_answered(3, BLK_RESP_OK, 2);
    assert_int_equal(rig.server.piece_count, 0);
}

static void wrong_places_of_tables(void **state)
{
    (void)state;
    const uint64_t va = rig.regions[0].va, size = rig.regions[0].size;
    const struct {
        uint64_t va;
        uint16_t count;
    } wrong[] = {{va + 2, 1},         {va - 4, 1},         {va + size, 1}, {va + size - 4, 2},
                 {UINT64_MAX - 3, 1}, {va + 4096 + 1, 10}, {0, 1}};
    rig_connect();
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        blk_enqueue_req(&rig.client, BLK_REQ_WRITE_SCATTERED, (uintptr_t)wrong[i].va, 0,
                        wrong[i].count, i);
        block_server_notified(&rig.server);
        assert_answered(i, BLK_RESP_ERR_INVALID_PARAM, 0);
    }
    table_fill(1, 3);
    rig.regions[0].is_writable = 0;
    rig_ask(BLK_REQ_READ_SCATTERED, TABLE_BLOCK, 0, 1, 50);
    rig_ask(BLK_REQ_WRITE_SCATTERED, TABLE_BLOCK, 0, 1, 51);
    block_server_notified(&rig.server);
    rig_serve_all();
    assert_answered(50, BLK_RESP_ERR_INVALID_PARAM, 0);
    assert_answered(51, BLK_RESP_OK, 1);
}

static void read_only_disk(void **state)
{
    (void)state;
    rig.hello.disk_flags = AGENT_DISK_READ_ONLY;
    rig_connect();
    assert_true(((blk_storage_info_t *)rig.virt.storage_info.vaddr)->read_only);
    rig_ask(BLK_REQ_WRITE, 0, 0, 1, 1);
    rig_ask(BLK_REQ_WRITE_ZEROES, 0, 0, 1, 2);
    rig_ask(BLK_REQ_DISCARD, 0, 0, 1, 3);
    rig_ask(BLK_REQ_READ, 0, 0, 1, 4);
    block_server_notified(&rig.server);
    rig_serve_all();
    assert_answered(1, BLK_RESP_ERR_INVALID_PARAM, 0);
    assert_answered(2, BLK_RESP_ERR_INVALID_PARAM, 0);
    assert_answered(3, BLK_RESP_ERR_INVALID_PARAM, 0);
    assert_answered(4, BLK_RESP_OK, 1);
}

static void kept_while_away(void **state)
{
    (void)state;
    memset(rig_data(0), 1, BLK_TRANSFER_SIZE);
    rig_ask(BLK_REQ_WRITE, 0, 9, 1, 1);
    block_server_notified(&rig.server);
    assert_silent();
    rig_connect();
    assert_int_equal(rig_take(), 1);
    rig_serve_all();
    assert_answered(1, BLK_RESP_OK, 1);
}

static void issued_again_in_order(void **state)
{
    (void)state;
    rig_connect();
    for (unsigned i = 0; i < 5; i++) {
        rig_ask(BLK_REQ_WRITE, i, 10 + i, 1, i);
    }
    block_server_notified(&rig.server);
    rig_take();
    rig_complete(2, rig_perform(2)); /* and the server is not told */
    rig_perform(0);
    block_server_closed(&rig.server);
    assert_state(BLOCK_SERVER_CLOSED);
    assert_int_equal(rig.server.counts.reissued, 5);
    rig_ask(BLK_REQ_WRITE, 5, 15, 1, 5);
    block_server_notified(&rig.server);
    /* What the client has in its buffers counts, not what was once copied. */
    memset(rig_data(3), 0x33, BLK_TRANSFER_SIZE);
    rig_connect();
    assert_int_equal(rig_take(), 6);
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(rig.taken[i].disk_offset, (10 + i) * BLK_TRANSFER_SIZE);
    }
    rig_serve_all();
    for (unsigned i = 0; i < 6; i++) {
        blk_resp_t response;
        assert_true(rig_answered(&response));
        assert_int_equal(response.status, BLK_RESP_OK);
    }
    assert_silent();
    assert_int_equal(rig.disk[13][0], 0x33);
    assert_int_equal(rig.server.counts.connections, 2);
}

static void part_of_a_large_one_again(void **state)
{
    (void)state;
    rig_connect();
    rig_ask(BLK_REQ_WRITE, 0, 0, 256, 1);
    block_server_notified(&rig.server);
    rig_take();
    rig_complete(0, AGENT_ERROR_IO); /* by an agent that is about to die of it */
    rig_complete(0, rig_perform(0));
    rig_ring();
    block_server_closed(&rig.server);
    rig_connect();
    assert_int_equal(rig_take(), 4);
    rig_serve_all();
    assert_answered(1, BLK_RESP_OK, 256);
    assert_silent();
}

static void another_disk(void **state)
{
    (void)state;
    rig_connect();
    rig_ask(BLK_REQ_WRITE, 0, 0, 1, 1);
    block_server_notified(&rig.server);
    block_server_closed(&rig.server);
    strcpy(rig.hello.serial, "S2");
    rig_ask(BLK_REQ_READ, 0, 0, 1, 2);
    rig_connect();
    assert_int_equal(rig_take(), 0);
    assert_answered(1, BLK_RESP_ERR_NO_DEVICE, 0);
    assert_answered(2, BLK_RESP_ERR_NO_DEVICE, 0);
    assert_non_null(strstr(fake.log, "another disk came back, \"S2\""));
    block_server_closed(&rig.server);
    strcpy(rig.hello.serial, "S1");
    rig_ask(BLK_REQ_READ, 0, 0, 1, 3);
    rig_connect();
    rig_serve_all();
    assert_answered(3, BLK_RESP_OK, 1);
}

static void responses_full(void **state)
{
    (void)state;
    rig_connect();
    blk_resp_queue_t *queue = rig.virt.resp_queue.vaddr;
    queue->tail += RIG_CAPACITY; /* as if nobody had taken the responses */
    for (unsigned i = 0; i < 3; i++) {
        rig_ask(BLK_REQ_READ, i, 0, 1, i);
    }
    rig_ask(BLK_REQ_READ, 0, RIG_DISK_BLOCKS, 1, 3);
    rig_ask(BLK_REQ_BARRIER, 0, 0, 0, 4);
    block_server_notified(&rig.server);
    rig_serve_all();
    assert_int_equal(rig.server.done_count, 5);
    queue->head = queue->tail - RIG_CAPACITY + 1;
    block_server_notified(&rig.server);
    assert_int_equal(rig.server.done_count, 4);
    queue->head = queue->tail - 1;
    assert_answered(0, BLK_RESP_OK, 1);
    block_server_closed(&rig.server);
    block_server_notified(&rig.server);
    assert_answered(1, BLK_RESP_OK, 1);
    assert_answered(2, BLK_RESP_OK, 1);
    assert_answered(3, BLK_RESP_ERR_INVALID_PARAM, 0);
    assert_answered(4, BLK_RESP_OK, 0);
    assert_silent();
}

static void send_later(void **state)
{
    (void)state;
    rig_connect();
    rig.refuses_sends = true;
    rig_ask(BLK_REQ_READ, 0, 0, 1, 1);
    block_server_notified(&rig.server);
    assert_int_equal(rig.doorbells, 0);
    rig.refuses_sends = false;
    block_server_writable(&rig.server);
    block_server_writable(&rig.server);
    assert_int_equal(rig.doorbells, 1);
}

/* Where the guest may not write, nobody writes in its name. */
static void pool_that_the_guest_may_only_read(void **state)
{
    (void)state;
    struct vm_info_region *regions =
        (struct vm_info_region *)((uintptr_t)fake_vm_info + fake_vm_info->region_offset);
    uint32_t own = regions[1].perms;
    regions[1].perms = 1;
    block_server_opened(&rig.server);
    block_server_received(&rig.server, &rig.hello, sizeof rig.hello);
    regions[1].perms = own;
    assert_int_equal(rig.answer.verdict, AGENT_REFUSED_POOL);
    assert_int_equal(rig.server.state, BLOCK_SERVER_DRAINING);
}

static void refused_greetings(void **state)
{
    (void)state;
    const struct agent_hello sound = rig.hello;
    struct {
        struct agent_hello hello;
        enum agent_verdict verdict;
    } cases[16];
    unsigned count = 0;
#define CASE(change, says)                                                                         \
    do {                                                                                           \
        rig.hello = sound;                                                                         \
        change;                                                                                    \
        cases[count].hello = rig.hello;                                                            \
        cases[count++].verdict = says;                                                             \
    } while (0)
    CASE(rig.hello.magic++, AGENT_REFUSED_HELLO);
    CASE(rig.hello.version++, AGENT_REFUSED_VERSION);
    CASE(rig.hello.depth = 0, AGENT_REFUSED_DISK);
    CASE(rig.hello.depth = AGENT_DEPTH_MAX + 1, AGENT_REFUSED_DISK);
    CASE(rig.hello.capacity = 4095, AGENT_REFUSED_DISK);
    CASE(rig.hello.capacity = UINT64_MAX, AGENT_REFUSED_DISK);
    CASE(rig.hello.logical_block_size = 0, AGENT_REFUSED_DISK);
    CASE(rig.hello.logical_block_size = 520, AGENT_REFUSED_DISK);
    CASE(rig.hello.logical_block_size = 8192, AGENT_REFUSED_DISK);
    CASE(rig.hello.serial[0] = '\n', AGENT_REFUSED_DISK);
    CASE(memset(rig.hello.serial, 'x', AGENT_SERIAL_SIZE), AGENT_REFUSED_DISK);
    CASE(rig.hello.page_count = 0, AGENT_REFUSED_POOL);
    CASE(rig.hello.page_count = AGENT_PAGE_MAX + 1, AGENT_REFUSED_POOL);
    CASE(rig.hello.page_gpa[1] += 4096, AGENT_REFUSED_POOL);
    CASE(rig.hello.page_gpa[1] = 0x50000000, AGENT_REFUSED_POOL);
    CASE(rig.hello.page_gpa[1] = -(uint64_t)AGENT_PAGE_SIZE, AGENT_REFUSED_POOL);
#undef CASE
    rig.hello = sound;
    for (unsigned i = 0; i < count; i++) {
        block_server_opened(&rig.server);
        block_server_received(&rig.server, &cases[i].hello, sizeof cases[i].hello);
        assert_state(BLOCK_SERVER_DRAINING);
        assert_int_equal(rig.answer.verdict, cases[i].verdict);
        assert_int_equal(rig.goodbyes, i + 1);
        rig_ring();
        assert_state(BLOCK_SERVER_DRAINING);
        block_server_closed(&rig.server);
        assert_state(BLOCK_SERVER_CLOSED);
    }
    assert_false(blk_storage_is_ready(rig.virt.storage_info.vaddr));
    block_server_opened(&rig.server);
    block_server_received(&rig.server, &rig.hello, sizeof rig.hello - 1);
    assert_int_equal(rig.answer.verdict, AGENT_REFUSED_HELLO);
    block_server_closed(&rig.server);
    rig_connect();
    assert_state(BLOCK_SERVER_CONNECTED);
}

/* Whatever an agent does, what it had is issued to the next one. */
static void assert_dismissed_and_recovered(void)
{
    assert_state(BLOCK_SERVER_DRAINING);
    assert_int_equal(rig.goodbyes, 1);
    assert_silent();
    rig.goodbyes = 0;
    block_server_closed(&rig.server);
    rig_connect();
    rig_serve_all();
    assert_answered(1, BLK_RESP_OK, 1);
    assert_silent();
}

static void broken_promises(void **state)
{
    for (unsigned i = 0; i < 6; i++) {
        start(state);
        rig_connect();
        rig_ask(BLK_REQ_READ, 0, 0, 1, 1);
        block_server_notified(&rig.server);
        rig_take();
        struct agent_request request = rig.taken[0];
        switch (i) {
        case 0: /* more than it was given */
            rig_rings()->completion_tail = 2;
            rig_ring();
            break;
        case 1: /* backwards */
            rig_rings()->completion_tail = UINT32_MAX;
            rig_ring();
            break;
        case 2: /* a tag that is not in use */
            rig.taken[0].tag = request.tag + 1;
            rig_complete(0, AGENT_OK);
            rig_ring();
            break;
        case 3: /* a tag that is none */
            rig.taken[0].tag = UINT32_MAX;
            rig_complete(0, AGENT_OK);
            rig_ring();
            break;
        case 4: /* no doorbell */
            block_server_received(&rig.server, "x", 1);
            break;
        default: /* a second greeting */
            block_server_received(&rig.server, &rig.hello, sizeof rig.hello);
            break;
        }
        assert_dismissed_and_recovered();
    }
}

static void completed_twice(void **state)
{
    (void)state;
    rig_connect();
    rig_ask(BLK_REQ_READ, 0, 0, 1, 0);
    rig_ask(BLK_REQ_READ, 0, 0, 1, 1);
    block_server_notified(&rig.server);
    rig_take();
    rig.taken[1].tag = rig.taken[0].tag;
    rig_complete(0, AGENT_OK);
    rig_complete(0, AGENT_OK);
    rig_ring();
    assert_answered(0, BLK_RESP_OK, 1);
    assert_dismissed_and_recovered();
}

/* Opened without having been closed: as if closed between. */
static void opened_twice(void **state)
{
    (void)state;
    rig_connect();
    rig_ask(BLK_REQ_READ, 0, 0, 1, 1);
    block_server_notified(&rig.server);
    rig_connect();
    rig_serve_all();
    assert_answered(1, BLK_RESP_OK, 1);
    assert_silent();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
    const struct CMUnitTest tests[] = {
        TEST(too_little_memory),
        TEST(greeting),
        TEST(write_and_read),
        TEST(no_data),
        TEST(doorbells_are_saved),
        TEST(larger_than_a_piece),
        TEST(larger_than_the_pool),
        TEST(failed_piece),
        TEST(barrier),
        TEST(wrong_requests),
        TEST(wrong_io_addresses),
        TEST(scattered_write_and_read),
        TEST(scattered_in_pieces),
        TEST(wrong_tables),
        TEST(wrong_places_of_tables),
        TEST(read_only_disk),
        TEST(kept_while_away),
        TEST(issued_again_in_order),
        TEST(another_disk),
        TEST(part_of_a_large_one_again),
        TEST(responses_full),
        TEST(send_later),
        TEST(pool_that_the_guest_may_only_read),
        TEST(refused_greetings),
        TEST(broken_promises),
        TEST(completed_twice),
        TEST(opened_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
