/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The generic VMM with its guest's devices on a virtual PCI bus, and beside them a source of
 * entropy, whose bytes are none, but known.
 */
#include "pci.h"

#include "devices.h"

/* As in guest.dts; GPA, bytes. The source's interrupt is one that no other device has. */
#define ECAM_GPA      0x8200000
#define ECAM_SIZE     0x100000
#define APERTURE_GPA  0x8300000
#define APERTURE_SIZE 0x100000
#define SOURCE_DEVICE 9
#define SOURCE_INTID  (32 + 250)

/* devices_init() of devices.c, by the name that build.mk gives it. */
bool table_devices_init(const struct guest_table *table);

static struct virtio_rng_device source;

static uint32_t source_read(void *data, uint8_t *destination, uint32_t size)
{
    (void)data;
    __builtin_memset(destination, 'r', size);
    return size;
}

bool devices_init(const struct guest_table *table)
{
    return pci_bus_init(ECAM_GPA, ECAM_SIZE, APERTURE_GPA, APERTURE_SIZE) &&
           table_devices_init(table) &&
           virtio_pci_rng_init(&source, 0, SOURCE_DEVICE, ARM_GIC_IRQ_ROUTE(0, SOURCE_INTID),
                               source_read, NULL);
}
