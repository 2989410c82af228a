/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The block virtualiser between clients and a driver of which any may be hostile: what it lets
 * through, whom it answers, and that nobody starves anybody.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "blk/rig.h"

static int start(void **state)
{
    (void)state;
    rig_start(3, 16, 8);
    return 0;
}

static void request_and_answer(void **state)
{
    (void)state;
    blk_req_t request;
    memset(rig_clients[1].data + 3 * BLK_TRANSFER_SIZE, 0x5a, 2 * BLK_TRANSFER_SIZE);
    assert_true(rig_ask(1, BLK_REQ_WRITE, 3, 10, 2, 0xdeadbeef));
    notified(RIG_CLIENT_CH(1));
    assert_true(rig_was_notified(RIG_DRIVER_CH));
    assert_true(rig_take(&request));
    assert_int_equal(request.io_or_offset, RIG_IO(1) + 3 * BLK_TRANSFER_SIZE);
    assert_int_equal(request.block_number, RIG_PART_START(1) + 10);
    assert_int_equal(request.count, 2);
    rig_do(&request);
    rig_answer(&request, BLK_RESP_OK, 2);
    notified(RIG_DRIVER_CH);
    assert_true(rig_was_notified(RIG_CLIENT_CH(1)));
    assert_false(rig_was_notified(RIG_CLIENT_CH(0)));
    rig_expect(1, 0xdeadbeef, BLK_RESP_OK, 2);
    assert_int_equal(rig_disk[RIG_PART_START(1) + 11][4095], 0x5a);
}

static void refused_requests(void **state)
{
    (void)state;
    const uint64_t size = (uint64_t)RIG_DATA_BLOCKS * BLK_TRANSFER_SIZE;
    const struct {
        uint32_t code;
        uint64_t offset, block;
        uint16_t count;
    } cases[] = {
        {BLK_REQ_READ, 0, 0, 0},
        {BLK_REQ_READ, 0, RIG_PART_BLOCKS, 1},
        {BLK_REQ_READ, 0, RIG_PART_BLOCKS - 1, 2},
        {BLK_REQ_READ, 0, 0, RIG_PART_BLOCKS + 1},
        {BLK_REQ_READ, 0, UINT64_MAX, 1},
        {BLK_REQ_READ, 0, UINT64_MAX - 5, 7},
        {BLK_REQ_WRITE, 1, 0, 1},
        {BLK_REQ_WRITE, 512, 0, 1},
        {BLK_REQ_WRITE, size, 0, 1},
        {BLK_REQ_WRITE, size - BLK_TRANSFER_SIZE, 0, 2},
        {BLK_REQ_WRITE, UINT64_MAX - 4095, 0, 1},
        {BLK_REQ_WRITE, UINT64_MAX - 4095, 0, 2},
        {BLK_REQ_WRITE, 1ul << 32, 0, 1},
        {4, 0, 0, 1},
        {0xff, 0, 0, 1},
        {0xffffffff, 0, 0, 1},
        {0x100, 0, 0, 1}, /* discard, which this driver does not offer */
        {0x101, 0, 0, 1},
        {0x102, 0, 0, 1}, /* scattered data, neither */
        {0x103, 0, 0, 1},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        blk_req_t request;
        assert_int_equal(blk_enqueue_req(&rig_clients[0].queue, (blk_req_code_t)cases[i].code,
                                         cases[i].offset, cases[i].block, cases[i].count, i),
                         0);
        notified(RIG_CLIENT_CH(0));
        assert_false(rig_take(&request));
        rig_expect(0, i, BLK_RESP_ERR_INVALID_PARAM, 0);
        assert_true(rig_was_notified(RIG_CLIENT_CH(0)));
        assert_false(rig_was_notified(RIG_DRIVER_CH));
    }
    assert_true(strlen(fake_debug) < 200); /* one line for all of them */
}

/* ---- Long requests ---- */

static void long_requests_are_cut(void **state)
{
    (void)state;
    rig_reset(1, 16, 8);
    blk_virt_config.clients[0].partition = BLK_PARTITION_WHOLE_DISK;
    init();
    for (unsigned i = 0; i < RIG_DATA_BLOCKS; i++) {
        memset(rig_clients[0].data + i * BLK_TRANSFER_SIZE, (int)i, BLK_TRANSFER_SIZE);
    }
    assert_true(rig_ask(0, BLK_REQ_WRITE, 0, 100, RIG_DATA_BLOCKS, 1));
    notified(RIG_CLIENT_CH(0));
    assert_int_equal(rig_serve(), 3);
    rig_expect(0, 1, BLK_RESP_OK, RIG_DATA_BLOCKS);
    assert_memory_equal(rig_disk[100], rig_clients[0].data, RIG_DATA_BLOCKS * BLK_TRANSFER_SIZE);
}

/* One answer, with what was done from the beginning on. */
static void long_requests_that_fail(void **state)
{
    (void)state;
    rig_reset(1, 2, 8);
    blk_virt_config.clients[0].partition = BLK_PARTITION_WHOLE_DISK;
    init();
    blk_req_t first, second, third;
    assert_true(rig_ask(0, BLK_REQ_READ, 0, 0, RIG_DATA_BLOCKS, 1));
    assert_true(rig_ask(0, BLK_REQ_READ, 0, 0, 1, 2));
    notified(RIG_CLIENT_CH(0));
    assert_true(rig_take(&first) && rig_take(&second));
    assert_false(rig_take(&third));
    rig_answer(&second, BLK_RESP_ERR_IO, 10);
    notified(RIG_DRIVER_CH);
    assert_true(rig_take(&third)); /* of the next request: the rest of this is not asked for */
    assert_int_equal(third.count, 1);
    rig_answer(&first, BLK_RESP_OK, first.count);
    notified(RIG_DRIVER_CH);
    rig_expect(0, 1, BLK_RESP_ERR_IO, 266);
    rig_answer(&third, BLK_RESP_OK, 1);
    notified(RIG_DRIVER_CH);
    rig_expect(0, 2, BLK_RESP_OK, 1);
}

/* ---- Order ---- */

static void barrier(void **state)
{
    (void)state;
    blk_req_t a, b, c;
    blk_resp_t response;
    rig_ask(0, BLK_REQ_WRITE, 0, 0, 1, 1);
    rig_ask(0, BLK_REQ_WRITE, 0, 1, 1, 2);
    rig_ask(0, BLK_REQ_BARRIER, 0, 0, 0, 3);
    rig_ask(0, BLK_REQ_WRITE, 0, 2, 1, 4);
    rig_ask(1, BLK_REQ_WRITE, 0, 0, 1, 9);
    notified(RIG_CLIENT_CH(0));
    assert_true(rig_take(&a) && rig_take(&b) && rig_take(&c)); /* c is client 1's */
    assert_int_equal(c.block_number + b.block_number, RIG_PART_START(1) + RIG_PART_START(0) + 1);
    rig_answer(&b, BLK_RESP_OK, 1);
    rig_answer(&c, BLK_RESP_OK, 1);
    notified(RIG_DRIVER_CH);
    assert_false(rig_take(&c));
    rig_answer(&a, BLK_RESP_OK, 1);
    notified(RIG_DRIVER_CH);
    assert_true(rig_take(&c));
    assert_int_equal(c.block_number, RIG_PART_START(0) + 2);
    uint32_t ids[3];
    for (unsigned i = 0; i < 3; i++) {
        assert_true(rig_answered(0, &response));
        ids[i] = response.id;
    }
    assert_int_equal(ids[2], 3);
    assert_int_equal(ids[0] + ids[1], 3);
}

static void flush_goes_to_the_driver(void **state)
{
    (void)state;
    blk_req_t request;
    assert_int_equal(blk_enqueue_req(&rig_clients[0].queue, BLK_REQ_FLUSH, 12345, ~0ul, 99, 6), 0);
    notified(RIG_CLIENT_CH(0));
    assert_true(rig_take(&request));
    assert_int_equal(request.code, BLK_REQ_FLUSH);
    assert_int_equal(request.count | request.block_number | request.io_or_offset, 0);
    rig_answer(&request, BLK_RESP_ERR_IO, 0);
    notified(RIG_DRIVER_CH);
    rig_expect(0, 6, BLK_RESP_ERR_IO, 0);
}

static void discard_and_write_zeroes(void **state)
{
    (void)state;
    rig_reset(2, 16, 8);
    rig_gpt(2);
    blk_extension_write(rig_driver.info, (blk_extension_t){.features = BLK_EXTENSION_DISCARD |
                                                                       BLK_EXTENSION_WRITE_ZEROES,
                                                           .max_discard = 100,
                                                           .max_write_zeroes = 7,
                                                           .discard_alignment = 4});
    init();
    rig_serve();
    blk_extension_t offered = blk_extension_read(rig_clients[0].info);
    assert_int_equal(offered.features, BLK_EXTENSION_DISCARD | BLK_EXTENSION_WRITE_ZEROES);
    assert_int_equal(offered.discard_alignment, 4);
    rig_ask(0, BLK_REQ_DISCARD, 0, 0, RIG_PART_BLOCKS, 1);
    notified(RIG_CLIENT_CH(0));
    assert_int_equal(rig_serve(), 2);
    rig_expect(0, 1, BLK_RESP_OK, RIG_PART_BLOCKS);
    rig_ask(1, BLK_REQ_WRITE_ZEROES, 0, 190, 10, 2);
    rig_ask(1, BLK_REQ_WRITE_ZEROES, 0, 190, 11, 3);
    notified(RIG_CLIENT_CH(1));
    assert_int_equal(rig_serve(), 2);
    blk_resp_t response;
    assert_true(rig_answered(1, &response));
    rig_expect(1, 2, BLK_RESP_OK, 10);
    assert_int_equal(response.status, BLK_RESP_ERR_INVALID_PARAM);
}

static void offer(uint32_t features)
{
    rig_reset(2, 16, 8);
    rig_gpt(2);
    blk_extension_write(
        rig_driver.info,
        (blk_extension_t){.features = features, .max_discard = 1, .max_write_zeroes = 1});
}

/* The virtualiser sees that the table is the client's; what it names the driver looks at. */
static void scattered(void **state)
{
    (void)state;
    const uint64_t size = (uint64_t)RIG_DATA_BLOCKS * BLK_TRANSFER_SIZE;
    blk_req_t request;
    offer(BLK_EXTENSION_SCATTERED);
    init();
    rig_serve();
    assert_int_equal(blk_extension_read(rig_clients[1].info).features, BLK_EXTENSION_SCATTERED);
    blk_enqueue_req(&rig_clients[1].queue, BLK_REQ_WRITE_SCATTERED, size - 40, 5, 10, 1);
    notified(RIG_CLIENT_CH(1));
    assert_true(rig_take(&request));
    assert_int_equal(request.code, BLK_REQ_WRITE_SCATTERED);
    assert_int_equal(request.io_or_offset, RIG_IO(1) + size - 40);
    assert_int_equal(request.block_number, RIG_PART_START(1) + 5);
    assert_int_equal(request.count, 10);
    rig_answer(&request, BLK_RESP_OK, 10);
    notified(RIG_DRIVER_CH);
    rig_expect(1, 1, BLK_RESP_OK, 10);
    const struct {
        uint64_t offset;
        uint16_t count;
    } wrong[] = {{size - 40, 11},     {size, 1},           {2, 1},
                 {UINT64_MAX - 3, 1}, {UINT64_MAX - 3, 2}, {0, 0}};
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        blk_enqueue_req(&rig_clients[1].queue, BLK_REQ_READ_SCATTERED, wrong[i].offset, 0,
                        wrong[i].count, i);
        notified(RIG_CLIENT_CH(1));
        assert_false(rig_take(&request));
        rig_expect(1, i, BLK_RESP_ERR_INVALID_PARAM, 0);
    }
}

/* A piece goes on in the table where the one before ended. */
static void scattered_and_cut(void **state)
{
    (void)state;
    blk_req_t first, second;
    offer(BLK_EXTENSION_SCATTERED);
    blk_virt_config.clients[0].partition = BLK_PARTITION_WHOLE_DISK;
    init();
    rig_serve();
    blk_enqueue_req(&rig_clients[0].queue, BLK_REQ_READ_SCATTERED, 4096, 7, 300, 1);
    notified(RIG_CLIENT_CH(0));
    assert_true(rig_take(&first) && rig_take(&second));
    assert_int_equal(first.io_or_offset, RIG_IO(0) + 4096);
    assert_int_equal(first.count, 256);
    assert_int_equal(second.io_or_offset, RIG_IO(0) + 4096 + 256 * BLK_TABLE_WORD);
    assert_int_equal(second.block_number, 7 + 256);
    assert_int_equal(second.count, 44);
}

/* Caches are kept for data in one place only; and a disk that is read only can still be read so. */
static void scattered_is_not_for_everybody(void **state)
{
    (void)state;
    offer(BLK_EXTENSION_SCATTERED | BLK_EXTENSION_DISCARD);
    blk_virt_config.clients[0].data.region.vaddr = rig_clients[0].data;
    rig_driver.info->read_only = true;
    init();
    rig_serve();
    assert_int_equal(blk_extension_read(rig_clients[0].info).features, 0);
    assert_int_equal(blk_extension_read(rig_clients[1].info).features, BLK_EXTENSION_SCATTERED);
    rig_ask(0, BLK_REQ_READ_SCATTERED, 0, 0, 1, 1);
    rig_ask(1, BLK_REQ_WRITE_SCATTERED, 0, 0, 1, 2);
    notified(RIG_CLIENT_CH(0));
    assert_int_equal(rig_serve(), 0);
    rig_expect(0, 1, BLK_RESP_ERR_INVALID_PARAM, 0);
    rig_expect(1, 2, BLK_RESP_ERR_INVALID_PARAM, 0);
    rig_ask(1, BLK_REQ_READ_SCATTERED, 0, 0, 1, 3);
    notified(RIG_CLIENT_CH(1));
    assert_int_equal(rig_serve(), 1);
    rig_expect(1, 3, BLK_RESP_OK, 1);
}

static void read_only_disk(void **state)
{
    (void)state;
    rig_reset(1, 16, 8);
    rig_gpt(1);
    rig_driver.info->read_only = true;
    init();
    rig_serve();
    assert_true(rig_clients[0].info->read_only);
    rig_ask(0, BLK_REQ_WRITE, 0, 0, 1, 1);
    notified(RIG_CLIENT_CH(0));
    rig_expect(0, 1, BLK_RESP_ERR_INVALID_PARAM, 0);
    rig_ask(0, BLK_REQ_READ, 0, 0, 1, 2);
    notified(RIG_CLIENT_CH(0));
    rig_serve();
    rig_expect(0, 2, BLK_RESP_OK, 1);
}

/* ---- Fairness ---- */

/* A client that always asks for more than there is leaves each other its share of the driver. */
static void flood_leaves_room(void **state)
{
    (void)state;
    blk_req_t request, own;
    rig_start(4, 16, 64);
    for (unsigned i = 0; i < 64; i++) {
        assert_true(rig_ask(0, BLK_REQ_READ, 0, 0, 1, i));
    }
    notified(RIG_CLIENT_CH(0));
    assert_int_equal(blk_queue_length_req(&rig_driver.queue), 10); /* half, and its share */
    for (unsigned i = 1; i < 4; i++) {
        rig_ask(i, BLK_REQ_READ, 0, 0, 1, 1000);
        rig_ask(i, BLK_REQ_READ, 0, 0, 1, 1001);
        notified(RIG_CLIENT_CH(i));
    }
    assert_int_equal(blk_queue_length_req(&rig_driver.queue), 16);
    /* What is answered to the flooder goes to the flooder again, within its share only. */
    assert_true(rig_take(&request));
    rig_answer(&request, BLK_RESP_OK, 1);
    notified(RIG_DRIVER_CH);
    assert_int_equal(blk_queue_length_req(&rig_driver.queue), 16);
    while (rig_take(&own)) {
        rig_answer(&own, BLK_RESP_OK, 1);
    }
    notified(RIG_DRIVER_CH);
    blk_resp_t response;
    for (unsigned i = 1; i < 4; i++) {
        assert_true(rig_answered(i, &response) && rig_answered(i, &response));
    }
}

/* Two that flood get the same, whatever the size of what they ask for. */
static void turns_are_pieces(void **state)
{
    (void)state;
    rig_reset(2, 4, 64);
    blk_virt_config.clients[0].partition = BLK_PARTITION_WHOLE_DISK;
    blk_virt_config.clients[1].partition = BLK_PARTITION_WHOLE_DISK;
    init();
    unsigned blocks[2] = {0};
    for (unsigned i = 0; i < 60; i++) {
        rig_ask(0, BLK_REQ_READ, 0, 0, RIG_DATA_BLOCKS, i);
        rig_ask(1, BLK_REQ_READ, 0, 0, 200, i);
    }
    notified(RIG_CLIENT_CH(0));
    for (unsigned i = 0; i < 60; i++) {
        blk_req_t request;
        assert_true(rig_take(&request));
        blocks[request.io_or_offset >= RIG_IO(1)] += request.count;
        rig_answer(&request, BLK_RESP_OK, request.count);
        notified(RIG_DRIVER_CH);
    }
    assert_true(blocks[0] < 2 * blocks[1] && blocks[1] < 2 * blocks[0]);
}

static void sixty_four_clients(void **state)
{
    (void)state;
    rig_reset(64, 16, 8);
    for (unsigned i = 0; i < 64; i++) {
        blk_virt_config.clients[i].partition = BLK_PARTITION_WHOLE_DISK;
    }
    init();
    for (unsigned n = 0; n < 8; n++) {
        for (unsigned i = 0; i < 64; i++) {
            assert_true(rig_ask(i, BLK_REQ_READ, 0, i, 1, n));
        }
    }
    notified(RIG_CLIENT_CH(0));
    assert_int_equal(rig_serve(), 64 * 8);
    for (unsigned i = 0; i < 64; i++) {
        blk_resp_t response;
        for (unsigned n = 0; n < 8; n++) {
            assert_true(rig_answered(i, &response) && response.status == BLK_RESP_OK);
        }
    }
}

/* ---- Clients that do not keep to the rules ---- */

static void client_that_takes_no_answers(void **state)
{
    (void)state;
    blk_resp_t response;
    unsigned answers = 0;
    for (unsigned round = 0; round < 4; round++) {
        for (unsigned i = 0; i < 8; i++) {
            rig_ask(0, BLK_REQ_READ, 0, 0, 1, round * 8 + i);
        }
        notified(RIG_CLIENT_CH(0));
        rig_serve();
    }
    rig_ask(1, BLK_REQ_READ, 0, 0, 1, 99);
    notified(RIG_CLIENT_CH(1));
    assert_int_equal(rig_serve(), 1);
    rig_expect(1, 99, BLK_RESP_OK, 1);
    while (rig_answered(0, &response)) {
        assert_int_equal(response.id, answers++);
        notified(RIG_CLIENT_CH(0));
        rig_serve();
    }
    assert_int_equal(answers, 16); /* all that found room in the queue */
}

static void client_that_breaks_its_queues(void **state)
{
    (void)state;
    blk_req_t request;
    rig_ask(0, BLK_REQ_READ, 0, 0, 1, 1);
    notified(RIG_CLIENT_CH(0));
    rig_clients[0].queue.resp_queue->head = 1000;
    rig_clients[0].queue.req_queue->tail = 1000;
    assert_int_equal(rig_serve(), 1); /* the answer is lost */
    notified(RIG_CLIENT_CH(0));
    assert_false(rig_take(&request));
    rig_clients[0].queue.resp_queue->head = rig_clients[0].queue.resp_queue->tail;
    rig_clients[0].queue.req_queue->tail = rig_clients[0].queue.req_queue->head;
    rig_ask(0, BLK_REQ_READ, 0, 0, 1, 2);
    notified(RIG_CLIENT_CH(0));
    rig_serve();
    rig_expect(0, 2, BLK_RESP_OK, 1);
}

/* ---- A driver that does not keep to the rules ---- */

static void driver_that_answers_wrongly(void **state)
{
    (void)state;
    blk_req_t request, old;
    blk_resp_t response;
    rig_ask(0, BLK_REQ_READ, 0, 0, 4, 1);
    notified(RIG_CLIENT_CH(0));
    assert_true(rig_take(&request));
    for (uint32_t i = 1; i < 16; i++) {
        blk_enqueue_resp(&rig_driver.queue, BLK_RESP_OK, 1, request.id + i * 0x10001);
    }
    notified(RIG_DRIVER_CH);
    assert_false(rig_answered(0, &response));
    assert_non_null(strstr(fake_debug, "not asked"));
    rig_answer(&request, (blk_resp_status_t)99, 60000); /* what is that? and how many? */
    rig_answer(&request, BLK_RESP_OK, 4);
    notified(RIG_DRIVER_CH);
    rig_expect(0, 1, BLK_RESP_ERR_UNSPEC, 4);
    old = request;
    rig_ask(0, BLK_REQ_READ, 0, 0, 4, 2);
    notified(RIG_CLIENT_CH(0));
    rig_answer(&old, BLK_RESP_OK, 4); /* a third answer, when its place is used again */
    notified(RIG_DRIVER_CH);
    assert_false(rig_answered(0, &response));
    assert_int_equal(rig_serve(), 1);
    rig_expect(0, 2, BLK_RESP_OK, 4);
}

static void driver_that_breaks_its_queues(void **state)
{
    (void)state;
    blk_resp_t response;
    rig_driver.queue.resp_queue->tail += 1000;
    rig_driver.queue.req_queue->head += 1000;
    rig_ask(0, BLK_REQ_READ, 0, 0, 1, 1);
    notified(RIG_CLIENT_CH(0));
    notified(RIG_DRIVER_CH);
    assert_false(rig_answered(0, &response));
    rig_driver.queue.resp_queue->tail -= 1000;
    rig_driver.queue.req_queue->head -= 1000;
    notified(RIG_DRIVER_CH);
    assert_int_equal(rig_serve(), 1);
    rig_expect(0, 1, BLK_RESP_OK, 1);
}

/* ---- All of it, at random ---- */

/* Eight clients write and read at random with a driver that answers in any order: each finds what
 * it has written, and nobody else's. */
static void eight_clients(void **state)
{
    (void)state;
    static uint32_t written[8][RIG_PART_BLOCKS];
    struct {
        bool used, is_write;
        uint64_t block;
        uint32_t value;
    } asked[8][8] = {0};
    blk_req_t held[16];
    unsigned held_count = 0, done = 0;
    rig_start(8, 16, 8);
    memset(written, 0, sizeof(written));
    srand(7);
    while (done < 20000) {
        unsigned i = (unsigned)rand() % 8, slot = (unsigned)rand() % 8;
        uint64_t block = (uint64_t)rand() % RIG_PART_BLOCKS;
        bool is_busy = false;
        for (unsigned j = 0; j < 8; j++) {
            is_busy |= asked[i][j].used && asked[i][j].block == block;
        }
        uint32_t *word = (uint32_t *)(rig_clients[i].data + slot * BLK_TRANSFER_SIZE);
        if (!asked[i][slot].used && !is_busy) {
            asked[i][slot].used = true;
            asked[i][slot].is_write = written[i][block] == 0 || rand() % 2 == 0;
            asked[i][slot].block = block;
            asked[i][slot].value =
                asked[i][slot].is_write ? (uint32_t)rand() | 1 : written[i][block];
            *word = asked[i][slot].is_write ? asked[i][slot].value : 0;
            assert_true(rig_ask(i, asked[i][slot].is_write ? BLK_REQ_WRITE : BLK_REQ_READ, slot,
                                block, 1, slot));
            notified(RIG_CLIENT_CH(i));
        }
        while (held_count < 16 && rig_take(&held[held_count])) {
            held_count++;
        }
        if (held_count > 0 && rand() % 2 == 0) {
            unsigned which = (unsigned)rand() % held_count;
            rig_do(&held[which]);
            rig_answer(&held[which], BLK_RESP_OK, held[which].count);
            held[which] = held[--held_count];
            notified(RIG_DRIVER_CH);
        }
        for (unsigned j = 0; j < 8; j++) {
            blk_resp_t response;
            while (rig_answered(j, &response)) {
                assert_true(response.id < 8 && asked[j][response.id].used);
                assert_int_equal(response.status, BLK_RESP_OK);
                memcpy(&written[j][asked[j][response.id].block],
                       rig_clients[j].data + response.id * BLK_TRANSFER_SIZE, 4);
                assert_int_equal(written[j][asked[j][response.id].block],
                                 asked[j][response.id].value);
                asked[j][response.id].used = false;
                done++;
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(request_and_answer, start),
        cmocka_unit_test_setup(refused_requests, start),
        cmocka_unit_test(long_requests_are_cut),
        cmocka_unit_test(long_requests_that_fail),
        cmocka_unit_test_setup(barrier, start),
        cmocka_unit_test_setup(flush_goes_to_the_driver, start),
        cmocka_unit_test(discard_and_write_zeroes),
        cmocka_unit_test(scattered),
        cmocka_unit_test(scattered_and_cut),
        cmocka_unit_test(scattered_is_not_for_everybody),
        cmocka_unit_test(read_only_disk),
        cmocka_unit_test(flood_leaves_room),
        cmocka_unit_test(turns_are_pieces),
        cmocka_unit_test(sixty_four_clients),
        cmocka_unit_test_setup(client_that_takes_no_answers, start),
        cmocka_unit_test_setup(client_that_breaks_its_queues, start),
        cmocka_unit_test_setup(driver_that_answers_wrongly, start),
        cmocka_unit_test_setup(driver_that_breaks_its_queues, start),
        cmocka_unit_test(eight_clients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
