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

/* Looks through a directory: `*count` gets how many files it has. Returns one that is not ours,
 * allocated, or NULL. */
static char *find_foreign(const char *path, outdir_is_ours *is_ours, size_t *count)
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

/* Whether a directory is empty, or an earlier run's with nothing of the user's in it. */
static bool is_replaceable(const char *path, const char *mark, outdir_is_ours *is_ours)
{
    size_t count;
    char *foreign = find_foreign(path, is_ours, &count);
    char *marked = join(path, "/", mark);
    bool is_marked = access(marked, F_OK) == 0;
    free(marked);
    if (is_marked && foreign != NULL) {
        diag_error(NULL,
                   "\"%s\" would be replaced, and \"%s\" in it is not this command's; move that "
                   "elsewhere, or name another directory",
                   path, foreign);
    } else if (!is_marked && count != 0) {
        diag_error(NULL,
                   "\"%s\" exists and was not made by this command (it has no \"%s\"); remove it, "
                   "or name another directory",
                   path, mark);
    }
    free(foreign);
    return is_marked ? foreign == NULL : count == 0;
}

/* Whether what stands at the path, if anything, may be replaced. */
static bool may_replace(const char *path, const char *mark, outdir_is_ours *is_ours)
{
    struct stat status;
    if (lstat(path, &status) != 0) {
        return errno == ENOENT || refuse(path, "look at");
    }
    if (!S_ISDIR(status.st_mode)) {
        diag_error(NULL, "\"%s\" exists and is no directory; remove it, or name another", path);
        return false;
    }
    return is_replaceable(path, mark, is_ours);
}

bool outdir_open(struct outdir *outdir, const char *path, const char *mark, outdir_is_ours *is_ours)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    *outdir = (struct outdir){.path = alloc_checked(strndup(path, length)), .mark = mark};
    if (!may_replace(outdir->path, mark, is_ours)) {
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
