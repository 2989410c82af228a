/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The block virtualiser: many clients, each with a part of one disk, and the disk's driver. It
 * never waits: each notification is worth one look at everything.
 */
#include "virt.h"

__attribute__((__section__(".blk_virt_config"))) blk_virt_config_t blk_virt_config;

static bool is_usable;

void init(void)
{
    is_usable = blk_config_check_magic(&blk_virt_config) && driver_init(&blk_virt_config.driver) &&
                disk_init(&blk_virt_config.driver);
    if (!is_usable) {
        virt_say("its configuration is missing, or names regions that are too small",
                 "; it serves nobody");
        return;
    }
    clients_init(&blk_virt_config);
    notified(blk_virt_config.driver.conn.id);
}

void notified(microkit_channel channel)
{
    if (!is_usable) {
        return;
    }
    driver_collect();
    if (channel == blk_virt_config.driver.conn.id || !disk_decided()) {
        disk_check();
    }
    clients_serve();
    clients_notify();
    driver_notify();
}
