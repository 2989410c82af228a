/*
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include <linux/random.h>

#include "io.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    int argument_count;
    const char *arguments;
} commands[] = {
    {"block", io_block, 6, "DEVICE read|write random|sequential SIZE DEPTH COUNT"},
    {"load", io_load, 4, "DEVICE MIB ROUNDS OWNER"},
    {"check", io_check, 4, "DEVICE MIB OWNER ACKNOWLEDGED"},
    {"send", io_send, 3, "HOST PORT BYTES"},
    {"receive", io_receive, 3, "HOST PORT BYTES"},
    {"udp", io_udp, 4, "HOST PORT COUNT SIZE"},
    {"ping", io_ping, 2, "HOST COUNT"},
    {"seed", io_seed, 0, ""},
};

uint64_t io_microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void io_die(const char *what)
{
    fprintf(stderr, "io: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

int io_seed(int argc, char **argv)
{
    static const struct {
        struct rand_pool_info info;
        uint8_t bytes[32]; /* as many as the kernel's generator wants */
    } seed = {.info = {.entropy_count = 256, .buf_size = 32}};
    int fd = open("/dev/random", O_WRONLY);
    (void)argc;
    (void)argv;
    if (fd < 0 || ioctl(fd, RNDADDENTROPY, &seed) != 0) {
        io_die("/dev/random");
    }
    return EXIT_SUCCESS;
}

uint64_t io_number(const char *text, uint64_t most)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 0);
    if (errno != 0 || *end != '\0' || number == 0 || number > most) {
        fprintf(stderr, "io: \"%s\" is no number between 1 and %llu\n", text,
                (unsigned long long)most);
        exit(EXIT_FAILURE);
    }
    return number;
}

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[1], commands[i].name) == 0 && argc - 2 == commands[i].argument_count) {
            return commands[i].run(argc - 2, argv + 2);
        }
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        fprintf(stderr, "usage: io %s %s\n", commands[i].name, commands[i].arguments);
    }
    return EXIT_FAILURE;
}
