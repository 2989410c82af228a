/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An eMMC: commands of JEDEC's eMMC standard (JESD84-A441) on a block device of QEMU's. No boot
 * partitions, no erase, no high-speed modes above 52 MHz; a command that it does not know it leaves
 * without an answer, as the standard demands.
 */
#ifndef ODROIDC4_EMMC_H
#define ODROIDC4_EMMC_H

#include "sysemu/block-backend.h"

#define EMMC_BLOCK_SIZE   512
#define EMMC_EXT_CSD_SIZE 512

/* The states as R1 gives them in its bits 12 to 9. */
enum emmc_state {
    EMMC_IDLE = 0,
    EMMC_READY = 1,
    EMMC_IDENTIFICATION = 2,
    EMMC_STANDBY = 3,
    EMMC_TRANSFER = 4,
    EMMC_SENDING = 5,
    EMMC_RECEIVING = 6,
};

struct emmc {
    BlockBackend *media; /* NULL: no card */
    enum emmc_state state;
    uint16_t relative_address;
    uint32_t errors; /* what the next R1 reports */
    uint8_t ext_csd[EMMC_EXT_CSD_SIZE];

    bool is_ext_csd;    /* the transfer under way is of the EXT_CSD register */
    uint64_t position;  /* of the next byte to be transferred */
    uint32_t set_count; /* of CMD23, for the next multiple transfer; 0 without */
    uint64_t left;      /* bytes until the transfer ends by itself */
};

/* Puts a card on a block device, of which it takes the size. */
void emmc_init(struct emmc *card, BlockBackend *media);

/* As after power-on. */
void emmc_reset(struct emmc *card);

/*
 * The host has sent a command. Returns the words of the response: 0 if the card is silent, 1 for
 * 32 bits in response[0], 4 for CID or CSD, whose bits 31 to 0 are response[0].
 */
unsigned emmc_command(struct emmc *card, unsigned index, uint32_t argument, uint32_t response[4]);

/* Data of the transfer that a command has begun. False if there is none under way that goes in this
 * direction, or none with so much left. */
bool emmc_read(struct emmc *card, void *data, size_t size);
bool emmc_write(struct emmc *card, const void *data, size_t size);

#endif
