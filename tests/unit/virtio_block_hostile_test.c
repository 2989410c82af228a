/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtio block device with a guest, a server or a data region that does not keep the rules, and
 * reset while requests are at the server.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "guest_state.h"
#include "virtio/core.h"

#include "libvmm/virtio_block.h"

/* ---- A hostile guest ---- */

static void bad_requests(void **state)
{
    (void)state;
    struct {
        uint32_t type;
        uint64_t sector;
        uint32_t size;
        uint8_t result;
    } cases[] = {
        {VIRTIO_BLK_T_IN, 1, BLOCK, VIRTIO_BLK_S_IOERR},
        {VIRTIO_BLK_T_IN, 0, 512, VIRTIO_BLK_S_IOERR},
        {VIRTIO_BLK_T_OUT, 0, BLOCK + 512, VIRTIO_BLK_S_IOERR},
        {VIRTIO_BLK_T_OUT, BLOCKS * 8, BLOCK, VIRTIO_BLK_S_IOERR},
        {VIRTIO_BLK_T_OUT, BLOCKS * 8 - 8, 2 * BLOCK, VIRTIO_BLK_S_IOERR},
        {VIRTIO_BLK_T_OUT, UINT64_MAX - 7, 2 * BLOCK, VIRTIO_BLK_S_IOERR},
        {2, 0, BLOCK, VIRTIO_BLK_S_UNSUPP},
        {VIRTIO_BLK_T_OUT | 0x80000000u, 0, BLOCK, VIRTIO_BLK_S_UNSUPP},
        {14, 0, BLOCK, VIRTIO_BLK_S_UNSUPP},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint16_t head = ask_one(cases[i].type, cases[i].sector, DATA, cases[i].size);
        kick();
        expect_used(head, cases[i].result, 0);
        assert_false(server_take());
    }
    /* Nothing is asked for, and nothing is what happens. */
    uint16_t nothing = ask_one(VIRTIO_BLK_T_IN, 8, DATA, 0);
    kick();
    expect_used(nothing, VIRTIO_BLK_S_OK, 1);
    assert_false(server_take());
}

static void expect_broken(const struct driver_part *parts, unsigned count)
{
    begin(ALL);
    driver_add(q, parts, count);
    kick();
    assert_int_equal(driver_load(base, REG_VIRTIO_MMIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET,
                     VIRTIO_STATUS_NEEDS_RESET);
    assert_false(server_take());
}

static void requests_without_header_or_status(void **state)
{
    (void)state;
    expect_broken(&(struct driver_part){HEADERS, 15, false}, 1);
    expect_broken(&(struct driver_part){HEADERS, 16, false}, 1);
    expect_broken(&(struct driver_part){STATUSES, 1, true}, 1);
    /* Header and status in pieces are fine. */
    begin(ALL);
    uint32_t type = VIRTIO_BLK_T_FLUSH;
    memset(fake_ram(HEADERS), 0, 16);
    memcpy(fake_ram(HEADERS), &type, 4);
    driver_add(
        q,
        (struct driver_part[]){{HEADERS, 3, false}, {HEADERS + 3, 13, false}, {STATUSES, 1, true}},
        3);
    kick();
    assert_int_equal(serve(), 1);
    assert_int_equal(*fake_ram(STATUSES), VIRTIO_BLK_S_OK);
}

/* ---- A hostile server ---- */

static void server_answers_wrongly(void **state)
{
    (void)state;
    uint16_t head = ask_one(VIRTIO_BLK_T_IN, 0, DATA, BLOCK);
    kick();
    assert_true(server_take());
    blk_req_t first = taken;
    for (unsigned i = 1; i < 40; i++) {
        blk_enqueue_resp(&server, BLK_RESP_OK, 1, first.id + i);
    }
    virtio_blk_handle_resp(dev);
    expect_none();
    answer(&first, BLK_RESP_OK);
    answer(&first, BLK_RESP_OK);
    virtio_blk_handle_resp(dev);
    expect_used(head, VIRTIO_BLK_S_OK, BLOCK + 1);
    expect_none();
    /* The place is used again, the old id is not. */
    head = ask_one(VIRTIO_BLK_T_IN, 0, DATA, BLOCK);
    kick();
    answer(&first, BLK_RESP_OK);
    virtio_blk_handle_resp(dev);
    expect_none();
    assert_true(server_take());
    blk_enqueue_resp(&server, BLK_RESP_OK, 0, taken.id); /* OK, but nothing was read */
    virtio_blk_handle_resp(dev);
    expect_used(head, VIRTIO_BLK_S_IOERR, 0);
    head = ask_one(VIRTIO_BLK_T_OUT, 0, DATA, BLOCK);
    kick();
    assert_true(server_take());
    blk_enqueue_resp(&server, (blk_resp_status_t)77, 1, taken.id);
    virtio_blk_handle_resp(dev);
    expect_used(head, VIRTIO_BLK_S_IOERR, 0);
}

static void server_breaks_its_queues(void **state)
{
    (void)state;
    server.resp_queue->tail = 12345;
    virtio_blk_handle_resp(dev);
    server.resp_queue->tail = 0;
    server.req_queue->head = 77;
    uint16_t head = ask_one(VIRTIO_BLK_T_IN, 0, DATA, BLOCK);
    kick();
    expect_none();
    server.req_queue->head = 0;
    virtio_blk_handle_resp(dev);
    assert_int_equal(serve(), 1);
    expect_used(head, VIRTIO_BLK_S_OK, BLOCK + 1);
}

/* A part fails: what was not sent yet is not, the request ends once, when all is answered. */
static void one_part_fails(void **state)
{
    (void)state;
    start_direct_with(2);
    struct driver_part parts[8];
    for (unsigned i = 0; i < 8; i++) {
        parts[i] = (struct driver_part){DATA + 2 * i * BLOCK, BLOCK, true};
    }
    uint16_t head = ask(q, VIRTIO_BLK_T_IN, 0, parts, 8);
    kick();
    assert_true(server_take());
    blk_req_t first = taken;
    assert_true(server_take());
    answer(&first, BLK_RESP_ERR_IO);
    virtio_blk_handle_resp(dev);
    expect_none();
    assert_int_equal(blk_queue_length_req(&server), 0);
    answer(&taken, BLK_RESP_OK);
    virtio_blk_handle_resp(dev);
    expect_used(head, VIRTIO_BLK_S_IOERR, 0);
    expect_none();
    assert_true(virtio_blk_is_quiet(dev));
}

/* ---- Reset ---- */

static void reset_with_requests_in_flight(void **state)
{
    (void)state;
    ask_one(VIRTIO_BLK_T_IN, 0, DATA, BLOCK);
    ask_one(VIRTIO_BLK_T_IN, 8, DATA + 2 * BLOCK + 512, BLOCK);
    kick();
    blk_req_t out[2];
    assert_true(server_take());
    out[0] = taken;
    unsigned count = 1;
    if (server_take()) {
        out[count++] = taken;
    }
    uint32_t held = dev->bounce_used_count;
    driver_store(base, REG_VIRTIO_MMIO_STATUS, 0);
    assert_int_not_equal(driver_load(base, REG_VIRTIO_MMIO_STATUS), 0);
    /* A driver that does not wait is not served meanwhile. */
    begin(ALL);
    uint16_t head = ask_one(VIRTIO_BLK_T_OUT, 16, DATA + 8 * BLOCK, BLOCK);
    kick();
    assert_false(server_take());
    assert_int_equal(dev->bounce_used_count, held);
    memset(fake_ram(DATA + 2 * BLOCK), 0x33, 4 * BLOCK);
    for (unsigned i = 0; i < count; i++) {
        answer(&out[i], server_do(&out[i]));
    }
    virtio_blk_handle_resp(dev);
    assert_int_equal(*fake_ram(DATA + 2 * BLOCK + 512), 0x33);
    expect_none();
    assert_int_equal(serve(), 1);
    expect_used(head, VIRTIO_BLK_S_OK, 1);
    assert_int_equal(dev->bounce_used_count, 0);
    driver_store(base, REG_VIRTIO_MMIO_STATUS, 0);
    assert_int_equal(driver_load(base, REG_VIRTIO_MMIO_STATUS), 0);
}

static void reset_in_the_middle_of_a_request(void **state)
{
    (void)state;
    start_direct_with(2);
    struct driver_part parts[8];
    for (unsigned i = 0; i < 8; i++) {
        parts[i] = (struct driver_part){DATA + 2 * i * BLOCK, BLOCK, true};
    }
    ask(q, VIRTIO_BLK_T_IN, 0, parts, 8);
    kick();
    driver_store(base, REG_VIRTIO_MMIO_STATUS, 0);
    assert_int_equal(serve(), 2);
    assert_int_equal(driver_load(base, REG_VIRTIO_MMIO_STATUS), 0);
}

/* The guest ends while the server still writes to its RAM: what starts it again can know. */
static void restart_has_to_wait(void **state)
{
    (void)state;
    assert_true(virtio_core_follow_guest(&dev->virtio_device));
    const struct guest_idle_handlers *idle = &guest.life.idle;
    assert_int_equal(idle->count, 1);
    ask_one(VIRTIO_BLK_T_IN, 0, DATA, BLOCK);
    kick();
    assert_false(idle->entries[0].function(idle->entries[0].data));
    assert_int_equal(serve(), 1);
    assert_true(idle->entries[0].function(idle->entries[0].data));
}

static void unfit_data_regions(void **state)
{
    static _Alignas(BLOCK) uint8_t region[4 * BLOCK];
    (void)state;
    fake_start(1);
    assert_false(device_init(&unfit, BOUNCED + 0x1000, region + 512, sizeof(region) - BLOCK));
    assert_false(device_init(&unfit, BOUNCED + 0x1000, region, 100));
    assert_false(device_init(&unfit, BOUNCED + 0x1000, fake_ram(FAKE_RAM), FAKE_RAM_SIZE - BLOCK));
    assert_false(
        device_init(&unfit, BOUNCED + 0x1000, fake_ram(FAKE_RAM) + BLOCK, FAKE_RAM_SIZE - BLOCK));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(bad_requests, start_direct),
        cmocka_unit_test_setup(requests_without_header_or_status, start_direct),
        cmocka_unit_test_setup(server_answers_wrongly, start_direct),
        cmocka_unit_test_setup(server_breaks_its_queues, start_direct),
        cmocka_unit_test_setup(one_part_fails, start_direct),
        cmocka_unit_test_setup(reset_with_requests_in_flight, start_bounced),
        cmocka_unit_test_setup(reset_in_the_middle_of_a_request, start_direct),
        cmocka_unit_test_setup(restart_has_to_wait, start_direct),
        cmocka_unit_test(unfit_data_regions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
