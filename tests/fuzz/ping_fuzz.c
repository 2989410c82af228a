/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The responder with hostile queues, and frames of any contents: what it sends must be frames.
 */
#include <stdlib.h>
#include <string.h>

#include <drover/ping.h>

#include "network/hostile.h"
#include "network/parts.h"
#include "ping/inet.h"

#define BUFFERS 8

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static unsigned pd;
static net_queue_handle_t rx;
static net_queue_handle_t tx;

static void run(void)
{
    ping_now_us += (uint64_t)hostile_byte() * 100000;
    fake_notify(pd, hostile_byte() % 3);
}

/* What was sent names the sender, and what is IPv4 in it has a right checksum. */
static void check_sent(void)
{
    net_buff_desc_t buffer;
    while (net_dequeue_active(&tx, &buffer) == 0) {
        const uint8_t *frame =
            (const uint8_t *)ping_client_config.tx_data.vaddr + buffer.io_or_offset;
        if (buffer.len < FRAME_MIN || buffer.len > FRAME_MAX ||
            !mac802_addr_eq(frame + ETH_SRC, ping_client_config.mac_addr.addr) ||
            (inet_load_16(frame + ETH_TYPE) == ETH_TYPE_IP &&
             inet_checksum(frame + ETH_SIZE, IP_SIZE) != 0)) {
            abort();
        }
        net_enqueue_free(&tx, buffer);
    }
}

/* Frames as the input has them, but with checksums and addresses put right if it says so: else
 * nothing of what is behind them would be reached. */
static void frames_run(void)
{
    for (unsigned i = 0; i < 64; i++) {
        net_buff_desc_t buffer = {.len = (uint16_t)(hostile_byte() + hostile_byte() * 8)};
        uint8_t *frame = ping_client_config.rx_data.vaddr;
        for (unsigned at = 0; at < buffer.len && at < NET_BUFFER_SIZE; at++) {
            uint8_t byte = hostile_byte();
            frame[at] = byte;
        }
        if (hostile_byte() % 2 == 0 && buffer.len > ETH_SIZE + IP_SIZE) {
            uint8_t *ip = frame + ETH_SIZE;
            memset(frame, 0xff, MAC802_BYTES);
            inet_store_16(frame + ETH_TYPE, ETH_TYPE_IP);
            inet_store_16(ip + IP_FRAGMENT, 0);
            inet_store_16(ip + IP_CHECKSUM, 0);
            inet_store_16(ip + IP_CHECKSUM, inet_checksum(ip, IP_SIZE));
        }
        net_enqueue_active(&rx, buffer);
        run();
        check_sent();
        while (net_dequeue_free(&rx, &buffer) == 0) {
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    hostile_begin(input, size);
    ping_reset();
    pd = fake_pd_add((struct fake_pd){ping_init, ping_notified, 0});
    fake_magic(&ping_client_config);
    ping_client_config.rx = fake_connection(BUFFERS, 0);
    ping_client_config.rx_data = fake_region(BUFFERS * NET_BUFFER_SIZE);
    ping_client_config.tx = fake_connection(BUFFERS, 1);
    ping_client_config.tx_data = fake_region(BUFFERS * NET_BUFFER_SIZE);
    ping_client_config.mac_addr = (mac_addr_t){{2, 0, 0, 0, 0, 1}};
    rx = fake_handle(&ping_client_config.rx);
    tx = fake_handle(&ping_client_config.tx);
    ping_config = (struct ping_config){.has_timer = 1, .timer_channel = 2};
    fake_channel(pd, 0, FAKE_TEST, 0);
    fake_channel(pd, 1, FAKE_TEST, 1);
    hostile_add_connection(&ping_client_config.rx);
    hostile_add_region(ping_client_config.rx_data);
    uint8_t kind = hostile_byte();
    if (kind % 2 == 0) {
        memcpy(ping_config.address, "\x0a\x00\x02\x0f", 4);
    }
    fake_init(pd);
    if (kind % 4 < 2) {
        hostile_add_connection(&ping_client_config.tx);
        hostile_run(0, run);
    } else {
        frames_run();
    }
    fake_reset();
    return 0;
}
