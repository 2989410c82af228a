/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtio block device's flushes, its write cache, discard and write zeroes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "libvmm/virtio_block.h"

/* ---- Flush, write through, discard, write zeroes ---- */

static void flush_goes_to_the_server(void **state)
{
    (void)state;
    uint16_t head = ask_one(VIRTIO_BLK_T_FLUSH, 0, 0, 0);
    kick();
    assert_true(server_take());
    assert_int_equal(taken.code, BLK_REQ_FLUSH);
    expect_none();
    answer(&taken, BLK_RESP_OK);
    virtio_blk_handle_resp(dev);
    expect_used(head, VIRTIO_BLK_S_OK, 1);
}

/* A driver that knows no flush has its writes flushed before they are answered. */
static void write_through(void **state)
{
    (void)state;
    begin(0);
    uint16_t head = ask_one(VIRTIO_BLK_T_OUT, 0, DATA, BLOCK);
    kick();
    assert_true(server_take());
    assert_int_equal(taken.code, BLK_REQ_WRITE);
    answer(&taken, BLK_RESP_OK);
    virtio_blk_handle_resp(dev);
    expect_none();
    assert_true(server_take());
    assert_int_equal(taken.code, BLK_REQ_FLUSH);
    answer(&taken, BLK_RESP_OK);
    virtio_blk_handle_resp(dev);
    expect_used(head, VIRTIO_BLK_S_OK, 1);
}

static void write_cache_is_the_drivers_choice(void **state)
{
    (void)state;
    uint64_t writeback = base + REG_VIRTIO_MMIO_CONFIG + 32;
    assert_int_equal(fake_load(0, writeback, 1), 1);
    fake_store(0, writeback, 1, 0);
    assert_int_equal(fake_load(0, writeback, 1), 0);
    ask_one(VIRTIO_BLK_T_OUT, 0, DATA, BLOCK);
    kick();
    assert_int_equal(serve(), 2);
    assert_int_equal(taken.code, BLK_REQ_FLUSH);
    fake_store(0, writeback, 1, 1);
    ask_one(VIRTIO_BLK_T_OUT, 0, DATA, BLOCK);
    kick();
    assert_int_equal(serve(), 1);
    fake_store(0, writeback, 1, 7);
    assert_int_equal(fake_load(0, writeback, 1), 1);
}

struct range {
    uint64_t sector;
    uint32_t sectors, flags;
};

static uint16_t ask_ranges(uint32_t type, const struct range *ranges, unsigned count)
{
    memcpy(fake_ram(DATA), ranges, count * sizeof(*ranges));
    return ask_one(type, 0, DATA, (uint32_t)(count * sizeof(*ranges)));
}

static void offer_extension(uint32_t features, uint16_t max)
{
    blk_storage_set_ready(info, false);
    virtio_blk_handle_resp(dev);
    blk_extension_write(info, (blk_extension_t){.features = features,
                                                .max_discard = max,
                                                .max_write_zeroes = max,
                                                .discard_alignment = 1});
    blk_storage_set_ready(info, true);
    virtio_blk_handle_resp(dev);
}

static void ranges_are_cut(void **state)
{
    (void)state;
    offer_extension(BLK_EXTENSION_DISCARD | BLK_EXTENSION_WRITE_ZEROES, 3);
    struct range ranges[] = {{8, 8 * 8, 0}, {80, 0, 0}, {160, 8, 0}};
    uint16_t zeroes = ask_ranges(VIRTIO_BLK_T_WRITE_ZEROES, ranges, 3);
    kick();
    assert_int_equal(serve(), 4);
    assert_int_equal(taken.code, BLK_REQ_WRITE_ZEROES);
    expect_used(zeroes, VIRTIO_BLK_S_OK, 1);
    assert_int_equal(disk[8][1] | disk[1][1] | disk[20][1], 0);
    assert_int_not_equal(disk[9][1], 0);
    /* Of a range that is not made of blocks only whole ones are discarded. */
    uint16_t discard = ask_ranges(VIRTIO_BLK_T_DISCARD, (struct range[]){{4, 16, 0}, {1, 7, 0}}, 2);
    kick();
    assert_int_equal(serve(), 1);
    assert_int_equal(taken.code, BLK_REQ_DISCARD);
    assert_int_equal(taken.block_number, 1);
    assert_int_equal(taken.count, 1);
    expect_used(discard, VIRTIO_BLK_S_OK, 1);
}

/* A server of sDDF's knows neither: zeroes are written, and what was discarded stays. */
static void server_without_extension(void **state)
{
    (void)state;
    uint16_t zeroes = ask_ranges(VIRTIO_BLK_T_WRITE_ZEROES, &(struct range){8, 9 * 8, 1}, 1);
    uint16_t discard = ask_ranges(VIRTIO_BLK_T_DISCARD, &(struct range){8, 9 * 8, 0}, 1);
    kick();
    assert_true(serve() > 0);
    assert_int_equal(taken.code, BLK_REQ_WRITE);
    expect_used(discard, VIRTIO_BLK_S_OK, 1);
    expect_used(zeroes, VIRTIO_BLK_S_OK, 1);
    static const uint8_t nothing[9 * BLOCK];
    assert_memory_equal(disk[1], nothing, sizeof(nothing));
    assert_int_not_equal(disk[10][1], 0);
}

static void bad_ranges(void **state)
{
    (void)state;
    offer_extension(BLK_EXTENSION_DISCARD | BLK_EXTENSION_WRITE_ZEROES, 3);
    struct {
        uint32_t type;
        struct range range;
        uint8_t result;
    } cases[] = {
        {VIRTIO_BLK_T_DISCARD, {0, 8, 1}, VIRTIO_BLK_S_UNSUPP},
        {VIRTIO_BLK_T_WRITE_ZEROES, {0, 8, 2}, VIRTIO_BLK_S_UNSUPP},
        {VIRTIO_BLK_T_WRITE_ZEROES, {1, 8, 0}, VIRTIO_BLK_S_IOERR},
        {VIRTIO_BLK_T_WRITE_ZEROES, {0, 7, 0}, VIRTIO_BLK_S_IOERR},
        {VIRTIO_BLK_T_DISCARD, {BLOCKS * 8, 8, 0}, VIRTIO_BLK_S_IOERR},
        {VIRTIO_BLK_T_DISCARD, {BLOCKS * 8 - 8, 16, 0}, VIRTIO_BLK_S_IOERR},
        {VIRTIO_BLK_T_WRITE_ZEROES, {UINT64_MAX - 7, 16, 0}, VIRTIO_BLK_S_IOERR},
        {VIRTIO_BLK_T_WRITE_ZEROES, {8, UINT32_MAX, 0}, VIRTIO_BLK_S_IOERR},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint16_t head = ask_ranges(cases[i].type, &cases[i].range, 1);
        kick();
        assert_int_equal(serve(), 0);
        uint32_t id, size;
        assert_true(driver_take(q, &id, &size));
        assert_int_equal(status_of(head), cases[i].result);
    }
    uint16_t odd = ask_one(VIRTIO_BLK_T_DISCARD, 0, DATA, 15);
    uint16_t many = ask_one(VIRTIO_BLK_T_DISCARD, 0, DATA, 17 * 16);
    uint16_t none = ask_one(VIRTIO_BLK_T_DISCARD, 0, DATA, 0);
    kick();
    expect_used(odd, VIRTIO_BLK_S_IOERR, 0);
    expect_used(many, VIRTIO_BLK_S_IOERR, 0);
    expect_used(none, VIRTIO_BLK_S_IOERR, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(flush_goes_to_the_server, start_direct),
        cmocka_unit_test_setup(write_through, start_direct),
        cmocka_unit_test_setup(write_cache_is_the_drivers_choice, start_direct),
        cmocka_unit_test_setup(ranges_are_cut, start_direct),
        cmocka_unit_test_setup(server_without_extension, start_bounced),
        cmocka_unit_test_setup(bad_ranges, start_direct),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
