/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copiers in a test, see parts.h.
 */
#include <string.h>

#include "parts.h"

#define config   copy_config
#define init     copy_init
#define notified copy_notified
#include "devices/network/copy.c"

static struct {
    net_copy_config_t config;
    net_queue_handle_t source;
    net_queue_handle_t client;
    bool is_open;
} copies[COPY_MAX];
static unsigned selected;

void copy_reset(void)
{
    memset(copies, 0, sizeof(copies));
    memset(&config, 0, sizeof(config));
    memset(&source, 0, sizeof(source));
    memset(&client, 0, sizeof(client));
    is_open = false;
    selected = 0;
}

void copy_select(unsigned index)
{
    memcpy(&copies[selected].config, &config, sizeof(config));
    copies[selected].source = source;
    copies[selected].client = client;
    copies[selected].is_open = is_open;
    selected = index;
    memcpy(&config, &copies[selected].config, sizeof(config));
    source = copies[selected].source;
    client = copies[selected].client;
    is_open = copies[selected].is_open;
}
