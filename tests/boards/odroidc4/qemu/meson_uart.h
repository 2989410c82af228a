/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The UART of Amlogic's Meson SoCs, one of the "always on" block. See meson_uart.c.
 */
#ifndef ODROIDC4_MESON_UART_H
#define ODROIDC4_MESON_UART_H

#include "chardev/char-fe.h"
#include "hw/sysbus.h"

#define TYPE_MESON_UART "meson-uart"
OBJECT_DECLARE_SIMPLE_TYPE(MesonUart, MESON_UART)

#define MESON_UART_FIFO_SIZE 64

struct MesonUart {
    SysBusDevice parent_obj;
    MemoryRegion registers;
    CharBackend backend;
    qemu_irq irq;
    QEMUTimer *drain; /* rings when the transmit FIFO falls to the level that interrupts */

    uint32_t control, misc, reg5;
    int64_t sent_until; /* virtual time (ns) at which the last character written has been sent */
    uint8_t received[MESON_UART_FIFO_SIZE];
    unsigned received_count;
};

#endif
