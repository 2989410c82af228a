/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The configurations of the block device class, in sDDF 0.7's layouts. The tool writes each into
 * the section of a program that is named beside it; ids are channels of that program.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sddf/resources/common.h>
#include <sddf/resources/device.h>
#include <sddf/blk/queue.h>
#include <sddf/blk/storage_info.h>

#define SDDF_BLK_MAX_CLIENTS 64
#define SDDF_BLK_MAGIC_LEN   5

static const char SDDF_BLK_MAGIC[SDDF_BLK_MAGIC_LEN] = {'s', 'D', 'D', 'F', 0x2};

/* A connection between two PDs, as one of them sees it. */
typedef struct blk_connection_resource {
    region_resource_t storage_info; /* blk_storage_info_t, written by the server */
    region_resource_t req_queue;    /* blk_req_queue_t */
    region_resource_t resp_queue;   /* blk_resp_queue_t */
    uint16_t num_buffers;           /* entries in each queue */
    uint8_t id;
} blk_connection_resource_t;

/* .blk_driver_config: a disk's driver. */
typedef struct blk_driver_config {
    char magic[SDDF_BLK_MAGIC_LEN];
    blk_connection_resource_t virt;
} blk_driver_config_t;

/* The io address of a data region is what the driver adds offsets to: a PA for DMA, a VA in the
 * driver for one that copies. Its vaddr is NULL if the virtualiser does not have it mapped. */
typedef struct blk_virt_config_client {
    blk_connection_resource_t conn;
    device_region_resource_t data;
    uint32_t partition; /* counted from 0 */
} blk_virt_config_client_t;

typedef struct blk_virt_config_driver {
    blk_connection_resource_t conn;
    device_region_resource_t data; /* the virtualiser's own, where partition tables are read to */
} blk_virt_config_driver_t;

/* .blk_virt_config: the virtualiser. */
typedef struct blk_virt_config {
    char magic[SDDF_BLK_MAGIC_LEN];
    uint64_t num_clients;
    blk_virt_config_driver_t driver;
    blk_virt_config_client_t clients[SDDF_BLK_MAX_CLIENTS];
} blk_virt_config_t;

/* .blk_client_config: a client. */
typedef struct blk_client_config {
    char magic[SDDF_BLK_MAGIC_LEN];
    blk_connection_resource_t virt;
    region_resource_t data;
} blk_client_config_t;

_Static_assert(sizeof(blk_connection_resource_t) == 56 &&
                   offsetof(blk_connection_resource_t, req_queue) == 16 &&
                   offsetof(blk_connection_resource_t, resp_queue) == 32 &&
                   offsetof(blk_connection_resource_t, num_buffers) == 48 &&
                   offsetof(blk_connection_resource_t, id) == 50,
               "sDDF's layout");
_Static_assert(offsetof(blk_driver_config_t, virt) == 8 && sizeof(blk_driver_config_t) == 64,
               "sDDF's layout");
_Static_assert(offsetof(blk_virt_config_client_t, data) == 56 &&
                   offsetof(blk_virt_config_client_t, partition) == 80 &&
                   sizeof(blk_virt_config_client_t) == 88,
               "sDDF's layout");
_Static_assert(offsetof(blk_virt_config_t, num_clients) == 8 &&
                   offsetof(blk_virt_config_t, driver) == 16 &&
                   offsetof(blk_virt_config_t, driver.data) == 72 &&
                   offsetof(blk_virt_config_t, clients) == 96 && sizeof(blk_virt_config_t) == 5728,
               "sDDF's layout");
_Static_assert(offsetof(blk_client_config_t, virt) == 8 &&
                   offsetof(blk_client_config_t, data) == 64 && sizeof(blk_client_config_t) == 80,
               "sDDF's layout");

/* Whether somebody has written the configuration, and of this class. `config` is any of the above.
 */
static inline bool blk_config_check_magic(void *config)
{
    const char *magic = (const char *)config;
    for (unsigned i = 0; i < SDDF_BLK_MAGIC_LEN; i++) {
        if (magic[i] != SDDF_BLK_MAGIC[i]) {
            return false;
        }
    }
    return true;
}
