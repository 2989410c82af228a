/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The board that the tests of `drover explain` are about.
 */
#include "made_up.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "diag_capture.h"

#define TREE    MADE_UP_DIRECTORY "/board.dtb"
#define FACTS   MADE_UP_DIRECTORY "/board.json"
#define PAYLOAD MADE_UP_DIRECTORY "/payload"

static void write_file(const char *path, const void *bytes, size_t size)
{
    if (!file_write(path, bytes, size)) {
        fail_msg("%s", diag_captured());
    }
}

void made_up_open(struct made_up *made_up)
{
    static const char facts[] = "{\"image_load_address\": \"0x42000000\"}";
    *made_up = (struct made_up){0};
    assert_int_equal(system("mkdir -p " PAYLOAD " && dtc -q -q -I dts -O dtb -o " TREE
                            " tests/explain/board.dts"),
                     0);
    write_file(FACTS, facts, strlen(facts));
    if (!board_read(&made_up->board, "made_up", TREE, FACTS) ||
        !file_map(&made_up->file, TREE, NULL) ||
        !devtree_open(&made_up->devtree, made_up->file.bytes, made_up->file.size, TREE)) {
        fail_msg("%s", diag_captured());
    }
}

void made_up_close(struct made_up *made_up)
{
    devtree_close(&made_up->devtree);
    file_unmap(&made_up->file);
}

/* The smallest Image that there can be: a header, with the size in memory of 64 KiB. */
static void write_payload(void)
{
    uint8_t image[64] = {[18] = 1, [56] = 'A', 'R', 'M', 0x64};
    write_file(PAYLOAD "/Image", image, sizeof(image));
}

void made_up_compose(const struct made_up *made_up, struct compose *compose)
{
    static const char *given[] = {"mmc0"};
    static const struct compose_request request = {.vms = {{.name = "storage",
                                                            .give = {.entries = given, .count = 1},
                                                            .ram_size = COMPOSE_RAM_SIZE / 4,
                                                            .vcpu_count = 1,
                                                            .payload = PAYLOAD},
                                                           {.name = "other",
                                                            .ram_size = COMPOSE_RAM_SIZE / 4,
                                                            .vcpu_count = 1,
                                                            .payload = PAYLOAD}},
                                                   .vm_count = 2};
    write_payload();
    if (!compose_run(compose, &request, &made_up->devtree, &made_up->board)) {
        fail_msg("%s", diag_captured());
    }
}
