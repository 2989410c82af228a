/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A system of PDs on the host, see fake.h.
 */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MAX     1024
#define DELIVERED_MAX 1000000

struct channel {
    unsigned peer;
    unsigned peer_ch;
    bool is_open;
};

static struct fake_pd pds[FAKE_PD_MAX];
static unsigned pd_count;
static struct channel channels[FAKE_PD_MAX][CHANNEL_MAX];
static uint64_t pending[FAKE_PD_MAX];
static unsigned test_notifications[CHANNEL_MAX];
static unsigned running;
static void *blocks[BLOCK_MAX];
static unsigned block_count;
static uint64_t message[MESSAGE_WORD_MAX];

char microkit_name[NAME_SIZE] = "program";
char fake_text[FAKE_TEXT_MAX];
unsigned fake_cleaned;
unsigned fake_invalidated;
void (*fake_at_notify)(void);

static void give_up(const char *why)
{
    fprintf(stderr, "fake: %s\n", why);
    abort();
}

void fake_reset(void)
{
    while (block_count > 0) {
        free(blocks[--block_count]);
    }
    memset(channels, 0, sizeof(channels));
    memset(pending, 0, sizeof(pending));
    memset(test_notifications, 0, sizeof(test_notifications));
    memset(message, 0, sizeof(message));
    fake_text[0] = '\0';
    fake_cleaned = 0;
    fake_invalidated = 0;
    fake_at_notify = NULL;
    pd_count = 1;
    running = FAKE_TEST;
}

void *fake_memory(size_t size)
{
    if (block_count == BLOCK_MAX) {
        give_up("more blocks of memory than BLOCK_MAX");
    }
    void *block = calloc(1, size);
    if (block == NULL) {
        give_up("no memory");
    }
    blocks[block_count++] = block;
    return block;
}

unsigned fake_pd_add(struct fake_pd pd)
{
    if (pd_count == FAKE_PD_MAX) {
        give_up("more PDs than FAKE_PD_MAX");
    }
    pds[pd_count] = pd;
    return pd_count++;
}

void fake_channel(unsigned a, unsigned ch_a, unsigned b, unsigned ch_b)
{
    if (channels[a][ch_a].is_open || channels[b][ch_b].is_open) {
        give_up("a channel twice");
    }
    channels[a][ch_a] = (struct channel){b, ch_b, true};
    channels[b][ch_b] = (struct channel){a, ch_a, true};
}

void fake_init(unsigned pd)
{
    running = pd;
    pds[pd].init();
    running = FAKE_TEST;
}

void fake_notify(unsigned pd, microkit_channel ch)
{
    running = pd;
    pds[pd].notified(ch);
    running = FAKE_TEST;
}

/* The most urgent PD that has something to do, or FAKE_TEST. */
static unsigned next_pd(void)
{
    unsigned next = FAKE_TEST;
    for (unsigned i = 1; i < pd_count; i++) {
        if (pending[i] != 0 && (next == FAKE_TEST || pds[i].priority < pds[next].priority)) {
            next = i;
        }
    }
    return next;
}

void fake_run(void)
{
    unsigned delivered = 0;
    for (unsigned pd = next_pd(); pd != FAKE_TEST; pd = next_pd()) {
        unsigned ch = (unsigned)__builtin_ctzll(pending[pd]);
        pending[pd] &= pending[pd] - 1;
        fake_notify(pd, ch);
        if (++delivered == DELIVERED_MAX) {
            give_up("does not come to rest");
        }
    }
}

unsigned fake_take_notifications(microkit_channel ch)
{
    unsigned count = test_notifications[ch];
    test_notifications[ch] = 0;
    return count;
}

void microkit_notify(microkit_channel ch)
{
    if (ch >= CHANNEL_MAX || !channels[running][ch].is_open) {
        give_up("notification on a channel that is none");
    }
    struct channel channel = channels[running][ch];
    if (channel.peer == FAKE_TEST) {
        test_notifications[channel.peer_ch]++;
    } else {
        pending[channel.peer] |= 1ull << channel.peer_ch;
    }
    if (running != FAKE_TEST && fake_at_notify != NULL) {
        fake_at_notify();
    }
}

void microkit_irq_ack(microkit_channel ch)
{
    (void)ch;
}

void microkit_dbg_puts(const char *text)
{
    size_t used = strlen(fake_text);
    snprintf(fake_text + used, sizeof(fake_text) - used, "%s", text);
}

void microkit_mr_set(uint8_t mr, uint64_t value)
{
    message[mr] = value;
}

uint64_t microkit_mr_get(uint8_t mr)
{
    return message[mr];
}

/* Reads each byte, so that the sanitizer does. */
static void touch(seL4_Word start, seL4_Word end)
{
    for (seL4_Word at = start; at < end; at++) {
        (void)*(const volatile uint8_t *)at;
    }
}

int seL4_ARM_VSpace_Clean_Data(uint64_t vspace, seL4_Word start, seL4_Word end)
{
    if (vspace != VSPACE_CAP || start >= end) {
        give_up("cache maintenance of nothing");
    }
    touch(start, end);
    fake_cleaned++;
    return 0;
}

int seL4_ARM_VSpace_CleanInvalidate_Data(uint64_t vspace, seL4_Word start, seL4_Word end)
{
    if (vspace != VSPACE_CAP || start >= end) {
        give_up("cache maintenance of nothing");
    }
    touch(start, end);
    fake_invalidated++;
    return 0;
}

region_resource_t fake_region(size_t size)
{
    return (region_resource_t){.vaddr = fake_memory(size), .size = size};
}

net_connection_resource_t fake_connection(uint16_t num_buffers, uint8_t id)
{
    return (net_connection_resource_t){
        .free_queue = fake_region(net_queue_size(num_buffers)),
        .active_queue = fake_region(net_queue_size(num_buffers)),
        .num_buffers = num_buffers,
        .id = id,
    };
}

net_connection_resource_t fake_other_end(net_connection_resource_t conn, uint8_t id)
{
    conn.id = id;
    return conn;
}

net_queue_handle_t fake_handle(const net_connection_resource_t *conn)
{
    net_queue_handle_t handle;
    if (!net_queue_init(&handle, conn->free_queue.vaddr, conn->active_queue.vaddr,
                        conn->num_buffers)) {
        give_up("a connection without queues");
    }
    return handle;
}

void fake_magic(void *config)
{
    memcpy(config, SDDF_NET_MAGIC, SDDF_NET_MAGIC_LEN);
}
