/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Limits of other programs. A CPU limit that is hard at once ends a process with SIGKILL; the soft
 * one, where it comes first, with SIGXCPU (setrlimit(2)).
 */
#include "child.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

bool child_limit(unsigned cpu_seconds)
{
    const struct rlimit limit = {.rlim_cur = cpu_seconds, .rlim_max = cpu_seconds};
    if (signal(SIGALRM, SIG_DFL) == SIG_ERR || setrlimit(RLIMIT_CPU, &limit) != 0) {
        return false;
    }
    alarm(2 * cpu_seconds);
    return true;
}

bool child_was_limited(int status)
{
    int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return signal == SIGALRM || signal == SIGXCPU || signal == SIGKILL;
}
