/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads Debian packages (deb(5)) with libarchive: an ar archive with a packed tar archive in it. A
 * package is read through once; of its files only those are kept that a payload can want.
 */
#include "payload_deb.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "alloc.h"
#include "diag.h"

#define KEPT_MAX  ((size_t)1536 << 20)    /* bytes of all files that are kept */
#define FILES_MAX ((uint64_t)16384 << 20) /* bytes of all files, which have to be read through */

/* The tar archive inside an ar archive, as a stream of blocks. */
struct inner {
    struct archive *outer;
    const void *block;
};

static la_ssize_t inner_read(struct archive *archive, void *context, const void **block)
{
    struct inner *inner = context;
    size_t size;
    la_int64_t offset;
    int result = archive_read_data_block(inner->outer, block, &size, &offset);
    if (result == ARCHIVE_EOF) {
        return 0;
    }
    if (result < ARCHIVE_WARN) {
        archive_set_error(archive, archive_errno(inner->outer), "%s",
                          archive_error_string(inner->outer));
        return -1;
    }
    return (la_ssize_t)size;
}

static bool refuse(const char *path, const char *why)
{
    diag_error(NULL, "\"%s\" is no sound Debian package: %s; download it again", path, why);
    return false;
}

static bool refuse_archive(const char *path, struct archive *archive)
{
    const char *why = archive_error_string(archive);
    return refuse(path, why != NULL ? why : "it is damaged");
}

/* "./boot//vmlinuz" is "boot/vmlinuz"; allocated. */
static char *path_clean(const char *path)
{
    char *clean = alloc_array(strlen(path) + 1, 1);
    char *end = clean;
    while (*path != '\0') {
        size_t length = strcspn(path, "/");
        if (length > 0 && !(length == 1 && path[0] == '.')) {
            if (end != clean) {
                *end++ = '/';
            }
            memcpy(end, path, length);
            end += length;
        }
        path += length;
        path += strspn(path, "/");
    }
    return clean;
}

static bool bytes_keep(struct debs *debs, struct deb_entry *entry, struct archive *tar,
                       la_int64_t size, const char *path)
{
    if (size < 0 || (uint64_t)size > KEPT_MAX - debs->kept_size) {
        return refuse(path, "what may be wanted of it has more than 1.5 GiB");
    }
    entry->bytes.bytes = alloc_array((size_t)size + 1, 1);
    while (entry->bytes.size < (size_t)size) {
        la_ssize_t got = archive_read_data(tar, entry->bytes.bytes + entry->bytes.size,
                                           (size_t)size - entry->bytes.size);
        if (got <= 0) {
            return refuse_archive(path, tar);
        }
        entry->bytes.size += (size_t)got;
    }
    entry->is_kept = true;
    debs->kept_size += entry->bytes.size;
    return true;
}

static bool entry_add(struct debs *debs, struct archive *tar, struct archive_entry *header,
                      const char *path)
{
    const char *name = archive_entry_pathname(header);
    const char *target = archive_entry_symlink(header);
    if (name == NULL || strlen(name) > PAYLOAD_PATH_MAX) {
        return refuse(path, "a file in it has no proper name");
    }
    if (debs->count >= (size_t)PAYLOAD_NAMES_MAX * 4) {
        return refuse(path, "it has more than 262144 files");
    }
    la_int64_t size = archive_entry_size(header);
    if (size < 0 || (uint64_t)size > FILES_MAX - debs->files_size) {
        return refuse(path, "its files have more than 16 GiB");
    }
    debs->files_size += (uint64_t)size;
    debs->entries =
        alloc_grow(debs->entries, debs->count, &debs->capacity, sizeof(struct deb_entry));
    struct deb_entry *entry = &debs->entries[debs->count++];
    *entry =
        (struct deb_entry){.path = path_clean(name), .kind = PAYLOAD_OTHER, .order = debs->count};
    const char *twin = archive_entry_hardlink(header);
    if (twin != NULL) { /* a second name: tar has the contents with the first */
        char *clean = path_clean(twin);
        entry->kind = PAYLOAD_LINK;
        entry->target = payload_text("/%s", clean);
        free(clean);
        return true;
    }
    switch (archive_entry_filetype(header)) {
    case AE_IFREG:
        entry->kind = PAYLOAD_FILE;
        return !debs->wants(debs->context, entry->path) || bytes_keep(debs, entry, tar, size, path);
    case AE_IFDIR:
        entry->kind = PAYLOAD_DIRECTORY;
        return true;
    case AE_IFLNK:
        entry->kind = PAYLOAD_LINK;
        entry->target = alloc_checked(strdup(target == NULL ? "" : target));
        return true;
    default:
        return true;
    }
}

static bool tar_read(struct debs *debs, struct archive *tar, const char *path)
{
    struct archive_entry *header;
    int result;
    /* One layer of packing, which libarchive would otherwise peel off without end. */
    if (archive_filter_count(tar) > 2) {
        return refuse(path, "its contents are packed twice");
    }
    while ((result = archive_read_next_header(tar, &header)) == ARCHIVE_OK ||
           result == ARCHIVE_WARN) {
        if (!entry_add(debs, tar, header, path)) {
            return false;
        }
    }
    return result == ARCHIVE_EOF || refuse_archive(path, tar);
}

/* Reads data.tar.*, on which the outer archive stands. */
static bool data_read(struct debs *debs, struct archive *outer, const char *path)
{
    struct inner inner = {.outer = outer};
    struct archive *tar = alloc_checked(archive_read_new());
    archive_read_support_filter_gzip(tar);
    archive_read_support_filter_xz(tar);
    archive_read_support_filter_zstd(tar);
    archive_read_support_filter_bzip2(tar);
    archive_read_support_filter_lzma(tar);
    archive_read_support_format_tar(tar);
    bool is_read = archive_read_open(tar, &inner, NULL, inner_read, NULL) == ARCHIVE_OK
                       ? tar_read(debs, tar, path)
                       : refuse_archive(path, tar);
    archive_read_free(tar);
    return is_read;
}

static bool members_read(struct debs *debs, struct archive *outer, const char *path)
{
    struct archive_entry *header;
    int result;
    while ((result = archive_read_next_header(outer, &header)) == ARCHIVE_OK) {
        const char *name = archive_entry_pathname(header);
        if (name != NULL && strncmp(name, "data.tar", 8) == 0) {
            return data_read(debs, outer, path);
        }
    }
    return result == ARCHIVE_EOF ? refuse(path, "there is no data.tar in it")
                                 : refuse_archive(path, outer);
}

bool deb_read(struct debs *debs, const char *path)
{
    struct stat status;
    errno = 0;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
        diag_error(NULL, "cannot open the package \"%s\": %s", path,
                   errno != 0 ? strerror(errno) : "it is no ordinary file");
        return false;
    }
    struct archive *outer = alloc_checked(archive_read_new());
    archive_read_support_format_ar(outer);
    bool is_read = archive_read_open_filename(outer, path, 1 << 16) == ARCHIVE_OK
                       ? members_read(debs, outer, path)
                       : refuse_archive(path, outer);
    archive_read_free(outer);
    return is_read;
}
