/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a native driver has of its device: the section .device_resources, in sDDF 0.7's layout.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sddf/resources/common.h>

#define DEVICE_MAGIC_LEN   5
#define DEVICE_MAX_REGIONS 64
#define DEVICE_MAX_IRQS    64

static const char DEVICE_MAGIC[DEVICE_MAGIC_LEN] = {'s', 'D', 'D', 'F', 0x1};

typedef struct device_region_resource {
    region_resource_t region;
    uintptr_t io_addr; /* PA by which the device reaches the region; registers have 0 or their PA */
} device_region_resource_t;

typedef struct device_irq_resource {
    uint8_t id; /* channel */
} device_irq_resource_t;

typedef struct device_resources {
    char magic[DEVICE_MAGIC_LEN];
    uint8_t num_regions;
    uint8_t num_irqs;
    device_region_resource_t regions[DEVICE_MAX_REGIONS];
    device_irq_resource_t irqs[DEVICE_MAX_IRQS];
} device_resources_t;

_Static_assert(sizeof(device_region_resource_t) == 24, "sDDF's layout");
_Static_assert(offsetof(device_resources_t, num_regions) == 5 &&
                   offsetof(device_resources_t, num_irqs) == 6 &&
                   offsetof(device_resources_t, regions) == 8 &&
                   offsetof(device_resources_t, irqs) == 1544 && sizeof(device_resources_t) == 1608,
               "sDDF's layout");

/* Whether somebody has written the configuration, and of this class. */
static inline bool device_resources_check_magic(device_resources_t *device)
{
    for (unsigned i = 0; i < DEVICE_MAGIC_LEN; i++) {
        if (device->magic[i] != DEVICE_MAGIC[i]) {
            return false;
        }
    }
    return true;
}
