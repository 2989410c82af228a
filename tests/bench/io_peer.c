/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * See io_peer.h. Each is a thread that serves one after the other.
 */
#include "io_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK (1 << 16)

static atomic_uint_fast64_t bytes_to_give;
static int sink_fd, source_fd, counter_fd;

/* Takes all until the client is done; closing says that all has come. */
static void *sink_serve(void *unused)
{
    static char chunk[CHUNK];
    (void)unused;
    for (;;) {
        int fd = accept(sink_fd, NULL, NULL);
        while (fd >= 0 && read(fd, chunk, sizeof chunk) > 0) {
        }
        close(fd);
    }
    return NULL;
}

static void *source_serve(void *unused)
{
    static const char chunk[CHUNK];
    (void)unused;
    for (;;) {
        int fd = accept(source_fd, NULL, NULL);
        uint64_t left = atomic_load(&bytes_to_give);
        ssize_t count = 1;
        while (fd >= 0 && left > 0 && count > 0) {
            count = send(fd, chunk, left < CHUNK ? (size_t)left : CHUNK, MSG_NOSIGNAL);
            left -= count > 0 ? (uint64_t)count : 0;
        }
        close(fd);
    }
    return NULL;
}

/* An empty packet is answered with the number of those that came before. */
static void *counter_serve(void *unused)
{
    static char packet[CHUNK];
    uint32_t count = 0;
    (void)unused;
    for (;;) {
        struct sockaddr_in from;
        socklen_t from_size = sizeof from;
        ssize_t size =
            recvfrom(counter_fd, packet, sizeof packet, 0, (struct sockaddr *)&from, &from_size);
        if (size > 0) {
            count++;
        } else if (size == 0) {
            uint32_t answer = htonl(count);
            count = 0;
            sendto(counter_fd, &answer, sizeof answer, 0, (struct sockaddr *)&from, from_size);
        }
    }
    return NULL;
}

static bool peer_start(int type, int *fd, uint16_t *port, void *(*serve)(void *))
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof own;
    pthread_t thread;
    *fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (*fd < 0 || bind(*fd, (struct sockaddr *)&own, size) != 0 ||
        getsockname(*fd, (struct sockaddr *)&own, &size) != 0 ||
        (type == SOCK_STREAM && listen(*fd, 1) != 0) ||
        pthread_create(&thread, NULL, serve, NULL) != 0) {
        perror("bench: the other end of the network");
        return false;
    }
    *port = ntohs(own.sin_port);
    return pthread_detach(thread) == 0;
}

bool io_peers_start(struct io_ports *ports)
{
    return peer_start(SOCK_STREAM, &sink_fd, &ports->sink, sink_serve) &&
           peer_start(SOCK_STREAM, &source_fd, &ports->source, source_serve) &&
           peer_start(SOCK_DGRAM, &counter_fd, &ports->counter, counter_serve);
}

void io_peer_give(uint64_t bytes)
{
    atomic_store(&bytes_to_give, bytes);
}
