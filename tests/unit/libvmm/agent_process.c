/*
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"
#include "agent_process.h"
#include "block_rig.h"
#include "fake.h"

#define POOL_SIZE (RIG_POOL_PAGES * (size_t)AGENT_PAGE_SIZE)

static char disk_path[128];

/* What the agent says goes nowhere; tests look at whether it is there, and how it ended. */
void say(const char *format, ...)
{
    (void)format;
}

_Noreturn void refuse(const char *format, ...)
{
    (void)format;
    _exit(AGENT_REFUSED);
}

static int disk_file(int flags)
{
    snprintf(disk_path, sizeof disk_path, BUILD_DIR "/tests/unit/agent.%d.disk", (int)getpid());
    return open(disk_path, flags | O_CLOEXEC, 0600);
}

bool agent_process_possible(void)
{
    struct uring uring;
    bool has_uring = uring_open(&uring, 8);
    if (has_uring) {
        close(uring.fd);
    }
    int fd = disk_file(O_RDWR | O_CREAT | O_DIRECT);
    if (fd >= 0) {
        close(fd);
        unlink(disk_path);
    }
    return has_uring && fd >= 0;
}

void agent_disk_create(void)
{
    int fd = disk_file(O_RDWR | O_CREAT | O_TRUNC);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, AGENT_DISK_BLOCKS * 4096), 0);
    close(fd);
    for (unsigned i = 0; i < RIG_POOL_PAGES; i++) {
        void *page = fake_ram(RIG_POOL_GPA + i * (uint64_t)AGENT_PAGE_SIZE);
        assert_ptr_equal(mmap(page, AGENT_PAGE_SIZE, PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
                         page);
    }
}

void agent_disk_remove(void)
{
    unlink(disk_path);
}

void agent_disk_read(uint8_t (*blocks)[4096])
{
    int fd = open(disk_path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(pread(fd, blocks, AGENT_DISK_BLOCKS * 4096, 0), AGENT_DISK_BLOCKS * 4096);
    close(fd);
}

/* As main() of the agent does it, but for the huge pages. */
static _Noreturn void agent_run(int port, uint32_t depth)
{
    static struct agent agent;
    agent.port = port;
    agent.depth = depth;
    agent.pool.va = fake_ram(RIG_POOL_GPA);
    agent.pool.size = POOL_SIZE;
    for (unsigned i = 0; i < RIG_POOL_PAGES; i++) {
        agent.pool.page_gpa[i] = RIG_POOL_GPA + i * (uint64_t)AGENT_PAGE_SIZE;
    }
    disk_open(&agent.disk, disk_path);
    if (!uring_open(&agent.uring, 2 * depth) ||
        !uring_pin(&agent.uring, agent.pool.va, agent.pool.size)) {
        _exit(2);
    }
    greeting_exchange(&agent);
    serve(&agent);
}

void agent_process_start(struct agent_process *process, uint32_t depth)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends),
                     0);
    process->pid = fork();
    assert_true(process->pid >= 0);
    if (process->pid == 0) {
        close(ends[0]);
        agent_run(ends[1], depth);
    }
    close(ends[1]);
    process->port = ends[0];
}

int agent_process_hear(struct agent_process *process, void *bytes, uint32_t size, int milliseconds)
{
    static int waited;
    struct pollfd wanted = {.fd = process->port, .events = POLLIN};
    if (poll(&wanted, 1, milliseconds) <= 0) {
        waited += milliseconds;
        assert_true(waited < 20000);
        return 0;
    }
    waited = 0;
    ssize_t count = recv(process->port, bytes, size, 0);
    return count > 0 ? (int)count : -1;
}

int agent_process_end(struct agent_process *process, bool kill_it)
{
    int status;
    if (kill_it) {
        kill(process->pid, SIGKILL);
    }
    assert_int_equal(waitpid(process->pid, &status, 0), process->pid);
    close(process->port);
    process->port = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
