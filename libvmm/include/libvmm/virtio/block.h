/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtio block device (virtio 1.2, 5.2) over sDDF block queues. If the sDDF data region is the
 * guest's RAM, whole pages of a request go to the server where they are; everything else, and
 * everything if it is not, goes through a bounce area in the data region.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sddf/blk/extension.h>
#include <sddf/blk/queue.h>
#include <sddf/blk/storage_info.h>

#include <libvmm/virtio/virtio.h>

/* 5.2.3. */
#define VIRTIO_BLK_F_SIZE_MAX     1
#define VIRTIO_BLK_F_SEG_MAX      2
#define VIRTIO_BLK_F_GEOMETRY     4
#define VIRTIO_BLK_F_RO           5
#define VIRTIO_BLK_F_BLK_SIZE     6
#define VIRTIO_BLK_F_FLUSH        9
#define VIRTIO_BLK_F_TOPOLOGY     10
#define VIRTIO_BLK_F_CONFIG_WCE   11
#define VIRTIO_BLK_F_MQ           12
#define VIRTIO_BLK_F_DISCARD      13
#define VIRTIO_BLK_F_WRITE_ZEROES 14

/* 5.2.6: types of requests, and how they went. */
#define VIRTIO_BLK_T_IN           0
#define VIRTIO_BLK_T_OUT          1
#define VIRTIO_BLK_T_FLUSH        4
#define VIRTIO_BLK_T_GET_ID       8
#define VIRTIO_BLK_T_DISCARD      11
#define VIRTIO_BLK_T_WRITE_ZEROES 13

#define VIRTIO_BLK_S_OK     0
#define VIRTIO_BLK_S_IOERR  1
#define VIRTIO_BLK_S_UNSUPP 2

#define VIRTIO_BLK_SECTOR_SIZE 512 /* bytes, whatever blk_size says (5.2.6) */
#define VIRTIO_BLK_ID_BYTES    20

/* 5.2.4. */
struct virtio_blk_config {
    uint64_t capacity; /* sectors of 512 bytes */
    uint32_t size_max;
    uint32_t seg_max;
    struct {
        uint16_t cylinders;
        uint8_t heads;
        uint8_t sectors;
    } geometry;
    uint32_t blk_size; /* bytes */
    struct {
        uint8_t physical_block_exp;
        uint8_t alignment_offset;
        uint16_t min_io_size; /* blocks */
        uint32_t opt_io_size; /* blocks */
    } topology;
    uint8_t writeback;
    uint8_t unused0;
    uint16_t num_queues;
    uint32_t max_discard_sectors;
    uint32_t max_discard_seg;
    uint32_t discard_sector_alignment;
    uint32_t max_write_zeroes_sectors;
    uint32_t max_write_zeroes_seg;
    uint8_t write_zeroes_may_unmap;
    uint8_t unused1[3];
};

_Static_assert(offsetof(struct virtio_blk_config, num_queues) == 34 &&
                   offsetof(struct virtio_blk_config, write_zeroes_may_unmap) == 56 &&
                   sizeof(struct virtio_blk_config) == 64,
               "virtio 1.2, 5.2.4 (and padding)");

#define VIRTIO_BLK_QUEUE_COUNT  4
#define VIRTIO_BLK_QUEUE_SIZE   128
#define VIRTIO_BLK_PART_COUNT   256  /* sDDF requests at the server */
#define VIRTIO_BLK_BOUNCE_PAGES 1024 /* of the bounce area, at most */
#define VIRTIO_BLK_KEPT_COUNT   32   /* reads that go through the bounce area at a time */
#define VIRTIO_BLK_TABLE_COUNT  64   /* parts whose pages are named by a table at a time */
#define VIRTIO_BLK_TABLE_PAGES  128  /* what a table can name */

/* A request of the guest's in work; its place is its queue and its head. */
struct virtio_blk_request {
    uint8_t *status;  /* VA of the byte of guest RAM that says how it went */
    uint32_t written; /* bytes, if it goes well */
    uint16_t parts;   /* at the server */
    uint8_t kept;     /* where its chain is kept, plus 1 */
    uint8_t result;   /* VIRTIO_BLK_S_* so far */
    bool is_cut;      /* all its parts were sent, or will never be */
    bool flush_after;
};

/* An sDDF request at the server. */
struct virtio_blk_part {
    uint32_t id;
    uint32_t epoch;        /* of the device when it was sent */
    uint32_t offset;       /* of its data in the request's, bytes */
    uint16_t count;        /* blocks */
    uint16_t bounce;       /* first page in the bounce area */
    uint16_t bounce_count; /* 0: its data is where the guest has it */
    uint16_t table;        /* that names its pages, plus 1; 0: it is one piece */
    uint16_t queue;
    uint16_t head;
    uint16_t next_free;
    uint8_t code; /* VIRTIO_BLK_T_* */
    bool is_out;
};

/* The request that is being cut into parts: in what is left of it. */
struct virtio_blk_cutter {
    bool is_active;
    uint16_t queue;
    uint16_t head;
    uint32_t type;
    uint64_t block;
    uint32_t offset;  /* of its data, bytes */
    uint32_t size;    /* of its data, bytes */
    uint16_t segment; /* where offset is: index in the chain, and bytes in that segment */
    uint32_t segment_offset;
    uint32_t range_left; /* DISCARD and WRITE_ZEROES: blocks left of the range in hand */
};

struct virtio_blk_device {
    struct virtio_device virtio_device;
    struct virtio_queue queues[VIRTIO_BLK_QUEUE_COUNT];
    struct virtio_blk_config config;
    blk_storage_info_t *storage_info;
    blk_queue_handle_t queue_h;
    uint32_t part_limit; /* at the server at once */
    int server_ch;
    uintptr_t data_region; /* VA */
    uint64_t direct_size;  /* bytes of it that are guest RAM */
    uint32_t bounce_pages; /* pages behind that */
    uint32_t zero_pages;   /* and behind these, which stay zero */
    uint32_t table_count;  /* and tables behind those; 0: there is no room for them */
    uint64_t tables_free;  /* a bit for each */
    blk_extension_t extension;
    uint64_t blocks; /* of the disk; 0: not ready */
    bool is_read_only;
    bool is_awaiting; /* a part is out that waits for the disk */
    char serial[VIRTIO_BLK_ID_BYTES];

    struct virtio_blk_request requests[VIRTIO_BLK_QUEUE_COUNT][VIRTIO_BLK_QUEUE_SIZE];
    struct virtio_blk_part parts[VIRTIO_BLK_PART_COUNT];
    uint16_t first_free_part;
    uint32_t part_count;  /* at the server */
    uint32_t stale_count; /* of these from before the last reset */
    uint64_t bounce_used[VIRTIO_BLK_BOUNCE_PAGES / 64];
    uint32_t bounce_used_count;
    uint32_t next_queue;
    struct virtio_blk_cutter cutter;
    bool server_notify;
    struct virtio_chain chain; /* of the cutter's request */
    uint32_t kept_used;        /* a bit for each */
    struct virtio_chain kept[VIRTIO_BLK_KEPT_COUNT];
};

/*
 * A disk for the guest, its registers at `region_base` (GPA), its interrupt `irq_routing_info`.
 * Requests go to the server at the other end of `queue_h` (copied; `queue_capacity` entries), on
 * channel `server_ch`, which describes the disk in `storage_info`: the guest sees a disk of no
 * sectors until that is ready.
 *
 * `data_region` (VA in the VMM, page-aligned) and `data_region_size` (bytes) are what the server
 * knows as this client's data region. If it begins with a region of guest RAM, the two begin
 * together, and what follows behind the RAM is the bounce area; otherwise all of it is. A server
 * that takes scattered data gets what lies in many places of the RAM as one request; the tables of
 * these places are a part of the bounce area.
 *
 * After guest_init(). Returns false, after saying why, as virtio_mmio_register_device() does, or if
 * the data region is unfit.
 */
bool virtio_mmio_blk_init(struct virtio_blk_device *blk_dev, uintptr_t region_base,
                          uintptr_t region_size, irq_routing_info_t irq_routing_info,
                          uintptr_t data_region, size_t data_region_size,
                          blk_storage_info_t *storage_info, blk_queue_handle_t *queue_h,
                          uint32_t queue_capacity, int server_ch);

/* The same as device `pci_dev` of bus `pci_bus` (libvmm/pci.h). */
bool virtio_pci_blk_init(struct virtio_blk_device *blk_dev, uint16_t pci_bus, uint16_t pci_dev,
                         irq_routing_info_t irq_routing_info, uintptr_t data_region,
                         size_t data_region_size, blk_storage_info_t *storage_info,
                         blk_queue_handle_t *queue_h, uint32_t queue_capacity, int server_ch);

/* The server has notified: it has answered, or storage_info has changed. To be called from
 * notified() for `server_ch`. Always true. */
bool virtio_blk_handle_resp(struct virtio_blk_device *blk_dev);

/* Whether nothing is at the server, which could write to the guest's RAM. After a reset with
 * something there no request is served, and the driver does not read the status as 0, until it is
 * answered. RAM that the server writes to is not to be given to another use, or another run of the
 * guest, before. */
bool virtio_blk_is_quiet(const struct virtio_blk_device *blk_dev);
