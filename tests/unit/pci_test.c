/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtual PCI bus and virtio over it: what a guest's bus scan finds, BARs that it moves, the
 * legacy interrupt, and an entropy device that is driven through all of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <libvmm/pci.h>
#include <libvmm/virtio/entropy.h>
#include <libvmm/virtio/pci.h>

#include "libvmm/virtio_driver.h"

#define ECAM          0x10000000ul
#define ECAM_SIZE     0x100000
#define APERTURE      0x20000000ul
#define APERTURE_SIZE 0x100000ul
#define SPI           110
#define RNG           3 /* device numbers */
#define PLAIN         5
#define NONE          1023
#define ISENABLER     0x100
#define QUEUE         (FAKE_RAM + 0x100000)
#define DATA          (FAKE_RAM + 0x200000)

static struct virtio_rng_device rng;
static pci_dev_handle_t plain;
static uint64_t plain_register;

static uint32_t source(void *data, uint8_t *destination, uint32_t size)
{
    assert_null(data);
    memset(destination, 0xa5, size);
    return size;
}

static bool plain_access(pci_dev_handle_t handle, uint64_t bar_offset, bool is_read,
                         int access_width_bytes, uint64_t *data, void *cookie)
{
    assert_int_equal(handle, plain);
    assert_ptr_equal(cookie, &plain_register);
    assert_true(bar_offset + (uint64_t)access_width_bytes <= 0x100);
    if (bar_offset == 0x80) {
        return false;
    }
    *(is_read ? data : &plain_register) = is_read ? plain_register + bar_offset : *data;
    return true;
}

static void bus_init(void)
{
    static pci_device_register_data_t data = {.vendor_id = 0x1234,
                                              .device_id = 0x5678,
                                              .command = PCI_COMMAND_MEMORY,
                                              .revision_id = 9,
                                              .class_code = 0xff,
                                              .subsystem_vendor_id = 0x4321,
                                              .subsystem_device_id = 0x8765};
    uint64_t gpa, size;
    assert_int_equal(pci_register_device(0, 0, 0, &data), INVALID_PCI_DEVICE_HANDLE);
    assert_false(pci_bus_get_mmio_aperature(&gpa, &size));
    assert_false(pci_bus_init(ECAM, ECAM_SIZE, 0xffff0000, 0x10001));
    assert_false(pci_bus_init(ECAM, 0x4000, APERTURE, APERTURE_SIZE));
    assert_true(fake_logged("below 4 GiB"));
    assert_true(pci_bus_init(ECAM, ECAM_SIZE, APERTURE, APERTURE_SIZE));
    assert_false(pci_bus_init(ECAM, ECAM_SIZE, APERTURE, APERTURE_SIZE));
    assert_true(pci_bus_get_mmio_aperature(&gpa, &size));
    assert_int_equal(gpa, APERTURE);
    assert_int_equal(size, APERTURE_SIZE);
    plain = pci_register_device(0, PLAIN, 0, &data);
    assert_int_not_equal(plain, INVALID_PCI_DEVICE_HANDLE);
    assert_true(pci_register_device_mmio_bar(plain, 1, 0x100, plain_access, &plain_register));
    assert_true(virtio_pci_rng_init(&rng, 0, RNG, ARM_GIC_IRQ_ROUTE(0, SPI), source, NULL));
}

static int start(void **state)
{
    (void)state;
    static bool is_there;
    fake_start(1);
    if (!is_there) {
        bus_init();
        is_there = true;
        fake_reset_handlers_keep();
    }
    fake_reset_handlers_restore();
    fake_devices_reset();
    gicd_store(0x000, 1);
    gicd_set_bit(ISENABLER, SPI);
    plain_register = 0;
    return 0;
}

static uint64_t config_at(unsigned dev, uint32_t offset)
{
    return ECAM + dev * 0x8000ul + offset;
}

static uint32_t config_load(unsigned dev, uint32_t offset, unsigned width)
{
    return (uint32_t)fake_load(0, config_at(dev, offset), width);
}

static void config_store(unsigned dev, uint32_t offset, unsigned width, uint32_t value)
{
    fake_store(0, config_at(dev, offset), width, value);
}

static void scan(void **state)
{
    (void)state;
    for (unsigned dev = 0; dev < 32; dev++) {
        uint32_t expected = dev == RNG ? 0x10441af4 : dev == PLAIN ? 0x56781234 : UINT32_MAX;
        assert_int_equal(config_load(dev, 0, 4), expected);
        assert_int_equal(config_load(dev, 0x1000, 4), UINT32_MAX); /* function 1 */
    }
    assert_int_equal(config_load(PLAIN, 2, 2), 0x5678);
    assert_int_equal(config_load(PLAIN, 3, 1), 0x56);
    assert_int_equal(config_load(PLAIN, 8, 4), 0xff000009);
    assert_int_equal(config_load(PLAIN, 0x0e, 1), 0); /* one function, header of type 0 */
    assert_int_equal(config_load(PLAIN, 0x2c, 4), 0x87654321);
    assert_int_equal(config_load(PLAIN, 0x3d, 1), 0); /* no interrupt, no capabilities */
    assert_int_equal(config_load(PLAIN, 0x06, 2), 0);
    assert_int_equal(config_load(PLAIN, 0x100, 4), 0);
    assert_int_equal(config_load(PLAIN, 0xffc, 4), 0);
    assert_int_equal(config_load(RNG, 0x3d, 1), 1);
    assert_int_equal(config_load(RNG, 0x06, 2) & PCI_STATUS_CAP_LIST, PCI_STATUS_CAP_LIST);
    fake_load(0, ECAM, 8);
    assert_false(fake_logged("external abort"));
}

/* What a guest may not change stays. */
static void read_only_fields(void **state)
{
    (void)state;
    uint32_t before[64];
    for (uint32_t i = 0; i < 64; i++) {
        before[i] = config_load(PLAIN, i * 4, 4);
        config_store(PLAIN, i * 4, 4, ~before[i]);
    }
    for (uint32_t i = 0; i < 64; i++) {
        uint32_t writable = i == 1
                                ? PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE
                            : i == 5 ? 0xffffff00
                                     : 0;
        assert_int_equal(config_load(PLAIN, i * 4, 4) ^ before[i], writable);
    }
    fake_devices_reset(); /* and all comes back with the guest */
    for (uint32_t i = 0; i < 64; i++) {
        assert_int_equal(config_load(PLAIN, i * 4, 4), before[i]);
    }
}

static void bars(void **state)
{
    (void)state;
    uint32_t first = config_load(PLAIN, 0x14, 4);
    assert_int_equal(first, APERTURE);
    config_store(PLAIN, 0x14, 4, UINT32_MAX); /* how large is it? */
    assert_int_equal(config_load(PLAIN, 0x14, 4), 0xffffff00);
    config_store(PLAIN, 0x10, 4, UINT32_MAX);
    assert_int_equal(config_load(PLAIN, 0x10, 4), 0);
    config_store(PLAIN, 0x14, 4, APERTURE + 0x8000);
    assert_int_equal(fake_load(0, APERTURE, 4), UINT32_MAX); /* nobody is there now */
    fake_store(0, APERTURE + 0x8010, 4, 7);
    assert_int_equal(plain_register, 7);
    assert_int_equal(fake_load(0, APERTURE + 0x8020, 2), 0x27);
    assert_int_equal(fake_load(0, APERTURE + 0x8080, 4), UINT32_MAX); /* refused */
    config_store(PLAIN, 4, 2, 0);
    assert_int_equal(fake_load(0, APERTURE + 0x8020, 4), UINT32_MAX);
    fake_store(0, APERTURE + 0x8010, 4, 8);
    assert_int_equal(plain_register, 7);
    assert_false(fake_logged("external abort"));
}

static void interrupt(void **state)
{
    (void)state;
    pci_dev_handle_t handle = (pci_dev_handle_t)(intptr_t)rng.virtio_device.transport_data;
    assert_false(pci_device_set_irq_status(plain, true));
    assert_false(pci_device_set_irq_status(99, true));
    assert_true(pci_device_set_irq_status(handle, true));
    assert_int_equal(config_load(RNG, 6, 2) & PCI_STATUS_INTERRUPT, PCI_STATUS_INTERRUPT);
    assert_int_equal(fake_take(0), SPI);
    config_store(RNG, 4, 2, PCI_COMMAND_INTX_DISABLE);
    fake_end(0, SPI);
    assert_int_equal(fake_take(0), NONE);
    config_store(RNG, 4, 2, 0);
    assert_int_equal(fake_take(0), SPI);
    assert_true(pci_device_set_irq_status(handle, false));
    fake_end(0, SPI);
    assert_int_equal(fake_take(0), NONE);
    assert_int_equal(config_load(RNG, 6, 2) & PCI_STATUS_INTERRUPT, 0);
}

/* ---- virtio ---- */

/* Where the structure of `type` is (GPA); `more` gets what follows its capability. */
static uint64_t structure_find(uint8_t type, uint32_t *offset_of_capability)
{
    unsigned count = 0;
    for (uint32_t cap = config_load(RNG, 0x34, 1); cap != 0; cap = config_load(RNG, cap + 1, 1)) {
        assert_true(++count < 48 && cap % 4 == 0);
        if (config_load(RNG, cap, 1) == PCI_CAP_ID_VNDR && config_load(RNG, cap + 3, 1) == type) {
            *offset_of_capability = cap;
            return (config_load(RNG, 0x10 + 4 * config_load(RNG, cap + 4, 1), 4) & ~0xful) +
                   config_load(RNG, cap + 8, 4);
        }
    }
    return 0;
}

static uint64_t common, isr, notify;
static uint32_t notify_multiplier;

static void find_structures(void)
{
    uint32_t cap;
    common = structure_find(VIRTIO_PCI_CAP_COMMON_CFG, &cap);
    isr = structure_find(VIRTIO_PCI_CAP_ISR_CFG, &cap);
    notify = structure_find(VIRTIO_PCI_CAP_NOTIFY_CFG, &cap);
    notify_multiplier = config_load(RNG, cap + 16, 4);
    assert_int_equal(config_load(RNG, cap + 2, 1), 20);
    assert_int_equal(structure_find(VIRTIO_PCI_CAP_DEVICE_CFG, &cap), 0); /* it has none */
    assert_true(common != 0 && isr != 0 && notify != 0);
    config_store(RNG, 4, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

static void common_features(void)
{
    fake_store(0, common + 0x14, 1, 0);
    fake_store(0, common + 0x14, 1, VIRTIO_STATUS_ACKNOWLEDGE);
    fake_store(0, common + 0x14, 1, 3);
    fake_store(0, common + 0x00, 4, 1);
    assert_int_equal(fake_load(0, common + 0x04, 4), 1); /* VERSION_1 */
    fake_store(0, common + 0x08, 4, 1);
    fake_store(0, common + 0x0c, 4, 1);
    assert_int_equal(fake_load(0, common + 0x0c, 4), 1);
    fake_store(0, common + 0x14, 1, 11);
    assert_int_equal(fake_load(0, common + 0x14, 1), 11);
}

static void common_queue(struct driver_queue *q)
{
    const uint64_t areas[] = {QUEUE, QUEUE + 0x1000, QUEUE + 0x2000};
    assert_int_equal(fake_load(0, common + 0x12, 2), 1);
    assert_int_equal(fake_load(0, common + 0x10, 2), 0xffff);
    fake_store(0, common + 0x16, 2, 1);
    assert_int_equal(fake_load(0, common + 0x18, 2), 0);
    fake_store(0, common + 0x16, 2, 0);
    assert_int_equal(fake_load(0, common + 0x18, 2), 16);
    fake_store(0, common + 0x18, 2, 8);
    for (uint32_t i = 0; i < 3; i++) {
        fake_store(0, common + 0x20 + 8 * i, 4, (uint32_t)areas[i]);
        fake_store(0, common + 0x24 + 8 * i, 4, (uint32_t)(areas[i] >> 32));
        assert_int_equal(fake_load(0, common + 0x20 + 8 * i, 4), areas[i]);
        assert_int_equal(fake_load(0, common + 0x24 + 8 * i, 4), 0);
    }
    memset(fake_ram(QUEUE), 0, DRIVER_QUEUE_BYTES);
    fake_store(0, common + 0x1c, 2, 1);
    assert_int_equal(fake_load(0, common + 0x1c, 2), 1);
    *q = (struct driver_queue){.size = 8,
                               .gpa = QUEUE,
                               .desc = (struct virtq_desc *)fake_ram(areas[0]),
                               .avail = (struct virtq_avail *)fake_ram(areas[1]),
                               .used = (struct virtq_used *)fake_ram(areas[2])};
    fake_store(0, common + 0x14, 1, 15);
}

static bool never_quiet(const struct virtio_device *device)
{
    (void)device;
    return false;
}

/* 4.1.4.3.2: status reads as 0 when the reset is over, and not while something may still be
 * written. */
static void reset_that_takes_long(void **state)
{
    (void)state;
    struct driver_queue q;
    find_structures();
    common_features();
    common_queue(&q);
    const struct virtio_device_ops *own = rng.virtio_device.ops;
    struct virtio_device_ops ops = *own;
    ops.is_quiet = never_quiet;
    rng.virtio_device.ops = &ops;
    fake_store(0, common + 0x14, 1, 0);
    assert_int_not_equal(fake_load(0, common + 0x14, 1), 0);
    rng.virtio_device.ops = own;
    assert_int_equal(fake_load(0, common + 0x14, 1), 0);
}

static void entropy_over_pci(void **state)
{
    (void)state;
    struct driver_queue q;
    struct driver_part part = {DATA, 32, true};
    uint32_t id, written;
    find_structures();
    common_features();
    common_queue(&q);
    uint64_t doorbell = notify + fake_load(0, common + 0x1e, 2) * notify_multiplier;
    driver_add(&q, &part, 1);
    fake_store(0, doorbell, 2, 0);
    assert_true(driver_take(&q, &id, &written));
    assert_int_equal(written, 32);
    assert_int_equal(fake_ram(DATA)[31], 0xa5);
    assert_int_equal(fake_take(0), SPI);
    assert_int_equal(fake_load(0, isr, 1), 1); /* which acknowledges */
    assert_int_equal(fake_load(0, isr, 1), 0);
    fake_end(0, SPI);
    assert_int_equal(fake_take(0), NONE);
    fake_store(0, notify + 4, 2, 1); /* queues that are none */
    fake_store(0, notify + 0xffc, 2, 1);
    fake_store(0, notify + 1, 1, 1);
    fake_devices_reset();
    config_store(RNG, 4, 2, PCI_COMMAND_MEMORY);
    assert_int_equal(fake_load(0, common + 0x14, 1), 0);
}

/* 4.1.3.1: each field in its own width. */
static void widths_of_fields(void **state)
{
    (void)state;
    find_structures();
    fake_store(0, common + 0x14, 4, 1);
    fake_store(0, common + 0x15, 1, 1);
    fake_store(0, common + 0x00, 2, 1);
    assert_int_equal(fake_load(0, common + 0x14, 1), 0);
    assert_int_equal(fake_load(0, common + 0x00, 4), 0);
    assert_int_equal(fake_load(0, common + 0x12, 4), 0);
    assert_int_equal(fake_load(0, common + 0x13, 1), 0);
    for (uint32_t offset = 0; offset < 0x4000; offset += 2) {
        for (unsigned width = 1; width <= 8; width *= 2) {
            fake_load(0, common + offset, width);
        }
        if (offset != 0x14) {
            fake_store(0, common + offset, 2, 0xffff);
        }
    }
    assert_int_equal(fake_load(0, common + 0x14, 1), 0);
}

/* 4.1.4.9: a way to the BAR that needs no memory access. */
static void window_in_configuration_space(void **state)
{
    (void)state;
    uint32_t cap;
    structure_find(VIRTIO_PCI_CAP_PCI_CFG, &cap);
    config_store(RNG, cap + 4, 1, 0);
    config_store(RNG, cap + 8, 4, 0x14); /* device_status */
    config_store(RNG, cap + 12, 4, 1);
    config_store(RNG, cap + 16, 4, VIRTIO_STATUS_ACKNOWLEDGE);
    assert_int_equal(rng.virtio_device.status, VIRTIO_STATUS_ACKNOWLEDGE);
    config_store(RNG, cap + 16, 4, 3);
    assert_int_equal(config_load(RNG, cap + 16, 1), 3);
    static const uint32_t bad[][3] = {{1, 0, 4},      {6, 0, 4},          {255, 0, 1},
                                      {0, 0x3ffd, 4}, {0, UINT32_MAX, 4}, {0, UINT32_MAX, 1}};
    for (unsigned i = 0; i < 6; i++) {
        config_store(RNG, cap + 4, 1, bad[i][0]);
        config_store(RNG, cap + 8, 4, bad[i][1]);
        config_store(RNG, cap + 12, 4, bad[i][2]);
        assert_int_equal(config_load(RNG, cap + 16, bad[i][2]), bad[i][2] == 4 ? UINT32_MAX : 0xff);
        config_store(RNG, cap + 16, 4, 0);
    }
    config_store(RNG, cap + 12, 4, 3); /* no width: it is only memory */
    config_store(RNG, cap + 16, 4, 77);
    assert_int_equal(config_load(RNG, cap + 16, 4), 77);
    assert_int_equal(rng.virtio_device.status, 3);
}

static void refusals(void **state)
{
    (void)state;
    pci_device_register_data_t data = {.vendor_id = 1};
    assert_int_equal(pci_register_device(1, 0, 0, &data), INVALID_PCI_DEVICE_HANDLE);
    assert_int_equal(pci_register_device(0, 0, 1, &data), INVALID_PCI_DEVICE_HANDLE);
    assert_int_equal(pci_register_device(0, 32, 0, &data), INVALID_PCI_DEVICE_HANDLE);
    assert_int_equal(pci_register_device(0, PLAIN, 0, &data), INVALID_PCI_DEVICE_HANDLE);
    assert_true(fake_logged("or it is taken"));
    assert_false(pci_register_device_mmio_bar(plain, 1, 0x100, plain_access, NULL));
    assert_false(pci_register_device_mmio_bar(plain, 6, 0x100, plain_access, NULL));
    assert_false(pci_register_device_mmio_bar(plain, 2, 0x180, plain_access, NULL));
    assert_false(pci_register_device_mmio_bar(plain, 2, 8, plain_access, NULL));
    assert_false(pci_register_device_mmio_bar(plain, 2, APERTURE_SIZE, plain_access, NULL));
    assert_false(pci_register_device_mmio_bar(plain, 2, 1ull << 40, plain_access, NULL));
    assert_false(pci_register_device_mmio_bar(-1, 2, 0x100, plain_access, NULL));
    uint8_t payload[255] = {0};
    assert_false(pci_register_device_capability(plain, 9, payload, 191));
    assert_true(pci_register_device_capability(plain, 9, payload, 190));
    assert_false(pci_register_device_capability(plain, 9, payload, 0));
    static struct virtio_rng_device other;
    assert_false(virtio_pci_rng_init(&other, 0, 7, ARM_GIC_IRQ_ROUTE(0, 5), source, NULL));
    assert_true(fake_logged("is an SGI"));
    assert_false(virtio_pci_rng_init(&other, 256, 8, ARM_GIC_IRQ_ROUTE(0, 111), source, NULL));
    for (unsigned dev = 8; dev < 8 + PCI_DEVICE_MAX - 3; dev++) {
        assert_int_not_equal(pci_register_device(0, (uint8_t)dev, 0, &data),
                             INVALID_PCI_DEVICE_HANDLE);
    }
    assert_int_equal(pci_register_device(0, 31, 0, &data), INVALID_PCI_DEVICE_HANDLE);
    assert_true(fake_logged("all there is room for"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(scan, start),
        cmocka_unit_test_setup(read_only_fields, start),
        cmocka_unit_test_setup(bars, start),
        cmocka_unit_test_setup(interrupt, start),
        cmocka_unit_test_setup(reset_that_takes_long, start),
        cmocka_unit_test_setup(entropy_over_pci, start),
        cmocka_unit_test_setup(widths_of_fields, start),
        cmocka_unit_test_setup(window_in_configuration_space, start),
        cmocka_unit_test_setup(refusals, start), /* last: it adds devices */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
