/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The life of a device: status, features, configuration, interrupt. virtio 1.2, 2 and 3.
 */
#include "core.h"

#include <libvmm/guest.h>
#include <libvmm/util/util.h>

#include "guest_state.h"

/* What the core itself does for every device. */
#define CORE_FEATURES                                                                              \
    (VIRTIO_FEATURE(VIRTIO_F_VERSION_1) | VIRTIO_FEATURE(VIRTIO_F_INDIRECT_DESC) |                 \
     VIRTIO_FEATURE(VIRTIO_F_EVENT_IDX))

/* ---- What the driver reads without asking ---- */

void virtio_registers_changed(struct virtio_device *device)
{
    if (device->transport != NULL && device->transport->registers_changed != NULL) {
        device->transport->registers_changed(device);
    }
}

/* Another vCPU may read it before it gets the interrupt, and has to when it does. */
static inline void interrupt_status_set(struct virtio_device *device, uint8_t reasons)
{
    device->interrupt_status = reasons;
    if (device->interrupt_status_shown != NULL) {
        __atomic_store_n(device->interrupt_status_shown, reasons, __ATOMIC_RELAXED);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
    }
}

/* ---- Interrupt ---- */

static void line_set(struct virtio_device *device, bool high)
{
    device->transport->set_line(device, high);
}

void virtio_core_interrupt(struct virtio_device *device, uint8_t reason)
{
    uint8_t before = device->interrupt_status;
    interrupt_status_set(device, (uint8_t)(before | reason));
    if (before == 0) {
        line_set(device, true);
    }
}

void virtio_core_interrupt_ack(struct virtio_device *device, uint8_t reasons)
{
    if ((device->interrupt_status & reasons) == 0) {
        return;
    }
    interrupt_status_set(device, device->interrupt_status & (uint8_t)~reasons);
    line_set(device, false);
    if (device->interrupt_status != 0) {
        line_set(device, true); /* an edge, for who has configured the interrupt as one */
    }
}

void virtio_config_changed(struct virtio_device *device)
{
    device->config_generation++;
    device->config_has_changed = true;
    virtio_registers_changed(device);
    if (virtio_device_running(device)) {
        virtio_core_interrupt(device, VIRTIO_INTERRUPT_CONFIG);
    }
}

void virtio_device_break(struct virtio_device *device, const char *rule)
{
    if ((device->status & VIRTIO_STATUS_NEEDS_RESET) != 0) {
        return;
    }
    if (guest_log_allowed()) {
        LOG_VMM("%s: the driver has broken a rule: %s; it has to reset the device\n", device->name,
                rule);
    }
    bool was_running = virtio_device_running(device);
    device->status |= VIRTIO_STATUS_NEEDS_RESET;
    virtio_registers_changed(device);
    virtio_core_queues_serve(device, false);
    if (was_running) {
        virtio_core_interrupt(device, VIRTIO_INTERRUPT_CONFIG);
    }
}

/* ---- Status and features ---- */

void virtio_device_reset(struct virtio_device *device)
{
    device->epoch++;
    device->status = 0;
    device->features = 0;
    device->features_driver = 0;
    device->features_offered_select = 0;
    device->features_driver_select = 0;
    device->interrupt_status = 0;
    device->config_has_changed = false;
    line_set(device, false);
    virtio_core_queues_reset(device);
    if (device->ops->reset != NULL) {
        device->ops->reset(device);
    }
    virtio_registers_changed(device);
}

/* The driver believes that its features are fine. */
static bool features_accept(struct virtio_device *device)
{
    uint64_t features = device->features_driver;
    if ((features & ~device->features_offered) != 0 ||
        (features & VIRTIO_FEATURE(VIRTIO_F_VERSION_1)) == 0) {
        if (guest_log_allowed()) {
            LOG_VMM("%s: the driver chooses features 0x%lx, of which VERSION_1 has to be one and "
                    "none is outside of 0x%lx\n",
                    device->name, (unsigned long)features, (unsigned long)device->features_offered);
        }
        return false;
    }
    if (device->ops->features_chosen != NULL && !device->ops->features_chosen(device, features)) {
        return false;
    }
    device->features = features;
    return true;
}

static void start(struct virtio_device *device)
{
    virtio_core_queues_serve(device, true);
    if (device->config_has_changed) { /* since the driver may have looked */
        virtio_core_interrupt(device, VIRTIO_INTERRUPT_CONFIG);
    }
    if (device->ops->started != NULL) {
        device->ops->started(device);
    }
    for (unsigned i = 0; i < device->queue_count; i++) {
        virtio_core_notify(device, i);
    }
}

uint8_t virtio_core_status_read(const struct virtio_device *device)
{
    if (UNLIKELY(device->status == 0 && device->ops->is_quiet != NULL &&
                 !device->ops->is_quiet(device))) {
        return VIRTIO_STATUS_NEEDS_RESET;
    }
    return device->status;
}

void virtio_core_status_write(struct virtio_device *device, uint8_t status)
{
    if (status == 0) {
        virtio_device_reset(device);
        return;
    }
    /* A driver only ever sets bits, and not the device's own (2.1.1). */
    uint8_t set = (uint8_t)(status & ~device->status & ~VIRTIO_STATUS_NEEDS_RESET);
    device->status |=
        set & (VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_FAILED);
    if ((set & VIRTIO_STATUS_FAILED) != 0) {
        virtio_core_queues_serve(device, false);
    }
    if ((set & VIRTIO_STATUS_FEATURES_OK) != 0 && features_accept(device)) {
        device->status |= VIRTIO_STATUS_FEATURES_OK;
    }
    if ((set & VIRTIO_STATUS_DRIVER_OK) != 0 && (device->status & VIRTIO_STATUS_FEATURES_OK) != 0) {
        device->status |= VIRTIO_STATUS_DRIVER_OK;
        if (virtio_device_running(device)) {
            start(device);
        }
    }
}

/* The 32 bits of window `select` of `features` (4.2.2, DeviceFeaturesSel). */
static uint32_t features_window(uint64_t features, uint32_t select)
{
    return select < 2 ? (uint32_t)(features >> 32 * select) : 0;
}

uint32_t virtio_core_features_offered(const struct virtio_device *device)
{
    return features_window(device->features_offered, device->features_offered_select);
}

uint32_t virtio_core_features_driver(const struct virtio_device *device)
{
    return features_window(device->features_driver, device->features_driver_select);
}

void virtio_core_features_write(struct virtio_device *device, uint32_t features)
{
    uint32_t select = device->features_driver_select;
    if ((device->status & VIRTIO_STATUS_FEATURES_OK) != 0) {
        return; /* they are settled */
    }
    if (select < 2) {
        uint64_t others = device->features_driver & (uint64_t)UINT32_MAX << (select == 0 ? 32 : 0);
        device->features_driver = others | (uint64_t)features << 32 * select;
    } else if (features != 0) {
        device->features_driver |= 1ull << 63; /* not offered: FEATURES_OK will not stick */
    }
}

/* ---- Configuration space ---- */

/* How many of `width` bytes at `offset` are there. */
static unsigned config_width(const struct virtio_device *device, uint64_t offset, unsigned width)
{
    uint64_t left = offset < device->config_size ? device->config_size - offset : 0;
    return width <= left ? width : (unsigned)left;
}

uint64_t virtio_core_config_read(const struct virtio_device *device, uint64_t offset,
                                 unsigned width)
{
    uint64_t value = 0;
    unsigned count = config_width(device, offset, width);
    if (count != 0) {
        __builtin_memcpy(&value, (const uint8_t *)device->config + offset, count);
    }
    return value;
}

void virtio_core_config_write(struct virtio_device *device, uint64_t offset, unsigned width,
                              uint64_t value)
{
    if (device->ops->config_write != NULL && config_width(device, offset, width) == width) {
        device->ops->config_write(device, (uint32_t)offset, width, value);
    }
}

/* ---- Registration ---- */

static void reset_with_guest(void *data)
{
    virtio_device_reset(data);
}

bool virtio_core_check(const struct virtio_device *device)
{
    uint32_t size = device->queue_size_max;
    if (size == 0 || size > VIRTIO_QUEUE_SIZE_MAX || (size & (size - 1)) != 0 ||
        device->queue_count == 0 || device->ops->notify == NULL ||
        (device->config == NULL && device->config_size != 0)) {
        LOG_VMM_ERR("%s: %u queue(s) of %u buffers; there has to be one, of a power of two up to "
                    "%u, somebody who serves it, and memory for the configuration space\n",
                    device->name, device->queue_count, size, VIRTIO_QUEUE_SIZE_MAX);
        return false;
    }
    return true;
}

void virtio_core_attach(struct virtio_device *device, const struct virtio_transport *transport,
                        void *transport_data, irq_routing_info_t route)
{
    device->transport = transport;
    device->transport_data = transport_data;
    device->interrupt_status_shown = NULL;
    device->irq_route = route;
    device->features_offered |= CORE_FEATURES;
    device->ram.size = 0;
    virtio_device_reset(device);
}

static bool idle_for_guest(void *data)
{
    const struct virtio_device *device = data;
    return device->ops->is_quiet(device);
}

bool virtio_core_follow_guest(struct virtio_device *device)
{
    return (device->ops->is_quiet == NULL || guest_register_idle_handler(idle_for_guest, device)) &&
           guest_register_reset_handler(reset_with_guest, device);
}
