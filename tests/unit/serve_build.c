/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Composing serving systems in tests.
 */
#include "serve_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compose_request.h"
#include "diag_capture.h"
#include "serve_programs.h"

static char directory[] = "/tmp/serve_build_XXXXXX";
static char file_path[sizeof(directory) + 16];
static struct request_reader reader;
static bool is_open;

static void remove_directory(void)
{
    serve_programs_remove(directory);
}

const char *serve_build_programs(void)
{
    static bool is_made;
    if (!is_made) {
        assert_non_null(mkdtemp(directory));
        snprintf(file_path, sizeof(file_path), "%s/vms.json", directory);
        atexit(remove_directory);
        is_made = true;
    }
    serve_programs_make(directory); /* a test may have replaced one */
    return directory;
}

/* Reads the file; whether it is sound. */
static bool read_file(const char *text)
{
    serve_build_programs();
    assert_true(file_write(file_path, text, strlen(text)));
    diag_capture_reset();
    request_open(&reader);
    is_open = true;
    reader.payload = compose_build_payload();
    return request_file(&reader, file_path) && request_finish(&reader);
}

void serve_build_request(const char *board, const char *text)
{
    static const char *directories[1];
    compose_build_board(board, NULL);
    if (!read_file(text)) {
        fail_msg("%s", diag_captured());
    }
    directories[0] = directory;
    built_request = reader.request;
    built_request.search = (struct file_search){
        .directories = directories, .directory_count = 1, .description_path = file_path};
}

void serve_build_wrong(const char *text, const char *message)
{
    assert_false(read_file(text));
    if (!diag_captured_error(message)) {
        fail_msg("expected \"%s\", got: %s", message, diag_captured());
    }
    request_close(&reader);
    is_open = false;
}

void serve_build_system(void)
{
    serve_build_request(SERVE_BOARD_TEXT, SERVE_SYSTEM_TEXT);
    compose_build_run();
}

int serve_build_free(void **state)
{
    compose_build_free(state); /* frees the lists of the request */
    if (is_open) {
        for (size_t i = 0; i < reader.request.vm_count; i++) {
            struct vm_request *vm = &reader.request.vms[i];
            vm->give.entries = vm->take.entries = vm->freeze.entries = NULL;
        }
        request_close(&reader);
        is_open = false;
    }
    return 0;
}

size_t serve_build_pd(const char *name)
{
    size_t pd = serve_find_pd(&built.serve, name);
    if (pd == SERVE_PD_NONE) {
        fail_msg("there is no PD \"%s\"", name);
    }
    return pd;
}

const void *serve_build_config(const char *pd, const char *section, size_t size)
{
    const struct serve_pd *row = &built.serve.pds[serve_build_pd(pd)];
    for (size_t i = 0; i < row->config_count; i++) {
        if (strcmp(row->configs[i].section, section) == 0) {
            assert_int_equal(row->configs[i].size, size);
            return row->configs[i].bytes;
        }
    }
    fail_msg("\"%s\" has no %s", pd, section);
    return NULL;
}

const struct serve_device *serve_build_device(size_t vm, uint32_t kind, size_t size)
{
    for (size_t i = 0; i < built.serve.device_count; i++) {
        const struct serve_device *device = &built.serve.devices[i];
        if (device->vm == vm && device->kind == kind) {
            assert_int_equal(device->config_size, size);
            return device;
        }
    }
    fail_msg("VM %zu has no device of kind %u", vm, kind);
    return NULL;
}
