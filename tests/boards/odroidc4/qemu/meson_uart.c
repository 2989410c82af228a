/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The UART of Amlogic's Meson SoCs: two FIFOs of 64 characters, and one interrupt, which is an
 * edge. Registers and bits are those that Linux's meson_uart driver uses. A character takes 1 us to
 * send, whatever the baud rate; it reaches QEMU's console when it is written.
 */
#include "qemu/osdep.h"
#include "hw/irq.h"
#include "hw/qdev-properties-system.h"
#include "qemu/log.h"
#include "qemu/timer.h"

#include "meson_uart.h"

#define WFIFO   0x00 /* -w  a character to send */
#define RFIFO   0x04 /* r-  the oldest received character */
#define CONTROL 0x08 /* rw */
#define STATUS  0x0c /* r- */
#define MISC    0x10 /* rw  the FIFO levels that interrupt */
#define REG5    0x14 /* rw  the baud rate */

#define CONTROL_TX_ENABLE    (1u << 12)
#define CONTROL_RX_ENABLE    (1u << 13)
#define CONTROL_TX_RESET     (1u << 22)
#define CONTROL_RX_RESET     (1u << 23)
#define CONTROL_RX_INTERRUPT (1u << 27)
#define CONTROL_TX_INTERRUPT (1u << 28)

#define STATUS_RX_EMPTY (1u << 20)
#define STATUS_TX_FULL  (1u << 21)
#define STATUS_TX_EMPTY (1u << 22)
#define STATUS_BUSY     (1u << 25)

#define MISC_RX_LEVEL(misc) ((misc)&0xff)
#define MISC_TX_LEVEL(misc) ((misc) >> 8 & 0xff)

#define REGISTERS_SIZE 0x18
#define CHARACTER_NS   1000

static int64_t now_ns(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

/* How many characters are still to be sent. */
static unsigned sending_count(const MesonUart *uart)
{
    int64_t left = uart->sent_until - now_ns();

    return left > 0 ? DIV_ROUND_UP(left, CHARACTER_NS) : 0;
}

/* The transmit interrupt comes when the FIFO has fallen below its level. */
static void schedule_drained(MesonUart *uart)
{
    int64_t level = MISC_TX_LEVEL(uart->misc);
    int64_t below = uart->sent_until - (level > 0 ? level - 1 : 0) * CHARACTER_NS;

    if (uart->control & CONTROL_TX_INTERRUPT) {
        timer_mod(uart->drain, MAX(below, now_ns()));
    } else {
        timer_del(uart->drain);
    }
}

static void drained(void *opaque)
{
    MesonUart *uart = opaque;

    if (uart->control & CONTROL_TX_INTERRUPT) {
        qemu_irq_pulse(uart->irq);
    }
}

static void send_character(MesonUart *uart, uint8_t character)
{
    if (!(uart->control & CONTROL_TX_ENABLE) || sending_count(uart) == MESON_UART_FIFO_SIZE) {
        return;
    }
    qemu_chr_fe_write_all(&uart->backend, &character, 1);
    uart->sent_until = MAX(uart->sent_until, now_ns()) + CHARACTER_NS;
    schedule_drained(uart);
}

static uint8_t take_received(MesonUart *uart)
{
    uint8_t character = uart->received[0];

    if (uart->received_count == 0) {
        return 0;
    }
    uart->received_count--;
    memmove(uart->received, uart->received + 1, uart->received_count);
    qemu_chr_fe_accept_input(&uart->backend);
    return character;
}

static int can_receive(void *opaque)
{
    const MesonUart *uart = opaque;

    return uart->control & CONTROL_RX_ENABLE ? MESON_UART_FIFO_SIZE - uart->received_count : 0;
}

static void receive(void *opaque, const uint8_t *characters, int count)
{
    MesonUart *uart = opaque;

    memcpy(uart->received + uart->received_count, characters, count);
    uart->received_count += count;
    if ((uart->control & CONTROL_RX_INTERRUPT) &&
        uart->received_count >= MISC_RX_LEVEL(uart->misc)) {
        qemu_irq_pulse(uart->irq);
    }
}

static uint32_t read_status(const MesonUart *uart)
{
    unsigned sending = sending_count(uart);

    return uart->received_count | sending << 8 | (uart->received_count == 0 ? STATUS_RX_EMPTY : 0) |
           (sending == 0 ? STATUS_TX_EMPTY : STATUS_BUSY) |
           (sending == MESON_UART_FIFO_SIZE ? STATUS_TX_FULL : 0);
}

static uint64_t read_register(void *opaque, hwaddr offset, unsigned size)
{
    MesonUart *uart = opaque;

    switch (offset) {
    case RFIFO:
        return take_received(uart);
    case CONTROL:
        return uart->control;
    case STATUS:
        return read_status(uart);
    case MISC:
        return uart->misc;
    case REG5:
        return uart->reg5;
    default:
        return 0;
    }
}

static void write_control(MesonUart *uart, uint32_t value)
{
    uart->control = value;
    if (value & CONTROL_TX_RESET) {
        uart->sent_until = 0;
    }
    if (value & CONTROL_RX_RESET) {
        uart->received_count = 0;
    }
    schedule_drained(uart);
    qemu_chr_fe_accept_input(&uart->backend);
}

static void write_register(void *opaque, hwaddr offset, uint64_t value, unsigned size)
{
    MesonUart *uart = opaque;

    switch (offset) {
    case WFIFO:
        send_character(uart, value);
        break;
    case CONTROL:
        write_control(uart, value);
        break;
    case MISC:
        uart->misc = value;
        schedule_drained(uart);
        break;
    case REG5:
        uart->reg5 = value;
        break;
    default:
        qemu_log_mask(LOG_GUEST_ERROR, "meson-uart: write to read-only offset %#lx\n",
                      (unsigned long)offset);
    }
}

static const MemoryRegionOps register_ops = {
    .read = read_register,
    .write = write_register,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid.min_access_size = 4,
    .valid.max_access_size = 4,
};

/* As U-Boot leaves it: both directions on, no interrupts. */
static void reset(DeviceState *device)
{
    MesonUart *uart = MESON_UART(device);

    uart->control = CONTROL_TX_ENABLE | CONTROL_RX_ENABLE;
    uart->misc = 0;
    uart->reg5 = 0;
    uart->sent_until = 0;
    uart->received_count = 0;
    timer_del(uart->drain);
}

static void realize(DeviceState *device, Error **errp)
{
    MesonUart *uart = MESON_UART(device);

    uart->drain = timer_new_ns(QEMU_CLOCK_VIRTUAL, drained, uart);
    qemu_chr_fe_set_handlers(&uart->backend, can_receive, receive, NULL, NULL, uart, NULL, true);
}

static void instance_init(Object *object)
{
    MesonUart *uart = MESON_UART(object);

    memory_region_init_io(&uart->registers, object, &register_ops, uart, TYPE_MESON_UART,
                          REGISTERS_SIZE);
    sysbus_init_mmio(SYS_BUS_DEVICE(object), &uart->registers);
    sysbus_init_irq(SYS_BUS_DEVICE(object), &uart->irq);
}

static Property properties[] = {
    DEFINE_PROP_CHR("chardev", MesonUart, backend),
    DEFINE_PROP_END_OF_LIST(),
};

static void class_init(ObjectClass *class, void *data)
{
    DeviceClass *device_class = DEVICE_CLASS(class);

    device_class->realize = realize;
    device_class->reset = reset;
    device_class_set_props(device_class, properties);
}

static const TypeInfo type_info = {
    .name = TYPE_MESON_UART,
    .parent = TYPE_SYS_BUS_DEVICE,
    .instance_size = sizeof(MesonUart),
    .instance_init = instance_init,
    .class_init = class_init,
};

static void register_types(void)
{
    type_register_static(&type_info);
}

type_init(register_types)
