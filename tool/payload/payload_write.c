/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes a payload's directory: into a temporary one beside it, which then takes its place in one
 * step. What is there is replaced only if `drover payload` made it.
 */
#include "payload.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "diag.h"
#include "file.h"
#include "payload_file.h"
#include "payload_files.h"

static const char *const file_names[] = {PAYLOAD_IMAGE, PAYLOAD_INITRD, PAYLOAD_TREE,
                                         PAYLOAD_FACTS};
#define FILE_COUNT (sizeof(file_names) / sizeof(file_names[0]))
#define FACTS_MAX  ((size_t)1 << 20)

static bool refuse(const char *path, const char *what, int error)
{
    diag_error(NULL, "cannot %s \"%s\": %s", what, path, strerror(error));
    return false;
}

static bool is_ours(const char *name)
{
    for (size_t i = 0; i < FILE_COUNT; i++) {
        if (strcmp(name, file_names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether payload.json in `path` says that we wrote it. */
static bool says_made_by_us(const char *path)
{
    struct payload_bytes file;
    char *facts = payload_text("%s/%s", path, PAYLOAD_FACTS);
    bool ours = false;
    if (access(facts, F_OK) == 0 && payload_file_read(&file, facts, "payload", FACTS_MAX)) {
        char *text = alloc_checked(strndup((const char *)file.bytes, file.size));
        json_object *root = json_tokener_parse(text);
        json_object *made_by;
        ours = json_object_object_get_ex(root, "made_by", &made_by) && made_by != NULL &&
               strcmp(json_object_get_string(made_by), PAYLOAD_MADE_BY) == 0;
        json_object_put(root);
        free(text);
        payload_bytes_free(&file);
    }
    free(facts);
    return ours;
}

/* Finds a file in a directory that is none of ours; allocated, NULL if there is none. `*count` gets
 * how many files there are. */
static char *find_foreign(DIR *directory, size_t *count)
{
    struct dirent *entry;
    *count = 0;
    while ((entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        ++*count;
        if (!is_ours(entry->d_name)) {
            return alloc_checked(strdup(entry->d_name));
        }
    }
    return NULL;
}

/* Whether `path` may become a payload's directory: nothing is there, or what we may replace. */
static bool may_replace(const char *path, bool *exists)
{
    struct stat status;
    size_t count;
    *exists = lstat(path, &status) == 0;
    if (!*exists) {
        return errno == ENOENT || refuse(path, "write", errno);
    }
    if (!S_ISDIR(status.st_mode)) {
        return refuse(path, "write the directory", ENOTDIR);
    }
    DIR *directory = opendir(path);
    if (directory == NULL) {
        return refuse(path, "read", errno);
    }
    char *foreign = find_foreign(directory, &count);
    closedir(directory);
    bool may = foreign == NULL && (count == 0 || says_made_by_us(path));
    if (!may) {
        diag_error(NULL,
                   "\"%s\" is there and was not made by `drover payload`%s%s%s; name another "
                   "directory, or remove it",
                   path, foreign == NULL ? "" : " (\"", foreign == NULL ? "" : foreign,
                   foreign == NULL ? "" : "\" is in it)");
    }
    free(foreign);
    return may;
}

/* Removes a directory with nothing but our files in it. */
static void directory_remove(const char *path)
{
    for (size_t i = 0; i < FILE_COUNT; i++) {
        char *file = payload_text("%s/%s", path, file_names[i]);
        unlink(file);
        free(file);
    }
    rmdir(path);
}

static bool file_put(const char *directory, const char *name, const void *bytes, size_t size)
{
    if (bytes == NULL) {
        return true;
    }
    char *path = payload_text("%s/%s", directory, name);
    bool written = file_write(path, bytes, size);
    free(path);
    return written;
}

static bool files_put(const struct payload *payload, const char *directory)
{
    const struct payload_bytes *image = &payload->kernel.image;
    const struct payload_bytes *initrd = &payload->initrd.file;
    const struct payload_bytes *tree = &payload->tree.fdt;
    char *facts = payload_json(payload);
    bool written = file_put(directory, PAYLOAD_IMAGE, image->bytes, image->size) &&
                   file_put(directory, PAYLOAD_INITRD, initrd->bytes, initrd->size) &&
                   file_put(directory, PAYLOAD_TREE, tree->bytes, tree->size) &&
                   file_put(directory, PAYLOAD_FACTS, facts, strlen(facts));
    free(facts);
    return written;
}

/* Puts the new directory into its place; `temporary` holds what is to be removed afterwards. A file
 * system that cannot exchange two names is left without the old one for a moment. */
static bool put_in_place(const char *temporary, const char *path, bool exists)
{
    if (!exists) {
        return rename(temporary, path) == 0 || refuse(path, "write", errno);
    }
    if (renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_EXCHANGE) == 0) {
        return true;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return refuse(path, "replace", errno);
    }
    directory_remove(path);
    return rename(temporary, path) == 0 || refuse(path, "replace", errno);
}

/* `path` without the '/' at its end, to which a temporary name can be added; allocated. */
static char *path_trim(const char *path)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    return alloc_checked(strndup(path, length));
}

bool payload_write_check(const char *path)
{
    bool exists;
    char *target = path_trim(path);
    bool may = may_replace(target, &exists);
    free(target);
    return may;
}

/* Makes the temporary directory, with the permissions of an ordinary one. */
static bool temporary_make(char *temporary, const char *target)
{
    mode_t mask = umask(0);
    umask(mask);
    return (mkdtemp(temporary) != NULL && chmod(temporary, 0777 & ~mask) == 0) ||
           refuse(target, "write beside", errno);
}

bool payload_write(const struct payload *payload, const char *path)
{
    bool exists;
    char *target = path_trim(path);
    char *temporary = payload_text("%s.XXXXXX", target);
    bool written = may_replace(target, &exists) && temporary_make(temporary, target);
    if (written) {
        written = files_put(payload, temporary) && put_in_place(temporary, target, exists);
        directory_remove(temporary); /* what was replaced, or what could not be written */
    }
    free(temporary);
    free(target);
    return written;
}
