/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Network devices out of configurations: sound ones of both roles work, others are refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "libvmm/virtio_net.h"

#define CAPACITY 4
#define BASE     0xb000000ul

static uint8_t queues[4][8 + 16 * CAPACITY] __attribute__((aligned(8)));
static uint8_t regions_memory[3][CAPACITY * NET_BUFFER_SIZE];
static struct virtio_net_device client, server;
static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};

static net_connection_resource_t connection(unsigned first, uint8_t id)
{
    return (net_connection_resource_t){.free_queue = {queues[first], sizeof queues[0]},
                                       .active_queue = {queues[first + 1], sizeof queues[0]},
                                       .num_buffers = CAPACITY,
                                       .id = id};
}

static net_client_config_t client_config(void)
{
    net_client_config_t config = {.rx = connection(0, 3),
                                  .rx_data = {regions_memory[0], sizeof regions_memory[0]},
                                  .tx = connection(2, 4),
                                  .tx_data = {regions_memory[1], sizeof regions_memory[1]},
                                  .mac_addr = {{2, 0, 0, 0, 0, 9}}};
    memcpy(config.magic, SDDF_NET_MAGIC, sizeof config.magic);
    return config;
}

static net_driver_config_t driver_config(void)
{
    net_driver_config_t config = {.virt_rx = connection(0, 5), .virt_tx = connection(2, 6)};
    memcpy(config.magic, SDDF_NET_MAGIC, sizeof config.magic);
    return config;
}

static struct guest_data_region region(unsigned index, bool is_writable)
{
    return (struct guest_data_region){(uintptr_t)regions_memory[index], sizeof regions_memory[0],
                                      is_writable, 0};
}

static int start(void **state)
{
    (void)state;
    fake_start(1);
    memset(queues, 0, sizeof queues);
    return 0;
}

static bool client_setup(const net_client_config_t *config, uint64_t base, uint32_t spi,
                         const struct guest_data_region *regions, size_t count)
{
    return virtio_mmio_net_client_setup(&client, base, 0x200, ARM_GIC_IRQ_ROUTE(0, spi), config,
                                        regions, count);
}

static bool server_setup(const net_driver_config_t *config, const struct guest_data_region *regions,
                         size_t count)
{
    return virtio_mmio_net_server_setup(&server, BASE + 0x2000, 0x200, ARM_GIC_IRQ_ROUTE(0, 102),
                                        config, regions, count, mac);
}

static void clients(void **state)
{
    (void)state;
    net_client_config_t config = client_config();
    assert_true(client_setup(&config, BASE, 100, NULL, 0));
    assert_int_equal(client.to_guest.region_count, 1);
    assert_int_equal(client.to_guest.regions[0].va, (uintptr_t)regions_memory[0]);
    assert_int_equal(client.from_guest.regions[0].size, sizeof regions_memory[1]);
    assert_int_equal(client.to_guest.ch, 3);
    assert_int_equal(client.from_guest.ch, 4);
    assert_int_equal(client.config.mac[5], 9);
    assert_int_equal(net_queue_length((net_queue_t *)queues[2]), CAPACITY);
    start(NULL);
    const struct guest_data_region several[] = {region(2, false), region(0, false)};
    assert_true(client_setup(&config, BASE + 0x1000, 101, several, 2));
    assert_int_equal(client.to_guest.region_count, 2);
    assert_int_equal(client.to_guest.regions[1].va, (uintptr_t)regions_memory[0]);
}

static void servers(void **state)
{
    (void)state;
    net_driver_config_t config = driver_config();
    const struct guest_data_region regions[] = {region(0, false), region(1, true),
                                                region(2, false)};
    assert_true(server_setup(&config, regions, 3));
    assert_int_equal(server.from_guest.region_count, 1);
    assert_int_equal(server.from_guest.regions[0].va, (uintptr_t)regions_memory[1]);
    assert_int_equal(server.to_guest.region_count, 2);
    assert_int_equal(server.to_guest.regions[1].va, (uintptr_t)regions_memory[2]);
    assert_int_equal(server.from_guest.ch, 5);
    assert_int_equal(server.to_guest.ch, 6);
    assert_int_equal(net_queue_length((net_queue_t *)queues[0]), 0); /* net_virt_rx's to fill */
}

#define REFUSED(text, ...)                                                                         \
    do {                                                                                           \
        net_client_config_t config = client_config();                                              \
        __VA_ARGS__;                                                                               \
        assert_false(client_setup(&config, BASE + 0x3000, 103, NULL, 0));                          \
        assert_true(fake_logged(text));                                                            \
    } while (0)

static void unsound_configurations(void **state)
{
    (void)state;
    REFUSED("none of sDDF's network class", config.magic[4]++);
    REFUSED("rx: queues of 3 buffers", config.rx.num_buffers = 3);
    REFUSED("rx: queues of 0 buffers", config.rx.num_buffers = 0);
    REFUSED("tx: queues of 8 buffers", config.tx.num_buffers = 8);
    REFUSED("tx: queues of 4 buffers", config.tx.active_queue.size--);
    REFUSED("rx: queues of 4 buffers", config.rx.free_queue.vaddr = NULL);
    REFUSED("tx: data region of 0x1fff bytes", config.tx_data.size--);
    net_driver_config_t driver = driver_config();
    driver.magic[0] = 0;
    assert_false(server_setup(&driver, NULL, 0));
    driver = driver_config();
    driver.virt_tx.num_buffers = 5;
    assert_false(server_setup(&driver, NULL, 0));
    struct guest_data_region many[65];
    for (unsigned i = 0; i < 65; i++) {
        many[i] = region(0, false);
    }
    driver = driver_config();
    fake_logged("");
    assert_false(server_setup(&driver, many, 65));
    assert_true(fake_logged("in 65 regions"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(clients, start),
        cmocka_unit_test_setup(servers, start),
        cmocka_unit_test_setup(unsound_configurations, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
