/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Partition tables: which part of the disk a client gets, and from which tables it gets none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "blk/rig.h"
#include "gpt.h"

#define CLIENTS 3

/* Runs the virtualiser on the disk as it is, until it knows. */
static void decide(void)
{
    init();
    assert_true(rig_serve() < 300);
}

static int reset(void **state)
{
    (void)state;
    rig_reset(CLIENTS, 8, 8);
    return 0;
}

/* Client `i` has to have `blocks` blocks from block `start` of the disk on; 0: none. */
static void expect_part(unsigned i, uint64_t start, uint64_t blocks)
{
    assert_int_equal(blk_storage_is_ready(rig_clients[i].info), blocks != 0);
    if (blocks == 0) {
        return;
    }
    blk_resp_t response;
    assert_int_equal(rig_clients[i].info->capacity, blocks);
    assert_true(rig_ask(i, BLK_REQ_READ, 0, 0, 1, 7));
    assert_true(rig_ask(i, BLK_REQ_READ, 1, blocks - 1, 1, 8));
    notified(RIG_CLIENT_CH(i));
    rig_serve();
    assert_true(rig_answered(i, &response) && response.status == BLK_RESP_OK);
    assert_true(rig_answered(i, &response) && response.status == BLK_RESP_OK);
    assert_memory_equal(rig_clients[i].data, rig_disk[start], BLK_TRANSFER_SIZE);
    assert_memory_equal(rig_clients[i].data + BLK_TRANSFER_SIZE, rig_disk[start + blocks - 1],
                        BLK_TRANSFER_SIZE);
}

static void expect_nobody(void)
{
    for (unsigned i = 0; i < CLIENTS; i++) {
        expect_part(i, 0, 0);
    }
}

static void gpt(void **state)
{
    (void)state;
    rig_gpt(CLIENTS);
    decide();
    for (unsigned i = 0; i < CLIENTS; i++) {
        assert_false(rig_was_notified(RIG_CLIENT_CH(i)));
        expect_part(i, RIG_PART_START(i), RIG_PART_BLOCKS);
        assert_true(rig_was_notified(RIG_CLIENT_CH(i)));
        assert_string_equal(rig_clients[i].info->serial_number, "rig");
        assert_int_equal(rig_clients[i].info->sector_size, 512);
    }
}

static uint8_t *lba(uint64_t number)
{
    return (uint8_t *)rig_disk + 512 * number;
}

static void checksum(void **state)
{
    (void)state;
    /* The check value of CRC-32, which everybody's has. */
    assert_int_equal(gpt_crc(0, (const uint8_t *)"123456789", 9), 0xcbf43926);
    assert_int_equal(gpt_crc(gpt_crc(0, (const uint8_t *)"1234", 4), (const uint8_t *)"56789", 5),
                     0xcbf43926);
}

static void gpt_with_bad_primary(void **state)
{
    (void)state;
    rig_gpt(CLIENTS);
    lba(1)[60] ^= 1;
    decide();
    expect_part(1, RIG_PART_START(1), RIG_PART_BLOCKS);
    assert_non_null(strstr(fake_debug, "wrong checksum"));
}

static void gpt_with_bad_entries(void **state)
{
    (void)state;
    rig_gpt(CLIENTS);
    lba(3)[100] ^= 1;
    decide();
    expect_part(2, RIG_PART_START(2), RIG_PART_BLOCKS);
}

static void gpt_with_both_bad(void **state)
{
    (void)state;
    rig_gpt(CLIENTS);
    lba(3)[100] ^= 1;
    lba(RIG_LBAS - 1)[20] ^= 1;
    decide();
    expect_nobody();
}

/* Headers that have the right checksum and say what cannot be. */
static void gpt_headers_that_lie(void **state)
{
    (void)state;
    static const struct {
        unsigned offset;
        uint64_t value;
        unsigned bytes;
    } lies[] = {
        {8, 0x20000, 4},          /* revision */
        {24, 2, 8},               /* own LBA */
        {32, 100, 8},             /* the other header among the partitions */
        {40, 0, 8},               /* first usable */
        {40, 1, 8},               /* ... the header */
        {40, 10, 8},              /* ... the array */
        {40, UINT64_MAX, 8},      /* ... behind the last */
        {48, RIG_LBAS - 1, 8},    /* last usable: the other header */
        {48, RIG_LBAS, 8},        /* ... behind the disk */
        {48, UINT64_MAX, 8},      /* */
        {72, RIG_LBAS, 8},        /* array behind the disk */
        {72, UINT64_MAX, 8},      /* */
        {72, UINT64_MAX - 31, 8}, /* ... that wraps */
        {72, 1000, 8},            /* ... among the partitions */
        {80, UINT32_MAX, 4},      /* entries: their size wraps */
        {80, 0x800000, 4},        /* ... 1 GiB of them */
        {84, 0, 4},               /* size of an entry */
        {84, 64, 4},              /* */
        {84, 192, 4},             /* */
        {84, 1024, 4},            /* */
        {84, UINT32_MAX, 4},      /* */
    };
    for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        uint8_t header[512];
        struct gpt_header parsed;
        rig_reset(CLIENTS, 8, 8);
        rig_gpt(CLIENTS);
        memcpy(header, lba(1), sizeof(header));
        assert_null(gpt_header_parse(header, 512, 1, RIG_LBAS, &parsed));
        memcpy(header + lies[i].offset, &lies[i].value, lies[i].bytes);
        memset(header + 16, 0, 4);
        uint32_t crc = gpt_crc(0, header, 92);
        memcpy(header + 16, &crc, 4);
        assert_non_null(gpt_header_parse(header, 512, 1, RIG_LBAS, &parsed));
    }
    uint8_t header[512];
    struct gpt_header parsed;
    memcpy(header, lba(1), sizeof(header));
    for (uint32_t size = 0; size < 92; size++) {
        memcpy(header + 12, &size, 4);
        assert_non_null(gpt_header_parse(header, 512, 1, RIG_LBAS, &parsed));
    }
    memcpy(header + 12, &(uint32_t){513}, 4);
    assert_non_null(gpt_header_parse(header, 512, 1, RIG_LBAS, &parsed));
    assert_non_null(gpt_header_parse(lba(1), 512, 1, 1, &parsed));
}

static void entry_set(unsigned index, uint64_t first, uint64_t last)
{
    for (unsigned i = 0; i < 2; i++) {
        uint8_t *entry = lba(i == 0 ? 2 : RIG_LBAS - 33) + 128 * index;
        memcpy(entry + 32, &first, 8);
        memcpy(entry + 40, &last, 8);
    }
    rig_gpt_seal();
}

static void gpt_entries_that_reach_too_far(void **state)
{
    (void)state;
    static const uint64_t lies[][2] = {{0, 100},
                                       {2, 100},
                                       {33, 100},
                                       {800, 799},
                                       {800, RIG_LBAS - 1},
                                       {800, RIG_LBAS - 33},
                                       {800, UINT64_MAX},
                                       {UINT64_MAX, 0},
                                       {801, 1600},
                                       {800, 806}};
    for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        rig_reset(CLIENTS, 8, 8);
        rig_gpt(CLIENTS);
        entry_set(1, lies[i][0], lies[i][1]);
        decide();
        expect_part(0, RIG_PART_START(0), RIG_PART_BLOCKS);
        expect_part(1, 0, 0);
    }
}

/* The blocks that two partitions share would be a way from one client to another. */
static void partitions_that_overlap(void **state)
{
    (void)state;
    rig_gpt(CLIENTS);
    entry_set(1, (RIG_PART_START(0) + RIG_PART_BLOCKS - 1) * 8, RIG_PART_START(2) * 8 - 1);
    decide();
    expect_part(0, 0, 0);
    expect_part(1, 0, 0);
    expect_part(2, RIG_PART_START(2), RIG_PART_BLOCKS);
    assert_non_null(strstr(fake_debug, "overlaps"));
}

static void one_partition_for_two(void **state)
{
    (void)state;
    rig_gpt(CLIENTS);
    blk_virt_config.clients[1].partition = 0;
    decide();
    expect_part(0, RIG_PART_START(0), RIG_PART_BLOCKS);
    expect_part(1, RIG_PART_START(0), RIG_PART_BLOCKS);
}

static void whole_disk(void **state)
{
    (void)state;
    rig_gpt(CLIENTS);
    blk_virt_config.clients[1].partition = BLK_PARTITION_WHOLE_DISK;
    decide();
    expect_part(0, RIG_PART_START(0), RIG_PART_BLOCKS);
    expect_part(1, 0, RIG_DISK_BLOCKS);
    /* With nobody else the table is not even read. */
    rig_reset(1, 8, 8);
    blk_virt_config.clients[0].partition = BLK_PARTITION_WHOLE_DISK;
    init();
    assert_int_equal(blk_queue_length_req(&rig_driver.queue), 0);
    expect_part(0, 0, RIG_DISK_BLOCKS);
}

static void mbr(void **state)
{
    (void)state;
    rig_mbr(0, 0x83, 64, 1000);
    rig_mbr(1, 0x0c, 2048, 8);
    rig_mbr(2, 0x83, RIG_LBAS - 8, 8);
    decide();
    expect_part(0, 8, 125);
    expect_part(1, 256, 1);
    expect_part(2, RIG_DISK_BLOCKS - 1, 1);
}

static void mbr_partitions_that_cannot_be(void **state)
{
    (void)state;
    static const struct {
        uint8_t type;
        uint32_t first, count;
    } lies[] = {{0x83, 0, 100},
                {0x83, 65, 100},
                {0x83, 64, 0},
                {0x83, 64, 7},
                {0, 64, 100},
                {5, 64, 100},
                {0x0f, 64, 100},
                {0x85, 64, 100},
                {0x83, RIG_LBAS - 8, 16},
                {0x83, RIG_LBAS, 100},
                {0x83, UINT32_MAX - 7, UINT32_MAX}};
    for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        rig_reset(1, 8, 8);
        rig_mbr(0, lies[i].type, lies[i].first, lies[i].count);
        decide();
        expect_part(0, 0, 0);
    }
}

static void no_table(void **state)
{
    (void)state;
    decide();
    expect_nobody();
    assert_non_null(strstr(fake_debug, "no partition table"));
    /* Who asks nevertheless gets an answer. */
    rig_ask(0, BLK_REQ_READ, 0, 0, 1, 5);
    notified(RIG_CLIENT_CH(0));
    rig_expect(0, 5, BLK_RESP_ERR_NO_DEVICE, 0);
}

static void logical_blocks_of_4096_bytes(void **state)
{
    (void)state;
    rig_driver.info->sector_size = 4096;
    rig_mbr(0, 0x83, 8, 125);
    blk_virt_config.num_clients = 1;
    decide();
    expect_part(0, 8, 125);
}

static void table_that_cannot_be_read(void **state)
{
    (void)state;
    blk_req_t request;
    rig_gpt(CLIENTS);
    init();
    assert_true(rig_take(&request));
    rig_answer(&request, BLK_RESP_ERR_IO, 0);
    notified(RIG_DRIVER_CH);
    expect_nobody();
    assert_int_equal(blk_queue_length_req(&rig_driver.queue), 0);
}

/* ---- The disk comes and goes ---- */

static void driver_that_is_late(void **state)
{
    (void)state;
    rig_gpt(CLIENTS);
    blk_storage_set_ready(rig_driver.info, false);
    decide();
    expect_nobody();
    rig_ask(0, BLK_REQ_READ, 0, 0, 1, 5);
    notified(RIG_CLIENT_CH(0));
    blk_resp_t response;
    assert_false(rig_answered(0, &response));
    blk_storage_set_ready(rig_driver.info, true);
    notified(RIG_DRIVER_CH);
    rig_serve();
    rig_expect(0, 5, BLK_RESP_OK, 1);
    expect_part(1, RIG_PART_START(1), RIG_PART_BLOCKS);
}

/* Who looks at `ready` by itself takes a notification for an answer. Who asks for a flush gets one.
 */
static void who_is_told_of_the_disk(void **state)
{
    (void)state;
    rig_gpt(CLIENTS);
    blk_virt_config.clients[2].partition = 9;
    blk_storage_set_ready(rig_driver.info, false);
    init();
    rig_ask(1, BLK_REQ_FLUSH, 0, 0, 0, 5);
    rig_ask(2, BLK_REQ_FLUSH, 0, 0, 0, 6);
    notified(RIG_CLIENT_CH(1));
    blk_storage_set_ready(rig_driver.info, true);
    notified(RIG_DRIVER_CH);
    assert_false(rig_was_notified(RIG_CLIENT_CH(1)));
    rig_serve();
    assert_false(rig_was_notified(RIG_CLIENT_CH(0)));
    assert_true(rig_was_notified(RIG_CLIENT_CH(1)));
    assert_true(rig_was_notified(RIG_CLIENT_CH(2)));
    rig_expect(1, 5, BLK_RESP_OK, 0);
    rig_expect(2, 6, BLK_RESP_ERR_NO_DEVICE, 0);
    /* Of changes everybody is told who is concerned. */
    rig_gpt(10);
    rig_driver.info->read_only = true;
    notified(RIG_DRIVER_CH);
    rig_serve();
    for (unsigned i = 0; i < CLIENTS; i++) {
        assert_true(rig_was_notified(RIG_CLIENT_CH(i)));
        assert_true(blk_storage_is_ready(rig_clients[i].info));
    }
}

static void disk_that_is_changed(void **state)
{
    (void)state;
    rig_gpt(CLIENTS);
    decide();
    notified(RIG_CLIENT_CH(0));
    rig_was_notified(RIG_CLIENT_CH(0));
    blk_storage_set_ready(rig_driver.info, false);
    notified(RIG_DRIVER_CH);
    expect_nobody();
    assert_true(rig_was_notified(RIG_CLIENT_CH(0)));
    rig_ask(0, BLK_REQ_READ, 0, 0, 1, 5);
    notified(RIG_CLIENT_CH(0));
    rig_expect(0, 5, BLK_RESP_ERR_NO_DEVICE, 0);
    memset(rig_disk[0], 0, BLK_TRANSFER_SIZE);
    rig_mbr(1, 0x83, 64, 1000);
    strcpy(rig_driver.info->serial_number, "another");
    blk_storage_set_ready(rig_driver.info, true);
    notified(RIG_DRIVER_CH);
    rig_serve();
    expect_part(0, 0, 0);
    expect_part(1, 8, 125);
    assert_string_equal(rig_clients[1].info->serial_number, "another");
}

/* While the table is being read: what arrives of the old one is not taken for the new. */
static void disk_that_is_changed_meanwhile(void **state)
{
    (void)state;
    blk_req_t request, other;
    rig_mbr(0, 0x83, 64, 1000);
    init();
    assert_true(rig_take(&request));
    rig_do(&request);
    memset(rig_disk[0], 0, BLK_TRANSFER_SIZE);
    rig_mbr(1, 0x83, 64, 1000);
    rig_driver.info->read_only = true;
    notified(RIG_DRIVER_CH);
    assert_false(rig_take(&other));
    rig_answer(&request, BLK_RESP_OK, 1);
    notified(RIG_DRIVER_CH);
    rig_serve();
    expect_part(0, 0, 0);
    expect_part(1, 8, 125);
    assert_true(rig_clients[1].info->read_only);
}

static void disks_that_make_no_sense(void **state)
{
    (void)state;
    rig_gpt(CLIENTS);
    rig_driver.info->capacity = UINT64_MAX;
    decide();
    expect_nobody();
    rig_driver.info->capacity = 0;
    notified(RIG_DRIVER_CH);
    expect_nobody();
    rig_driver.info->capacity = RIG_DISK_BLOCKS;
    rig_driver.info->sector_size = 3; /* 512 is what most have */
    *(uint8_t *)&rig_driver.info->read_only = 77;
    memset(rig_driver.info->serial_number, 'x', sizeof(rig_driver.info->serial_number));
    notified(RIG_DRIVER_CH);
    rig_serve();
    expect_part(0, RIG_PART_START(0), RIG_PART_BLOCKS);
    assert_int_equal(strlen(rig_clients[0].info->serial_number), BLK_MAX_SERIAL_NUMBER);
}

static void configurations_that_cannot_be(void **state)
{
    (void)state;
    memset(&blk_virt_config, 0, sizeof(blk_virt_config));
    init();
    notified(RIG_DRIVER_CH);
    rig_reset(CLIENTS, 8, 8);
    blk_virt_config.driver.conn.resp_queue.size = 8 + 8 * 12 - 1;
    init();
    assert_non_null(strstr(fake_debug, "too small"));
    rig_reset(CLIENTS, 8, 8);
    rig_gpt(CLIENTS);
    blk_virt_config.clients[1].conn.req_queue.size = 100;
    blk_virt_config.clients[2].conn.num_buffers = 0;
    decide();
    expect_part(0, RIG_PART_START(0), RIG_PART_BLOCKS);
    expect_part(1, 0, 0);
    rig_reset(CLIENTS, 8, 8);
    rig_gpt(CLIENTS);
    blk_virt_config.driver.data.region.vaddr = NULL;
    decide();
    expect_nobody();
}

/* What was meant for one disk does not go to the next: there, the place is another client's. */
static void a_request_ends_with_its_disk(void **state)
{
    (void)state;
    blk_req_t out[2], request;
    blk_resp_t answer;
    rig_reset(2, 2, 8);
    rig_gpt(2);
    decide();
    expect_part(0, RIG_PART_START(0), RIG_PART_BLOCKS);
    rig_ask(0, BLK_REQ_WRITE, 0, 0, 1, 1);
    rig_ask(0, BLK_REQ_WRITE, 0, 1, 1, 2);
    rig_ask(0, BLK_REQ_WRITE, 0, 5, 7, 3); /* for which the driver has no room */
    notified(RIG_CLIENT_CH(0));
    assert_true(rig_take(&out[0]) && rig_take(&out[1]) && !rig_take(&request));
    blk_storage_set_ready(rig_driver.info, false);
    notified(RIG_DRIVER_CH);
    expect_nobody();
    assert_true(rig_answered(0, &answer));
    assert_int_equal(answer.id, 3);
    assert_int_equal(answer.status, BLK_RESP_ERR_NO_DEVICE);
    assert_int_equal(answer.success_count, 0);
    memset(rig_disk[0], 0, BLK_TRANSFER_SIZE);
    rig_mbr(1, 0x83, RIG_PART_START(0) * 8, RIG_PART_BLOCKS * 8);
    strcpy(rig_driver.info->serial_number, "another");
    blk_storage_set_ready(rig_driver.info, true);
    rig_answer(&out[0], BLK_RESP_ERR_IO, 0);
    rig_answer(&out[1], BLK_RESP_ERR_IO, 0);
    notified(RIG_DRIVER_CH);
    while (rig_take(&request)) {
        assert_int_not_equal(request.code, BLK_REQ_WRITE);
        rig_do(&request);
        rig_answer(&request, BLK_RESP_OK, request.count);
        notified(RIG_DRIVER_CH);
    }
    expect_part(0, 0, 0);
    expect_part(1, RIG_PART_START(0), RIG_PART_BLOCKS);
    for (unsigned i = 0; i < 2; i++) {
        assert_true(rig_answered(0, &answer));
        assert_int_equal(answer.status, BLK_RESP_ERR_IO);
    }
    assert_false(rig_answered(0, &answer));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(gpt, reset),
        cmocka_unit_test_setup(a_request_ends_with_its_disk, reset),
        cmocka_unit_test(checksum),
        cmocka_unit_test_setup(gpt_with_bad_primary, reset),
        cmocka_unit_test_setup(gpt_with_bad_entries, reset),
        cmocka_unit_test_setup(gpt_with_both_bad, reset),
        cmocka_unit_test_setup(gpt_headers_that_lie, reset),
        cmocka_unit_test_setup(gpt_entries_that_reach_too_far, reset),
        cmocka_unit_test_setup(partitions_that_overlap, reset),
        cmocka_unit_test_setup(one_partition_for_two, reset),
        cmocka_unit_test_setup(whole_disk, reset),
        cmocka_unit_test_setup(mbr, reset),
        cmocka_unit_test_setup(mbr_partitions_that_cannot_be, reset),
        cmocka_unit_test_setup(no_table, reset),
        cmocka_unit_test_setup(logical_blocks_of_4096_bytes, reset),
        cmocka_unit_test_setup(table_that_cannot_be_read, reset),
        cmocka_unit_test_setup(driver_that_is_late, reset),
        cmocka_unit_test_setup(who_is_told_of_the_disk, reset),
        cmocka_unit_test_setup(disk_that_is_changed, reset),
        cmocka_unit_test_setup(disk_that_is_changed_meanwhile, reset),
        cmocka_unit_test_setup(disks_that_make_no_sense, reset),
        cmocka_unit_test_setup(configurations_that_cannot_be, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
