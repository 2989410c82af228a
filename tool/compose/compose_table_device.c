/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The part of the guest table that comes out of the table of who serves whom: virtio devices, PCI
 * host bridges, the channel that restarts the guest.
 */
#include <string.h>

#include "compose_print.h"
#include "drover/guest_table.h"

#define ALIGN 8 /* of all that is put into the table here */

static size_t up(size_t value)
{
    return (value + ALIGN - 1) / ALIGN * ALIGN;
}

/* What a VM has of it. */
struct part {
    const struct serve_device *devices;
    size_t device_count;
    size_t pci_count;
};

static struct part part_of(const struct serve *serve, size_t vm)
{
    struct part part = {0};
    for (size_t i = 0; i < serve->device_count; i++) {
        if (serve->devices[i].vm == vm) {
            part.devices = part.device_count == 0 ? &serve->devices[i] : part.devices;
            part.device_count++; /* the table has them by VM */
        }
    }
    for (size_t i = 0; i < serve->pci_count; i++) {
        part.pci_count += serve->pcis[i].vm == vm;
    }
    return part;
}

size_t table_devices_size(const struct compose *compose, size_t vm)
{
    struct part part = part_of(&compose->serve, vm);
    size_t size =
        part.device_count * sizeof(struct guest_device) + part.pci_count * sizeof(struct guest_pci);
    for (size_t i = 0; i < part.device_count; i++) {
        size += up(part.devices[i].config_size) +
                part.devices[i].region_count * sizeof(struct guest_data_region);
    }
    return size;
}

/* The channel by which a program has the guest started again. */
static uint32_t restart_channel(const struct compose *compose, size_t vm)
{
    const struct serve *serve = &compose->serve;
    for (size_t i = 0; i < serve->channel_count; i++) {
        const struct serve_channel *channel = &serve->channels[i];
        if (channel->symbol != NULL && serve->pds[channel->pds[1]].vm == vm) {
            return channel->ids[1];
        }
    }
    return GUEST_CHANNEL_NONE;
}

/* Puts bytes at `*at`, and moves that behind them; returns where they are. */
static uint32_t put(uint8_t *bytes, size_t *at, const void *what, size_t size)
{
    size_t offset = *at;
    if (size != 0) {
        memcpy(bytes + offset, what, size);
    }
    *at = up(offset + size);
    return (uint32_t)offset;
}

void table_devices_write(const struct compose *compose, size_t vm, uint8_t *bytes, size_t offset)
{
    const struct serve *serve = &compose->serve;
    struct part part = part_of(serve, vm);
    struct guest_table *table = (struct guest_table *)bytes;
    size_t at = offset + part.device_count * sizeof(struct guest_device);
    table->device_offset = (uint32_t)offset;
    table->device_count = (uint32_t)part.device_count;
    table->pci_offset = (uint32_t)at;
    table->pci_count = (uint32_t)part.pci_count;
    table->restart_channel = restart_channel(compose, vm);
    for (size_t i = 0; i < serve->pci_count; i++) {
        if (serve->pcis[i].vm == vm) {
            put(bytes, &at, &serve->pcis[i].pci, sizeof(serve->pcis[i].pci));
        }
    }
    for (size_t i = 0; i < part.device_count; i++) {
        const struct serve_device *device = &part.devices[i];
        struct guest_device row = {.kind = device->kind,
                                   .intid = device->intid,
                                   .gpa = device->gpa,
                                   .registers_va = device->page_va,
                                   .config_size = (uint32_t)device->config_size,
                                   .region_count = (uint32_t)device->region_count};
        row.config_offset = put(bytes, &at, device->config, device->config_size);
        row.region_offset = put(bytes, &at, device->regions,
                                device->region_count * sizeof(struct guest_data_region));
        put(bytes, &offset, &row, sizeof(row));
    }
}
