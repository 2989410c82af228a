/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes the block server: the input plays an agent that opens, greets, answers and writes into the
 * rings as it likes, and a virtualiser that asks anything. Whatever comes: nothing is answered that
 * was not asked, nothing twice, data that no read has asked for stays as it is, and an agent that
 * keeps its promises finds everything in order afterwards.
 */
#include <stdlib.h>
#include <string.h>

#include "libvmm/block_rig.h"
#include "libvmm/fake.h"

/* Blocks of the client's data that reads go to; the others are never written to. The last has a
 * table of these. */
#define READABLE 64
#define TABLE    (RIG_DATA_BLOCKS - 1)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *input;
static size_t input_left;
static bool asked[256]; /* by id */
static unsigned asked_count;

static uint8_t next_byte(void)
{
    if (input_left == 0) {
        return 0;
    }
    input_left--;
    return *input++;
}

static uint32_t next_word(void)
{
    uint32_t word = 0;
    for (unsigned i = 0; i < 4; i++) {
        word = word << 8 | next_byte();
    }
    return word;
}

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* A request whose pages a table names; of a write that may be wrong. */
static void table_ask(blk_req_code_t code, unsigned first, uint16_t count, uint8_t id)
{
    uint32_t *table = (uint32_t *)rig_data(TABLE);
    for (unsigned i = 0; i < 256; i++) {
        table[i] = (first + i * 5) % READABLE;
    }
    if (code == BLK_REQ_WRITE_SCATTERED) {
        /* A read that is out may have this table, too: what is no page, or one of those. */
        uint32_t word = next_word();
        table[next_byte()] = word < RIG_DATA_BLOCKS ? word % READABLE : word;
    }
    rig_ask(code, TABLE, next_byte(), count, id);
}

static void ask(void)
{
    uint8_t id = next_byte();
    uint32_t code = next_byte() % 10;
    if (asked[id] || asked_count == RIG_CAPACITY || blk_queue_full_req(&rig.client)) {
        return;
    }
    asked[id] = true;
    asked_count++;
    code = code == 6 ? BLK_REQ_DISCARD : code == 7 ? BLK_REQ_WRITE_ZEROES : code;
    unsigned block = next_byte() % READABLE;
    uint16_t count = next_byte();
    if (code == BLK_REQ_READ && block + count > READABLE) {
        count = (uint16_t)(READABLE - block);
    }
    if (code >= 8) {
        table_ask(code == 8 ? BLK_REQ_READ_SCATTERED : BLK_REQ_WRITE_SCATTERED, block, count, id);
        return;
    }
    uint64_t disk_block = (uint64_t)next_byte() << (next_byte() % 64);
    rig_ask(code, block, disk_block, count, id);
}

static void take_answers(void)
{
    blk_resp_t response;
    while (rig_answered(&response)) {
        require(response.id < 256 && asked[response.id]);
        asked[response.id] = false;
        asked_count--;
    }
}

/* A greeting with a few of its bytes changed. */
static void greet(void)
{
    struct agent_hello hello = rig.hello;
    uint8_t *bytes = (uint8_t *)&hello;
    for (unsigned i = next_byte() % 4; i != 0; i--) {
        uint32_t at = next_word() % sizeof hello;
        bytes[at] = next_byte();
    }
    /* Who recovers has a disk as large as the one that was accepted. */
    if (hello.capacity > rig.hello.capacity && hello.capacity <= INT64_MAX) {
        hello.capacity = rig.hello.capacity;
    }
    block_server_received(&rig.server, &hello, sizeof hello);
}

/* Something into the rings or beside them. */
static void scribble(void)
{
    uint8_t *pool = fake_ram(rig.hello.page_gpa[0]);
    static const uint32_t words[] = {0, 4, 128, 132};
    uint8_t kind = next_byte();
    uint32_t at = kind < 128 ? words[kind % 4] : next_word() % AGENT_DATA_OFFSET & ~3u;
    uint32_t word = kind % 2 == 0 ? next_byte() : next_word();
    memcpy(pool + at, &word, sizeof word);
}

static void complete(void)
{
    rig.completion_tail = rig_rings()->completion_tail;
    rig.taken_count = 1;
    rig.taken[0].tag = next_byte() % 40;
    rig_complete(0, next_byte() % 4);
    rig.taken_count = 0;
}

static void send_bytes(void)
{
    uint8_t bytes[8];
    uint32_t size = next_byte() % (sizeof bytes + 1);
    for (uint32_t i = 0; i < size; i++) {
        bytes[i] = next_byte();
    }
    block_server_received(&rig.server, bytes, size);
}

static void act(void)
{
    switch (next_byte() % 12) {
    case 0:
        block_server_opened(&rig.server);
        break;
    case 1:
        greet();
        break;
    case 2:
        block_server_closed(&rig.server);
        break;
    case 3:
        rig_connect();
        break;
    case 4:
        scribble();
        break;
    case 5:
        complete();
        break;
    case 6:
        rig_ring();
        break;
    case 7:
        send_bytes();
        break;
    case 8:
        rig.refuses_sends = !rig.refuses_sends;
        block_server_writable(&rig.server);
        break;
    case 9:
        take_answers();
        break;
    case 10:
        block_server_notified(&rig.server);
        break;
    default:
        ask();
        break;
    }
}

/* An agent that keeps its promises, on a disk like the first one. */
static void recover(void)
{
    if (!rig.server.has_disk) {
        rig.server.disk = rig.hello;
    }
    rig.hello = rig.server.disk;
    rig.hello.magic = AGENT_MAGIC;
    rig.refuses_sends = false;
    block_server_closed(&rig.server);
    rig_connect();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input = data;
    input_left = size;
    memset(asked, 0, sizeof asked);
    asked_count = 0;
    rig_start();
    memset(rig_data(READABLE), 0xa5, (RIG_DATA_BLOCKS - READABLE) * (size_t)BLK_TRANSFER_SIZE);
    while (input_left != 0) {
        act();
    }
    require(rig.server.piece_count <= AGENT_DEPTH_MAX);
    recover();
    for (unsigned turns = 0; asked_count != 0; turns++) {
        require(turns < 10 * RIG_CAPACITY && rig.server.state == BLOCK_SERVER_CONNECTED);
        block_server_notified(&rig.server);
        rig_serve_all();
        take_answers();
    }
    require(rig.server.piece_count == 0 && rig.server.done_count == 0);
    for (unsigned block = READABLE; block < TABLE; block++) {
        require(rig_data(block)[0] == 0xa5 && rig_data(block)[BLK_TRANSFER_SIZE - 1] == 0xa5);
    }
    rig_end();
    return 0;
}
