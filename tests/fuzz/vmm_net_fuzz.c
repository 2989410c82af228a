/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes the network device in either role, with a guest and with other ends that write what they
 * like where they can, in any order. Nothing outside of what was given to the device is touched;
 * and after a reset of the device and new queues it works.
 */
#include <stdlib.h>
#include <string.h>

#include "libvmm/net_frame_build.h"
#include "libvmm/virtio_net.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct step {
    uint8_t what; /* enum what */
    uint8_t which;
    uint16_t where;
    uint64_t value;
    struct virtio_net_hdr header;
};

enum what {
    RING_WRITE,     /* the guest writes 1 to 8 bytes to its rings */
    REGISTER_WRITE, /* ... to a register */
    KICK,
    DRIVER_RESET, /* a driver that chooses any features */
    POST,         /* makes a receive buffer available */
    SEND,         /* makes a frame available, with any header */
    QUEUE_WRITE,  /* the other end writes to its queues */
    HAND,         /* ... hands over a frame */
    HAND_TCP,     /* ... a segment that follows the last such one, or nearly */
    TAKE,         /* ... takes what the guest has sent, and returns the buffers */
    NOTIFY,
    WHAT_COUNT
};

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static const uint8_t bytes[4096] = {2, 3, 4, 5, 6, 7};

static void write_some(void *memory, size_t size, const struct step *step)
{
    size_t width = (step->which >> 4 & 7) + 1u;
    memcpy((uint8_t *)memory + step->where % (size - width + 1), &step->value, width);
}

static void guest_step(struct test_net *net, const struct step *step)
{
    struct driver_queue *queue = (step->which & 1) != 0 ? &net->tx : &net->rx;
    uint32_t sizes[2] = {(uint32_t)(step->value & 0x7ff), (uint32_t)(step->value >> 16 & 0xff)};
    const uint32_t cuts[] = {1 + step->which % 20u};
    switch ((enum what)(step->what % WHAT_COUNT)) {
    case RING_WRITE:
        write_some(fake_ram(queue->gpa), DRIVER_QUEUE_BYTES, step);
        break;
    case REGISTER_WRITE:
        driver_store(net->base, step->where & 0x1fc, (uint32_t)step->value);
        break;
    case KICK:
        driver_kick(net->base, queue);
        break;
    case DRIVER_RESET:
        if (driver_begin(net->base, step->value & driver_features_offered(net->base))) {
            test_net_driver(net, net->device.virtio_device.features);
        }
        break;
    case POST:
        test_net_post(net, sizes, 1 + (step->which & 1u));
        break;
    default:
        test_net_send(net, &step->header, bytes, step->where % 4000u + 20, cuts, 1);
        break;
    }
}

/* A segment of TCP behind the last, of which `value` may change a byte. */
static void segment_hand(struct test_net *net, const struct step *step)
{
    static uint32_t sequence;
    static uint8_t identification;
    static uint8_t frame[FRAME_BUILD_MAX];
    struct virtio_net_hdr header;
    const struct frame_recipe recipe = {.is_ipv6 = (step->which & 4) != 0,
                                        .tcp_flags = 0x10,
                                        .tcp_options = step->which >> 3 & 12,
                                        .payload = (step->which & 8) != 0 ? 1000 : step->where};
    uint32_t length = frame_build(frame, &recipe, &header);
    uint8_t *tcp = frame + frame_transport(frame);
    memcpy(tcp + 4, (uint8_t[]){0, 0, (uint8_t)(sequence >> 8), (uint8_t)sequence}, 4);
    if (!recipe.is_ipv6) {
        frame[frame_network(frame) + 5] = identification;
    }
    sequence += recipe.payload;
    identification++;
    frame[step->value % 100] ^= (uint8_t)(step->value >> 8);
    if ((step->which & 2) != 0 && (step->value >> 8 & 0xff) == 0) {
        frame_mend(frame, length);
    }
    if (length <= UINT16_MAX && !net_queue_full_active(&net->to_guest)) {
        test_net_hand_bytes(net, step->which % NET_REGION_COUNT, identification % NET_CAPACITY,
                            frame, (uint16_t)length);
    }
}

static void other_end_step(struct test_net *net, const struct step *step)
{
    net_queue_handle_t *pair = (step->which & 1) != 0 ? &net->from_guest : &net->to_guest;
    net_buff_desc_t buffer;
    switch ((enum what)(step->what % WHAT_COUNT)) {
    case QUEUE_WRITE:
        write_some((step->which & 2) != 0 ? pair->free : pair->active, net_queue_size(NET_CAPACITY),
                   step);
        break;
    case HAND:
        buffer = test_net_buffer(net, step->which % NET_REGION_COUNT, step->where % NET_CAPACITY);
        buffer.len = (uint16_t)step->value;
        (void)net_enqueue_active(&net->to_guest, buffer);
        break;
    case HAND_TCP:
        segment_hand(net, step);
        break;
    case TAKE:
        for (unsigned i = 0; i < NET_CAPACITY; i++) {
            if (net_dequeue_active(&net->from_guest, &buffer) == 0) {
                (void)net_enqueue_free(&net->from_guest, buffer);
            }
        }
        break;
    default:
        test_net_notify(net, (step->which & 1) != 0 ? NET_CH_FROM_GUEST : NET_CH_TO_GUEST);
        break;
    }
}

/* A frame each way. */
static void require_it_works(struct test_net *net)
{
    static const struct virtio_net_hdr header;
    const uint32_t size = 1600;
    uint32_t id, written;
    net_buff_desc_t buffer;
    test_net_start(net, test_net_features());
    test_net_send(net, &header, bytes, 1000, NULL, 0);
    driver_kick(net->base, &net->tx);
    const uint8_t *sent = test_net_take(net, &buffer);
    require(sent != NULL && buffer.len == 1000 && memcmp(sent, bytes, 1000) == 0);
    require(driver_take(&net->tx, &id, &written) && test_net_take(net, &buffer) == NULL);
    uint64_t gpa = test_net_post(net, &size, 1);
    test_net_hand(net, 1, 2, 55, 900);
    test_net_notify(net, NET_CH_TO_GUEST);
    require(driver_take(&net->rx, &id, &written) && written == 912);
    require(memcmp(fake_ram(gpa) + 12, net->to_guest_data[1] + 2 * NET_BUFFER_SIZE, 900) == 0);
    require(net_dequeue_free(&net->to_guest, &buffer) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    struct test_net *net = (data[0] & 1) != 0 ? &test_server : &test_client;
    test_net_start(net, test_net_features());
    struct step step;
    for (data++, size--; size >= sizeof step; data += sizeof step, size -= sizeof step) {
        memcpy(&step, data, sizeof step);
        if (step.what % WHAT_COUNT < QUEUE_WRITE) {
            guest_step(net, &step);
        } else {
            other_end_step(net, &step);
        }
    }
    require_it_works(net);
    return 0;
}
