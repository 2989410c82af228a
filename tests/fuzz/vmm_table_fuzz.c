/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes the check of the guest table: the input is the file. What is accepted has to answer every
 * question from its own bytes; what is not, with one line.
 */
#include <stdlib.h>
#include <string.h>

#include <libvmm/guest_table.h>

#include "libvmm/fake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void require_text(const struct guest_table *table, uint64_t gpa)
{
    const char *text = guest_table_place_text(table, gpa);
    require(text != NULL && text >= (const char *)table);
    size_t room = table->size - (size_t)(text - (const char *)table);
    size_t length = strnlen(text, room);
    require(length < room && length < GUEST_PLACE_TEXT_MAX);
    for (size_t i = 0; i < length; i++) {
        require((unsigned char)text[i] >= ' ');
    }
}

static void ask(const struct guest_table *table, size_t size)
{
    require(table->magic == GUEST_TABLE_MAGIC && table->size <= size);
    const struct guest_place *places = guest_table_places(table);
    for (uint32_t i = 0; i < table->place_count; i++) {
        require_text(table, places[i].pa);
        require_text(table, places[i].pa + (places[i].size - 1));
    }
    static volatile uint32_t sink;
    for (uint32_t i = 0; i < table->smc_count; i++) {
        sink = guest_table_smcs(table)[i];
    }
    const struct guest_device *device = guest_table_devices(table);
    for (uint32_t i = 0; i < table->device_count; i++, device++) {
        for (uint32_t j = 0; j < device->config_size; j++) {
            sink = ((const uint8_t *)guest_table_config(table, device))[j];
        }
        for (uint32_t j = 0; j < device->region_count; j++) {
            sink = guest_table_regions(table, device)[j].is_writable;
        }
    }
    for (uint32_t i = 0; i < table->pci_count; i++) {
        sink = guest_table_pcis(table)[i].bus_count;
    }
    (void)sink;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *file = malloc(size + 1);
    if (size != 0) {
        memcpy(file, data, size);
    }
    fake_power_on(1);
    const struct guest_table *table = guest_table_check((uintptr_t)file, size);
    if (table != NULL) {
        require(fake.log_length == 0);
        ask(table, size);
    } else {
        require(fake.log_lines == 1);
    }
    free(file);
    return 0;
}
