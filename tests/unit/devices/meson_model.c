/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A Meson UART: FIFOs of 64 bytes, and an interrupt that is an edge: each event counts once, and
 * only if its interrupt is enabled when it happens.
 */
#include "uart_model.h"

#include <stdlib.h>
#include <string.h>

#include "mmio.h"

#define FIFO 64

#define TX_ENABLE    (1u << 12)
#define RX_ENABLE    (1u << 13)
#define RX_INTERRUPT (1u << 27)
#define TX_INTERRUPT (1u << 28)

char uart_sent[1 << 16];
uint32_t uart_sent_length;
void (*uart_model_on_take)(void);
void (*uart_model_on_listen)(void);
static uint32_t control, misc, reg5;
static char sending[FIFO], receiving[FIFO];
static uint32_t sending_count, receiving_count;
static bool pending;

void uart_model_reset(void)
{
    uart_model_on_take = uart_model_on_listen = NULL;
    control = 3u << 16 | 1u << 19 | 3u << 20; /* not what is wanted */
    misc = reg5 = 0;
    sending_count = receiving_count = uart_sent_length = 0;
    pending = false;
    memset(uart_sent, 0, sizeof(uart_sent));
}

uint32_t uart_model_fifo(void)
{
    return sending_count;
}

void uart_model_drain(uint32_t count)
{
    for (; count > 0 && sending_count > 0; count--) {
        uart_sent[uart_sent_length++] = sending[0];
        memmove(sending, sending + 1, --sending_count);
        if (sending_count + 1 == (misc >> 8 & 0xff) && (control & TX_INTERRUPT) != 0) {
            pending = true;
        }
    }
}

bool uart_model_receive(char byte)
{
    if ((control & RX_ENABLE) == 0 || receiving_count == FIFO) {
        return false;
    }
    receiving[receiving_count++] = byte;
    if (receiving_count >= (misc & 0xff) && (control & RX_INTERRUPT) != 0) {
        pending = true;
    }
    return true;
}

bool uart_model_interrupt(bool take)
{
    bool was = pending;
    pending = pending && !take;
    return was;
}

bool uart_model_is_set_up(bool receive)
{
    return (control & (TX_ENABLE | RX_ENABLE)) == (TX_ENABLE | (receive ? RX_ENABLE : 0)) &&
           (control & (3u << 16 | 1u << 19 | 3u << 20 | 7u << 22)) == 0;
}

/* Bits 23 and 24: the rate in this register, of the crystal; 26 and 27 are 0: a third of it. */
uint32_t uart_model_baud(void)
{
    uint32_t cycles = (reg5 & 0x7fffff) + 1;
    return reg5 == 0 ? 0 : ((reg5 >> 23) != 3 ? 1 : (8000000 + cycles / 2) / cycles);
}

void uart_model_boot(void)
{
    reg5 = 3u << 23 | 138; /* 57600 */
}

uint32_t mmio_read32(uintptr_t base, uint32_t offset)
{
    char byte;
    if (base != UART_MODEL_REGS) {
        abort();
    }
    switch (offset) {
    case 0x04:
        if (uart_model_on_take != NULL) {
            uart_model_on_take();
        }
        if (receiving_count == 0) {
            abort();
        }
        byte = receiving[0];
        memmove(receiving, receiving + 1, --receiving_count);
        return (uint8_t)byte;
    case 0x08:
        return control;
    case 0x0c:
        return receiving_count | sending_count << 8 | (receiving_count == 0 ? 1u << 20 : 0) |
               (sending_count == FIFO ? 1u << 21 : 0);
    case 0x14:
        return reg5;
    default:
        abort();
    }
}

void mmio_write32(uintptr_t base, uint32_t offset, uint32_t value)
{
    if (base != UART_MODEL_REGS) {
        abort();
    }
    switch (offset) {
    case 0x00:
        if (sending_count == FIFO || (control & TX_ENABLE) == 0) {
            abort();
        }
        sending[sending_count++] = (char)value;
        break;
    case 0x08:
        if (uart_model_on_listen != NULL && (value & ~control & RX_INTERRUPT) != 0) {
            uart_model_on_listen();
        }
        control = value;
        break;
    case 0x10:
        misc = value;
        break;
    case 0x14:
        reg5 = value;
        break;
    default:
        abort();
    }
}
