/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The agent's loop: requests out of the VMM's ring become operations of the kernel, their results
 * become completions. It sleeps in one place, for the disk and for the VMM's doorbell together.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <linux/falloc.h>

#include "agent.h"

#define PORT UINT64_MAX /* in place of a tag: the read of the port */

/* Asks to be told what comes through the port, or, of a kernel that does not wait for that, that
 * something has. */
static void port_listen(struct agent *agent)
{
    struct io_uring_sqe *sqe = uring_prepare(&agent->uring);
    sqe->fd = agent->port;
    sqe->user_data = PORT;
    if (agent->is_port_polled) {
        sqe->opcode = IORING_OP_POLL_ADD;
        sqe->poll_events = POLLIN;
        return;
    }
    sqe->opcode = IORING_OP_READ;
    sqe->addr = (uintptr_t)agent->received;
    sqe->len = sizeof agent->received;
}

/* The result of the read of the port, from that of what port_listen() asked for. Until Linux 5.19
 * an io_uring's read of a file that does not block ends at once. */
static int32_t port_result(struct agent *agent, int32_t result)
{
    if (!agent->is_port_polled) {
        agent->is_port_polled = result == -EAGAIN;
        return result;
    }
    if (result < 0) {
        return result;
    }
    ssize_t count = read(agent->port, agent->received, sizeof agent->received);
    return count >= 0 ? (int32_t)count : -errno;
}

/* What came through the port. A doorbell says nothing: the rings are looked at anyway. */
static void port_hear(struct agent *agent, int32_t result)
{
    result = port_result(agent, result);
    if (result == 0) {
        refuse("the VMM has closed the port");
    }
    if (result < 0 && result != -EAGAIN && result != -EINTR) {
        refuse("cannot read from the VMM: %s", strerror(-result));
    }
    for (int32_t i = 0; i < result; i++) {
        if (agent->received[i] == AGENT_GOODBYE) {
            refuse("the VMM has sent this agent away; its log says why");
        }
        if (agent->received[i] != AGENT_DOORBELL) {
            refuse("the VMM has broken a promise: byte 0x%x is no doorbell", agent->received[i]);
        }
    }
    port_listen(agent);
}

/* The completion stands in the ring; the VMM is told of it by completions_publish(). */
static void complete(struct agent *agent, uint32_t tag, enum agent_status status)
{
    agent->slots[tag].is_busy = false;
    agent->completions[agent->completion_tail % AGENT_RING_SIZE] =
        (struct agent_completion){.tag = tag, .status = status};
    agent->completion_tail++;
}

static bool request_is_sound(const struct agent *agent, const struct agent_request *request)
{
    bool has_data = request->operation == AGENT_READ || request->operation == AGENT_WRITE;
    bool has_place =
        has_data || request->operation == AGENT_DISCARD || request->operation == AGENT_WRITE_ZEROES;
    if (!has_place) {
        return request->operation == AGENT_FLUSH;
    }
    if (request->size == 0 || request->size % AGENT_ALIGN != 0 ||
        request->disk_offset % AGENT_ALIGN != 0 || request->size > agent->disk.capacity ||
        request->disk_offset > agent->disk.capacity - request->size ||
        (request->operation != AGENT_READ && agent->disk.is_read_only) ||
        (request->operation == AGENT_DISCARD && agent->disk.discard_granularity == 0)) {
        return false;
    }
    return !has_data ||
           (request->size <= AGENT_SIZE_MAX && request->pool_offset % AGENT_ALIGN == 0 &&
            request->pool_offset >= AGENT_DATA_OFFSET &&
            request->pool_offset <= agent->pool.size - request->size);
}

/* Asks the kernel for what is left to do of the request. */
static void operation_prepare(struct agent *agent, uint32_t tag)
{
    const struct agent_request *request = &agent->slots[tag].request;
    uint64_t done = agent->slots[tag].done;
    struct io_uring_sqe *sqe = uring_prepare(&agent->uring);
    sqe->fd = agent->is_disk_kept ? 0 : agent->disk.fd;
    sqe->flags = agent->is_disk_kept ? IOSQE_FIXED_FILE : 0;
    sqe->user_data = tag;
    switch (request->operation) {
    case AGENT_READ:
    case AGENT_WRITE:
        sqe->opcode =
            request->operation == AGENT_READ ? IORING_OP_READ_FIXED : IORING_OP_WRITE_FIXED;
        sqe->off = request->disk_offset + done;
        sqe->addr = (uintptr_t)agent->pool.va + request->pool_offset + done;
        sqe->len = (uint32_t)(request->size - done);
        break;
    case AGENT_FLUSH:
        sqe->opcode = IORING_OP_FSYNC;
        break;
    default:
        if (agent->slots[tag].is_allocated) {
            sqe->opcode = IORING_OP_FSYNC;
            break;
        }
        sqe->opcode = IORING_OP_FALLOCATE;
        sqe->off = request->disk_offset;
        sqe->addr = request->size; /* where this operation has its length */
        sqe->len = request->operation == AGENT_DISCARD
                       ? (uint32_t)agent->disk.discard_mode
                       : FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE; /* its mode */
        break;
    }
}

static void request_take(struct agent *agent)
{
    const volatile struct agent_request *slot =
        &agent->requests[agent->request_head % AGENT_RING_SIZE];
    struct agent_request request = *slot;
    agent->request_head++;
    if (request.tag >= agent->depth || agent->slots[request.tag].is_busy) {
        refuse("the VMM has broken a promise: tag %u is in use or none", request.tag);
    }
    agent->slots[request.tag].is_busy = true;
    agent->slots[request.tag].request = request;
    agent->slots[request.tag].done = 0;
    agent->slots[request.tag].is_allocated = false;
    if (request_is_sound(agent, &request)) {
        operation_prepare(agent, request.tag);
    } else {
        complete(agent, request.tag, AGENT_ERROR_INVALID);
    }
}

static void requests_take(struct agent *agent)
{
    uint32_t tail = __atomic_load_n(&agent->rings->request_tail, __ATOMIC_ACQUIRE);
    if (tail - agent->request_head > agent->depth) {
        refuse("the VMM has broken a promise: %u requests at a time, not %u", agent->depth,
               tail - agent->request_head);
    }
    while (agent->request_head != tail) {
        request_take(agent);
    }
}

/* Whether that was a file's blocks given back or zeroed, which its file system has to write down
 * before it is answered: O_DSYNC does that for writes only. */
static bool is_to_be_written_down(const struct agent *agent, uint32_t tag)
{
    uint32_t operation = agent->slots[tag].request.operation;
    return agent->disk.is_file && !agent->slots[tag].is_allocated &&
           (operation == AGENT_DISCARD || operation == AGENT_WRITE_ZEROES);
}

static void operation_done(struct agent *agent, uint32_t tag, int32_t result)
{
    const struct agent_request *request = &agent->slots[tag].request;
    bool has_data = request->operation == AGENT_READ || request->operation == AGENT_WRITE;
    if (result < 0 && result != -EINTR && result != -EAGAIN) {
        say("%s: operation %u at byte %llu failed: %s", agent->disk.path, request->operation,
            (unsigned long long)request->disk_offset, strerror(-result));
        complete(agent, tag, AGENT_ERROR_IO);
        return;
    }
    if (result < 0) {
        operation_prepare(agent, tag);
        return;
    }
    if (is_to_be_written_down(agent, tag)) {
        agent->slots[tag].is_allocated = true;
        operation_prepare(agent, tag);
        return;
    }
    agent->slots[tag].done += (uint32_t)result;
    if (!has_data || agent->slots[tag].done == request->size) {
        complete(agent, tag, AGENT_OK);
    } else if (result == 0) {
        complete(agent, tag, AGENT_ERROR_IO);
    } else {
        operation_prepare(agent, tag);
    }
}

static void results_take(struct agent *agent)
{
    uint64_t user_data;
    int32_t result;
    while (uring_pop(&agent->uring, &user_data, &result)) {
        if (user_data == PORT) {
            port_hear(agent, result);
        } else {
            operation_done(agent, (uint32_t)user_data, result);
        }
    }
}

/* Shows the VMM what is completed, and rings if it waits for that. */
static void completions_publish(struct agent *agent)
{
    static const uint8_t doorbell = AGENT_DOORBELL;
    if (agent->completion_rung == agent->completion_tail) {
        return;
    }
    __atomic_store_n(&agent->rings->completion_tail, agent->completion_tail, __ATOMIC_RELEASE);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    uint32_t event = __atomic_load_n(&agent->rings->completion_event, __ATOMIC_RELAXED);
    bool is_wanted = agent_wants_doorbell(event, agent->completion_rung, agent->completion_tail);
    agent->completion_rung = agent->completion_tail;
    if (is_wanted) {
        port_write(agent->port, &doorbell, sizeof doorbell);
    }
}

/* Whether there is nothing to do but wait; from then on the VMM rings. */
static bool sleep_prepare(struct agent *agent)
{
    __atomic_store_n(&agent->rings->request_event, agent->request_head, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return __atomic_load_n(&agent->rings->request_tail, __ATOMIC_ACQUIRE) == agent->request_head &&
           agent->completion_rung == agent->completion_tail;
}

_Noreturn void serve(struct agent *agent)
{
    /* One that cannot be kept is looked up each time. */
    agent->is_disk_kept = uring_keep_file(&agent->uring, agent->disk.fd);
    port_listen(agent);
    for (;;) {
        requests_take(agent);
        completions_publish(agent);
        if (!sleep_prepare(agent)) {
            continue;
        }
        if (!uring_enter(&agent->uring)) {
            refuse("the kernel takes no more operations: %s", strerror(errno));
        }
        /* While it is awake, the agent looks at the ring by itself: an index that has passed. */
        __atomic_store_n(&agent->rings->request_event, agent->request_head - 1, __ATOMIC_RELAXED);
        results_take(agent);
    }
}
