/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The configurations of the serial device class, in sDDF 0.7's layouts. The tool writes each into
 * the section of a program that is named beside it; ids are channels of that program. A queue
 * region holds a serial_queue_t; a data region is all ring, and its size is the ring's capacity: a
 * power of two.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sddf/resources/common.h>

#define SDDF_SERIAL_MAX_CLIENTS       64
#define SDDF_SERIAL_BEGIN_STR_MAX_LEN 128
#define SDDF_SERIAL_MAGIC_LEN         5
#ifndef SDDF_NAME_LENGTH
#define SDDF_NAME_LENGTH 64 /* as MICROKIT_PD_NAME_LENGTH */
#endif

static const char SDDF_SERIAL_MAGIC[SDDF_SERIAL_MAGIC_LEN] = {'s', 'D', 'D', 'F', 0x3};

/* One direction of one connection. */
typedef struct serial_connection_resource {
    region_resource_t queue;
    region_resource_t data;
    uint8_t id;
} serial_connection_resource_t;

/* .serial_driver_config: a UART's driver. */
typedef struct serial_driver_config {
    char magic[SDDF_SERIAL_MAGIC_LEN];
    serial_connection_resource_t rx;
    serial_connection_resource_t tx;
    uint64_t default_baud; /* bits per second */
    bool rx_enabled;       /* false: rx is not set */
} serial_driver_config_t;

/* .serial_virt_rx_config: the virtualiser of input. */
typedef struct serial_virt_rx_config {
    char magic[SDDF_SERIAL_MAGIC_LEN];
    serial_connection_resource_t driver;
    serial_connection_resource_t clients[SDDF_SERIAL_MAX_CLIENTS];
    uint8_t num_clients;
    char switch_char;        /* begins a change of the client that has the input */
    char terminate_num_char; /* ends the client's number */
} serial_virt_rx_config_t;

typedef struct serial_virt_tx_client_config {
    serial_connection_resource_t conn;
    char name[SDDF_NAME_LENGTH];
} serial_virt_tx_client_config_t;

/* .serial_virt_tx_config: the virtualiser of output. */
typedef struct serial_virt_tx_config {
    char magic[SDDF_SERIAL_MAGIC_LEN];
    serial_connection_resource_t driver;
    serial_virt_tx_client_config_t clients[SDDF_SERIAL_MAX_CLIENTS];
    uint8_t num_clients;
    char begin_str[SDDF_SERIAL_BEGIN_STR_MAX_LEN]; /* printed first if enable_rx: input may come */
    bool enable_colour;
    bool enable_rx;
} serial_virt_tx_config_t;

/* .serial_client_config: a client. */
typedef struct serial_client_config {
    char magic[SDDF_SERIAL_MAGIC_LEN];
    serial_connection_resource_t rx; /* queue.vaddr NULL: has no input */
    serial_connection_resource_t tx;
} serial_client_config_t;

/* .serial_virt_rx_names, beside what sDDF has: what the virtualiser of input calls its clients, in
 * the order of its configuration. Without it they have numbers only. That program may also be a
 * client of the virtualiser of output, by a .serial_client_config of its own, for what it says. */
typedef struct serial_virt_rx_names {
    char magic[SDDF_SERIAL_MAGIC_LEN];
    char names[SDDF_SERIAL_MAX_CLIENTS][SDDF_NAME_LENGTH];
} serial_virt_rx_names_t;

_Static_assert(sizeof(serial_virt_rx_names_t) == 4101, "no padding");
_Static_assert(sizeof(serial_connection_resource_t) == 40 &&
                   offsetof(serial_connection_resource_t, data) == 16 &&
                   offsetof(serial_connection_resource_t, id) == 32,
               "sDDF's layout");
_Static_assert(offsetof(serial_driver_config_t, rx) == 8 &&
                   offsetof(serial_driver_config_t, tx) == 48 &&
                   offsetof(serial_driver_config_t, default_baud) == 88 &&
                   offsetof(serial_driver_config_t, rx_enabled) == 96 &&
                   sizeof(serial_driver_config_t) == 104,
               "sDDF's layout");
_Static_assert(offsetof(serial_virt_rx_config_t, driver) == 8 &&
                   offsetof(serial_virt_rx_config_t, clients) == 48 &&
                   offsetof(serial_virt_rx_config_t, num_clients) == 2608 &&
                   offsetof(serial_virt_rx_config_t, switch_char) == 2609 &&
                   offsetof(serial_virt_rx_config_t, terminate_num_char) == 2610 &&
                   sizeof(serial_virt_rx_config_t) == 2616,
               "sDDF's layout");
_Static_assert(sizeof(serial_virt_tx_client_config_t) == 104 &&
                   offsetof(serial_virt_tx_client_config_t, name) == 40,
               "sDDF's layout");
_Static_assert(offsetof(serial_virt_tx_config_t, driver) == 8 &&
                   offsetof(serial_virt_tx_config_t, clients) == 48 &&
                   offsetof(serial_virt_tx_config_t, num_clients) == 6704 &&
                   offsetof(serial_virt_tx_config_t, begin_str) == 6705 &&
                   offsetof(serial_virt_tx_config_t, enable_colour) == 6833 &&
                   offsetof(serial_virt_tx_config_t, enable_rx) == 6834 &&
                   sizeof(serial_virt_tx_config_t) == 6840,
               "sDDF's layout");
_Static_assert(offsetof(serial_client_config_t, rx) == 8 &&
                   offsetof(serial_client_config_t, tx) == 48 &&
                   sizeof(serial_client_config_t) == 88,
               "sDDF's layout");

/* Whether somebody has written the configuration, and of this class. `config` is any of the above.
 */
static inline bool serial_config_check_magic(void *config)
{
    const char *magic = (const char *)config;
    for (unsigned i = 0; i < SDDF_SERIAL_MAGIC_LEN; i++) {
        if (magic[i] != SDDF_SERIAL_MAGIC[i]) {
            return false;
        }
    }
    return true;
}
