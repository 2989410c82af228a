/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The agent's greeting: what it says of its pool and of its disk, and what the virtualiser is told
 * of that.
 */
#include <sddf/blk/extension.h>

#include <libvmm/util/util.h>

#include "block_state.h"
#include "guest_state.h"

/* Counts of blocks in a request are 16 bits wide. */
#define REQUEST_BLOCKS_MAX UINT16_MAX

static bool serial_is_sound(const char *serial)
{
    for (uint32_t i = 0; i < AGENT_SERIAL_SIZE; i++) {
        if (serial[i] == '\0') {
            return true;
        }
        if (serial[i] < ' ' || serial[i] > '~') {
            return false;
        }
    }
    return false;
}

static bool is_power_of_two(uint32_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

static bool disk_is_sound(const struct agent_hello *hello)
{
    return hello->depth != 0 && hello->depth <= AGENT_DEPTH_MAX &&
           hello->capacity >= BLK_TRANSFER_SIZE && hello->capacity <= INT64_MAX &&
           is_power_of_two(hello->logical_block_size) && hello->logical_block_size >= 512 &&
           hello->logical_block_size <= AGENT_ALIGN && serial_is_sound(hello->serial);
}

/* Whether the disk is the one that the virtualiser was told of. */
static bool disk_is_same(const struct agent_hello *one, const struct agent_hello *other)
{
    return one->capacity == other->capacity &&
           one->logical_block_size == other->logical_block_size &&
           (one->disk_flags & AGENT_DISK_READ_ONLY) == (other->disk_flags & AGENT_DISK_READ_ONLY) &&
           __builtin_memcmp(one->serial, other->serial, AGENT_SERIAL_SIZE) == 0;
}

/* Tells the virtualiser of the disk, once. */
static void disk_publish(struct block_server *server)
{
    const struct agent_hello *disk = &server->disk;
    blk_storage_info_t *info = server->config.virt->storage_info.vaddr;
    __builtin_memcpy(info->serial_number, disk->serial, AGENT_SERIAL_SIZE);
    info->read_only = (disk->disk_flags & AGENT_DISK_READ_ONLY) != 0;
    info->sector_size = (uint16_t)disk->logical_block_size;
    info->block_size = 1;
    info->queue_depth = (uint16_t)server->depth;
    info->cylinders = 0;
    info->heads = 0;
    info->blocks = 0;
    info->capacity = disk->capacity / BLK_TRANSFER_SIZE;
    uint32_t granularity = disk->discard_granularity / BLK_TRANSFER_SIZE;
    bool has_discard = (disk->disk_flags & AGENT_DISK_DISCARD) != 0;
    blk_extension_write(info, (blk_extension_t){
                                  .features = BLK_EXTENSION_WRITE_ZEROES | BLK_EXTENSION_SCATTERED |
                                              (has_discard ? BLK_EXTENSION_DISCARD : 0),
                                  .max_discard = has_discard ? REQUEST_BLOCKS_MAX : 0,
                                  .max_write_zeroes = REQUEST_BLOCKS_MAX,
                                  .discard_alignment = granularity != 0 ? granularity : 1,
                              });
    blk_storage_set_ready(info, true);
    server->has_disk = true;
    server->notify_due = true;
}

enum agent_verdict block_hello_accept(struct block_server *server, const struct agent_hello *hello)
{
    if (hello->magic != AGENT_MAGIC) {
        return AGENT_REFUSED_HELLO;
    }
    if (hello->version != AGENT_VERSION) {
        return AGENT_REFUSED_VERSION;
    }
    if (!disk_is_sound(hello)) {
        return AGENT_REFUSED_DISK;
    }
    if (!block_pool_open(&server->pool, hello)) {
        return AGENT_REFUSED_POOL;
    }
    server->depth = hello->depth;
    if (!server->has_disk) {
        server->disk = *hello;
        disk_publish(server);
    }
    server->wrong_disk = !disk_is_same(hello, &server->disk);
    if (server->wrong_disk && guest_log_allowed()) {
        LOG_VMM_ERR("disk server %s: another disk came back, \"%s\" of %lu bytes in place of "
                    "\"%s\" of %lu: every request is refused until that one is there again\n",
                    server->config.name, hello->serial, (unsigned long)hello->capacity,
                    server->disk.serial, (unsigned long)server->disk.capacity);
    }
    return AGENT_ACCEPTED;
}
