/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The configurations of serial.system, each in a section of its own, named as the file that
 * build.mk makes of it.
 */
#include <sddf/resources/device.h>
#include <sddf/serial/config.h>

#define PAGE 0x1000ull

/* Connection number n has its queue here in every PD, and its data a page behind. */
#define QUEUE_VA(n) (0x10000000ull + (n)*0x10000ull)
#define CONNECTION(n, channel)                                                                     \
    {                                                                                              \
        .queue = {(void *)QUEUE_VA(n), PAGE}, .data = {(void *)(QUEUE_VA(n) + PAGE), PAGE},        \
        .id = (channel)                                                                            \
    }

enum {
    DRIVER_TX,
    DRIVER_RX,
    ALICE_TX,
    ALICE_RX,
    BOB_TX,
    BOB_RX,
    CAROL_TX,
    CAROL_RX,
    INPUT_TX,
};

#define MAGIC                                                                                      \
    {                                                                                              \
        's', 'D', 'D', 'F', 3                                                                      \
    }
#define BLOB(name) __attribute__((section(name), used)) const
#define UART_VA    0x20000000ull
#define CLIENT(tx_, rx_)                                                                           \
    {                                                                                              \
        .magic = MAGIC, .tx = CONNECTION(tx_, 0), .rx = CONNECTION(rx_, 1)                         \
    }

BLOB("serial_driver_device_resources")
device_resources_t driver_device_resources = {
    .magic = {'s', 'D', 'D', 'F', 1},
    .num_regions = 1,
    .num_irqs = 1,
    .regions = {{.region = {(void *)UART_VA, PAGE}}},
    .irqs = {{.id = 0}},
};

BLOB("serial_driver_config")
serial_driver_config_t driver_config = {
    .magic = MAGIC,
    .tx = CONNECTION(DRIVER_TX, 1),
    .rx = CONNECTION(DRIVER_RX, 2),
    .default_baud = 115200,
    .rx_enabled = true,
};

BLOB("serial_virt_tx")
serial_virt_tx_config_t virt_tx = {
    .magic = MAGIC,
    .driver = CONNECTION(DRIVER_TX, 0),
    .clients = {{CONNECTION(ALICE_TX, 1), "alice"},
                {CONNECTION(BOB_TX, 2), "bob"},
                {CONNECTION(CAROL_TX, 3), "carol"},
                {CONNECTION(INPUT_TX, 4), "input"}},
    .num_clients = 4,
    .begin_str = "Begin input\n",
    .enable_colour = true,
    .enable_rx = true,
};

BLOB("serial_virt_rx")
serial_virt_rx_config_t virt_rx = {
    .magic = MAGIC,
    .driver = CONNECTION(DRIVER_RX, 0),
    .clients = {CONNECTION(ALICE_RX, 1), CONNECTION(BOB_RX, 2), CONNECTION(CAROL_RX, 3)},
    .num_clients = 3,
    .switch_char = 0x1c,
    .terminate_num_char = '\r',
};

BLOB("serial_virt_rx_names")
serial_virt_rx_names_t virt_rx_names = {.magic = MAGIC, .names = {"alice", "bob", "carol"}};

BLOB("serial_client_serial_virt_rx")
serial_client_config_t client_serial_virt_rx = {.magic = MAGIC, .tx = CONNECTION(INPUT_TX, 4)};

BLOB("serial_client_alice") serial_client_config_t client_alice = CLIENT(ALICE_TX, ALICE_RX);
BLOB("serial_client_bob") serial_client_config_t client_bob = CLIENT(BOB_TX, BOB_RX);
BLOB("serial_client_carol") serial_client_config_t client_carol = CLIENT(CAROL_TX, CAROL_RX);
