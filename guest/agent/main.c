/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * drover-agent: serves a disk of this VM to the VMM, and through it to others.
 */
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"

static const char usage[] =
    "usage: drover-agent --block DISK [--number N | --port DEVICE] [--pool MIB] [--depth N]\n"
    "Serves DISK, a block device or a file, through the port org.drover.block.N of a "
    "virtio-console (N is 0\n"
    "unless given) or through DEVICE. The pool is of 16 MiB, and 64 requests are under way at a "
    "time.\n";

struct options {
    const char *disk;
    const char *port;
    unsigned long number;
    unsigned long pool_mib;
    unsigned long depth;
};

static void print(const char *format, va_list arguments)
{
    char line[512];
    vsnprintf(line, sizeof line, format, arguments);
    fprintf(stderr, "drover-agent: %s\n", line);
}

void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print(format, arguments);
    va_end(arguments);
}

_Noreturn void refuse(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print(format, arguments);
    va_end(arguments);
    exit(EXIT_FAILURE);
}

static unsigned long number_of(const char *text, unsigned long most)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number > most) {
        refuse("%s is no number up to %lu", text, most);
    }
    return number;
}

static struct options options_read(int argc, char **argv)
{
    static const struct option names[] = {
        {"block", required_argument, NULL, 'b'},  {"port", required_argument, NULL, 'p'},
        {"number", required_argument, NULL, 'n'}, {"pool", required_argument, NULL, 'm'},
        {"depth", required_argument, NULL, 'd'},  {0},
    };
    struct options options = {.pool_mib = 16, .depth = 64};
    int name;
    while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
        switch (name) {
        case 'b':
            options.disk = optarg;
            break;
        case 'p':
            options.port = optarg;
            break;
        case 'n':
            options.number = number_of(optarg, 1000);
            break;
        case 'm':
            options.pool_mib = number_of(optarg, AGENT_PAGE_MAX * (AGENT_PAGE_SIZE >> 20));
            break;
        case 'd':
            options.depth = number_of(optarg, AGENT_DEPTH_MAX);
            break;
        default:
            fputs(usage, stderr);
            exit(2);
        }
    }
    if (optind != argc || options.disk == NULL || options.depth == 0 || options.pool_mib == 0 ||
        options.pool_mib % (AGENT_PAGE_SIZE >> 20) != 0) {
        fputs(usage, stderr);
        exit(2);
    }
    return options;
}

/* The order matters: no write of an agent before is under way once the disk is open, and none of
 * them is connected once the port is; only then are the pool's rings touched. */
int main(int argc, char **argv)
{
    static struct agent agent;
    struct options options = options_read(argc, argv);
    char port_path[512], name[64];
    agent.depth = (uint32_t)options.depth;
    disk_open(&agent.disk, options.disk);
    snprintf(name, sizeof name, AGENT_BLOCK_PORT "%lu", options.number);
    if (options.port == NULL) {
        port_find(name, port_path, sizeof port_path);
    } else {
        snprintf(port_path, sizeof port_path, "%s", options.port);
    }
    agent.port = port_open(port_path);
    pool_open(&agent.pool, basename(port_path), options.pool_mib << 20);
    if (!uring_open(&agent.uring, 2 * agent.depth) ||
        !uring_pin(&agent.uring, agent.pool.va, agent.pool.size)) {
        refuse("this kernel has no io_uring for it: %s; at least Linux 5.7 is needed, with "
               "CONFIG_IO_URING and without a ban in /proc/sys/kernel/io_uring_disabled",
               strerror(errno));
    }
    pool_locate(&agent.pool);
    greeting_exchange(&agent);
    say("serves %s, %llu MiB, serial \"%s\", to the VMM", options.disk,
        (unsigned long long)(agent.disk.capacity >> 20), agent.disk.serial);
    serve(&agent);
}
