/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Builds what `drover payload` reads, for its tests: kernels, initrds, packed files, directories.
 * What goes wrong fails the test.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "payload.h"

#define BUILT_VERSION "6.1.0-7-test"

/* An arm64 Image of `size` bytes (at least 8 KiB) with the banner of `version`; NULL: without. */
struct payload_bytes build_image(const char *version, size_t size);
void build_store32(uint8_t *bytes, uint32_t value); /* little-endian */
void build_store64(uint8_t *bytes, uint64_t value);

/* `bytes` packed with a filter of libarchive (ARCHIVE_FILTER_GZIP and the like). */
struct payload_bytes build_packed(const struct payload_bytes *bytes, int filter);
/* The same in the legacy format of lz4, as Linux takes it. */
struct payload_bytes build_lz4_legacy(const struct payload_bytes *bytes);
/* An EFI zboot program of an Image. */
struct payload_bytes build_zboot(const struct payload_bytes *packed, const char *packing);

void build_append(struct payload_bytes *to, const void *bytes, size_t size);

/* Adds a file to a cpio archive in the newc format, and its end. */
void build_cpio_add(struct payload_bytes *archive, const char *name, const void *bytes,
                    size_t size);
void build_cpio_end(struct payload_bytes *archive);
/* What a kernel module of `version` has in it. */
struct payload_bytes build_module(const char *version);
/* An initrd with one module of `version` in lib/modules/VERSION. */
struct payload_bytes build_initrd(const char *version);

/* Makes an empty directory for a test, which is the same in each run. Returns its path. */
const char *build_directory(const char *name);
/* Writes DIRECTORY/PATH, with the directories above it. */
void build_file(const char *directory, const char *path, const void *bytes, size_t size);
void build_link(const char *directory, const char *path, const char *target);
/* A small device tree of the board `compatible`. */
struct payload_bytes build_tree(const char *compatible);
/* Fills `directory` with the root of a system: kernel, initrd, modules, a tree. */
void build_root(const char *directory);

/* Runs a command of the shell; keeps what it says. Returns its exit status. */
int build_run(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern char build_output[65536];
