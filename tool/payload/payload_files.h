/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The files of a payload's directory, as `drover payload` writes and `drover compose` reads them.
 */
#pragma once

#define PAYLOAD_IMAGE   "Image"        /* the kernel, uncompressed */
#define PAYLOAD_INITRD  "initrd"       /* as it was found; missing where there is none */
#define PAYLOAD_TREE    "board.dtb"    /* missing where there is none */
#define PAYLOAD_FACTS   "payload.json" /* what these are */
#define PAYLOAD_MADE_BY "drover payload"
