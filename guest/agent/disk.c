/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The disk: waited for, opened, and what there is to know of it. There need be no udev: the
 * device's node comes from devtmpfs, the facts from ioctls and sysfs.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include <linux/falloc.h>
#include <linux/fs.h>

#include "agent.h"

/* Until 6.13 in linux/falloc.h: with PUNCH_HOLE, a discard that need not zero. */
#ifndef FALLOC_FL_NO_HIDE_STALE
#define FALLOC_FL_NO_HIDE_STALE 4
#endif

static void wait_a_little(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
}

/* Which blocks of the medium a file has is its file system's to remember, with each write: a flush
 * by the agent after this one, in a guest that was started again, would come too late for that. */
static int flags_for(const char *path)
{
    struct stat node;
    bool is_file = stat(path, &node) == 0 && S_ISREG(node.st_mode);
    return O_DIRECT | O_EXCL | O_CLOEXEC | (is_file ? O_DSYNC : 0);
}

static int open_for_nobody_else(const char *path, bool *is_read_only)
{
    int flags = flags_for(path);
    *is_read_only = false;
    int fd = open(path, O_RDWR | flags);
    if (fd < 0 && (errno == EROFS || errno == EACCES)) {
        *is_read_only = true;
        fd = open(path, O_RDONLY | flags);
    }
    /* O_EXCL does it for block devices, the lock for files. Both last as long as the open file, on
     * which each operation under way has a hold. */
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        errno = EBUSY;
        return -1;
    }
    return fd;
}

static int wait_for(const char *path, bool *is_read_only)
{
    int reason = 0;
    for (;;) {
        int fd = open_for_nobody_else(path, is_read_only);
        if (fd >= 0) {
            return fd;
        }
        if (errno != ENOENT && errno != ENXIO && errno != EBUSY) {
            refuse("cannot open %s: %s", path, strerror(errno));
        }
        if (errno != reason) {
            reason = errno;
            say(reason == EBUSY ? "%s is in use: a file system is mounted on it, or operations of "
                                  "an agent that has ended are under way; waiting"
                                : "there is no %s yet; waiting",
                path);
        }
        wait_a_little();
    }
}

/* A fact of the disk's from sysfs; a partition has those of the disk above. */
static bool fact_read(const struct stat *node, const char *name, char *text, size_t size)
{
    char path[128];
    static const char *const places[] = {"", "../"};
    for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(path, sizeof path, "/sys/dev/block/%u:%u/%s%s", major(node->st_rdev),
                 minor(node->st_rdev), places[i], name);
        if (file_read(path, text, size)) {
            return true;
        }
    }
    return false;
}

static unsigned long fact_number(const struct stat *node, const char *name)
{
    char text[32];
    return fact_read(node, name, text, sizeof text) ? strtoul(text, NULL, 10) : 0;
}

static void serial_read(struct disk *disk, const struct stat *node)
{
    static const char *const names[] = {"serial", "device/serial", "device/cid", "wwid",
                                        "device/wwid"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (fact_read(node, names[i], disk->serial, sizeof disk->serial)) {
            break;
        }
    }
    size_t length = strlen(disk->serial);
    while (length > 0 && disk->serial[length - 1] == ' ') {
        disk->serial[--length] = '\0';
    }
    for (size_t i = 0; i < length; i++) {
        if (disk->serial[i] < ' ' || disk->serial[i] > '~') {
            disk->serial[i] = '?';
        }
    }
    memset(disk->serial + length, 0, sizeof disk->serial - length);
}

static void device_facts(struct disk *disk, const struct stat *node)
{
    int read_only = 0, logical = 0;
    unsigned physical = 0;
    if (ioctl(disk->fd, BLKGETSIZE64, &disk->capacity) != 0 ||
        ioctl(disk->fd, BLKSSZGET, &logical) != 0 || ioctl(disk->fd, BLKPBSZGET, &physical) != 0 ||
        ioctl(disk->fd, BLKROGET, &read_only) != 0) {
        refuse("%s does not say what it is: %s", disk->path, strerror(errno));
    }
    disk->logical_block_size = (uint32_t)logical;
    disk->physical_block_size = physical;
    disk->is_read_only = disk->is_read_only || read_only != 0;
    serial_read(disk, node);
    /* What gives blocks back and zeroes them is preferred to what leaves the contents open. */
    if (fact_number(node, "queue/write_zeroes_max_bytes") != 0) {
        disk->discard_mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
        disk->discard_granularity = AGENT_ALIGN;
    } else if (fact_number(node, "queue/discard_max_bytes") != 0) {
        disk->discard_mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE | FALLOC_FL_NO_HIDE_STALE;
        disk->discard_granularity = (uint32_t)fact_number(node, "queue/discard_granularity");
    }
}

static void file_facts(struct disk *disk, const struct stat *node)
{
    disk->capacity = (uint64_t)node->st_size;
    disk->logical_block_size = AGENT_ALIGN;
    disk->physical_block_size = AGENT_ALIGN;
    disk->discard_mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
    disk->discard_granularity = AGENT_ALIGN;
    disk->is_file = true;
}

void disk_open(struct disk *disk, const char *path)
{
    struct stat node;
    *disk = (struct disk){.path = path};
    disk->fd = wait_for(path, &disk->is_read_only);
    if (fstat(disk->fd, &node) != 0) {
        refuse("cannot look at %s: %s", path, strerror(errno));
    }
    if (S_ISBLK(node.st_mode)) {
        device_facts(disk, &node);
    } else if (S_ISREG(node.st_mode)) {
        file_facts(disk, &node);
    } else {
        refuse("%s is neither a block device nor a file", path);
    }
    disk->capacity -= disk->capacity % AGENT_ALIGN;
    if (disk->capacity == 0) {
        refuse("%s has less than %u bytes", path, AGENT_ALIGN);
    }
    if (disk->logical_block_size > AGENT_ALIGN) {
        refuse("%s has blocks of %u bytes; up to %u can be served", path, disk->logical_block_size,
               AGENT_ALIGN);
    }
}
