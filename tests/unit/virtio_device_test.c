/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A virtio device over virtio-mmio: the registers, status and features to the letter of virtio 1.2,
 * configuration space, the interrupt line, reset at any time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "libvmm/virtio_driver.h"

#define BASE    0xb001000ul
#define SPI     101
#define NONE    1023
#define ICFGR   0xc00
#define QUEUE   (FAKE_RAM + 0x100000)
#define DATA    (FAKE_RAM + 0x200000)
#define FEATURE 3 /* the device's own */

static struct virtio_queue queues[2];
static struct virtio_chain chain;
static struct driver_queue q;
static uint8_t config[12];
static unsigned reset_count, started_count, notify_counts[2];
static bool features_refused;
static struct {
    uint32_t offset;
    unsigned width;
    uint64_t value;
} config_written;

static bool features_chosen(struct virtio_device *device, uint64_t features)
{
    assert_int_equal(device->features, 0);
    assert_true((features & VIRTIO_FEATURE(VIRTIO_F_VERSION_1)) != 0);
    return !features_refused;
}

static void started(struct virtio_device *device)
{
    assert_true(virtio_device_running(device));
    started_count++;
}

static void reset(struct virtio_device *device)
{
    assert_int_equal(device->status, 0);
    reset_count++;
}

static void notify(struct virtio_device *device, unsigned queue)
{
    assert_true(virtio_device_running(device));
    notify_counts[queue]++;
}

static void config_write(struct virtio_device *device, uint32_t offset, unsigned width,
                         uint64_t value)
{
    assert_true(offset + width <= device->config_size);
    config_written.offset = offset;
    config_written.width = width;
    config_written.value = value;
}

static const struct virtio_device_ops ops = {.features_chosen = features_chosen,
                                             .started = started,
                                             .reset = reset,
                                             .notify = notify,
                                             .config_write = config_write};

static struct virtio_device device = {.ops = &ops,
                                      .name = "test",
                                      .device_id = 42,
                                      .queue_count = 2,
                                      .queue_size_max = 64,
                                      .queues = queues,
                                      .features_offered = VIRTIO_FEATURE(FEATURE),
                                      .config = config,
                                      .config_size = sizeof config};

static int start(void **state)
{
    (void)state;
    features_refused = false;
    assert_true(driver_device_start(&device, BASE, SPI));
    reset_count = started_count = 0;
    memset(notify_counts, 0, sizeof notify_counts);
    memset(&config_written, 0, sizeof config_written);
    return 0;
}

static void begin(void)
{
    assert_true(driver_begin(BASE, 0));
    driver_queue_begin(BASE, &q, 0, 16, QUEUE);
    driver_ready(BASE);
}

static uint32_t get(uint32_t offset)
{
    return driver_load(BASE, offset);
}

static void set(uint32_t offset, uint32_t value)
{
    driver_store(BASE, offset, value);
}

static void identity(void **state)
{
    (void)state;
    assert_int_equal(get(0x000), 0x74726976);
    assert_int_equal(get(0x004), 2);
    assert_int_equal(get(0x008), 42);
    assert_int_equal(get(0x00c), VIRTIO_DEV_VENDOR_ID);
    assert_int_equal(get(0x0b0), UINT32_MAX); /* no shared memory regions */
    assert_int_equal(get(0x0b4), UINT32_MAX);
    assert_int_equal(driver_features_offered(BASE),
                     VIRTIO_FEATURE(FEATURE) | VIRTIO_FEATURE(VIRTIO_F_INDIRECT_DESC) |
                         VIRTIO_FEATURE(VIRTIO_F_EVENT_IDX) | VIRTIO_FEATURE(VIRTIO_F_VERSION_1));
    set(REG_VIRTIO_MMIO_DEVICE_FEATURES_SEL, 2);
    assert_int_equal(get(REG_VIRTIO_MMIO_DEVICE_FEATURES), 0);
}

/* 4.2.2.2: registers are 32 bits wide. What is not, or not there, is nothing, and no fault. */
static void widths_of_registers(void **state)
{
    (void)state;
    static const unsigned sizes[] = {1, 2, 8};
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(fake_load(0, BASE, sizes[i]), 0);
        fake_store(0, BASE + REG_VIRTIO_MMIO_STATUS, sizes[i], VIRTIO_STATUS_ACKNOWLEDGE);
        assert_int_equal(get(REG_VIRTIO_MMIO_STATUS), 0);
    }
    assert_int_equal(fake_load(0, BASE + 2, 4), 0);
    for (uint32_t offset = 0; offset < 0x100; offset += 4) {
        if (offset != REG_VIRTIO_MMIO_QUEUE_READY && offset != REG_VIRTIO_MMIO_STATUS) {
            set(offset, 0xffffffff);
        }
        get(offset);
    }
    assert_int_equal(get(REG_VIRTIO_MMIO_MAGIC_VALUE), 0x74726976);
    assert_int_equal(get(REG_VIRTIO_MMIO_QUEUE_NUM_MAX), 0); /* of queue 0xffffffff */
    assert_int_equal(fake.pages[0].pc % 4, 0);
    assert_false(fake_logged("external abort"));
}

static void features_to_the_letter(void **state)
{
    (void)state;
    assert_true(driver_begin(BASE, VIRTIO_FEATURE(FEATURE)));
    assert_true(virtio_has_feature(&device, FEATURE));
    assert_false(virtio_has_feature(&device, VIRTIO_F_EVENT_IDX));
    set(REG_VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
    set(REG_VIRTIO_MMIO_DRIVER_FEATURES, 0); /* too late */
    assert_true(virtio_has_feature(&device, FEATURE));
    assert_false(driver_begin(BASE, VIRTIO_FEATURE(FEATURE + 1)));
    assert_true(fake_logged("chooses features"));
    assert_int_equal(device.features, 0);
    assert_false(driver_begin(BASE, VIRTIO_FEATURE(40)));
    features_refused = true;
    assert_false(driver_begin(BASE, 0));
    features_refused = false;
    /* Without VERSION_1 it is a legacy driver's. */
    set(REG_VIRTIO_MMIO_STATUS, 0);
    set(REG_VIRTIO_MMIO_STATUS, 3);
    set(REG_VIRTIO_MMIO_STATUS, 11);
    assert_int_equal(get(REG_VIRTIO_MMIO_STATUS), 3);
    /* Bits beyond 63 are not offered. */
    set(REG_VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
    set(REG_VIRTIO_MMIO_DRIVER_FEATURES, 1);
    set(REG_VIRTIO_MMIO_DRIVER_FEATURES_SEL, 2);
    set(REG_VIRTIO_MMIO_DRIVER_FEATURES, 1);
    set(REG_VIRTIO_MMIO_STATUS, 11);
    assert_int_equal(get(REG_VIRTIO_MMIO_STATUS), 3);
}

static void status_in_order(void **state)
{
    (void)state;
    set(REG_VIRTIO_MMIO_STATUS, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER |
                                    VIRTIO_STATUS_DRIVER_OK | VIRTIO_STATUS_NEEDS_RESET);
    assert_int_equal(get(REG_VIRTIO_MMIO_STATUS), 3);
    assert_int_equal(started_count, 0);
    begin();
    assert_int_equal(get(REG_VIRTIO_MMIO_STATUS), 15);
    assert_int_equal(started_count, 1);
    set(REG_VIRTIO_MMIO_STATUS, VIRTIO_STATUS_ACKNOWLEDGE); /* no bit is ever cleared */
    set(REG_VIRTIO_MMIO_STATUS, 15);
    assert_int_equal(get(REG_VIRTIO_MMIO_STATUS), 15);
    assert_int_equal(started_count, 1);
    set(REG_VIRTIO_MMIO_STATUS, 15 | VIRTIO_STATUS_FAILED);
    assert_int_equal(get(REG_VIRTIO_MMIO_STATUS), 15 | VIRTIO_STATUS_FAILED);
    notify_counts[0] = 0;
    driver_kick(BASE, &q);
    assert_int_equal(notify_counts[0], 0);
    set(REG_VIRTIO_MMIO_STATUS, 0);
    assert_int_equal(get(REG_VIRTIO_MMIO_STATUS), 0);
}

/* Nothing is served before DRIVER_OK; what was made available before is found then. */
static void nothing_before_driver_ok(void **state)
{
    (void)state;
    struct driver_part part = {DATA, 4, false};
    assert_true(driver_begin(BASE, 0));
    driver_queue_begin(BASE, &q, 0, 16, QUEUE);
    driver_add(&q, &part, 1);
    driver_kick(BASE, &q);
    assert_int_equal(notify_counts[0], 0);
    assert_false(virtio_queue_pop(&device, 0, &chain));
    assert_false(virtio_queue_has_buffers(&device, 0));
    virtio_config_changed(&device);
    assert_int_equal(get(REG_VIRTIO_MMIO_INTERRUPT_STATUS), 0);
    driver_ready(BASE);
    assert_int_equal(notify_counts[0], 1);
    assert_int_equal(notify_counts[1], 0); /* not enabled */
    assert_true(virtio_queue_pop(&device, 0, &chain));
    set(REG_VIRTIO_MMIO_QUEUE_NOTIFY, 1);
    set(REG_VIRTIO_MMIO_QUEUE_NOTIFY, 2);
    set(REG_VIRTIO_MMIO_QUEUE_NOTIFY, UINT32_MAX);
    assert_int_equal(notify_counts[1], 0);
}

static bool enabled_with(uint32_t size, uint64_t desc, uint64_t avail, uint64_t used)
{
    const uint64_t areas[] = {desc, avail, used};
    set(REG_VIRTIO_MMIO_QUEUE_SEL, 0);
    set(REG_VIRTIO_MMIO_QUEUE_NUM, size);
    for (uint32_t i = 0; i < 3; i++) {
        set(REG_VIRTIO_MMIO_QUEUE_DESC_LOW + 0x10 * i, (uint32_t)areas[i]);
        set(REG_VIRTIO_MMIO_QUEUE_DESC_HIGH + 0x10 * i, (uint32_t)(areas[i] >> 32));
    }
    set(REG_VIRTIO_MMIO_QUEUE_READY, 1);
    bool is_enabled = get(REG_VIRTIO_MMIO_QUEUE_READY) == 1;
    set(REG_VIRTIO_MMIO_STATUS, 0);
    assert_true(driver_begin(BASE, 0));
    return is_enabled;
}

static void queue_settings(void **state)
{
    (void)state;
    const uint64_t end = FAKE_RAM + FAKE_RAM_SIZE;
    set(REG_VIRTIO_MMIO_QUEUE_SEL, 1);
    assert_int_equal(get(REG_VIRTIO_MMIO_QUEUE_NUM_MAX), 64);
    set(REG_VIRTIO_MMIO_QUEUE_SEL, 2);
    assert_int_equal(get(REG_VIRTIO_MMIO_QUEUE_NUM_MAX), 0);
    set(REG_VIRTIO_MMIO_QUEUE_READY, 1);
    assert_int_equal(get(REG_VIRTIO_MMIO_QUEUE_READY), 0);
    assert_false(enabled_with(16, QUEUE, QUEUE + 0x1000, QUEUE + 0x2000)); /* features come first */
    assert_true(enabled_with(16, QUEUE, QUEUE + 0x1000, QUEUE + 0x2000));
    assert_true(enabled_with(1, QUEUE, QUEUE + 0x1000, QUEUE + 0x2000));
    assert_true(enabled_with(64, end - 64 * 16, QUEUE, QUEUE + 0x1000));
    assert_true(enabled_with(64, QUEUE, end - 6 - 2 * 64, QUEUE + 0x1000));
    assert_true(enabled_with(64, QUEUE, QUEUE + 0x1000, end - 8 - 8 * 64));
    assert_false(enabled_with(0, QUEUE, QUEUE + 0x1000, QUEUE + 0x2000));
    assert_false(enabled_with(15, QUEUE, QUEUE + 0x1000, QUEUE + 0x2000));
    assert_false(enabled_with(128, QUEUE, QUEUE + 0x1000, QUEUE + 0x2000));
    assert_false(enabled_with(0x10010, QUEUE, QUEUE + 0x1000, QUEUE + 0x2000));
    assert_false(enabled_with(16, QUEUE + 8, QUEUE + 0x1000, QUEUE + 0x2000));
    assert_false(enabled_with(16, QUEUE, QUEUE + 0x1001, QUEUE + 0x2000));
    assert_false(enabled_with(16, QUEUE, QUEUE + 0x1000, QUEUE + 0x2002));
    assert_false(enabled_with(64, end - 64 * 16 + 16, QUEUE, QUEUE + 0x1000));
    assert_false(enabled_with(64, QUEUE, end - 4 - 2 * 64, QUEUE + 0x1000));
    assert_false(enabled_with(64, QUEUE, QUEUE + 0x1000, end - 4 - 8 * 64));
    assert_false(enabled_with(16, UINT64_MAX - 15, QUEUE, QUEUE + 0x1000));
    assert_false(enabled_with(16, FAKE_PRIVATE, QUEUE, QUEUE + 0x1000));
    assert_true(fake_logged("its areas are not in the guest's RAM"));
}

/* An enabled queue stays as it is until the device is reset. */
static void enabled_queue_is_settled(void **state)
{
    (void)state;
    begin();
    set(REG_VIRTIO_MMIO_QUEUE_SEL, 0);
    set(REG_VIRTIO_MMIO_QUEUE_NUM, 4);
    set(REG_VIRTIO_MMIO_QUEUE_DESC_LOW, 0);
    set(REG_VIRTIO_MMIO_QUEUE_READY, 0);
    assert_int_equal(get(REG_VIRTIO_MMIO_QUEUE_READY), 1);
    struct driver_part part = {DATA, 4, false};
    for (unsigned i = 0; i < 16; i++) {
        driver_add(&q, &part, 1);
        assert_true(virtio_queue_pop(&device, 0, &chain));
    }
    set(REG_VIRTIO_MMIO_STATUS, 0);
    assert_int_equal(get(REG_VIRTIO_MMIO_QUEUE_READY), 0);
}

static void configuration_space(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof config; i++) {
        config[i] = (uint8_t)(0x10 + i);
    }
    assert_int_equal(fake_load(0, BASE + 0x100, 1), 0x10);
    assert_int_equal(fake_load(0, BASE + 0x102, 2), 0x1312);
    assert_int_equal(fake_load(0, BASE + 0x104, 4), 0x17161514);
    assert_int_equal(fake_load(0, BASE + 0x100, 8), 0x1716151413121110);
    assert_int_equal(fake_load(0, BASE + 0x101, 4), 0x14131211);
    assert_int_equal(fake_load(0, BASE + 0x10a, 4), 0x1b1a); /* the rest is not there */
    assert_int_equal(fake_load(0, BASE + 0x10c, 4), 0);
    assert_int_equal(fake_load(0, BASE + 0x1f8, 8), 0);
    fake_store(0, BASE + 0x104, 2, 0x12345678);
    assert_int_equal(config_written.offset, 4);
    assert_int_equal(config_written.width, 2);
    assert_int_equal(config_written.value, 0x5678);
    fake_store(0, BASE + 0x10a, 4, 1);
    fake_store(0, BASE + 0x1ff, 1, 1);
    assert_int_equal(config_written.offset, 4);
    uint32_t generation = get(REG_VIRTIO_MMIO_CONFIG_GENERATION);
    begin();
    virtio_config_changed(&device);
    assert_int_not_equal(get(REG_VIRTIO_MMIO_CONFIG_GENERATION), generation);
    assert_int_equal(driver_interrupt(BASE), VIRTIO_INTERRUPT_CONFIG);
}

/* ---- The line ---- */

static void use_one(void)
{
    struct driver_part part = {DATA, 4, false};
    driver_add(&q, &part, 1);
    assert_true(virtio_queue_pop(&device, 0, &chain));
    virtio_queue_push(&device, 0, chain.head, 0);
    virtio_queue_publish(&device, 0);
}

static void expect_interrupt(void)
{
    assert_int_equal(fake_take(0), SPI);
}

static void line_as_level(void **state)
{
    (void)state;
    begin();
    use_one();
    use_one();
    expect_interrupt();
    fake_end(0, SPI);
    expect_interrupt(); /* for as long as it is not acknowledged */
    assert_int_equal(driver_interrupt(BASE), VIRTIO_INTERRUPT_USED);
    fake_end(0, SPI);
    assert_int_equal(fake_take(0), NONE);
    use_one();
    virtio_config_changed(&device);
    expect_interrupt();
    set(REG_VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_INTERRUPT_USED);
    fake_end(0, SPI);
    expect_interrupt();
    set(REG_VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_INTERRUPT_CONFIG | 0xf0);
    fake_end(0, SPI);
    assert_int_equal(fake_take(0), NONE);
    use_one();
    set(REG_VIRTIO_MMIO_STATUS, 0); /* takes it back */
    assert_int_equal(fake_take(0), NONE);
}

/* The guest's tree has the interrupt as an edge: none is lost and its end costs no exit. */
static void line_as_edge(void **state)
{
    (void)state;
    gicd_store(ICFGR + SPI / 16 * 4, 2u << SPI % 16 * 2);
    begin();
    use_one();
    use_one();
    assert_false(fake.virqs[0][SPI].eoi);
    expect_interrupt();
    assert_int_equal(driver_interrupt(BASE), VIRTIO_INTERRUPT_USED);
    use_one(); /* while the driver goes through the ring */
    fake_end(0, SPI);
    expect_interrupt();
    set(REG_VIRTIO_MMIO_INTERRUPT_STATUS, 0);
    assert_int_equal(driver_interrupt(BASE), VIRTIO_INTERRUPT_USED);
    fake_end(0, SPI);
    assert_int_equal(fake_take(0), NONE);
    /* A reason that comes between the driver's look and its acknowledgement. */
    use_one();
    expect_interrupt();
    uint32_t seen = get(REG_VIRTIO_MMIO_INTERRUPT_STATUS);
    virtio_config_changed(&device);
    set(REG_VIRTIO_MMIO_INTERRUPT_ACK, seen);
    fake_end(0, SPI);
    expect_interrupt();
    assert_int_equal(driver_interrupt(BASE), VIRTIO_INTERRUPT_CONFIG);
    fake_end(0, SPI);
    assert_int_equal(fake_take(0), NONE);
}

/* ---- Reset ---- */

static void reset_with_requests_in_flight(void **state)
{
    (void)state;
    struct driver_part part = {DATA, 4, false};
    begin();
    uint16_t head = driver_add(&q, &part, 1);
    assert_true(virtio_queue_pop(&device, 0, &chain));
    virtio_queue_push(&device, 0, head, 0); /* not published yet */
    uint32_t epoch = device.epoch;
    set(REG_VIRTIO_MMIO_STATUS, 0);
    assert_int_equal(reset_count, 2); /* with that of begin() */
    assert_int_not_equal(device.epoch, epoch);
    memset(fake_ram(QUEUE), 0x5a, DRIVER_QUEUE_BYTES); /* the guest has other plans for it */
    virtio_queue_publish(&device, 0);
    virtio_queue_push(&device, 0, head, 0);
    virtio_queue_unpop(&device, 0, head);
    virtio_queue_notify_disable(&device, 0);
    assert_false(virtio_queue_notify_enable(&device, 0));
    for (unsigned i = 0; i < DRIVER_QUEUE_BYTES; i++) {
        assert_int_equal(fake_ram(QUEUE)[i], 0x5a);
    }
    assert_int_equal(get(REG_VIRTIO_MMIO_INTERRUPT_STATUS), 0);
    assert_int_equal(fake_take(0), NONE);
}

static void reset_of_a_broken_device(void **state)
{
    (void)state;
    begin();
    virtio_device_break(&device, "a rule");
    virtio_device_break(&device, "another");
    assert_true(fake_logged("a rule"));
    assert_int_equal(get(REG_VIRTIO_MMIO_STATUS), 15 | VIRTIO_STATUS_NEEDS_RESET);
    notify_counts[0] = 0;
    driver_kick(BASE, &q);
    assert_int_equal(notify_counts[0], 0);
    begin();
    driver_kick(BASE, &q);
    assert_int_equal(notify_counts[0], 2); /* that of DRIVER_OK, and this */
    /* Broken before it runs: nothing starts, nobody is interrupted. */
    assert_true(driver_begin(BASE, 0));
    virtio_device_break(&device, "a rule");
    driver_ready(BASE);
    assert_int_equal(started_count, 2);
    assert_int_equal(get(REG_VIRTIO_MMIO_INTERRUPT_STATUS), 0);
}

static void reset_with_the_guest(void **state)
{
    (void)state;
    begin();
    reset_count = 0;
    fake_devices_reset();
    assert_int_equal(reset_count, 1);
    assert_int_equal(get(REG_VIRTIO_MMIO_STATUS), 0);
}

static void refusals_of_registration(void **state)
{
    (void)state;
    struct virtio_device other = device;
    irq_routing_info_t route = ARM_GIC_IRQ_ROUTE(0, SPI + 1);
    assert_false(virtio_mmio_register_device(&other, BASE + 0x1000, 0x10b, route));
    assert_true(fake_logged("it takes 0x10c"));
    other.queue_size_max = 48;
    assert_false(virtio_mmio_register_device(&other, BASE + 0x1000, 0x200, route));
    other.queue_size_max = 2 * VIRTIO_QUEUE_SIZE_MAX;
    assert_false(virtio_mmio_register_device(&other, BASE + 0x1000, 0x200, route));
    assert_true(fake_logged("of a power of two up to 256"));
    other.queue_size_max = 64;
    assert_false(
        virtio_mmio_register_device(&other, BASE + 0x1000, 0x200, ARM_GIC_IRQ_ROUTE(0, 5)));
    assert_true(fake_logged("irq 5 is an SGI"));
    assert_false(virtio_mmio_register_device(&other, BASE + 0x100, 0x200, route));
    assert_true(fake_logged("overlaps"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(identity, start),
        cmocka_unit_test_setup(widths_of_registers, start),
        cmocka_unit_test_setup(features_to_the_letter, start),
        cmocka_unit_test_setup(status_in_order, start),
        cmocka_unit_test_setup(nothing_before_driver_ok, start),
        cmocka_unit_test_setup(queue_settings, start),
        cmocka_unit_test_setup(enabled_queue_is_settled, start),
        cmocka_unit_test_setup(configuration_space, start),
        cmocka_unit_test_setup(line_as_level, start),
        cmocka_unit_test_setup(line_as_edge, start),
        cmocka_unit_test_setup(reset_with_requests_in_flight, start),
        cmocka_unit_test_setup(reset_of_a_broken_device, start),
        cmocka_unit_test_setup(reset_with_the_guest, start),
        cmocka_unit_test_setup(refusals_of_registration, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
