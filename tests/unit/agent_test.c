/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The agent of guest/agent with a VMM that the test plays: what it does with requests, and with
 * what no VMM should ask.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#include <drover/agent.h>
#include <sddf/util/fence.h>

#include "libvmm/agent_process.h"
#include "libvmm/block_rig.h"
#include "libvmm/fake.h"

#define DEPTH 8u
#define END   (AGENT_DISK_BLOCKS * 4096ull)
#define DATA  AGENT_DATA_OFFSET
#define POOL  (RIG_POOL_PAGES * (uint64_t)AGENT_PAGE_SIZE)

static struct agent_process process;
static uint32_t request_tail, completion_head;
static uint8_t disk[AGENT_DISK_BLOCKS][4096];

static uint8_t *pool(uint64_t offset)
{
    return fake_ram(RIG_POOL_GPA + offset);
}

static struct agent_rings *rings(void)
{
    return (struct agent_rings *)pool(AGENT_RINGS_OFFSET);
}

static void tell(const void *bytes, size_t size)
{
    assert_int_equal(send(process.port, bytes, size, MSG_NOSIGNAL), size);
}

/* What the agent sends next; it has not gone. */
static int hear(void *bytes, uint32_t size)
{
    int count;
    do {
        count = agent_process_hear(&process, bytes, size, 100);
    } while (count == 0);
    return count;
}

static void answer(uint64_t magic, uint32_t version, uint32_t verdict)
{
    struct agent_hello hello;
    assert_int_equal(hear(&hello, sizeof hello), sizeof hello);
    assert_int_equal(hello.magic, AGENT_MAGIC);
    assert_int_equal(hello.version, AGENT_VERSION);
    assert_int_equal(hello.depth, DEPTH);
    assert_int_equal(hello.capacity, END);
    assert_int_equal(hello.page_count, RIG_POOL_PAGES);
    assert_int_equal(hello.page_gpa[1], RIG_POOL_GPA + AGENT_PAGE_SIZE);
    tell(&(struct agent_answer){magic, version, verdict}, sizeof(struct agent_answer));
}

static void connect_agent(void)
{
    agent_process_start(&process, DEPTH);
    request_tail = 0;
    completion_head = 0;
    answer(AGENT_MAGIC, AGENT_VERSION, AGENT_ACCEPTED);
}

static int start(void **state)
{
    (void)state;
    fake_start(1);
    agent_disk_create();
    connect_agent();
    return 0;
}

static int end(void **state)
{
    (void)state;
    if (process.port >= 0) {
        agent_process_end(&process, true);
    }
    agent_disk_remove();
    return 0;
}

static void put(struct agent_request request)
{
    struct agent_request *ring = (struct agent_request *)pool(AGENT_REQUESTS_OFFSET);
    ring[request_tail++ % AGENT_RING_SIZE] = request;
}

static void ring(void)
{
    static const uint8_t doorbell = AGENT_DOORBELL;
    store_release_32(&rings()->request_tail, request_tail);
    tell(&doorbell, 1);
}

/* Waits for the next completion. */
static struct agent_completion completed(void)
{
    const struct agent_completion *ring_of =
        (const struct agent_completion *)pool(AGENT_COMPLETIONS_OFFSET);
    uint8_t byte;
    while (load_acquire_32(&rings()->completion_tail) == completion_head) {
        assert_int_equal(hear(&byte, 1), 1);
        assert_int_equal(byte, AGENT_DOORBELL);
    }
    struct agent_completion completion = ring_of[completion_head++ % AGENT_RING_SIZE];
    store_relaxed_32(&rings()->completion_event, completion_head);
    return completion;
}

static void assert_completed(struct agent_request request, enum agent_status status)
{
    put(request);
    ring();
    struct agent_completion completion = completed();
    assert_int_equal(completion.tag, request.tag);
    assert_int_equal(completion.status, status);
}

/* The agent has ended by itself, as a program that has refused something does. */
static void assert_ended(void)
{
    uint8_t byte;
    while (agent_process_hear(&process, &byte, 1, 100) >= 0) {
    }
    assert_int_equal(agent_process_end(&process, false), AGENT_REFUSED);
}

static void operations(void **state)
{
    (void)state;
    memset(pool(DATA), 0x11, 8192);
    assert_completed((struct agent_request){AGENT_WRITE, 0, 4096, 8192, DATA}, AGENT_OK);
    assert_completed((struct agent_request){AGENT_WRITE, 7, END - 4096, 4096, POOL - 4096},
                     AGENT_OK);
    memset(pool(DATA), 0, 8192);
    assert_completed((struct agent_request){AGENT_READ, 1, 8192, 4096, DATA + 4096}, AGENT_OK);
    assert_int_equal(pool(DATA)[0], 0);
    assert_int_equal(pool(DATA)[4096], 0x11);
    assert_completed((struct agent_request){AGENT_FLUSH, 2, 0, 0, 0}, AGENT_OK);
    assert_completed((struct agent_request){AGENT_WRITE_ZEROES, 3, 4096, 4096, 0}, AGENT_OK);
    assert_completed((struct agent_request){AGENT_DISCARD, 4, 0, 4096, 0}, AGENT_OK);
    agent_disk_read(disk);
    assert_int_equal(disk[1][0], 0);
    assert_int_equal(disk[2][4095], 0x11);
}

static void many_at_a_time(void **state)
{
    (void)state;
    for (unsigned turn = 0; turn < 100; turn++) {
        bool seen[DEPTH] = {false};
        for (uint32_t tag = 0; tag < DEPTH; tag++) {
            memset(pool(DATA + tag * 4096), (int)(turn + tag), 4096);
            put((struct agent_request){AGENT_WRITE, tag, tag * 4096, 4096, DATA + tag * 4096});
        }
        ring();
        for (unsigned i = 0; i < DEPTH; i++) {
            struct agent_completion completion = completed();
            assert_true(completion.tag < DEPTH && !seen[completion.tag]);
            assert_int_equal(completion.status, AGENT_OK);
            seen[completion.tag] = true;
        }
    }
    agent_disk_read(disk);
    for (unsigned i = 0; i < DEPTH; i++) {
        assert_int_equal(disk[i][99], 99 + i);
    }
}

static void wrong_requests(void **state)
{
    (void)state;
    static const struct agent_request wrong[] = {
        {AGENT_WRITE_ZEROES + 1, 0, 0, 4096, DATA},
        {AGENT_READ, 0, 0, 0, DATA},
        {AGENT_READ, 0, 0, 4095, DATA},
        {AGENT_READ, 0, 512, 4096, DATA},
        {AGENT_READ, 0, END, 4096, DATA},
        {AGENT_READ, 0, END - 4096, 8192, DATA},
        {AGENT_READ, 0, UINT64_MAX - 4095, 4096, DATA},
        {AGENT_READ, 0, 0, UINT64_MAX - 4095, DATA},
        {AGENT_READ, 0, 0, AGENT_SIZE_MAX + 4096, DATA},
        {AGENT_READ, 0, 0, 4096, DATA + 512},
        {AGENT_READ, 0, 0, 4096, 0},
        {AGENT_READ, 0, 0, 4096, DATA - 4096},
        {AGENT_READ, 0, 0, 4096, POOL},
        {AGENT_READ, 0, 0, 8192, POOL - 4096},
        {AGENT_READ, 0, 0, 4096, UINT64_MAX - 4095},
        {AGENT_WRITE_ZEROES, 0, END, 4096, 0},
        {AGENT_DISCARD, 0, 0, END + 4096, 0},
    };
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_completed(wrong[i], AGENT_ERROR_INVALID);
    }
    assert_completed((struct agent_request){AGENT_READ, 0, 0, 4096, DATA}, AGENT_OK);
}

static void tag_too_high(void **state)
{
    (void)state;
    put((struct agent_request){AGENT_READ, DEPTH, 0, 4096, DATA});
    ring();
    assert_ended();
}

static void tag_in_use(void **state)
{
    (void)state;
    put((struct agent_request){AGENT_READ, 1, 0, 4096, DATA});
    put((struct agent_request){AGENT_READ, 1, 0, 4096, DATA});
    ring();
    assert_ended();
}

static void too_many(void **state)
{
    (void)state;
    request_tail = DEPTH + 1;
    ring();
    assert_ended();
}

static void goodbye(void **state)
{
    (void)state;
    tell("g", 1);
    assert_ended();
}

static void no_doorbell(void **state)
{
    (void)state;
    tell("ddx", 3);
    assert_ended();
}

static void port_closed(void **state)
{
    (void)state;
    shutdown(process.port, SHUT_WR);
    assert_ended();
}

static void refused(void **state)
{
    static const struct agent_answer answers[] = {
        {AGENT_MAGIC + 1, AGENT_VERSION, AGENT_ACCEPTED},
        {AGENT_MAGIC, AGENT_VERSION + 1, AGENT_ACCEPTED},
        {AGENT_MAGIC, AGENT_VERSION, AGENT_REFUSED_POOL},
        {AGENT_MAGIC, AGENT_VERSION, 1000},
    };
    for (unsigned i = 0; i < sizeof answers / sizeof *answers; i++) {
        end(state);
        agent_disk_create();
        agent_process_start(&process, DEPTH);
        answer(answers[i].magic, answers[i].version, answers[i].verdict);
        assert_ended();
    }
}

/* One agent at a time has the disk: the second waits for the first to be wholly gone. */
static void disk_in_use(void **state)
{
    (void)state;
    struct agent_process first = process;
    struct agent_hello hello;
    agent_process_start(&process, DEPTH);
    assert_int_equal(agent_process_hear(&process, &hello, sizeof hello, 300), 0);
    agent_process_end(&first, true);
    answer(AGENT_MAGIC, AGENT_VERSION, AGENT_ACCEPTED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
    const struct CMUnitTest tests[] = {
        TEST(operations),  TEST(many_at_a_time), TEST(wrong_requests), TEST(tag_too_high),
        TEST(tag_in_use),  TEST(too_many),       TEST(goodbye),        TEST(no_doorbell),
        TEST(port_closed), TEST(refused),        TEST(disk_in_use),
    };
    if (!agent_process_possible()) {
        print_message("this host lets no program use io_uring\n");
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
