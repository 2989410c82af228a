/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The page in which a guest reads the registers of a virtio-mmio device: whatever driver and device
 * do, it has what a read that traps would return, and it has it before the interrupt that tells.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "libvmm/virtio_driver.h"

#define BASE   0xb001000ul
#define SIZE   0x200
#define SPI    101
#define QUEUE  (FAKE_RAM + 0x100000)
#define DATA   (FAKE_RAM + 0x200000)
#define ROUNDS 20000

static struct virtio_queue queues[2];
static struct virtio_chain chain;
static struct driver_queue q;
static uint8_t config[10]; /* no multiple of a word */
static uint32_t page[SIZE / 4];
static bool is_busy, breaks_on_notify;

static void notify(struct virtio_device *device, unsigned queue)
{
    (void)queue;
    if (breaks_on_notify) {
        virtio_device_break(device, "a rule");
    }
}

static void reset(struct virtio_device *device)
{
    (void)device;
    config[9] = 0x5a;
}

static bool is_quiet(const struct virtio_device *device)
{
    (void)device;
    return !is_busy;
}

static void config_write(struct virtio_device *device, uint32_t offset, unsigned width,
                         uint64_t value)
{
    (void)device;
    memcpy(config + offset, &value, width);
}

static const struct virtio_device_ops ops = {
    .reset = reset, .is_quiet = is_quiet, .notify = notify, .config_write = config_write};

static struct virtio_device device = {.ops = &ops,
                                      .name = "test",
                                      .device_id = 42,
                                      .queue_count = 2,
                                      .queue_size_max = 64,
                                      .queues = queues,
                                      .features_offered = VIRTIO_FEATURE(3),
                                      .config = config,
                                      .config_size = sizeof config};

static int start(void **state)
{
    (void)state;
    is_busy = breaks_on_notify = false;
    assert_true(driver_device_start(&device, BASE, SPI));
    memset(page, 0xff, sizeof page);
    assert_true(virtio_mmio_set_registers_page(&device, page, sizeof page));
    return 0;
}

static uint32_t shown(uint32_t offset)
{
    return page[offset / 4];
}

static void check(void)
{
    uint32_t offset = driver_page_difference(BASE, page, SIZE);
    if (offset != SIZE) {
        fail_msg("register 0x%x: the page has 0x%x, a read returns 0x%x", offset, shown(offset),
                 driver_load(BASE, offset));
    }
}

static void begin(void)
{
    assert_true(driver_begin(BASE, 0));
    driver_queue_begin(BASE, &q, 0, 16, QUEUE);
    check();
    driver_ready(BASE);
    check();
}

static void use_one(void)
{
    struct driver_part part = {DATA, 4, false};
    driver_add(&q, &part, 1);
    assert_true(virtio_queue_pop(&device, 0, &chain));
    virtio_queue_push(&device, 0, chain.head, 0);
    virtio_queue_publish(&device, 0);
}

static void registers_are_there_from_the_beginning(void **state)
{
    (void)state;
    assert_int_equal(shown(REG_VIRTIO_MMIO_MAGIC_VALUE), 0x74726976);
    assert_int_equal(shown(REG_VIRTIO_MMIO_DEVICE_ID), 42);
    assert_int_equal(shown(REG_VIRTIO_MMIO_SHM_BASE_HIGH), UINT32_MAX);
    check();
}

static void registers_follow_what_is_selected(void **state)
{
    (void)state;
    for (uint32_t select = 0; select < 4; select++) {
        driver_store(BASE, REG_VIRTIO_MMIO_DEVICE_FEATURES_SEL, select);
        driver_store(BASE, REG_VIRTIO_MMIO_QUEUE_SEL, select);
        assert_int_equal(shown(REG_VIRTIO_MMIO_QUEUE_NUM_MAX), select < 2 ? 64 : 0);
        check();
    }
    begin();
    driver_store(BASE, REG_VIRTIO_MMIO_QUEUE_SEL, 0);
    assert_int_equal(shown(REG_VIRTIO_MMIO_QUEUE_READY), 1);
    assert_int_equal(shown(REG_VIRTIO_MMIO_STATUS), 15);
}

static void interrupts_are_shown(void **state)
{
    (void)state;
    begin();
    use_one();
    assert_int_equal(shown(REG_VIRTIO_MMIO_INTERRUPT_STATUS), VIRTIO_INTERRUPT_USED);
    config[0]++;
    uint32_t generation = shown(REG_VIRTIO_MMIO_CONFIG_GENERATION);
    virtio_config_changed(&device);
    assert_int_equal(shown(REG_VIRTIO_MMIO_INTERRUPT_STATUS), 3);
    assert_int_not_equal(shown(REG_VIRTIO_MMIO_CONFIG_GENERATION), generation);
    check();
    driver_store(BASE, REG_VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_INTERRUPT_USED);
    assert_int_equal(shown(REG_VIRTIO_MMIO_INTERRUPT_STATUS), VIRTIO_INTERRUPT_CONFIG);
    driver_store(BASE, REG_VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_INTERRUPT_CONFIG);
    assert_int_equal(shown(REG_VIRTIO_MMIO_INTERRUPT_STATUS), 0);
    use_one();
    driver_store(BASE, REG_VIRTIO_MMIO_STATUS, 0);
    assert_int_equal(shown(REG_VIRTIO_MMIO_INTERRUPT_STATUS), 0);
    check();
}

static void a_broken_device_says_so(void **state)
{
    (void)state;
    begin();
    breaks_on_notify = true;
    driver_kick(BASE, &q);
    assert_int_equal(shown(REG_VIRTIO_MMIO_STATUS), 15 | VIRTIO_STATUS_NEEDS_RESET);
    assert_int_equal(shown(REG_VIRTIO_MMIO_INTERRUPT_STATUS), VIRTIO_INTERRUPT_CONFIG);
    check();
}

static void a_reset_is_over_when_the_device_is_quiet(void **state)
{
    (void)state;
    begin();
    is_busy = true;
    driver_store(BASE, REG_VIRTIO_MMIO_STATUS, 0);
    assert_int_equal(shown(REG_VIRTIO_MMIO_STATUS), VIRTIO_STATUS_NEEDS_RESET);
    virtio_registers_changed(&device);
    assert_int_equal(shown(REG_VIRTIO_MMIO_STATUS), VIRTIO_STATUS_NEEDS_RESET);
    is_busy = false;
    virtio_registers_changed(&device);
    assert_int_equal(shown(REG_VIRTIO_MMIO_STATUS), 0);
    check();
}

static void a_restart_of_the_guest_is_a_reset(void **state)
{
    (void)state;
    begin();
    config[9] = 1;
    driver_store(BASE, REG_VIRTIO_MMIO_QUEUE_SEL, 1);
    fake_devices_reset();
    assert_int_equal(shown(REG_VIRTIO_MMIO_STATUS), 0);
    assert_int_equal(shown(REG_VIRTIO_MMIO_CONFIG + 8) >> 8, 0x5a);
    check();
}

static uint32_t random_word(void)
{
    static uint64_t seed = 1;
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33);
}

static void device_step(void)
{
    switch (random_word() % 6) {
    case 0:
        config[random_word() % sizeof config]++;
        virtio_config_changed(&device);
        break;
    case 1:
        is_busy = random_word() % 2 != 0;
        virtio_registers_changed(&device);
        break;
    case 2:
        virtio_device_break(&device, "a rule");
        break;
    case 3:
        virtio_device_reset(&device);
        break;
    default:
        if (virtio_device_running(&device) && queues[0].enabled) {
            use_one();
        }
        break;
    }
}

static void driver_step(void)
{
    static const uint32_t registers[] = {
        REG_VIRTIO_MMIO_DEVICE_FEATURES_SEL,
        REG_VIRTIO_MMIO_DRIVER_FEATURES_SEL,
        REG_VIRTIO_MMIO_DRIVER_FEATURES,
        REG_VIRTIO_MMIO_QUEUE_SEL,
        REG_VIRTIO_MMIO_QUEUE_NUM,
        REG_VIRTIO_MMIO_QUEUE_READY,
        REG_VIRTIO_MMIO_QUEUE_NOTIFY,
        REG_VIRTIO_MMIO_INTERRUPT_ACK,
        REG_VIRTIO_MMIO_STATUS,
    };
    uint32_t size = 1u << random_word() % 4;
    switch (random_word() % 8) {
    case 0:
        if (driver_begin(BASE, 0)) {
            driver_queue_begin(BASE, &q, 0, 16, QUEUE);
            driver_ready(BASE);
        }
        break;
    case 1:
        fake_store(0, BASE + random_word() % SIZE / size * size, size, random_word());
        break;
    case 2:
        driver_interrupt(BASE);
        break;
    default:
        driver_store(BASE, registers[random_word() % (sizeof registers / sizeof *registers)],
                     random_word() % 4);
        break;
    }
}

static void the_page_is_what_a_read_returns(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (random_word() % 2 == 0) {
            device_step();
        } else {
            driver_step();
        }
        check();
    }
}

static void pages_that_are_none(void **state)
{
    (void)state;
    assert_false(virtio_mmio_set_registers_page(&device, NULL, sizeof page));
    assert_false(virtio_mmio_set_registers_page(&device, (uint8_t *)page + 2, SIZE));
    assert_false(virtio_mmio_set_registers_page(&device, page, 0x10b));
    assert_true(fake_logged("0x10c bytes"));
    assert_true(virtio_mmio_set_registers_page(&device, page, 0x10c));
    check();
    struct virtio_device other = {.name = "other"};
    assert_false(virtio_mmio_set_registers_page(&other, page, sizeof page));
    assert_true(fake_logged("other: a page of registers is for a device that is registered"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(registers_are_there_from_the_beginning, start),
        cmocka_unit_test_setup(registers_follow_what_is_selected, start),
        cmocka_unit_test_setup(interrupts_are_shown, start),
        cmocka_unit_test_setup(a_broken_device_says_so, start),
        cmocka_unit_test_setup(a_reset_is_over_when_the_device_is_quiet, start),
        cmocka_unit_test_setup(a_restart_of_the_guest_is_a_reset, start),
        cmocka_unit_test_setup(the_page_is_what_a_read_returns, start),
        cmocka_unit_test_setup(pages_that_are_none, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
