/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of who serves whom: PDs and their order, maps, channels, what guests see of it, and
 * that the description made of it is one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <libfdt.h>
#include <sddf/blk/config.h>
#include <sddf/network/config.h>
#include <sddf/serial/config.h>

#include "compose_graph.h"
#include "compose_print.h"
#include "diag_capture.h"
#include "drover/abi.h"
#include "serve_build.h"
#include "system.h"

#define MIB (UINT64_C(1) << 20)

/* ---- The table holds together ---- */

static void check_maps(void)
{
    const struct serve *serve = &built.serve;
    for (size_t i = 0; i < serve->map_count; i++) {
        const struct serve_map *map = &serve->maps[i];
        uint64_t size = serve->regions[map->region].size;
        uint64_t unit = serve->regions[map->region].is_large ? PAGE_SIZE_2M : PAGE_SIZE_4K;
        assert_int_equal(map->va % unit, 0);
        assert_int_equal(size % unit, 0);
        assert_true(map->va + size <= PD_USER_VA_END);
        for (size_t k = 0; k < i; k++) {
            const struct serve_map *other = &serve->maps[k];
            uint64_t other_size = serve->regions[other->region].size;
            assert_false(other->pd == map->pd && other->va < map->va + size &&
                         map->va < other->va + other_size);
        }
    }
}

static void check_channels(void)
{
    const struct serve *serve = &built.serve;
    bool used[64][CHANNEL_MAX] = {{false}};
    for (size_t i = 0; i < serve->channel_count; i++) {
        const struct serve_channel *channel = &serve->channels[i];
        assert_int_not_equal(channel->pds[0], channel->pds[1]);
        for (int k = 0; k < 2; k++) {
            assert_false(used[channel->pds[k]][channel->ids[k]]);
            used[channel->pds[k]][channel->ids[k]] = true;
        }
    }
    for (size_t i = 0; i < serve->irq_count; i++) {
        assert_false(used[serve->irqs[i].pd][serve->irqs[i].id]);
        used[serve->irqs[i].pd][serve->irqs[i].id] = true;
    }
}

/* The description as `drover build` reads it. */
static struct system *read_description(void)
{
    char path[] = "/tmp/serve_test_XXXXXX";
    size_t size;
    char *text = compose_print_system(&built, &size);
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    assert_true(file_write(path, text, size));
    struct system *system = system_read(path, NULL, 0);
    if (system == NULL) {
        fail_msg("%s\n%s", diag_captured(), text);
    }
    free(text);
    unlink(path);
    return system;
}

static void check_description(void)
{
    struct system *system = read_description();
    assert_int_equal(system->pd_count, built.serve.pd_count);
    assert_int_equal(system->channel_count, built.serve.channel_count);
    for (size_t i = 0; i < system->pd_count; i++) {
        assert_string_equal(system->pds[i].name, built.serve.pds[i].name);
    }
    system_free(system);
}

static void check_table(void)
{
    check_maps();
    check_channels();
    check_description();
}

static void a_table_holds_together(void **state)
{
    (void)state;
    serve_build_system();
    check_table();
}

static void pds_stand_in_the_order_of_the_description(void **state)
{
    static const struct {
        const char *name;
        uint32_t priority;
    } expected[] = {
        {"serial_driver", 40},
        {"serial_virt_tx", 30},
        {"serial_virt_rx", 30},
        {"storage_blk_virt", 30},
        {"storage_net_virt_rx", 30},
        {"storage_net_virt_tx", 30},
        {"storage_net_vswitch", 25},
        {"reader_net_copy", 20},
        {"pinger_net_copy", 20},
        {"storage_vmm", 10},
        {"client_vmm", 10},
        {"reader", 5},
        {"pinger", 7},
    };
    (void)state;
    serve_build_system();
    assert_int_equal(built.serve.pd_count, sizeof(expected) / sizeof(expected[0]));
    for (size_t i = 0; i < built.serve.pd_count; i++) {
        assert_string_equal(built.serve.pds[i].name, expected[i].name);
        assert_int_equal(built.serve.pds[i].priority, expected[i].priority);
    }
}

/* How the region is mapped into the PD: "rw", "r", or "" if it is not. */
static const char *rights(const char *pd_name, const char *region_name)
{
    const struct serve *serve = &built.serve;
    size_t pd = serve_build_pd(pd_name);
    for (size_t i = 0; i < serve->map_count; i++) {
        if (serve->maps[i].pd == pd &&
            strcmp(serve->regions[serve->maps[i].region].name, region_name) == 0) {
            return serve->maps[i].is_writable ? "rw" : "r";
        }
    }
    return "";
}

/* Who has whose data. */
static void nobody_has_more_than_it_needs(void **state)
{
    (void)state;
    serve_build_system();
    assert_string_equal(rights("storage_vmm", "client_ram"), "rw");
    assert_string_equal(rights("storage_blk_virt", "client_ram"), "");
    assert_string_equal(rights("storage_blk_virt", "reader_blk_data"), "");
    assert_string_equal(rights("storage_vmm", "reader_blk_data"), "rw");
    assert_string_equal(rights("reader", "reader_blk_info"), "r");
    assert_string_equal(rights("reader", "client_blk_req"), "");
    assert_string_equal(rights("serial_virt_tx", "reader_serial_tx_data"), "r");
    assert_string_equal(rights("serial_driver", "reader_serial_tx_data"), "");
    assert_string_equal(rights("storage_vmm", "client_net_tx_data"), "r");
    assert_string_equal(rights("storage_net_virt_tx", "client_net_tx_data"), "");
    assert_string_equal(rights("client_vmm", "storage_net_virt_rx_data"), "r");
    assert_string_equal(rights("reader", "storage_net_virt_rx_data"), "");
    assert_string_equal(rights("reader", "reader_net_copy_data"), "r");
    assert_string_equal(rights("storage_vmm", "storage_3f000000"), "rw");
    assert_string_equal(rights("client_vmm", "storage_3f000000"), "");
}

/* ---- One table: what is printed is the same each time ---- */

static void the_same_input_gives_the_same_bytes(void **state)
{
    char *texts[2][5];
    size_t sizes[2][5];
    (void)state;
    for (int run = 0; run < 2; run++) {
        serve_build_system();
        texts[run][0] = compose_print_system(&built, &sizes[run][0]);
        texts[run][1] = compose_print_report(&built, &sizes[run][1]);
        texts[run][2] = compose_print_json(&built, &sizes[run][2]);
        texts[run][3] = compose_print_table(&built, 0, &sizes[run][3]);
        FILE *out = open_memstream(&texts[run][4], &sizes[run][4]);
        for (size_t i = 0; i < built.serve.pd_count; i++) {
            fwrite(built.serve.pds[i].image, 1, built.serve.pds[i].image_size, out);
        }
        assert_int_equal(fclose(out), 0);
        serve_build_free(NULL);
    }
    for (int i = 0; i < 5; i++) {
        assert_int_equal(sizes[0][i], sizes[1][i]);
        assert_memory_equal(texts[0][i], texts[1][i], sizes[0][i]);
        free(texts[0][i]);
        free(texts[1][i]);
    }
}

/* How many lines of the picture say `label`. */
static size_t lines_that_say(const struct graph *graph, const char *label)
{
    size_t count = 0;
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct edge *edge = &graph->edges[i];
        assert_true(edge->nodes[0] < graph->node_count && edge->nodes[1] < graph->node_count);
        count += edge->label != NULL && strcmp(edge->label, label) == 0;
    }
    return count;
}

static void a_picture_shows_who_serves_whom(void **state)
{
    struct graph graph;
    (void)state;
    serve_build_system();
    compose_graph_build(&built, &graph);
    assert_int_equal(lines_that_say(&graph, "partition 1"), 1);
    assert_int_equal(lines_that_say(&graph, "partition 4"), 1);
    assert_int_equal(lines_that_say(&graph, "network"), 3);
    assert_int_equal(lines_that_say(&graph, "console"), 3);
    graph_free(&graph);
}

/* ---- What guests see ---- */

static void devices_lie_where_the_board_has_nothing(void **state)
{
    (void)state;
    serve_build_system();
    for (size_t i = 0; i < built.serve.device_count; i++) {
        const struct serve_device *device = &built.serve.devices[i];
        assert_int_equal(device->gpa % PAGE_SIZE_4K, 0);
        assert_false(board_has_device(&built_board, device->gpa, PAGE_SIZE_4K));
        assert_false(board_memory_touches(&built_board, device->gpa, PAGE_SIZE_4K));
        assert_true(device->intid >= 32 && device->intid < built_board.irq_lines);
        assert_int_not_equal(device->intid, 33);  /* the UART's */
        assert_int_not_equal(device->intid, 232); /* the disk's */
        for (size_t k = 0; k < i; k++) {
            const struct serve_device *other = &built.serve.devices[k];
            assert_true(other->vm <= device->vm);
            assert_false(other->vm == device->vm &&
                         (other->gpa == device->gpa || other->intid == device->intid));
        }
    }
    assert_int_equal(built.serve.device_count, 3 + 3);
    assert_int_equal(built.serve.devices[0].kind, GUEST_DEVICE_CONSOLE);
}

static void interrupts_of_the_board_are_left_out(void **state)
{
    (void)state;
    serve_build_request(SERVE_BOARD_TEXT, SERVE_SYSTEM_TEXT);
    built_board.irq_lines = 234; /* the last but one is the disk's */
    compose_build_run();
    assert_int_equal(built.serve.devices[0].intid, 233);
    assert_int_equal(built.serve.devices[1].intid, 231);
}

static void too_few_interrupts_are_said(void **state)
{
    (void)state;
    serve_build_request(SERVE_BOARD_TEXT, SERVE_SYSTEM_TEXT);
    built_board.irq_lines = 35; /* 33 is the UART's */
    compose_build_refused("VM \"storage\": for its virtio devices the board has no free interrupt");
}

/* The node of a device in its guest's tree says what the table says. */
static void trees_have_the_devices(void **state)
{
    (void)state;
    serve_build_system();
    for (size_t i = 0; i < built.serve.device_count; i++) {
        const struct serve_device *device = &built.serve.devices[i];
        char path[64];
        int length;
        snprintf(path, sizeof(path), "/virtio@%llx", (unsigned long long)device->gpa);
        const fdt32_t *interrupts = guest_property(device->vm, path, "interrupts", &length);
        assert_non_null(interrupts);
        assert_int_equal(length, 12);
        assert_int_equal(fdt32_ld(&interrupts[0]), 0);
        assert_int_equal(fdt32_ld(&interrupts[1]) + 32, device->intid);
        assert_int_equal(fdt32_ld(&interrupts[2]), 1); /* edge */
        const fdt32_t *reg = guest_property(device->vm, path, "reg", &length);
        assert_int_equal(length, 16);
        assert_int_equal(fdt32_ld(&reg[1]), device->gpa);
        assert_int_equal(fdt32_ld(&reg[3]), GUEST_DEVICE_SIZE);
        assert_string_equal(guest_property(device->vm, path, "compatible", NULL), "virtio,mmio");
        assert_non_null(guest_property(device->vm, path, "dma-coherent", NULL));
    }
}

static void check_page_map(const struct map *map, size_t region, uint64_t vaddr, uint32_t perms)
{
    if (map->region == region) {
        assert_int_equal(map->vaddr, vaddr);
        assert_int_equal(map->perms, perms);
        assert_false(map->cached);
    }
}

/* The guest reads them, its VMM writes them, and nobody else has them. */
static void registers_are_a_page_of_the_guest_s(void **state)
{
    (void)state;
    serve_build_system();
    struct system *system = read_description();
    for (size_t i = 0; i < built.serve.device_count; i++) {
        const struct serve_device *device = &built.serve.devices[i];
        const char *name = built.serve.regions[device->page].name;
        size_t vmm = serve_vmm(&built.serve, device->vm), region = 0, found = 0;
        while (strcmp(system->regions[region].name, name) != 0) {
            region++;
        }
        for (size_t pd = 0; pd < system->pd_count; pd++) {
            const struct pd *row = &system->pds[pd];
            for (size_t k = 0; k < row->map_count; k++) {
                check_page_map(&row->maps[k], region, device->page_va,
                               MAP_PERM_READ | MAP_PERM_WRITE);
                found += row->maps[k].region == region ? (pd == vmm ? 1 : 100) : 0;
            }
            for (size_t k = 0; row->vm != NULL && k < row->vm->map_count; k++) {
                check_page_map(&row->vm->maps[k], region, device->gpa, MAP_PERM_READ);
                found += row->vm->maps[k].region == region ? (pd == vmm ? 10 : 100) : 0;
            }
        }
        assert_int_equal(found, 11);
    }
    system_free(system);
}

/* A VM without devices sees of the board only what every guest has. */
static void a_client_sees_no_board(void **state)
{
    static const char *const expected[] = {"virtio@", "memory@", "cpus",  "psci",
                                           "chosen",  "gic@",    "timer", NULL};
    (void)state;
    serve_build_system();
    const void *fdt = built.vms[1].tree;
    int node;
    fdt_for_each_subnode(node, fdt, 0)
    {
        const char *name = fdt_get_name(fdt, node, NULL);
        size_t i = 0;
        while (expected[i] != NULL && strncmp(name, expected[i], strlen(expected[i])) != 0) {
            i++;
        }
        if (expected[i] == NULL) {
            fail_msg("the client's tree has /%s", name);
        }
    }
    assert_true(fdt_path_offset(fdt, "/gic@8000000") >= 0);
    assert_true(fdt_path_offset(fdt, "/gic@8000000/frame@8050000") < 0);
    assert_true(fdt_path_offset(fdt, "/timer") >= 0);
}

static void what_a_guest_needs_is_on_its_command_line(void **state)
{
    (void)state;
    serve_build_system();
    assert_string_equal(guest_property(0, "/chosen", "bootargs", NULL),
                        "console=hvc0 virtio_net.napi_tx=0");
    assert_string_equal(guest_property(1, "/chosen", "bootargs", NULL),
                        "console=hvc0 virtio_net.napi_tx=0 root=/dev/vda");
    serve_build_free(NULL);
    serve_build_request(
        SERVE_BOARD_TEXT,
        "{\"console\": {\"device\": \"/serial@9000000\"}, \"vms\": [{\"name\": \"a\","
        " \"console\": true, \"bootargs\": \"x earlyconsole=1 console=ttyS0\"}]}");
    compose_build_run();
    assert_string_equal(guest_property(0, "/chosen", "bootargs", NULL),
                        "x earlyconsole=1 console=ttyS0");
    serve_build_free(NULL);
    serve_build_request(
        SERVE_BOARD_TEXT,
        "{\"console\": {\"device\": \"/serial@9000000\"}, \"vms\": [{\"name\": \"a\","
        " \"console\": true, \"bootargs\": \"noconsole=x\"}]}");
    compose_build_run();
    assert_string_equal(guest_property(0, "/chosen", "bootargs", NULL), "console=hvc0 noconsole=x");
    serve_build_free(NULL);
    serve_build_request(
        SERVE_BOARD_TEXT,
        "{\"vms\": [{\"name\": \"a\", \"ram\": \"32M\", \"give\": [\"/pcie@10000000\"],"
        " \"serves\": {\"network\": {}},"
        " \"bootargs\": \"virtio_net.napi_tx=1\"},"
        " {\"name\": \"b\", \"ram\": \"32M\", \"bootargs\": \"\", \"uses\": {\"network\": "
        "{\"from\": \"a\"}}}]}");
    compose_build_run();
    assert_string_equal(guest_property(0, "/chosen", "bootargs", NULL), "virtio_net.napi_tx=1");
    assert_string_equal(guest_property(1, "/chosen", "bootargs", NULL), "virtio_net.napi_tx=0");
}

/* ---- The guest table ---- */

static void a_guest_table_has_the_devices(void **state)
{
    size_t size;
    (void)state;
    serve_build_system();
    uint8_t *bytes = (uint8_t *)compose_print_table(&built, 1, &size);
    const struct guest_table *table = (const struct guest_table *)bytes;
    assert_int_equal(table->device_offset % 8, 0);
    assert_int_equal(table->device_count, 3);
    assert_int_equal(table->pci_count, 0);
    assert_int_equal(table->restart_channel, GUEST_CHANNEL_NONE);
    const struct guest_device *devices =
        (const struct guest_device *)(bytes + table->device_offset);
    const struct serve_device *expected = serve_build_device(1, GUEST_DEVICE_CONSOLE, 88);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(devices[i].kind, expected[i].kind);
        assert_int_equal(devices[i].gpa, expected[i].gpa);
        assert_int_equal(devices[i].registers_va, expected[i].page_va);
        assert_int_equal(devices[i].intid, expected[i].intid);
        assert_int_equal(devices[i].config_size, expected[i].config_size);
        assert_int_equal(devices[i].config_offset % 8, 0);
        assert_true(devices[i].config_offset + devices[i].config_size <= size);
        assert_memory_equal(bytes + devices[i].config_offset, expected[i].config,
                            expected[i].config_size);
        assert_int_equal(devices[i].region_count, expected[i].region_count);
        assert_int_equal(devices[i].region_offset % 8, 0);
        assert_memory_equal(bytes + devices[i].region_offset, expected[i].regions,
                            expected[i].region_count * sizeof(struct guest_data_region));
    }
    free(bytes);
}

static void a_guest_table_has_bridges_and_who_restarts(void **state)
{
    size_t size;
    (void)state;
    serve_build_system();
    uint8_t *bytes = (uint8_t *)compose_print_table(&built, 0, &size);
    const struct guest_table *table = (const struct guest_table *)bytes;
    assert_int_equal(table->pci_count, 1);
    const struct guest_pci *pci = (const struct guest_pci *)(bytes + table->pci_offset);
    assert_int_equal(pci->ecam_size, 16 * MIB);
    assert_int_equal(pci->bus_first, 0);
    assert_int_equal(pci->bus_count, 16);
    bool is_mapped = false;
    for (size_t i = 0; i < built.serve.map_count; i++) {
        const struct serve_map *map = &built.serve.maps[i];
        is_mapped = is_mapped || (map->pd == serve_build_pd("storage_vmm") && map->is_device &&
                                  map->va == pci->ecam_va);
    }
    assert_true(is_mapped);
    const struct serve_channel *last = &built.serve.channels[built.serve.channel_count - 1];
    assert_int_equal(last->pds[0], serve_build_pd("reader"));
    assert_int_equal(last->pds[1], serve_build_pd("storage_vmm"));
    assert_string_equal(last->symbol, "restart_channel");
    assert_int_equal(table->restart_channel, last->ids[1]);
    free(bytes);
}

/* A bridge whose ECAM lies among its other registers and on no 2 MiB boundary. */
static void an_ecam_may_lie_anywhere(void **state)
{
    (void)state;
    serve_build_request(
        BOARD_TEXT("pcie@10000000 { compatible = \"pci-host-ecam-generic\"; device_type = \"pci\";"
                   " #address-cells = <3>; #size-cells = <2>; bus-range = <4 255>;"
                   " reg = <0 0x10100000 0 0x780000>;"
                   " ranges = <0x2000000 0 0x10000000 0 0x10000000 0 0x100000>,"
                   " <0x2000000 0 0x10880000 0 0x10880000 0 0x780000>; };"),
        "{\"vms\": [{\"name\": \"a\", \"give\": [\"/pcie@10000000\"]}]}");
    built_request.vms[0].ram_size = 64 * MIB;
    compose_build_run();
    check_table();
    assert_int_equal(built.serve.pci_count, 1);
    const struct guest_pci *pci = &built.serve.pcis[0].pci;
    assert_int_equal(pci->bus_first, 4);
    assert_int_equal(pci->bus_count, 7);
    uint64_t covered = 0;
    for (size_t i = 0; i < built.serve.map_count; i++) {
        const struct serve_map *map = &built.serve.maps[i];
        assert_true(map->va >= pci->ecam_va);
        covered += built.serve.regions[map->region].size;
    }
    assert_int_equal(covered, pci->ecam_size);
    assert_int_equal(built.region_count, 6); /* before, three of the ECAM, two behind */
}

/* ---- Other systems ---- */

static void a_system_without_serving_has_vmms_only(void **state)
{
    (void)state;
    serve_build_request(SERVE_BOARD_TEXT,
                        "{\"vms\": [{\"name\": \"a\", \"give\": [\"/disk@9200000\"]}]}");
    built_request.vms[0].ram_size = 64 * MIB;
    compose_build_run();
    check_table();
    assert_int_equal(built.serve.pd_count, 1);
    assert_int_equal(built.serve.map_count, 0);
}

static void guests_that_serve_run_first(void **state)
{
    size_t size;
    (void)state;
    serve_build_system();
    char *text = compose_print_system(&built, &size);
    assert_non_null(strstr(text, "<virtual_machine name=\"storage\" priority=\"2\">"));
    assert_non_null(strstr(text, "<virtual_machine name=\"client\" priority=\"1\">"));
    free(text);
    serve_build_free(NULL);
    serve_build_request(SERVE_BOARD_TEXT, SERVE_SYSTEM_TEXT);
    built_request.vms[0].has_priority = true;
    built_request.vms[0].priority = 0;
    compose_build_run();
    text = compose_print_system(&built, &size);
    assert_non_null(strstr(text, "<virtual_machine name=\"storage\" priority=\"0\">"));
    free(text);
}

/* A UART that is no page's first register, on a board where a VM has the rest of the bus. */
static void a_shared_uart_is_its_driver_s(void **state)
{
    (void)state;
    serve_build_request(
        BOARD_TEXT("uart: serial@9000100 { compatible = \"arm,pl011\"; reg = <0 0x9000100 0 0x100>;"
                   " interrupts = <0 1 1>; };"),
        "{\"console\": {\"device\": \"arm,pl011\"}, \"vms\": [{\"name\": \"a\", \"console\": true}"
        "]}");
    compose_build_run();
    check_table();
    const device_resources_t *resources =
        serve_build_config("serial_driver", ".device_resources", sizeof(device_resources_t));
    assert_int_equal(resources->num_regions, 1);
    assert_int_equal((uintptr_t)resources->regions[0].region.vaddr, SERVE_VA + 0x100);
    assert_int_equal(resources->regions[0].region.size, 0xf00);
    assert_int_equal(resources->regions[0].io_addr, 0x9000100);
    assert_int_equal(resources->num_irqs, 1);
    assert_int_equal(built.serve.irqs[0].intid, 33);
    assert_true(built.serve.irqs[0].is_edge);
    assert_int_equal(resources->irqs[0].id, built.serve.irqs[0].id);
    assert_int_equal(compose_owner_of(&built, built.vms[1].grants[0].node), 1);
    size_t size;
    char *text = compose_print_json(&built, &size);
    assert_non_null(strstr(text, "PD \\\"serial_driver\\\""));
    free(text);
}

/* What the UART needs and a VM has is the VM's, which is told. */
static void what_a_shared_uart_needs_is_said(void **state)
{
    (void)state;
    serve_build_request(
        BOARD_TEXT(CLOCK_TEXT
                   "uart: serial@9000000 { compatible = \"arm,pl011\"; interrupts = <0 1 4>;"
                   " reg = <0 0x9000000 0 0x1000>; clocks = <&clk 3>; };"
                   "a@9200000 { compatible = \"test,a\"; reg = <0 0x9200000 0 0x1000>;"
                   " clocks = <&clk 4>; };"),
        "{\"console\": {\"device\": \"arm,pl011\"}, \"vms\": [{\"name\": \"a\","
        " \"console\": true, \"give\": [\"/a@9200000\"]}]}");
    compose_build_run();
    assert_int_equal(built.vms[0].note_count, 1);
    assert_int_equal(built.vms[0].notes[0].kind, NOTE_CONSOLE);
    assert_non_null(strstr(built.vms[0].notes[0].message,
                           "the shared console /serial@9000000 needs it too (\"clocks\")"));
}

static void a_uart_has_one_owner(void **state)
{
    (void)state;
    serve_build_request(SERVE_BOARD_TEXT,
                        "{\"console\": {\"device\": \"/serial@9000000\"}, \"vms\": [{\"name\": "
                        "\"a\", \"console\": true, \"give\": [\"/serial@9000000\"]}]}");
    compose_build_refused("the page at PA 0x9000000 would have two owners: VM \"a\" for "
                          "/serial@9000000 (given), PD \"serial_driver\" for /serial@9000000 "
                          "(given)");
}

static void wrong_uarts_are_refused(void **state)
{
    static const struct {
        const char *uart, *device, *message;
    } wrong[] = {
        {"", "/nothing", "\"/nothing\" is no node, alias or compatible string of the tree"},
        {"", "/", "\"/\" is no node"},
        {"u@9000000 { compatible = \"test,u\"; reg = <0 0x9000000 0 0x1000>; };", "/u@9000000",
         "there is no driver for it; there are drivers for \"arm,pl011\""},
        {"u@9000000 { compatible = \"arm,pl011\"; reg = <0 0x9000000 0 0x1000>; };", "/u@9000000",
         "the tree gives it no interrupt"},
        {"u { compatible = \"arm,pl011\"; interrupts = <0 1 4>; };", "/u",
         "the tree gives it no registers"},
        {"u@9000000 { compatible = \"arm,pl011\"; reg = <0 0x9000000 0 0x1000>;"
         " interrupts = <0 1 4>; status = \"disabled\"; };",
         "/u@9000000", "it is disabled in the board's tree"},
        {"u@8050800 { compatible = \"arm,pl011\"; reg = <0 0x8040800 0 0x100>;"
         " interrupts = <0 1 4>; };",
         "/u@8050800", "it cannot be given: its registers lie in"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char board[4096], text[256];
        snprintf(board, sizeof(board), BOARD_TEXT("%s"), wrong[i].uart);
        snprintf(text, sizeof(text),
                 "{\"console\": {\"device\": \"%s\"}, \"vms\": [{\"name\": \"a\","
                 " \"console\": true}]}",
                 wrong[i].device);
        serve_build_request(board, text);
        compose_build_refused(wrong[i].message);
        serve_build_free(NULL);
    }
}

/* ---- Limits ---- */

/* A file with `count` programs that use the network. */
static char *many_programs(size_t count, const char *more)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    fprintf(out,
            "{\"vms\": [{\"name\": \"n\", \"give\": [\"/disk@9200000\"], \"ram\": \"32M\","
            " \"serves\": {\"network\": {}}}%s], \"programs\": [",
            more);
    for (size_t i = 0; i < count; i++) {
        fprintf(out,
                "%s{\"name\": \"p%zu\", \"program\": \"client.elf\","
                " \"uses\": {\"network\": {\"from\": \"n\"}}}",
                i == 0 ? "" : ", ", i);
    }
    fputs("]}", out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void as_many_clients_as_a_switch_has_ports(void **state)
{
    (void)state;
    char *text = many_programs(27, "");
    serve_build_request(SERVE_BOARD_TEXT, text);
    compose_build_run();
    check_table();
    assert_int_equal(built.serve.pd_count, 1 + 3 + 2 * 27);
    free(text);
}

static void more_pds_than_the_kernel_has_are_refused(void **state)
{
    (void)state;
    char *text = many_programs(32, "");
    serve_build_request(SERVE_BOARD_TEXT, text);
    compose_build_refused("the system would have 68 PDs; at most 63 are possible");
    assert_true(diag_captured_error(
        "PD \"n_net_vswitch\" would have 66 channels; at most 62 are possible"));
    free(text);
}

static void two_pds_have_two_names(void **state)
{
    (void)state;
    serve_build_request(
        SERVE_BOARD_TEXT,
        "{\"vms\": [{\"name\": \"n\", \"give\": [\"/disk@9200000\"], \"ram\": \"32M\"}],"
        "\"programs\": [{\"name\": \"n_vmm\", \"program\": \"client.elf\"}]}");
    compose_build_refused("two PDs would be called \"n_vmm\", one of which runs VM \"n\"");
}

static void clients_have_to_fit_into_their_server(void **state)
{
    (void)state;
    serve_build_request(SERVE_BOARD_TEXT, SERVE_SYSTEM_TEXT);
    /* More than a server has room for beside its own. */
    built_request.vms[1].ram_size = UINT64_C(512) << 30;
    compose_build_refused("PD \"storage_vmm\" would have to map 0x");
}

#define TEST(name) cmocka_unit_test_teardown(name, serve_build_free)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_table_holds_together),
        TEST(pds_stand_in_the_order_of_the_description),
        TEST(nobody_has_more_than_it_needs),
        TEST(the_same_input_gives_the_same_bytes),
        TEST(a_picture_shows_who_serves_whom),
        TEST(devices_lie_where_the_board_has_nothing),
        TEST(interrupts_of_the_board_are_left_out),
        TEST(too_few_interrupts_are_said),
        TEST(trees_have_the_devices),
        TEST(registers_are_a_page_of_the_guest_s),
        TEST(a_client_sees_no_board),
        TEST(what_a_guest_needs_is_on_its_command_line),
        TEST(a_guest_table_has_the_devices),
        TEST(a_guest_table_has_bridges_and_who_restarts),
        TEST(an_ecam_may_lie_anywhere),
        TEST(a_system_without_serving_has_vmms_only),
        TEST(guests_that_serve_run_first),
        TEST(a_shared_uart_is_its_driver_s),
        TEST(what_a_shared_uart_needs_is_said),
        TEST(a_uart_has_one_owner),
        TEST(wrong_uarts_are_refused),
        TEST(as_many_clients_as_a_switch_has_ports),
        TEST(more_pds_than_the_kernel_has_are_refused),
        TEST(two_pds_have_two_names),
        TEST(clients_have_to_fit_into_their_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
