/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Loads on a network; the other end is on the host (tests/bench). A transfer is over when the other
 * end says so, so that nothing is left in queues.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io.h"

#define CHUNK        (1 << 16)
#define UDP_SIZE_MAX 1472 /* one frame of Ethernet */
#define WAIT_SECONDS 10

static int peer_socket(int type, int protocol, const char *host, const char *port)
{
    struct sockaddr_in peer = {.sin_family = AF_INET};
    struct timeval patience = {.tv_sec = WAIT_SECONDS};
    int fd = socket(AF_INET, type, protocol);
    if (port != NULL) {
        peer.sin_port = htons((uint16_t)io_number(port, UINT16_MAX));
    }
    if (inet_pton(AF_INET, host, &peer.sin_addr) != 1) {
        errno = EINVAL;
        io_die(host);
    }
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        connect(fd, (struct sockaddr *)&peer, sizeof peer) != 0) {
        io_die(host);
    }
    return fd;
}

static void say(const char *name, uint64_t amount, const char *what, uint64_t start)
{
    printf("io %s: %llu %s in %llu us\n", name, (unsigned long long)amount, what,
           (unsigned long long)(io_microseconds() - start));
}

int io_send(int argc, char **argv)
{
    static char chunk[CHUNK];
    (void)argc;
    uint64_t bytes = io_number(argv[2], UINT32_MAX), sent = 0;
    int fd = peer_socket(SOCK_STREAM, 0, argv[0], argv[1]);
    uint64_t start = io_microseconds();
    while (sent < bytes) {
        size_t size = bytes - sent < CHUNK ? (size_t)(bytes - sent) : CHUNK;
        ssize_t count = write(fd, chunk, size);
        if (count < 0) {
            io_die("send");
        }
        sent += (uint64_t)count;
    }
    /* The other end closes when it has all. */
    if (shutdown(fd, SHUT_WR) != 0 || read(fd, chunk, 1) != 0) {
        io_die("send");
    }
    say("send", sent, "bytes", start);
    return EXIT_SUCCESS;
}

int io_receive(int argc, char **argv)
{
    static char chunk[CHUNK];
    (void)argc;
    uint64_t bytes = io_number(argv[2], UINT32_MAX), received = 0;
    int fd = peer_socket(SOCK_STREAM, 0, argv[0], argv[1]);
    uint64_t start = io_microseconds();
    ssize_t count;
    while ((count = read(fd, chunk, CHUNK)) > 0) {
        received += (uint64_t)count;
    }
    if (count < 0 || received != bytes) {
        errno = count < 0 ? errno : EPROTO;
        io_die("receive");
    }
    say("receive", received, "bytes", start);
    return EXIT_SUCCESS;
}

/* Packets go out as fast as they can; the last, empty one asks how many came. */
int io_udp(int argc, char **argv)
{
    static char packet[UDP_SIZE_MAX];
    (void)argc;
    uint64_t count = io_number(argv[2], UINT32_MAX);
    size_t size = (size_t)io_number(argv[3], UDP_SIZE_MAX);
    int fd = peer_socket(SOCK_DGRAM, 0, argv[0], argv[1]);
    uint32_t arrived = 0;
    uint64_t start = io_microseconds();
    for (uint64_t i = 0; i < count; i++) {
        if (send(fd, packet, size, 0) < 0 && errno != ENOBUFS) {
            io_die("udp");
        }
    }
    if (send(fd, packet, 0, 0) < 0 || recv(fd, &arrived, sizeof arrived, 0) != sizeof arrived) {
        io_die("udp");
    }
    say("udp", ntohl(arrived), "packets", start);
    return EXIT_SUCCESS;
}

static uint16_t checksum(const uint8_t *bytes, size_t size)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < size; i += 2) {
        sum += (uint32_t)bytes[i] << 8 | (i + 1 < size ? bytes[i + 1] : 0);
    }
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return htons((uint16_t)~sum);
}

/* One echo after the other; raw, so that no privilege of groups is needed. */
int io_ping(int argc, char **argv)
{
    (void)argc;
    uint64_t count = io_number(argv[1], UINT16_MAX);
    int fd = peer_socket(SOCK_RAW, IPPROTO_ICMP, argv[0], NULL);
    uint64_t start = io_microseconds();
    for (uint16_t i = 0; i < count; i++) {
        struct icmphdr echo = {.type = ICMP_ECHO, .un.echo = {.id = 1, .sequence = htons(i)}};
        uint8_t answer[256];
        echo.checksum = checksum((const uint8_t *)&echo, sizeof echo);
        if (send(fd, &echo, sizeof echo, 0) < 0) {
            io_die("ping");
        }
        for (bool is_answered = false; !is_answered;) {
            ssize_t size = recv(fd, answer, sizeof answer, 0);
            size_t header = (size_t)(answer[0] & 0xf) * 4;
            if (size < 0) {
                io_die("ping");
            }
            struct icmphdr got;
            if ((size_t)size >= header + sizeof got) {
                memcpy(&got, answer + header, sizeof got);
                is_answered = got.type == ICMP_ECHOREPLY && got.un.echo.sequence == htons(i);
            }
        }
    }
    say("ping", count, "echoes", start);
    return EXIT_SUCCESS;
}
