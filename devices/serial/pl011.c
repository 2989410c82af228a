/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Arm PL011, r1p5 (DDI 0183G).
 */
#include "uart.h"

#include "mmio.h"

/* Section 3.2, table 3-1. */
#define UARTDR    0x000 /* rw  3.3.1   received byte, byte to send */
#define UARTFR    0x018 /* ro  3.3.3   flags */
#define UARTIBRD  0x024 /* rw  3.3.5   baud rate divisor, whole */
#define UARTFBRD  0x028 /* rw  3.3.6   and in 64ths */
#define UARTLCR_H 0x02c /* rw  3.3.7   line control; a write also takes the divisor over */
#define UARTCR    0x030 /* rw  3.3.8   control */
#define UARTIFLS  0x034 /* rw  3.3.9   FIFO levels that interrupt */
#define UARTIMSC  0x038 /* rw  3.3.10  which interrupts get through */
#define UARTICR   0x044 /* wo  3.3.13  clears interrupts */

#define DR_DATA 0xffu

#define FR_BUSY (1u << 3) /* sending */
#define FR_RXFE (1u << 4) /* nothing received */
#define FR_TXFF (1u << 5) /* transmit FIFO full */

#define LCR_H_FEN    (1u << 4) /* FIFOs on */
#define LCR_H_WLEN_8 (3u << 5) /* 8 bits; parity off, one stop bit */

#define CR_UARTEN (1u << 0)
#define CR_TXE    (1u << 8)
#define CR_RXE    (1u << 9)

#define IFLS_TX_1_4 (1u << 0) /* a quarter full or less */
#define IFLS_RX_1_2 (2u << 3) /* half full or more; RT tells of fewer */

#define INT_RX (1u << 4)
#define INT_TX (1u << 5)
#define INT_RT (1u << 6) /* something received, and nothing more for 32 bit periods */

/* What UARTCLK is where nobody has set a rate: QEMU's boards have no boot loader that does. */
#define UARTCLK_HZ 24000000u

/* How often BUSY is read before setting up: a FIFO of 32 bytes at 9600 baud is out by then. */
#define BUSY_READS 1000000u

/* Section 3.3.6: divisor = UARTCLK / (16 x rate), in 64ths; 1.0 to 65535.0. */
static void baud_set(uintptr_t regs, uint64_t baud)
{
    if (baud == 0 || mmio_read32(regs, UARTIBRD) != 0) {
        return;
    }
    uint64_t divisor = ((uint64_t)UARTCLK_HZ * 4 + baud / 2) / baud;
    if (baud <= UARTCLK_HZ && divisor >= 64 && divisor <= 65535u * 64) {
        mmio_write32(regs, UARTIBRD, (uint32_t)(divisor / 64));
        mmio_write32(regs, UARTFBRD, (uint32_t)(divisor % 64));
    }
}

/* Section 3.3.8: the UART is off while it is set up, and off only once it has sent what it had. */
void uart_setup(uintptr_t regs, uint64_t baud, bool receive)
{
    for (uint32_t i = 0; i < BUSY_READS && (mmio_read32(regs, UARTFR) & FR_BUSY) != 0; i++) {
    }
    uint32_t control = mmio_read32(regs, UARTCR) & ~(CR_UARTEN | CR_TXE | CR_RXE);
    mmio_write32(regs, UARTCR, control);
    mmio_write32(regs, UARTIMSC, 0);
    mmio_write32(regs, UARTICR, INT_RX | INT_TX | INT_RT);
    baud_set(regs, baud);
    mmio_write32(regs, UARTLCR_H, LCR_H_WLEN_8 | LCR_H_FEN);
    mmio_write32(regs, UARTIFLS, IFLS_TX_1_4 | IFLS_RX_1_2);
    mmio_write32(regs, UARTCR, control | CR_UARTEN | CR_TXE | (receive ? CR_RXE : 0));
}

bool uart_can_send(uintptr_t regs)
{
    return (mmio_read32(regs, UARTFR) & FR_TXFF) == 0;
}

void uart_send(uintptr_t regs, char byte)
{
    mmio_write32(regs, UARTDR, (uint8_t)byte);
}

int uart_receive(uintptr_t regs)
{
    if ((mmio_read32(regs, UARTFR) & FR_RXFE) != 0) {
        return UART_NOTHING;
    }
    return (int)(mmio_read32(regs, UARTDR) & DR_DATA);
}

static void interrupt_mask(uintptr_t regs, uint32_t which, bool on)
{
    uint32_t mask = mmio_read32(regs, UARTIMSC);
    mmio_write32(regs, UARTIMSC, on ? mask | which : mask & ~which);
}

/* Section 2.8.3: TX is raised as the FIFO falls to its level, and stays raised until it is cleared
 * or the FIFO is fuller again. */
void uart_send_interrupt(uintptr_t regs, bool on)
{
    interrupt_mask(regs, INT_TX, on);
}

void uart_receive_interrupt(uintptr_t regs, bool on)
{
    interrupt_mask(regs, INT_RX | INT_RT, on);
}

/* RX and RT end by themselves when the FIFO has been read; cleared, they would not be raised again
 * by what is left in it. */
void uart_interrupt_clear(uintptr_t regs)
{
    mmio_write32(regs, UARTICR, INT_TX);
}
