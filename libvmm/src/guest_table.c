/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Questions to the guest table. It is a file that somebody put beside the system description, so
 * it is read as one that anybody may have written; it is read-only, so that once is enough.
 */
#include <libvmm/guest_table.h>

#include <libvmm/util/util.h>

#include "compiler.h"

#define CONFIG_ALIGN 8 /* sDDF's configurations hold pointers */

#define FLAGS_KNOWN GUEST_TABLE_OFF_IS_MACHINE_OFF

/* The header: afterwards `table->size` bytes are there to be read. */
COLD static bool header_check(const struct guest_table *table, size_t file_size)
{
    if (file_size < sizeof *table || (uintptr_t)table % _Alignof(struct guest_table) != 0) {
        LOG_VMM_ERR("guest table: %lu bytes at VA 0x%lx, where its header alone has %lu and begins "
                    "at a multiple of 8; map the table with setvar_vaddr=\"guest_table_vaddr\" and "
                    "setvar_prefill_size=\"guest_table_size\"\n",
                    (unsigned long)file_size, (unsigned long)(uintptr_t)table,
                    (unsigned long)sizeof *table);
        return false;
    }
    if (table->magic != GUEST_TABLE_MAGIC || table->version != GUEST_TABLE_VERSION) {
        LOG_VMM_ERR("guest table: version %u (magic 0x%lx), this VMM knows version %u (0x%lx); "
                    "compose the system with the tool of the same release\n",
                    table->version, (unsigned long)table->magic, GUEST_TABLE_VERSION,
                    GUEST_TABLE_MAGIC);
        return false;
    }
    if (table->size < sizeof *table || table->size > file_size) {
        LOG_VMM_ERR("guest table: it has %u bytes by its header, its file has %lu; is the file "
                    "whole?\n",
                    table->size, (unsigned long)file_size);
        return false;
    }
    if ((table->flags & ~(uint32_t)FLAGS_KNOWN) != 0) {
        LOG_VMM_ERR(
            "guest table: flags 0x%x, of which this VMM knows 0x%x; compose the system with "
            "the tool of the same release\n",
            table->flags, FLAGS_KNOWN);
        return false;
    }
    return true;
}

/* Whether `count` elements of `size` bytes, aligned to `align`, lie behind the header and in the
 * table. */
COLD static bool array_check(const struct guest_table *table, const char *what, uint32_t offset,
                             uint32_t count, size_t size, size_t align)
{
    if (count == 0 || (offset >= sizeof *table && offset <= table->size && offset % align == 0 &&
                       count <= (table->size - offset) / size)) {
        return true;
    }
    LOG_VMM_ERR(
        "guest table: %u %s of %lu bytes at byte %u, which has to be a multiple of %lu; the "
        "header has %lu bytes, the table %u\n",
        count, what, (unsigned long)size, offset, (unsigned long)align,
        (unsigned long)sizeof *table, table->size);
    return false;
}

/* Whether a text that can be printed as it stands begins at `offset` and ends in the table. */
COLD static bool text_check(const struct guest_table *table, uint32_t offset)
{
    const unsigned char *bytes = (const unsigned char *)table;
    for (uint32_t i = 0; i < GUEST_PLACE_TEXT_MAX && offset < table->size; i++, offset++) {
        if (bytes[offset] == '\0') {
            return true;
        }
        if (bytes[offset] < ' ' || bytes[offset] == 0x7f) { /* could pass for lines of the VMM's */
            return false;
        }
    }
    return false;
}

COLD static bool places_check(const struct guest_table *table)
{
    const struct guest_place *place = guest_table_places(table);
    for (uint32_t i = 0; i < table->place_count; i++, place++) {
        if (place->size == 0 || place->pa + (place->size - 1) < place->pa) {
            LOG_VMM_ERR("guest table: place %u, 0x%lx + 0x%lx (PA), is %s\n", i,
                        (unsigned long)place->pa, (unsigned long)place->size,
                        place->size == 0 ? "empty" : "too long");
            return false;
        }
        if (!text_check(table, place->text_offset)) {
            LOG_VMM_ERR("guest table: place %u, 0x%lx + 0x%lx (PA): at byte %u of %u is no text of "
                        "less than %u bytes, with a NUL and without control characters\n",
                        i, (unsigned long)place->pa, (unsigned long)place->size, place->text_offset,
                        table->size, GUEST_PLACE_TEXT_MAX);
            return false;
        }
    }
    return true;
}

COLD static bool devices_check(const struct guest_table *table)
{
    const struct guest_device *device = guest_table_devices(table);
    for (uint32_t i = 0; i < table->device_count; i++, device++) {
        if (device->kind < GUEST_DEVICE_CONSOLE || device->kind > GUEST_DEVICE_NET_SERVER) {
            LOG_VMM_ERR("guest table: device %u is of kind %u; kinds are %u to %u\n", i,
                        device->kind, GUEST_DEVICE_CONSOLE, GUEST_DEVICE_NET_SERVER);
            return false;
        }
        if (!array_check(table, "bytes of a device's configuration", device->config_offset,
                         device->config_size, 1, CONFIG_ALIGN) ||
            !array_check(table, "data regions", device->region_offset, device->region_count,
                         sizeof(struct guest_data_region), _Alignof(struct guest_data_region))) {
            return false;
        }
    }
    return true;
}

const struct guest_table *guest_table_check(uintptr_t table_vaddr, size_t file_size)
{
    const struct guest_table *table = (const struct guest_table *)table_vaddr;
    bool sound = header_check(table, file_size) &&
                 array_check(table, "places", table->place_offset, table->place_count,
                             sizeof(struct guest_place), _Alignof(struct guest_place)) &&
                 array_check(table, "firmware functions", table->smc_offset, table->smc_count,
                             sizeof(uint32_t), _Alignof(uint32_t)) &&
                 array_check(table, "devices", table->device_offset, table->device_count,
                             sizeof(struct guest_device), _Alignof(struct guest_device)) &&
                 array_check(table, "PCI host bridges", table->pci_offset, table->pci_count,
                             sizeof(struct guest_pci), _Alignof(struct guest_pci)) &&
                 places_check(table) && devices_check(table);
    return sound ? table : NULL;
}

const char *guest_table_place_text(const struct guest_table *table, uint64_t gpa)
{
    const struct guest_place *places = guest_table_places(table);
    for (uint32_t i = table->place_count; i > 0; i--) {
        const struct guest_place *place = &places[i - 1];
        if (gpa - place->pa < place->size) {
            return (const char *)table + place->text_offset;
        }
    }
    return NULL;
}
