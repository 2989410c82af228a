/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes the virtual PCI bus with a virtio device on it: any accesses to configuration space and
 * BARs, wherever the guest has put them. Afterwards the guest's reset mends the device.
 */
#include <string.h>

#include <libvmm/virtio/entropy.h>
#include <libvmm/virtio/pci.h>

#include "virtio_guest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ECAM          0x10000000ul
#define ECAM_SIZE     0x20000u
#define APERTURE      0x20000000ul
#define APERTURE_SIZE 0x10000u
#define DEVICE        1
#define CONFIG        (ECAM + DEVICE * 0x8000ul)

static struct virtio_rng_device rng;

static uint32_t source(void *data, uint8_t *destination, uint32_t size)
{
    (void)data;
    destination[0] = destination[size - 1] = 1;
    return size;
}

static void power_on(void)
{
    static bool is_there;
    fake_start(1);
    if (!is_there) {
        is_there = true;
        guest_require(pci_bus_init(ECAM, ECAM_SIZE, APERTURE, APERTURE_SIZE));
        guest_require(
            virtio_pci_rng_init(&rng, 0, DEVICE, ARM_GIC_IRQ_ROUTE(0, 100), source, NULL));
        fake_reset_handlers_keep();
    }
    fake_reset_handlers_restore();
    fake_devices_reset();
    fake_store(0, CONFIG + 4, 2, PCI_COMMAND_MEMORY);
    memset(fake_ram(GUEST_WINDOW), 0, GUEST_WINDOW_SIZE);
}

/* [1:0] of `small` is the width, [2] a store. */
static void access(uint64_t gpa, const struct guest_step *step)
{
    unsigned width = 1u << (step->small & 3);
    if ((step->small & 4) != 0) {
        fake_store(0, gpa, width, step->value);
    } else {
        fake_load(0, gpa, width);
    }
}

/* Addresses of a queue that lies in the window, so that it may come to life. */
static void area_store(const struct guest_step *step)
{
    fake_store(0, APERTURE + 0x20 + (step->small & 7) * 4, 4,
               (step->small & 1) != 0 ? 0 : GUEST_WINDOW + (step->offset & 0x3ff0u));
}

static void run(const struct guest_step *step)
{
    switch (step->operation % 8) {
    case 0:
        access(ECAM + (step->offset | (step->value & 1) << 16), step);
        break;
    case 1:
        access(CONFIG + (step->offset & 0xffu), step);
        break;
    case 2:
        access(APERTURE + step->offset, step);
        break;
    case 3:
        access(APERTURE + (step->offset & 0x303fu), step);
        break;
    case 4:
        area_store(step);
        break;
    case 5:
        memcpy(fake_ram(GUEST_WINDOW + (step->offset & 0x3ffcu)), &step->value, 4);
        break;
    case 6: /* what drivers write */
        fake_store(0, APERTURE + 0x14, 1, step->small & 15);
        break;
    default:
        fake_store(0, APERTURE + (step->small & 0x1eu), 2, step->value & 31);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct guest_step step;
    power_on();
    for (; size >= sizeof step; size -= sizeof step, data += sizeof step) {
        memcpy(&step, data, sizeof step);
        run(&step);
    }
    fake_devices_reset();
    guest_require(fake_load(0, CONFIG, 4) == 0x10441af4);
    guest_require(fake_load(0, CONFIG + 0x10, 4) == APERTURE);
    guest_require(rng.virtio_device.status == 0 && rng.virtio_device.interrupt_status == 0);
    return 0;
}
