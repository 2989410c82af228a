/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A PL011 r1p5 (DDI 0183G): FIFOs of 32 bytes, a TX interrupt that is raised by the fall to the
 * level, and a line that stays as long as its cause.
 */
#include "uart_model.h"

#include <stdlib.h>
#include <string.h>

#include "mmio.h"

#define FIFO 32

#define INT_RX 0x10u
#define INT_TX 0x20u
#define INT_RT 0x40u

char uart_sent[1 << 16];
uint32_t uart_sent_length;
void (*uart_model_on_take)(void);
void (*uart_model_on_listen)(void);
static uint32_t ibrd, fbrd, lcr_h, cr, ifls, imsc, ris;
static char sending[FIFO], receiving[FIFO];
static uint32_t sending_count, receiving_count;

void uart_model_reset(void)
{
    uart_model_on_take = uart_model_on_listen = NULL;
    ibrd = fbrd = lcr_h = imsc = ris = 0;
    cr = 0x300; /* table 3-1 */
    ifls = 0x12;
    sending_count = receiving_count = uart_sent_length = 0;
    memset(uart_sent, 0, sizeof(uart_sent));
}

uint32_t uart_model_fifo(void)
{
    return sending_count;
}

static uint32_t level(uint32_t select)
{
    static const uint32_t eighths[] = {1, 2, 4, 6, 7};
    return eighths[select % 5] * FIFO / 8;
}

void uart_model_drain(uint32_t count)
{
    for (; count > 0 && sending_count > 0; count--) {
        uart_sent[uart_sent_length++] = sending[0];
        memmove(sending, sending + 1, --sending_count);
        if (sending_count == level(ifls & 7)) {
            ris |= INT_TX;
        }
    }
}

bool uart_model_receive(char byte)
{
    if ((cr & 0x201) != 0x201 || receiving_count == FIFO) {
        return false;
    }
    receiving[receiving_count++] = byte;
    ris |= INT_RT | (receiving_count >= level(ifls >> 3 & 7) ? INT_RX : 0);
    return true;
}

bool uart_model_interrupt(bool take)
{
    (void)take;
    return (ris & imsc) != 0;
}

bool uart_model_is_set_up(bool receive)
{
    return lcr_h == 0x70 && (cr & 0x301) == (receive ? 0x301 : 0x101);
}

uint32_t uart_model_baud(void)
{
    uint32_t divisor = ibrd * 64 + fbrd;
    return divisor == 0 ? 0 : (24000000u * 4 + divisor / 2) / divisor;
}

void uart_model_boot(void)
{
    ibrd = 26;
    fbrd = 3; /* 57600 */
    cr = 0x301;
}

uint32_t mmio_read32(uintptr_t base, uint32_t offset)
{
    char byte;
    if (base != UART_MODEL_REGS) {
        abort();
    }
    switch (offset) {
    case 0x00:
        if (uart_model_on_take != NULL) {
            uart_model_on_take();
        }
        if (receiving_count == 0) {
            abort();
        }
        byte = receiving[0];
        memmove(receiving, receiving + 1, --receiving_count);
        ris &= ~((receiving_count == 0 ? INT_RT : 0) |
                 (receiving_count < level(ifls >> 3 & 7) ? INT_RX : 0));
        return (uint8_t)byte | 0x700; /* errors beside the byte */
    case 0x18:
        return (receiving_count == 0 ? 0x10u : 0) | (sending_count == FIFO ? 0x20u : 0);
    case 0x24:
        return ibrd;
    case 0x28:
        return fbrd;
    case 0x2c:
        return lcr_h;
    case 0x30:
        return cr;
    case 0x34:
        return ifls;
    case 0x38:
        return imsc;
    default:
        abort();
    }
}

void mmio_write32(uintptr_t base, uint32_t offset, uint32_t value)
{
    /* 3.3.8: these are set while the UART is off. */
    bool is_setting = offset == 0x24 || offset == 0x28 || offset == 0x2c || offset == 0x34;
    if (base != UART_MODEL_REGS || (is_setting && (cr & 1) != 0)) {
        abort();
    }
    switch (offset) {
    case 0x00:
        if (sending_count == FIFO || (cr & 0x101) != 0x101) {
            abort();
        }
        sending[sending_count++] = (char)value;
        if (sending_count > level(ifls & 7)) {
            ris &= ~INT_TX;
        }
        break;
    case 0x24:
        ibrd = value;
        break;
    case 0x28:
        fbrd = value;
        break;
    case 0x2c:
        lcr_h = value;
        break;
    case 0x30:
        cr = value;
        break;
    case 0x34:
        ifls = value;
        break;
    case 0x38:
        if (uart_model_on_listen != NULL && (value & ~imsc & INT_RX) != 0) {
            uart_model_on_listen();
        }
        imsc = value;
        break;
    case 0x44:
        ris &= ~value;
        break;
    default:
        abort();
    }
}
