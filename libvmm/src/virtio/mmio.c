/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * virtio over registers in memory: virtio 1.2, 4.2. Control registers are 32 bits wide and accessed
 * so (4.2.2.2); any other access of them reads as zero or does nothing. Configuration space takes
 * any width. Where there is a page for them, reads are the guest's own and only writes come here.
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

/* ---- The page of registers ---- */

static void word_store(uint32_t *page, uint32_t offset, uint32_t value)
{
    __atomic_store_n(&page[offset / 4], value, __ATOMIC_RELAXED);
}

/* A driver that reads the configuration meanwhile sees two generations, and reads it again. */
static void config_store(const struct virtio_device *device, uint32_t *page)
{
    uint32_t other = device->config_generation ^ 0x80;
    word_store(page, REG_VIRTIO_MMIO_CONFIG_GENERATION, other);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    for (uint32_t offset = 0; offset < device->config_size; offset += 4) {
        word_store(page, REG_VIRTIO_MMIO_CONFIG + offset,
                   (uint32_t)virtio_core_config_read(device, offset, 4));
    }
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    word_store(page, REG_VIRTIO_MMIO_CONFIG_GENERATION, device->config_generation);
}

static void registers_store(struct virtio_device *device)
{
    uint32_t *page = device->transport_data;
    if (page == NULL) {
        return;
    }
    for (uint32_t offset = 0; offset < REG_VIRTIO_MMIO_CONFIG_GENERATION; offset += 4) {
        word_store(page, offset, register_read(device, offset));
    }
    config_store(device, page);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static const struct virtio_transport transport = {.set_line = line_set,
                                                  .registers_changed = registers_store};

/* ---- Accesses that trap ---- */

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

/* Those two are frequent, and the core tells of what they change. */
static bool is_control(uint32_t offset)
{
    return offset != REG_VIRTIO_MMIO_QUEUE_NOTIFY && offset != REG_VIRTIO_MMIO_INTERRUPT_ACK;
}

static void access_write(struct virtio_device *device, size_t offset, unsigned width,
                         uint64_t value)
{
    if (offset >= REG_VIRTIO_MMIO_CONFIG) {
        virtio_core_config_write(device, offset - REG_VIRTIO_MMIO_CONFIG, width, value);
    } else if (width == 4 && offset % 4 == 0) {
        register_write(device, (uint32_t)offset, (uint32_t)value);
    }
    if (is_control((uint32_t)offset)) {
        registers_store(device);
    }
}

static uint64_t access_read(struct virtio_device *device, size_t offset, unsigned width)
{
    if (offset >= REG_VIRTIO_MMIO_CONFIG) {
        return virtio_core_config_read(device, offset - REG_VIRTIO_MMIO_CONFIG, width);
    }
    return width == 4 && offset % 4 == 0 ? register_read(device, (uint32_t)offset) : 0;
}

bool virtio_mmio_fault_handle(size_t vcpu_id, size_t offset, size_t fsr, seL4_UserContext *regs,
                              void *data)
{
    (void)vcpu_id;
    struct virtio_device *device = data;
    unsigned width = 1u << ESR_SAS(fsr);
    if ((fsr & ESR_WNR) != 0) {
        access_write(device, offset, width, fault_get_data(regs, fsr));
    } else {
        *decode_rt(ESR_SRT(fsr), regs) = esr_extend(fsr, access_read(device, offset, width));
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

bool virtio_mmio_set_registers_page(virtio_device_t *device, void *page, size_t size)
{
    if (device->transport != &transport) {
        LOG_VMM_ERR("%s: a page of registers is for a device that is registered with virtio-mmio\n",
                    device->name);
        return false;
    }
    size_t least = REG_VIRTIO_MMIO_CONFIG + ((size_t)device->config_size + 3) / 4 * 4;
    if (page == NULL || (uintptr_t)page % sizeof(uint32_t) != 0 || size < least) {
        LOG_VMM_ERR("%s: registers of 0x%lx bytes at 0x%lx (VA): they take words, 0x%lx bytes of "
                    "them\n",
                    device->name, (unsigned long)size, (unsigned long)(uintptr_t)page,
                    (unsigned long)least);
        return false;
    }
    for (uint32_t offset = 0; offset < size / 4 * 4; offset += 4) {
        word_store(page, offset, 0);
    }
    device->transport_data = page;
    device->interrupt_status_shown = (uint32_t *)page + REG_VIRTIO_MMIO_INTERRUPT_STATUS / 4;
    registers_store(device);
    return true;
}
