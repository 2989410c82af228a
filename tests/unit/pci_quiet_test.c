/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Taking a PCI Express host's devices off the bus, on a model of configuration space: what is there
 * loses its right to access memory and is reset; what lies there in bad faith does not hold the VMM
 * up. Offsets and bits as PCI Express Base Specification 4.0 has them, written out once more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "pci_quiet.h"

#define FUNCTION_MAX 16
#define ROOT         (-1)
#define BUS_FIRST    2
#define BUS_COUNT    30

#define COMMAND_STATUS 0x04
#define HEADER         0x0c
#define BUSES          0x18
#define CAPABILITIES   0x34
#define BRIDGE_CONTROL 0x3c
#define MSI            0x50
#define PM             0x60
#define PCIE           0x70
#define MSIX           0xb0

#define MASTER  4u
#define RUNNING 0x0507u /* I/O, memory, bus master, SERR, no INTx */

/* A function: its registers, and what happens to it. */
struct model {
    int parent; /* the bridge that it lies behind, or ROOT */
    unsigned number;
    uint32_t regs[64];
    unsigned reset_count;
    uint64_t silent_until_us; /* after a reset nobody may look at it */
    unsigned busy_reads;      /* for so many reads of its status, transactions are pending */
    bool was_master_when_reset;
};

static struct model functions[FUNCTION_MAX];
static unsigned function_count;
static uint64_t now_us;
static unsigned long access_count;
static bool all_ones;  /* a host that has gone deaf */
static bool is_random; /* anything may be any register */

static uint32_t *reg(struct model *function, unsigned offset)
{
    return &function->regs[offset / 4];
}

static bool is_in_bus_reset(const struct model *function)
{
    for (int at = function->parent; at != ROOT; at = functions[at].parent) {
        if ((functions[at].regs[BRIDGE_CONTROL / 4] >> 22 & 1) != 0) {
            return true;
        }
    }
    return false;
}

static unsigned bus_of(const struct model *function)
{
    return function->parent == ROOT ? BUS_FIRST
                                    : functions[function->parent].regs[BUSES / 4] >> 8 & 0xff;
}

/* A bridge passes accesses to the bus that it has the number of, the first one that does. */
static struct model *find(unsigned bus, unsigned number)
{
    for (unsigned i = 0; i < function_count && !all_ones; i++) {
        if (bus_of(&functions[i]) == bus && functions[i].number == number &&
            !is_in_bus_reset(&functions[i])) {
            return &functions[i];
        }
    }
    return NULL;
}

static void look_check(const struct model *function)
{
    assert_true(now_us >= function->silent_until_us);
}

static uint32_t read(const struct pci_space *space, unsigned bus, unsigned number, unsigned offset)
{
    assert_in_range(bus, space->bus_first, space->bus_first + space->bus_count - 1);
    assert_in_range(number, 0, 255);
    assert_in_range(offset, 0, 252);
    assert_int_equal(offset % 4, 0);
    access_count++;
    struct model *function = find(bus, number);
    if (function == NULL) {
        return ~0u;
    }
    look_check(function);
    uint32_t value = *reg(function, offset);
    if (offset == PCIE + 8 && function->busy_reads > 0) {
        function->busy_reads--;
        value |= 1u << 21;
    }
    return value;
}

static void reset(struct model *function)
{
    function->reset_count++;
    function->was_master_when_reset = (*reg(function, COMMAND_STATUS) & MASTER) != 0;
    *reg(function, COMMAND_STATUS) &= 0xffff0000;
    function->silent_until_us = now_us + 100000;
}

static void reset_behind(int bridge)
{
    for (unsigned i = 0; i < function_count; i++) {
        if (functions[i].parent == bridge) {
            reset(&functions[i]);
            reset_behind((int)i);
        }
    }
}

/* The upper half of a register with a status is cleared by ones; nobody may do that by accident. */
static void write(const struct pci_space *space, unsigned bus, unsigned number, unsigned offset,
                  uint32_t value)
{
    (void)space;
    struct model *function = find(bus, number);
    access_count++;
    assert_non_null(function);
    look_check(function);
    uint32_t before = *reg(function, offset);
    switch (is_random ? 0 : offset) {
    case COMMAND_STATUS:
    case PCIE + 8:
        assert_int_equal(value >> 16, 0);
        *reg(function, offset) = (before & 0xffff0000) | (value & 0x7fff);
        if (offset == PCIE + 8 && (value & 0x8000) != 0) {
            reset(function);
        }
        return;
    case PM + 4:
        assert_int_equal(value >> 15 & 1, 0); /* PME_Status, too */
        *reg(function, offset) = value;
        if ((before & 3) == 3 && (value & 3) == 0 && (value & 8) == 0) {
            assert_true(now_us >= 10000);
            reset(function);
        }
        return;
    case BRIDGE_CONTROL:
        *reg(function, offset) = value;
        if ((before >> 22 & 1) != 0 && (value >> 22 & 1) == 0) {
            assert_true(now_us >= 1000);
            reset_behind((int)(function - functions));
        }
        return;
    default:
        *reg(function, offset) = value;
    }
}

static void delay(const struct pci_space *space, unsigned microseconds)
{
    (void)space;
    now_us += microseconds;
}

static const struct pci_space space = {
    .bus_first = BUS_FIRST, .bus_count = BUS_COUNT, .read = read, .write = write, .delay = delay};

static int start(void **state)
{
    (void)state;
    memset(functions, 0, sizeof functions);
    function_count = 0;
    now_us = 0;
    access_count = 0;
    all_ones = false;
    is_random = false;
    return 0;
}

static struct model *add(int parent, unsigned number)
{
    struct model *function = &functions[function_count++];
    *function = (struct model){.parent = parent, .number = number};
    *reg(function, 0) = 0x10d38086;
    *reg(function, COMMAND_STATUS) = RUNNING;
    *reg(function, 0x08) = 0x02000000;
    return function;
}

static void capability_add(struct model *function, unsigned at, unsigned id)
{
    unsigned next = *reg(function, CAPABILITIES);
    *reg(function, COMMAND_STATUS) |= 1u << 20;
    *reg(function, at) |= next << 8 | id;
    *reg(function, CAPABILITIES) = at;
}

static struct model *bridge_add(int parent, unsigned number, unsigned bus_behind)
{
    struct model *bridge = add(parent, number);
    *reg(bridge, 0x08) = 0x06040000;
    *reg(bridge, HEADER) = 1u << 16;
    *reg(bridge, BUSES) = bus_behind << 8 | (bus_of(bridge) & 0xff) | 0xff0000;
    return bridge;
}

/* An endpoint with all that has to be turned off. */
static struct model *endpoint_add(int parent, unsigned number, bool has_flr)
{
    struct model *function = add(parent, number);
    capability_add(function, MSI, 0x05);
    *reg(function, MSI) |= 1u << 16;
    capability_add(function, MSIX, 0x11);
    *reg(function, MSIX) |= 0x803fu << 16;
    capability_add(function, PCIE, 0x10);
    *reg(function, PCIE + 4) = has_flr ? 1u << 28 : 0;
    *reg(function, PCIE + 8) = 0x000f2810; /* status bits that a one would clear */
    capability_add(function, PM, 0x01);
    *reg(function, PM + 4) = 0x8000;
    return function;
}

static void assert_quiet(struct model *function)
{
    assert_int_equal(*reg(function, COMMAND_STATUS) & MASTER, 0);
    assert_false(function->was_master_when_reset);
}

static void assert_no_messages(struct model *function)
{
    assert_int_equal(*reg(function, MSI) >> 16 & 1, 0);
    assert_int_equal(*reg(function, MSIX) >> 31, 0);
    assert_int_equal(*reg(function, MSIX) >> 16 & 0x7fff, 0x003f);
}

static void endpoints_of_the_root_bus(void **state)
{
    (void)state;
    struct model *with = endpoint_add(ROOT, 8, true);
    struct model *without = endpoint_add(ROOT, 16, false);
    struct pci_quiet quiet = pci_quiet(&space);
    assert_int_equal(quiet.functions, 2);
    assert_int_equal(quiet.resets, 2);
    assert_int_equal(quiet.busy, 0);
    for (unsigned i = 0; i < function_count; i++) {
        assert_quiet(&functions[i]);
        assert_no_messages(&functions[i]);
        assert_int_equal(functions[i].reset_count, 1);
    }
    assert_int_equal(*reg(with, PCIE + 8) & 0x7fff, 0x2810);
    assert_int_equal(*reg(without, PM + 4) & 3, 0);
    assert_in_range(now_us, 10000, PCI_QUIET_MAX_US);
}

/* Neither way to be reset: off the bus it is all the same, and the rest of its command stays. */
static void function_that_cannot_be_reset(void **state)
{
    (void)state;
    struct model *function = endpoint_add(ROOT, 0, false);
    *reg(function, PM + 4) |= 8; /* keeps its state over D3hot */
    struct model *plain = add(ROOT, 24);
    struct pci_quiet quiet = pci_quiet(&space);
    assert_int_equal(quiet.functions, 2);
    assert_int_equal(quiet.resets, 0);
    assert_quiet(function);
    assert_no_messages(function);
    assert_int_equal(*reg(plain, COMMAND_STATUS), RUNNING & ~MASTER);
    assert_int_equal(function->reset_count, 0);
}

static void what_is_behind_bridges(void **state)
{
    (void)state;
    struct model *port = bridge_add(ROOT, 8, 7);
    struct model *disk = endpoint_add(0, 0, true);
    struct model *inner = bridge_add(0, 8, 5); /* a lower number than the bus it is on */
    struct model *nic = endpoint_add(2, 0, false);
    struct pci_quiet quiet = pci_quiet(&space);
    assert_int_equal(quiet.functions, 4);
    assert_int_equal(quiet.resets, 1);
    for (unsigned i = 0; i < function_count; i++) {
        assert_quiet(&functions[i]);
    }
    assert_no_messages(disk);
    assert_no_messages(nic);
    assert_int_equal(disk->reset_count + nic->reset_count + inner->reset_count, 3);
    assert_int_equal(*reg(port, BRIDGE_CONTROL) >> 22 & 1, 0);
}

/* The guest has hidden a bus: the bridge above it forwards nothing, and resets it. */
static void hidden_buses(void **state)
{
    (void)state;
    static const unsigned numbers[] = {0, BUS_FIRST, BUS_FIRST + BUS_COUNT, 255};
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        start(state);
        struct model *port = bridge_add(ROOT, 8, numbers[i]);
        struct model *disk = endpoint_add(0, 0, true);
        struct pci_quiet quiet = pci_quiet(&space);
        assert_in_range(quiet.functions, 1, 2);
        assert_quiet(port);
        assert_false(disk->was_master_when_reset && numbers[i] == BUS_FIRST);
        assert_in_range(disk->reset_count, 1, 2); /* it may pass for one of the root bus */
    }
}

static void bridges_in_a_loop(void **state)
{
    (void)state;
    bridge_add(ROOT, 8, 4);
    bridge_add(0, 0, 5);
    bridge_add(1, 0, 4);         /* back to the first */
    bridge_add(1, 8, BUS_FIRST); /* to the root */
    bridge_add(1, 16, 5);        /* to itself */
    struct pci_quiet quiet = pci_quiet(&space);
    assert_in_range(quiet.functions, 5, 16);
    assert_quiet(&functions[0]);
    assert_in_range(access_count, 1, 20000);
}

static void multifunction_devices(void **state)
{
    (void)state;
    struct model *first = endpoint_add(ROOT, 8, true);
    struct model *last = endpoint_add(ROOT, 15, true);
    struct model *alias = endpoint_add(ROOT, 17, true); /* of a device that says it has one */
    endpoint_add(ROOT, 16, true);
    *reg(first, HEADER) = 1u << 23;
    struct pci_quiet quiet = pci_quiet(&space);
    assert_int_equal(quiet.functions, 3);
    assert_quiet(first);
    assert_quiet(last);
    assert_int_equal(last->reset_count, 1);
    assert_int_equal(alias->reset_count, 0);
}

static void host_bridge_is_left_alone(void **state)
{
    (void)state;
    struct model *host = add(ROOT, 0);
    *reg(host, 0x08) = 0x06000000;
    assert_int_equal(pci_quiet(&space).functions, 0);
    assert_int_equal(*reg(host, COMMAND_STATUS), RUNNING);
}

static void capability_loops(void **state)
{
    (void)state;
    struct model *function = add(ROOT, 8);
    *reg(function, COMMAND_STATUS) |= 1u << 20;
    *reg(function, CAPABILITIES) = 0x40;
    *reg(function, 0x40) = 0x4402; /* to the next, */
    *reg(function, 0x44) = 0x4002; /* and back */
    struct model *short_loop = add(ROOT, 16);
    *reg(short_loop, COMMAND_STATUS) |= 1u << 20;
    *reg(short_loop, CAPABILITIES) = 0xfc;
    *reg(short_loop, 0xfc) = 0xff09;
    struct model *into_header = add(ROOT, 24);
    *reg(into_header, COMMAND_STATUS) |= 1u << 20;
    *reg(into_header, CAPABILITIES) = 0x04; /* no place for one */
    assert_int_equal(pci_quiet(&space).functions, 3);
    for (unsigned i = 0; i < function_count; i++) {
        assert_quiet(&functions[i]);
    }
    assert_in_range(access_count, 1, 5000);
}

/* At the end of its 256 bytes a capability's own registers would lie outside. */
static void capability_at_the_end(void **state)
{
    (void)state;
    static const unsigned ids[] = {0x01, 0x05, 0x10, 0x11};
    for (unsigned i = 0; i < sizeof ids / sizeof *ids; i++) {
        start(state);
        struct model *function = add(ROOT, 8);
        *reg(function, COMMAND_STATUS) |= 1u << 20;
        *reg(function, CAPABILITIES) = 0xfc;
        *reg(function, 0xfc) = ids[i];
        assert_int_equal(pci_quiet(&space).functions, 1);
        assert_quiet(function);
    }
}

static void all_ones_everywhere(void **state)
{
    (void)state;
    endpoint_add(ROOT, 8, true);
    all_ones = true;
    struct pci_quiet quiet = pci_quiet(&space);
    assert_int_equal(quiet.functions, 0);
    start(state);
    struct model *function = add(ROOT, 8);
    memset(function->regs, 0xff, sizeof function->regs);
    *reg(function, 0) = 0x10d38086; /* but for its identifier */
    *reg(function, COMMAND_STATUS) = 0xffffffff;
    quiet = pci_quiet(&space);
    assert_int_equal(quiet.functions, 1);
    assert_quiet(function);
    assert_in_range(access_count, 1, 5000);
}

/* Waits are for all functions together. */
static void busy_for_ever(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 12; i++) {
        endpoint_add(ROOT, i * 8, true)->busy_reads = i < 11 ? ~0u : 0;
    }
    struct pci_quiet quiet = pci_quiet(&space);
    assert_int_equal(quiet.busy, 11);
    assert_int_equal(quiet.resets, 12);
    assert_in_range(now_us, 100000, PCI_QUIET_MAX_US);
    start(state);
    endpoint_add(ROOT, 8, true)->busy_reads = 3;
    assert_int_equal(pci_quiet(&space).busy, 0);
    assert_int_equal(now_us, 3000 + 10000);
}

/* Whatever stands there, at any depth: no access out of bounds, none in a reset, an end. */
static void random_spaces(void **state)
{
    uint32_t seed = 1;
    for (unsigned round = 0; round < 3000; round++) {
        start(state);
        is_random = true;
        for (unsigned i = 0; i < FUNCTION_MAX; i++) {
            seed = seed * 1664525 + 1013904223;
            int parent = i == 0 || seed >> 28 < 8 ? ROOT : (int)(seed >> 8) % (int)i;
            struct model *function = add(parent, seed >> 20 & 0xff);
            for (unsigned j = 1; j < 64; j++) {
                seed = seed * 1664525 + 1013904223;
                function->regs[j] = seed >> 16 | (seed & 0xfff) << 16;
            }
            *reg(function, HEADER) = (seed >> 30 & 1) << 16 | (seed >> 29 & 1) << 23;
        }
        struct pci_quiet quiet = pci_quiet(&space);
        assert_in_range(quiet.functions, 0, 8 * FUNCTION_MAX);
        assert_in_range(access_count, 1, 200000);
        assert_in_range(now_us, 10000, PCI_QUIET_MAX_US);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(endpoints_of_the_root_bus, start),
        cmocka_unit_test_setup(function_that_cannot_be_reset, start),
        cmocka_unit_test_setup(what_is_behind_bridges, start),
        cmocka_unit_test_setup(hidden_buses, start),
        cmocka_unit_test_setup(bridges_in_a_loop, start),
        cmocka_unit_test_setup(multifunction_devices, start),
        cmocka_unit_test_setup(host_bridge_is_left_alone, start),
        cmocka_unit_test_setup(capability_loops, start),
        cmocka_unit_test_setup(capability_at_the_end, start),
        cmocka_unit_test_setup(all_ones_everywhere, start),
        cmocka_unit_test_setup(busy_for_ever, start),
        cmocka_unit_test_setup(random_spaces, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
