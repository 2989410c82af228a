/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes the file of VMs of `drover compose`: whatever it says, it is refused or composed, and what
 * is composed is a description that `drover build` reads, with maps and channels that do not
 * collide.
 */
#include <fcntl.h>
#include <libfdt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "compose_print.h"
#include "compose_request.h"
#include "drover/abi.h"
#include "serve_programs.h"
#include "system.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static char directory[] = "/tmp/serve_fuzz_XXXXXX";
static uint8_t tree[0x4000];
static int file = -1; /* the file of VMs, and afterwards the description */
static char file_path[64];

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void remove_directory(void)
{
    serve_programs_remove(directory);
}

/* ---- A board: RAM, a GIC-400, a PL011, a PCI host bridge ---- */

static void begin(const char *name, const char *compatible)
{
    require(fdt_begin_node(tree, name) == 0);
    if (compatible != NULL) {
        require(fdt_property_string(tree, "compatible", compatible) == 0);
    }
}

static void end(void)
{
    require(fdt_end_node(tree) == 0);
}

static void add_cells(const char *name, const uint32_t *cells, size_t count)
{
    fdt32_t big[32];
    for (size_t i = 0; i < count; i++) {
        big[i] = cpu_to_fdt32(cells[i]);
    }
    require(fdt_property(tree, name, big, (int)(4 * count)) == 0);
}

#define CELLS(name, ...)                                                                           \
    add_cells(name, (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / 4)

static void make_tree(void)
{
    require(fdt_create(tree, sizeof(tree)) == 0 && fdt_finish_reservemap(tree) == 0);
    begin("", "fuzz,board");
    CELLS("#address-cells", 2);
    CELLS("#size-cells", 2);
    CELLS("interrupt-parent", 1);
    begin("memory@40000000", NULL);
    require(fdt_property_string(tree, "device_type", "memory") == 0);
    CELLS("reg", 0, 0x40000000, 0, 0x80000000);
    end();
    begin("gic@8000000", "arm,gic-400");
    CELLS("phandle", 1);
    CELLS("#interrupt-cells", 3);
    require(fdt_property(tree, "interrupt-controller", NULL, 0) == 0);
    CELLS("reg", 0, 0x8000000, 0, 0x1000, 0, 0x8010000, 0, 0x2000, 0, 0x8030000, 0, 0x2000, 0,
          0x8040000, 0, 0x2000);
    end();
    begin("timer", "arm,armv8-timer");
    CELLS("interrupts", 1, 13, 4, 1, 14, 4, 1, 11, 4, 1, 10, 4);
    end();
    begin("u", "arm,pl011");
    CELLS("reg", 0, 0x9000000, 0, 0x1000);
    CELLS("interrupts", 0, 1, 4);
    end();
    begin("d", "pci-host-ecam-generic");
    require(fdt_property_string(tree, "device_type", "pci") == 0);
    CELLS("#address-cells", 3);
    CELLS("#size-cells", 2);
    CELLS("reg", 0, 0x3f000000, 0, 0x1000000);
    CELLS("ranges", 0x2000000, 0, 0x10000000, 0, 0x10000000, 0, 0x1000000);
    end();
    end();
    require(fdt_finish(tree) == 0);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    uint8_t image[64] = {[18] = 0x40, [56] = 'A', [57] = 'R', [58] = 'M', [59] = 0x64};
    char path[64];
    require(mkdtemp(directory) != NULL);
    atexit(remove_directory);
    snprintf(path, sizeof(path), "%s/Image", directory);
    require(file_write(path, image, sizeof(image)));
    serve_programs_make(directory);
    make_tree();
    file = memfd_create("vms", 0);
    snprintf(file_path, sizeof(file_path), "/proc/self/fd/%d", file);
    require(file >= 0);
    return 0;
}

static void put_file(const void *bytes, size_t size)
{
    require(ftruncate(file, 0) == 0 && pwrite(file, bytes, size, 0) == (ssize_t)size);
}

/* ---- What is composed ---- */

static void check_maps(const struct serve *serve)
{
    for (size_t i = 0; i < serve->map_count; i++) {
        const struct serve_map *map = &serve->maps[i];
        uint64_t end_va = map->va + serve->regions[map->region].size;
        require(end_va <= PD_USER_VA_END);
        for (size_t k = 0; k < i; k++) {
            const struct serve_map *other = &serve->maps[k];
            uint64_t other_end = other->va + serve->regions[other->region].size;
            require(other->pd != map->pd || other->va >= end_va || map->va >= other_end);
        }
    }
}

static void check(const struct compose *compose)
{
    size_t size;
    check_maps(&compose->serve);
    for (size_t vm = 0; vm < compose->vm_count; vm++) {
        require(fdt_check_full(compose->vms[vm].tree, compose->vms[vm].tree_size) == 0);
        free(compose_print_table(compose, vm, &size));
    }
    free(compose_print_report(compose, &size));
    free(compose_print_json(compose, &size));
    char *text = compose_print_system(compose, &size);
    put_file(text, size);
    struct system *system = system_read(file_path, NULL, 0);
    require(system != NULL && system->pd_count == compose->serve.pd_count);
    system_free(system);
    free(text);
}

static void compose_and_check(struct compose_request *request)
{
    const char *directories[] = {directory};
    struct devtree devtree = {0};
    struct board board = {.name = "fuzz"};
    struct compose compose;
    size_t size = fdt_totalsize(tree);
    request->search = (struct file_search){
        .directories = directories, .directory_count = 1, .description_path = directory};
    for (size_t vm = 0; vm < request->vm_count; vm++) {
        request->vms[vm].payload = directory;
    }
    require(devtree_open(&devtree, tree, size, "fuzz.dtb"));
    require(board_tree_read(&board, tree, size, "fuzz.dtb") && board_finish(&board, "fuzz.dtb"));
    if (compose_run(&compose, request, &devtree, &board)) {
        check(&compose);
    }
    compose_free(&compose);
    devtree_close(&devtree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct request_reader reader;
    request_open(&reader);
    put_file(data, size);
    if (request_file(&reader, file_path) && request_finish(&reader)) {
        compose_and_check(&reader.request);
    }
    request_close(&reader);
    return 0;
}
