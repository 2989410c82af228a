/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtio block device: what it says of its disk, and how data goes to and from the server,
 * where it is or through the bounce area.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "libvmm/virtio_block.h"

/* ---- What the device says of itself ---- */

static void shows_the_disk(void **state)
{
    (void)state;
    uint64_t offered = driver_features_offered(base);
    assert_true((offered >> VIRTIO_BLK_F_FLUSH & 1) != 0);
    assert_true((offered >> VIRTIO_BLK_F_MQ & 1) != 0);
    assert_true((offered >> VIRTIO_BLK_F_RO & 1) == 0);
    assert_int_equal(driver_load(base, REG_VIRTIO_MMIO_DEVICE_ID), 2);
    assert_int_equal(driver_load(base, REG_VIRTIO_MMIO_CONFIG), BLOCKS * 8);
    assert_int_equal(driver_load(base, REG_VIRTIO_MMIO_CONFIG + 20), BLOCK);
    assert_int_equal(fake_load(0, base + REG_VIRTIO_MMIO_CONFIG + 34, 2), VIRTIO_BLK_QUEUE_COUNT);
}

static void id_is_the_serial_number(void **state)
{
    (void)state;
    uint16_t head = ask_one(VIRTIO_BLK_T_GET_ID, 0, DATA, 20);
    uint16_t small = ask_one(VIRTIO_BLK_T_GET_ID, 0, DATA + 64, 4);
    kick();
    expect_used(head, VIRTIO_BLK_S_OK, 21);
    expect_used(small, VIRTIO_BLK_S_OK, 5);
    assert_memory_equal(fake_ram(DATA), "a serial number of a", 20);
    assert_memory_equal(fake_ram(DATA + 64), "a se", 4);
}

static void appears_and_goes(void **state)
{
    (void)state;
    driver_interrupt(base);
    blk_storage_set_ready(info, false);
    virtio_blk_handle_resp(dev);
    assert_int_equal(driver_interrupt(base), VIRTIO_INTERRUPT_CONFIG);
    assert_int_equal(driver_load(base, REG_VIRTIO_MMIO_CONFIG), 0);
    uint16_t head = ask_one(VIRTIO_BLK_T_IN, 0, DATA, BLOCK);
    uint16_t flush = ask_one(VIRTIO_BLK_T_FLUSH, 0, 0, 0);
    kick();
    expect_used(head, VIRTIO_BLK_S_IOERR, 0);
    expect_used(flush, VIRTIO_BLK_S_IOERR, 0);
    info->capacity = 7;
    blk_storage_set_ready(info, true);
    driver_interrupt(base);
    virtio_blk_handle_resp(dev);
    assert_int_equal(driver_interrupt(base), VIRTIO_INTERRUPT_CONFIG);
    assert_int_equal(driver_load(base, REG_VIRTIO_MMIO_CONFIG), 7 * 8);
    virtio_blk_handle_resp(dev);
    assert_int_equal(driver_interrupt(base), 0);
}

/* There is no disk yet: the server is asked to say when there is one, by a flush of nobody's. */
static void disk_that_comes_later(void **state)
{
    (void)state;
    fake_start(1);
    info_set();
    blk_storage_set_ready(info, false);
    queues_clear();
    dev = &late;
    base = BOUNCED + 0x2000;
    assert_true(device_init(dev, base, fake_ram(FAKE_RAM), FAKE_RAM_SIZE));
    assert_int_equal(fake.notify_count[CHANNEL], 1);
    begin(ALL);
    assert_true(virtio_blk_is_quiet(dev));
    uint16_t head = ask_one(VIRTIO_BLK_T_IN, 0, DATA, BLOCK);
    kick();
    expect_used(head, VIRTIO_BLK_S_IOERR, 0);
    assert_true(server_take());
    assert_int_equal(taken.code, BLK_REQ_FLUSH);
    blk_req_t flush = taken;
    assert_false(server_take());
    driver_interrupt(base);
    blk_storage_set_ready(info, true);
    answer(&flush, BLK_RESP_OK);
    answer(&flush, BLK_RESP_OK);
    virtio_blk_handle_resp(dev);
    assert_int_equal(driver_interrupt(base), VIRTIO_INTERRUPT_CONFIG);
    data_region = fake_ram(FAKE_RAM);
    data_size = FAKE_RAM_SIZE;
    head = ask_one(VIRTIO_BLK_T_IN, 0, DATA, BLOCK);
    kick();
    assert_false(virtio_blk_is_quiet(dev));
    assert_int_equal(serve(), 1);
    expect_used(head, VIRTIO_BLK_S_OK, BLOCK + 1);
    assert_true(virtio_blk_is_quiet(dev));
}

/* The same, while there is a driver or one is about to be: none misses what it is about. */
static void disk_that_comes_at_a_bad_moment(void **state)
{
    (void)state;
    fake_start(1);
    info_set();
    blk_storage_set_ready(info, false);
    queues_clear();
    static struct virtio_blk_device another;
    dev = &another;
    base = BOUNCED + 0x3000;
    assert_true(device_init(dev, base, fake_ram(FAKE_RAM), FAKE_RAM_SIZE));
    begin(ALL);
    driver_interrupt(base);
    info->read_only = true; /* which this driver has not been offered, but the next is */
    blk_storage_set_ready(info, true);
    virtio_blk_handle_resp(dev);
    assert_int_equal(driver_interrupt(base), VIRTIO_INTERRUPT_CONFIG);
    driver_store(base, REG_VIRTIO_MMIO_STATUS, 0);
    while (server_take()) {
        answer(&taken, BLK_RESP_OK);
    }
    virtio_blk_handle_resp(dev);
    assert_true((driver_features_offered(base) >> VIRTIO_BLK_F_RO & 1) != 0);
    info->read_only = false;
    blk_storage_set_ready(info, false);
    virtio_blk_handle_resp(dev);
    assert_true(driver_begin(base, ALL & driver_features_offered(base)));
    assert_int_equal(driver_load(base, REG_VIRTIO_MMIO_CONFIG), 0);
    blk_storage_set_ready(info, true);
    virtio_blk_handle_resp(dev); /* it has looked, and does not run yet */
    assert_int_equal(driver_interrupt(base), 0);
    driver_ready(base);
    assert_int_equal(driver_interrupt(base), VIRTIO_INTERRUPT_CONFIG);
    assert_int_not_equal(driver_load(base, REG_VIRTIO_MMIO_CONFIG), 0);
    while (server_take()) {
        answer(&taken, BLK_RESP_OK);
    }
    virtio_blk_handle_resp(dev);
    assert_true(virtio_blk_is_quiet(dev));
}

static void read_only_disk(void **state)
{
    (void)state;
    driver_store(base, REG_VIRTIO_MMIO_STATUS, 0);
    info->read_only = true;
    blk_storage_set_ready(info, false);
    virtio_blk_handle_resp(dev);
    blk_storage_set_ready(info, true);
    virtio_blk_handle_resp(dev);
    assert_true((driver_features_offered(base) >> VIRTIO_BLK_F_RO & 1) != 0);
    begin(ALL);
    uint16_t head = ask_one(VIRTIO_BLK_T_OUT, 0, DATA, BLOCK);
    kick();
    expect_used(head, VIRTIO_BLK_S_IOERR, 0);
    assert_false(server_take());
}

/* ---- Reading and writing where the data is ---- */

static void reads_in_place(void **state)
{
    (void)state;
    uint16_t head = ask_one(VIRTIO_BLK_T_IN, 3 * 8, DATA, 4 * BLOCK);
    kick();
    assert_int_equal(fake.notify_count[CHANNEL], 1);
    assert_true(server_take());
    assert_int_equal(taken.code, BLK_REQ_READ);
    assert_int_equal(taken.io_or_offset, DATA - FAKE_RAM);
    assert_int_equal(taken.block_number, 3);
    assert_int_equal(taken.count, 4);
    expect_none();
    driver_interrupt(base);
    answer(&taken, server_do(&taken));
    virtio_blk_handle_resp(dev);
    expect_used(head, VIRTIO_BLK_S_OK, 4 * BLOCK + 1);
    assert_int_equal(driver_interrupt(base), VIRTIO_INTERRUPT_USED);
    assert_memory_equal(fake_ram(DATA), disk[3], 4 * BLOCK);
}

static void joins_what_lies_together(void **state)
{
    (void)state;
    /* Two pieces in a row that no page divides, and one elsewhere. */
    struct driver_part parts[] = {{DATA, BLOCK + 512, false},
                                  {DATA + BLOCK + 512, BLOCK - 512, false},
                                  {DATA + 8 * BLOCK, BLOCK, false}};
    memset(fake_ram(DATA), 0xa5, 16 * BLOCK);
    uint16_t head = ask(q, VIRTIO_BLK_T_OUT, 0, parts, 3);
    kick();
    assert_true(server_take());
    assert_int_equal(taken.count, 2);
    answer(&taken, server_do(&taken));
    virtio_blk_handle_resp(dev);
    expect_none();
    assert_true(server_take());
    assert_int_equal(taken.block_number, 2);
    assert_int_equal(taken.io_or_offset, DATA - FAKE_RAM + 8 * BLOCK);
    answer(&taken, server_do(&taken));
    virtio_blk_handle_resp(dev);
    expect_used(head, VIRTIO_BLK_S_OK, 1);
    assert_memory_equal(disk[2], fake_ram(DATA), BLOCK);
}

static void one_interrupt_a_batch(void **state)
{
    (void)state;
    uint16_t heads[10];
    for (unsigned i = 0; i < 10; i++) {
        heads[i] = ask_one(VIRTIO_BLK_T_IN, i * 8, DATA + i * BLOCK, BLOCK);
    }
    kick();
    assert_int_equal(fake.notify_count[CHANNEL], 1);
    for (unsigned i = 0; i < 10; i++) {
        assert_true(server_take());
        answer(&taken, server_do(&taken));
    }
    unsigned before = fake.inject_count;
    virtio_blk_handle_resp(dev);
    assert_true(fake.inject_count - before <= 1);
    for (unsigned i = 0; i < 10; i++) {
        expect_used(heads[i], VIRTIO_BLK_S_OK, BLOCK + 1);
    }
}

/* ---- Scattered over RAM ---- */

/* Every third page, backwards. */
static unsigned parts_scatter(struct driver_part *parts, unsigned pages, bool is_read)
{
    unsigned count = 0;
    for (unsigned i = 0; i < pages; i++) {
        parts[count++] = (struct driver_part){DATA + 3ul * (pages - i) * BLOCK, BLOCK, is_read};
    }
    return count;
}

static void scattered_pages_are_one_request(void **state)
{
    (void)state;
    struct driver_part parts[32];
    parts_scatter(parts, 32, true);
    parts[7].size = 2 * BLOCK;
    parts[8].gpa = parts[7].gpa + 2 * BLOCK; /* the two lie together */
    uint16_t head = ask(q, VIRTIO_BLK_T_IN, 5 * 8, parts, 32);
    kick();
    assert_int_equal(serve(), 1);
    assert_int_equal(taken.code, BLK_REQ_READ_SCATTERED);
    assert_int_equal(taken.block_number, 5);
    assert_int_equal(taken.count, 33);
    expect_used(head, VIRTIO_BLK_S_OK, 33 * BLOCK + 1);
    unsigned block = 5;
    for (unsigned i = 0; i < 32; i++) {
        assert_memory_equal(fake_ram(parts[i].gpa), disk[block], parts[i].size);
        block += parts[i].size / BLOCK;
    }
    assert_int_equal(dev->tables_free, (1ull << dev->table_count) - 1);
}

static void one_piece_needs_no_table(void **state)
{
    (void)state;
    uint16_t head = ask_one(VIRTIO_BLK_T_OUT, 0, DATA, 16 * BLOCK);
    kick();
    assert_int_equal(serve(), 1);
    assert_int_equal(taken.code, BLK_REQ_WRITE);
    expect_used(head, VIRTIO_BLK_S_OK, 1);
}

/* What is no page in between goes through the bounce area, and what is behind it by a table. */
static void scattered_around_a_bounce(void **state)
{
    (void)state;
    struct driver_part parts[9];
    parts_scatter(parts, 9, false);
    parts[4].gpa += 512;
    for (unsigned i = 0; i < 9; i++) {
        memset(fake_ram(parts[i].gpa), (int)(0x40 + i), BLOCK);
    }
    uint16_t head = ask(q, VIRTIO_BLK_T_OUT, 8, parts, 9);
    kick();
    assert_int_equal(serve(), 3);
    expect_used(head, VIRTIO_BLK_S_OK, 1);
    for (unsigned i = 0; i < 9; i++) {
        assert_int_equal(disk[1 + i][0], 0x40 + i);
        assert_int_equal(disk[1 + i][BLOCK - 1], 0x40 + i);
    }
    assert_int_equal(dev->bounce_used_count, 0);
}

/* More than a table names is a part more; without a free table it goes piece by piece. */
static void no_table_left(void **state)
{
    (void)state;
    struct driver_part parts[2] = {{DATA, 100 * BLOCK, false},
                                   {DATA + 200 * BLOCK, 50 * BLOCK, false}};
    memset(fake_ram(DATA), 0x11, 100 * BLOCK);
    memset(fake_ram(DATA + 200 * BLOCK), 0x22, 50 * BLOCK);
    uint16_t head = ask(q, VIRTIO_BLK_T_OUT, 0, parts, 2);
    kick();
    assert_int_equal(serve(), 2);
    expect_used(head, VIRTIO_BLK_S_OK, 1);
    assert_int_equal(disk[99][0], 0x11);
    assert_int_equal(disk[149][BLOCK - 1], 0x22);

    uint16_t heads[30];
    assert_true(dev->table_count > 0 && dev->table_count < 30);
    for (unsigned i = 0; i < 30; i++) {
        parts[0] = (struct driver_part){DATA + i * 4ul * BLOCK, BLOCK, true};
        parts[1] = (struct driver_part){DATA + (i * 4ul + 2) * BLOCK, BLOCK, true};
        heads[i] = ask(q, VIRTIO_BLK_T_IN, i * 16, parts, 2);
    }
    kick();
    assert_int_equal(dev->tables_free, 0);
    assert_int_equal(serve(), 30 + (30 - dev->table_count));
    for (unsigned i = 0; i < 30; i++) {
        expect_used(heads[i], VIRTIO_BLK_S_OK, 2 * BLOCK + 1);
        assert_memory_equal(fake_ram(DATA + i * 4ul * BLOCK), disk[i * 2], BLOCK);
        assert_memory_equal(fake_ram(DATA + (i * 4ul + 2) * BLOCK), disk[i * 2 + 1], BLOCK);
    }
    assert_int_equal(dev->tables_free, (1ull << dev->table_count) - 1);
}

/* After a reset of the device a table is held until the server, who may be reading it, answers. */
static void tables_outlive_a_reset(void **state)
{
    (void)state;
    struct driver_part parts[2] = {{DATA, BLOCK, true}, {DATA + 2 * BLOCK, BLOCK, true}};
    uint64_t all = dev->tables_free;
    ask(q, VIRTIO_BLK_T_IN, 0, parts, 2);
    kick();
    assert_true(server_take());
    driver_store(base, REG_VIRTIO_MMIO_STATUS, 0);
    assert_true(dev->tables_free != all);
    answer(&taken, BLK_RESP_OK);
    virtio_blk_handle_resp(dev);
    assert_int_equal(dev->tables_free, all);
}

/* ---- Through the bounce area ---- */

/* Random segments, whatever their alignment: what comes out is what went in. */
static void any_segments(void **state)
{
    (void)state;
    srand(1);
    for (unsigned round = 0; round < 300; round++) {
        struct driver_part parts[64];
        bool is_read = round % 2 == 0;
        uint32_t blocks = 1 + (uint32_t)rand() % 24, left = blocks * BLOCK;
        uint64_t block = (uint64_t)rand() % (BLOCKS - blocks), gpa = DATA;
        unsigned count = 0;
        static uint8_t bytes[64 * BLOCK];
        uint8_t *at = bytes;
        while (left != 0) {
            uint32_t size = count == 63 ? left : 1 + (uint32_t)rand() % (3 * BLOCK);
            size = size < left ? size : left;
            size = rand() % 2 == 0 && left >= BLOCK && size >= BLOCK ? size & ~(BLOCK - 1u) : size;
            gpa = rand() % 2 == 0 ? (gpa + BLOCK - 1) & ~(BLOCK - 1ul) : gpa + rand() % 2 * 512;
            parts[count++] = (struct driver_part){gpa, size, is_read};
            for (uint32_t i = 0; i < size && !is_read; i++) {
                fake_ram(gpa)[i] = (uint8_t)rand();
            }
            memcpy(at, fake_ram(gpa), size);
            at += size;
            gpa += size;
            left -= size;
        }
        uint16_t head =
            ask(q, is_read ? VIRTIO_BLK_T_IN : VIRTIO_BLK_T_OUT, block * 8, parts, count);
        kick();
        assert_true(serve() > 0);
        expect_used(head, VIRTIO_BLK_S_OK, is_read ? blocks * BLOCK + 1 : 1);
        at = bytes;
        for (unsigned i = 0; i < count && is_read; i++) {
            memcpy(at, fake_ram(parts[i].gpa), parts[i].size);
            at += parts[i].size;
        }
        assert_memory_equal(bytes, disk[block], blocks * BLOCK);
    }
    assert_true(virtio_blk_is_quiet(dev));
    assert_int_equal(dev->bounce_used_count, 0);
    assert_int_equal(dev->kept_used, 0);
}

static void bounce_area_full(void **state)
{
    (void)state;
    uint16_t heads[40];
    for (unsigned i = 0; i < 40; i++) {
        heads[i] = ask_one(VIRTIO_BLK_T_IN, i * 8, DATA + i * 2 * BLOCK + 512, BLOCK);
    }
    kick();
    assert_int_equal(blk_queue_length_req(&server), dev->bounce_pages);
    assert_int_equal(serve(), 40);
    for (unsigned i = 0; i < 40; i++) {
        expect_used(heads[i], VIRTIO_BLK_S_OK, BLOCK + 1);
        assert_memory_equal(fake_ram(DATA + i * 2 * BLOCK + 512), disk[i], BLOCK);
    }
}

static void no_bounce_area(void **state)
{
    (void)state;
    uint16_t bad = ask_one(VIRTIO_BLK_T_IN, 0, DATA + 512, BLOCK);
    uint16_t good = ask_one(VIRTIO_BLK_T_IN, 0, DATA, BLOCK);
    kick();
    assert_int_equal(serve(), 1);
    expect_used(bad, VIRTIO_BLK_S_IOERR, 0);
    expect_used(good, VIRTIO_BLK_S_OK, BLOCK + 1);
}

/* ---- Full queues, many queues ---- */

static void server_queue_full(void **state)
{
    (void)state;
    start_direct_with(4);
    uint16_t heads[40];
    for (unsigned i = 0; i < 40; i++) {
        heads[i] = ask_one(VIRTIO_BLK_T_IN, i * 8, DATA + i * BLOCK, BLOCK);
    }
    kick();
    assert_int_equal(blk_queue_length_req(&server), 4);
    assert_int_equal(serve(), 40);
    for (unsigned i = 0; i < 40; i++) {
        expect_used(heads[i], VIRTIO_BLK_S_OK, BLOCK + 1);
    }
    assert_memory_equal(fake_ram(DATA), disk, 40 * BLOCK);
}

static void all_queues_are_served(void **state)
{
    (void)state;
    start_direct_with(2);
    for (unsigned n = 0; n < VIRTIO_BLK_QUEUE_COUNT; n++) {
        for (unsigned i = 0; i < 8; i++) {
            uint64_t place = n * 8 + i;
            ask(&queues[n], VIRTIO_BLK_T_IN, place * 8,
                &(struct driver_part){DATA + place * BLOCK, BLOCK, true}, 1);
        }
    }
    kick();
    assert_int_equal(serve(), VIRTIO_BLK_QUEUE_COUNT * 8);
    for (unsigned n = 0; n < VIRTIO_BLK_QUEUE_COUNT; n++) {
        uint32_t id, size;
        for (unsigned i = 0; i < 8; i++) {
            assert_true(driver_take(&queues[n], &id, &size));
        }
        assert_false(driver_take(&queues[n], &id, &size));
    }
    assert_memory_equal(fake_ram(DATA), disk, VIRTIO_BLK_QUEUE_COUNT * 8 * BLOCK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(shows_the_disk, start_direct),
        cmocka_unit_test_setup(id_is_the_serial_number, start_direct),
        cmocka_unit_test_setup(appears_and_goes, start_direct),
        cmocka_unit_test(disk_that_comes_later),
        cmocka_unit_test(disk_that_comes_at_a_bad_moment),
        cmocka_unit_test_setup(read_only_disk, start_direct),
        cmocka_unit_test_setup(reads_in_place, start_direct),
        cmocka_unit_test_setup(joins_what_lies_together, start_direct),
        cmocka_unit_test_setup(one_interrupt_a_batch, start_direct),
        cmocka_unit_test_setup(scattered_pages_are_one_request, start_scattered),
        cmocka_unit_test_setup(one_piece_needs_no_table, start_scattered),
        cmocka_unit_test_setup(scattered_around_a_bounce, start_scattered),
        cmocka_unit_test_setup(no_table_left, start_scattered),
        cmocka_unit_test_setup(tables_outlive_a_reset, start_scattered),
        cmocka_unit_test_setup(any_segments, start_bounced),
        cmocka_unit_test_setup(any_segments, start_scattered),
        cmocka_unit_test_setup(bounce_area_full, start_bounced),
        cmocka_unit_test_setup(no_bounce_area, start_direct),
        cmocka_unit_test_setup(server_queue_full, start_direct),
        cmocka_unit_test_setup(all_queues_are_served, start_direct),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
