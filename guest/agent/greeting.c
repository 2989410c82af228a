/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What is said before requests flow.
 */
#include <string.h>

#include "agent.h"

static struct agent_hello hello_make(const struct agent *agent)
{
    const struct disk *disk = &agent->disk;
    struct agent_hello hello = {
        .magic = AGENT_MAGIC,
        .version = AGENT_VERSION,
        .depth = agent->depth,
        .capacity = disk->capacity,
        .logical_block_size = disk->logical_block_size,
        .physical_block_size = disk->physical_block_size,
        .discard_granularity = disk->discard_granularity,
        .disk_flags = (disk->is_read_only ? AGENT_DISK_READ_ONLY : 0) |
                      (disk->discard_granularity != 0 ? AGENT_DISK_DISCARD : 0),
        .page_count = (uint32_t)(agent->pool.size / AGENT_PAGE_SIZE),
    };
    memcpy(hello.serial, disk->serial, sizeof hello.serial);
    memcpy(hello.page_gpa, agent->pool.page_gpa, sizeof hello.page_gpa);
    return hello;
}

static void answer_check(const struct agent_answer *answer)
{
    static const char *const reasons[] = {
        [AGENT_REFUSED_POOL] = "the pool is not in memory that it shares with this VM",
        [AGENT_REFUSED_DISK] = "it cannot serve a disk with such facts",
        [AGENT_REFUSED_HELLO] = "it does not take the greeting for one",
    };
    if (answer->magic != AGENT_MAGIC) {
        refuse("what answers at the port is no VMM that serves disks");
    }
    if (answer->version != AGENT_VERSION || answer->verdict == AGENT_REFUSED_VERSION) {
        refuse("the VMM speaks version %u of the protocol, this agent version %u", answer->version,
               AGENT_VERSION);
    }
    if (answer->verdict != AGENT_ACCEPTED) {
        bool is_known = answer->verdict < sizeof reasons / sizeof *reasons;
        refuse("the VMM refuses: %s", is_known ? reasons[answer->verdict] : "it does not say why");
    }
}

void greeting_exchange(struct agent *agent)
{
    agent->rings = (struct agent_rings *)(agent->pool.va + AGENT_RINGS_OFFSET);
    agent->requests = (const struct agent_request *)(agent->pool.va + AGENT_REQUESTS_OFFSET);
    agent->completions = (struct agent_completion *)(agent->pool.va + AGENT_COMPLETIONS_OFFSET);
    memset(agent->pool.va, 0, AGENT_DATA_OFFSET);

    struct agent_hello hello = hello_make(agent);
    struct agent_answer answer;
    port_write(agent->port, &hello, sizeof hello);
    if (port_read(agent->port, &answer, sizeof answer) != sizeof answer) {
        refuse("what answers at the port is no VMM that serves disks");
    }
    answer_check(&answer);
}
