/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a boot loader may want around an image: an ELF file with one segment, or U-Boot's legacy
 * header.
 */
#pragma once

#include "audit.h"

/*
 * Finds the image in `file`, flat or wrapped, and sets `input`'s bytes, size and where it is
 * loaded. A wrapper holds the image and nothing else: where it could hide or move something, that
 * is reported at input->image_path, and the result is false.
 */
bool audit_unwrap(struct audit_input *input, const struct file *file);
