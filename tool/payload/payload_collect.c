/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Collects a payload: what the command line names, and the rest from the source.
 */
#include "payload.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"
#include "payload_file.h"
#include "payload_find.h"

static bool source_open(struct payload_source *source, const struct payload_request *request)
{
    if (request->root != NULL) {
        return payload_root_open(source, request->root);
    }
    if (request->disk != NULL) {
        return payload_disk_open(source, request->disk);
    }
    return request->deb_count == 0 ||
           payload_debs_open(source, request->debs, request->deb_count, NULL, NULL);
}

static bool kernel_named(struct payload_kernel *kernel, const char *path)
{
    struct payload_bytes file;
    struct source at = {.file = path};
    if (!payload_file_read(&file, path, "kernel", PAYLOAD_KERNEL_MAX)) {
        return false;
    }
    bool is_sound = payload_kernel_read(kernel, &file, &at);
    payload_bytes_free(&file);
    kernel->from = alloc_checked(strdup(path));
    kernel->name = payload_text("%s", payload_base_name(path));
    kernel->why = payload_text("--kernel names it");
    return is_sound;
}

static bool initrd_named(struct payload_initrd *initrd, const char *path)
{
    struct source at = {.file = path};
    initrd->from = alloc_checked(strdup(path));
    initrd->why = payload_text("--initrd names it");
    return payload_file_read(&initrd->file, path, "initrd", PAYLOAD_INITRD_MAX) &&
           payload_initrd_walk(initrd, &at);
}

static bool tree_named(struct payload *payload, const char *path)
{
    payload->tree.why = payload_text("--dtb names it");
    if (!payload_tree_read(&payload->tree, path)) {
        return false;
    }
    if (payload->tree.live) {
        payload_names_add(&payload->notes,
                          "a directory does not show a device tree's memory reservations; if the "
                          "boot loader made any, only /sys/firmware/fdt has them");
    }
    return true;
}

/* The version asked for, against what the kernel says of itself; a part of its name will do. */
static bool version_check(const struct payload_kernel *kernel, const char *version)
{
    if (version == NULL || (kernel->version != NULL && strcmp(kernel->version, version) == 0) ||
        payload_name_has_version(kernel->name, version)) {
        return true;
    }
    diag_error(NULL, "%s: --version asks for %s, and the kernel says that it is %s", kernel->from,
               version, kernel->version == NULL ? "of no version" : kernel->version);
    return false;
}

bool payload_collect(struct payload *payload, const struct payload_request *request)
{
    struct payload_source source = {0};
    bool has_source = request->root != NULL || request->disk != NULL || request->deb_count > 0;
    *payload = (struct payload){0};
    bool is_sound = source_open(&source, request) &&
                    (request->kernel != NULL ? kernel_named(&payload->kernel, request->kernel)
                                             : payload_find_kernel(payload, &source, request)) &&
                    version_check(&payload->kernel, request->version);
    if (is_sound && request->initrd != NULL) {
        is_sound = initrd_named(&payload->initrd, request->initrd);
    } else if (is_sound && has_source) {
        is_sound = payload_find_initrd(payload, &source);
    }
    if (payload->initrd.file.bytes != NULL && payload->initrd.module == NULL) {
        payload_names_add(
            &payload->notes,
            "there is no module in the initrd; what the guest needs to reach its root "
            "file system has to be built into the kernel");
    }
    if (is_sound && request->tree != NULL) {
        is_sound = tree_named(payload, request->tree);
    } else if (is_sound && has_source) {
        is_sound = payload_find_tree(payload, &source, request);
    }
    if (is_sound && has_source) {
        is_sound = payload_find_modules(payload, &source);
    }
    if (source.unread.count > 0) {
        char *unread = payload_names_join(&source.unread, 8);
        payload_names_add_format(&payload->notes, "passed over %s: Drover does not read these",
                                 unread);
        free(unread);
    }
    payload_source_free(&source);
    return is_sound;
}

void payload_free(struct payload *payload)
{
    payload_kernel_free(&payload->kernel);
    payload_initrd_free(&payload->initrd);
    payload_tree_free(&payload->tree);
    payload_names_free(&payload->modules);
    payload_names_free(&payload->notes);
}
