/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A live device tree, in the shape of /proc/device-tree: directories are nodes, files are
 * properties. It becomes a flattened one with libfdt's sequential writer. Properties and nodes are
 * sorted, so that the same tree makes the same bytes; links are not followed.
 */
#include "payload.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "diag.h"

#define SIZE_FIRST ((size_t)256 << 10) /* what most boards' trees fit in */

struct writer {
    void *fdt;
    size_t capacity;
    size_t entry_count;
    struct source at;
    bool full; /* `fdt` was too small: to be tried again with more */
};

static bool refuse(struct writer *writer, const char *name, const char *why)
{
    diag_error(&writer->at, "device tree directory: \"%s\": %s", name, why);
    return false;
}

/* Turns an error of libfdt into `full` or a message. */
static bool written(struct writer *writer, const char *name, int error)
{
    if (error == -FDT_ERR_NOSPACE) {
        writer->full = true;
        return false;
    }
    return error == 0 || refuse(writer, name, fdt_strerror(error));
}

/* The names in a directory, sorted. Takes over the descriptor. */
static bool names_read(struct writer *writer, int descriptor, struct payload_names *names)
{
    DIR *directory = fdopendir(descriptor);
    struct dirent *entry;
    if (directory == NULL) {
        close(descriptor);
        return refuse(writer, ".", strerror(errno));
    }
    while ((entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        if (++writer->entry_count > PAYLOAD_NAMES_MAX) {
            closedir(directory);
            return refuse(writer, entry->d_name,
                          "more than 65536 nodes and properties; is this "
                          "a device tree?");
        }
        payload_names_add(names, entry->d_name);
    }
    closedir(directory);
    payload_names_sort(names);
    return true;
}

static bool value_read(struct writer *writer, int descriptor, const char *name,
                       struct payload_bytes *value)
{
    size_t capacity = 4096;
    value->bytes = alloc_array(capacity, 1);
    for (;;) {
        ssize_t got = read(descriptor, value->bytes + value->size, capacity - value->size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return refuse(writer, name, strerror(errno));
        }
        if (got == 0) {
            return true;
        }
        value->size += (size_t)got;
        if (value->size > PAYLOAD_TREE_MAX) {
            return refuse(writer, name, "a property of more than 2 MiB; is this a device tree?");
        }
        if (value->size == capacity) {
            capacity *= 2;
            value->bytes = alloc_checked(realloc(value->bytes, capacity));
        }
    }
}

/* Linux shows a property "name" in every node, which no flattened tree has (its drivers/of/fdt.c,
 * populate_properties()): the node's name up to '@', empty in the root. */
static bool is_made_up(const char *name, const char *node, const struct payload_bytes *value)
{
    size_t length = strcspn(node, "@");
    return strcmp(name, "name") == 0 &&
           (node[0] == '\0' || (value->size == length + 1 && value->bytes[length] == '\0' &&
                                memcmp(value->bytes, node, length) == 0));
}

/* Writes the property `name` of `node` if that is a file. */
static bool property_write(struct writer *writer, int directory, const char *node, const char *name)
{
    struct payload_bytes value = {0};
    int descriptor = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor < 0) {
        return refuse(writer, name,
                      errno == EACCES ? "only root may read it; run this as root, "
                                        "or give /sys/firmware/fdt copied by root"
                                      : strerror(errno));
    }
    bool is_read = value_read(writer, descriptor, name, &value);
    close(descriptor);
    if (is_read && !is_made_up(name, node, &value)) {
        is_read =
            written(writer, name, fdt_property(writer->fdt, name, value.bytes, (int)value.size));
    }
    payload_bytes_free(&value);
    return is_read;
}

static bool node_write(struct writer *writer, int directory, const char *name, int depth);

/* Writes the files, or the directories, among `names`. */
static bool entries_write(struct writer *writer, int directory, const char *node,
                          const struct payload_names *names, bool directories, int depth)
{
    for (size_t i = 0; i < names->count; i++) {
        const char *name = names->names[i];
        struct stat status;
        if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
            return refuse(writer, name, strerror(errno));
        }
        bool is_wanted = directories ? S_ISDIR(status.st_mode) : S_ISREG(status.st_mode);
        if (!is_wanted) {
            continue;
        }
        if (directories) {
            int child = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_DIRECTORY);
            if (child < 0) {
                return refuse(writer, name, strerror(errno));
            }
            if (!node_write(writer, child, name, depth + 1)) {
                return false;
            }
        } else if (!property_write(writer, directory, node, name)) {
            return false;
        }
    }
    return true;
}

/* Writes the node of an open directory, which is closed. */
static bool node_write(struct writer *writer, int directory, const char *name, int depth)
{
    struct payload_names names = {0};
    int listed = fcntl(directory, F_DUPFD_CLOEXEC, 0); /* what readdir() closes */
    bool is_written =
        listed >= 0 ? depth <= PAYLOAD_DEPTH_MAX || refuse(writer, name, "more than 64 nodes deep")
                    : refuse(writer, name, strerror(errno));
    if (is_written) {
        is_written = names_read(writer, listed, &names);
    } else if (listed >= 0) {
        close(listed);
    }
    is_written = is_written && written(writer, name, fdt_begin_node(writer->fdt, name)) &&
                 entries_write(writer, directory, name, &names, false, depth) &&
                 entries_write(writer, directory, name, &names, true, depth) &&
                 written(writer, name, fdt_end_node(writer->fdt));
    payload_names_free(&names);
    close(directory);
    return is_written;
}

static bool tree_write(struct writer *writer, int directory)
{
    int root = fcntl(directory, F_DUPFD_CLOEXEC, 0);
    if (root < 0) {
        return refuse(writer, "/", strerror(errno));
    }
    lseek(root, 0, SEEK_SET); /* an earlier try has read to the end */
    if (!written(writer, "/", fdt_create(writer->fdt, (int)writer->capacity)) ||
        !written(writer, "/", fdt_finish_reservemap(writer->fdt))) {
        close(root);
        return false;
    }
    return node_write(writer, root, "", 0) && written(writer, "/", fdt_finish(writer->fdt));
}

bool payload_live_read(struct payload_bytes *fdt, const char *path)
{
    struct writer writer = {.at = {.file = path}};
    bool is_written = false;
    *fdt = (struct payload_bytes){0};
    /* The directory itself may be a link, as /proc/device-tree is. */
    int directory = open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    if (directory < 0) {
        diag_error(NULL, "cannot open the device tree directory \"%s\": %s", path, strerror(errno));
        return false;
    }
    for (size_t capacity = SIZE_FIRST; !is_written && capacity <= PAYLOAD_TREE_MAX; capacity *= 2) {
        free(writer.fdt);
        writer.fdt = alloc_array(capacity, 1);
        writer.capacity = capacity;
        writer.entry_count = 0;
        writer.full = false;
        is_written = tree_write(&writer, directory);
        if (!is_written && !writer.full) {
            break;
        }
    }
    close(directory);
    if (is_written) {
        *fdt = (struct payload_bytes){writer.fdt, fdt_totalsize(writer.fdt)};
        return true;
    }
    if (writer.full) {
        diag_error(&writer.at,
                   "the device tree has more than 2 MiB, and Linux takes no more; is this "
                   "a device tree?");
    }
    free(writer.fdt);
    return false;
}
