/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * One row a UART: where its status and data registers are, which status bit means "full", and what
 * turns its transmitter on.
 */
#include "drivers/uart.h"

#include <stdbool.h>

static const struct {
    uint16_t status;
    uint16_t data;
    uint32_t full;
    uint16_t control;
    uint32_t control_clear, control_set; /* both 0: nothing to turn on */
} uarts[] = {
    /* UARTFR.TXFF, UARTDR; Arm DDI 0183G, 3.3 */
    [UART_PL011] = {.status = 0x18, .data = 0x00, .full = 1u << 5},
    /* UART_STATUS, UART_WFIFO; Amlogic S905X3 datasheet, UART */
    [UART_MESON] = {.status = 0x0c, .data = 0x00, .full = 1u << 21},
    /* Channel_sts.TXFULL, TX_RX_FIFO, Control.{TXDIS,TXEN}; UG1087, UART. TXDIS is set at reset. */
    [UART_CADENCE] = {.status = 0x2c,
                      .data = 0x30,
                      .full = 1u << 4,
                      .control = 0x00,
                      .control_clear = 1u << 5,
                      .control_set = 1u << 4},
};

static bool is_known(uint32_t type)
{
    return type != UART_NONE && type < sizeof uarts / sizeof uarts[0];
}

void uart_enable(uint64_t base, uint32_t type)
{
    if (!is_known(type) || (uarts[type].control_clear | uarts[type].control_set) == 0) {
        return;
    }
    uint64_t control = base + uarts[type].control;
    mmio_write32(control,
                 (mmio_read32(control) & ~uarts[type].control_clear) | uarts[type].control_set);
}

void uart_put(uint64_t base, uint32_t type, char c)
{
    if (!is_known(type)) {
        return;
    }
    while ((mmio_read32(base + uarts[type].status) & uarts[type].full) != 0) {
    }
    mmio_write32(base + uarts[type].data, (uint8_t)c);
}
