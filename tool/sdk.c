/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The SDK: the directory that holds the boards' files and the kernel for each.
 */
#include "sdk.h"

#include <dirent.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "diag.h"

/* Cuts the last name off a path, in place. */
static void to_parent(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash != NULL) {
        *slash = '\0';
    }
}

/* Writes the SDK's directory to `path`, of PATH_MAX bytes. */
static bool find_root(char *path)
{
    const char *named = getenv("DROVER_SDK");
    if (named == NULL || named[0] == '\0') {
        named = getenv("MICROKIT_SDK");
    }
    if (named != NULL && named[0] != '\0') {
        return snprintf(path, PATH_MAX, "%s", named) < PATH_MAX;
    }
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
    if (length <= 0) {
        return false;
    }
    path[length] = '\0';
    to_parent(path);
    to_parent(path);
    return true;
}

/* Returns a path printed as `format` says, allocated. */
__attribute__((format(printf, 1, 2))) static char *make_path(const char *format, ...)
{
    char *path;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&path, format, arguments);
    va_end(arguments);
    return alloc_checked(length < 0 ? NULL : path);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && entry->d_type == DT_DIR;
}

/* Reports that `what` "name" is not a directory of `path`, and which there are. */
static bool report_absent(const char *what, const char *name, const char *path)
{
    struct dirent **entries = NULL;
    char list[1024] = "";
    size_t length = 0;
    int count = scandir(path, &entries, is_visible, alphasort);
    for (int i = 0; i < count; i++) {
        size_t room = sizeof(list) - length;
        int written = snprintf(list + length, room, "%s%s", i == 0 ? "" : ", ", entries[i]->d_name);
        length += (size_t)written < room ? (size_t)written : 0;
        free(entries[i]);
    }
    free(entries);
    if (length == 0) {
        diag_error(NULL, "no %s \"%s\": there are none in \"%s\"; name the SDK with DROVER_SDK",
                   what, name, path);
    } else {
        diag_error(NULL, "no %s \"%s\" in \"%s\"; there are: %s", what, name, path, list);
    }
    return false;
}

static bool is_name(const char *text)
{
    return text[0] != '\0' && text[0] != '.' && strchr(text, '/') == NULL;
}

bool sdk_find(struct sdk_board *paths, const char *board, const char *config)
{
    char root[PATH_MAX];
    *paths = (struct sdk_board){0};
    if (!find_root(root)) {
        diag_error(NULL, "cannot tell where the SDK is; name it with DROVER_SDK");
        return false;
    }
    char *boards = make_path("%s/board", root);
    char *directory = make_path("%s/%s", boards, board);
    bool found = is_name(board) && access(directory, F_OK) == 0;
    if (!found) {
        report_absent("board", board, boards);
    } else {
        paths->tree = make_path("%s/board.dtb", directory);
        paths->facts = make_path("%s/board.json", directory);
        paths->programs = make_path("%s/%s/elf", directory, config);
        paths->kernel = make_path("%s/kernel.elf", paths->programs);
        paths->loader = make_path("%s/loader.elf", paths->programs);
        found = is_name(config) && access(paths->kernel, F_OK) == 0;
        if (!found) {
            report_absent("configuration", config, directory);
        }
    }
    free(boards);
    free(directory);
    return found;
}

/* Any board of the SDK, allocated; NULL, reported, if it has none. */
static char *any_board(void)
{
    char root[PATH_MAX];
    struct dirent **entries = NULL;
    char *name = NULL;
    if (!find_root(root)) {
        return NULL;
    }
    char *boards = make_path("%s/board", root);
    int count = scandir(boards, &entries, is_visible, alphasort);
    for (int i = 0; i < count; i++) {
        if (name == NULL) {
            name = make_path("%s", entries[i]->d_name);
        }
        free(entries[i]);
    }
    free(entries);
    if (name == NULL) {
        diag_error(NULL, "no boards in \"%s\"; name the SDK with DROVER_SDK", boards);
    }
    free(boards);
    return name;
}

bool sdk_find_for_tree(struct sdk_board *paths, const char *board, const char *config,
                       const char *tree, const char *facts)
{
    char *name = board != NULL ? make_path("%s", board) : any_board();
    *paths = (struct sdk_board){0};
    bool found = name != NULL && sdk_find(paths, name, config);
    free(name);
    if (!found) {
        return false;
    }
    free(paths->tree);
    paths->tree = make_path("%s", tree);
    if (facts != NULL || board == NULL) {
        free(paths->facts);
        paths->facts = facts == NULL ? NULL : make_path("%s", facts);
    }
    return true;
}

void sdk_free(struct sdk_board *paths)
{
    free(paths->tree);
    free(paths->facts);
    free(paths->kernel);
    free(paths->loader);
    free(paths->programs);
}

bool sdk_config_is_debug(const char *config)
{
    const char *dash = strrchr(config, '-');
    return strcmp(dash == NULL ? config : dash + 1, "debug") == 0;
}
