/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Two PrimeCells whose level interrupt software can raise and lower with one store to a mask
 * register: the PL031 real-time clock (Arm DDI 0224, 3.3) and the PL061 GPIO block (Arm DDI
 * 0190, 3.3).
 */
#pragma once

#include "io.h"

#define PL031_DR   0x000 /* ro, seconds */
#define PL031_MR   0x004 /* rw, match */
#define PL031_IMSC 0x010 /* rw, 1: a match raises the interrupt */
#define PL031_RIS  0x014 /* ro, 1: matched */
#define PL031_ICR  0x01c /* wo, 1: forget the match */

#define PL061_DIR 0x400 /* rw, 0: input */
#define PL061_IS  0x404 /* rw, 1: level */
#define PL061_IBE 0x408 /* rw, 1: both edges */
#define PL061_IEV 0x40c /* rw, 0: low level or falling edge */
#define PL061_IE  0x410 /* rw, 1: raises the interrupt */
#define PL061_PIN 1     /* the pin used; it is pulled low */

/* Brings the clock to a match; from then on IMSC alone drives the line. It is low now. */
static inline void pl031_match(uint64_t base)
{
    write32(base + PL031_IMSC, 0);
    write32(base + PL031_ICR, 1);
    while (!(read32(base + PL031_RIS) & 1)) {
        write32(base + PL031_MR, read32(base + PL031_DR));
    }
}

/* Makes a pin that is low an active one; from then on IE alone drives the line. It is low now. */
static inline void pl061_low_pin(uint64_t base)
{
    write32(base + PL061_IE, 0);
    write32(base + PL061_DIR, 0);
    write32(base + PL061_IS, PL061_PIN);
    write32(base + PL061_IBE, 0);
    write32(base + PL061_IEV, 0);
}
