/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The port of the virtio-console. Without udev there is no /dev/virtio-ports/NAME: the name stands
 * in sysfs, and the device's node beside it in /dev.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"

#define PORTS "/sys/class/virtio-ports"

static void wait_a_little(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
}

static bool port_look(const char *name, char *path, size_t size)
{
    DIR *ports = opendir(PORTS);
    bool is_found = false;
    const struct dirent *entry;
    while (ports != NULL && !is_found && (entry = readdir(ports)) != NULL) {
        char name_path[512], has[128];
        snprintf(name_path, sizeof name_path, PORTS "/%s/name", entry->d_name);
        is_found = file_read(name_path, has, sizeof has) && strcmp(has, name) == 0;
        if (is_found) {
            snprintf(path, size, "/dev/%s", entry->d_name);
        }
    }
    if (ports != NULL) {
        closedir(ports);
    }
    return is_found;
}

void port_find(const char *name, char *path, size_t size)
{
    bool is_said = false;
    while (!port_look(name, path, size)) {
        if (!is_said) {
            is_said = true;
            say("no virtio-console has a port %s yet; waiting", name);
        }
        wait_a_little();
    }
}

int port_open(const char *path)
{
    int reason = 0;
    for (;;) {
        int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
        if (fd >= 0) {
            return fd;
        }
        if (errno != ENOENT && errno != EBUSY) {
            refuse("cannot open the port %s: %s", path, strerror(errno));
        }
        if (errno != reason) {
            reason = errno;
            say(reason == EBUSY ? "another program has the port %s open; waiting"
                                : "there is no port %s yet; waiting",
                path);
        }
        wait_a_little();
    }
}

static void port_wait(int fd, short what)
{
    struct pollfd wanted = {.fd = fd, .events = what};
    if (poll(&wanted, 1, -1) < 0 && errno != EINTR) {
        refuse("cannot wait for the VMM: %s", strerror(errno));
    }
    if ((wanted.revents & (what | POLLHUP)) == POLLHUP) {
        refuse("the VMM has closed the port");
    }
}

void port_write(int fd, const void *bytes, size_t size)
{
    for (;;) {
        ssize_t written = write(fd, bytes, size);
        if (written == (ssize_t)size) {
            return;
        }
        if (written >= 0 || (errno != EAGAIN && errno != EINTR)) {
            refuse("cannot write to the VMM: %s",
                   written < 0 ? strerror(errno) : "it takes a part only");
        }
        port_wait(fd, POLLOUT);
    }
}

size_t port_read(int fd, void *bytes, size_t size)
{
    for (;;) {
        ssize_t count = read(fd, bytes, size);
        if (count > 0) {
            return (size_t)count;
        }
        if (count == 0) {
            refuse("the VMM has closed the port");
        }
        if (errno != EAGAIN && errno != EINTR) {
            refuse("cannot read from the VMM: %s", strerror(errno));
        }
        port_wait(fd, POLLIN);
    }
}
