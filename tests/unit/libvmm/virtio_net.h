/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Two network devices for tests, one of each role, each with a driver in its guest and with the
 * other ends of its queues. A device's memory outside of guest RAM is allocated to the byte, for
 * ASan to see what goes beyond.
 */
#pragma once

#include <libvmm/virtio/net.h>

#include "virtio_driver.h"

#define NET_CAPACITY     8 /* buffers in each of the other ends' queues */
#define NET_REGION_COUNT 3 /* of frames for the guest: this many with NET_CAPACITY buffers each */
#define NET_QUEUE_SIZE   64

#define NET_CH_TO_GUEST   11
#define NET_CH_FROM_GUEST 12

#define NET_DATA (FAKE_RAM + 0x200000) /* GPA: the driver's buffers */

struct test_net {
    struct virtio_net_device device;
    uint64_t base; /* GPA of the registers */
    bool is_server;
    struct driver_queue rx, tx;
    net_queue_handle_t to_guest, from_guest;
    uint8_t *to_guest_data[NET_REGION_COUNT];
    uint8_t *from_guest_data;
};

extern struct test_net test_client, test_server;

/* Puts queues and guest as after power-on: all buffers of `from_guest` in its free queue. The
 * driver is ready, with `features` and queues of NET_QUEUE_SIZE. */
void test_net_start(struct test_net *net, uint64_t features);

/* Setup functions of cmocka: `*state` is the device of that role, started with all that Linux
 * chooses. */
int test_net_start_client(void **state);
int test_net_start_server(void **state);

/* A test for both. */
#define BOTH_ROLES(test)                                                                           \
    cmocka_unit_test_setup(test, test_net_start_client),                                           \
        cmocka_unit_test_setup(test, test_net_start_server)

/* The driver alone, as after a reset of its own. */
void test_net_driver(struct test_net *net, uint64_t features);

/* The features that Linux chooses of those that are offered. */
uint64_t test_net_features(void);

/* ---- The driver ---- */

/* Makes `bytes`, behind a header, available for sending, in parts cut at `cuts`; returns the head.
 */
uint16_t test_net_send(struct test_net *net, const struct virtio_net_hdr *header,
                       const uint8_t *bytes, uint32_t length, const uint32_t *cuts,
                       unsigned cut_count);

/* Makes a receive buffer of these sizes available; returns its GPA. */
uint64_t test_net_post(struct test_net *net, const uint32_t *sizes, unsigned count);

/* ---- The other end ---- */

/* Takes the next frame of the guest: NULL if there is none. Its buffer goes back with
 * test_net_return(). */
const uint8_t *test_net_take(struct test_net *net, net_buff_desc_t *buffer);
void test_net_return(struct test_net *net, net_buff_desc_t buffer);

/* A descriptor of buffer `index` of region `region` for the guest, as this role names it. */
net_buff_desc_t test_net_buffer(struct test_net *net, unsigned region, unsigned index);

/* Puts a frame of `length` bytes, which begin with `first`, into that buffer and hands it over. */
void test_net_hand(struct test_net *net, unsigned region, unsigned index, uint8_t first,
                   uint16_t length);

/* The same with a frame of the caller's. */
void test_net_hand_bytes(struct test_net *net, unsigned region, unsigned index,
                         const uint8_t *bytes, uint16_t length);

/* Notifies the VMM. */
void test_net_notify(struct test_net *net, microkit_channel ch);

/* How often the VMM has notified since the last call. */
unsigned test_net_notified(microkit_channel ch);
