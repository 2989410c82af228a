/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The configurations, against sDDF's structures: both ends of each connection mean the same
 * memory, each VA is one at which that PD has it, and the copies of programs have them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <elf.h>
#include <sddf/blk/config.h>
#include <sddf/network/config.h>
#include <sddf/serial/config.h>

#include "diag_capture.h"
#include "elf.h"
#include "serve_build.h"
#include "serve_programs.h"

#define MIB (UINT64_C(1) << 20)

#define CONFIG(pd, section, type) ((const type *)serve_build_config(pd, section, sizeof(type)))
#define DEVICE_CONFIG(vm, kind, type)                                                              \
    ((const type *)serve_build_device(vm, kind, sizeof(type))->config)

/* The region that a PD has mapped at `va`, of `size` bytes; fails if there is none. */
static size_t region_at(const char *pd_name, uint64_t va, uint64_t size)
{
    const struct serve *serve = &built.serve;
    size_t pd = serve_build_pd(pd_name);
    for (size_t i = 0; i < serve->map_count; i++) {
        if (serve->maps[i].pd == pd && serve->maps[i].va == va &&
            serve->regions[serve->maps[i].region].size >= size) {
            return serve->maps[i].region;
        }
    }
    fail_msg("\"%s\" has nothing of 0x%llx bytes at VA 0x%llx", pd_name, (unsigned long long)size,
             (unsigned long long)va);
    return 0;
}

/* Two PDs mean the same memory. */
static void check_shared(const char *one, region_resource_t of_one, const char *other,
                         region_resource_t of_other)
{
    assert_int_equal(of_one.size, of_other.size);
    assert_int_equal(region_at(one, (uintptr_t)of_one.vaddr, of_one.size),
                     region_at(other, (uintptr_t)of_other.vaddr, of_other.size));
}

/* Two channel identifiers are the ends of one channel. */
static void check_channel(const char *one, uint8_t id, const char *other, uint8_t other_id)
{
    const struct serve *serve = &built.serve;
    size_t pds[] = {serve_build_pd(one), serve_build_pd(other)};
    uint8_t ids[] = {id, other_id};
    bool is_found = false;
    for (size_t i = 0; i < serve->channel_count; i++) {
        const struct serve_channel *channel = &serve->channels[i];
        for (int k = 0; k < 2; k++) {
            is_found = is_found || (channel->pds[0] == pds[k] && channel->ids[0] == ids[k] &&
                                    channel->pds[1] == pds[1 - k] && channel->ids[1] == ids[1 - k]);
        }
    }
    if (!is_found) {
        fail_msg("no channel from \"%s\" %u to \"%s\" %u", one, id, other, other_id);
    }
}

/* ---- Console ---- */

static void check_serial(const char *one, const serial_connection_resource_t *of_one,
                         const char *other, const serial_connection_resource_t *of_other)
{
    check_shared(one, of_one->queue, other, of_other->queue);
    check_shared(one, of_one->data, other, of_other->data);
    assert_int_equal(of_one->data.size & (of_one->data.size - 1), 0);
    assert_true(of_one->queue.size >= 12);
    check_channel(one, of_one->id, other, of_other->id);
}

static void a_console_is_connected(void **state)
{
    (void)state;
    serve_build_system();
    const serial_driver_config_t *driver =
        CONFIG("serial_driver", ".serial_driver_config", serial_driver_config_t);
    const serial_virt_tx_config_t *tx =
        CONFIG("serial_virt_tx", ".serial_virt_tx_config", serial_virt_tx_config_t);
    const serial_virt_rx_config_t *rx =
        CONFIG("serial_virt_rx", ".serial_virt_rx_config", serial_virt_rx_config_t);
    assert_memory_equal(driver->magic, SDDF_SERIAL_MAGIC, SDDF_SERIAL_MAGIC_LEN);
    assert_memory_equal(tx->magic, SDDF_SERIAL_MAGIC, SDDF_SERIAL_MAGIC_LEN);
    assert_memory_equal(rx->magic, SDDF_SERIAL_MAGIC, SDDF_SERIAL_MAGIC_LEN);
    assert_true(driver->rx_enabled && tx->enable_rx);
    assert_int_equal(driver->default_baud, 115200);
    check_serial("serial_driver", &driver->tx, "serial_virt_tx", &tx->driver);
    check_serial("serial_driver", &driver->rx, "serial_virt_rx", &rx->driver);

    static const char *const clients[] = {"storage_vmm", "client_vmm", "reader"};
    static const char *const names[] = {"storage", "client", "reader"};
    const serial_client_config_t *configs[] = {
        DEVICE_CONFIG(0, GUEST_DEVICE_CONSOLE, serial_client_config_t),
        DEVICE_CONFIG(1, GUEST_DEVICE_CONSOLE, serial_client_config_t),
        CONFIG("reader", ".serial_client_config", serial_client_config_t),
    };
    assert_int_equal(rx->num_clients, 3);
    assert_int_equal(tx->num_clients, 4);
    const serial_virt_rx_names_t *rx_names =
        CONFIG("serial_virt_rx", ".serial_virt_rx_names", serial_virt_rx_names_t);
    for (int i = 0; i < 3; i++) {
        check_serial(clients[i], &configs[i]->tx, "serial_virt_tx", &tx->clients[i].conn);
        check_serial(clients[i], &configs[i]->rx, "serial_virt_rx", &rx->clients[i]);
        assert_string_equal(tx->clients[i].name, names[i]);
        assert_string_equal(rx_names->names[i], names[i]);
    }
    const serial_client_config_t *notices =
        CONFIG("serial_virt_rx", ".serial_client_config", serial_client_config_t);
    check_serial("serial_virt_rx", &notices->tx, "serial_virt_tx", &tx->clients[3].conn);
    assert_null(notices->rx.queue.vaddr);
}

/* A console that one alone has is as if it were its own: nothing is put before its lines. */
static void one_client_s_console_is_its_own(void **state)
{
    (void)state;
    serve_build_request(SERVE_BOARD_TEXT,
                        "{\"console\": {\"device\": \"arm,pl011\"}, \"vms\": [{\"name\": \"a\","
                        " \"console\": true}]}");
    compose_build_run();
    const serial_virt_tx_config_t *tx =
        CONFIG("serial_virt_tx", ".serial_virt_tx_config", serial_virt_tx_config_t);
    assert_int_equal(tx->num_clients, 1);
    assert_string_equal(tx->begin_str, "");
    assert_int_equal(built.serve.pds[serve_build_pd("serial_virt_rx")].config_count, 1);
}

/* ---- Block ---- */

static void check_block(const char *asks, const blk_connection_resource_t *of_asks,
                        const char *answers, const blk_connection_resource_t *of_answers)
{
    check_shared(asks, of_asks->storage_info, answers, of_answers->storage_info);
    check_shared(asks, of_asks->req_queue, answers, of_answers->req_queue);
    check_shared(asks, of_asks->resp_queue, answers, of_answers->resp_queue);
    assert_int_equal(of_asks->num_buffers, of_answers->num_buffers);
    assert_int_equal(of_asks->num_buffers & (of_asks->num_buffers - 1), 0);
    assert_true(of_asks->req_queue.size >=
                sizeof(blk_req_queue_t) + of_asks->num_buffers * sizeof(blk_req_t));
    assert_true(of_asks->resp_queue.size >=
                sizeof(blk_resp_queue_t) + of_asks->num_buffers * sizeof(blk_resp_t));
    check_channel(asks, of_asks->id, answers, of_answers->id);
}

/* Whether the server may copy to and from that memory of its own. */
static void check_server_has(const struct serve_device *server, uint64_t va, uint64_t size,
                             bool is_writable)
{
    for (size_t i = 0; i < server->region_count; i++) {
        const struct guest_data_region *region = &server->regions[i];
        if (region->va == va && region->size == size && (region->is_writable != 0) == is_writable) {
            return;
        }
    }
    fail_msg("the server may not copy at VA 0x%llx", (unsigned long long)va);
}

static void a_disk_is_connected(void **state)
{
    (void)state;
    serve_build_system();
    const blk_virt_config_t *virt =
        CONFIG("storage_blk_virt", ".blk_virt_config", blk_virt_config_t);
    const struct serve_device *server =
        serve_build_device(0, GUEST_DEVICE_BLOCK_SERVER, sizeof(blk_driver_config_t));
    const blk_driver_config_t *driver = server->config;
    assert_memory_equal(virt->magic, SDDF_BLK_MAGIC, SDDF_BLK_MAGIC_LEN);
    assert_memory_equal(driver->magic, SDDF_BLK_MAGIC, SDDF_BLK_MAGIC_LEN);
    check_block("storage_blk_virt", &virt->driver.conn, "storage_vmm", &driver->virt);
    assert_int_equal(virt->num_clients, 2);
    assert_int_equal(server->region_count, 3);

    /* Where partition tables are read to: one region, as both see it. */
    assert_int_equal(
        region_at("storage_blk_virt", (uintptr_t)virt->driver.data.region.vaddr, 0x1000),
        region_at("storage_vmm", virt->driver.data.io_addr, 0x1000));
    check_server_has(server, virt->driver.data.io_addr, virt->driver.data.region.size, true);

    /* A VM: its RAM, and the bounce region right behind it. */
    const blk_client_config_t *vm = DEVICE_CONFIG(1, GUEST_DEVICE_BLOCK, blk_client_config_t);
    check_block("client_vmm", &vm->virt, "storage_blk_virt", &virt->clients[0].conn);
    assert_int_equal((uintptr_t)vm->data.vaddr, SERVE_RAM_VA);
    assert_int_equal(vm->data.size, 32 * MIB + 2 * MIB);
    assert_int_equal(virt->clients[0].partition, 0); /* sDDF counts from 0 */
    assert_int_equal(virt->clients[0].data.region.size, vm->data.size);
    assert_null(virt->clients[0].data.region.vaddr);
    uint64_t io = virt->clients[0].data.io_addr;
    size_t ram = region_at("storage_vmm", io, 32 * MIB);
    assert_string_equal(built.serve.regions[ram].name, "client_ram");
    assert_int_equal(region_at("storage_vmm", io + 32 * MIB, 2 * MIB),
                     region_at("client_vmm", SERVE_RAM_VA + 32 * MIB, 2 * MIB));
    check_server_has(server, io, vm->data.size, true);

    /* A program: a data region of its own. */
    const blk_client_config_t *program =
        CONFIG("reader", ".blk_client_config", blk_client_config_t);
    check_block("reader", &program->virt, "storage_blk_virt", &virt->clients[1].conn);
    assert_int_equal(virt->clients[1].partition, 3);
    assert_int_equal(region_at("reader", (uintptr_t)program->data.vaddr, program->data.size),
                     region_at("storage_vmm", virt->clients[1].data.io_addr, program->data.size));
    check_server_has(server, virt->clients[1].data.io_addr, program->data.size, true);
}

static void a_whole_disk_is_a_client_s(void **state)
{
    (void)state;
    serve_build_request(
        SERVE_BOARD_TEXT,
        "{\"vms\": [{\"name\": \"s\", \"give\": [\"/disk@9200000\"], \"ram\": \"32M\","
        " \"serves\": {\"block\": {}}}], \"programs\": [{\"name\": \"p\", \"program\": "
        "\"client.elf\", \"uses\": {\"block\": {\"from\": \"s\", \"partition\": \"all\"}}}]}");
    compose_build_run();
    const blk_virt_config_t *virt = CONFIG("s_blk_virt", ".blk_virt_config", blk_virt_config_t);
    assert_int_equal(virt->clients[0].partition, UINT32_MAX);
}

/* ---- Network ---- */

static void check_net(const char *one, const net_connection_resource_t *of_one, const char *other,
                      const net_connection_resource_t *of_other)
{
    check_shared(one, of_one->free_queue, other, of_other->free_queue);
    check_shared(one, of_one->active_queue, other, of_other->active_queue);
    assert_int_equal(of_one->num_buffers, of_other->num_buffers);
    assert_int_equal(of_one->num_buffers & (of_one->num_buffers - 1), 0);
    assert_true(of_one->free_queue.size >= 8u + 16u * of_one->num_buffers);
    check_channel(one, of_one->id, other, of_other->id);
}

static void a_network_is_connected_by_a_switch(void **state)
{
    (void)state;
    serve_build_system();
    const net_vswitch_config_t *vswitch =
        CONFIG("storage_net_vswitch", ".net_vswitch_config", net_vswitch_config_t);
    const net_virt_rx_config_t *rx =
        CONFIG("storage_net_virt_rx", ".net_virt_rx_config", net_virt_rx_config_t);
    const net_virt_tx_config_t *tx =
        CONFIG("storage_net_virt_tx", ".net_virt_tx_config", net_virt_tx_config_t);
    const struct serve_device *server =
        serve_build_device(0, GUEST_DEVICE_NET_SERVER, sizeof(net_driver_config_t));
    const net_driver_config_t *driver = server->config;
    assert_memory_equal(vswitch->magic, SDDF_NET_MAGIC, SDDF_NET_MAGIC_LEN);
    check_net("storage_vmm", &driver->virt_rx, "storage_net_virt_rx", &rx->driver);
    check_net("storage_vmm", &driver->virt_tx, "storage_net_virt_tx", &tx->driver);
    assert_true(tx->driver.num_buffers >= 3 * 512);

    /* The last port leads to the virtualisers. */
    assert_int_equal(vswitch->num_ports, 4);
    assert_int_equal(rx->num_clients, 1);
    assert_int_equal(tx->num_clients, 1);
    check_net("storage_net_vswitch", &vswitch->ports[3].tx, "storage_net_virt_rx",
              &rx->clients[0].conn);
    check_net("storage_net_vswitch", &vswitch->ports[3].rx, "storage_net_virt_tx",
              &tx->clients[0].conn);
    assert_int_equal(vswitch->ports[3].acl, 7);
    size_t received = region_at("storage_net_virt_rx", (uintptr_t)rx->data.region.vaddr, MIB);
    assert_int_equal(region_at("storage_vmm", rx->data.io_addr, MIB), received);
    check_server_has(server, rx->data.io_addr, MIB, true);
    assert_int_equal(
        region_at("storage_net_vswitch", (uintptr_t)vswitch->ports[3].tx_data.vaddr, MIB),
        received);

    /* Every other port is a client's, in the order of the file: a VM, then programs. */
    assert_int_equal(rx->clients[0].num_macs, 3);
    assert_int_equal(tx->clients[0].num_regions, 3);
    static const char *const names[] = {"client_vmm", "reader", "pinger"};
    const net_client_config_t *configs[] = {
        DEVICE_CONFIG(1, GUEST_DEVICE_NET, net_client_config_t),
        CONFIG("reader", ".net_client_config", net_client_config_t),
        CONFIG("pinger", ".net_client_config", net_client_config_t),
    };
    for (int i = 0; i < 3; i++) {
        const net_vswitch_port_config_t *port = &vswitch->ports[i];
        const net_virt_tx_data_region_t *region = &tx->clients[0].regions[i];
        check_net(names[i], &configs[i]->tx, "storage_net_vswitch", &port->tx);
        size_t sent = region_at(names[i], (uintptr_t)configs[i]->tx_data.vaddr, MIB);
        assert_int_equal(region_at("storage_net_vswitch", (uintptr_t)port->tx_data.vaddr, MIB),
                         sent);
        assert_int_equal(region_at("storage_vmm", region->data.io_addr, MIB), sent);
        assert_int_equal(region->data.region.size, MIB);
        assert_int_equal(region->num_buffers, 512);
        check_server_has(server, region->data.io_addr, MIB, false);
        assert_memory_equal(&port->mac_addr, &configs[i]->mac_addr, 6);
        assert_memory_equal(&rx->clients[0].mac_addrs[i], &configs[i]->mac_addr, 6);
        assert_int_equal(port->acl, 0xf & ~(1 << i));
    }
    assert_int_equal(configs[0]->mac_addr.addr[5], 7); /* as the file says */
    assert_int_not_equal(configs[1]->mac_addr.addr[5], configs[2]->mac_addr.addr[5]);
}

/* What a receiver finds behind the oid of a buffer is where it was sent from. */
static void receivers_know_what_they_are_sent(void **state)
{
    (void)state;
    serve_build_system();
    const net_vswitch_config_t *vswitch =
        CONFIG("storage_net_vswitch", ".net_vswitch_config", net_vswitch_config_t);
    size_t sources[4];
    for (int i = 0; i < 4; i++) {
        sources[i] =
            region_at("storage_net_vswitch", (uintptr_t)vswitch->ports[i].tx_data.vaddr, MIB);
    }
    const struct serve_device *vm =
        serve_build_device(1, GUEST_DEVICE_NET, sizeof(net_client_config_t));
    const net_client_config_t *vm_config = vm->config;
    check_net("client_vmm", &vm_config->rx, "storage_net_vswitch", &vswitch->ports[0].rx);
    assert_int_equal(vm->region_count, 4);
    assert_int_equal(vm->regions[0].size, 0); /* its own */
    for (size_t i = 1; i < 4; i++) {
        assert_int_equal(region_at("client_vmm", vm->regions[i].va, vm->regions[i].size),
                         sources[i]);
        assert_int_equal(vm->regions[i].is_writable, 0);
    }
    const net_copy_config_t *copy =
        CONFIG("reader_net_copy", ".net_copy_config", net_copy_config_t);
    const net_client_config_t *reader = CONFIG("reader", ".net_client_config", net_client_config_t);
    check_net("reader_net_copy", &copy->rx, "storage_net_vswitch", &vswitch->ports[1].rx);
    check_net("reader_net_copy", &copy->client, "reader", &reader->rx);
    check_shared("reader_net_copy", copy->client_data, "reader", reader->rx_data);
    assert_null(copy->rx_data[1].vaddr);
    for (size_t i = 0; i < 4; i += i == 0 ? 2 : 1) {
        assert_int_equal(
            region_at("reader_net_copy", (uintptr_t)copy->rx_data[i].vaddr, copy->rx_data[i].size),
            sources[i]);
    }
}

static void one_client_needs_no_switch(void **state)
{
    (void)state;
    serve_build_request(
        SERVE_BOARD_TEXT,
        "{\"vms\": [{\"name\": \"s\", \"give\": [\"/disk@9200000\"], \"ram\": \"32M\","
        " \"serves\": {\"network\": {}}}, {\"name\": \"c\", \"ram\": \"32M\","
        " \"uses\": {\"network\": {\"from\": \"s\"}}}]}");
    compose_build_run();
    assert_int_equal(serve_find_pd(&built.serve, "s_net_vswitch"), SERVE_PD_NONE);
    const net_virt_rx_config_t *rx =
        CONFIG("s_net_virt_rx", ".net_virt_rx_config", net_virt_rx_config_t);
    const net_virt_tx_config_t *tx =
        CONFIG("s_net_virt_tx", ".net_virt_tx_config", net_virt_tx_config_t);
    const struct serve_device *device =
        serve_build_device(1, GUEST_DEVICE_NET, sizeof(net_client_config_t));
    const net_client_config_t *client = device->config;
    check_net("c_vmm", &client->rx, "s_net_virt_rx", &rx->clients[0].conn);
    check_net("c_vmm", &client->tx, "s_net_virt_tx", &tx->clients[0].conn);
    assert_int_equal(rx->clients[0].num_macs, 1);
    assert_int_equal(tx->clients[0].num_regions, 1);
    assert_int_equal(device->region_count, 1);
    assert_int_equal(region_at("c_vmm", device->regions[0].va, MIB),
                     region_at("s_vmm", rx->data.io_addr, MIB));
    assert_int_equal(device->regions[0].va, (uintptr_t)client->rx_data.vaddr);
}

/* ---- Copies of programs ---- */

static void copies_have_their_configurations(void **state)
{
    (void)state;
    serve_build_system();
    for (size_t i = 0; i < built.serve.pd_count; i++) {
        const struct serve_pd *pd = &built.serve.pds[i];
        if (pd->vm != NODE_NONE) {
            assert_null(pd->image);
            continue;
        }
        struct elf *elf = elf_parse(pd->name, pd->image, pd->image_size, NULL);
        assert_non_null(elf);
        for (size_t k = 0; k < pd->config_count; k++) {
            struct elf_section section;
            assert_true(elf_section(elf, pd->configs[k].section, &section));
            assert_int_equal(section.size, pd->configs[k].size);
            assert_memory_equal((uint8_t *)pd->image + section.offset, pd->configs[k].bytes,
                                section.size);
        }
        elf_free(elf);
    }
}

/* The serving system with another program in place of blk_virt.elf is refused. */
static void check_wrong_program(const char *section, size_t size, unsigned type,
                                const char *message)
{
    serve_build_request(SERVE_BOARD_TEXT, SERVE_SYSTEM_TEXT);
    serve_program_make(serve_build_programs(), "blk_virt.elf", section, size, type);
    compose_build_refused(message);
    serve_build_free(NULL);
}

static void wrong_programs_are_refused(void **state)
{
    (void)state;
    check_wrong_program(".data", 8, 0,
                        "has no section .blk_virt_config to be told by; in C: "
                        "__attribute__((__section__(\".blk_virt_config\")))");
    check_wrong_program(".blk_virt_config", 5720, 0,
                        "has 5720 bytes; 5728 bytes of data are expected");
    check_wrong_program(".blk_virt_config", 5728, SHT_NOBITS,
                        "has 5728 bytes that are not in the file; 5728");
}

static void a_program_that_is_nowhere_is_refused(void **state)
{
    (void)state;
    serve_build_request(SERVE_BOARD_TEXT, SERVE_SYSTEM_TEXT);
    built_request.programs[0].path = "nowhere.elf";
    compose_build_refused("nowhere.elf");
}

/* sDDF's own virtualiser of input has no section for what ours says. */
static void what_is_optional_may_be_missing(void **state)
{
    (void)state;
    serve_build_request(SERVE_BOARD_TEXT, SERVE_SYSTEM_TEXT);
    serve_program_make(serve_build_programs(), "serial_virt_rx.elf", ".serial_virt_rx_config",
                       sizeof(serial_virt_rx_config_t), 0);
    compose_build_run();
}

static void what_nobody_fills_in_is_said(void **state)
{
    (void)state;
    serve_build_request(SERVE_BOARD_TEXT, SERVE_SYSTEM_TEXT);
    compose_build_run();
    assert_true(diag_captured_warning("program \"pinger\": "));
    assert_true(diag_captured_warning("has a section .blk_client_config, which stays as it is; "
                                      "\"uses\": {\"block\": ...} fills it in"));
    assert_false(diag_captured_warning("program \"reader\": "));
}

#define TEST(name) cmocka_unit_test_teardown(name, serve_build_free)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_console_is_connected),
        TEST(one_client_s_console_is_its_own),
        TEST(a_disk_is_connected),
        TEST(a_whole_disk_is_a_client_s),
        TEST(a_network_is_connected_by_a_switch),
        TEST(receivers_know_what_they_are_sent),
        TEST(one_client_needs_no_switch),
        TEST(copies_have_their_configurations),
        TEST(wrong_programs_are_refused),
        TEST(a_program_that_is_nowhere_is_refused),
        TEST(what_is_optional_may_be_missing),
        TEST(what_nobody_fills_in_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
