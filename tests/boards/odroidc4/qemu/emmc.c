/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An eMMC. See emmc.h. Names are those of the standard.
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"

#include "emmc.h"

/* Commands. */
#define GO_IDLE_STATE        0
#define SEND_OP_COND         1
#define ALL_SEND_CID         2
#define SET_RELATIVE_ADDR    3
#define SWITCH               6
#define SELECT_CARD          7
#define SEND_EXT_CSD         8
#define SEND_CSD             9
#define SEND_CID             10
#define STOP_TRANSMISSION    12
#define SEND_STATUS          13
#define SET_BLOCKLEN         16
#define READ_SINGLE_BLOCK    17
#define READ_MULTIPLE_BLOCK  18
#define SET_BLOCK_COUNT      23
#define WRITE_BLOCK          24
#define WRITE_MULTIPLE_BLOCK 25

/* The card's status, R1. */
#define R1_ADDRESS_OUT_OF_RANGE (1u << 31)
#define R1_BLOCK_LEN_ERROR      (1u << 29)
#define R1_ILLEGAL_COMMAND      (1u << 22)
#define R1_ERROR                (1u << 19)
#define R1_READY_FOR_DATA       (1u << 8)
#define R1_SWITCH_ERROR         (1u << 7)
#define R1_STATE_SHIFT          9

/* The OCR register: powered up, addressed by sectors, 2.7 to 3.6 V and 1.7 to 1.95 V. */
#define OCR_POWERED_UP (1u << 31)
#define OCR_BASE       0x40ff8080u

/* The EXT_CSD register: offsets and values. */
#define EXT_CSD_BUS_WIDTH       183
#define EXT_CSD_HS_TIMING       185
#define EXT_CSD_REV             192
#define EXT_CSD_STRUCTURE       194
#define EXT_CSD_CARD_TYPE       196
#define EXT_CSD_SEC_COUNT       212
#define EXT_CSD_HC_ERASE_GRP    224
#define EXT_CSD_S_CMD_SET       504
#define EXT_CSD_FIRST_READ_ONLY 192
#define EXT_CSD_REV_4_41        5
#define EXT_CSD_STRUCTURE_1_2   2
#define EXT_CSD_CARD_TYPE_26_52 3

/* Argument of SWITCH: bits 25-24 what to do, 23-16 index, 15-8 value. */
#define SWITCH_ACCESS(argument) ((argument) >> 24 & 3)
#define SWITCH_INDEX(argument)  ((argument) >> 16 & 0xff)
#define SWITCH_VALUE(argument)  ((argument) >> 8 & 0xff)
enum switch_access {
    SWITCH_COMMAND_SET,
    SWITCH_SET_BITS,
    SWITCH_CLEAR_BITS,
    SWITCH_WRITE_BYTE,
};

/* The CID register, most significant word last: maker and date are nobody's, the product is
 * "DROVER", serial number 1. */
static const uint32_t cid[4] = {0x00011d01, 0x52100000, 0x524f5645, 0x00010044};

/*
 * The CSD register. Structure and size are EXT_CSD's (CSD_STRUCTURE 3, C_SIZE all ones); version 4;
 * blocks of 512; 26 MHz; command classes 0, 2 and 4, so that nobody erases.
 */
static const uint32_t csd[4] = {0x02400001, 0xffff8000, 0x015903ff, 0xd05e0032};

static uint64_t media_size(const struct emmc *card)
{
    return (uint64_t)ldl_le_p(card->ext_csd + EXT_CSD_SEC_COUNT) * EMMC_BLOCK_SIZE;
}

void emmc_init(struct emmc *card, BlockBackend *media)
{
    card->media = media;
    if (media != NULL) {
        stl_le_p(card->ext_csd + EXT_CSD_SEC_COUNT,
                 MIN(blk_getlength(media) / EMMC_BLOCK_SIZE, UINT32_MAX));
    }
    card->ext_csd[EXT_CSD_REV] = EXT_CSD_REV_4_41;
    card->ext_csd[EXT_CSD_STRUCTURE] = EXT_CSD_STRUCTURE_1_2;
    card->ext_csd[EXT_CSD_CARD_TYPE] = EXT_CSD_CARD_TYPE_26_52;
    card->ext_csd[EXT_CSD_HC_ERASE_GRP] = 1;
    card->ext_csd[EXT_CSD_S_CMD_SET] = 1;
}

void emmc_reset(struct emmc *card)
{
    card->state = EMMC_IDLE;
    card->relative_address = 1;
    card->errors = 0;
    card->set_count = 0;
    card->left = 0;
    card->ext_csd[EXT_CSD_BUS_WIDTH] = 0;
    card->ext_csd[EXT_CSD_HS_TIMING] = 0;
}

/* R1 shows the state in which the command found the card, and forgets the errors it has shown. */
static unsigned respond_status(struct emmc *card, enum emmc_state found, uint32_t response[4])
{
    response[0] = card->errors | found << R1_STATE_SHIFT | R1_READY_FOR_DATA;
    card->errors = 0;
    return 1;
}

static unsigned respond_long(const uint32_t value[4], uint32_t response[4])
{
    memcpy(response, value, 4 * sizeof(*value));
    return 4;
}

static unsigned respond_nothing(struct emmc *card)
{
    card->errors |= R1_ILLEGAL_COMMAND;
    return 0;
}

/* Before the card has an address: commands for all. */
static unsigned command_identify(struct emmc *card, unsigned index, uint32_t argument,
                                 uint32_t response[4])
{
    enum emmc_state found = card->state;

    if (index == SEND_OP_COND && found == EMMC_IDLE) {
        response[0] = OCR_BASE | (argument != 0 ? OCR_POWERED_UP : 0);
        card->state = argument != 0 ? EMMC_READY : EMMC_IDLE;
        return 1;
    }
    if (index == ALL_SEND_CID && found == EMMC_READY) {
        card->state = EMMC_IDENTIFICATION;
        return respond_long(cid, response);
    }
    if (index == SET_RELATIVE_ADDR && found == EMMC_IDENTIFICATION) {
        card->relative_address = argument >> 16;
        card->state = EMMC_STANDBY;
        return respond_status(card, found, response);
    }
    return respond_nothing(card);
}

/* Commands with the card's address in their argument. */
static unsigned command_addressed(struct emmc *card, unsigned index, uint32_t argument,
                                  uint32_t response[4])
{
    enum emmc_state found = card->state;

    if (argument >> 16 != card->relative_address) {
        if (index == SELECT_CARD && found >= EMMC_TRANSFER) {
            card->state = EMMC_STANDBY;
        }
        return 0;
    }
    if (index == SEND_STATUS) {
        return respond_status(card, found, response);
    }
    if (found != EMMC_STANDBY) {
        return respond_nothing(card);
    }
    if (index == SELECT_CARD) {
        card->state = EMMC_TRANSFER;
        return respond_status(card, found, response);
    }
    return respond_long(index == SEND_CSD ? csd : cid, response);
}

static void switch_byte(struct emmc *card, uint32_t argument)
{
    uint8_t *byte = &card->ext_csd[SWITCH_INDEX(argument)];

    if (SWITCH_ACCESS(argument) == SWITCH_COMMAND_SET) {
        return;
    }
    if (SWITCH_INDEX(argument) >= EXT_CSD_FIRST_READ_ONLY) {
        card->errors |= R1_SWITCH_ERROR;
        return;
    }
    switch (SWITCH_ACCESS(argument)) {
    case SWITCH_SET_BITS:
        *byte |= SWITCH_VALUE(argument);
        break;
    case SWITCH_CLEAR_BITS:
        *byte &= ~SWITCH_VALUE(argument);
        break;
    case SWITCH_WRITE_BYTE:
        *byte = SWITCH_VALUE(argument);
        break;
    }
}

/* Begins a transfer of `size` bytes at a sector; one that reaches past the end is refused. */
static void transfer_begin(struct emmc *card, enum emmc_state state, uint32_t sector, uint64_t size)
{
    uint64_t position = (uint64_t)sector * EMMC_BLOCK_SIZE;

    card->set_count = 0;
    if (position >= media_size(card) || size > media_size(card) - position) {
        card->errors |= R1_ADDRESS_OUT_OF_RANGE;
        return;
    }
    card->is_ext_csd = false;
    card->position = position;
    card->left = size;
    card->state = state;
}

/* The size of a multiple transfer: what CMD23 has said, or up to the card's end. */
static uint64_t multiple_size(const struct emmc *card, uint32_t sector)
{
    uint64_t position = (uint64_t)sector * EMMC_BLOCK_SIZE;

    if (card->set_count != 0) {
        return (uint64_t)card->set_count * EMMC_BLOCK_SIZE;
    }
    return position < media_size(card) ? media_size(card) - position : 0;
}

static void ext_csd_begin(struct emmc *card)
{
    card->is_ext_csd = true;
    card->position = 0;
    card->left = EMMC_EXT_CSD_SIZE;
    card->state = EMMC_SENDING;
}

/* Commands to the selected card. */
static unsigned command_transfer(struct emmc *card, unsigned index, uint32_t argument,
                                 uint32_t response[4])
{
    enum emmc_state found = card->state;

    if (index == STOP_TRANSMISSION && found > EMMC_TRANSFER) {
        card->state = EMMC_TRANSFER;
        return respond_status(card, found, response);
    }
    if (found != EMMC_TRANSFER) {
        return respond_nothing(card);
    }
    switch (index) {
    case SWITCH:
        switch_byte(card, argument);
        break;
    case SEND_EXT_CSD:
        ext_csd_begin(card);
        break;
    case SET_BLOCKLEN:
        card->errors |= argument != EMMC_BLOCK_SIZE ? R1_BLOCK_LEN_ERROR : 0;
        break;
    case SET_BLOCK_COUNT:
        card->set_count = argument & 0xffff;
        break;
    case READ_SINGLE_BLOCK:
        transfer_begin(card, EMMC_SENDING, argument, EMMC_BLOCK_SIZE);
        break;
    case READ_MULTIPLE_BLOCK:
        transfer_begin(card, EMMC_SENDING, argument, multiple_size(card, argument));
        break;
    case WRITE_BLOCK:
        transfer_begin(card, EMMC_RECEIVING, argument, EMMC_BLOCK_SIZE);
        break;
    case WRITE_MULTIPLE_BLOCK:
        transfer_begin(card, EMMC_RECEIVING, argument, multiple_size(card, argument));
        break;
    default:
        return respond_nothing(card);
    }
    return respond_status(card, found, response);
}

unsigned emmc_command(struct emmc *card, unsigned index, uint32_t argument, uint32_t response[4])
{
    if (card->media == NULL) {
        return 0;
    }
    switch (index) {
    case GO_IDLE_STATE:
        emmc_reset(card);
        return 0;
    case SEND_OP_COND:
    case ALL_SEND_CID:
    case SET_RELATIVE_ADDR:
        return command_identify(card, index, argument, response);
    case SELECT_CARD:
    case SEND_CSD:
    case SEND_CID:
    case SEND_STATUS:
        return command_addressed(card, index, argument, response);
    default:
        return command_transfer(card, index, argument, response);
    }
}

static void transferred(struct emmc *card, size_t size)
{
    card->position += size;
    card->left -= size;
    if (card->left == 0) {
        card->state = EMMC_TRANSFER;
    }
}

bool emmc_read(struct emmc *card, void *data, size_t size)
{
    if (card->state != EMMC_SENDING || size > card->left) {
        return false;
    }
    if (card->is_ext_csd) {
        memcpy(data, card->ext_csd + card->position, size);
    } else if (blk_pread(card->media, card->position, size, data, 0) < 0) {
        card->errors |= R1_ERROR;
        return false;
    }
    transferred(card, size);
    return true;
}

bool emmc_write(struct emmc *card, const void *data, size_t size)
{
    if (card->state != EMMC_RECEIVING || size > card->left) {
        return false;
    }
    if (blk_pwrite(card->media, card->position, size, data, 0) < 0) {
        card->errors |= R1_ERROR;
        return false;
    }
    transferred(card, size);
    return true;
}
