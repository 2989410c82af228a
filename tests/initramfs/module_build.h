/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Builds kernel modules for the tests of `drover initramfs`.
 */
#pragma once

#include "elf_build.h"
#include "payload.h"

/* An arm64 module that says `info` of itself: strings, each with its NUL, the literal's own the
 * last one's. */
#define module_build(info) module_build_sized(info, sizeof(info))
struct payload_bytes module_build_sized(const char *info, size_t size);

/* A file that is an ELF file by `recipe` with that section. */
struct payload_bytes module_build_from(struct elf_recipe recipe, const char *section,
                                       const char *info, size_t size);

/* Writes such a module to DIRECTORY/PATH. */
#define module_put(directory, path, info) module_put_sized(directory, path, info, sizeof(info))
void module_put_sized(const char *directory, const char *path, const char *info, size_t size);
