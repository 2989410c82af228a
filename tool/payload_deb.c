/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Debian packages (deb(5)): an ar archive with a packed tar archive in it, read with libarchive.
 * What several packages hold becomes one file system. A package is read through once; of its files
 * only those are kept that a payload can want.
 */
#include "payload_fs.h"

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

struct entry {
    char *path;
    enum payload_kind kind;
    char *target; /* of a link */
    bool is_kept;
    size_t order; /* in which they were read */
    struct payload_bytes bytes;
};

struct debs {
    struct entry *entries; /* sorted by path once all packages are read */
    size_t count, capacity;
    size_t kept_size;
    uint64_t files_size;
};

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

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* Whether a file may be part of a payload: what lies in boot/, and device trees. */
static bool is_wanted(const char *path)
{
    if (strncmp(path, "boot/", 5) == 0) {
        return strncmp(path + 5, "System.map", 10) != 0;
    }
    return ends_with(path, ".dtb") || strchr(path, '/') == NULL;
}

static bool bytes_keep(struct debs *debs, struct entry *entry, struct archive *tar, la_int64_t size,
                       const char *path)
{
    if (size < 0 || (uint64_t)size > KEPT_MAX - debs->kept_size) {
        return refuse(path, "its kernels and device trees have more than 1.5 GiB");
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
    debs->entries = alloc_grow(debs->entries, debs->count, &debs->capacity, sizeof(struct entry));
    struct entry *entry = &debs->entries[debs->count++];
    *entry = (struct entry){.path = path_clean(name), .kind = PAYLOAD_OTHER, .order = debs->count};
    switch (archive_entry_filetype(header)) {
    case AE_IFREG:
        entry->kind = PAYLOAD_FILE;
        return !is_wanted(entry->path) || bytes_keep(debs, entry, tar, size, path);
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

static bool deb_read(struct debs *debs, struct archive *outer, const char *path)
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

static bool deb_open(struct debs *debs, const char *path)
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
                       ? deb_read(debs, outer, path)
                       : refuse_archive(path, outer);
    archive_read_free(outer);
    return is_read;
}

/* Of one path in two packages the one read last counts, which compare_entries() puts first. */
static struct entry *entry_find(const struct debs *debs, const char *path)
{
    size_t low = 0, high = debs->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(debs->entries[middle].path, path) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < debs->count && strcmp(debs->entries[low].path, path) == 0 ? &debs->entries[low]
                                                                           : NULL;
}

/* Whether `path` is in the directory `directory`, directly or deeper; `rest` gets what follows. */
static bool is_below(const char *path, const char *directory, const char **rest)
{
    size_t length = strlen(directory);
    if (length == 0) {
        *rest = path;
        return path[0] != '\0';
    }
    if (strncmp(path, directory, length) != 0 || path[length] != '/') {
        return false;
    }
    *rest = path + length + 1;
    return true;
}

static enum payload_kind debs_look(struct payload_fs *fs, const char *path)
{
    const struct debs *debs = fs->state;
    const struct entry *entry = entry_find(debs, path);
    const char *rest;
    if (entry != NULL) {
        return entry->kind;
    }
    for (size_t i = 0; i < debs->count; i++) {
        if (is_below(debs->entries[i].path, path, &rest)) {
            return PAYLOAD_DIRECTORY;
        }
    }
    return PAYLOAD_ABSENT;
}

static char *debs_target(struct payload_fs *fs, const char *path)
{
    const struct entry *entry = entry_find(fs->state, path);
    return entry == NULL || entry->target == NULL ? NULL : alloc_checked(strdup(entry->target));
}

static bool debs_list(struct payload_fs *fs, const char *path, struct payload_names *names)
{
    const struct debs *debs = fs->state;
    const char *rest;
    for (size_t i = 0; i < debs->count && names->count < PAYLOAD_NAMES_MAX; i++) {
        if (!is_below(debs->entries[i].path, path, &rest)) {
            continue;
        }
        /* Of what is deeper, the first component; sorted, equal ones follow each other. */
        char *name = alloc_checked(strndup(rest, strcspn(rest, "/")));
        if (names->count == 0 || strcmp(names->names[names->count - 1], name) != 0) {
            payload_names_add(names, name);
        }
        free(name);
    }
    return true;
}

static bool debs_read(struct payload_fs *fs, const char *path, size_t limit,
                      struct payload_bytes *file)
{
    const struct entry *entry = entry_find(fs->state, path);
    if (entry == NULL || !entry->is_kept || entry->bytes.size > limit) {
        diag_error(NULL, "%s: \"%s\" %s", fs->name, path,
                   entry == NULL || !entry->is_kept ? "is no part of a payload" : "is too large");
        return false;
    }
    file->size = entry->bytes.size;
    file->bytes = alloc_array(file->size + 1, 1);
    memcpy(file->bytes, entry->bytes.bytes, file->size);
    return true;
}

static void debs_close(struct payload_fs *fs)
{
    struct debs *debs = fs->state;
    for (size_t i = 0; i < debs->count; i++) {
        free(debs->entries[i].path);
        free(debs->entries[i].target);
        payload_bytes_free(&debs->entries[i].bytes);
    }
    free(debs->entries);
    free(debs);
}

static const struct payload_fs_operations operations = {
    .look = debs_look,
    .target = debs_target,
    .list = debs_list,
    .read = debs_read,
    .close = debs_close,
};

static int compare_entries(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    int order = strcmp(left->path, right->path);
    return order != 0 ? order : (left->order < right->order) - (left->order > right->order);
}

bool payload_debs_open(struct payload_source *source, const char *const *paths, size_t count)
{
    struct debs *debs = alloc_array(1, sizeof(*debs));
    char *name = count == 1 ? alloc_checked(strdup(paths[0]))
                            : payload_text("%s and %zu more packages", paths[0], count - 1);
    payload_source_add(source, name, &operations, debs);
    for (size_t i = 0; i < count; i++) {
        if (!deb_open(debs, paths[i])) {
            return false;
        }
    }
    if (debs->count > 0) {
        qsort(debs->entries, debs->count, sizeof(*debs->entries), compare_entries);
    }
    return true;
}
