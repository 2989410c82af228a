/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The system around programs of the network class on the host: PDs with channels between them, and
 * shared memory, each queue and region a block of its own, so that the sanitizer sees a byte too
 * far. A PD is one of the programs (parts.h), or the test itself.
 */
#pragma once

#include <sddf/network/config.h>
#include <sddf/network/queue.h>

#include <microkit.h>

#define FAKE_PD_MAX   32
#define FAKE_TEST     0 /* the PD that is the test */
#define FAKE_TEXT_MAX 4096

struct fake_pd {
    void (*init)(void);
    void (*notified)(microkit_channel ch);
    unsigned priority; /* the lower runs first */
};

/* Forgets everything, and frees all memory. */
void fake_reset(void);

/* `size` bytes of zeroes, until fake_reset(). */
void *fake_memory(size_t size);

/* A PD; returns its number, from 1 on. */
unsigned fake_pd_add(struct fake_pd pd);

/* Connects channel `ch_a` of `a` with `ch_b` of `b`. */
void fake_channel(unsigned a, unsigned ch_a, unsigned b, unsigned ch_b);

/* Runs the PD's init(), or its notified() as if somebody had notified it. */
void fake_init(unsigned pd);
void fake_notify(unsigned pd, microkit_channel ch);

/* Delivers notifications to programs until there are none. Fails a test that has not come to rest
 * after a great many. */
void fake_run(void);

/* How often channel `ch` of the test was notified since this was asked last. */
unsigned fake_take_notifications(microkit_channel ch);

/* Called at each notification that a program sends, if set: what others do at that moment. */
extern void (*fake_at_notify)(void);

/* What programs have printed; the counts of cache maintenance. */
extern char fake_text[FAKE_TEXT_MAX];
extern unsigned fake_cleaned;
extern unsigned fake_invalidated;

/* ---- Shared memory as configurations name it ---- */

/* A pair of queues. */
net_connection_resource_t fake_connection(uint16_t num_buffers, uint8_t id);

/* The other end of the same, with another channel. */
net_connection_resource_t fake_other_end(net_connection_resource_t conn, uint8_t id);

region_resource_t fake_region(size_t size);

/* A handle for the test's end of a connection. */
net_queue_handle_t fake_handle(const net_connection_resource_t *conn);

void fake_magic(void *config);
