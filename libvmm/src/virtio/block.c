/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The block device: what it offers, what it is, its life. virtio 1.2, 5.2.
 */
#include "block_device.h"

#include <libvmm/guest.h>
#include <libvmm/guest_ram.h>
#include <libvmm/util/util.h>
#include <libvmm/virtio/mmio.h>
#include <libvmm/virtio/pci.h>

/* Sectors of one range of DISCARD or WRITE_ZEROES: 256 MiB. More would be as well. */
#define RANGE_SECTORS_MAX (UINT32_C(256) * 1024 * 1024 / VIRTIO_BLK_SECTOR_SIZE)
#define ZERO_PAGES_MAX    16

#define FEATURES                                                                                   \
    (VIRTIO_FEATURE(VIRTIO_BLK_F_SEG_MAX) | VIRTIO_FEATURE(VIRTIO_BLK_F_BLK_SIZE) |                \
     VIRTIO_FEATURE(VIRTIO_BLK_F_FLUSH) | VIRTIO_FEATURE(VIRTIO_BLK_F_TOPOLOGY) |                  \
     VIRTIO_FEATURE(VIRTIO_BLK_F_CONFIG_WCE) | VIRTIO_FEATURE(VIRTIO_BLK_F_MQ) |                   \
     VIRTIO_FEATURE(VIRTIO_BLK_F_DISCARD) | VIRTIO_FEATURE(VIRTIO_BLK_F_WRITE_ZEROES))

static struct virtio_blk_device *block_of(struct virtio_device *device)
{
    return (struct virtio_blk_device *)device;
}

/* A driver that has chosen its features before refuses nothing, and has its writes refused. */
static void features_update(struct virtio_device *device, bool is_read_only)
{
    uint64_t read_only = VIRTIO_FEATURE(VIRTIO_BLK_F_RO);
    bool is_offered = (device->features_offered & read_only) != 0;
    if ((device->status & VIRTIO_STATUS_FEATURES_OK) == 0 && is_offered != is_read_only) {
        device->features_offered ^= read_only;
        virtio_registers_changed(device);
    }
}

/* Looks at the disk. True: what the guest sees of it has changed. */
static bool storage_update(struct virtio_blk_device *dev)
{
    const volatile blk_storage_info_t *info = dev->storage_info;
    uint64_t blocks = 0;
    if (blk_storage_is_ready(dev->storage_info)) {
        blocks = info->capacity;
        blocks = blocks <= UINT64_MAX / BLK_TRANSFER_SIZE ? blocks : 0;
        /* A byte of another PD's need not be a bool's. */
        dev->is_read_only = *(const volatile uint8_t *)&info->read_only != 0;
        dev->extension = blk_extension_read(dev->storage_info);
        for (unsigned i = 0; i < VIRTIO_BLK_ID_BYTES; i++) {
            dev->serial[i] = info->serial_number[i];
        }
    }
    features_update(&dev->virtio_device, dev->is_read_only);
    bool has_changed = blocks != dev->blocks;
    dev->blocks = blocks;
    dev->config.capacity = blocks * BLOCK_SECTORS;
    return has_changed;
}

static bool features_chosen(struct virtio_device *device, uint64_t features)
{
    /* Writes are followed by a flush unless the driver says that it flushes itself (5.2.5). */
    block_of(device)->config.writeback = (features >> VIRTIO_BLK_F_FLUSH & 1) != 0;
    return true;
}

static void reset(struct virtio_device *device)
{
    struct virtio_blk_device *dev = block_of(device);
    dev->config.writeback = 1;
    (void)storage_update(dev); /* the driver has yet to look */
    block_requests_reset(dev);
}

static void notify(struct virtio_device *device, unsigned queue)
{
    (void)queue;
    block_requests_serve(block_of(device));
}

static void config_write(struct virtio_device *device, uint32_t offset, unsigned width,
                         uint64_t value)
{
    if (offset == offsetof(struct virtio_blk_config, writeback) && width == 1 && value <= 1 &&
        virtio_has_feature(device, VIRTIO_BLK_F_CONFIG_WCE)) {
        block_of(device)->config.writeback = (uint8_t)value;
    }
}

static bool is_quiet(const struct virtio_device *device)
{
    return virtio_blk_is_quiet((const struct virtio_blk_device *)device);
}

static const struct virtio_device_ops ops = {
    .features_chosen = features_chosen,
    .reset = reset,
    .is_quiet = is_quiet,
    .notify = notify,
    .config_write = config_write,
};

/* Pages of the bounce area that hold tables: an eighth of it, up to as many as are of use. Without
 * direct access there is nothing that a table could name. */
static uint32_t table_pages(const struct virtio_blk_device *dev, uint64_t pages)
{
    uint64_t most =
        VIRTIO_BLK_TABLE_COUNT * VIRTIO_BLK_TABLE_PAGES * BLK_TABLE_WORD / BLK_TRANSFER_SIZE;
    if (dev->direct_size == 0) {
        return 0;
    }
    return (uint32_t)(pages / 8 < most ? pages / 8 : most);
}

/* Divides the data region: guest RAM, bounce area, zeroes, tables. */
static bool data_region_divide(struct virtio_blk_device *dev, uintptr_t data_region, uint64_t size)
{
    uint64_t gpa;
    struct guest_ram_region ram;
    if (data_region % BLK_TRANSFER_SIZE != 0 || size < BLK_TRANSFER_SIZE) {
        LOG_VMM_ERR("%s: a data region of 0x%lx bytes at 0x%lx (VA) is no pages\n",
                    dev->virtio_device.name, (unsigned long)size, (unsigned long)data_region);
        return false;
    }
    dev->data_region = data_region;
    dev->direct_size = 0;
    if (guest_ram_gpa_of_va(data_region, &gpa) && guest_ram_region_find(gpa, &ram)) {
        if ((uintptr_t)ram.vmm_vaddr != data_region || ram.size > size) {
            LOG_VMM_ERR("%s: the data region at 0x%lx (VA) is a part of guest RAM; it has to begin "
                        "with it and hold all of it\n",
                        dev->virtio_device.name, (unsigned long)data_region);
            return false;
        }
        dev->direct_size = ram.size;
    }
    uint64_t pages = (size - dev->direct_size) / BLK_TRANSFER_SIZE;
    dev->zero_pages = (uint32_t)(pages / 4 < ZERO_PAGES_MAX ? pages / 4 : ZERO_PAGES_MAX);
    pages -= dev->zero_pages;
    uint32_t for_tables = table_pages(dev, pages);
    dev->table_count = for_tables * BLK_TRANSFER_SIZE / (VIRTIO_BLK_TABLE_PAGES * BLK_TABLE_WORD);
    dev->tables_free = dev->table_count == 64 ? UINT64_MAX : (1ull << dev->table_count) - 1;
    pages -= for_tables;
    dev->bounce_pages =
        (uint32_t)(pages < VIRTIO_BLK_BOUNCE_PAGES ? pages : VIRTIO_BLK_BOUNCE_PAGES);
    __builtin_memset((void *)(data_region + block_bounce_offset(dev, dev->bounce_pages)), 0,
                     (size_t)dev->zero_pages * BLK_TRANSFER_SIZE);
    return true;
}

static void config_init(struct virtio_blk_config *config)
{
    *config = (struct virtio_blk_config){
        .seg_max = VIRTIO_BLK_QUEUE_SIZE - 2, /* and header and status */
        .blk_size = BLK_TRANSFER_SIZE,
        .topology.min_io_size = 1,
        .writeback = 1,
        .num_queues = VIRTIO_BLK_QUEUE_COUNT,
        .max_discard_sectors = RANGE_SECTORS_MAX,
        .max_discard_seg = BLOCK_RANGE_COUNT,
        .discard_sector_alignment = BLOCK_SECTORS,
        .max_write_zeroes_sectors = RANGE_SECTORS_MAX,
        .max_write_zeroes_seg = BLOCK_RANGE_COUNT,
        .write_zeroes_may_unmap = 1,
    };
}

/* Fills in all but the transport. */
static bool device_init(struct virtio_blk_device *blk_dev, uintptr_t data_region,
                        size_t data_region_size, blk_storage_info_t *storage_info,
                        blk_queue_handle_t *queue_h, uint32_t queue_capacity, int server_ch)
{
    struct virtio_device *device = &blk_dev->virtio_device;
    *device = (struct virtio_device){
        .ops = &ops,
        .name = "virtio-blk",
        .device_id = VIRTIO_DEVICE_ID_BLOCK,
        .queue_count = VIRTIO_BLK_QUEUE_COUNT,
        .queue_size_max = VIRTIO_BLK_QUEUE_SIZE,
        .queues = blk_dev->queues,
        .features_offered = FEATURES,
        .config = &blk_dev->config,
        .config_size = sizeof(blk_dev->config),
    };
    blk_dev->storage_info = storage_info;
    blk_dev->queue_h = *queue_h;
    blk_dev->queue_h.capacity = queue_capacity;
    blk_dev->server_ch = server_ch;
    blk_dev->blocks = 0;
    blk_dev->is_read_only = false;
    blk_dev->is_awaiting = false;
    blk_dev->bounce_used_count = 0;
    blk_dev->server_notify = false;
    __builtin_memset(blk_dev->bounce_used, 0, sizeof(blk_dev->bounce_used));
    block_parts_init(blk_dev);
    config_init(&blk_dev->config);
    if (!data_region_divide(blk_dev, data_region, data_region_size)) {
        return false;
    }
    if (!storage_update(blk_dev)) {
        block_part_await(blk_dev);
    }
    return true;
}

bool virtio_mmio_blk_init(struct virtio_blk_device *blk_dev, uintptr_t region_base,
                          uintptr_t region_size, irq_routing_info_t irq_routing_info,
                          uintptr_t data_region, size_t data_region_size,
                          blk_storage_info_t *storage_info, blk_queue_handle_t *queue_h,
                          uint32_t queue_capacity, int server_ch)
{
    return device_init(blk_dev, data_region, data_region_size, storage_info, queue_h,
                       queue_capacity, server_ch) &&
           virtio_mmio_register_device(&blk_dev->virtio_device, region_base, region_size,
                                       irq_routing_info);
}

bool virtio_pci_blk_init(struct virtio_blk_device *blk_dev, uint16_t pci_bus, uint16_t pci_dev,
                         irq_routing_info_t irq_routing_info, uintptr_t data_region,
                         size_t data_region_size, blk_storage_info_t *storage_info,
                         blk_queue_handle_t *queue_h, uint32_t queue_capacity, int server_ch)
{
    return device_init(blk_dev, data_region, data_region_size, storage_info, queue_h,
                       queue_capacity, server_ch) &&
           virtio_pci_register_device(&blk_dev->virtio_device, pci_bus, pci_dev, irq_routing_info);
}

bool virtio_blk_handle_resp(struct virtio_blk_device *blk_dev)
{
    block_parts_collect(blk_dev);
    if (storage_update(blk_dev)) {
        virtio_config_changed(&blk_dev->virtio_device);
    }
    block_requests_serve(blk_dev);
    if (virtio_blk_is_quiet(blk_dev)) {
        if (blk_dev->virtio_device.status == 0) {
            virtio_registers_changed(&blk_dev->virtio_device);
        }
        guest_restart_continue();
    }
    return true;
}

bool virtio_blk_is_quiet(const struct virtio_blk_device *blk_dev)
{
    return blk_dev->part_count == blk_dev->is_awaiting;
}
