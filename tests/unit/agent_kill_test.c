/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The whole way of a block, from the virtualiser's queue to a file and back: the block server and
 * the agent of guest/agent, which is killed while a client that knows what it has written goes on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "libvmm/agent_process.h"
#include "libvmm/block_client.h"
#include "libvmm/block_rig.h"

#define KILLS 30u

static struct agent_process process;
static uint8_t disk[AGENT_DISK_BLOCKS][4096];

static bool socket_send(void *where, const void *bytes, uint32_t size)
{
    (void)where;
    /* That the agent is dead already is no refusal: the server will hear of it. */
    send(process.port, bytes, size, MSG_NOSIGNAL);
    return true;
}

static void virtualiser_notify(void *where)
{
    (void)where;
}

static const struct block_server_ops socket_ops = {socket_send, virtualiser_notify};

/* Handles what the agent has sent; waits for it, if there is nothing, for up to `milliseconds`. */
static void hear(int milliseconds)
{
    uint8_t bytes[sizeof(struct agent_hello) + 1];
    int size;
    while ((size = agent_process_hear(&process, bytes, sizeof bytes, milliseconds)) > 0) {
        block_server_received(&rig.server, bytes, (uint32_t)size);
        milliseconds = 0;
    }
    assert_int_equal(size, 0);
}

static void start_agent(void)
{
    agent_process_start(&process, 1u << client_pick(6));
    block_server_opened(&rig.server);
}

static void load(unsigned turns)
{
    for (unsigned i = 0; i < turns; i++) {
        for (unsigned count = client_pick(30); count != 0; count--) {
            client_ask();
        }
        block_server_notified(&rig.server);
        hear(client_pick(4) == 0 ? 0 : 5);
        client_take(NULL);
    }
}

static void killed_at_random(void **state)
{
    (void)state;
    if (!agent_process_possible()) {
        skip();
    }
    rig_start();
    rig.server.config.ops = &socket_ops;
    agent_disk_create();
    client_start(1);
    for (unsigned kills = 0; kills < KILLS; kills++) {
        start_agent();
        load(client_pick(40));
        assert_int_equal(agent_process_end(&process, true), -1);
        block_server_closed(&rig.server);
    }
    start_agent();
    while (!client_is_idle()) {
        block_server_notified(&rig.server);
        hear(10);
        client_take(NULL);
    }
    agent_process_end(&process, true);
    agent_disk_read(disk);
    client_check(disk);
    assert_int_equal(rig.server.piece_count, 0);
    print_message("%u requests, %u of them issued again\n", (unsigned)rig.server.counts.requests,
                  (unsigned)rig.server.counts.reissued);
    assert_true(rig.server.counts.reissued > 0);
    agent_disk_remove();
    rig_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_at_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
