/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The file that a finished image goes into: flat, or with what a boot loader wants around it.
 */
#pragma once

#include <stdbool.h>

#include "image.h"

enum image_type {
    IMAGE_BINARY, /* the image and nothing else: booti, QEMU's loader device */
    IMAGE_ELF,    /* one segment, at its physical address: bootelf, QEMU's -kernel */
    IMAGE_UIMAGE, /* U-Boot's legacy image: bootm */
};

/* Finds the type called `name`; false if there is none. */
bool image_type_find(const char *name, enum image_type *type);

/* Replaces the file `path` in one step. On failure reports it, leaves what was there, and returns
 * false. */
bool image_file_write(const struct image *image, enum image_type type, const char *path);
