/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the parts of the block virtualiser tell each other. A client's request is a job; a job is
 * cut into pieces, and each piece is a request to the driver. Everything here is in the
 * virtualiser's own memory.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <microkit.h>
#include <sddf/blk/config.h>
#include <sddf/blk/extension.h>

#define VIRT_MAX_CLIENTS  SDDF_BLK_MAX_CLIENTS
#define VIRT_MAX_PIECES   1024 /* at the driver */
#define VIRT_PIECE_BLOCKS 256  /* 1 MiB: what one turn of a client may ask the driver for */
/* A job has a piece at the driver, or is the one that its client has in work. */
#define VIRT_MAX_JOBS     (VIRT_MAX_PIECES + VIRT_MAX_CLIENTS)

struct blk_client;

struct blk_job {
    struct blk_client *client;
    struct blk_job *next_free;
    uint32_t id; /* the client's */
    blk_req_code_t code;
    uint64_t offset; /* in the client's data region */
    uint64_t block;  /* of the disk */
    uint16_t count;  /* blocks */
    uint16_t cut;    /* blocks that pieces were made of */
    uint16_t good;   /* blocks from the beginning that no failed piece has cut short */
    uint16_t pieces; /* at the driver */
    blk_resp_status_t status;
};

struct blk_client {
    blk_queue_handle_t queue;
    blk_storage_info_t *storage_info; /* NULL: the client's configuration is unusable */
    uint64_t data_io;                 /* io address of the data region: PA, or VA of the driver */
    uintptr_t data_vaddr;             /* VA of it, 0: not mapped here */
    uint64_t data_size;               /* bytes */
    microkit_channel channel;
    uint32_t partition;
    uint64_t start, blocks; /* its part of the disk; 0 blocks: it has none */
    struct blk_job *current;
    uint32_t jobs;    /* taken and not answered */
    uint32_t pieces;  /* at the driver */
    uint32_t offered; /* requests that it may have taken in this round of turns */
    bool told;        /* it has had an answer, or a part of the disk */
    bool notify;
    bool complained_of;
};

/* Answers to what was asked at the driver: of a job, or of the reader of tables. */
typedef void (*blk_piece_done_fn)(void *owner, uint16_t first, uint16_t count,
                                  blk_resp_status_t status, uint16_t success_count);

/* -- say.c: a line on the debug console -- */

void virt_say(const char *before, const char *after);
void virt_say_number(const char *before, uint32_t number, const char *after);

/* -- driver.c: the driver's queue -- */

/* Prepares it. False if the configuration is unusable. */
bool driver_init(const blk_virt_config_driver_t *config);
/* How many requests may be at the driver at once. */
uint32_t driver_capacity(void);
/* Whether another one may be sent. */
bool driver_has_room(void);
/* Sends one; driver_has_room(). `io` is an io address, `first` goes back to `done` as it is. */
void driver_send(blk_req_code_t code, uint64_t io, uint64_t block, uint16_t count, uint16_t first,
                 blk_piece_done_fn done, void *owner);
/* Takes the driver's answers. */
void driver_collect(void);
/* Notifies the driver if something was sent since. */
void driver_notify(void);

/* -- client.c: the clients' queues -- */

/* Prepares them. */
void clients_init(const blk_virt_config_t *config);
uint32_t clients_count(void);
struct blk_client *client_at(uint32_t index);
/* What the client is offered beyond sDDF: BLK_EXTENSION_*. */
uint32_t client_features(const struct blk_client *client);
/* Ends the request that the client has in work: what the driver has of it is waited for, and the
 * rest was meant for a disk that is not there any more. */
void client_abandon(struct blk_client *client);
/* The client's part of the disk has come or gone. */
void client_tell(struct blk_client *client);
/* Takes what there is from every client, in turns, as far as the driver has room. */
void clients_serve(void);
/* Notifies those that have an answer or a change of their storage_info. */
void clients_notify(void);

/* -- disk.c: what the disk is and who has which part of it -- */

/* Prepares it. */
bool disk_init(const blk_virt_config_driver_t *config);
/* Looks at the driver's storage_info and at tables that were asked for. */
void disk_check(void);
/* Whether clients' requests are taken now; those without a part of the disk get an error. */
bool disk_decided(void);
bool disk_read_only(void);
/* What the driver offers. */
const blk_extension_t *disk_extension(void);
