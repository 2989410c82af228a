/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The programs of the network class, each under names of its own so that they fit into one test,
 * with what they keep made to start anew. There may be several copiers: one of them is selected.
 */
#pragma once

#include "fake.h"

#define COPY_MAX 16

extern net_virt_rx_config_t virt_rx_config;
void virt_rx_reset(void);
void virt_rx_init(void);
void virt_rx_notified(microkit_channel ch);
/* Aborts if what it keeps contradicts itself. */
void virt_rx_check(void);

extern net_virt_tx_config_t virt_tx_config;
void virt_tx_reset(void);
void virt_tx_init(void);
void virt_tx_notified(microkit_channel ch);
void virt_tx_check(void);

extern net_vswitch_config_t vswitch_config;
void vswitch_reset(void);
void vswitch_init(void);
void vswitch_notified(microkit_channel ch);
microkit_msginfo vswitch_protected(microkit_channel ch, microkit_msginfo msginfo);
void vswitch_check(void);

extern net_copy_config_t copy_config; /* of the selected one */
void copy_reset(void);
void copy_select(unsigned index);
void copy_init(void);
void copy_notified(microkit_channel ch);

struct ping_config;
extern net_client_config_t ping_client_config;
extern struct ping_config ping_config;
extern uint64_t ping_now_us;  /* its clock, which the test sets */
extern uint64_t ping_wake_us; /* when its timer rings; 0: it is quiet */
void ping_reset(void);
void ping_init(void);
void ping_notified(microkit_channel ch);
