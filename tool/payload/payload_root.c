/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The root directory of a Linux system, as a directory of the host. Every component of a path is
 * opened without following links, so that one that appears in between leads nowhere.
 */
#include "payload_fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "diag.h"
#include "payload_file.h"

static int root_of(const struct payload_fs *fs)
{
    return (int)(intptr_t)fs->state;
}

/* Opens a path, component by component; -1 with errno. */
static int open_below(struct payload_fs *fs, const char *path, int flags)
{
    int at = fcntl(root_of(fs), F_DUPFD_CLOEXEC, 0);
    while (at >= 0 && path[0] != '\0') {
        size_t length = strcspn(path, "/");
        char *component = alloc_checked(strndup(path, length));
        path += length + (path[length] == '/' ? 1 : 0);
        int how = path[0] == '\0' ? flags : O_PATH | O_DIRECTORY;
        int next = openat(at, component, how | O_CLOEXEC | O_NOFOLLOW);
        int error = errno;
        free(component);
        close(at);
        at = next;
        errno = error;
    }
    return at;
}

static enum payload_kind root_look(struct payload_fs *fs, const char *path)
{
    struct stat status;
    int at = open_below(fs, path, O_PATH);
    if (at < 0) {
        return PAYLOAD_ABSENT;
    }
    int error = fstat(at, &status);
    close(at);
    if (error != 0) {
        return PAYLOAD_ABSENT;
    }
    switch (status.st_mode & S_IFMT) {
    case S_IFREG:
        return PAYLOAD_FILE;
    case S_IFDIR:
        return PAYLOAD_DIRECTORY;
    case S_IFLNK:
        return PAYLOAD_LINK;
    default:
        return PAYLOAD_OTHER;
    }
}

static char *root_target(struct payload_fs *fs, const char *path)
{
    char *target = alloc_array(PAYLOAD_PATH_MAX + 1, 1);
    int at = open_below(fs, path, O_PATH);
    ssize_t length = at < 0 ? -1 : readlinkat(at, "", target, PAYLOAD_PATH_MAX);
    if (at >= 0) {
        close(at);
    }
    if (length < 0) {
        free(target);
        return NULL;
    }
    return target;
}

static bool refuse(struct payload_fs *fs, const char *path, int error)
{
    diag_error(NULL, "cannot read \"%s/%s\": %s", fs->name, path, strerror(error));
    return false;
}

static bool root_list(struct payload_fs *fs, const char *path, struct payload_names *names)
{
    /* The root itself is opened anew, for its directory stream to begin at its beginning. */
    int at = path[0] == '\0' ? openat(root_of(fs), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                             : open_below(fs, path, O_RDONLY | O_DIRECTORY);
    DIR *directory = at < 0 ? NULL : fdopendir(at);
    struct dirent *entry;
    if (directory == NULL) {
        int error = errno;
        if (at >= 0) {
            close(at);
        }
        return refuse(fs, path, error);
    }
    while ((entry = readdir(directory)) != NULL && names->count < PAYLOAD_NAMES_MAX) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            payload_names_add(names, entry->d_name);
        }
    }
    closedir(directory);
    return true;
}

static bool root_read(struct payload_fs *fs, const char *path, size_t limit,
                      struct payload_bytes *file)
{
    int at = open_below(fs, path, O_RDONLY | O_NONBLOCK);
    if (at < 0) {
        return refuse(fs, path, errno);
    }
    char *shown = payload_text("%s/%s", fs->name, path);
    bool is_read = payload_file_read_from(file, at, shown, "file", limit);
    free(shown);
    return is_read;
}

static void root_close(struct payload_fs *fs)
{
    close(root_of(fs));
}

static const struct payload_fs_operations operations = {
    .look = root_look,
    .target = root_target,
    .list = root_list,
    .read = root_read,
    .close = root_close,
};

bool payload_root_open(struct payload_source *source, const char *path)
{
    int root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) {
        diag_error(NULL, "cannot open the root directory \"%s\": %s", path, strerror(errno));
        return false;
    }
    payload_source_add(source, alloc_checked(strdup(path)), &operations, (void *)(intptr_t)root);
    return true;
}
