/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Split virtqueues against a driver that keeps the rules and one that does not: chains, indirect
 * tables, the event index over the wrap of 16 bits, buffers that come while the device looks away.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "libvmm/virtio_driver.h"

#define BASE     0xb000000ul
#define SPI      100
#define QUEUE    (FAKE_RAM + 0x100000)
#define DATA     (FAKE_RAM + 0x200000)
#define TABLE    (FAKE_RAM + 0x300000)
#define RAM_END  (FAKE_RAM + FAKE_RAM_SIZE)
#define SIZE     16
#define BOTH     (VIRTIO_FEATURE(VIRTIO_F_INDIRECT_DESC) | VIRTIO_FEATURE(VIRTIO_F_EVENT_IDX))
#define INDIRECT VIRTIO_FEATURE(VIRTIO_F_INDIRECT_DESC)
#define EVENTS   VIRTIO_FEATURE(VIRTIO_F_EVENT_IDX)

static struct virtio_queue queues[2];
static struct virtio_chain chain;
static unsigned notify_count;
static struct driver_queue q;

static void notify(struct virtio_device *device, unsigned queue)
{
    assert_int_equal(queue, 0);
    assert_true(virtio_device_running(device));
    notify_count++;
}

static const struct virtio_device_ops ops = {.notify = notify};

static struct virtio_device device = {.ops = &ops,
                                      .name = "test",
                                      .device_id = 42,
                                      .queue_count = 2,
                                      .queue_size_max = VIRTIO_QUEUE_SIZE_MAX,
                                      .queues = queues};

static void begin(uint64_t features, uint16_t size)
{
    assert_true(driver_begin(BASE, features));
    driver_queue_begin(BASE, &q, 0, size, QUEUE);
    driver_ready(BASE);
    notify_count = 0;
}

static int start(void **state)
{
    (void)state;
    static bool is_registered;
    fake_start(1);
    if (!is_registered) {
        is_registered =
            virtio_mmio_register_device(&device, BASE, 0x200, ARM_GIC_IRQ_ROUTE(0, SPI));
        assert_true(is_registered);
    }
    begin(BOTH, SIZE);
    return 0;
}

static bool pop(void)
{
    return virtio_queue_pop(&device, 0, &chain);
}

static void push(uint16_t head, uint32_t written)
{
    virtio_queue_push(&device, 0, head, written);
}

static uint32_t status(void)
{
    return driver_load(BASE, REG_VIRTIO_MMIO_STATUS);
}

/* The device must have found that `rule` (part of it) is broken, and say so as 2.1.2 has it. */
static void expect_broken(const char *rule)
{
    assert_false(pop());
    assert_true(fake_logged(rule));
    assert_int_equal(status() & VIRTIO_STATUS_NEEDS_RESET, VIRTIO_STATUS_NEEDS_RESET);
    assert_int_equal(driver_interrupt(BASE) & VIRTIO_INTERRUPT_CONFIG, VIRTIO_INTERRUPT_CONFIG);
    assert_false(pop());
    begin(BOTH, SIZE); /* and reset mends it */
    assert_int_equal(status() & VIRTIO_STATUS_NEEDS_RESET, 0);
}

static void direct_chain(void **state)
{
    (void)state;
    struct driver_part parts[] = {
        {DATA, 16, false}, {DATA + 0x1000, 512, true}, {DATA + 64, 1, true}};
    uint16_t head = driver_add(&q, parts, 3);
    driver_kick(BASE, &q);
    assert_int_equal(notify_count, 1);
    assert_true(virtio_queue_has_buffers(&device, 0));
    assert_true(pop());
    assert_int_equal(chain.head, head);
    assert_int_equal(chain.read_count, 1);
    assert_int_equal(chain.write_count, 2);
    assert_int_equal(chain.read_size, 16);
    assert_int_equal(chain.write_size, 513);
    assert_ptr_equal(chain.segments[0].va, fake_ram(DATA));
    assert_ptr_equal(chain.segments[2].va, fake_ram(DATA + 64));
    assert_false(pop());
    push(head, 513);
    uint32_t id, written;
    assert_false(driver_take(&q, &id, &written)); /* not before it is published */
    virtio_queue_publish(&device, 0);
    assert_true(driver_take(&q, &id, &written));
    assert_int_equal(id, head);
    assert_int_equal(written, 513);
    assert_int_equal(driver_interrupt(BASE), VIRTIO_INTERRUPT_USED);
    assert_int_equal(driver_interrupt(BASE), 0);
}

static void indirect_chain(void **state)
{
    (void)state;
    struct driver_part parts[130];
    for (unsigned i = 0; i < 130; i++) {
        parts[i] = (struct driver_part){DATA + i * 0x1000, 0x1000, i != 0};
    }
    driver_add_indirect(&q, parts, 130, TABLE);
    driver_add_indirect(&q, parts, 2, TABLE + 0x1001); /* of any alignment */
    assert_true(pop());
    assert_int_equal(chain.read_count, 1);
    assert_int_equal(chain.write_count, 129);
    assert_int_equal(chain.write_size, 129 * 0x1000);
    assert_true(pop());
    assert_int_equal(chain.write_count, 1);
    assert_ptr_equal(chain.segments[1].va, fake_ram(DATA + 0x1000));
    assert_false(pop());
}

/* 2.7.5.3.2: normal descriptors may come before the table; its write flag means nothing. */
static void indirect_after_direct(void **state)
{
    (void)state;
    struct virtq_desc table[1] = {{.gpa = DATA + 0x2000, .size = 8, .flags = DRIVER_WRITE}};
    memcpy(fake_ram(TABLE), table, sizeof table);
    q.desc[3] = (struct virtq_desc){.gpa = DATA, .size = 4, .flags = DRIVER_NEXT, .next = 7};
    q.desc[7] =
        (struct virtq_desc){.gpa = TABLE, .size = 16, .flags = DRIVER_INDIRECT | DRIVER_WRITE};
    driver_add_head(&q, 3);
    assert_true(pop());
    assert_int_equal(chain.read_count, 1);
    assert_int_equal(chain.write_count, 1);
    assert_ptr_equal(chain.segments[1].va, fake_ram(DATA + 0x2000));
}

static void empty_descriptors_are_left_out(void **state)
{
    (void)state;
    struct driver_part parts[] = {
        {0, 0, false}, {DATA, 4, false}, {1, 0, true}, {DATA, 4, true}, {0, 0, false}};
    driver_add(&q, parts, 5);
    assert_true(pop());
    assert_int_equal(chain.read_count, 1);
    assert_int_equal(chain.write_count, 1);
    struct driver_part nothing = {0, 0, false};
    driver_add(&q, &nothing, 1);
    assert_true(pop());
    assert_int_equal(chain.read_count + chain.write_count, 0);
}

static void longest_chain(void **state)
{
    (void)state;
    begin(BOTH, VIRTIO_QUEUE_SIZE_MAX);
    struct driver_part parts[VIRTIO_QUEUE_SIZE_MAX];
    for (unsigned i = 0; i < VIRTIO_QUEUE_SIZE_MAX; i++) {
        parts[i] = (struct driver_part){DATA + i, 1, false};
    }
    driver_add(&q, parts, VIRTIO_QUEUE_SIZE_MAX);
    assert_true(pop());
    assert_int_equal(chain.read_count, VIRTIO_QUEUE_SIZE_MAX);
    push(chain.head, 0);
    driver_add_indirect(&q, parts, VIRTIO_QUEUE_SIZE_MAX, TABLE);
    assert_true(pop());
    assert_int_equal(chain.read_count, VIRTIO_QUEUE_SIZE_MAX);
}

static void copies_in_and_out(void **state)
{
    (void)state;
    struct driver_part parts[] = {
        {DATA, 3, false}, {DATA + 100, 5, false}, {DATA + 200, 2, true}, {DATA + 300, 4, true}};
    memcpy(fake_ram(DATA), "abc", 3);
    memcpy(fake_ram(DATA + 100), "defgh", 5);
    driver_add(&q, parts, 4);
    assert_true(pop());
    char bytes[16] = "";
    assert_int_equal(virtio_chain_read(&chain, 1, bytes, 16), 7);
    assert_string_equal(bytes, "bcdefgh");
    assert_int_equal(virtio_chain_read(&chain, 8, bytes, 1), 0);
    assert_int_equal(virtio_chain_read(&chain, 3, bytes, 2), 2);
    assert_memory_equal(bytes, "de", 2);
    assert_int_equal(virtio_chain_write(&chain, 1, "0123456", 7), 5);
    assert_int_equal(fake_ram(DATA + 201)[0], '0');
    assert_memory_equal(fake_ram(DATA + 300), "1234", 4);
}

/* ---- Rules that a driver breaks ---- */

static void add_raw(uint16_t head, struct virtq_desc desc)
{
    q.desc[head] = desc;
    driver_add_head(&q, head);
}

static void broken_indices(void **state)
{
    (void)state;
    driver_add_head(&q, SIZE);
    expect_broken("head is in the descriptor table");
    driver_add_head(&q, 0xffff);
    expect_broken("head is in the descriptor table");
    q.avail->idx = SIZE + 1;
    expect_broken("no more buffers are available");
    q.avail->idx = 0xffff;
    expect_broken("no more buffers are available");
    add_raw(2, (struct virtq_desc){DATA, 4, 0, 0});
    driver_add_head(&q, 2);
    assert_true(pop());
    expect_broken("available again once it was used");
    add_raw(0, (struct virtq_desc){DATA, 4, DRIVER_NEXT, SIZE});
    expect_broken("next is in its table");
    add_raw(0, (struct virtq_desc){DATA, 4, DRIVER_NEXT, 0}); /* for ever */
    expect_broken("no chain is longer");
    add_raw(0, (struct virtq_desc){0, 0, DRIVER_NEXT, 0}); /* the same with nothing in it */
    expect_broken("no chain is longer");
}

static void broken_places(void **state)
{
    (void)state;
    const uint64_t bad[] = {0,         FAKE_RAM - 1,   RAM_END - 3, RAM_END, FAKE_PRIVATE,
                            FAKE_UART, UINT64_MAX - 1, UINT64_MAX};
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        add_raw(0, (struct virtq_desc){bad[i], 4, DRIVER_WRITE, 0});
        expect_broken("buffers are in the guest's RAM");
        add_raw(0, (struct virtq_desc){bad[i], 16, DRIVER_INDIRECT, 0});
        expect_broken("an indirect table is in the guest's RAM");
    }
    add_raw(0, (struct virtq_desc){RAM_END - 4, 4, DRIVER_WRITE, 0});
    assert_true(pop());
    add_raw(1, (struct virtq_desc){DATA, UINT32_MAX, 0, 0});
    expect_broken("buffers are in the guest's RAM");
    q.desc[1] = (struct virtq_desc){DATA, 0xffffff00, 0, 0};
    add_raw(0, (struct virtq_desc){DATA, 0x100, DRIVER_NEXT, 1});
    expect_broken("less than 4 GiB");
}

/* RAM that the guest itself may only read is not written to in its name. */
static void broken_permissions(void **state)
{
    (void)state;
    struct vm_info_region *regions =
        (struct vm_info_region *)((uintptr_t)fake_vm_info + fake_vm_info->region_offset);
    static uint8_t rom[0x1000];
    regions[2] = (struct vm_info_region){
        .gpa = FAKE_PRIVATE, .size = sizeof rom, .vmm_va = (uintptr_t)rom, .perms = 1};
    add_raw(0, (struct virtq_desc){FAKE_PRIVATE, 4, DRIVER_WRITE, 0});
    expect_broken("buffers are in the guest's RAM");
    regions[2].perms = 3;
    add_raw(0, (struct virtq_desc){FAKE_PRIVATE, 4, DRIVER_WRITE, 0});
    assert_true(pop());
    assert_ptr_equal(chain.segments[0].va, rom);
}

/* Where two regions of RAM meet, a buffer goes on in the next. */
static void buffer_over_two_regions(void **state)
{
    (void)state;
    struct vm_info_region *regions =
        (struct vm_info_region *)((uintptr_t)fake_vm_info + fake_vm_info->region_offset);
    static uint8_t more[0x1000];
    regions[2] = (struct vm_info_region){
        .gpa = RAM_END, .size = sizeof more, .vmm_va = (uintptr_t)more, .perms = 3};
    struct driver_part part = {RAM_END - 0x10, 0x30, true};
    driver_add(&q, &part, 1);
    assert_true(pop());
    assert_int_equal(chain.write_count, 2);
    assert_int_equal(chain.write_size, 0x30);
    assert_ptr_equal(chain.segments[0].va, fake_ram(RAM_END - 0x10));
    assert_ptr_equal(chain.segments[1].va, more);
    assert_int_equal(chain.segments[1].size, 0x20);
    add_raw(5, (struct virtq_desc){RAM_END - 8, 0x20, DRIVER_INDIRECT, 0}); /* in one piece */
    expect_broken("an indirect table is in the guest's RAM");
}

static void broken_order(void **state)
{
    (void)state;
    struct driver_part parts[] = {{DATA, 4, true}, {DATA, 4, false}};
    driver_add(&q, parts, 2);
    expect_broken("what the device reads comes before");
}

static void broken_tables(void **state)
{
    (void)state;
    add_raw(0, (struct virtq_desc){TABLE, 0, DRIVER_INDIRECT, 0});
    expect_broken("whole descriptors");
    add_raw(0, (struct virtq_desc){TABLE, 24, DRIVER_INDIRECT, 0});
    expect_broken("whole descriptors");
    add_raw(0, (struct virtq_desc){TABLE, 16, DRIVER_INDIRECT | DRIVER_NEXT, 1});
    expect_broken("an indirect table is the end");
    struct virtq_desc nested = {TABLE + 64, 16, DRIVER_INDIRECT, 0};
    memcpy(fake_ram(TABLE), &nested, sizeof nested);
    add_raw(0, (struct virtq_desc){TABLE, 16, DRIVER_INDIRECT, 0});
    expect_broken("has none in it");
    struct virtq_desc beyond = {DATA, 16, DRIVER_NEXT, 1};
    memcpy(fake_ram(TABLE), &beyond, sizeof beyond);
    add_raw(0, (struct virtq_desc){TABLE, 16, DRIVER_INDIRECT, 0});
    expect_broken("next is in its table");
    begin(EVENTS, SIZE);
    add_raw(0, (struct virtq_desc){TABLE, 16, DRIVER_INDIRECT, 0});
    expect_broken("INDIRECT is negotiated");
}

static void broken_chain_too_long(void **state)
{
    (void)state;
    begin(BOTH, VIRTIO_QUEUE_SIZE_MAX);
    struct driver_part parts[VIRTIO_CHAIN_MAX + 1];
    for (unsigned i = 0; i < VIRTIO_CHAIN_MAX + 1; i++) {
        parts[i] = (struct driver_part){DATA + i, 1, false};
    }
    driver_add_indirect(&q, parts, VIRTIO_CHAIN_MAX + 1, TABLE);
    expect_broken("no chain is longer");
}

/* ---- Pushing ---- */

static void push_of_what_was_not_popped(void **state)
{
    (void)state;
    uint32_t id, written;
    struct driver_part part = {DATA, 4, false};
    uint16_t head = driver_add(&q, &part, 1);
    push(head, 0);
    push(5, 0);
    push(0xffff, 0);
    virtio_queue_publish(&device, 0);
    assert_false(driver_take(&q, &id, &written));
    assert_true(pop());
    uint32_t epoch = device.epoch;
    begin(BOTH, SIZE);
    assert_int_not_equal(device.epoch, epoch);
    push(head, 0); /* late */
    virtio_queue_publish(&device, 0);
    assert_false(driver_take(&q, &id, &written));
    assert_int_equal(driver_interrupt(BASE), 0);
}

static void unpop(void **state)
{
    (void)state;
    struct driver_part part = {DATA, 4, false};
    uint16_t first = driver_add(&q, &part, 1), second = driver_add(&q, &part, 1);
    assert_true(pop());
    assert_true(pop());
    assert_int_equal(chain.head, second);
    virtio_queue_unpop(&device, 0, second);
    assert_true(virtio_queue_has_buffers(&device, 0));
    assert_true(pop());
    assert_int_equal(chain.head, second);
    push(first, 0);
    push(second, 0);
    push(second, 0); /* once is enough */
    virtio_queue_publish(&device, 0);
    assert_int_equal(q.used->idx, 2);
}

/* ---- Who is told what, and when ---- */

/* One buffer through the queue; whether that interrupted. */
static bool transfer(void)
{
    struct driver_part part = {DATA, 4, false};
    uint32_t id, written;
    uint16_t head = driver_add(&q, &part, 1);
    assert_true(pop());
    assert_int_equal(chain.head, head);
    push(head, 0);
    virtio_queue_publish(&device, 0);
    assert_true(driver_take(&q, &id, &written));
    return driver_interrupt(BASE) != 0;
}

/* Over the wrap of 16 bits, an interrupt for the one buffer of which it was wanted. */
static void interrupts_by_event_index(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 0x10000 + 200; i++) {
        uint16_t event = (uint16_t)(i / 100 * 100 + 50);
        driver_set_used_event(&q, event);
        assert_int_equal(transfer(), (uint16_t)i == event);
    }
}

/* Of a batch, one interrupt, and only if the wanted buffer is in it. */
static void interrupts_of_batches(void **state)
{
    (void)state;
    struct driver_part part = {DATA, 4, false};
    for (uint32_t i = 0; i < 0x10000 / 4 + 100; i++) {
        uint16_t first = q.used_next;
        uint16_t event = (uint16_t)(first + i % 7);
        driver_set_used_event(&q, event);
        for (unsigned k = 0; k < 4; k++) {
            driver_add(&q, &part, 1);
            assert_true(pop());
            push(chain.head, 0);
        }
        virtio_queue_publish(&device, 0);
        uint32_t id, written;
        while (driver_take(&q, &id, &written)) {
        }
        assert_int_equal(driver_interrupt(BASE) != 0, i % 7 < 4);
    }
}

static void interrupts_by_flag(void **state)
{
    (void)state;
    begin(INDIRECT, SIZE);
    assert_true(transfer());
    q.avail->flags = 1;
    assert_false(transfer());
    q.avail->flags = 0;
    assert_true(transfer());
    virtio_queue_publish(&device, 0); /* nothing new */
    assert_int_equal(driver_interrupt(BASE), 0);
}

/* Whether a driver that goes from `before` to `now` available buffers notifies (2.7.10). */
static bool would_kick(uint16_t before)
{
    return (uint16_t)(q.avail_next - driver_avail_event(&q) - 1) <
           (uint16_t)(q.avail_next - before);
}

/* A device that empties its queue is told of the next buffer, whatever the index. */
static void kicks_by_event_index(void **state)
{
    (void)state;
    struct driver_part part = {DATA, 4, false};
    for (uint32_t i = 0; i < 0x10000 + 100; i++) {
        uint16_t before = q.avail_next;
        driver_add(&q, &part, 1);
        assert_true(would_kick(before));
        driver_add(&q, &part, 1);
        assert_false(would_kick((uint16_t)(before + 1))); /* one kick is enough */
        while (pop()) {
            push(chain.head, 0);
        }
        virtio_queue_publish(&device, 0);
    }
}

static void kicks_switched_off(void **state)
{
    (void)state;
    struct driver_part part = {DATA, 4, false};
    for (uint32_t i = 0; i < 0x10000 + 100; i++) {
        virtio_queue_notify_disable(&device, 0);
        uint16_t before = q.avail_next;
        driver_add(&q, &part, 1);
        assert_false(would_kick(before));
        assert_true(virtio_queue_notify_enable(&device, 0)); /* it is there */
        assert_true(pop());
        push(chain.head, 0);
        assert_false(pop());
        assert_int_equal(driver_avail_event(&q), q.avail_next);
        assert_false(virtio_queue_notify_enable(&device, 0));
        virtio_queue_publish(&device, 0);
    }
}

static void kicks_by_flag(void **state)
{
    (void)state;
    begin(INDIRECT, SIZE);
    struct driver_part part = {DATA, 4, false};
    assert_int_equal(q.used->flags, 0);
    virtio_queue_notify_disable(&device, 0);
    assert_int_equal(q.used->flags, 1);
    driver_add(&q, &part, 1);
    assert_true(virtio_queue_notify_enable(&device, 0));
    assert_int_equal(q.used->flags, 0);
    assert_true(pop());
    assert_false(virtio_queue_notify_enable(&device, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(direct_chain, start),
        cmocka_unit_test_setup(indirect_chain, start),
        cmocka_unit_test_setup(indirect_after_direct, start),
        cmocka_unit_test_setup(empty_descriptors_are_left_out, start),
        cmocka_unit_test_setup(longest_chain, start),
        cmocka_unit_test_setup(copies_in_and_out, start),
        cmocka_unit_test_setup(broken_indices, start),
        cmocka_unit_test_setup(broken_places, start),
        cmocka_unit_test_setup(broken_permissions, start),
        cmocka_unit_test_setup(buffer_over_two_regions, start),
        cmocka_unit_test_setup(broken_order, start),
        cmocka_unit_test_setup(broken_tables, start),
        cmocka_unit_test_setup(broken_chain_too_long, start),
        cmocka_unit_test_setup(push_of_what_was_not_popped, start),
        cmocka_unit_test_setup(unpop, start),
        cmocka_unit_test_setup(interrupts_by_event_index, start),
        cmocka_unit_test_setup(interrupts_of_batches, start),
        cmocka_unit_test_setup(interrupts_by_flag, start),
        cmocka_unit_test_setup(kicks_by_event_index, start),
        cmocka_unit_test_setup(kicks_switched_off, start),
        cmocka_unit_test_setup(kicks_by_flag, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
