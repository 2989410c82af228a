/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The manifest (drover/manifest.h): every object of the system, as the kernel reads it. The header,
 * and where its arrays lie; what is in them is manifest_array.h's.
 */
#include "manifest_array.h"

#include <string.h>

void manifest_name(char *target, const char *name)
{
    strncpy(target, name, NAME_SIZE - 1);
}

/* Places `count` elements of `size` bytes behind what is there. */
static uint32_t array_place(uint32_t *end, size_t count, size_t size)
{
    uint32_t offset = *end;
    *end += (uint32_t)(count * size);
    return offset;
}

static void arrays_place(const struct plan *plan, struct manifest *header)
{
    uint32_t end = sizeof(*header);
    header->pd_count = (uint32_t)manifest_pd_count(plan);
    header->pd_offset = array_place(&end, header->pd_count, sizeof(struct manifest_pd));
    header->vcpu_count = (uint32_t)manifest_vcpu_count(plan);
    header->vcpu_offset = array_place(&end, header->vcpu_count, sizeof(struct manifest_vcpu));
    header->map_count = (uint32_t)manifest_map_count(plan);
    header->map_offset = array_place(&end, header->map_count, sizeof(struct manifest_map));
    header->channel_count = (uint32_t)manifest_channel_count(plan);
    header->channel_offset =
        array_place(&end, header->channel_count, sizeof(struct manifest_channel));
    header->irq_count = (uint32_t)manifest_irq_count(plan);
    header->irq_offset = array_place(&end, header->irq_count, sizeof(struct manifest_irq));
    header->slot_count = (uint32_t)manifest_slot_count(plan);
    header->slot_offset = array_place(&end, header->slot_count, sizeof(struct manifest_slot));
    header->schedule_count = (uint32_t)manifest_schedule_count(plan);
    header->schedule_offset =
        array_place(&end, header->schedule_count, sizeof(struct manifest_schedule));
    header->size = end;
}

static struct manifest header_make(const struct plan *plan)
{
    const struct board *board = plan->board;
    struct manifest header = {
        .magic = MANIFEST_MAGIC,
        .version = MANIFEST_VERSION,
        .gic_version = board->gic_version,
        .irq_lines = board->irq_lines,
        .gic_resample_us = board->gic_resample_us,
        .uart_type = plan->input->debug ? board->uart_type : UART_NONE,
        .timer_irq = board->timer_irq,
        .vtimer_irq = board->vtimer_irq,
        .ptimer_irq = board->ptimer_irq,
        .maintenance_irq = board->maintenance_irq,
        .uart_va = KERNEL_UART_VA + board->uart_pa % PAGE_SIZE_4K,
        .object_size = plan->object_size,
    };
    manifest_name(header.board, board->name);
    arrays_place(plan, &header);
    return header;
}

uint64_t manifest_size(const struct plan *plan)
{
    return header_make(plan).size;
}

void manifest_write(const struct plan *plan)
{
    uint8_t *bytes = image_at(&plan->image, plan->manifest_pa);
    struct manifest header = header_make(plan);
    memcpy(bytes, &header, sizeof(header));
    manifest_pd_write(plan, (void *)(bytes + header.pd_offset));
    manifest_vcpu_write(plan, (void *)(bytes + header.vcpu_offset));
    manifest_map_write(plan, (void *)(bytes + header.map_offset));
    manifest_channel_write(plan, (void *)(bytes + header.channel_offset));
    manifest_irq_write(plan, (void *)(bytes + header.irq_offset));
    manifest_slot_write(plan, (void *)(bytes + header.slot_offset));
    manifest_schedule_write(plan, (void *)(bytes + header.schedule_offset));
}
