/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtio entropy device: what the source gives, as much of it as there is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <libvmm/virtio/entropy.h>

#include "libvmm/virtio_driver.h"

#define BASE  0xb003000ul
#define SPI   103
#define QUEUE (FAKE_RAM + 0x100000)
#define DATA  (FAKE_RAM + 0x200000)

static struct virtio_rng_device rng;
static struct driver_queue q;
static uint32_t source_left; /* bytes that the source has */
static uint8_t source_next;

static uint32_t source(void *data, uint8_t *destination, uint32_t size)
{
    assert_ptr_equal(data, &source_left);
    uint32_t count = size < source_left ? size : source_left;
    for (uint32_t i = 0; i < count; i++) {
        destination[i] = source_next++;
    }
    source_left -= count;
    return count;
}

static int start(void **state)
{
    (void)state;
    static bool is_registered;
    fake_start(1);
    if (!is_registered) {
        is_registered = virtio_mmio_rng_init(&rng, BASE, 0x200, ARM_GIC_IRQ_ROUTE(0, SPI), source,
                                             &source_left);
        assert_true(is_registered);
    }
    assert_int_equal(driver_load(BASE, REG_VIRTIO_MMIO_DEVICE_ID), 4);
    assert_int_equal(fake_load(0, BASE + 0x100, 4), 0); /* it has no configuration */
    assert_true(driver_begin(BASE, 0));
    driver_queue_begin(BASE, &q, 0, 16, QUEUE);
    driver_ready(BASE);
    source_left = 100;
    source_next = 1;
    return 0;
}

static void ask(uint32_t first, uint32_t second)
{
    struct driver_part parts[] = {{DATA, first, true}, {DATA + 0x1000, second, true}};
    driver_add(&q, parts, 2);
    driver_kick(BASE, &q);
}

static void expect(uint32_t bytes)
{
    uint32_t id, written;
    assert_true(driver_take(&q, &id, &written));
    assert_int_equal(written, bytes);
    assert_int_equal(driver_interrupt(BASE), VIRTIO_INTERRUPT_USED);
}

static void whole_buffers(void **state)
{
    (void)state;
    ask(16, 32);
    expect(48);
    assert_int_equal(fake_ram(DATA)[0], 1);
    assert_int_equal(fake_ram(DATA)[15], 16);
    assert_int_equal(fake_ram(DATA)[16], 0);
    assert_int_equal(fake_ram(DATA + 0x1000)[31], 48);
}

/* 5.4.6.2: what there is, and at least a byte; else the buffer waits. */
static void source_runs_dry(void **state)
{
    (void)state;
    uint32_t id, written;
    ask(90, 16);
    expect(100);
    ask(16, 16);
    assert_false(driver_take(&q, &id, &written));
    virtio_rng_ready(&rng);
    assert_false(driver_take(&q, &id, &written));
    source_left = 1;
    virtio_rng_ready(&rng);
    expect(1);
    ask(16, 16);
    driver_store(BASE, REG_VIRTIO_MMIO_STATUS, 0);
    source_left = 1;
    virtio_rng_ready(&rng);
    assert_int_equal(source_left, 1);
}

static void buffers_that_cannot_be_filled(void **state)
{
    (void)state;
    struct driver_part part = {DATA, 16, false};
    driver_add(&q, &part, 1);
    driver_kick(BASE, &q);
    expect(0);
    ask(0, 4);
    expect(4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(whole_buffers, start),
        cmocka_unit_test_setup(source_runs_dry, start),
        cmocka_unit_test_setup(buffers_that_cannot_be_filled, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
