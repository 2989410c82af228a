/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A client that writes, reads and flushes at random while the agent is killed at random, any number
 * of its operations done, half told or lost. Whatever happens: each request is answered exactly
 * once, what was answered as written is read back, nothing comes back after it was written over,
 * and what a flush has answered for is on the medium.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "libvmm/block_client.h"
#include "libvmm/block_rig.h"

#define KILLS 100u

/* The agent does a few things; with `dies`, they are its last. */
static void agent_act(bool dies)
{
    rig_take();
    unsigned performed = client_pick(rig.taken_count + 1);
    for (unsigned i = 0; i < performed; i++) {
        unsigned index = client_pick(rig.taken_count);
        uint32_t status = rig_perform(index);
        if (!dies || client_pick(2) == 0) {
            rig_complete(index, status);
        }
    }
    if (!dies || client_pick(2) == 0) {
        rig_ring();
    }
}

static void kill_often(uint64_t seed)
{
    client_start(seed);
    rig_start();
    rig.hello.depth = 1u << client_pick(7);
    rig.hello.page_count = 1 + client_pick(2);
    for (unsigned kills = 0; kills < KILLS;) {
        for (unsigned i = client_pick(20); i != 0; i--) {
            client_ask();
        }
        if (client_pick(3) != 0) {
            block_server_notified(&rig.server);
        }
        if (rig.server.state == BLOCK_SERVER_CLOSED) {
            if (client_pick(2) == 0) {
                rig_connect();
            }
        } else if (client_pick(4) == 0) {
            agent_act(true);
            block_server_closed(&rig.server);
            kills++;
        } else {
            agent_act(false);
        }
        if (client_pick(2) == 0) {
            client_take(rig.medium);
        }
    }
    rig_connect();
    for (unsigned turns = 0; !client_is_idle(); turns++) {
        assert_true(turns < 1000);
        block_server_notified(&rig.server);
        rig_serve_all();
        client_take(rig.medium);
    }
    client_check(rig.disk);
    assert_int_equal(rig.server.piece_count, 0);
    rig_end();
}

static void killed_at_random(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 24; seed++) {
        kill_often(seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_at_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
