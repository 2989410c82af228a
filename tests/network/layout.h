/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Where network.system has everything: a region stands at the same VA in every PD that has it. A
 * connection is a region with its free queue, and its active queue half way.
 */
#pragma once

#define REGION_VA(n)    (0x10000000ull + (n)*0x100000ull)
#define CONNECTION_SIZE 0x2000ull
#define BUFFERS         64  /* of each data region */
#define OUT_BUFFERS     128 /* of what goes out: both clients' */
#define DATA_SIZE       (BUFFERS * 2048ull)

enum region {
    DMA,
    ALICE_TX_DATA,
    BOB_TX_DATA,
    ALICE_RX_DATA,
    BOB_RX_DATA,
    DRIVER_RX,
    DRIVER_TX,
    SWITCH_IN,
    SWITCH_OUT,
    ALICE_PORT,
    BOB_PORT,
    ALICE_TX,
    BOB_TX,
    ALICE_RX,
    BOB_RX,
};

/* The ends on the wire: clients, and the gateway that wire.c plays. */
#define ALICE_MAC                                                                                  \
    {                                                                                              \
        {                                                                                          \
            2, 0, 0, 0, 0, 1                                                                       \
        }                                                                                          \
    }
#define BOB_MAC                                                                                    \
    {                                                                                              \
        {                                                                                          \
            2, 0, 0, 0, 0, 2                                                                       \
        }                                                                                          \
    }
#define WIRE_MAC                                                                                   \
    {                                                                                              \
        {                                                                                          \
            2, 0, 0, 0, 0, 0xff                                                                    \
        }                                                                                          \
    }
#define WIRE_IP 0x0a000202u /* 10.0.2.2 */
