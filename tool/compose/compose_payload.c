/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A guest's kernel and initial RAM disk, as `drover payload` leaves them in a directory.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "compose.h"
#include "diag.h"

/* The header of an arm64 Image, little-endian (Linux, Documentation/arch/arm64/booting.rst). */
#define IMAGE_HEADER_SIZE 64
#define IMAGE_TEXT_OFFSET 8
#define IMAGE_SIZE        16
#define IMAGE_MAGIC       56
#define IMAGE_MAGIC_VALUE 0x644d5241 /* "ARM\x64" */

static uint64_t little_endian(const uint8_t *bytes, size_t count)
{
    uint64_t value = 0;
    for (size_t i = count; i-- > 0;) {
        value = value << 8 | bytes[i];
    }
    return value;
}

static char *path_in(const char *directory, const char *name)
{
    char *path;
    int length = asprintf(&path, "%s/%s", directory, name);
    return alloc_checked(length < 0 ? NULL : path);
}

static bool read_header(struct composed_vm *composed, const char *path)
{
    const struct source at = {.file = path};
    const struct file *kernel = &composed->kernel;
    if (kernel->size < IMAGE_HEADER_SIZE ||
        little_endian(kernel->bytes + IMAGE_MAGIC, 4) != IMAGE_MAGIC_VALUE) {
        diag_error(&at, "not an arm64 Image; `drover payload` unpacks kernels of other forms");
        return false;
    }
    uint64_t text_offset = little_endian(kernel->bytes + IMAGE_TEXT_OFFSET, 8);
    uint64_t image_size = little_endian(kernel->bytes + IMAGE_SIZE, 8);
    if (image_size < kernel->size || image_size > BOARD_PA_LIMIT || text_offset >= PAGE_SIZE_2M) {
        diag_error(&at,
                   "its header says image_size 0x%" PRIx64 " and text_offset 0x%" PRIx64
                   "; at least the file's 0x%zx bytes and less than 2 MiB are expected",
                   image_size, text_offset, kernel->size);
        return false;
    }
    composed->kernel_memory = text_offset + image_size;
    return true;
}

bool compose_payload(struct compose *compose, size_t vm)
{
    struct composed_vm *composed = &compose->vms[vm];
    const char *directory = composed->request->payload;
    if (directory == NULL) {
        diag_error(NULL,
                   "VM \"%s\" has no payload; --payload DIR names a directory made by `drover "
                   "payload`",
                   composed->request->name);
        return false;
    }
    char *kernel = path_in(directory, "Image");
    char *initrd = path_in(directory, "initrd");
    bool read = file_map(&composed->kernel, kernel, NULL) && read_header(composed, kernel) &&
                (access(initrd, F_OK) != 0 || file_map(&composed->initrd, initrd, NULL));
    free(kernel);
    free(initrd);
    return read;
}
