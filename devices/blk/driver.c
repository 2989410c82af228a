/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The queue to the driver. Requests have ids of the virtualiser's own: a place in a table, and
 * above it a number that changes with each use of the place, so that a second answer is noticed. No
 * more requests are out than the driver's queues have entries, so that it can always answer.
 */
#include "virt.h"

#define PLACE_BITS 10 /* of VIRT_MAX_PIECES */
_Static_assert(VIRT_MAX_PIECES == 1u << PLACE_BITS, "an id has a place");

struct piece {
    blk_piece_done_fn done; /* NULL: unused */
    void *owner;
    uint32_t id;
    uint16_t first;
    uint16_t count;
    uint16_t next_free;
};

static struct piece pieces[VIRT_MAX_PIECES];
static uint16_t first_free;
static blk_queue_handle_t queue;
static microkit_channel channel;
static uint32_t capacity;
static uint32_t out;
static bool unannounced;
static bool complained;

bool driver_init(const blk_virt_config_driver_t *config)
{
    const blk_connection_resource_t *conn = &config->conn;
    blk_queue_init(&queue, conn->req_queue.vaddr, conn->resp_queue.vaddr, conn->num_buffers);
    capacity = queue.capacity < VIRT_MAX_PIECES ? queue.capacity : VIRT_MAX_PIECES;
    channel = conn->id;
    out = 0;
    unannounced = false;
    complained = false;
    first_free = 0;
    for (uint32_t i = 0; i < VIRT_MAX_PIECES; i++) {
        pieces[i] = (struct piece){.id = i, .next_free = (uint16_t)(i + 1)};
    }
    return capacity != 0 && conn->req_queue.size >= blk_queue_req_size(conn->num_buffers) &&
           conn->resp_queue.size >= blk_queue_resp_size(conn->num_buffers);
}

uint32_t driver_capacity(void)
{
    return capacity;
}

bool driver_has_room(void)
{
    return out < capacity && !blk_queue_full_req(&queue);
}

void driver_send(blk_req_code_t code, uint64_t io, uint64_t block, uint16_t count, uint16_t first,
                 blk_piece_done_fn done, void *owner)
{
    struct piece *piece = &pieces[first_free];
    if (blk_enqueue_req(&queue, code, (uintptr_t)io, block, count, piece->id) != 0) {
        /* It had room a moment ago: the driver has moved its index back. */
        done(owner, first, count, BLK_RESP_ERR_UNSPEC, 0);
        return;
    }
    first_free = piece->next_free;
    piece->done = done;
    piece->owner = owner;
    piece->first = first;
    piece->count = count;
    out++;
    unannounced = true;
}

/* The piece of an answer, or NULL if none is out under this id. */
static struct piece *piece_of_id(uint32_t id)
{
    struct piece *piece = &pieces[id & (VIRT_MAX_PIECES - 1)];
    return piece->done != NULL && piece->id == id ? piece : NULL;
}

static void piece_free(struct piece *piece)
{
    piece->done = NULL;
    piece->id += VIRT_MAX_PIECES;
    piece->next_free = first_free;
    first_free = (uint16_t)(piece - pieces);
    out--;
}

void driver_collect(void)
{
    /* As many as can be there: a driver that answers without end does not keep us. */
    for (uint32_t left = queue.capacity; left != 0; left--) {
        blk_resp_status_t status;
        uint16_t success_count;
        uint32_t id;
        if (blk_dequeue_resp(&queue, &status, &success_count, &id) != 0) {
            return;
        }
        struct piece *piece = piece_of_id(id);
        if (piece == NULL) {
            if (!complained) {
                complained = true;
                virt_say_number("the driver answers what it was not asked, id ", id,
                                "; more of that goes unsaid");
            }
            continue;
        }
        struct piece copy = *piece;
        piece_free(piece);
        if ((unsigned)status > BLK_RESP_ERR_NO_DEVICE) {
            status = BLK_RESP_ERR_UNSPEC;
        }
        copy.done(copy.owner, copy.first, copy.count, status,
                  success_count < copy.count ? success_count : copy.count);
    }
}

void driver_notify(void)
{
    if (unannounced) {
        unannounced = false;
        microkit_deferred_notify(channel);
    }
}
