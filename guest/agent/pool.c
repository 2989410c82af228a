/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The pool: huge pages, because each is one piece of guest RAM, stays where it is, and is of a size
 * that every arm64 kernel has whatever its base pages are.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "agent.h"

#define DIRECTORY  "/dev/drover"
#define PAGE_FACTS "/sys/kernel/mm/hugepages/hugepages-2048kB/"

/* Entries of /proc/self/pagemap (Documentation/admin-guide/mm/pagemap.rst of the kernel). */
#define PAGEMAP_PRESENT (1ull << 63)
#define PAGEMAP_PFN     ((1ull << 55) - 1)

static unsigned long count_read(const char *path)
{
    char text[32];
    if (!file_read(path, text, sizeof text)) {
        refuse(
            "cannot read %s: %s; the pool is made of huge pages of 2 MiB, and this kernel has none",
            path, strerror(errno));
    }
    return strtoul(text, NULL, 10);
}

/* Has the kernel set aside as many more huge pages as are missing. */
static void pages_reserve(unsigned long count)
{
    unsigned long free = count_read(PAGE_FACTS "free_hugepages");
    unsigned long all = count_read(PAGE_FACTS "nr_hugepages");
    if (free >= count) {
        return;
    }
    int fd = open(PAGE_FACTS "nr_hugepages", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || dprintf(fd, "%lu\n", all + count - free) < 0) {
        refuse("cannot have %lu huge pages set aside in " PAGE_FACTS "nr_hugepages: %s",
               count - free, strerror(errno));
    }
    close(fd);
}

static void directory_mount(void)
{
    struct statfs facts;
    if (mkdir(DIRECTORY, 0700) != 0 && errno != EEXIST) {
        refuse("cannot make " DIRECTORY ": %s", strerror(errno));
    }
    if (statfs(DIRECTORY, &facts) == 0 && facts.f_type == HUGETLBFS_MAGIC) {
        return;
    }
    if (mount("none", DIRECTORY, "hugetlbfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
              "pagesize=2M,mode=0700") != 0) {
        refuse("cannot mount a file system of huge pages of 2 MiB at " DIRECTORY ": %s",
               strerror(errno));
    }
}

void pool_open(struct pool *pool, const char *name, uint64_t size)
{
    char path[128];
    struct stat node;
    directory_mount();
    snprintf(path, sizeof path, DIRECTORY "/%s", name);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || fstat(fd, &node) != 0) {
        refuse("cannot open %s: %s", path, strerror(errno));
    }
    if ((uint64_t)node.st_blocks * 512 < size) {
        pages_reserve(size / AGENT_PAGE_SIZE);
    }
    if (ftruncate(fd, (off_t)size) != 0 || fallocate(fd, 0, 0, (off_t)size) != 0) {
        refuse("there are no %lu free huge pages of 2 MiB for the pool: %s; give the VM more "
               "memory, or a smaller --pool",
               (unsigned long)(size / AGENT_PAGE_SIZE), strerror(errno));
    }
    pool->size = size;
    pool->va = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (pool->va == MAP_FAILED) {
        refuse("cannot map %s: %s", path, strerror(errno));
    }
    close(fd);
}

void pool_locate(struct pool *pool)
{
    uint64_t base_size = (uint64_t)sysconf(_SC_PAGESIZE);
    int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        refuse("cannot open /proc/self/pagemap: %s", strerror(errno));
    }
    for (uint64_t i = 0; i < pool->size / AGENT_PAGE_SIZE; i++) {
        uint64_t va = (uint64_t)(uintptr_t)pool->va + i * AGENT_PAGE_SIZE;
        uint64_t entry = 0;
        if (pread(fd, &entry, sizeof entry, (off_t)(va / base_size * sizeof entry)) !=
                sizeof entry ||
            (entry & PAGEMAP_PRESENT) == 0 || (entry & PAGEMAP_PFN) == 0) {
            refuse("/proc/self/pagemap does not say where the pool is; it does so for root only");
        }
        pool->page_gpa[i] = (entry & PAGEMAP_PFN) * base_size;
    }
    close(fd);
}
