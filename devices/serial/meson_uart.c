/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The UART of Amlogic's Meson SoCs (S905X3 data sheet, revision 02, section 13.5.4). Its interrupt
 * is an edge.
 */
#include "uart.h"

#include "mmio.h"

/* Section 13.5.4: offsets from the UART's first register. */
#define UART_WFIFO   0x00 /* wo  byte to send */
#define UART_RFIFO   0x04 /* ro  oldest received byte */
#define UART_CONTROL 0x08 /* rw */
#define UART_STATUS  0x0c /* ro */
#define UART_MISC    0x10 /* rw  FIFO levels that interrupt */
#define UART_REG5    0x14 /* rw  baud rate */

#define CONTROL_TX_ENABLE    (1u << 12)
#define CONTROL_RX_ENABLE    (1u << 13)
#define CONTROL_STOP_BITS    (3u << 16) /* 0: one */
#define CONTROL_PARITY       (1u << 19)
#define CONTROL_BITS         (3u << 20) /* 0: eight */
#define CONTROL_CLEAR_ERROR  (1u << 24)
#define CONTROL_RX_INTERRUPT (1u << 27)
#define CONTROL_TX_INTERRUPT (1u << 28)

#define STATUS_RX_EMPTY (1u << 20)
#define STATUS_TX_FULL  (1u << 21)

/* Bytes received that interrupt, and bytes still to be sent below which it does: of FIFOs of 64. */
#define MISC_RX_LEVEL(count) (count)
#define MISC_TX_LEVEL(count) ((count) << 8)

#define REG5_RATE(cycles) ((cycles)-1) /* clock cycles for a bit, less one; 23 bits */
#define REG5_RATE_MAX     0x7fffffu
#define REG5_USED         (1u << 23) /* the rate is the one in this register */
#define REG5_CRYSTAL      (1u << 24) /* its clock is the crystal; bits 26 and 27 are 0: a third */

#define CRYSTAL_HZ 24000000u

static void baud_set(uintptr_t regs, uint64_t baud)
{
    if (baud == 0 || baud > CRYSTAL_HZ / 3 || (mmio_read32(regs, UART_REG5) & REG5_USED) != 0) {
        return;
    }
    uint64_t cycles = (CRYSTAL_HZ / 3 + baud / 2) / baud;
    if (cycles > 0 && REG5_RATE(cycles) <= REG5_RATE_MAX) {
        mmio_write32(regs, UART_REG5, (uint32_t)REG5_RATE(cycles) | REG5_USED | REG5_CRYSTAL);
    }
}

/* What is being sent goes on: the FIFOs are not reset. */
void uart_setup(uintptr_t regs, uint64_t baud, bool receive)
{
    uint32_t control = mmio_read32(regs, UART_CONTROL);
    control &= ~(CONTROL_RX_ENABLE | CONTROL_STOP_BITS | CONTROL_PARITY | CONTROL_BITS |
                 CONTROL_RX_INTERRUPT | CONTROL_TX_INTERRUPT);
    baud_set(regs, baud);
    mmio_write32(regs, UART_MISC, MISC_RX_LEVEL(1) | MISC_TX_LEVEL(16));
    mmio_write32(regs, UART_CONTROL, control | CONTROL_CLEAR_ERROR);
    mmio_write32(regs, UART_CONTROL,
                 (control & ~CONTROL_CLEAR_ERROR) | CONTROL_TX_ENABLE |
                     (receive ? CONTROL_RX_ENABLE : 0));
}

bool uart_can_send(uintptr_t regs)
{
    return (mmio_read32(regs, UART_STATUS) & STATUS_TX_FULL) == 0;
}

void uart_send(uintptr_t regs, char byte)
{
    mmio_write32(regs, UART_WFIFO, (uint8_t)byte);
}

int uart_receive(uintptr_t regs)
{
    if ((mmio_read32(regs, UART_STATUS) & STATUS_RX_EMPTY) != 0) {
        return UART_NOTHING;
    }
    return (int)(mmio_read32(regs, UART_RFIFO) & 0xff);
}

static void interrupt_enable(uintptr_t regs, uint32_t which, bool on)
{
    uint32_t control = mmio_read32(regs, UART_CONTROL);
    mmio_write32(regs, UART_CONTROL, on ? control | which : control & ~which);
}

void uart_send_interrupt(uintptr_t regs, bool on)
{
    interrupt_enable(regs, CONTROL_TX_INTERRUPT, on);
}

void uart_receive_interrupt(uintptr_t regs, bool on)
{
    interrupt_enable(regs, CONTROL_RX_INTERRUPT, on);
}

/* An edge has passed when it is seen. */
void uart_interrupt_clear(uintptr_t regs)
{
    (void)regs;
}
