/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Files of the host: found along the search path, mapped for reading, written whole or not at all.
 */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "diag.h"

static bool map_descriptor(struct file *file, int descriptor, const char *path,
                           const struct source *at)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0) {
        diag_error(at, "cannot read \"%s\": %s", path, strerror(errno));
        return false;
    }
    if (!S_ISREG(status.st_mode)) {
        diag_error(at,
                   "cannot read \"%s\": it is a directory, a device or a pipe; name an "
                   "ordinary file",
                   path);
        return false;
    }
    if (status.st_size == 0) {
        return true;
    }
    void *bytes =
        mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, descriptor, 0);
    if (bytes == MAP_FAILED) {
        diag_error(at, "cannot map \"%s\": %s", path, strerror(errno));
        return false;
    }
    file->bytes = bytes;
    file->size = (size_t)status.st_size;
    return true;
}

bool file_map(struct file *file, const char *path, const struct source *at)
{
    *file = (struct file){0};
    /* Not to wait for the writer of a pipe, which is then refused. */
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        diag_error(at, "cannot open \"%s\": %s", path, strerror(errno));
        return false;
    }
    bool mapped = map_descriptor(file, descriptor, path, at);
    close(descriptor);
    return mapped;
}

void file_unmap(struct file *file)
{
    if (file->bytes != NULL) {
        munmap(file->bytes, file->size);
    }
    *file = (struct file){0};
}

/* Returns DIRECTORY/PATH, allocated; `length` characters of `directory` count. */
static char *join(const char *directory, size_t length, const char *path)
{
    size_t size = length + strlen(path) + 2;
    char *joined = alloc_array(size, 1);
    snprintf(joined, size, "%.*s/%s", (int)length, directory, path);
    return joined;
}

static char *exists_in(const char *directory, size_t length, const char *path)
{
    char *joined = join(directory, length, path);
    if (access(joined, F_OK) == 0) {
        return joined;
    }
    free(joined);
    return NULL;
}

/* Writes the directories of --search-path, each with a comma behind it. */
static void places_write(char *places, size_t size, const struct file_search *search)
{
    places[0] = '\0';
    for (size_t i = 0; i < search->directory_count; i++) {
        size_t length = strlen(places);
        snprintf(places + length, size - length, "in \"%s\", ", search->directories[i]);
    }
}

/* `program_directory` NULL: it is not a place where `path` could have been. */
static void report_not_found(const struct file_search *search, const char *program_directory,
                             const char *path, const struct source *at)
{
    char places[1024];
    places_write(places, sizeof(places), search);
    if (program_directory != NULL) {
        diag_error(at,
                   "file \"%s\" not found %sin the working directory, beside the description or "
                   "among the SDK's programs in \"%s\"; name its directory with --search-path",
                   path, places, program_directory);
        return;
    }
    diag_error(at,
               "file \"%s\" not found %sin the working directory or beside the description; name "
               "its directory with --search-path",
               path, places);
}

/* In the directories of --search-path; allocated, NULL: nowhere. */
static char *find_given(const struct file_search *search, const char *path)
{
    char *found = path[0] == '/' ? alloc_checked(strdup(path)) : NULL;
    for (size_t i = 0; found == NULL && i < search->directory_count; i++) {
        const char *directory = search->directories[i];
        found = exists_in(directory, strlen(directory), path);
    }
    return found;
}

/* Beside the description. */
static char *find_beside(const struct file_search *search, const char *path)
{
    const char *slash = strrchr(search->description_path, '/');
    return slash == NULL ? exists_in(".", 1, path)
                         : exists_in(search->description_path,
                                     (size_t)(slash - search->description_path), path);
}

/* Returns where the description means `path` to be, allocated; NULL: nowhere. */
static char *find(const struct file_search *search, const char *path)
{
    char *found = find_given(search, path);
    if (found == NULL && access(path, F_OK) == 0) {
        found = alloc_checked(strdup(path));
    }
    return found != NULL ? found : find_beside(search, path);
}

char *file_find(const struct file_search *search, const char *path, const struct source *at)
{
    char *found = find(search, path);
    if (found == NULL) {
        report_not_found(search, NULL, path, at);
    }
    return found;
}

char *file_find_beside(const struct file_search *search, const char *path, const struct source *at)
{
    char *found = find_given(search, path);
    if (found == NULL && (found = find_beside(search, path)) == NULL) {
        char places[1024];
        places_write(places, sizeof(places), search);
        diag_error(at,
                   "file \"%s\" not found %sbeside \"%s\"; name its directory with --search-path",
                   path, places, search->description_path);
    }
    return found;
}

char *file_find_program(const struct file_search *search, const char *path, const struct source *at)
{
    const char *programs = search->program_directory;
    char *found = find(search, path);
    if (found == NULL && programs != NULL) {
        found = exists_in(programs, strlen(programs), path);
    }
    if (found == NULL) {
        report_not_found(search, programs, path, at);
    }
    return found;
}

static bool write_all(int descriptor, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(descriptor, bytes, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return false;
        }
        bytes += written;
        size -= (size_t)written;
    }
    return true;
}

/* Gives a temporary file the permissions that an ordinary new file would have. */
static bool set_ordinary_mode(int descriptor)
{
    mode_t mask = umask(0);
    umask(mask);
    return fchmod(descriptor, 0666 & ~mask) == 0;
}

static bool report_not_written(const char *path, int error)
{
    diag_error(NULL, "cannot write \"%s\": %s", path, strerror(error));
    return false;
}

/* Whether `path` is a device or a pipe, which is written to and never replaced. */
static bool is_special(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

static bool write_special(const char *path, const void *bytes, size_t size)
{
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    bool written = descriptor >= 0 && write_all(descriptor, bytes, size);
    int error = errno;
    if (descriptor >= 0 && close(descriptor) != 0 && written) {
        error = errno;
        written = false;
    }
    return written || report_not_written(path, error);
}

bool file_write(const char *path, const void *bytes, size_t size)
{
    if (is_special(path)) {
        return write_special(path, bytes, size);
    }
    size_t length = strlen(path) + sizeof(".XXXXXX");
    char *temporary = alloc_array(length, 1);
    snprintf(temporary, length, "%s.XXXXXX", path);
    int descriptor = mkstemp(temporary);
    bool written =
        descriptor >= 0 && write_all(descriptor, bytes, size) && set_ordinary_mode(descriptor);
    int error = errno;
    if (descriptor >= 0 && close(descriptor) != 0 && written) {
        error = errno;
        written = false;
    }
    if (written && rename(temporary, path) != 0) {
        error = errno;
        written = false;
    }
    if (!written) {
        if (descriptor >= 0) {
            unlink(temporary);
        }
        report_not_written(path, error);
    }
    free(temporary);
    return written;
}
