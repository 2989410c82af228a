/*
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"

bool file_read(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, size - 1);
    if (fd >= 0) {
        close(fd);
    }
    if (length < 0) {
        text[0] = '\0';
        return false;
    }
    text[length] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return true;
}
