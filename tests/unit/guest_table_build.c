/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Makes guest tables for tests.
 */
#include "guest_table_build.h"

#include <stdlib.h>
#include <string.h>

size_t guest_table_build(void *bytes, size_t room, const struct table_choice *choice)
{
    size_t place_size = choice->place_count * sizeof(struct guest_place);
    size_t pci_offset = sizeof(struct guest_table) + place_size;
    size_t smc_offset = pci_offset + choice->pci_count * sizeof(struct guest_pci);
    size_t end = smc_offset + choice->smc_count * sizeof(uint32_t);
    if (end > room) {
        abort();
    }
    struct guest_table *table = bytes;
    struct guest_place *places = (struct guest_place *)(table + 1);
    *table = (struct guest_table){
        .magic = GUEST_TABLE_MAGIC,
        .version = GUEST_TABLE_VERSION,
        .flags = choice->flags,
        .kernel_gpa = choice->kernel_gpa,
        .dtb_gpa = choice->dtb_gpa,
        .initrd_gpa = choice->initrd_gpa,
        .place_offset = sizeof *table,
        .place_count = (uint32_t)choice->place_count,
        .smc_offset = (uint32_t)smc_offset,
        .smc_count = (uint32_t)choice->smc_count,
        .pci_offset = (uint32_t)pci_offset,
        .pci_count = (uint32_t)choice->pci_count,
        .restart_channel =
            choice->restart_channel != 0 ? choice->restart_channel : GUEST_CHANNEL_NONE,
    };
    for (size_t i = 0; i < choice->pci_count; i++) {
        memcpy((char *)bytes + pci_offset + i * sizeof(struct guest_pci), &choice->pci[i],
               sizeof(struct guest_pci));
    }
    for (size_t i = 0; i < choice->smc_count; i++) {
        memcpy((char *)bytes + smc_offset + i * sizeof(uint32_t), &choice->smcs[i],
               sizeof(uint32_t));
    }
    for (size_t i = 0; i < choice->place_count; i++) {
        const struct table_place *place = &choice->places[i];
        size_t length = strlen(place->text) + 1;
        if (length > room - end) {
            abort();
        }
        places[i] = (struct guest_place){
            .pa = place->pa, .size = place->size, .text_offset = (uint32_t)end};
        memcpy((char *)bytes + end, place->text, length);
        end += length;
    }
    table->size = (uint32_t)end;
    return end;
}
