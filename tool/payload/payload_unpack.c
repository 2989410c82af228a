/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Unpacks one layer of compression with libarchive's filters. The kind is told from the first bytes
 * (each format's own magic number), so that nothing is unpacked twice behind our back, and the
 * result is bounded: a few bytes of a hostile file can stand for terabytes.
 */
#include "payload.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"

#define STEP ((size_t)1 << 20) /* bytes unpacked at a time */

/* The largest dictionary of LZMA that is taken: `lzma -9` has 64 MiB. */
#define LZMA_DICTIONARY_MAX ((size_t)64 << 20)

static const struct {
    const char *name;
    int filter; /* of libarchive; -1: it has none of its own */
    size_t size;
    uint8_t magic[6];
} packings[] = {
    [PACKING_NONE] = {"not packed", -1, 0, {0}},
    [PACKING_GZIP] = {"gzip", ARCHIVE_FILTER_GZIP, 3, {0x1f, 0x8b, 8}}, /* RFC 1952, 2.3.1 */
    [PACKING_XZ] = {"xz", ARCHIVE_FILTER_XZ, 6, {0xfd, '7', 'z', 'X', 'Z', 0}},
    [PACKING_LZMA] = {"lzma", ARCHIVE_FILTER_LZMA, 3, {0x5d, 0, 0}}, /* the usual lc, lp, pb */
    [PACKING_ZSTD] = {"zstd", ARCHIVE_FILTER_ZSTD, 4, {0x28, 0xb5, 0x2f, 0xfd}}, /* RFC 8878 */
    [PACKING_LZ4] = {"lz4", ARCHIVE_FILTER_LZ4, 4, {0x04, 0x22, 0x4d, 0x18}},
    [PACKING_BZIP2] = {"bzip2", ARCHIVE_FILTER_BZIP2, 3, {'B', 'Z', 'h'}},
    [PACKING_LZO] = {"lzo", -1, 5, {0x89, 'L', 'Z', 'O', 0}},
};

#define PACKING_COUNT (sizeof(packings) / sizeof(packings[0]))

/* What `lz4 -l` writes, as Linux wants it. */
static const uint8_t lz4_legacy[] = {0x02, 0x21, 0x4c, 0x18};

enum payload_packing payload_packing_of(const uint8_t *bytes, size_t size)
{
    for (size_t i = 1; i < PACKING_COUNT; i++) {
        if (size >= packings[i].size && memcmp(bytes, packings[i].magic, packings[i].size) == 0) {
            return (enum payload_packing)i;
        }
    }
    if (size >= sizeof(lz4_legacy) && memcmp(bytes, lz4_legacy, sizeof(lz4_legacy)) == 0) {
        return PACKING_LZ4;
    }
    return PACKING_NONE;
}

const char *payload_packing_name(enum payload_packing packing)
{
    return packings[packing].name;
}

static bool refuse(const struct payload_packed *packed, const char *why)
{
    diag_error(packed->at, "the %s cannot be unpacked (%s): %s", packed->what,
               payload_packing_name(packed->packing), why);
    return false;
}

static bool refuse_archive(const struct payload_packed *packed, struct archive *archive)
{
    const char *why = archive_error_string(archive);
    return refuse(packed, why != NULL ? why : "it is damaged");
}

/* Reads all that comes out, up to the limit. */
static bool read_all(const struct payload_packed *packed, struct archive *archive,
                     struct payload_bytes *out)
{
    size_t capacity = 0;
    for (;;) {
        if (capacity - out->size < STEP) {
            size_t most = packed->limit + 2 * STEP;
            capacity = capacity == 0 ? 2 * STEP : capacity < most / 2 ? capacity * 2 : most;
            out->bytes = alloc_checked(realloc(out->bytes, capacity));
        }
        la_ssize_t got = archive_read_data(archive, out->bytes + out->size, STEP);
        if (got == 0) {
            return true;
        }
        if (got < 0) {
            return refuse_archive(packed, archive);
        }
        out->size += (size_t)got;
        if (out->size > packed->limit) {
            diag_error(packed->at,
                       "the %s (%s) unpacks to more than %zu MiB, which Drover takes for a "
                       "mistake; give a smaller one, or unpack it by hand and look at it",
                       packed->what, payload_packing_name(packed->packing), packed->limit >> 20);
            return false;
        }
    }
}

static bool unpack_with(const struct payload_packed *packed, struct archive *archive,
                        struct payload_bytes *out, size_t *consumed)
{
    struct archive_entry *entry;
    if (archive_read_append_filter(archive, packings[packed->packing].filter) < ARCHIVE_WARN ||
        archive_read_set_format(archive, ARCHIVE_FORMAT_RAW) != ARCHIVE_OK ||
        archive_read_open_memory(archive, packed->bytes, packed->size) != ARCHIVE_OK ||
        archive_read_next_header(archive, &entry) != ARCHIVE_OK) {
        return refuse_archive(packed, archive);
    }
    if (!read_all(packed, archive, out)) {
        return false;
    }
    if (consumed != NULL) {
        la_int64_t position = archive_filter_bytes(archive, -1);
        *consumed =
            position < 0 || (uint64_t)position > packed->size ? packed->size : (size_t)position;
    }
    return true;
}

bool payload_unpack(const struct payload_packed *packed, struct payload_bytes *out,
                    size_t *consumed)
{
    *out = (struct payload_bytes){0};
    if (packings[packed->packing].filter < 0) {
        return refuse(packed, "Drover does not know how; give it unpacked");
    }
    if (packed->packing == PACKING_LZMA) {
        const uint8_t *size = packed->bytes + 1; /* of the dictionary, little-endian */
        if (packed->size < 5 || (size_t)size[3] << 24 > LZMA_DICTIONARY_MAX) {
            return refuse(packed, "it wants a dictionary of more than 64 MiB");
        }
    }
    struct archive *archive = alloc_checked(archive_read_new());
    bool unpacked = unpack_with(packed, archive, out, consumed);
    archive_read_free(archive);
    if (!unpacked) {
        payload_bytes_free(out);
    }
    return unpacked;
}
