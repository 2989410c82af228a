/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtio console device: bytes both ways through serial queues that run full, and named ports
 * from their announcement to the death of the program that has one open.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <libvmm/virtio/console.h>

#include "libvmm/virtio_driver.h"

#define BASE     0xb002000ul
#define SPI      102
#define CAPACITY 64
#define TX_CH    7
#define RX_CH    8
#define QUEUES   (FAKE_RAM + 0x100000)
#define DATA     (FAKE_RAM + 0x200000)
#define MESSAGES (FAKE_RAM + 0x300000)
#define EVENTS   VIRTIO_FEATURE(VIRTIO_F_EVENT_IDX)
#define PORTS    VIRTIO_FEATURE(VIRTIO_CONSOLE_F_MULTIPORT)

static serial_queue_t shared[2];
static char regions[2][CAPACITY];
static serial_queue_handle_t rx, tx;         /* as the device has them */
static serial_queue_handle_t rx_end, tx_end; /* as the other ends have */
static struct virtio_console_device console;
static unsigned port;
static struct driver_queue queues[6];

/* What the port's owner has seen. */
static struct {
    unsigned opened_count, closed_count, writable_count;
    char bytes[256];
    unsigned length;
    bool echoes;
} owner;

static void port_opened(void *data, bool guest_opened)
{
    assert_ptr_equal(data, &owner);
    owner.opened_count += guest_opened;
    owner.closed_count += !guest_opened;
}

static void port_received(void *data, const struct virtio_chain *bytes)
{
    assert_ptr_equal(data, &owner);
    char copy[64];
    uint32_t size = virtio_chain_read(bytes, 0, copy, sizeof copy);
    assert_int_equal(size, bytes->read_size);
    memcpy(owner.bytes + owner.length, copy, size);
    owner.length += size;
    if (owner.echoes) {
        assert_true(virtio_console_port_send(&console, port, copy, size));
        assert_int_equal(bytes->read_size, size); /* the chain is still what it was */
    }
}

static void port_writable(void *data)
{
    assert_ptr_equal(data, &owner);
    owner.writable_count++;
}

static const struct virtio_console_port_ops port_ops = {
    .opened = port_opened, .received = port_received, .writable = port_writable};

static int start(void **state)
{
    (void)state;
    static bool is_registered;
    fake_start(1);
    memset(shared, 0, sizeof shared);
    shared[0].producer_signalled = shared[1].producer_signalled = 1;
    if (!is_registered) {
        assert_true(serial_queue_init(&rx, &shared[0], CAPACITY, regions[0]));
        assert_true(serial_queue_init(&tx, &shared[1], CAPACITY, regions[1]));
        rx_end = rx;
        tx_end = tx;
        is_registered = virtio_mmio_console_init(&console, BASE, 0x200, ARM_GIC_IRQ_ROUTE(0, SPI),
                                                 &rx, &tx, TX_CH, RX_CH);
        assert_true(is_registered);
        assert_int_equal(driver_features_offered(BASE) & PORTS, 0);
        port = virtio_console_port_add(&console, "org.example.port", &port_ops, &owner);
        assert_int_equal(port, 1);
    }
    driver_store(BASE, REG_VIRTIO_MMIO_STATUS, 0);
    memset(&owner, 0, sizeof owner);
    return 0;
}

static void begin(uint64_t features)
{
    assert_true(driver_begin(BASE, features));
    for (uint32_t i = 0; i < ((features & PORTS) != 0 ? 6 : 2); i++) {
        driver_queue_begin(BASE, &queues[i], i, 16, QUEUES + i * DRIVER_QUEUE_BYTES);
    }
    driver_ready(BASE);
}

/* The guest sends `text` through queue `index`, in parts of up to 5 bytes. */
static void guest_send(unsigned index, const char *text, size_t size)
{
    struct driver_part parts[16];
    unsigned count = 0;
    memcpy(fake_ram(DATA), text, size);
    for (size_t at = 0; at < size; at += 5) {
        parts[count++] =
            (struct driver_part){DATA + at, (uint32_t)(size - at < 5 ? size - at : 5), false};
    }
    driver_add(&queues[index], parts, count);
    driver_kick(BASE, &queues[index]);
}

/* The guest gives queue `index` a buffer of `size` bytes, its `number`th. */
static void guest_offer(unsigned index, unsigned number, uint32_t size)
{
    struct driver_part part = {MESSAGES + index * 0x10000 + number % 16 * 0x1000, size, true};
    driver_add(&queues[index], &part, 1);
}

/* The next buffer that the device filled in queue `index`: its bytes. */
static const uint8_t *guest_receive(unsigned index, uint32_t *size)
{
    uint32_t id;
    if (!driver_take(&queues[index], &id, size)) {
        return NULL;
    }
    return fake_ram(queues[index].desc[id].gpa);
}

static void expect_used(unsigned index, unsigned count)
{
    uint32_t id, written;
    for (unsigned i = 0; i < count; i++) {
        assert_true(driver_take(&queues[index], &id, &written));
        assert_int_equal(written, 0);
    }
    assert_false(driver_take(&queues[index], &id, &written));
}

static void expect_output(const char *text)
{
    char bytes[CAPACITY + 1] = "";
    uint32_t size = serial_dequeue_batch(&tx_end, CAPACITY, bytes);
    bytes[size] = '\0';
    assert_string_equal(bytes, text);
}

/* ---- The console ---- */

static void output(void **state)
{
    (void)state;
    begin(0);
    guest_send(1, "hello, world", 12);
    expect_used(1, 1);
    expect_output("hello, world");
    assert_int_equal(fake.notify_count[TX_CH], 1);
    guest_send(1, "x", 1);
    expect_output("x");
    driver_kick(BASE, &queues[1]); /* for nothing */
    assert_int_equal(fake.notify_count[TX_CH], 2);
}

/* The serial queue runs full in the middle of a buffer: nothing is lost or comes twice. */
static void output_waits_for_room(void **state)
{
    (void)state;
    begin(EVENTS);
    char text[61], expected[CAPACITY + 1];
    memset(text, 'a', 60);
    text[60] = '\0';
    guest_send(1, text, 60);
    shared[1].producer_signalled = 1;
    memcpy(text, "0123456789", 10);
    guest_send(1, text, 10);
    assert_int_equal(queues[1].used->idx, 1);
    assert_int_equal(shared[1].producer_signalled, 0);
    driver_kick(BASE, &queues[1]);
    virtio_console_queue_notify(&console);
    assert_int_equal(queues[1].used->idx, 1);
    memset(expected, 'a', 60);
    memcpy(expected + 60, "0123", 5);
    expect_output(expected);
    assert_true(virtio_console_queue_notify(&console));
    expect_used(1, 2);
    expect_output("456789");
    guest_send(1, "end", 3);
    expect_output("end");
}

/* A reset while a buffer is half written: the rest of it is not what comes next. */
static void output_after_reset(void **state)
{
    (void)state;
    begin(0);
    char text[61] = "";
    memset(text, 'a', 60);
    guest_send(1, text, 60);
    guest_send(1, text, 60);
    begin(0);
    char bytes[CAPACITY];
    assert_int_equal(serial_dequeue_batch(&tx_end, CAPACITY, bytes), CAPACITY);
    virtio_console_queue_notify(&console);
    guest_send(1, "new", 3);
    expect_output("new");
}

static void input(void **state)
{
    (void)state;
    uint32_t size;
    begin(EVENTS);
    for (unsigned i = 0; i < 4; i++) {
        guest_offer(0, i, 8);
    }
    uint32_t exits = driver_avail_event(&queues[0]);
    assert_int_not_equal(exits, 0); /* the driver need not notify of buffers that nobody awaits */
    serial_enqueue_batch(&rx_end, 11, "hello, moon");
    shared[0].producer_signalled = 0;
    virtio_console_handle_rx(&console);
    assert_int_equal(fake.notify_count[RX_CH], 1);
    assert_memory_equal(guest_receive(0, &size), "hello, m", 8);
    assert_int_equal(size, 8);
    assert_memory_equal(guest_receive(0, &size), "oon", 3);
    assert_int_equal(size, 3);
    assert_null(guest_receive(0, &size));
    assert_int_equal(driver_interrupt(BASE), VIRTIO_INTERRUPT_USED);
}

static void input_waits_for_buffers(void **state)
{
    (void)state;
    uint32_t size;
    begin(EVENTS);
    serial_enqueue_batch(&rx_end, 6, "abcdef");
    virtio_console_handle_rx(&console);
    assert_int_equal(serial_queue_length_producer(&rx_end), 6);
    assert_int_equal(driver_avail_event(&queues[0]), 0); /* now they are awaited */
    guest_offer(0, 0, 4);
    driver_kick(BASE, &queues[0]);
    assert_memory_equal(guest_receive(0, &size), "abcd", 4);
    assert_int_equal(driver_avail_event(&queues[0]), 1);
    guest_offer(0, 1, 4);
    driver_kick(BASE, &queues[0]);
    assert_memory_equal(guest_receive(0, &size), "ef", 2);
    assert_int_equal(size, 2);
    assert_int_equal(serial_queue_length_producer(&rx_end), 0);
}

static void input_for_nobody(void **state)
{
    (void)state;
    serial_enqueue_batch(&rx_end, 6, "abcdef");
    shared[0].producer_signalled = 0;
    virtio_console_handle_rx(&console);
    assert_int_equal(serial_queue_length_producer(&rx_end), 0);
    assert_int_equal(fake.notify_count[RX_CH], 1);
    assert_int_equal(shared[0].producer_signalled, 1);
}

/* The other ends of the serial queues are hostile as well. */
static void broken_serial_queues(void **state)
{
    (void)state;
    begin(0);
    guest_offer(0, 0, 8);
    shared[0].tail = 0x80000000;
    shared[1].head = 0x40000000;
    virtio_console_queue_notify(&console);
    guest_send(1, "lost", 4);
    assert_int_equal(queues[0].used->idx, 0);
    assert_int_equal(queues[1].used->idx, 0); /* it waits: that queue looks full */
    shared[1].head = 0;
    virtio_console_queue_notify(&console);
    expect_output("lost");
}

static void emergency_write(void **state)
{
    (void)state;
    fake_store(0, BASE + 0x108, 4, '!');
    fake_store(0, BASE + 0x108, 1, '?');
    fake_store(0, BASE + 0x100, 4, 'x');
    expect_output("!?");
    assert_int_equal(fake.notify_count[TX_CH], 2);
}

/* ---- Named ports ---- */

static void control_send(uint32_t id, uint16_t event, uint16_t value)
{
    struct virtio_console_control message = {.id = id, .event = event, .value = value};
    guest_send(3, (const char *)&message, sizeof message);
}

static void expect_control(uint32_t id, uint16_t event, uint16_t value, const char *name)
{
    uint32_t size;
    struct virtio_console_control message;
    const uint8_t *bytes = guest_receive(2, &size);
    assert_non_null(bytes);
    memcpy(&message, bytes, sizeof message);
    assert_int_equal(message.id, id);
    assert_int_equal(message.event, event);
    assert_int_equal(message.value, value);
    assert_int_equal(size, sizeof message + strlen(name));
    assert_memory_equal(bytes + sizeof message, name, strlen(name));
}

/* The whole greeting, as Linux's driver does it. */
static void port_begin(uint64_t features)
{
    uint32_t size;
    begin(PORTS | features);
    for (unsigned i = 0; i < 8; i++) {
        guest_offer(2, i, 0x100);
    }
    control_send(VIRTIO_FEATURE(32) - 1, VIRTIO_CONSOLE_DEVICE_READY, 1);
    expect_control(0, VIRTIO_CONSOLE_PORT_ADD, 0, "");
    expect_control(1, VIRTIO_CONSOLE_PORT_ADD, 0, "");
    control_send(0, VIRTIO_CONSOLE_PORT_READY, 1);
    expect_control(0, VIRTIO_CONSOLE_CONSOLE_PORT, 1, "");
    expect_control(0, VIRTIO_CONSOLE_PORT_OPEN, 1, "");
    control_send(1, VIRTIO_CONSOLE_PORT_READY, 1);
    expect_control(1, VIRTIO_CONSOLE_PORT_OPEN, 1, "");
    expect_control(1, VIRTIO_CONSOLE_PORT_NAME, 1, "org.example.port");
    assert_null(guest_receive(2, &size));
    control_send(0, VIRTIO_CONSOLE_PORT_OPEN, 1);
}

static void port_greeting(void **state)
{
    (void)state;
    assert_int_equal(fake_load(0, BASE + 0x104, 4), 2); /* max_nr_ports */
    port_begin(EVENTS);
    assert_int_equal(owner.opened_count, 0);
    assert_false(virtio_console_port_send(&console, port, "x", 1));
    control_send(1, VIRTIO_CONSOLE_PORT_OPEN, 1);
    control_send(1, VIRTIO_CONSOLE_PORT_OPEN, 1);
    assert_int_equal(owner.opened_count, 1);
    guest_send(1, "console", 7); /* which works as before */
    expect_output("console");
}

/* Control messages wait for buffers, each for one. */
static void port_greeting_with_few_buffers(void **state)
{
    (void)state;
    begin(PORTS | EVENTS);
    control_send(0, VIRTIO_CONSOLE_DEVICE_READY, 1);
    assert_int_equal(queues[2].used->idx, 0);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(driver_avail_event(&queues[2]), i);
        guest_offer(2, i, 0x100);
        driver_kick(BASE, &queues[2]);
        expect_control(i, VIRTIO_CONSOLE_PORT_ADD, 0, "");
    }
}

static void port_messages(void **state)
{
    (void)state;
    uint32_t size;
    port_begin(EVENTS);
    guest_send(5, "early", 5); /* not open yet */
    control_send(1, VIRTIO_CONSOLE_PORT_OPEN, 1);
    driver_interrupt(BASE); /* of the control queue */
    guest_send(5, "to the owner", 12);
    assert_int_equal(owner.length, 12);
    assert_memory_equal(owner.bytes, "to the owner", 12);
    expect_used(5, 0); /* the driver has most of its buffers, and is left alone */
    assert_int_equal(driver_interrupt(BASE), 0);
    guest_send(5, "x", 1);
    guest_send(5, "y", 1);
    expect_used(5, 4); /* a quarter of them */
    assert_int_equal(driver_interrupt(BASE), VIRTIO_INTERRUPT_USED);
    for (unsigned i = 0; i < 3; i++) {
        guest_offer(4, i, 0x100);
    }
    owner.echoes = true;
    guest_send(5, "echo", 4);
    assert_memory_equal(guest_receive(4, &size), "echo", 4);
    assert_int_equal(size, 4);
    assert_int_equal(driver_interrupt(BASE) & VIRTIO_INTERRUPT_USED, VIRTIO_INTERRUPT_USED);
    assert_true(virtio_console_port_send(&console, port, "one", 3));
    assert_true(virtio_console_port_send(&console, port, "two", 3));
    assert_memory_equal(guest_receive(4, &size), "one", 3);
    assert_memory_equal(guest_receive(4, &size), "two", 3);
}

/* A doorbell through the port: no notification of the driver's about buffers. */
static void port_runs_out_of_buffers(void **state)
{
    (void)state;
    uint32_t size;
    port_begin(EVENTS);
    control_send(1, VIRTIO_CONSOLE_PORT_OPEN, 1);
    guest_offer(4, 0, 0x100);
    assert_int_equal(driver_avail_event(&queues[4]), 0xffff);
    assert_true(virtio_console_port_send(&console, port, "a", 1));
    assert_int_equal(driver_avail_event(&queues[4]), 0xffff);
    assert_false(virtio_console_port_send(&console, port, "b", 1));
    assert_false(virtio_console_port_send(&console, port, "b", 1));
    assert_int_equal(driver_avail_event(&queues[4]), 1); /* now it is to be told */
    assert_int_equal(owner.writable_count, 0);
    guest_offer(4, 1, 0x100);
    driver_kick(BASE, &queues[4]);
    assert_int_equal(owner.writable_count, 1);
    driver_kick(BASE, &queues[4]);
    assert_int_equal(owner.writable_count, 1);
    assert_true(virtio_console_port_send(&console, port, "b", 1));
    assert_memory_equal(guest_receive(4, &size), "a", 1);
    assert_memory_equal(guest_receive(4, &size), "b", 1);
    guest_offer(4, 2, 4);
    assert_false(virtio_console_port_send(&console, port, "too long", 8));
    assert_true(virtio_console_port_send(&console, port, "fits", 4));
}

static void port_closes(void **state)
{
    (void)state;
    port_begin(0);
    control_send(1, VIRTIO_CONSOLE_PORT_OPEN, 1);
    control_send(1, VIRTIO_CONSOLE_PORT_OPEN, 0);
    assert_int_equal(owner.closed_count, 1);
    guest_offer(4, 0, 0x100);
    assert_false(virtio_console_port_send(&console, port, "x", 1));
    control_send(1, VIRTIO_CONSOLE_PORT_OPEN, 1);
    driver_store(BASE, REG_VIRTIO_MMIO_STATUS, 0); /* takes everything with it */
    assert_int_equal(owner.opened_count, 2);
    assert_int_equal(owner.closed_count, 2);
    driver_store(BASE, REG_VIRTIO_MMIO_STATUS, 0);
    assert_int_equal(owner.closed_count, 2);
    assert_false(virtio_console_port_send(&console, port, "x", 1));
}

/* A driver without MULTIPORT has the console, and its other queues are none. */
static void no_ports_without_multiport(void **state)
{
    (void)state;
    assert_true(driver_begin(BASE, 0));
    for (uint32_t i = 0; i < 6; i++) {
        driver_queue_begin(BASE, &queues[i], i, 16, QUEUES + i * DRIVER_QUEUE_BYTES);
    }
    driver_ready(BASE);
    control_send(1, VIRTIO_CONSOLE_PORT_READY, 1);
    control_send(1, VIRTIO_CONSOLE_PORT_OPEN, 1);
    guest_send(5, "x", 1);
    assert_int_equal(queues[3].used->idx, 0);
    assert_int_equal(owner.opened_count + owner.length, 0);
}

static void broken_control(void **state)
{
    (void)state;
    port_begin(0);
    guest_send(3, "short", 5);
    control_send(2, VIRTIO_CONSOLE_PORT_OPEN, 1);
    control_send(UINT32_MAX, VIRTIO_CONSOLE_PORT_READY, 1);
    control_send(1, VIRTIO_CONSOLE_PORT_READY, 0);
    control_send(1, 999, 1);
    control_send(0, VIRTIO_CONSOLE_DEVICE_READY, 0);
    struct driver_part none = {DATA, 0, false};
    driver_add(&queues[3], &none, 1);
    driver_kick(BASE, &queues[3]);
    assert_int_equal(queues[3].used->idx, queues[3].avail->idx); /* all are answered */
    uint32_t size;
    assert_null(guest_receive(2, &size));
    control_send(1, VIRTIO_CONSOLE_PORT_OPEN, 1);
    assert_int_equal(owner.opened_count, 1);
    /* Before PORT_READY nothing is open. */
    begin(PORTS);
    assert_int_equal(owner.closed_count, 1);
    control_send(1, VIRTIO_CONSOLE_PORT_OPEN, 1);
    assert_int_equal(owner.opened_count, 1);
    assert_int_equal(driver_load(BASE, REG_VIRTIO_MMIO_STATUS), 15);
}

static void refusals_of_ports(void **state)
{
    (void)state;
    assert_int_equal(virtio_console_port_add(&console, "", &port_ops, &owner), 0);
    assert_int_equal(virtio_console_port_add(&console, "a b", &port_ops, &owner), 0);
    assert_int_equal(virtio_console_port_add(&console, "a/b", &port_ops, &owner), 0);
    char name[65];
    memset(name, 'n', 64);
    name[64] = '\0';
    assert_int_equal(virtio_console_port_add(&console, name, &port_ops, &owner), 0);
    assert_true(fake_logged("a name has 1 to 63"));
    assert_int_equal(virtio_console_port_add(&console, name + 1, &port_ops, &owner), 2);
    assert_int_equal(virtio_console_port_add(&console, "c", &port_ops, &owner), 3);
    assert_int_equal(virtio_console_port_add(&console, "d", &port_ops, &owner), 0);
    assert_true(fake_logged("all there is room for"));
    static struct virtio_console_device other;
    assert_false(virtio_mmio_console_init(&other, BASE + 0x1000, 0x200, ARM_GIC_IRQ_ROUTE(0, 99),
                                          &rx, NULL, TX_CH, RX_CH));
    assert_true(fake_logged("a queue each way"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(output, start),
        cmocka_unit_test_setup(output_waits_for_room, start),
        cmocka_unit_test_setup(output_after_reset, start),
        cmocka_unit_test_setup(input, start),
        cmocka_unit_test_setup(input_waits_for_buffers, start),
        cmocka_unit_test_setup(input_for_nobody, start),
        cmocka_unit_test_setup(broken_serial_queues, start),
        cmocka_unit_test_setup(emergency_write, start),
        cmocka_unit_test_setup(port_greeting, start),
        cmocka_unit_test_setup(port_greeting_with_few_buffers, start),
        cmocka_unit_test_setup(port_messages, start),
        cmocka_unit_test_setup(port_runs_out_of_buffers, start),
        cmocka_unit_test_setup(port_closes, start),
        cmocka_unit_test_setup(no_ports_without_multiport, start),
        cmocka_unit_test_setup(broken_control, start),
        cmocka_unit_test_setup(refusals_of_ports, start), /* last: it adds ports */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
