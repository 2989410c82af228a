/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * virtio over registers in memory: virtio 1.2, 4.2. Control registers are 32 bits wide and accessed
 * so (4.2.2.2); any other access of them reads as zero or does nothing. Configuration space takes
 * any width.
 */
#include <libvmm/virtio/mmio.h>

#include <libvmm/util/util.h>

#include "core.h"
#include "esr.h"
#include "exception.h"

static void line_set(struct virtio_device *device, bool high)
{
    virq_set_level(device->irq_route, high);
}

static const struct virtio_transport transport = {.set_line = line_set};

static uint32_t register_read(struct virtio_device *device, uint32_t offset)
{
    const struct virtio_queue *queue;
    switch (offset) {
    case REG_VIRTIO_MMIO_INTERRUPT_STATUS:
        return device->interrupt_status;
    case REG_VIRTIO_MMIO_MAGIC_VALUE:
        return VIRTIO_MMIO_DEV_MAGIC;
    case REG_VIRTIO_MMIO_VERSION:
        return VIRTIO_MMIO_DEV_VERSION;
    case REG_VIRTIO_MMIO_DEVICE_ID:
        return device->device_id;
    case REG_VIRTIO_MMIO_VENDOR_ID:
        return VIRTIO_DEV_VENDOR_ID;
    case REG_VIRTIO_MMIO_DEVICE_FEATURES:
        return virtio_core_features_offered(device);
    case REG_VIRTIO_MMIO_QUEUE_NUM_MAX:
        return virtio_core_queue(device) != NULL ? device->queue_size_max : 0;
    case REG_VIRTIO_MMIO_QUEUE_READY:
        queue = virtio_core_queue(device);
        return queue != NULL && queue->enabled;
    case REG_VIRTIO_MMIO_STATUS:
        return virtio_core_status_read(device);
    case REG_VIRTIO_MMIO_SHM_LEN_LOW:
    case REG_VIRTIO_MMIO_SHM_LEN_HIGH:
    case REG_VIRTIO_MMIO_SHM_BASE_LOW:
    case REG_VIRTIO_MMIO_SHM_BASE_HIGH:
        return UINT32_MAX; /* there is no such region (4.2.2, SHMSel) */
    case REG_VIRTIO_MMIO_CONFIG_GENERATION:
        return device->config_generation;
    default:
        return 0;
    }
}

static void register_write(struct virtio_device *device, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case REG_VIRTIO_MMIO_QUEUE_NOTIFY:
        virtio_core_notify(device, value);
        break;
    case REG_VIRTIO_MMIO_INTERRUPT_ACK:
        virtio_core_interrupt_ack(device, (uint8_t)value);
        break;
    case REG_VIRTIO_MMIO_DEVICE_FEATURES_SEL:
        device->features_offered_select = value;
        break;
    case REG_VIRTIO_MMIO_DRIVER_FEATURES_SEL:
        device->features_driver_select = value;
        break;
    case REG_VIRTIO_MMIO_DRIVER_FEATURES:
        virtio_core_features_write(device, value);
        break;
    case REG_VIRTIO_MMIO_QUEUE_SEL:
        device->queue_select = value;
        break;
    case REG_VIRTIO_MMIO_QUEUE_NUM:
        virtio_core_queue_size_write(device, value);
        break;
    case REG_VIRTIO_MMIO_QUEUE_READY:
        if (value == 1) {
            virtio_core_queue_enable(device);
        }
        break; /* 0 comes with a reset only: RING_RESET is not offered */
    case REG_VIRTIO_MMIO_STATUS:
        virtio_core_status_write(device, (uint8_t)value);
        break;
    case REG_VIRTIO_MMIO_QUEUE_DESC_LOW:
    case REG_VIRTIO_MMIO_QUEUE_DESC_HIGH:
        virtio_core_queue_area_write(device, VIRTIO_AREA_DESC, (offset & 4) != 0, value);
        break;
    case REG_VIRTIO_MMIO_QUEUE_AVAIL_LOW:
    case REG_VIRTIO_MMIO_QUEUE_AVAIL_HIGH:
        virtio_core_queue_area_write(device, VIRTIO_AREA_AVAIL, (offset & 4) != 0, value);
        break;
    case REG_VIRTIO_MMIO_QUEUE_USED_LOW:
    case REG_VIRTIO_MMIO_QUEUE_USED_HIGH:
        virtio_core_queue_area_write(device, VIRTIO_AREA_USED, (offset & 4) != 0, value);
        break;
    default:
        break;
    }
}

bool virtio_mmio_fault_handle(size_t vcpu_id, size_t offset, size_t fsr, seL4_UserContext *regs,
                              void *data)
{
    (void)vcpu_id;
    struct virtio_device *device = data;
    unsigned width = 1u << ESR_SAS(fsr);
    bool is_register = offset < REG_VIRTIO_MMIO_CONFIG;
    bool is_fit = width == 4 && offset % 4 == 0;
    if ((fsr & ESR_WNR) != 0) {
        uint64_t value = fault_get_data(regs, fsr);
        if (!is_register) {
            virtio_core_config_write(device, offset - REG_VIRTIO_MMIO_CONFIG, width, value);
        } else if (is_fit) {
            register_write(device, (uint32_t)offset, (uint32_t)value);
        }
    } else {
        uint64_t value = 0;
        if (!is_register) {
            value = virtio_core_config_read(device, offset - REG_VIRTIO_MMIO_CONFIG, width);
        } else if (is_fit) {
            value = register_read(device, (uint32_t)offset);
        }
        *decode_rt(ESR_SRT(fsr), regs) = esr_extend(fsr, value);
    }
    exception_skip((struct vcpu_page *)regs);
    return true;
}

bool virtio_mmio_register_device(virtio_device_t *device, uintptr_t region_base,
                                 uintptr_t region_size, irq_routing_info_t irq_routing_info)
{
    if (region_size < REG_VIRTIO_MMIO_CONFIG + (uintptr_t)device->config_size) {
        LOG_VMM_ERR("%s: registers of 0x%lx bytes at 0x%lx (GPA) cannot hold its configuration "
                    "space; it takes 0x%lx\n",
                    device->name, (unsigned long)region_size, (unsigned long)region_base,
                    REG_VIRTIO_MMIO_CONFIG + (unsigned long)device->config_size);
        return false;
    }
    if (!virtio_core_check(device) || !virq_register(irq_routing_info, NULL, NULL)) {
        return false;
    }
    virtio_core_attach(device, &transport, NULL, irq_routing_info);
    return fault_register_vm_exception_handler(region_base, region_size, virtio_mmio_fault_handle,
                                               device) &&
           virtio_core_follow_guest(device);
}
