/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Composing in tests.
 */
#include "compose_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <libfdt.h>

#include "compose_print.h"
#include "diag_capture.h"
#include "tree_text.h"

#define RAM_SIZE (UINT64_C(64) << 20)

struct devtree built_devtree;
struct board built_board;
struct compose_request built_request;
struct compose built;

static char payload[] = "/tmp/compose_build_XXXXXX";
static bool has_payload;

static void put(const char *name, const void *bytes, size_t size)
{
    char path[64];
    snprintf(path, sizeof(path), "%s/%s", payload, name);
    assert_true(file_write(path, bytes, size));
}

static void remove_payload(void)
{
    char path[64];
    static const char *const names[] = {"Image", "initrd"};
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/%s", payload, names[i]);
        unlink(path);
    }
    rmdir(payload);
}

/* A kernel that takes 4 MiB in memory, of which the file has only the header. */
static void make_payload(void)
{
    uint8_t image[64] = {[18] = 0x40, [56] = 'A', [57] = 'R', [58] = 'M', [59] = 0x64};
    static const uint8_t initrd[5000];
    if (!has_payload) {
        assert_non_null(mkdtemp(payload));
        has_payload = true;
        atexit(remove_payload);
        put("Image", image, sizeof(image));
        put("initrd", initrd, sizeof(initrd));
    }
}

const char *compose_build_payload(void)
{
    make_payload();
    return payload;
}

void compose_build_board(const char *text, const char *facts)
{
    make_payload();
    diag_capture_reset();
    size_t size = tree_text_make(text);
    built_board = (struct board){.name = "test"};
    if (!devtree_open(&built_devtree, tree_text_bytes, size, "test.dtb") ||
        !board_tree_read(&built_board, tree_text_bytes, size, "test.dtb") ||
        (facts != NULL && !board_facts_read(&built_board, facts, strlen(facts), "test.json")) ||
        !board_finish(&built_board, "test.dtb")) {
        fail_msg("%s", diag_captured());
    }
    built_request = (struct compose_request){0};
    compose_build_vm("linux");
}

struct vm_request *compose_build_vm(const char *name)
{
    struct vm_request *vm = &built_request.vms[built_request.vm_count++];
    *vm = (struct vm_request){
        .name = name, .ram_size = RAM_SIZE, .vcpu_count = 1, .payload = payload};
    return vm;
}

void compose_build_ask(struct names_asked *names, const char *name)
{
    names->entries = realloc(names->entries, (names->count + 1) * sizeof(*names->entries));
    assert_non_null(names->entries);
    names->entries[names->count++] = name;
}

void compose_build_run(void)
{
    if (!compose_run(&built, &built_request, &built_devtree, &built_board)) {
        fail_msg("%s", diag_captured());
    }
    for (size_t vm = 0; vm < built.vm_count; vm++) {
        assert_int_equal(fdt_check_full(built.vms[vm].tree, built.vms[vm].tree_size), 0);
    }
}

void compose_build_refused(const char *text)
{
    assert_false(compose_run(&built, &built_request, &built_devtree, &built_board));
    if (!diag_captured_error(text)) {
        fail_msg("expected \"%s\", got: %s", text, diag_captured());
    }
}

int compose_build_free(void **state)
{
    (void)state;
    compose_free(&built);
    built = (struct compose){0};
    for (size_t vm = 0; vm < built_request.vm_count; vm++) {
        free(built_request.vms[vm].give.entries);
        free(built_request.vms[vm].take.entries);
        free(built_request.vms[vm].freeze.entries);
    }
    built_request = (struct compose_request){0};
    devtree_close(&built_devtree);
    return 0;
}

void check_granted(size_t vm, const char *path, const char *why)
{
    size_t node = tree_text_node(&built_devtree, path);
    if (!compose_has(&built, vm, node)) {
        fail_msg("%s is not granted", path);
    }
    const struct composed_vm *composed = &built.vms[vm];
    char *text = compose_why_text(&built, vm, &composed->grants[composed->grant_of[node]]);
    assert_string_equal(text, why);
    free(text);
}

void check_not_granted(size_t vm, const char *path)
{
    if (compose_has(&built, vm, tree_text_node(&built_devtree, path))) {
        fail_msg("%s is granted", path);
    }
}

const void *guest_property(size_t vm, const char *path, const char *name, int *length)
{
    const void *fdt = built.vms[vm].tree;
    int node = fdt_path_offset(fdt, path);
    return node < 0 ? NULL : fdt_getprop(fdt, node, name, length);
}

bool guest_enabled(size_t vm, const char *path)
{
    const char *status = guest_property(vm, path, "status", NULL);
    return fdt_path_offset(built.vms[vm].tree, path) >= 0 &&
           (status == NULL || strcmp(status, "okay") == 0);
}
