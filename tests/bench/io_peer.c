/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * See io_peer.h. Each is a thread that serves one after the other.
 */
#include "io_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "machine.h"

#define CHUNK     (1 << 16)
#define SEGMENT   1448 /* of a TCP stream in a frame of Ethernet */
#define FRAMES    4    /* that a wire carries at a time */
#define QUEUE     32   /* frames that wait before a wire and after it */
#define NS_SECOND 1000000000

struct peer {
    int fd;
    double wire;    /* bytes a second; 0: as many as it can */
    double free_at; /* when the wire has carried what it was given */
};

static atomic_uint_fast64_t bytes_to_give;

/* Waits until a connection can be read or written. The time that this takes is lost to the wire,
 * and only that is: who sleeps too long while there is something to carry makes it good. */
static void wire_await(struct peer *peer, int fd, short events)
{
    struct pollfd pollfd = {.fd = fd, .events = events};
    if (poll(&pollfd, 1, 0) == 0) {
        poll(&pollfd, 1, -1);
        peer->free_at = clock_seconds();
    }
}

static void wire_carry(struct peer *peer, ssize_t bytes)
{
    if (peer->wire != 0 && bytes > 0) {
        peer->free_at += (double)bytes / peer->wire;
        time_t second = (time_t)peer->free_at;
        struct timespec due = {.tv_sec = second,
                               .tv_nsec = (long)((peer->free_at - (double)second) * NS_SECOND)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
    }
}

static size_t wire_size(const struct peer *peer, uint64_t left)
{
    uint64_t most = peer->wire == 0 ? CHUNK : FRAMES * SEGMENT;
    return (size_t)(left < most ? left : most);
}

/* Takes all until the client is done; closing says that all has come. */
static void *sink_serve(void *argument)
{
    static _Thread_local char chunk[CHUNK];
    struct peer *peer = argument;
    for (;;) {
        int fd = accept(peer->fd, NULL, NULL);
        ssize_t count = fd < 0 ? 0 : 1;
        peer->free_at = clock_seconds();
        while (count > 0) {
            wire_await(peer, fd, POLLIN);
            count = read(fd, chunk, wire_size(peer, CHUNK));
            wire_carry(peer, count);
        }
        close(fd);
    }
    return NULL;
}

static void *source_serve(void *argument)
{
    static const char chunk[CHUNK];
    struct peer *peer = argument;
    for (;;) {
        int fd = accept(peer->fd, NULL, NULL);
        uint64_t left = atomic_load(&bytes_to_give);
        ssize_t count = fd < 0 ? 0 : 1;
        peer->free_at = clock_seconds();
        while (left > 0 && count > 0) {
            wire_await(peer, fd, POLLOUT);
            count = send(fd, chunk, wire_size(peer, left), MSG_NOSIGNAL);
            left -= count > 0 ? (uint64_t)count : 0;
            wire_carry(peer, count);
        }
        close(fd);
    }
    return NULL;
}

/* An empty packet is answered with the number of those that came before. */
static void *counter_serve(void *argument)
{
    static _Thread_local char packet[CHUNK];
    struct peer *peer = argument;
    uint32_t count = 0;
    for (;;) {
        struct sockaddr_in from;
        socklen_t from_size = sizeof from;
        ssize_t size =
            recvfrom(peer->fd, packet, sizeof packet, 0, (struct sockaddr *)&from, &from_size);
        if (size > 0) {
            count++;
        } else if (size == 0) {
            uint32_t answer = htonl(count);
            count = 0;
            sendto(peer->fd, &answer, sizeof answer, 0, (struct sockaddr *)&from, from_size);
        }
    }
    return NULL;
}

/* Frames of a wire's size, and room for no more of them than its queues have. Connections take that
 * over from the socket that they come to. */
static bool wire_limit(int fd)
{
    const int segment = SEGMENT, room = QUEUE * SEGMENT;
    return setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment) == 0 &&
           setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) == 0 &&
           setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room) == 0;
}

static bool peer_start(int type, double wire, uint16_t *port, void *(*serve)(void *))
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof own;
    pthread_t thread;
    struct peer *peer = calloc(1, sizeof *peer); /* the thread's */
    if (peer == NULL || (peer->fd = socket(AF_INET, type | SOCK_CLOEXEC, 0)) < 0 ||
        bind(peer->fd, (struct sockaddr *)&own, size) != 0 ||
        getsockname(peer->fd, (struct sockaddr *)&own, &size) != 0 ||
        (type == SOCK_STREAM && wire != 0 && !wire_limit(peer->fd)) ||
        (type == SOCK_STREAM && listen(peer->fd, 1) != 0)) {
        perror("bench: the other end of the network");
        return false;
    }
    peer->wire = wire;
    *port = ntohs(own.sin_port);
    if (pthread_create(&thread, NULL, serve, peer) != 0) {
        perror("bench: the other end of the network");
        return false;
    }
    return pthread_detach(thread) == 0;
}

bool io_peers_start(struct io_ports *ports, double wire)
{
    return peer_start(SOCK_STREAM, wire, &ports->sink, sink_serve) &&
           peer_start(SOCK_STREAM, wire, &ports->source, source_serve) &&
           peer_start(SOCK_DGRAM, wire, &ports->counter, counter_serve);
}

void io_peer_give(uint64_t bytes)
{
    atomic_store(&bytes_to_give, bytes);
}
