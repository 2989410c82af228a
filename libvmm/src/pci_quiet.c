/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * See pci_quiet.h. Section numbers are those of PCI Express Base Specification 4.0, unless PM (PCI
 * Bus Power Management 1.2) or BR (PCI-to-PCI Bridge Architecture 1.2) is said.
 */
#include "pci_quiet.h"

#include <stdbool.h>

/* Registers, 7.5.1. Those of 32 bits that hold a command have its status in their upper half, whose
 * bits are cleared by ones: they are written as zeroes. */
#define REG_ID           0x00
#define REG_COMMAND      0x04
#define REG_CLASS        0x08
#define REG_HEADER       0x0c
#define REG_BUSES        0x18 /* of a bridge: primary, secondary, subordinate */
#define REG_CAPABILITIES 0x34
#define REG_BRIDGE       0x3c /* of a bridge: its control is the upper half */

#define COMMAND_MASK          0xffffu
#define COMMAND_BUS_MASTER    (1u << 2)
#define STATUS_CAPABILITIES   (1u << 20)
#define CLASS_SHIFT           16
#define CLASS_HOST_BRIDGE     0x0600
#define HEADER_TYPE_SHIFT     16
#define HEADER_TYPE_MASK      0x7fu
#define HEADER_MULTIFUNCTION  (1u << 23)
#define HEADER_DEVICE         0
#define HEADER_BRIDGE         1
#define BUSES_SECONDARY_SHIFT 8
#define BRIDGE_BUS_RESET      (1u << 22)

#define CONFIG_SIZE 256 /* the part that has capabilities in this form */

/* Capabilities: identifier in [7:0], next in [15:8]. */
#define CAPABILITY_MIN   0x40 /* behind the header */
#define CAPABILITY_COUNT 48   /* of four bytes each: what there is room for */
#define CAPABILITY_PM    0x01 /* PM 3.2 */
#define CAPABILITY_MSI   0x05 /* 7.7.1 */
#define CAPABILITY_PCIE  0x10 /* 7.5.3 */
#define CAPABILITY_MSIX  0x11 /* 7.7.2 */

#define MSI_ENABLE        (1u << 16) /* of the first register; a device may write nothing else */
#define MSIX_ENABLE       (1u << 31)
#define PCIE_DEVICE       0x04 /* 7.5.3.3 */
#define PCIE_DEVICE_FLR   (1u << 28)
#define PCIE_CONTROL      0x08 /* 7.5.3.4 */
#define PCIE_CONTROL_MASK 0xffffu
#define PCIE_CONTROL_FLR  (1u << 15)
#define PCIE_STATUS_BUSY  (1u << 21)
#define PM_CONTROL        0x04 /* PM 3.2.4 */
#define PM_CONTROL_MASK   0x7fffu
#define PM_STATE_MASK     3u
#define PM_STATE_D3HOT    3u
#define PM_NO_SOFT_RESET  (1u << 3)

#define FUNCTION_COUNT 256 /* of a bus: 32 devices with 8 each */

#define BUSY_STEP_US  1000
#define BUSY_MAX_US   100000 /* for all functions together: 6.6.2 says what an idle bus takes */
#define RESET_HOLD_US 10000  /* D3hot and back: PM 5.6.1; a bus reset takes 1 ms: BR 11.1 */

/* A bit for each bus of a host, or function of a bus. */
struct set {
    uint32_t words[8];
};

static bool set_has(const struct set *set, unsigned number)
{
    return (set->words[number / 32] >> number % 32 & 1) != 0;
}

static void set_add(struct set *set, unsigned number)
{
    set->words[number / 32] |= 1u << number % 32;
}

struct walk {
    const struct pci_space *space;
    struct pci_quiet result;
    struct set known;  /* buses: the root, and behind bridges that were found */
    struct set walked; /* buses */
    struct set held;   /* functions of the root bus whose reset is to be ended */
    unsigned busy_us;  /* waited for functions to become idle */
};

/* A function, and the space it is in. */
struct function {
    const struct pci_space *space;
    unsigned bus;
    unsigned number;
};

static uint32_t get(const struct function *function, unsigned offset)
{
    return function->space->read(function->space, function->bus, function->number, offset);
}

static void put(const struct function *function, unsigned offset, uint32_t value)
{
    function->space->write(function->space, function->bus, function->number, offset, value);
}

/* Nobody answers: all ones, or what some hosts have in place of them. */
static bool exists(const struct function *function)
{
    uint32_t vendor = get(function, REG_ID) & 0xffff;
    return vendor != 0xffff && vendor != 0;
}

static unsigned header_type(const struct function *function)
{
    return get(function, REG_HEADER) >> HEADER_TYPE_SHIFT & HEADER_TYPE_MASK;
}

static bool is_bridge(const struct function *function)
{
    return header_type(function) == HEADER_BRIDGE;
}

/* Where capability `id` stands, which has `size` bytes; 0: the function has none. */
static unsigned capability_find(const struct function *function, unsigned id, unsigned size)
{
    if (header_type(function) > HEADER_BRIDGE ||
        (get(function, REG_COMMAND) & STATUS_CAPABILITIES) == 0) {
        return 0;
    }
    unsigned at = get(function, REG_CAPABILITIES) & 0xfc;
    for (unsigned i = 0; i < CAPABILITY_COUNT && at >= CAPABILITY_MIN; i++) {
        uint32_t header = get(function, at);
        if ((header & 0xff) == id) {
            return at + size <= CONFIG_SIZE ? at : 0;
        }
        at = header >> 8 & 0xfc;
    }
    return 0;
}

static void bit_clear(const struct function *function, unsigned id, uint32_t bit)
{
    unsigned at = capability_find(function, id, 4);
    if (at != 0) {
        put(function, at, get(function, at) & ~bit);
    }
}

/* From here on the function writes nothing to memory: the read that follows comes back behind what
 * it had sent (2.4.1). Its message interrupts are such writes. */
static void master_stop(const struct function *function)
{
    put(function, REG_COMMAND, get(function, REG_COMMAND) & COMMAND_MASK & ~COMMAND_BUS_MASTER);
    bit_clear(function, CAPABILITY_MSI, MSI_ENABLE);
    bit_clear(function, CAPABILITY_MSIX, MSIX_ENABLE);
    get(function, REG_COMMAND);
}

/* Calls `visit` for each function of the bus. */
static void bus_walk(struct walk *walk, unsigned bus,
                     void (*visit)(struct walk *walk, const struct function *function))
{
    struct function function = {.space = walk->space, .bus = bus};
    bool has_several = false;
    for (; function.number < FUNCTION_COUNT; function.number++) {
        if (function.number % 8 != 0 && !has_several) {
            continue;
        }
        bool is_there = exists(&function);
        if (function.number % 8 == 0) {
            has_several = is_there && (get(&function, REG_HEADER) & HEADER_MULTIFUNCTION) != 0;
        }
        if (is_there) {
            visit(walk, &function);
        }
    }
}

/* ---- Bus masters ---- */

/* What lies behind a bridge is walked under the number that the bridge has for it, each number
 * once. A bridge that hides its bus from us forwards nothing from there any more either. The host's
 * own entry is no master, and nobody would turn it on again. */
static void stop_visit(struct walk *walk, const struct function *function)
{
    if (get(function, REG_CLASS) >> CLASS_SHIFT == CLASS_HOST_BRIDGE) {
        return;
    }
    master_stop(function);
    walk->result.functions++;
    if (is_bridge(function)) {
        set_add(&walk->known, get(function, REG_BUSES) >> BUSES_SECONDARY_SHIFT & 0xff);
    }
}

static void masters_stop(struct walk *walk)
{
    unsigned first = walk->space->bus_first, end = first + walk->space->bus_count;
    unsigned bus = first;
    set_add(&walk->known, first);
    while (bus < end) {
        if (set_has(&walk->known, bus) && !set_has(&walk->walked, bus)) {
            set_add(&walk->walked, bus);
            bus_walk(walk, bus, stop_visit);
            bus = first; /* a bridge may have a lower number behind it */
        } else {
            bus++;
        }
    }
}

/* ---- Resets ---- */

/* A read that the function has sent may still be answered; it should not be while it is reset. */
static void idle_await(struct walk *walk, const struct function *function, unsigned pcie)
{
    while ((get(function, pcie + PCIE_CONTROL) & PCIE_STATUS_BUSY) != 0) {
        if (walk->busy_us >= BUSY_MAX_US) {
            walk->result.busy++;
            return;
        }
        walk->space->delay(walk->space, BUSY_STEP_US);
        walk->busy_us += BUSY_STEP_US;
    }
}

static void power_state_set(const struct function *function, unsigned pm, uint32_t state)
{
    uint32_t control = get(function, pm + PM_CONTROL) & PM_CONTROL_MASK;
    put(function, pm + PM_CONTROL, (control & ~PM_STATE_MASK) | state);
}

static void endpoint_reset(struct walk *walk, const struct function *function)
{
    unsigned pcie = capability_find(function, CAPABILITY_PCIE, PCIE_CONTROL + 4);
    unsigned pm = capability_find(function, CAPABILITY_PM, PM_CONTROL + 4);
    if (pcie != 0) {
        idle_await(walk, function, pcie);
    }
    if (pcie != 0 && (get(function, pcie + PCIE_DEVICE) & PCIE_DEVICE_FLR) != 0) {
        uint32_t control = get(function, pcie + PCIE_CONTROL) & PCIE_CONTROL_MASK;
        put(function, pcie + PCIE_CONTROL, control | PCIE_CONTROL_FLR);
        walk->result.resets++;
    } else if (pm != 0 && (get(function, pm + PM_CONTROL) & PM_NO_SOFT_RESET) == 0) {
        power_state_set(function, pm, PM_STATE_D3HOT);
        set_add(&walk->held, function->number);
        walk->result.resets++;
    }
}

static void reset_begin(struct walk *walk, const struct function *function)
{
    if (is_bridge(function)) {
        put(function, REG_BRIDGE, get(function, REG_BRIDGE) | BRIDGE_BUS_RESET);
        set_add(&walk->held, function->number);
        walk->result.resets++;
    } else if (header_type(function) == HEADER_DEVICE) {
        endpoint_reset(walk, function);
    }
}

/* Functions that reset themselves are left alone: they need not answer yet. */
static void resets_end(const struct walk *walk)
{
    struct function function = {.space = walk->space, .bus = walk->space->bus_first};
    for (; function.number < FUNCTION_COUNT; function.number++) {
        if (!set_has(&walk->held, function.number)) {
            continue;
        }
        if (is_bridge(&function)) {
            put(&function, REG_BRIDGE, get(&function, REG_BRIDGE) & ~BRIDGE_BUS_RESET);
            continue;
        }
        unsigned pm = capability_find(&function, CAPABILITY_PM, PM_CONTROL + 4);
        if (pm != 0) {
            power_state_set(&function, pm, 0);
        }
    }
}

struct pci_quiet pci_quiet(const struct pci_space *space)
{
    struct walk walk = {.space = space};
    masters_stop(&walk);
    bus_walk(&walk, space->bus_first, reset_begin);
    space->delay(space, RESET_HOLD_US);
    resets_end(&walk);
    return walk.result;
}
