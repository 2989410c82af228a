/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The death of a client with as many requests under way as its ring holds. The guest that serves
 * them runs below this program, so none can have been answered before.
 */
#include "client.h"
#include "console.h"

#define NOWHERE 8 /* no page of this program's */

_Static_assert(CROWD_DEATH_COUNT % CROWD_DEATH_BLOCKS == 0, "requests are of one size");

static void idle(void)
{
    client_fail("it has not died", 0);
}

static const struct disk_user death = {.idle = idle};

void death_begin(void)
{
    uint32_t slot = 0;
    disk_use(&death);
    for (uint32_t i = 0; i < CROWD_DEATH_COUNT; i++) {
        record_make(i, CROWD_DEATH + i, 0);
    }
    for (uint64_t block = 0; block < CROWD_DEATH_COUNT; block += CROWD_DEATH_BLOCKS) {
        if (!disk_ask(slot++, BLK_REQ_WRITE, block * CROWD_BLOCK, CROWD_DEATH + block,
                      CROWD_DEATH_BLOCKS)) {
            client_fail("the ring has no room, for slot", slot);
        }
    }
    disk_send();
    console_put("crowd: it dies with ");
    console_put_number(disk_under_way() - disk_untaken());
    console_put(" requests under way");
    console_end();
    *(volatile uint64_t *)NOWHERE = 0;
}
