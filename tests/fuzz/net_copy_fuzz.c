/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The copier between a hostile source and a hostile client.
 */
#include "network/hostile.h"
#include "network/parts.h"

#define BUFFERS 8

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static unsigned pd;

static void run(void)
{
    fake_notify(pd, hostile_byte() % 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    hostile_begin(input, size);
    copy_reset();
    pd = fake_pd_add((struct fake_pd){copy_init, copy_notified, 0});
    fake_magic(&copy_config);
    copy_config.rx = fake_connection(BUFFERS, 0);
    copy_config.client = fake_connection(BUFFERS, 1);
    copy_config.client_data = fake_region(BUFFERS * NET_BUFFER_SIZE);
    copy_config.rx_data[0] = fake_region(BUFFERS * NET_BUFFER_SIZE);
    copy_config.rx_data[2] = fake_region(NET_BUFFER_SIZE);
    copy_config.rx_data[3] = fake_region(100);
    fake_channel(pd, 0, FAKE_TEST, 0);
    fake_channel(pd, 1, FAKE_TEST, 1);
    hostile_add_connection(&copy_config.rx);
    hostile_add_connection(&copy_config.client);
    hostile_add_region(copy_config.client_data);
    fake_init(pd);
    hostile_run(0, run);
    run();
    fake_reset();
    return 0;
}
