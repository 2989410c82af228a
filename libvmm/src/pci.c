/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A virtual PCI bus. A device's configuration space is bytes and, for each byte, which bits the
 * guest may change; what changes has its effect when it is looked at. Numbers without a name are of
 * PCI Local Bus 3.0, 6.1: the header of type 0.
 */
#include "pci.h"

#include <libvmm/arch/aarch64/fault.h>
#include <libvmm/guest.h>
#include <libvmm/util/util.h>

#include "esr.h"
#include "exception.h"

#define CONFIG_SIZE 256 /* what is behind, up to 4 KiB, is empty */
#define ECAM_SHIFT  12  /* of a function in the ECAM; a device has 8 */
#define DEVICE_SIZE (8u << ECAM_SHIFT)

#define PCI_VENDOR_ID           0x00
#define PCI_COMMAND             0x04
#define PCI_STATUS              0x06
#define PCI_CLASS               0x08
#define PCI_BAR                 0x10
#define PCI_SUBSYSTEM_VENDOR_ID 0x2c
#define PCI_CAP_POINTER         0x34
#define PCI_INTERRUPT_LINE      0x3c
#define PCI_INTERRUPT_PIN       0x3d
#define PCI_FIRST_CAP           0x40

#define BAR_COUNT   6
#define BAR_FLAGS   0xfu /* 6.2.5.1: memory, 32 bits, not prefetchable */
#define BAR_MINIMUM 16

/* The fields of a window (pci.h). */
#define WINDOW_BAR    4
#define WINDOW_OFFSET 8
#define WINDOW_WIDTH  12
#define WINDOW_DATA   16

struct bar {
    uint32_t size; /* 0: none */
    pci_bar_mmio_fault_handler_t callback;
    void *cookie;
};

struct function {
    uint8_t dev;
    uint8_t cap_last; /* 0: none */
    uint8_t cap_end;  /* where the next one goes */
    uint8_t window;   /* the capability that is one; 0: none */
    bool has_irq;
    irq_routing_info_t irq_route;
    struct bar bars[BAR_COUNT];
    uint8_t config[CONFIG_SIZE];
    uint8_t writable[CONFIG_SIZE];
    uint8_t at_reset[CONFIG_SIZE];
};

static struct {
    bool exists;
    uint32_t device_count; /* that the ECAM has room for */
    uint64_t gpa, size;    /* the aperture */
    uint64_t allocated;    /* bytes of it */
    unsigned function_count;
    struct function functions[PCI_DEVICE_MAX];
} bus;

static uint32_t load(const uint8_t *bytes, unsigned width)
{
    uint32_t value = 0;
    __builtin_memcpy(&value, bytes, width);
    return value;
}

static void store(uint8_t *bytes, unsigned width, uint32_t value)
{
    __builtin_memcpy(bytes, &value, width);
}

/* Writes a field of a device that is being registered. */
static void set(struct function *function, unsigned offset, unsigned width, uint32_t value)
{
    store(&function->config[offset], width, value);
    store(&function->at_reset[offset], width, value);
}

static uint16_t command_of(const struct function *function)
{
    return (uint16_t)load(&function->config[PCI_COMMAND], 2);
}

static struct function *function_of(pci_dev_handle_t handle)
{
    return handle >= 0 && (unsigned)handle < bus.function_count ? &bus.functions[handle] : NULL;
}

static pci_dev_handle_t handle_of(const struct function *function)
{
    return (pci_dev_handle_t)(function - bus.functions);
}

/* ---- The interrupt ---- */

static void line_update(struct function *function)
{
    bool has_reason = (function->config[PCI_STATUS] & PCI_STATUS_INTERRUPT) != 0;
    bool is_off = (command_of(function) & PCI_COMMAND_INTX_DISABLE) != 0;
    if (function->has_irq) {
        virq_set_level(function->irq_route, has_reason && !is_off);
    }
}

bool pci_device_set_irq_status(pci_dev_handle_t handle, bool new_status)
{
    struct function *function = function_of(handle);
    if (function == NULL || !function->has_irq) {
        return false;
    }
    uint8_t *status = &function->config[PCI_STATUS];
    *status =
        (uint8_t)(new_status ? *status | PCI_STATUS_INTERRUPT : *status & ~PCI_STATUS_INTERRUPT);
    line_update(function);
    return true;
}

bool pci_register_device_irq(pci_dev_handle_t handle, irq_routing_info_t irq_routing_info,
                             virq_ack_fn_t ack_fn, void *ack_data)
{
    struct function *function = function_of(handle);
    if (function == NULL || !virq_register(irq_routing_info, ack_fn, ack_data)) {
        return false;
    }
    function->irq_route = irq_routing_info;
    function->has_irq = true;
    set(function, PCI_INTERRUPT_PIN, 1, 1); /* INTA */
    function->writable[PCI_INTERRUPT_LINE] = 0xff;
    return true;
}

/* ---- BARs ---- */

/* An access to `width` bytes at `offset` of BAR `index`; what is not there reads as all ones. */
static uint64_t bar_access(struct function *function, unsigned index, uint64_t offset,
                           unsigned width, bool is_read, uint64_t value)
{
    const struct bar *bar = index < BAR_COUNT ? &function->bars[index] : NULL;
    if (bar == NULL || bar->size < width || offset > bar->size - width) {
        return UINT64_MAX;
    }
    bool done =
        bar->callback(handle_of(function), offset, is_read, (int)width, &value, bar->cookie);
    return done ? value : UINT64_MAX;
}

/* The BAR that the guest has at `gpa`, whose memory decoding is on. */
static bool bar_find(uint64_t gpa, struct function **found, unsigned *index, uint64_t *offset)
{
    for (unsigned i = 0; i < bus.function_count; i++) {
        struct function *function = &bus.functions[i];
        if ((command_of(function) & PCI_COMMAND_MEMORY) == 0) {
            continue;
        }
        for (*index = 0; *index < BAR_COUNT; ++*index) {
            uint32_t start = load(&function->config[PCI_BAR + *index * 4], 4) & ~BAR_FLAGS;
            if (gpa - start < function->bars[*index].size) {
                *found = function;
                *offset = gpa - start;
                return true;
            }
        }
    }
    return false;
}

static void access_complete(seL4_UserContext *regs, size_t fsr, uint64_t value)
{
    if (!fault_is_write(fsr)) {
        *decode_rt(ESR_SRT(fsr), regs) = esr_extend(fsr, value);
    }
    exception_skip((struct vcpu_page *)regs);
}

static bool aperture_access(size_t vcpu_id, size_t offset, size_t fsr, seL4_UserContext *regs,
                            void *data)
{
    (void)vcpu_id;
    (void)data;
    struct function *function;
    unsigned index;
    uint64_t bar_offset, value = UINT64_MAX;
    if (bar_find(bus.gpa + offset, &function, &index, &bar_offset)) {
        bool is_read = fault_is_read(fsr);
        value = bar_access(function, index, bar_offset, 1u << ESR_SAS(fsr), is_read,
                           is_read ? 0 : fault_get_data(regs, fsr));
    }
    access_complete(regs, fsr, value);
    return true;
}

bool pci_register_device_mmio_bar(pci_dev_handle_t handle, uint8_t bar_index, uint64_t size,
                                  pci_bar_mmio_fault_handler_t callback, void *cookie)
{
    struct function *function = function_of(handle);
    uint64_t first = (bus.gpa + bus.allocated + size - 1) & ~(size - 1);
    if (function == NULL || bar_index >= BAR_COUNT || function->bars[bar_index].size != 0 ||
        size < BAR_MINIMUM || (size & (size - 1)) != 0 || size > bus.size ||
        first - bus.gpa > bus.size - size) {
        LOG_VMM_ERR(
            "pci_register_device_mmio_bar: BAR %u of 0x%lx bytes: no such device or BAR, no "
            "power of two, or no room in the aperture of 0x%lx bytes\n",
            bar_index, (unsigned long)size, (unsigned long)bus.size);
        return false;
    }
    bus.allocated = first - bus.gpa + size;
    function->bars[bar_index] =
        (struct bar){.size = (uint32_t)size, .callback = callback, .cookie = cookie};
    set(function, PCI_BAR + bar_index * 4u, 4, (uint32_t)first);
    store(&function->writable[PCI_BAR + bar_index * 4u], 4, (uint32_t) ~(size - 1));
    return true;
}

/* ---- Capabilities ---- */

bool pci_register_device_capability(pci_dev_handle_t handle, uint8_t cap_id, void *payload,
                                    uint8_t payload_size)
{
    struct function *function = function_of(handle);
    if (function == NULL || function->cap_end + 2u + payload_size > CONFIG_SIZE) {
        LOG_VMM_ERR("pci_register_device_capability: no such device, or no room for %u bytes\n",
                    payload_size);
        return false;
    }
    unsigned offset = function->cap_end;
    set(function, function->cap_last != 0 ? function->cap_last + 1u : PCI_CAP_POINTER, 1, offset);
    set(function, offset, 1, cap_id);
    for (unsigned i = 0; i < payload_size; i++) {
        set(function, offset + 2 + i, 1, ((const uint8_t *)payload)[i]);
    }
    unsigned end = (offset + 2u + payload_size + 3u) & ~3u;
    set(function, PCI_STATUS, 1, function->config[PCI_STATUS] | PCI_STATUS_CAP_LIST);
    function->cap_last = (uint8_t)offset;
    function->cap_end = (uint8_t)(end < CONFIG_SIZE ? end : CONFIG_SIZE - 1);
    return true;
}

void pci_register_device_window(pci_dev_handle_t handle)
{
    struct function *function = function_of(handle);
    function->window = function->cap_last;
    function->writable[function->window + WINDOW_BAR] = 0xff;
    store(&function->writable[function->window + WINDOW_OFFSET], 4, UINT32_MAX);
    store(&function->writable[function->window + WINDOW_WIDTH], 4, UINT32_MAX);
    store(&function->writable[function->window + WINDOW_DATA], 4, UINT32_MAX);
}

/* Whether the access is one to the data of the device's window; then it goes to the BAR. */
static bool window_access(struct function *function, unsigned offset, bool is_read)
{
    const uint8_t *window = &function->config[function->window];
    if (function->window == 0 || offset != function->window + (unsigned)WINDOW_DATA) {
        return false;
    }
    uint32_t width = load(window + WINDOW_WIDTH, 4);
    if (width != 1 && width != 2 && width != 4) {
        return false;
    }
    uint32_t data = load(window + WINDOW_DATA, 4);
    uint64_t value = bar_access(function, window[WINDOW_BAR], load(window + WINDOW_OFFSET, 4),
                                width, is_read, data & (UINT32_MAX >> (32 - 8 * width)));
    if (is_read) {
        store(&function->config[offset], width, (uint32_t)value);
    }
    return true;
}

/* ---- Configuration space ---- */

static uint32_t config_read(struct function *function, unsigned offset, unsigned width)
{
    window_access(function, offset, true);
    return load(&function->config[offset], width);
}

static void config_write(struct function *function, unsigned offset, unsigned width, uint32_t value)
{
    for (unsigned i = 0; i < width; i++) {
        uint8_t mask = function->writable[offset + i];
        uint8_t *byte = &function->config[offset + i];
        *byte = (uint8_t)((*byte & ~mask) | (value >> 8 * i & mask));
    }
    window_access(function, offset, false);
    line_update(function);
}

/* The device at `offset` of the ECAM; NULL if there is none. */
static struct function *function_find(uint64_t offset)
{
    for (unsigned i = 0; i < bus.function_count; i++) {
        if (offset - (uint64_t)bus.functions[i].dev * DEVICE_SIZE < 1u << ECAM_SHIFT) {
            return &bus.functions[i];
        }
    }
    return NULL;
}

static bool ecam_access(size_t vcpu_id, size_t offset, size_t fsr, seL4_UserContext *regs,
                        void *data)
{
    (void)vcpu_id;
    (void)data;
    struct function *function = function_find(offset);
    unsigned width = 1u << ESR_SAS(fsr), at = offset % (1u << ECAM_SHIFT);
    uint64_t value = function != NULL ? 0 : UINT64_MAX; /* nobody answers */
    bool is_there = function != NULL && width <= 4 && at % width == 0 && at < CONFIG_SIZE;
    if (is_there && fault_is_write(fsr)) {
        config_write(function, at, width, (uint32_t)fault_get_data(regs, fsr));
    } else if (is_there) {
        value = config_read(function, at, width);
    }
    access_complete(regs, fsr, value);
    return true;
}

/* ---- The bus ---- */

static void bus_reset(void *data)
{
    (void)data;
    for (unsigned i = 0; i < bus.function_count; i++) {
        struct function *function = &bus.functions[i];
        __builtin_memcpy(function->config, function->at_reset, CONFIG_SIZE);
        line_update(function);
    }
}

bool pci_bus_init(uint64_t ecam_gpa, uint32_t ecam_size, uint64_t mmio_aperature_gpa,
                  uint64_t mmio_aperature_size)
{
    if (bus.exists || ecam_size < DEVICE_SIZE || mmio_aperature_size == 0 ||
        mmio_aperature_gpa > UINT32_MAX ||
        mmio_aperature_size > (uint64_t)UINT32_MAX + 1 - mmio_aperature_gpa) {
        LOG_VMM_ERR("pci_bus_init: ECAM of 0x%x bytes, aperture 0x%lx + 0x%lx (GPA): one bus, at "
                    "least 0x%x bytes for a device, and an aperture below 4 GiB are possible\n",
                    ecam_size, (unsigned long)mmio_aperature_gpa,
                    (unsigned long)mmio_aperature_size, DEVICE_SIZE);
        return false;
    }
    if (!fault_register_vm_exception_handler(ecam_gpa, ecam_size, ecam_access, NULL) ||
        !fault_register_vm_exception_handler(mmio_aperature_gpa, mmio_aperature_size,
                                             aperture_access, NULL)) {
        return false;
    }
    bus.exists = true;
    bus.device_count = ecam_size / DEVICE_SIZE < 32 ? ecam_size / DEVICE_SIZE : 32;
    bus.gpa = mmio_aperature_gpa;
    bus.size = mmio_aperature_size;
    return guest_register_reset_handler(bus_reset, NULL);
}

bool pci_bus_get_mmio_aperature(uint64_t *mmio_aperature_gpa, uint64_t *mmio_aperature_size)
{
    *mmio_aperature_gpa = bus.gpa;
    *mmio_aperature_size = bus.size;
    return bus.exists;
}

static void header_write(struct function *function, const pci_device_register_data_t *data)
{
    set(function, PCI_VENDOR_ID, 4, data->vendor_id | (uint32_t)data->device_id << 16);
    set(function, PCI_COMMAND, 4, data->command | (uint32_t)data->status << 16);
    set(function, PCI_CLASS, 4,
        data->revision_id | (uint32_t)data->subclass << 16 | (uint32_t)data->class_code << 24);
    set(function, PCI_SUBSYSTEM_VENDOR_ID, 4,
        data->subsystem_vendor_id | (uint32_t)data->subsystem_device_id << 16);
    store(&function->writable[PCI_COMMAND], 2,
          PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE);
}

pci_dev_handle_t pci_register_device(uint8_t bus_number, uint8_t dev, uint8_t func,
                                     pci_device_register_data_t *device_data)
{
    if (!bus.exists || bus_number != 0 || func != 0 || dev >= bus.device_count ||
        function_find((uint64_t)dev * DEVICE_SIZE) != NULL) {
        LOG_VMM_ERR(
            "pci_register_device: %u:%u.%u: there is no such place, or it is taken; the bus "
            "has functions 0:0.0 to 0:%u.0\n",
            bus_number, dev, func, bus.device_count - 1);
        return INVALID_PCI_DEVICE_HANDLE;
    }
    if (bus.function_count == PCI_DEVICE_MAX) {
        LOG_VMM_ERR("pci_register_device: %u devices are registered, which is all there is room "
                    "for\n",
                    PCI_DEVICE_MAX);
        return INVALID_PCI_DEVICE_HANDLE;
    }
    struct function *function = &bus.functions[bus.function_count++];
    function->dev = dev;
    function->cap_end = PCI_FIRST_CAP;
    header_write(function, device_data);
    return handle_of(function);
}
