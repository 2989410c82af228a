/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A directory of results that appears whole or not at all.
 */
#include "outdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "diag.h"
#include "file.h"

static bool refuse(const char *path, const char *what)
{
    diag_error(NULL, "cannot %s \"%s\": %s", what, path, strerror(errno));
    return false;
}

static char *join(const char *first, const char *middle, const char *last)
{
    char *path;
    int length = asprintf(&path, "%s%s%s", first, middle, last);
    return alloc_checked(length < 0 ? NULL : path);
}

/* Removes a directory that has files only. */
static bool directory_remove(const char *path)
{
    DIR *directory = opendir(path);
    struct dirent *entry;
    bool removed = directory != NULL;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            removed = unlinkat(dirfd(directory), entry->d_name, 0) == 0 && removed;
        }
    }
    if (directory != NULL) {
        closedir(directory);
    }
    return rmdir(path) == 0 && removed;
}

/* Finds an entry of a directory that the caller has not written; allocated, NULL if there is none.
 * `*count` is set to how many there are up to it. */
static char *find_foreign(const char *path, bool (*is_ours)(const char *name), size_t *count)
{
    DIR *directory = opendir(path);
    struct dirent *entry;
    char *foreign = NULL;
    *count = 0;
    while (directory != NULL && foreign == NULL && (entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            ++*count;
            foreign = is_ours(entry->d_name) ? NULL : alloc_checked(strdup(entry->d_name));
        }
    }
    if (directory != NULL) {
        closedir(directory);
    }
    return foreign;
}

/* Whether a directory was made by this command, or is empty, and nobody has put anything into it.
 */
static bool may_replace_directory(const char *path, const char *mark,
                                  bool (*is_ours)(const char *name))
{
    size_t count;
    if (access(path, R_OK | X_OK) != 0) {
        return refuse(path, "look into");
    }
    char *marked = join(path, "/", mark);
    char *foreign = find_foreign(path, is_ours, &count);
    bool is_marked = access(marked, F_OK) == 0;
    bool may = foreign == NULL && (is_marked || count == 0);
    if (!may && is_marked) {
        diag_error(NULL,
                   "\"%s\" would be replaced, and has \"%s\", which this command has not written; "
                   "move that away, or name another directory",
                   path, foreign);
    } else if (!may) {
        diag_error(NULL,
                   "\"%s\" exists and was not made by this command (it has no \"%s\"); remove it, "
                   "or name another directory",
                   path, mark);
    }
    free(marked);
    free(foreign);
    return may;
}

bool outdir_check(const char *path, const char *mark, bool (*is_ours)(const char *name))
{
    struct stat status;
    if (lstat(path, &status) != 0) {
        return errno == ENOENT || refuse(path, "look at");
    }
    if (!S_ISDIR(status.st_mode)) {
        diag_error(NULL, "\"%s\" exists and is no directory; remove it, or name another directory",
                   path);
        return false;
    }
    return may_replace_directory(path, mark, is_ours);
}

bool outdir_open(struct outdir *outdir, const char *path, const char *mark,
                 bool (*is_ours)(const char *name))
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    *outdir = (struct outdir){.path = alloc_checked(strndup(path, length))};
    if (!outdir_check(outdir->path, mark, is_ours)) {
        return false;
    }
    outdir->temporary = join(outdir->path, ".", "XXXXXX");
    if (mkdtemp(outdir->temporary) == NULL) {
        refuse(outdir->path, "write beside");
        free(outdir->temporary);
        outdir->temporary = NULL;
        return false;
    }
    mode_t mask = umask(0);
    umask(mask);
    return chmod(outdir->temporary, 0777 & ~mask) == 0 || refuse(outdir->temporary, "open");
}

void outdir_put(struct outdir *outdir, const char *name, const void *bytes, size_t size)
{
    char *path = join(outdir->temporary, "/", name);
    outdir->is_failed = !file_write(path, bytes, size) || outdir->is_failed;
    free(path);
}

/* Exchanges the new directory with what stands in its place, if anything does, so that no moment is
 * without one; a file system that cannot do that is without one for a moment. */
static bool put_in_place(const struct outdir *outdir)
{
    struct stat status;
    if (lstat(outdir->path, &status) == 0) {
        if (renameat2(AT_FDCWD, outdir->temporary, AT_FDCWD, outdir->path, RENAME_EXCHANGE) == 0) {
            return true;
        }
        if ((errno != EINVAL && errno != ENOSYS) || !directory_remove(outdir->path)) {
            return refuse(outdir->path, "replace");
        }
    }
    return rename(outdir->temporary, outdir->path) == 0 || refuse(outdir->path, "write");
}

bool outdir_close(struct outdir *outdir, bool is_good)
{
    bool is_there = false;
    if (outdir->temporary != NULL) {
        is_there = is_good && !outdir->is_failed && put_in_place(outdir);
        if (access(outdir->temporary, F_OK) == 0) { /* given up, or what was replaced */
            directory_remove(outdir->temporary);
        }
    }
    free(outdir->path);
    free(outdir->temporary);
    return is_there;
}
