/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The fixed fields: the arm64 `Image` header, struct loader_info, and the head of the manifest,
 * against the image's size and the board.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"

/* The arm64 `Image` header: Linux, Documentation/arm64/booting.rst. */
#define HEADER_TEXT_OFFSET 0x08
#define HEADER_IMAGE_SIZE  0x10
#define HEADER_FLAGS       0x18
#define HEADER_FLAGS_4K    2 /* little-endian, 4 KiB pages, loaded where text_offset says */

/* A field and what it has to be. */
static void expect(struct audit *audit, const char *field, uint64_t value, uint64_t expected)
{
    if (value != expected) {
        finding_add(&audit->findings, FINDING_HEADER, NULL,
                    "%s is 0x%" PRIx64 "; expected is 0x%" PRIx64, field, value, expected);
    }
}

static uint64_t header_word(const struct audit *audit, size_t offset)
{
    uint64_t value;
    memcpy(&value, audit->input->bytes + offset, sizeof(value));
    return value;
}

static void check_image(struct audit *audit)
{
    const struct board *board = audit->input->board;
    const struct loader_info *info = &audit->info;
    expect(audit, "Image header: text_offset", header_word(audit, HEADER_TEXT_OFFSET),
           board->image_pa - board->memory[0].base);
    expect(audit, "Image header: image_size", header_word(audit, HEADER_IMAGE_SIZE),
           audit->input->size);
    expect(audit, "Image header: flags", header_word(audit, HEADER_FLAGS), HEADER_FLAGS_4K);
    expect(audit, "loader_info: image_pa", info->image_pa, board->image_pa);
    if (audit->input->wrapped) {
        expect(audit, "file around the image: where it is loaded", audit->input->load_pa,
               board->image_pa);
    }
    expect(audit, "loader_info: image_size", info->image_size, audit->input->size);
    expect(audit, "loader_info: kernel_entry_va", info->kernel_entry_va, audit->kernel->entry_va);
    expect(audit, "loader_info: uart_pa", info->uart_pa, board->uart_pa);
    expect(audit, "loader_info: uart_type", info->uart_type, board->uart_type);
    expect(audit, "loader_info: reserved", info->reserved, 0);
}

struct array {
    uint64_t offset, size;
};

static int array_compare(const void *left, const void *right)
{
    const struct array *a = left;
    const struct array *b = right;
    if (a->offset != b->offset) {
        return a->offset < b->offset ? -1 : 1;
    }
    return (a->size > b->size) - (a->size < b->size);
}

/* The arrays follow each other without a gap, from the end of the head to the end. */
static void check_arrays(struct audit *audit)
{
    const struct manifest *m = audit->manifest;
    struct array arrays[] = {
        {m->pd_offset, m->pd_count * sizeof(*audit->pds)},
        {m->vcpu_offset, m->vcpu_count * sizeof(*audit->vcpus)},
        {m->channel_offset, m->channel_count * sizeof(*audit->channels)},
        {m->irq_offset, m->irq_count * sizeof(*audit->irqs)},
        {m->map_offset, m->map_count * sizeof(*audit->maps)},
        {m->slot_offset, m->slot_count * sizeof(*audit->slots)},
        {m->schedule_offset, m->schedule_count * sizeof(*audit->schedule)},
    };
    size_t count = sizeof(arrays) / sizeof(arrays[0]);
    qsort(arrays, count, sizeof(arrays[0]), array_compare);
    uint64_t end = sizeof(*m);
    for (size_t i = 0; i < count; i++) {
        expect(audit, "manifest: offset of an array", arrays[i].offset, end);
        end = arrays[i].offset + arrays[i].size;
    }
    expect(audit, "manifest: size", m->size, end);
}

void audit_check_header(struct audit *audit)
{
    const struct board *board = audit->input->board;
    const struct manifest *m = audit->manifest;
    char name[NAME_SIZE] = {0};
    strncpy(name, board->name, sizeof(name) - 1);

    check_image(audit);
    if (memcmp(m->board, name, sizeof(name)) != 0) {
        char found[NAME_SIZE];
        audit_name(found, m->board);
        finding_add(&audit->findings, FINDING_HEADER, NULL,
                    "manifest: built for board \"%s\", audited for \"%s\"", found, name);
    }
    expect(audit, "manifest: gic_version", m->gic_version, board->gic_version);
    expect(audit, "manifest: irq_lines", m->irq_lines, board->irq_lines);
    expect(audit, "manifest: uart_type", m->uart_type, audit_kernel_uart(audit));
    expect(audit, "manifest: uart_va", m->uart_va, KERNEL_UART_VA + board->uart_pa % PAGE_SIZE_4K);
    expect(audit, "manifest: timer_irq", m->timer_irq, board->timer_irq);
    expect(audit, "manifest: vtimer_irq", m->vtimer_irq, board->vtimer_irq);
    expect(audit, "manifest: ptimer_irq", m->ptimer_irq, board->ptimer_irq);
    expect(audit, "manifest: maintenance_irq", m->maintenance_irq, board->maintenance_irq);
    expect(audit, "manifest: gic_resample_us", m->gic_resample_us, board->gic_resample_us);
    uint64_t objects = m->pd_count * (uint64_t)PD_OBJECT_SIZE +
                       m->vcpu_count * (uint64_t)VCPU_OBJECT_SIZE +
                       board->irq_lines * (uint64_t)IRQ_OBJECT_SIZE;
    expect(audit, "manifest: object_size", m->object_size,
           (objects + PAGE_SIZE_4K - 1) / PAGE_SIZE_4K * PAGE_SIZE_4K);
    check_arrays(audit);
}
