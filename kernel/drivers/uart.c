/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * One row a UART: where its status and data registers are, and which status bit means "full".
 */
#include "drivers/uart.h"

static const struct {
    uint16_t status;
    uint16_t data;
    uint32_t full;
} uarts[] = {
    [UART_PL011] = {0x18, 0x00, 1u << 5}, /* UARTFR.TXFF, UARTDR; Arm DDI 0183G, 3.3 */
    [UART_MESON] = {0x0c, 0x00,
                    1u << 21}, /* UART_STATUS, UART_WFIFO; Amlogic S905X3 datasheet, UART */
    [UART_CADENCE] = {0x2c, 0x30, 1u << 4}, /* Channel_sts.TXFULL, TX_RX_FIFO; UG1087, UART */
};

void uart_put(uint64_t base, uint32_t type, char c)
{
    if (type == UART_NONE || type >= sizeof uarts / sizeof uarts[0]) {
        return;
    }
    while ((mmio_read32(base + uarts[type].status) & uarts[type].full) != 0) {
    }
    mmio_write32(base + uarts[type].data, (uint8_t)c);
}
