/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the disk is, as the driver's storage_info says, and which client has which part of it. When
 * that changes, everything is worked out anew; clients see their storage_info become not ready, and
 * ready again if they still have a part.
 */
#include "table.h"
#include "virt.h"

/* More blocks than any disk has, so that sums of block numbers and their bytes do not wrap. */
#define DISK_MAX_BLOCKS (UINT64_C(1) << 48)
#define LBA_SIZE_USUAL  512

enum disk_state {
    DISK_AWAITED, /* the driver has not said anything yet: requests are left where they are */
    DISK_READING, /* its partition table is being read: so they are now */
    DISK_DECIDED,
    DISK_GONE, /* requests are answered: no device */
};

static enum disk_state state;
static blk_storage_info_t *shared;
static blk_storage_info_t info;
static blk_extension_t extension;

bool disk_init(const blk_virt_config_driver_t *config)
{
    state = DISK_AWAITED;
    info = (blk_storage_info_t){0};
    extension = (blk_extension_t){0};
    shared = config->conn.storage_info.vaddr;
    table_init(&config->data);
    return shared != NULL &&
           config->conn.storage_info.size >= BLK_EXTENSION_OFFSET + sizeof(blk_extension_t);
}

bool disk_decided(void)
{
    return state == DISK_DECIDED || state == DISK_GONE;
}

bool disk_read_only(void)
{
    return info.read_only;
}

const blk_extension_t *disk_extension(void)
{
    return &extension;
}

/* Copies what the driver says. False: it says that there is no disk, or one that makes no sense. */
static bool info_copy(blk_storage_info_t *copy)
{
    if (!blk_storage_is_ready(shared)) {
        return false;
    }
    const volatile blk_storage_info_t *from = shared;
    for (unsigned i = 0; i < BLK_MAX_SERIAL_NUMBER; i++) {
        copy->serial_number[i] = from->serial_number[i];
    }
    copy->serial_number[BLK_MAX_SERIAL_NUMBER] = '\0';
    /* A byte of another PD's need not be a bool's. */
    copy->read_only = *(const volatile uint8_t *)&from->read_only != 0;
    copy->ready = true;
    copy->sector_size = from->sector_size;
    copy->block_size = from->block_size;
    copy->queue_depth = from->queue_depth;
    copy->cylinders = 0;
    copy->heads = 0;
    copy->blocks = 0;
    copy->capacity = from->capacity;
    if (copy->sector_size < LBA_SIZE_USUAL || copy->sector_size > BLK_TRANSFER_SIZE ||
        (copy->sector_size & (copy->sector_size - 1)) != 0) {
        copy->sector_size = LBA_SIZE_USUAL;
    }
    return blk_storage_is_ready(shared) && copy->capacity != 0 && copy->capacity <= DISK_MAX_BLOCKS;
}

static bool info_equal(const blk_storage_info_t *a, const blk_storage_info_t *b)
{
    return a->read_only == b->read_only && a->sector_size == b->sector_size &&
           a->block_size == b->block_size && a->queue_depth == b->queue_depth &&
           a->capacity == b->capacity &&
           __builtin_memcmp(a->serial_number, b->serial_number, sizeof(a->serial_number)) == 0;
}

/* No client has a part of the disk any more, nor something in work for it. */
static void disk_withdraw(void)
{
    for (uint32_t i = 0; i < clients_count(); i++) {
        struct blk_client *client = client_at(i);
        client_abandon(client);
        if (client->blocks != 0) {
            client->blocks = 0;
            blk_storage_set_ready(client->storage_info, false);
            client_tell(client);
        }
    }
}

/* Whether two clients' parts have blocks in common. Both having one partition is the author's wish,
 * as is a client that has the whole disk. */
static bool parts_collide(const struct blk_client *a, const struct blk_client *b)
{
    return a->partition != b->partition && a->partition != BLK_PARTITION_WHOLE_DISK &&
           b->partition != BLK_PARTITION_WHOLE_DISK && a->blocks != 0 && b->blocks != 0 &&
           a->start < b->start + b->blocks && b->start < a->start + a->blocks;
}

/* Takes partitions that overlap from their clients. */
static void parts_check(void)
{
    bool collides[VIRT_MAX_CLIENTS] = {false};
    for (uint32_t i = 0; i < clients_count(); i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (parts_collide(client_at(i), client_at(j))) {
                collides[i] = true;
                collides[j] = true;
            }
        }
    }
    for (uint32_t i = 0; i < clients_count(); i++) {
        if (collides[i]) {
            client_at(i)->blocks = 0;
            virt_say_number("the partition of client ", i,
                            " overlaps another client's; it is not served");
        }
    }
}

/* Tells a client of its part. */
static void client_publish(struct blk_client *client)
{
    blk_storage_info_t *to = client->storage_info;
    __builtin_memcpy(to->serial_number, info.serial_number, sizeof(to->serial_number));
    to->read_only = info.read_only;
    to->sector_size = info.sector_size;
    to->block_size = info.block_size;
    to->queue_depth = info.queue_depth;
    to->cylinders = 0;
    to->heads = 0;
    to->blocks = 0;
    to->capacity = client->blocks;
    /* Longer requests are cut here. */
    blk_extension_write(to, (blk_extension_t){.features = client_features(client),
                                              .max_discard = UINT16_MAX,
                                              .max_write_zeroes = UINT16_MAX,
                                              .discard_alignment = extension.discard_alignment});
    blk_storage_set_ready(to, true);
    client_tell(client);
}

/* The table is read: who has what. */
static void disk_decide(void)
{
    for (uint32_t i = 0; i < clients_count(); i++) {
        struct blk_client *client = client_at(i);
        if (client->storage_info == NULL) {
            continue;
        }
        if (client->partition == BLK_PARTITION_WHOLE_DISK) {
            client->start = 0;
            client->blocks = info.capacity;
        } else if (!table_partition(i, &client->start, &client->blocks)) {
            virt_say_number("there is no partition for client ", i, " that can be served");
        }
    }
    parts_check();
    for (uint32_t i = 0; i < clients_count(); i++) {
        if (client_at(i)->blocks != 0) {
            client_publish(client_at(i));
        }
    }
    state = DISK_DECIDED;
}

static bool table_is_wanted(void)
{
    for (uint32_t i = 0; i < clients_count(); i++) {
        if (client_at(i)->partition != BLK_PARTITION_WHOLE_DISK) {
            return true;
        }
    }
    return false;
}

void disk_check(void)
{
    blk_storage_info_t copy;
    if (!info_copy(&copy)) {
        if (state != DISK_AWAITED && state != DISK_GONE) {
            disk_withdraw();
            state = DISK_GONE;
        }
        return;
    }
    if (state == DISK_AWAITED || state == DISK_GONE || !info_equal(&copy, &info)) {
        disk_withdraw();
        info = copy;
        extension = blk_extension_read(shared);
        state = DISK_READING;
        if (table_is_wanted()) {
            table_begin(info.capacity, info.sector_size);
        }
    }
    if (state == DISK_READING && (!table_is_wanted() || table_continue())) {
        disk_decide();
    }
}
