/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * .ping_config of ping.elf: which address the responder has. What is left zero is found by DHCP, so
 * that a description without one works. IPv4 addresses are four bytes as one writes them.
 */
#pragma once

#include <stdint.h>

struct ping_config {
    uint8_t address[4]; /* 0.0.0.0: by DHCP, with netmask and gateway */
    uint8_t netmask[4];
    uint8_t gateway[4];    /* asked for an echo once; 0.0.0.0: nobody is */
    uint8_t has_timer;     /* the PD owns the EL1 physical timer (PPI 30), at timer_channel; without
                              it, what got lost is sent again when something is received */
    uint8_t timer_channel; /* the interrupt's */
    uint8_t reserved[2];
};

_Static_assert(sizeof(struct ping_config) == 16, "written by the tool");
