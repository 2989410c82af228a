/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Walks through an initial RAM disk the way Linux does (Documentation/driver-api/early-userspace/
 * buffer-format.rst): segments one behind the other, each a cpio archive in the newc format, plain
 * or packed, with zeroes between them. What matters here are the modules in it.
 */
#include "payload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"

/* A newc header: "070701" or "070702", then 13 fields of 8 hexadecimal digits (cpio(5)). */
#define HEADER_SIZE  110
#define FIELD_FIRST  6
#define FIELD_DIGITS 8
#define FIELD_SIZE   6  /* the file's */
#define FIELD_NAME   11 /* the name's, with its NUL */

#define UIMAGE_MAGIC   "\x27\x05\x19\x56"
#define VERSIONS_MAX   64 /* lib/modules/X in one initrd */
#define VERSION_LENGTH 128

struct walk {
    struct payload_initrd *initrd;
    const struct source *at;
    const uint8_t *bytes;
    size_t size;
    size_t offset;
    const char *where; /* "" or "unpacked " */
};

static bool is_header(const uint8_t *bytes, size_t size)
{
    return size >= HEADER_SIZE &&
           (memcmp(bytes, "070701", 6) == 0 || memcmp(bytes, "070702", 6) == 0);
}

/* Reads a field; false if it is no hexadecimal number. */
static bool field_read(const uint8_t *header, int index, uint32_t *value)
{
    *value = 0;
    for (int i = 0; i < FIELD_DIGITS; i++) {
        uint8_t digit = header[FIELD_FIRST + index * FIELD_DIGITS + i];
        uint32_t number;
        if (digit >= '0' && digit <= '9') {
            number = digit - '0';
        } else if ((digit | 0x20) >= 'a' && (digit | 0x20) <= 'f') {
            number = (digit | 0x20u) - 'a' + 10;
        } else {
            return false;
        }
        *value = *value << 4 | number;
    }
    return true;
}

static size_t aligned(size_t offset)
{
    return (offset + 3) & ~(size_t)3;
}

char *payload_vermagic(const uint8_t *bytes, size_t size)
{
    static const char key[] = "vermagic=";
    const uint8_t *found = memmem(bytes, size, key, sizeof(key) - 1);
    if (found == NULL) {
        return NULL;
    }
    found += sizeof(key) - 1;
    size_t left = size - (size_t)(found - bytes), length = 0;
    while (length < left && length < VERSION_LENGTH && found[length] > ' ' &&
           found[length] < 0x7f) {
        length++;
    }
    return length == 0 ? NULL : alloc_checked(strndup((const char *)found, length));
}

/* Reads the vermagic of a module, which may be packed. */
static char *module_vermagic(const struct walk *walk, const uint8_t *bytes, size_t size)
{
    enum payload_packing packing = payload_packing_of(bytes, size);
    if (packing == PACKING_NONE) {
        return payload_vermagic(bytes, size);
    }
    struct payload_packed packed = {.bytes = bytes,
                                    .size = size,
                                    .packing = packing,
                                    .limit = PAYLOAD_MODULE_MAX,
                                    .what = "first kernel module in it",
                                    .at = walk->at};
    struct payload_bytes module;
    char *vermagic = NULL;
    if (payload_unpack(&packed, &module, NULL)) {
        vermagic = payload_vermagic(module.bytes, module.size);
        payload_bytes_free(&module);
    }
    return vermagic;
}

static bool is_module(const char *name)
{
    static const char *const ends[] = {".ko", ".ko.xz", ".ko.gz", ".ko.zst"};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        size_t end = strlen(ends[i]);
        if (length > end && strcmp(name + length - end, ends[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Keeps X of lib/modules/X and of usr/lib/modules/X, with something in it. */
static void version_keep(struct payload_initrd *initrd, const char *name)
{
    static const char directory[] = "lib/modules/";
    name += strncmp(name, "./", 2) == 0 ? 2 : 0;
    name += strncmp(name, "/", 1) == 0 ? 1 : 0;
    name += strncmp(name, "usr/", 4) == 0 ? 4 : 0;
    if (strncmp(name, directory, sizeof(directory) - 1) != 0) {
        return;
    }
    name += sizeof(directory) - 1;
    size_t length = strcspn(name, "/");
    if (length == 0 || length > VERSION_LENGTH || name[length] == '\0') {
        return;
    }
    char version[VERSION_LENGTH + 1];
    snprintf(version, sizeof(version), "%.*s", (int)length, name);
    if (initrd->modules.count < VERSIONS_MAX && !payload_names_has(&initrd->modules, version)) {
        payload_names_add(&initrd->modules, version);
    }
}

static void entry_keep(struct walk *walk, const char *name, const uint8_t *bytes, size_t size)
{
    struct payload_initrd *initrd = walk->initrd;
    initrd->entry_count++;
    version_keep(initrd, name);
    if (initrd->module == NULL && size > 0 && is_module(name)) {
        initrd->module = alloc_checked(strdup(name));
        initrd->vermagic = module_vermagic(walk, bytes, size);
    }
}

static bool refuse_entry(const struct walk *walk, const char *why)
{
    diag_error(walk->at,
               "the initrd's cpio archive is damaged at byte %zu%s: %s; make the initrd again, "
               "or copy it again if it was cut off",
               walk->offset, walk->where, why);
    return false;
}

/* Walks through one archive, to behind its trailer. */
static bool archive_walk(struct walk *walk)
{
    for (;;) {
        const uint8_t *header = walk->bytes + walk->offset;
        size_t left = walk->size - walk->offset;
        uint32_t name_size, file_size;
        if (!is_header(header, left)) {
            return refuse_entry(walk, left == 0 ? "it ends without its trailer"
                                                : "no header of the newc format (070701)");
        }
        if (!field_read(header, FIELD_NAME, &name_size) ||
            !field_read(header, FIELD_SIZE, &file_size)) {
            return refuse_entry(walk, "a size is no hexadecimal number");
        }
        if (name_size == 0 || name_size > PAYLOAD_PATH_MAX || name_size > left - HEADER_SIZE) {
            return refuse_entry(walk, "a name does not fit");
        }
        const char *name = (const char *)header + HEADER_SIZE;
        if (name[name_size - 1] != '\0') {
            return refuse_entry(walk, "a name has no end");
        }
        /* Alignment counts from the beginning of the archive's data, as Linux has it. */
        size_t data = aligned(walk->offset + HEADER_SIZE + name_size);
        if (data > walk->size || file_size > walk->size - data) {
            return refuse_entry(walk, "a file reaches beyond the end");
        }
        if (strcmp(name, "TRAILER!!!") == 0) {
            walk->offset = data;
            return true;
        }
        entry_keep(walk, name, walk->bytes + data, file_size);
        size_t next = aligned(data + file_size);
        walk->offset = next < walk->size ? next : walk->size;
    }
}

static void skip_zeroes(struct walk *walk)
{
    while (walk->offset < walk->size && walk->bytes[walk->offset] == 0) {
        walk->offset++;
    }
}

/* Walks through what a packed segment holds: archives, and nothing packed again. */
static bool unpacked_walk(struct walk *outer, const struct payload_bytes *bytes)
{
    struct walk walk = {.initrd = outer->initrd,
                        .at = outer->at,
                        .bytes = bytes->bytes,
                        .size = bytes->size,
                        .where = " of what was packed"};
    do {
        if (!archive_walk(&walk)) {
            return false;
        }
        skip_zeroes(&walk);
    } while (walk.offset < walk.size);
    return true;
}

static bool packed_walk(struct walk *walk, enum payload_packing packing)
{
    struct payload_packed packed = {.bytes = walk->bytes + walk->offset,
                                    .size = walk->size - walk->offset,
                                    .packing = packing,
                                    .limit = PAYLOAD_UNPACKED_MAX,
                                    .what = "initrd",
                                    .at = walk->at};
    struct payload_bytes bytes;
    size_t consumed;
    if (!payload_unpack(&packed, &bytes, &consumed)) {
        return false;
    }
    bool walked = unpacked_walk(walk, &bytes);
    payload_bytes_free(&bytes);
    walk->offset += consumed == 0 ? packed.size : consumed;
    return walked;
}

static bool refuse_segment(const struct walk *walk)
{
    const uint8_t *bytes = walk->bytes + walk->offset;
    size_t left = walk->size - walk->offset;
    if (left >= 4 && memcmp(bytes, UIMAGE_MAGIC, 4) == 0) {
        diag_error(walk->at, "this is an initrd in U-Boot's legacy format (uInitrd); take its "
                             "contents out (`dumpimage -T ramdisk -o initrd FILE`)");
    } else {
        diag_error(walk->at,
                   "byte %zu of the initrd begins neither a cpio archive (newc) nor one packed "
                   "with gzip, xz, lzma, zstd, lz4 or bzip2; is this an initrd of Linux?",
                   walk->offset);
    }
    return false;
}

bool payload_initrd_walk(struct payload_initrd *initrd, const struct source *at)
{
    struct walk walk = {.initrd = initrd,
                        .at = at,
                        .bytes = initrd->file.bytes,
                        .size = initrd->file.size,
                        .where = ""};
    if (walk.size == 0) {
        diag_error(at, "the initrd is empty");
        return false;
    }
    while (walk.offset < walk.size) {
        const uint8_t *bytes = walk.bytes + walk.offset;
        size_t left = walk.size - walk.offset;
        enum payload_packing packing = payload_packing_of(bytes, left);
        bool is_plain = is_header(bytes, left);
        if (!is_plain && packing == PACKING_NONE) {
            return refuse_segment(&walk);
        }
        if (!(is_plain ? archive_walk(&walk) : packed_walk(&walk, packing))) {
            return false;
        }
        payload_names_add(&initrd->packings, payload_packing_name(packing));
        skip_zeroes(&walk);
    }
    payload_names_sort(&initrd->modules);
    return true;
}

void payload_initrd_free(struct payload_initrd *initrd)
{
    payload_bytes_free(&initrd->file);
    free(initrd->from);
    free(initrd->why);
    payload_names_free(&initrd->packings);
    payload_names_free(&initrd->modules);
    free(initrd->module);
    free(initrd->vermagic);
    *initrd = (struct payload_initrd){0};
}
