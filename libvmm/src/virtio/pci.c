/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * virtio over PCI: virtio 1.2, 4.1. One BAR has all structures, each in a page. Fields are accessed
 * in their own width (4.1.3.1), those of 64 bits in halves; any other access reads as zero or does
 * nothing.
 */
#include <libvmm/virtio/pci.h>

#include <libvmm/util/util.h>

#include "core.h"
#include "pci.h"

#define BAR_INDEX     0
#define BAR_SIZE      0x4000
#define COMMON_OFFSET 0x0000
#define ISR_OFFSET    0x1000
#define DEVICE_OFFSET 0x2000
#define NOTIFY_OFFSET 0x3000
#define AREA_SIZE     0x1000

#define NOTIFY_MULTIPLIER 4      /* a word for each queue: 4.1.4.4 */
#define NO_VECTOR         0xffff /* 4.1.5.1.2: no MSI-X */

/* Virtio's IDs of subsystems say nothing of a device; from 0x40 on they mean a modern one
 * (4.1.2.1).
 */
#define SUBSYSTEM_ID 0x1100

/* 4.1.4: what follows ID and link of a capability. */
struct capability {
    uint8_t cap_len;
    uint8_t cfg_type;
    uint8_t bar;
    uint8_t id;
    uint8_t padding[2];
    uint8_t offset[4];
    uint8_t length[4];
    uint8_t more[4]; /* notify_off_multiplier, or pci_cfg_data */
};

#define CAPABILITY_SIZE      16 /* with ID and link, without `more` */
#define CAPABILITY_SIZE_MORE 20

static pci_dev_handle_t handle_of(const struct virtio_device *device)
{
    return (pci_dev_handle_t)(intptr_t)device->transport_data;
}

static void line_set(struct virtio_device *device, bool high)
{
    pci_device_set_irq_status(handle_of(device), high);
}

static const struct virtio_transport transport = {.set_line = line_set};

/* ---- The common configuration structure ---- */

static uint32_t queue_read(struct virtio_device *device, uint32_t offset)
{
    const struct virtio_queue *queue = virtio_core_queue(device);
    if (queue == NULL) {
        return 0; /* a size of 0: 4.1.4.3.1 */
    }
    switch (offset) {
    case VIRTIO_PCI_COMMON_Q_SIZE:
        return queue->size;
    case VIRTIO_PCI_COMMON_Q_ENABLE:
        return queue->enabled;
    case VIRTIO_PCI_COMMON_Q_NOTIF_OFF:
    case VIRTIO_PCI_COMMON_Q_NOTIF_DATA:
        return device->queue_select;
    case VIRTIO_PCI_COMMON_Q_DESC_LO:
        return (uint32_t)queue->desc_gpa;
    case VIRTIO_PCI_COMMON_Q_DESC_HI:
        return (uint32_t)(queue->desc_gpa >> 32);
    case VIRTIO_PCI_COMMON_Q_AVAIL_LO:
        return (uint32_t)queue->avail_gpa;
    case VIRTIO_PCI_COMMON_Q_AVAIL_HI:
        return (uint32_t)(queue->avail_gpa >> 32);
    case VIRTIO_PCI_COMMON_Q_USED_LO:
        return (uint32_t)queue->used_gpa;
    case VIRTIO_PCI_COMMON_Q_USED_HI:
        return (uint32_t)(queue->used_gpa >> 32);
    default:
        return 0;
    }
}

static uint32_t common_read(struct virtio_device *device, uint32_t offset)
{
    switch (offset) {
    case VIRTIO_PCI_COMMON_DEV_FEATURE_SEL:
        return device->features_offered_select;
    case VIRTIO_PCI_COMMON_DEV_FEATURE:
        return virtio_core_features_offered(device);
    case VIRTIO_PCI_COMMON_DRI_FEATURE_SEL:
        return device->features_driver_select;
    case VIRTIO_PCI_COMMON_DRI_FEATURE:
        return virtio_core_features_driver(device);
    case VIRTIO_PCI_COMMON_MSIX:
    case VIRTIO_PCI_COMMON_Q_MSIX:
        return NO_VECTOR;
    case VIRTIO_PCI_COMMON_NUM_QUEUES:
        return device->queue_count;
    case VIRTIO_PCI_COMMON_DEV_STATUS:
        return virtio_core_status_read(device);
    case VIRTIO_PCI_COMMON_CFG_GENERATION:
        return device->config_generation;
    case VIRTIO_PCI_COMMON_Q_SELECT:
        return device->queue_select;
    default:
        return queue_read(device, offset);
    }
}

static void common_write(struct virtio_device *device, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case VIRTIO_PCI_COMMON_DEV_FEATURE_SEL:
        device->features_offered_select = value;
        break;
    case VIRTIO_PCI_COMMON_DRI_FEATURE_SEL:
        device->features_driver_select = value;
        break;
    case VIRTIO_PCI_COMMON_DRI_FEATURE:
        virtio_core_features_write(device, value);
        break;
    case VIRTIO_PCI_COMMON_DEV_STATUS:
        virtio_core_status_write(device, (uint8_t)value);
        break;
    case VIRTIO_PCI_COMMON_Q_SELECT:
        device->queue_select = value;
        break;
    case VIRTIO_PCI_COMMON_Q_SIZE:
        virtio_core_queue_size_write(device, value);
        break;
    case VIRTIO_PCI_COMMON_Q_ENABLE:
        if (value == 1) {
            virtio_core_queue_enable(device);
        }
        break; /* a driver never writes 0: 4.1.4.3.2 */
    case VIRTIO_PCI_COMMON_Q_DESC_LO:
    case VIRTIO_PCI_COMMON_Q_DESC_HI:
        virtio_core_queue_area_write(device, VIRTIO_AREA_DESC, (offset & 4) != 0, value);
        break;
    case VIRTIO_PCI_COMMON_Q_AVAIL_LO:
    case VIRTIO_PCI_COMMON_Q_AVAIL_HI:
        virtio_core_queue_area_write(device, VIRTIO_AREA_AVAIL, (offset & 4) != 0, value);
        break;
    case VIRTIO_PCI_COMMON_Q_USED_LO:
    case VIRTIO_PCI_COMMON_Q_USED_HI:
        virtio_core_queue_area_write(device, VIRTIO_AREA_USED, (offset & 4) != 0, value);
        break;
    default:
        break;
    }
}

/* The width of the field at `offset`: 0 in the middle of one. */
static unsigned field_width(uint32_t offset)
{
    if (offset < VIRTIO_PCI_COMMON_MSIX ||
        (offset >= VIRTIO_PCI_COMMON_Q_DESC_LO && offset < VIRTIO_PCI_COMMON_Q_NOTIF_DATA)) {
        return offset % 4 == 0 ? 4 : 0;
    }
    if (offset == VIRTIO_PCI_COMMON_DEV_STATUS || offset == VIRTIO_PCI_COMMON_CFG_GENERATION) {
        return 1;
    }
    return offset % 2 == 0 ? 2 : 0;
}

/* ---- The BAR ---- */

static uint64_t area_read(struct virtio_device *device, uint64_t offset, unsigned width)
{
    uint64_t in_area = offset % AREA_SIZE;
    switch (offset - in_area) {
    case COMMON_OFFSET:
        return in_area < VIRTIO_PCI_COMMON_END && field_width((uint32_t)in_area) == width
                   ? common_read(device, (uint32_t)in_area)
                   : 0;
    case ISR_OFFSET: {
        uint8_t status = in_area == 0 ? device->interrupt_status : 0;
        virtio_core_interrupt_ack(device, status); /* 4.1.4.5: reading it acknowledges */
        return status;
    }
    case DEVICE_OFFSET:
        return virtio_core_config_read(device, in_area, width);
    default:
        return 0;
    }
}

static void area_write(struct virtio_device *device, uint64_t offset, unsigned width,
                       uint64_t value)
{
    uint64_t in_area = offset % AREA_SIZE;
    switch (offset - in_area) {
    case NOTIFY_OFFSET:
        if (in_area % NOTIFY_MULTIPLIER == 0) {
            virtio_core_notify(device, (uint32_t)(in_area / NOTIFY_MULTIPLIER));
        }
        break;
    case COMMON_OFFSET:
        if (in_area < VIRTIO_PCI_COMMON_END && field_width((uint32_t)in_area) == width) {
            common_write(device, (uint32_t)in_area, (uint32_t)value);
        }
        break;
    case DEVICE_OFFSET:
        virtio_core_config_write(device, in_area, width, value);
        break;
    default:
        break;
    }
}

static bool bar_access(pci_dev_handle_t handle, uint64_t bar_offset, bool is_read,
                       int access_width_bytes, uint64_t *data, void *cookie)
{
    (void)handle;
    if (is_read) {
        *data = area_read(cookie, bar_offset, (unsigned)access_width_bytes);
    } else {
        area_write(cookie, bar_offset, (unsigned)access_width_bytes, *data);
    }
    return true;
}

/* ---- Registration ---- */

static bool capability_add(pci_dev_handle_t handle, uint8_t type, uint32_t offset, uint32_t length,
                           unsigned size)
{
    struct capability capability = {.cap_len = (uint8_t)size, .cfg_type = type, .bar = BAR_INDEX};
    uint32_t multiplier = type == VIRTIO_PCI_CAP_NOTIFY_CFG ? NOTIFY_MULTIPLIER : 0;
    __builtin_memcpy(capability.offset, &offset, sizeof offset);
    __builtin_memcpy(capability.length, &length, sizeof length);
    __builtin_memcpy(capability.more, &multiplier, sizeof multiplier);
    return pci_register_device_capability(handle, PCI_CAP_ID_VNDR, &capability,
                                          (uint8_t)(size - 2));
}

static bool capabilities_add(const struct virtio_device *device, pci_dev_handle_t handle)
{
    bool all = capability_add(handle, VIRTIO_PCI_CAP_COMMON_CFG, COMMON_OFFSET,
                              VIRTIO_PCI_COMMON_END, CAPABILITY_SIZE) &&
               capability_add(handle, VIRTIO_PCI_CAP_NOTIFY_CFG, NOTIFY_OFFSET, AREA_SIZE,
                              CAPABILITY_SIZE_MORE) &&
               capability_add(handle, VIRTIO_PCI_CAP_ISR_CFG, ISR_OFFSET, 1, CAPABILITY_SIZE) &&
               (device->config_size == 0 ||
                capability_add(handle, VIRTIO_PCI_CAP_DEVICE_CFG, DEVICE_OFFSET,
                               device->config_size, CAPABILITY_SIZE)) &&
               capability_add(handle, VIRTIO_PCI_CAP_PCI_CFG, 0, 0, CAPABILITY_SIZE_MORE);
    if (all) {
        pci_register_device_window(handle);
    }
    return all;
}

static uint16_t class_of(const struct virtio_device *device)
{
    switch (device->device_id) {
    case VIRTIO_DEVICE_ID_NET:
        return PCI_CLASS_NETWORK_ETHERNET;
    case VIRTIO_DEVICE_ID_BLOCK:
        return PCI_CLASS_STORAGE_SCSI;
    case VIRTIO_DEVICE_ID_CONSOLE:
        return PCI_CLASS_COMMUNICATION_OTHER;
    default:
        return PCI_CLASS_OTHER;
    }
}

bool virtio_pci_register_device(virtio_device_t *device, uint16_t pci_bus, uint16_t pci_dev,
                                irq_routing_info_t irq_routing_info)
{
    pci_device_register_data_t data = {
        .vendor_id = VIRTIO_PCI_VENDOR_ID,
        .device_id = (uint16_t)(VIRTIO_PCI_MODERN_BASE_DEVICE_ID + device->device_id),
        .revision_id = VIRTIO_PCI_REVISION,
        .subclass = PCI_SUB_CLASS(class_of(device)),
        .class_code = PCI_CLASS_CODE(class_of(device)),
        .subsystem_vendor_id = VIRTIO_PCI_VENDOR_ID,
        .subsystem_device_id = SUBSYSTEM_ID,
    };
    if (!virtio_core_check(device) || device->config_size > AREA_SIZE || pci_bus > UINT8_MAX ||
        pci_dev > UINT8_MAX) {
        return false;
    }
    pci_dev_handle_t handle = pci_register_device((uint8_t)pci_bus, (uint8_t)pci_dev, 0, &data);
    if (handle == INVALID_PCI_DEVICE_HANDLE ||
        !pci_register_device_mmio_bar(handle, BAR_INDEX, BAR_SIZE, bar_access, device) ||
        !capabilities_add(device, handle) ||
        !pci_register_device_irq(handle, irq_routing_info, NULL, NULL)) {
        return false;
    }
    virtio_core_attach(device, &transport, (void *)(intptr_t)handle, irq_routing_info);
    return virtio_core_follow_guest(device);
}
