/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Ordinary files of the host that go into a payload as a whole.
 */
#include "payload_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "diag.h"

/* Reads to the end. Returns an errno; EFBIG beyond `limit`. */
static int read_all(struct payload_bytes *file, int descriptor, size_t limit)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0) {
        return errno;
    }
    if (S_ISDIR(status.st_mode)) {
        return EISDIR;
    }
    if (!S_ISREG(status.st_mode)) {
        return ENOTSUP;
    }
    if (status.st_size > 0 && (uint64_t)status.st_size > limit) {
        return EFBIG;
    }
    size_t capacity = status.st_size > 4095 ? (size_t)status.st_size + 1 : 4096;
    file->bytes = alloc_array(capacity, 1);
    for (;;) {
        ssize_t got = read(descriptor, file->bytes + file->size, capacity - file->size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got == 0 ? 0 : errno;
        }
        file->size += (size_t)got;
        if (file->size > limit) {
            return EFBIG;
        }
        if (file->size == capacity) {
            capacity *= 2;
            file->bytes = alloc_checked(realloc(file->bytes, capacity));
        }
    }
}

bool payload_file_read_from(struct payload_bytes *file, int descriptor, const char *path,
                            const char *what, size_t limit)
{
    *file = (struct payload_bytes){0};
    int error = read_all(file, descriptor, limit);
    close(descriptor);
    if (error == 0) {
        return true;
    }
    payload_bytes_free(file);
    if (error == EFBIG) {
        diag_error(NULL, "\"%s\" has more than %zu MiB, which is too large for a %s", path,
                   limit >> 20, what);
    } else {
        diag_error(NULL, "cannot read the %s \"%s\": %s", what, path,
                   error == ENOTSUP ? "it is a device or a pipe; name an ordinary file"
                                    : strerror(error));
    }
    return false;
}

bool payload_file_read(struct payload_bytes *file, const char *path, const char *what, size_t limit)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        *file = (struct payload_bytes){0};
        diag_error(NULL, "cannot open the %s \"%s\": %s", what, path, strerror(errno));
        return false;
    }
    return payload_file_read_from(file, descriptor, path, what, limit);
}
